package neo4jserver

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// findJava returns a java of at least the major version: the first of JAVA_HOME,
// PATH and where systems keep several.
func findJava(ctx context.Context, oldest int) (string, error) {
	var seen []string
	for _, path := range javas() {
		major, err := javaVersion(ctx, path)
		if err != nil {
			continue
		}
		if major >= oldest {
			return path, nil
		}
		seen = append(seen, fmt.Sprintf("%s is Java %d", path, major))
	}
	found := "there is none"
	if len(seen) > 0 {
		found = strings.Join(seen, ", ")
	}
	return "", fmt.Errorf("this Neo4j needs Java %d or later, and %s: install it (apt-get install openjdk-%d-jre-headless, or a JDK from adoptium.net), or set JAVA_HOME", oldest, found, oldest)
}

func javas() []string {
	var found []string
	if home := os.Getenv("JAVA_HOME"); home != "" {
		found = append(found, filepath.Join(home, "bin", "java"))
	}
	if path, err := exec.LookPath("java"); err == nil {
		found = append(found, path)
	}
	patterns := []string{"/usr/lib/jvm/*/bin/java", "/Library/Java/JavaVirtualMachines/*/Contents/Home/bin/java", "/opt/homebrew/opt/openjdk*/bin/java"}
	if home, err := os.UserHomeDir(); err == nil {
		patterns = append(patterns, filepath.Join(home, ".sdkman/candidates/java/*/bin/java"))
	}
	for _, p := range patterns {
		if paths, err := filepath.Glob(p); err == nil {
			found = append(found, paths...)
		}
	}
	return found
}

var stated = regexp.MustCompile(`version "(\d+)`)

func javaVersion(ctx context.Context, path string) (int, error) {
	out, err := exec.CommandContext(ctx, path, "-version").CombinedOutput()
	if err != nil {
		return 0, err
	}
	m := stated.FindSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("%s does not say its version", path)
	}
	return strconv.Atoi(string(m[1]))
}
