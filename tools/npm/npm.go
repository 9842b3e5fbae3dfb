// Package npm puts scripts together with the packages of Node.js that they use.
package npm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// Installed returns a folder of the user's cache that holds files, among them
// package.json and package-lock.json, with the packages that these name. It is named
// after their content: programs share it. It is made beside its place and then moved
// there, so that it is whole or not at all.
func Installed(ctx context.Context, name string, files fs.FS) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	content, err := digest(files)
	if err != nil {
		return "", err
	}
	parent := filepath.Join(cache, "chokepoint", name)
	dir := filepath.Join(parent, content)
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
		return "", fmt.Errorf("npm ci: %w\n%s", err, out)
	}
	if err := os.Rename(made, dir); err != nil {
		if _, lost := os.Stat(dir); lost != nil { // somebody else was not faster
			return "", err
		}
	}
	return dir, nil
}

// digest names the content of files.
func digest(files fs.FS) (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, path)
		sum.Write([]byte(path))
		sum.Write(content)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil)[:8]), err
}
