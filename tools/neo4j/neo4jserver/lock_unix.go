//go:build unix

package neo4jserver

import (
	"errors"
	"os"
	"syscall"
)

// acquire takes the exclusive advisory lock of an open file, or returns errHeld.
func acquire(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errHeld
	}
	return err
}
