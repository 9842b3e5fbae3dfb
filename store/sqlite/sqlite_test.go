package sqlite

import (
	"context"
	"path/filepath"
	"testing"

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
	storetest.Run(t, func(t testing.TB) store.Driver { return open(t, filepath.Join(t.TempDir(), "store.db")) })
}

// Small windows make the scan of a large store of a small one.
func TestScanInWindows(t *testing.T) {
	storetest.Run(t, func(t testing.TB) store.Driver {
		d := open(t, Throwaway)
		d.scanMemory = 16 << 10
		return d
	})
}
