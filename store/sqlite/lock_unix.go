//go:build unix

package sqlite

import (
	"errors"
	"os"
	"syscall"
)

var errHeld = errors.New("sqlite: the lock is held")

// acquire takes the exclusive advisory lock of an open file, or returns errHeld.
// The system drops it when the process ends, however that happens.
func acquire(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errHeld
	}
	return err
}
