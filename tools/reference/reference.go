// Package reference runs scripts with the clients and the audit that the GraphQL
// specifications point to, all of them programs of Node.js: graphql-http, graphql-ws
// and graphql-sse, at the versions that package-lock.json holds. axe-core, which audits
// the accessibility of pages, comes the same way.
package reference

import (
	"context"
	"embed"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chokepoint/chokepoint/tools/npm"
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
	dir, err := npm.Installed(ctx, "reference", files)
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
