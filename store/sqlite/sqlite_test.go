package sqlite

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/storetest"
)

func open(t testing.TB, path string) *Driver {
	t.Helper()
	d, err := Open(context.Background(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDriver(t *testing.T) {
	storetest.Run(t, func(t testing.TB) store.Driver { return open(t, Throwaway) })
}

// Small windows make the scan of a large store of that of a small one.
func TestScanInWindows(t *testing.T) {
	d := open(t, Throwaway)
	defer d.Close()
	for i := range 30 {
		if _, err := d.Commit(context.Background(), childBatch(i)); err != nil {
			t.Fatal(err)
		}
	}
	for _, at := range []graph.Revision{3, store.Latest} {
		d.scanMemory = scanMemory
		want := dump(t, d, at)
		for _, memory := range []int64{1 << 16, 1 << 13, 1} {
			if d.scanMemory = memory; dump(t, d, at) != want {
				t.Errorf("a scan in windows of %d bytes differs", memory)
			}
		}
	}
}

// A store holds everything, whatever the markings: its owner alone reads it.
func TestStoreIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	d := open(t, path)
	defer d.Close()
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if rights := info.Mode().Perm(); runtime.GOOS != "windows" && rights != 0o600 {
			t.Errorf("%s has rights %o", filepath.Base(name), rights)
		}
	}
}

// What is acknowledged must be on the device, except in a store for one run.
func TestCommitsAreFlushed(t *testing.T) {
	for path, want := range map[string]int{Throwaway: 0, filepath.Join(t.TempDir(), "store.db"): 2} {
		d := open(t, path)
		var level int
		var mode string
		err := errors.Join(d.w.conn.QueryRowContext(context.Background(), "PRAGMA synchronous").Scan(&level),
			d.w.conn.QueryRowContext(context.Background(), "PRAGMA journal_mode").Scan(&mode))
		if err != nil || level != want || mode != "wal" {
			t.Errorf("synchronous=%d, journal_mode=%s, %v", level, mode, err)
		}
		d.Close()
	}
}
