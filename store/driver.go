package store

import (
	"context"

	"github.com/chokepoint/chokepoint/graph"
)

// Driver is what a backend implements. Policy (clearance, limits, validation,
// search folding and scoring, error codes) stands above it in [Store], so that
// every backend behaves the same; [storetest] holds a driver to this text.
//
// All methods are safe for concurrent use, honour ctx (they return within a
// second of its end) and see committed state only: all that this Driver committed
// or that Head told of before the call, while what others commit may show a moment
// later, as on the replicas of a cluster. A method that takes a
// revision `at` answers as of that revision; [Latest] means the newest. Items come
// with everything they hold, markings included: only Store and the projection's
// feed may call a Driver.
type Driver interface {
	// Commit applies one batch as one transaction and one revision and returns
	// once it is durable. It is idempotent: items whose content is already there
	// are UNCHANGED, and when nothing changes no revision is used. Within a batch
	// the last upsert of an ID wins, the earlier ones are UNCHANGED. Deletes beat
	// upserts: an upsert that the same batch deletes is UNCHANGED, and the delete
	// is DELETED if the item was there before the batch, else NOT_FOUND, as is
	// every further delete of the ID. No ID is both a record's and a link's.
	// Outcomes stand in the order Records, Links, Deletes.
	// An item of an undeclared dataset fails the batch with BAD_USER_INPUT.
	// On error nothing of the batch is stored, unless the code is UNAVAILABLE,
	// after which a retry of the same batch is safe. What the batch holds is only
	// read, and not kept.
	Commit(ctx context.Context, batch Batch) (Commit, error)
	// Head returns the newest revision, 0 for an empty store. It is never older than
	// a commit that anybody anywhere was told of before the call: a cluster asks its
	// leader.
	Head(ctx context.Context) (graph.Revision, error)
	// Records returns those of ids that exist as records at the revision, in the
	// order of ids, missing ones left out. len(ids) ≤ [MaxIDs].
	Records(ctx context.Context, ids []graph.ID, at graph.Revision) ([]graph.Record, error)
	// Links is Records for links.
	Links(ctx context.Context, ids []graph.ID, at graph.Revision) ([]graph.Link, error)
	// Scan hands every record and then every link that exists at the revision to
	// the callbacks, in a consistent snapshot, in ID order within each class, and
	// returns the revision that it shows: at, or the newest one if that is less.
	// dataset "" means all; an unknown one holds nothing. A nil callback skips its
	// class. What a callback receives is valid during the call only, its texts for
	// ever; its error ends the scan and is returned as it is.
	Scan(ctx context.Context, dataset string, at graph.Revision, record func(*graph.Record) error, link func(*graph.Link) error) (graph.Revision, error)
	// Match returns the first limit IDs above after, ascending, of the current
	// records whose search keys hold a word for every term. A term is a word, or, with a
	// trailing '*', the beginning of words, or several of these parted by '|', of
	// which one must match. Words consist of lower-case letters, digits, '_' and
	// anything beyond ASCII; other terms are BAD_USER_INPUT, and no terms match
	// nothing.
	Match(ctx context.Context, terms []string, after graph.ID, limit int) ([]graph.ID, error)
	// Log returns up to limit entries with revision > after, ascending.
	Log(ctx context.Context, after graph.Revision, limit int) ([]Entry, error)
	// Entries returns the entries of the given revisions, in their order, unknown
	// ones left out. len(revisions) ≤ [MaxIDs].
	Entries(ctx context.Context, revisions []graph.Revision) ([]Entry, error)
	// Changes returns what revision r changed, with the item before and after:
	// records, then links, each in ID order. An unknown r gives an empty list.
	Changes(ctx context.Context, r graph.Revision) ([]Change, error)
	// Versions returns every version of one item, oldest first.
	Versions(ctx context.Context, id graph.ID) ([]Version, error)
	// Datasets returns the declared datasets by name.
	Datasets(ctx context.Context) ([]Dataset, error)
	// Secret returns the store's own random 32-byte key, made when the store was
	// created: tokens survive a restart, and are worthless on another store.
	Secret(ctx context.Context) ([]byte, error)
	// Close releases everything. Later calls fail with UNAVAILABLE.
	Close() error
}

// Latest asks for the newest revision.
const Latest = graph.Revision(1<<63 - 1)

// MaxIDs bounds one look-up; more come in several calls.
const MaxIDs = 10_000

// Batch is one write: everything in it becomes visible together.
type Batch struct {
	Who, Why string
	// Import names the run that wrote it, "" for other writes.
	Import string
	// At is the system time recorded in the log.
	At graph.Instant
	// Datasets declares datasets, or widens what a declared one may hold: a ceiling
	// never shrinks, a title is replaced unless the new one is "". Each dataset that
	// an item names must be declared here or before. Declarations are no part of the
	// graph: they have no history and use no revision.
	Datasets []Dataset
	Records  []graph.Record
	Links    []graph.Link
	Deletes  []graph.ID
	// Keys holds, position by position, the search keys of Records: folded words
	// separated by blanks.
	Keys []string
}

// Commit is the result of a batch.
type Commit struct {
	// Revision of the batch, or the newest one when nothing changed.
	Revision graph.Revision
	Changed  bool
	Outcomes []Outcome
}

// Outcome says what became of one item of a batch.
type Outcome string

// The outcomes.
const (
	Created   Outcome = "CREATED"
	Updated   Outcome = "UPDATED"
	Unchanged Outcome = "UNCHANGED"
	Deleted   Outcome = "DELETED"
	Missing   Outcome = "NOT_FOUND"
)

// Entry is one entry of the change log.
type Entry struct {
	Revision         graph.Revision
	At               graph.Instant
	Who, Why, Import string
	Records, Links   int // how many items of each class it changed
	// Signatures are the marking sets that the entry touched, each once, in
	// ascending order: of every changed item before and after; for a link the union
	// with the markings of both its ends as of after the batch, and none at all
	// when an end does not exist then, since nobody sees such a link and its later
	// end brings a signature of its own. A viewer's graph can only have changed if
	// the viewer sees one of them.
	Signatures []graph.Markings
}

// Change is one changed item: exactly one of the classes is set, Before nil for
// a created item and After nil for a deleted one.
type Change struct {
	RecordBefore, RecordAfter *graph.Record
	LinkBefore, LinkAfter     *graph.Link
}

// Version is one state of an item: from Revision on, until the next version.
type Version struct {
	Revision graph.Revision
	At       graph.Instant
	Who, Why string
	// Record or Link, both nil when this revision deleted the item.
	Record *graph.Record
	Link   *graph.Link
}

// Dataset is a declared source.
type Dataset struct {
	Name  string
	Title string
	// Ceiling is the set of markings that items of the dataset may carry. Only
	// who holds all of them may write to it.
	Ceiling graph.Markings
}

// Backuper is a Driver that can copy itself while in use.
type Backuper interface {
	// Backup writes a verified copy of one consistent revision to path, which
	// must not exist.
	Backup(ctx context.Context, path string) (graph.Revision, error)
}

// Checker is a Driver that can verify what it holds.
type Checker interface {
	// Check reads everything and verifies checksums and structure. It returns a
	// list of findings for a person to read, empty when all is well.
	Check(ctx context.Context) ([]string, error)
}
