package sqlite

import (
	"context"
	"errors"

	"modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"github.com/chokepoint/chokepoint/graph"
)

// failure turns what SQLite says into an error with a code. Errors that have one,
// and those of a caller's callback, pass as they are.
func failure(ctx context.Context, err error) error {
	var known *graph.Error
	switch {
	case err == nil || errors.As(err, &known):
		return err
	case ctx.Err() != nil:
		return graph.Errorf(graph.Timeout, "the request ended before the store had answered").Because(errors.Join(context.Cause(ctx), err))
	case errors.Is(err, errDamaged) || errors.Is(err, errFormat):
		return damaged.Because(err)
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() & 0xff {
	case codes.SQLITE_CORRUPT, codes.SQLITE_NOTADB:
		return damaged.Because(err)
	case codes.SQLITE_FULL:
		return graph.Errorf(graph.Unavailable, "the device of the store is full; nothing of the batch is stored, make room and try again").Because(err)
	case codes.SQLITE_IOERR, codes.SQLITE_BUSY, codes.SQLITE_LOCKED, codes.SQLITE_CANTOPEN, codes.SQLITE_READONLY, codes.SQLITE_NOMEM:
		return graph.Errorf(graph.Unavailable, "the store cannot be read or written just now").Because(err)
	case codes.SQLITE_INTERRUPT:
		return graph.Errorf(graph.Timeout, "the request ended before the store had answered").Because(err)
	}
	return graph.Errorf(graph.Internal, "the store failed").Because(err)
}

var damaged = graph.Errorf(graph.Internal, "the store is damaged; run `chokepoint doctor`, and restore a backup if it confirms that")

// foreign is failure for the first access to a file, which may be anything.
func foreign(ctx context.Context, err error) error {
	var e *sqlite.Error
	if errors.As(err, &e) && e.Code()&0xff == codes.SQLITE_NOTADB {
		return graph.Errorf(graph.BadUserInput, "the file is not a Chokepoint store, or its head is damaged").Because(err)
	}
	return failure(ctx, err)
}
