package neo4jserver

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAServerWithoutItsNeedsSaysWhatToInstall(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	t.Setenv("PATH", "")
	t.Setenv("JAVA_HOME", "")
	ctx := context.Background()
	if _, err := Fetch(ctx, "5.26.30"); err == nil || !strings.Contains(err.Error(), "apt-get install maven") {
		t.Error(err)
	}
	if _, err := findJava(ctx, 99); err == nil || !strings.Contains(err.Error(), "Java 99 or later") {
		t.Error(err)
	}
	if _, err := Fetch(ctx, "../5.26"); err == nil {
		t.Error("a path was taken for a version")
	}
}

func TestOneHoldsALock(t *testing.T) {
	file := filepath.Join(t.TempDir(), "lock")
	release, err := Hold(context.Background(), file)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*lockPause)
	defer cancel()
	if _, err := Hold(ctx, file); err == nil {
		t.Error("two hold it")
	}
	release()
	again, err := Hold(context.Background(), file)
	if err != nil {
		t.Fatal(err)
	}
	again()
}

func TestHomesLeftBehindAreRemoved(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	ctx := context.Background()
	left, release, err := tempHome(ctx)
	if err != nil {
		t.Fatal(err)
	}
	kept, hold, err := tempHome(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer hold()
	release() // as the end of its process does
	_, last, err := tempHome(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer last()
	if exists(left) || !exists(kept) {
		t.Errorf("left behind: %v, in use: %v", exists(left), exists(kept))
	}
}

func TestSettingsCanBeOverruled(t *testing.T) {
	home := t.TempDir()
	if err := prepare(home, settings(Options{Port: 7, Conf: map[string]string{"server.https.enabled": "true", "a.b": "c"}})); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(home, "conf", "neo4j.conf"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"server.https.enabled=true\n", "a.b=c\n", "server.bolt.listen_address=127.0.0.1:7\n", "dbms.security.auth_enabled=false\n"} {
		if !strings.Contains(string(text), line) {
			t.Errorf("neo4j.conf lacks %q:\n%s", line, text)
		}
	}
}

func TestAVersionKnowsItsJava(t *testing.T) {
	for _, v := range Versions() {
		want := map[bool]int{true: 17, false: 21}[strings.HasPrefix(v, "5.")]
		if got := neededJDK(v); got != want {
			t.Errorf("%s: %d", v, got)
		}
	}
}
