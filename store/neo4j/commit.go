package neo4j

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/chokepoint/chokepoint/bolt"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// Commit implements [store.Driver]. It waits for the server as long as the driver
// is patient. When a connection breaks during a commit, it finds out whether that
// happened before it tries again, so that the outcomes are those of one commit.
func (d *Driver) Commit(ctx context.Context, batch store.Batch) (store.Commit, error) {
	return d.once(ctx, func(s neo4j.SessionWithContext, w *writer, a *attempts) (store.Commit, error) {
		attempt := func() (store.Commit, error) {
			return d.attempt(ctx, s, "commit", newTransaction(d, w, &batch), a, (*transaction).apply)
		}
		result, err := attempt()
		if errors.Is(err, errUnjoined) {
			w.ends = nil // it finds out which ends there are
			return attempt()
		}
		return result, err
	})
}

// once has one commit of the one writer happen, however often it must try.
func (d *Driver) once(ctx context.Context, try func(neo4j.SessionWithContext, *writer, *attempts) (store.Commit, error)) (result store.Commit, err error) {
	var w *writer
	select {
	case w = <-d.writer:
	case <-ctx.Done():
		return result, d.problem(ctx, ctx.Err())
	}
	defer func() { d.writer <- w }()
	attempt := attempts{token: rand.Text()}
	err = d.patiently(ctx, func() error {
		return d.server.Do(ctx, neo4j.AccessModeWrite, func(s neo4j.SessionWithContext) (err error) {
			result, err = try(s, w, &attempt)
			return err
		})
	})
	if err != nil {
		if attempt.lost != nil && graph.CodeOf(err) != graph.BadUserInput {
			return store.Commit{}, errUnknownCommit.Because(err)
		}
		return store.Commit{}, err
	}
	return result, nil
}

var errUnknownCommit = graph.Errorf(graph.Unavailable, "the connection to the Neo4j server broke while a batch was committed, and it is not known whether it was stored; to write it again is safe")

var errLog = errors.New("neo4j: the change log has a gap")

// attempts is what the tries of one commit share.
type attempts struct {
	token string // marks the log entry
	// lost is what a commit of unknown outcome would have done.
	lost *store.Commit
}

// Locked first: whoever holds it is the only writer. A statement of its own, for
// what a statement reads it may have read before it had the lock.
const (
	lockHead cypher = "MATCH (h:_Head {id: 'head'}) SET h._lock = $token"
	readHead cypher = "MATCH (h:_Head {id: 'head'}) RETURN h.revision AS revision, COUNT { MATCH (m:_Missing) } AS missing, " +
		"COLLECT { MATCH (d:_Dataset) RETURN d {.name, .title, .ceiling, .kinds} } AS datasets"
	findBatch cypher = "MATCH (l:_Log) WHERE l.revision = $revision AND l.batch = $token RETURN l.revision"
)

// attempt is one transaction: the lock, work on what is there then, the log entry.
func (d *Driver) attempt(ctx context.Context, s neo4j.SessionWithContext, operation string, t *transaction, a *attempts, work func(*transaction, context.Context) ([]store.Outcome, error)) (store.Commit, error) {
	if err := t.writer.begin(ctx, reading(s)); err != nil {
		return store.Commit{}, err
	}
	tx, err := s.BeginTransaction(ctx, bolt.Named(operation, bolt.WriteTimeout))
	if err != nil {
		return store.Commit{}, err
	}
	defer rollBack(ctx, tx)
	t.tx = tx
	if err := t.begin(ctx, a.token); err != nil {
		return store.Commit{}, err
	}
	if done, err := t.happened(ctx, a); err != nil {
		return store.Commit{}, err
	} else if done {
		return *a.lost, nil
	}
	if err := t.writer.catchUp(ctx, t.run, t.head); err != nil {
		return store.Commit{}, err
	}
	t.declare()
	outcomes, err := work(t, ctx)
	if err != nil {
		return store.Commit{}, err
	}
	result := store.Commit{Revision: t.head, Outcomes: outcomes}
	if t.changed() {
		result.Revision, result.Changed = t.revision, true
		if err := t.log(ctx, a.token); err != nil {
			return store.Commit{}, err
		}
	} else if !t.declared {
		return result, nil
	}
	return t.commit(ctx, result, a)
}

// reading runs statements outside of transactions.
func reading(s neo4j.SessionWithContext) runner {
	return func(ctx context.Context, text cypher, p parameters) ([]*neo4j.Record, error) {
		result, err := s.Run(ctx, string(text), p, bolt.Named("log", bolt.ReadTimeout))
		if err != nil {
			return nil, err
		}
		return result.Collect(ctx)
	}
}

