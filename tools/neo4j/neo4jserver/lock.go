package neo4jserver

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"time"
)

var errHeld = errors.New("neo4jserver: the lock is held")

// lockPause is the time between two looks at a lock that is held.
const lockPause = 20 * time.Millisecond

// Hold takes the exclusive lock of the file, made if missing, and waits for it until
// ctx ends. It excludes other processes and other holders in this one; the system
// drops it when the process ends.
func Hold(ctx context.Context, path string) (release func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		err := acquire(f)
		if err == nil {
			return func() { f.Close() }, nil //nolint:errcheck // that lets go of the lock
		}
		if !errors.Is(err, errHeld) {
			f.Close() //nolint:errcheck // nothing was written
			return nil, err
		}
		select {
		case <-time.After(lockPause):
		case <-ctx.Done():
			f.Close() //nolint:errcheck // nothing was written
			return nil, context.Cause(ctx)
		}
	}
}

// LockFile names the file whose lock (see [Hold]) a test takes while it uses the
// database of the server at the URL.
func LockFile(url string) string {
	sum := sha256.Sum256([]byte(url))
	return filepath.Join(os.TempDir(), "chokepoint-neo4j-"+hex.EncodeToString(sum[:8])+".lock")
}
