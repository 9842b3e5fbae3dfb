package csv

import (
	"context"
	"hash/maphash"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/ingest"
)

// File is a table to read. Name stands in rejects and is what a mapping matches.
type File struct {
	Name string
	Open func() (io.ReadCloser, error)
}

// Path returns the file at a path, named by its last element.
func Path(path string) File {
	return File{Name: filepath.Base(path), Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

// Options say how tables are read. Ontology, Dataset and Markings are required.
type Options struct {
	Ontology *ontology.Ontology
	// Dataset is the source of all that is read.
	Dataset string
	// Markings are those of rows that state none.
	Markings graph.Markings
	// Epoch gives integer times a meaning where a mapping does not.
	Epoch Epoch
	// Mapping says what tables with other headers mean; nil if there is none.
	Mapping *Mapping
	// BatchRows is where a batch is full, up to one chunk of as many rows more; 0
	// means 32,768. A batch is a transaction: an embedded store is quicker with large
	// ones, since it writes most pages of its indexes at every commit; a server keeps
	// all of one in memory.
	BatchRows int
}

// Reader reads tables. It implements [ingest.Reader].
type Reader struct {
	files   []File
	rows    Source // instead of files
	options Options
}

// NewReader returns a reader of files, which together are one import.
func NewReader(files []File, o Options) *Reader {
	o.Markings = graph.NewMarkings(o.Markings...)
	if o.BatchRows <= 0 {
		o.BatchRows = defaultBatchRows
	}
	return &Reader{files: files, options: o}
}

const (
	// chunkRows, chunkCells and chunkBytes bound what one worker takes at a time,
	// whichever comes first, in memory that no table can inflate.
	chunkRows  = 8192
	chunkCells = 1 << 17
	chunkBytes = 4 << 20
	// defaultBatchRows and batchBytes are where a batch is full, up to one chunk more.
	defaultBatchRows = 32768
	batchBytes       = 4 << 20
)

// Read implements [ingest.Reader]. It takes O(rows) time; memory is that of some
// chunks and of the ledger: see there.
func (r *Reader) Read(ctx context.Context, yield func(*ingest.Batch) error) error {
	if r.options.Ontology == nil || r.options.Dataset == "" || len(r.options.Markings) == 0 {
		return graph.Errorf(graph.BadUserInput, "an import needs the name of its dataset and a marking for what it brings")
	}
	group, ctx := errgroup.WithContext(ctx)
	workers := runtime.GOMAXPROCS(0)
	work, ordered := make(chan *chunk), make(chan *chunk, workers+1)
	group.Go(func() error {
		defer close(work)
		defer close(ordered)
		// For the ledger, in its place, and for the workers.
		emit := func(c *chunk) error { return send(ctx, c, ordered, work) }
		if r.rows != nil {
			return r.take(ctx, emit)
		}
		return r.split(ctx, emit)
	})
	seed := maphash.MakeSeed()
	for range workers {
		group.Go(func() error {
			w := newWorker(&r.options, seed)
			for c := range work {
				w.run(c)
				close(c.done)
			}
			return nil
		})
	}
	// One batch is settled while the receiver has the one before.
	batches := make(chan settled, 1)
	group.Go(func() error {
		defer close(batches)
		err := r.settle(ctx, ordered, func(b *ingest.Batch) error { return send(ctx, settled{batch: b}, batches) })
		return send(ctx, settled{err: err}, batches)
	})
	group.Go(func() error { return deliver(batches, yield) })
	return group.Wait()
}

// settled is a batch, or how the input ended.
type settled struct {
	batch *ingest.Batch
	err   error
}

// deliver hands batches to yield, and returns its first error or that of the input,
// which comes after all batches before it.
func deliver(batches <-chan settled, yield func(*ingest.Batch) error) error {
	for s := range batches {
		if s.batch == nil {
			return s.err
		}
		if err := yield(s.batch); err != nil {
			return err
		}
	}
	return nil
}

func newWorker(o *Options, seed maphash.Seed) *worker {
	return &worker{
		ontology: o.Ontology, dataset: o.Dataset, markings: o.Markings, seed: seed,
		namer: namer{ontology: o.Ontology, names: map[namerKey][]string{}},
	}
}

// send puts something into queues, one after the other.
func send[T any](ctx context.Context, what T, queues ...chan<- T) error {
	for _, queue := range queues {
		select {
		case queue <- what:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// settle takes chunks in the order of the input through the ledger to yield.
func (r *Reader) settle(ctx context.Context, ordered <-chan *chunk, yield func(*ingest.Batch) error) error {
	ledger := newLedger(r.options)
	b, size := &ingest.Batch{}, 0
	flush := func() (err error) {
		if b.RowsIn() > 0 {
			err = yield(b)
		}
		b, size = &ingest.Batch{}, 0
		return err
	}
	for c := range ordered {
		select {
		case <-c.done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		ledger.settle(c, b)
		if size += c.bytes; b.RowsIn() >= r.options.BatchRows || size >= batchBytes || c.err != nil {
			if err := flush(); err != nil {
				return err
			}
		}
		if c.err != nil {
			return c.err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := flush(); err != nil {
		return err
	}
	return ledger.implied(yield)
}
