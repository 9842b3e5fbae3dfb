package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/chokepoint/chokepoint/graph"
)

// applicationID marks our files in their header: "CHKP".
const applicationID = 0x43484b50

// migrations lead from version i to version i+1 of the schema. They are never
// changed once released; what is new comes after. The version of a file stands
// in its user_version.
var migrations = []string{
	// 1: everything. A row of records or links is one version of one item; rev_to
	// is null while it is current. Rows of one revision stand together in ID order,
	// the numbers of the first and the last are in the log.
	`CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
	CREATE TABLE datasets (n INTEGER PRIMARY KEY, name TEXT NOT NULL, title TEXT NOT NULL, ceiling BLOB NOT NULL, sum INTEGER NOT NULL) STRICT;
	CREATE TABLE markings (n INTEGER PRIMARY KEY, list BLOB NOT NULL, sum INTEGER NOT NULL) STRICT;
	CREATE TABLE records (n INTEGER PRIMARY KEY, id BLOB NOT NULL, rev_from INTEGER NOT NULL, rev_to INTEGER,
		dataset INTEGER NOT NULL, markings INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
	CREATE INDEX records_id ON records (id);
	CREATE INDEX records_ended ON records (rev_to) WHERE rev_to IS NOT NULL;
	CREATE TABLE links (n INTEGER PRIMARY KEY, id BLOB NOT NULL, rev_from INTEGER NOT NULL, rev_to INTEGER,
		dataset INTEGER NOT NULL, markings INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
	CREATE INDEX links_id ON links (id);
	CREATE INDEX links_ended ON links (rev_to) WHERE rev_to IS NOT NULL;
	CREATE TABLE log (revision INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL, import TEXT NOT NULL,
		records INTEGER NOT NULL, links INTEGER NOT NULL, signatures BLOB NOT NULL,
		record_first INTEGER NOT NULL, record_last INTEGER NOT NULL, link_first INTEGER NOT NULL, link_last INTEGER NOT NULL,
		digest INTEGER NOT NULL, sum INTEGER NOT NULL) STRICT;
	CREATE VIRTUAL TABLE keys USING fts5 (words, id UNINDEXED, sum UNINDEXED, content='', contentless_delete=1, contentless_unindexed=1,
		detail=none, tokenize="ascii tokenchars '_'");`,
}

// migrate brings a file to the newest version, a new file from nothing, in one
// transaction.
func migrate(ctx context.Context, conn *sql.Conn, secret []byte) error {
	var application, version, tables int
	for query, into := range map[string]*int{
		"PRAGMA application_id": &application, "PRAGMA user_version": &version, "SELECT count(*) FROM sqlite_schema": &tables,
	} {
		if err := conn.QueryRowContext(ctx, query).Scan(into); err != nil {
			return err
		}
	}
	switch {
	case application == 0 && version == 0 && tables == 0:
	case application != applicationID:
		return unfit("the file is an SQLite database but not a Chokepoint store; choose another path")
	case version > len(migrations):
		return unfit("the store has version %d and this program reads up to version %d; use a newer chokepoint, or restore a backup made with this one", version, len(migrations))
	case version == len(migrations):
		return nil
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	for _, step := range migrations[version:] {
		if _, err := tx.ExecContext(ctx, step); err != nil {
			return fmt.Errorf("migrate from version %d: %w", version, err)
		}
	}
	if version == 0 {
		if _, err := tx.ExecContext(ctx, "INSERT INTO meta (name, value) VALUES ('secret', ?)", secret); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, len(migrations))); err != nil {
		return err
	}
	return tx.Commit()
}

// checkHead is the cheap check when a store is opened: the newest log entry must
// match its checksum and be the last to name rows.
func checkHead(ctx context.Context, q querier) error {
	newest, err := head(ctx, q)
	if err != nil {
		return err
	}
	var e logRow
	if newest > 0 {
		if err := e.scan(q.QueryRowContext(ctx, "SELECT "+logColumns+" FROM log WHERE revision = ?", int64(newest))); err != nil {
			return err
		}
	}
	for _, last := range []struct {
		table  string
		logged int64
	}{{recordClass.table, e.recordLast}, {linkClass.table, e.linkLast}} {
		var n int64
		var revision graph.Revision
		err := q.QueryRowContext(ctx, "SELECT coalesce(max(n), 0), coalesce(max(rev_from), 0) FROM (SELECT n, rev_from FROM "+last.table+" ORDER BY n DESC LIMIT 1)").Scan(&n, &revision)
		if err != nil {
			return err
		}
		if n != last.logged || revision > newest {
			return fmt.Errorf("%s end at row %d and the log at %d: %w", last.table, n, last.logged, errDamaged)
		}
	}
	return nil
}