// commit commits. When the connection breaks meanwhile, it keeps in mind what would
// have been done.
func (t *transaction) commit(ctx context.Context, result store.Commit, a *attempts) (store.Commit, error) {
	if err := t.tx.Commit(ctx); err != nil {
		if bolt.CodeOf(err) == "" {
			a.lost, err = &result, bolt.Lost(err)
		}
		return store.Commit{}, err
	}
	a.lost = nil
	if result.Changed {
		t.writer.learn(&t.items)
		t.writer.revision = t.revision
		t.ahead.forget()
	}
	return result, nil
}

// rollBack takes back what is not committed.
func rollBack(ctx context.Context, tx neo4j.ExplicitTransaction) {
	closing, done := bolt.Closing(ctx)
	defer done()
	tx.Close(closing) //nolint:errcheck // a server that hears nothing does the same
}

// happened says whether the commit of which nobody knew has happened.
func (t *transaction) happened(ctx context.Context, a *attempts) (bool, error) {
	if a.lost == nil {
		return false, nil
	}
	if !a.lost.Changed { // declarations may be made twice
		a.lost = nil
		return false, nil
	}
	rows, err := t.run(ctx, findBatch, parameters{"revision": int64(a.lost.Revision), "token": a.token})
	if err != nil {
		return false, err
	}
	if len(rows) == 0 {
		a.lost = nil
		return false, nil
	}
	t.ahead.forget()
	// The bookmark of this commit, which holds nothing but the lock, lets later reads
	// see that one on any server of a cluster.
	if err := t.tx.Commit(ctx); err != nil {
		if bolt.CodeOf(err) == "" {
			err = bolt.Lost(err)
		}
		return false, err
	}
	return true, nil
}

// transaction is one batch on its way into the database.
type transaction struct {
	*Driver
	tx       neo4j.ExplicitTransaction
	writer   *writer
	batch    *store.Batch
	records  *plan[graph.Record]
	links    *plan[graph.Link]
	deletes  []store.Outcome
	head     graph.Revision
	revision graph.Revision
	missing  bool // there are placeholders
	datasets map[string]*dataset
	declared bool // a declaration is to be stored, whatever else
	work     work
	items    changedItems
	touched  []graph.Markings // of changed records
	joined   []touchedLink
	ends     map[graph.ID]graph.Markings // of the ends of touched links, after the batch
}

func newTransaction(d *Driver, w *writer, batch *store.Batch) *transaction {
	gone := make(map[graph.ID]struct{}, len(batch.Deletes))
	for _, id := range batch.Deletes {
		gone[id] = struct{}{}
	}
	return &transaction{
		Driver: d, writer: w, batch: batch, datasets: map[string]*dataset{},
		records: newPlan(batch.Records, recordHeader, gone), links: newPlan(batch.Links, linkHeader, gone),
	}
}

func (t *transaction) changed() bool { return len(t.items.records)+len(t.items.links) > 0 }

// run runs one statement and returns its rows.
func (t *transaction) run(ctx context.Context, text cypher, p parameters) ([]*neo4j.Record, error) {
	result, err := t.tx.Run(ctx, string(text), p)
	if err != nil {
		return nil, err
	}
	return result.Collect(ctx)
}

// create runs one statement and returns how many relationships it made.
func (t *transaction) create(ctx context.Context, text cypher, p parameters) (int, error) {
	result, err := t.tx.Run(ctx, string(text), p)
	if err != nil {
		return 0, err
	}
	summary, err := result.Consume(ctx)
	if err != nil {
		return 0, err
	}
	return summary.Counters().RelationshipsCreated(), nil
}

// begin takes the lock and reads where the store stands.
func (t *transaction) begin(ctx context.Context, token string) error {
	if _, err := t.run(ctx, lockHead, parameters{"token": token}); err != nil {
		return err
	}
	rows, err := t.run(ctx, readHead, nil)
	if err != nil {
		return err
	}
	if len(rows) != 1 {
		return errHead
	}
	head, _ := rows[0].Values[0].(int64)
	missing, _ := rows[0].Values[1].(int64)
	t.head, t.revision, t.missing = graph.Revision(head), graph.Revision(head)+1, missing > 0
	list, _ := rows[0].Values[2].([]any)
	for _, entry := range list {
		properties, _ := entry.(map[string]any)
		d := readDataset(properties)
		t.datasets[d.Name] = d
	}
	return nil
}

// apply finds out what the batch changes, and changes it.
func (t *transaction) apply(ctx context.Context) ([]store.Outcome, error) {
	for _, step := range []func(context.Context) error{t.planRecords, t.planLinks, t.planDeletes, t.endMarkings, t.write} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return slices.Concat(t.records.outcomes, t.links.outcomes, t.deletes), nil
}
