package neo4jserver

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// Cache returns the folder that keeps the servers that were fetched.
func Cache() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no folder to keep Neo4j in: %w", err)
	}
	return filepath.Join(dir, "chokepoint", "neo4j"), nil
}

// Fetch returns the folder with the jars of the version. The first time Maven copies
// them there, some 150 MB; several processes may ask at once.
func Fetch(ctx context.Context, version string) (string, error) {
	if !isVersion(version) {
		return "", fmt.Errorf("%q is no version of Neo4j; write one like %s", version, Versions()[0])
	}
	cache, err := Cache()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", err
	}
	dir := filepath.Join(cache, version)
	if exists(dir) {
		return dir, nil
	}
	release, err := Hold(ctx, dir+".lock")
	if err != nil {
		return "", err
	}
	defer release()
	if exists(dir) { // another process was first
		return dir, nil
	}
	return dir, download(ctx, version, dir)
}

// download has Maven fill a folder beside dir and renames it when it is whole.
func download(ctx context.Context, version, dir string) error {
	mvn, err := exec.LookPath("mvn")
	if err != nil {
		return fmt.Errorf("Maven is needed to fetch Neo4j %s for the tests, and there is no mvn: install it (apt-get install maven, brew install maven), or name running servers in CHOKEPOINT_TEST_NEO4J_URI", version) //nolint:staticcheck // a name
	}
	part, err := os.MkdirTemp(filepath.Dir(dir), version+".part-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(part) //nolint:errcheck // what is left lies beside the cache
	project := filepath.Join(part, "pom.xml")
	if err := os.WriteFile(project, pom, 0o644); err != nil {
		return err
	}
	jars := filepath.Join(part, "lib")
	out, err := exec.CommandContext(ctx, mvn, "-q", "-B", "--strict-checksums", "-f", project, "-Dneo4j.version="+version,
		"dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory="+jars).CombinedOutput()
	if err != nil {
		return fmt.Errorf("Maven could not fetch Neo4j %s: %w\n%s", version, err, out) //nolint:staticcheck // a name
	}
	if _, err := mainClass(jars, version); err != nil {
		return err
	}
	return os.Rename(jars, dir)
}

// mains are the classes that start a Community server, newest first: files in the
// jar neo4j and how Java calls them.
var mains = [][2]string{
	{"org/neo4j/server/Neo4jCommunity.class", "org.neo4j.server.Neo4jCommunity"},
	{"org/neo4j/server/CommunityEntryPoint.class", "org.neo4j.server.CommunityEntryPoint"},
}

func mainClass(jars, version string) (string, error) {
	jar, err := zip.OpenReader(filepath.Join(jars, "neo4j-"+version+".jar"))
	if err != nil {
		return "", fmt.Errorf("the jars of Neo4j %s in %s are not whole, delete the folder: %w", version, jars, err)
	}
	defer jar.Close() //nolint:errcheck // it was read only
	for _, m := range mains {
		if _, err := fs.Stat(jar, m[0]); err == nil {
			return m[1], nil
		}
	}
	return "", fmt.Errorf("Neo4j %s has no main class that is known here", version)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
