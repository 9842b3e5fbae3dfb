// Package sqlite is the embedded store: one SQLite file in write-ahead mode, one
// writer, a pool of readers that each see a consistent snapshot.
//
// Every version of a record or link is a row with the revisions from which and
// up to which it holds, so that a read as of a revision is a range predicate.
// Rows are written in ID order and never move; each has a checksum. The change
// log has one row a revision with a digest of what it wrote and ended, so that
// [Driver.Check] notices any change made behind the store's back.
//
// Durability: commits are flushed to the device (synchronous=FULL) before they
// are acknowledged, so neither a killed process nor a power cut loses one, as
// far as the device keeps its own promise.
package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"

	_ "modernc.org/sqlite" // registers the database driver

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// Options are choices of [Open]; the zero value is right for most.
type Options struct {
	// MustExist refuses to make a store where there is none.
	MustExist bool
	// Secret is the key of a new store, for tests; nil means 32 random bytes.
	Secret []byte
}

// Driver is a [store.Driver] on one SQLite file. It also implements
// [store.Backuper] and [store.Checker].
type Driver struct {
	path       string
	throwAway  string // folder to remove on Close, "" if the store is to stay
	lock       *fileLock
	readers    *sql.DB
	writerPool *sql.DB
	writing    chan struct{} // holds a token while nobody writes
	w          *writer
	statements statements // of readers
	dictionary atomic.Pointer[dictionary]
	scanMemory int64
	closed     atomic.Bool
}

var (
	_ store.Driver   = (*Driver)(nil)
	_ store.Backuper = (*Driver)(nil)
	_ store.Checker  = (*Driver)(nil)
)

// Throwaway is the path that makes a store for one run, which Close removes.
const Throwaway = ":memory:"

// Open opens the store at path, or makes one. The file is held by this process
// alone until Close: a second process, also one that only wants to read, is
// refused with CONFLICT. Files of a newer version, and files that are no
// Chokepoint store, are refused with BAD_USER_INPUT.
func Open(ctx context.Context, path string, o Options) (*Driver, error) {
	d := &Driver{path: path, writing: make(chan struct{}, 1), scanMemory: scanMemory}
	if path == "" || path == Throwaway {
		folder, err := os.MkdirTemp("", "chokepoint-")
		if err != nil {
			return nil, graph.Errorf(graph.Unavailable, "no folder for a temporary store").Because(err)
		}
		d.throwAway, d.path = folder, filepath.Join(folder, "store.db")
	} else if err := present(path, o.MustExist); err != nil {
		return nil, err
	} else if err := ours(path); err != nil {
		return nil, err
	}
	if err := d.open(ctx, o); err != nil {
		d.release() //nolint:errcheck // why it did not open matters more
		return nil, err
	}
	d.writing <- struct{}{}
	return d, nil
}

func present(path string, must bool) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && must:
		return graph.Errorf(graph.NotFound, "there is no store at %s; `chokepoint import` makes one", path)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return graph.Errorf(graph.Unavailable, "the store at %s cannot be read", path).Because(err)
	case info.IsDir():
		return graph.Errorf(graph.BadUserInput, "%s is a folder, not a store", path)
	}
	return nil
}

// magic begins every SQLite file.
const magic = "SQLite format 3\x00"

// ours looks at the head of a file before SQLite does, which would turn a foreign
// database into write-ahead mode. A file that has a log beside it may be a store
// whose head is still in the log.
func ours(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return graph.Errorf(graph.Unavailable, "the store at %s cannot be read", path).Because(err)
	}
	defer f.Close() //nolint:errcheck // only read
	var head [72]byte
	n, _ := io.ReadFull(f, head[:])
	if _, err := os.Stat(path + "-wal"); n == 0 || err == nil {
		return nil
	}
	at := func(offset int) uint32 { return binary.BigEndian.Uint32(head[offset:]) }
	if n == len(head) && string(head[:16]) == magic && at(28) == 1 && at(40) == 0 && at(60) == 0 && at(68) == 0 {
		return nil // one page, no schema ever, no version: killed while it was made
	}
	if n < len(head) || string(head[:16]) != magic || at(68) != applicationID {
		return unfit("%s is not a Chokepoint store, or its head is damaged; choose another path", path)
	}
	return nil
}

func (d *Driver) open(ctx context.Context, o Options) (err error) {
	if d.lock, err = lockFile(d.path + ".lock"); err != nil {
		return err
	}
	if err := private(d.path); err != nil {
		return err
	}
	if d.writerPool, err = sql.Open("sqlite", dsn(d.path, false, d.throwAway != "")); err != nil {
		return failure(ctx, err)
	}
	d.writerPool.SetMaxOpenConns(1)
	conn, err := d.writerPool.Conn(ctx)
	if err != nil {
		return foreign(ctx, err)
	}
	secret := o.Secret
	if secret == nil {
		secret = make([]byte, 32)
		rand.Read(secret)
	}
	if err := migrate(ctx, conn, secret); err != nil {
		return foreign(ctx, err)
	}
	if d.readers, err = sql.Open("sqlite", dsn(d.path, true, false)); err != nil {
		return failure(ctx, err)
	}
	readers := runtime.GOMAXPROCS(0) + 2
	d.statements.pool = d.readers
	d.readers.SetMaxOpenConns(readers)
	d.readers.SetMaxIdleConns(readers)
	words, err := loadDictionary(ctx, conn)
	if err != nil {
		return failure(ctx, err)
	}
	d.dictionary.Store(words)
	if d.w, err = newWriter(ctx, conn, words); err != nil {
		return failure(ctx, err)
	}
	return failure(ctx, checkHead(ctx, conn))
}

