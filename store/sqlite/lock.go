package sqlite

import (
	"errors"
	"os"
	"strconv"
	"strings"

	"github.com/chokepoint/chokepoint/graph"
)

// fileLock says that this process alone holds a store. The file stays when the
// lock goes: to remove it would let two processes lock two files of one name.
type fileLock struct{ file *os.File }

func lockFile(path string) (*fileLock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, graph.Errorf(graph.Unavailable, "the store's lock file cannot be opened; the folder must exist and be writable").Because(err)
	}
	if err := acquire(f); err != nil {
		holder, _ := os.ReadFile(path)
		f.Close() //nolint:errcheck // nothing was written
		if !errors.Is(err, errHeld) {
			return nil, graph.Errorf(graph.Unavailable, "the store cannot be locked").Because(err)
		}
		who := "another process"
		if pid, err := strconv.Atoi(strings.TrimSpace(string(holder))); err == nil {
			who += " (" + strconv.Itoa(pid) + ")"
		}
		return nil, graph.Errorf(graph.Conflict, "%s holds this store; stop it, or ask it: `chokepoint query --server URL`", who)
	}
	if err := f.Truncate(0); err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
		if err != nil {
			f.Close() //nolint:errcheck // the error that counts is err
			return nil, graph.Errorf(graph.Unavailable, "the store's lock file cannot be written").Because(err)
		}
	}
	return &fileLock{f}, nil
}

func (l *fileLock) release() error { return l.file.Close() }
