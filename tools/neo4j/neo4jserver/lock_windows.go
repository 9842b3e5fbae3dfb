//go:build windows

package neo4jserver

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// acquire takes the exclusive lock of an open file, or returns errHeld. It covers a
// byte far beyond the text, which others may go on reading.
func acquire(f *os.File) error {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, &windows.Overlapped{Offset: 1 << 30})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errHeld
	}
	return err
}
