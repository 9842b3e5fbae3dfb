// Package reference runs scripts with the clients and the audit that the GraphQL
// specifications point to, all of them programs of Node.js: graphql-http, graphql-ws
// and graphql-sse, at the versions that package-lock.json holds. axe-core, which audits
// the accessibility of pages, comes the same way.
package reference

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

//go:embed *.mjs package.json package-lock.json .npmrc
var files embed.FS

// Command returns a command that runs a script of this folder with arguments, ready
// to start; it ends with ctx. When Node.js is missing the test is skipped, but fails
// under continuous integration.
func Command(ctx context.Context, t testing.TB, script string, args ...string) *exec.Cmd {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			missing(t, "%s is missing: install Node.js 20 or later to run the reference clients", program)
		}
	}
	dir, err := installed(ctx)
	if err != nil {
		missing(t, "the reference clients cannot be installed: %v", err)
	}
	return exec.CommandContext(ctx, "node", append([]string{filepath.Join(dir, script)}, args...)...) //nolint:gosec // our own script
}

func missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// installed returns a folder of the user's cache that holds the scripts with their
// packages, named after its content: tests of several packages share it. It is made
// beside its place and then moved there, so that it is whole or not at all.
func installed(ctx context.Context) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	name, err := digest()
	if err != nil {
		return "", err
	}
	parent := filepath.Join(cache, "chokepoint", "reference")
	dir := filepath.Join(parent, name)
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	if err := os.MkdirAll(parent, 0o755); err != nil { //nolint:gosec // a cache of public packages
		return "", err
	}
	made, err := os.MkdirTemp(parent, "new-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(made) //nolint:errcheck // moved away, or of no use
	if err := os.CopyFS(made, files); err != nil {
		return "", err
	}
	install := exec.CommandContext(ctx, "npm", "ci", "--no-progress")
	install.Dir = made
	if out, err := install.CombinedOutput(); err != nil {
		return "", errors.New("npm ci: " + err.Error() + "\n" + string(out))
	}
	if err := os.Rename(made, dir); err != nil {
		if _, lost := os.Stat(dir); lost != nil { // somebody else was not faster
			return "", err
		}
	}
	return dir, nil
}

// digest names the content of the folder.
func digest() (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := files.ReadFile(path)
		sum.Write([]byte(path))
		sum.Write(content)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil)[:8]), err
}
