package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestListOfOperationsIsChecked(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":"{ datasts }"}`: `operation "a"`,
		`[]`:                  "neither a JSON object",
	} {
		file := filepath.Join(t.TempDir(), "operations.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		store := "sqlite:" + filepath.Join(t.TempDir(), "case.db")
		if _, stderr, code := run(t, "serve", "--store", store, "--addr", "127.0.0.1:0", "--persisted-queries", file); code != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit code %d, %s", text, code, stderr)
		}
	}
}

func TestFlagsAreCheckedBeforeAStoreIsMade(t *testing.T) {
	for _, flag := range []string{"--timeout=-1s", "--timeout=0s", "--cost-limit=0", "--cost-limit=-5", "--rate=-5", "--addr=8080", "--addr=192.0.2.1:0", "--metrics-listen=0.0.0.0:0"} {
		file := filepath.Join(t.TempDir(), "case.db")
		name, value, _ := strings.Cut(flag, "=")
		_, stderr, code := run(t, "serve", "--store", "sqlite:"+file, "--addr", "127.0.0.1:0", flag)
		if code != exitUsage || !strings.Contains(stderr, name) && !strings.Contains(stderr, value) {
			t.Errorf("%s: exit code %d, %s", flag, code, stderr)
		}
		if _, err := os.Stat(file); err == nil {
			t.Errorf("%s: a store was made", flag)
		}
	}
}