// private makes the file of a new store, for its owner alone to read: SQLite would
// make it readable to everybody. The log beside it gets the rights of the file.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return graph.Errorf(graph.Unavailable, "the store at %s cannot be opened for writing", path).Because(err)
	}
	return f.Close()
}

// dsn holds every pragma, so that each connection of a pool has them.
func dsn(path string, read, throwAway bool) string {
	query := url.Values{"_pragma": {
		"busy_timeout(5000)",
		"page_size(8192)", // few levels in the indexes, and few pages dirty per batch
		"temp_store(MEMORY)",
		"trusted_schema(OFF)",
		"cell_size_check(ON)", // notices damaged pages when they are read
	}}
	if read {
		query.Set("mode", "ro")
		query.Add("_pragma", "query_only(ON)")
		query.Add("_pragma", "cache_size(-16384)") // KiB, per reader
	} else {
		query.Set("_txlock", "immediate")
		query.Add("_pragma", "journal_mode(WAL)")
		query.Add("_pragma", "wal_autocheckpoint(8192)") // pages: bulk loads dirty the same index pages again and again
		query.Add("_pragma", "cache_size(-65536)")
		durable := "synchronous(FULL)"
		if throwAway {
			durable = "synchronous(OFF)"
		}
		query.Add("_pragma", durable)
	}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: slashed(path), RawQuery: query.Encode()}).String()
}

// slashed returns an absolute path in the form that URIs want.
func slashed(path string) string {
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	if path = filepath.ToSlash(path); path[0] != '/' {
		path = "/" + path // C:/… on Windows
	}
	return path
}

// Head implements [store.Driver].
func (d *Driver) Head(ctx context.Context) (graph.Revision, error) {
	if err := d.usable(ctx); err != nil {
		return 0, err
	}
	head, err := head(ctx, d.readers)
	return head, failure(ctx, err)
}

func head(ctx context.Context, q querier) (r graph.Revision, err error) {
	err = q.QueryRowContext(ctx, "SELECT coalesce(max(revision), 0) FROM log").Scan(&r)
	return r, err
}

// Secret implements [store.Driver].
func (d *Driver) Secret(ctx context.Context) (secret []byte, err error) {
	if err := d.usable(ctx); err != nil {
		return nil, err
	}
	err = d.readers.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = 'secret'").Scan(&secret)
	return secret, failure(ctx, err)
}

// Close implements [store.Driver]. It waits for a running commit.
func (d *Driver) Close() error {
	if d.closed.Swap(true) {
		return nil
	}
	<-d.writing
	return d.release()
}

func (d *Driver) release() error {
	var errs []error
	if d.w != nil {
		errs = append(errs, d.w.close())
	}
	if d.readers != nil { // before the writer, whose last close removes the log
		errs = append(errs, d.readers.Close())
	}
	if d.writerPool != nil {
		errs = append(errs, d.writerPool.Close())
	}
	if d.lock != nil {
		errs = append(errs, d.lock.release())
	}
	if d.throwAway != "" {
		errs = append(errs, os.RemoveAll(d.throwAway))
	}
	if err := errors.Join(errs...); err != nil {
		return graph.Errorf(graph.Internal, "the store did not close well").Because(err)
	}
	return nil
}

// usable says whether a call may go on.
func (d *Driver) usable(ctx context.Context) error {
	if d.closed.Load() {
		return graph.Errorf(graph.Unavailable, "the store is closed")
	}
	return failure(ctx, ctx.Err())
}

// querier is a pool, a connection or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// statements keeps prepared statements of the readers by text. There are few
// texts, since lists come in few lengths.
type statements struct {
	pool *sql.DB
	mu   sync.Mutex
	all  map[string]*sql.Stmt
}

func (s *statements) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s.mu.Lock()
	prepared := s.all[query]
	s.mu.Unlock()
	if prepared == nil {
		made, err := s.pool.PrepareContext(ctx, query)
		if err != nil {
			return nil, err
		}
		s.mu.Lock()
		if prepared = s.all[query]; prepared == nil {
			if s.all == nil {
				s.all = map[string]*sql.Stmt{}
			}
			s.all[query], prepared, made = made, made, nil
		}
		s.mu.Unlock()
		if made != nil {
			made.Close() //nolint:errcheck // another was first
		}
	}
	return prepared.QueryContext(ctx, args...)
}

// each hands every row of a query to visit.
func each(ctx context.Context, q querier, query string, args []any, visit func(*sql.Rows) error) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	return visitAll(ctx, rows, visit)
}

func visitAll(ctx context.Context, rows *sql.Rows, visit func(*sql.Rows) error) error {
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for n := 0; rows.Next(); n++ {
		if n%1024 == 1023 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := visit(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// snapshot runs a function on one consistent state.
func (d *Driver) snapshot(ctx context.Context, read func(*sql.Tx) error) error {
	if err := d.usable(ctx); err != nil {
		return err
	}
	tx, err := d.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return failure(ctx, err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	return failure(ctx, read(tx))
}

func unfit(format string, args ...any) error {
	return graph.Errorf(graph.BadUserInput, "%s", fmt.Sprintf(format, args...))
}
