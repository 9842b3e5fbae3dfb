package sqlite

import (
	"context"
	"database/sql"
	"runtime"
	"slices"
	"sync"

	"github.com/chokepoint/chokepoint/graph"
)

// A scan reads rows in the order of the file, which is fast, sorts them into
// buckets by the first byte of the ID, and then sorts and decodes bucket after
// bucket on all cores while the callbacks run. It holds one window of raw rows in
// memory; stores larger than scanMemory are read in several windows of buckets,
// one pass over the file each.
const (
	scanBuckets = 256
	scanMemory  = 1 << 30 // bytes of the file per window
)

type bucket struct {
	data []byte
	refs []ref
}

// ref is a row in the data of a bucket.
type ref struct {
	id                graph.ID
	dataset, markings uint32
	start, end        uint32
}

// Scan implements [store.Driver].
func (d *Driver) Scan(ctx context.Context, dataset string, at graph.Revision, record func(*graph.Record) error, link func(*graph.Link) error) (revision graph.Revision, err error) {
	err = d.snapshot(ctx, func(tx *sql.Tx) error {
		newest, err := head(ctx, tx)
		if err != nil {
			return err
		}
		var size int64
		if err := tx.QueryRowContext(ctx, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").Scan(&size); err != nil {
			return err
		}
		s := scan{tx: tx, words: d.dictionary.Load(), windows: int(min(scanBuckets, 1+size/d.scanMemory))}
		revision = min(at, newest)
		if revision == newest {
			s.where = "rev_to IS NULL"
		} else {
			s.where, s.args = "rev_from <= ? AND (rev_to IS NULL OR rev_to > ?)", []any{int64(revision), int64(revision)}
		}
		if dataset != "" {
			s.where += " AND dataset = ?"
			s.args = append(s.args, s.words.dataset(dataset))
		}
		if err := scanClass(ctx, &s, recordClass, record); err != nil {
			return err
		}
		return scanClass(ctx, &s, linkClass, link)
	})
	return revision, err
}

// scan is the state of one call.
type scan struct {
	tx      *sql.Tx
	words   *dictionary
	where   string
	args    []any
	windows int
}

func scanClass[T any](ctx context.Context, s *scan, c *class[T], yield func(*T) error) error {
	if yield == nil {
		return nil
	}
	for w := range s.windows {
		from, to := w*scanBuckets/s.windows, (w+1)*scanBuckets/s.windows
		buckets, err := readWindow(ctx, s, c.table, from, to)
		if err != nil {
			return err
		}
		if err := decodeBuckets(ctx, s.words, c, buckets, yield); err != nil {
			return err
		}
	}
	return nil
}

// readWindow reads the rows whose IDs begin with a byte of [from, to).
func readWindow(ctx context.Context, s *scan, table string, from, to int) ([]bucket, error) {
	where, args := s.where, slices.Clone(s.args)
	if from > 0 { // the plus keeps SQLite from walking the index, row by row
		where, args = where+" AND +id >= ?", append(args, []byte{byte(from)})
	}
	if to < scanBuckets {
		where, args = where+" AND +id < ?", append(args, []byte{byte(to)})
	}
	buckets := make([]bucket, to-from)
	err := each(ctx, s.tx, "SELECT id, dataset, markings, body FROM "+table+" WHERE "+where, args, func(rows *sql.Rows) error {
		var id, body sql.RawBytes
		var r ref
		if err := rows.Scan(&id, &r.dataset, &r.markings, &body); err != nil {
			return err
		}
		if len(id) != len(r.id) {
			return errFormat
		}
		copy(r.id[:], id)
		b := &buckets[int(id[0])-from]
		r.start = uint32(len(b.data))
		b.data = append(b.data, body...)
		r.end = uint32(len(b.data))
		b.refs = append(b.refs, r)
		return nil
	})
	return buckets, err
}

// decoded is what a worker made of a bucket.
type decoded[T any] struct {
	items []T
	err   error
}

// decodeBuckets hands the items of the buckets to yield, in ID order. Workers run
// at most a few buckets ahead.
func decodeBuckets[T any](ctx context.Context, numbers *dictionary, c *class[T], buckets []bucket, yield func(*T) error) error {
	ctx, stop := context.WithCancel(ctx)
	var wait sync.WaitGroup
	defer wait.Wait()
	defer stop()
	workers := runtime.GOMAXPROCS(0)
	results := make([]chan decoded[T], len(buckets))
	for i := range results {
		results[i] = make(chan decoded[T], 1)
	}
	space := make(chan []T, workers+2) // buffers that are free
	for range cap(space) {
		space <- nil
	}
	next := make(chan int)
	wait.Go(func() {
		defer close(next)
		for i := range buckets {
			select {
			case next <- i:
			case <-ctx.Done():
				return
			}
		}
	})
	for range workers {
		wait.Go(func() {
			vocabulary := words{}
			for {
				var buffer []T
				select { // space before a bucket: else later buckets could take what an earlier one needs
				case buffer = <-space:
				case <-ctx.Done():
					return
				}
				i, more := <-next
				if !more {
					return
				}
				results[i] <- decodeBucket(numbers, c, &buckets[i], vocabulary, buffer)
			}
		})
	}
	for i := range buckets {
		var result decoded[T]
		select {
		case result = <-results[i]:
		case <-ctx.Done():
			return ctx.Err()
		}
		if result.err != nil {
			return result.err
		}
		for j := range result.items {
			if err := yield(&result.items[j]); err != nil {
				return err
			}
		}
		space <- result.items
	}
	return nil
}

// decodeBucket sorts and decodes the rows of a bucket, which is then empty.
func decodeBucket[T any](dictionary *dictionary, c *class[T], b *bucket, vocabulary words, buffer []T) decoded[T] {
	slices.SortFunc(b.refs, func(x, y ref) int { return x.id.Compare(y.id) })
	items := slices.Grow(buffer[:0], len(b.refs))[:len(b.refs)]
	for i, r := range b.refs {
		stored := row{id: r.id, dataset: r.dataset, markings: r.markings, body: b.data[r.start:r.end:r.end]}
		if err := c.decode(&stored, dictionary, vocabulary, &items[i]); err != nil {
			return decoded[T]{err: err}
		}
	}
	*b = bucket{}
	return decoded[T]{items: items}
}
