package sqlite

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// sample makes a store with some history at path.
func sample(t *testing.T, path string) {
	t.Helper()
	d := open(t, path)
	for i := range 6 {
		b := childBatch(i)
		b.Who, b.Why = "who", "a reason"
		if i == 5 {
			b = store.Batch{Deletes: []graph.ID{graph.RecordID("d", "1/3"), graph.LinkID("d", "2/3")}}
		}
		if _, err := d.Commit(context.Background(), b); err != nil {
			t.Fatal(err)
		}
	}
	clean(t, d)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

// everything is all that a store answers, as text.
func everything(t *testing.T, d *Driver) string {
	t.Helper()
	ctx := context.Background()
	var b strings.Builder
	log, err := d.Log(ctx, 0, 100)
	if err != nil {
		return err.Error()
	}
	for _, e := range log {
		b.WriteString(strings.Join([]string{e.At.String(), e.Who, e.Why}, " "))
		b.WriteString(dump(t, d, e.Revision))
	}
	for _, term := range []string{"written", "1*", "3"} {
		ids, err := d.Match(ctx, []string{term}, graph.ID{}, 1000)
		if err != nil {
			return err.Error()
		}
		for _, id := range ids {
			b.WriteString(id.String())
		}
	}
	return b.String()
}

// Whatever byte of a store is flipped: it is refused, or the check finds it, or
// no answer differs, since the byte is in no use.
func TestFlippedBytesAreFound(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "store.db")
	sample(t, path)
	sound, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d := open(t, path)
	want := everything(t, d)
	d.Close()
	random := rand.New(rand.NewPCG(1, 2))
	found := 0
	const flips = 150
	for range flips {
		broken := append([]byte(nil), sound...)
		at := random.IntN(len(broken))
		broken[at] ^= 1 << random.IntN(8)
		if err := os.WriteFile(path, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := Open(context.Background(), path, Options{})
		if err != nil {
			found++
			continue
		}
		findings, err := d.Check(context.Background())
		switch {
		case err != nil:
			t.Errorf("byte %d: %v", at, err)
		case len(findings) > 0:
			found++
		case everything(t, d) != want:
			t.Errorf("byte %d of %d: answers differ and the check finds nothing", at, len(broken))
		}
		d.Close()
	}
	t.Logf("%d of %d flips hit a byte in use and were found", found, flips)
	if found == 0 {
		t.Error("no flip was found")
	}
}

// What somebody changes with SQL, checksums of the pages all right, is found too.
func TestChangesBehindTheBackAreFound(t *testing.T) {
	for _, statement := range []string{
		"UPDATE records SET rev_from = rev_from + 1 WHERE n = 5",
		"UPDATE links SET rev_to = NULL WHERE n = (SELECT n FROM links WHERE rev_to IS NOT NULL LIMIT 1)",
		"UPDATE records SET rev_to = 3 WHERE rev_to = 2",
		"UPDATE records SET markings = 2 WHERE n = 7",
		"UPDATE records SET body = (SELECT body FROM records WHERE n = 1) WHERE n = 2",
		"DELETE FROM links WHERE n = 9",
		"DELETE FROM log WHERE revision = 2",
		"UPDATE log SET who = 'somebody else' WHERE revision = 2",
		"UPDATE datasets SET ceiling = x'010142', name = 'x'",
		"UPDATE markings SET list = x'010142'",
		"DELETE FROM keys WHERE rowid = (SELECT min(rowid) FROM keys)",
	} {
		path := filepath.Join(t.TempDir(), "store.db")
		sample(t, path)
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
		db.Close()
		d, err := Open(context.Background(), path, Options{})
		if err != nil {
			continue // found at once
		}
		if findings, err := d.Check(context.Background()); err != nil || len(findings) == 0 {
			t.Errorf("%s: %v %v", statement, findings, err)
		}
		d.Close()
	}
}

func TestOtherFilesAreRefused(t *testing.T) {
	folder := t.TempDir()
	ctx := context.Background()
	file := func(name string) string { return filepath.Join(folder, name) }
	text := strings.Repeat("from,to\n", 100)
	if err := os.WriteFile(file("text"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	other, err := sql.Open("sqlite", file("other"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Exec("CREATE TABLE t (x)"); err != nil {
		t.Fatal(err)
	}
	other.Close()
	before, _ := os.ReadFile(file("other"))
	sample(t, file("newer"))
	newer, err := sql.Open("sqlite", file("newer"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newer.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	newer.Close()
	for name, want := range map[string]string{
		"text": "not a Chokepoint store", "other": "not a Chokepoint store",
		"newer": "the store has version 99 and this program reads up to version 1; use a newer chokepoint",
	} {
		_, err := Open(ctx, file(name), Options{})
		if graph.CodeOf(err) != graph.BadUserInput || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if after, _ := os.ReadFile(file("other")); string(after) != string(before) {
		t.Error("a foreign database was changed")
	}
	if _, err := Open(ctx, file("missing"), Options{MustExist: true}); graph.CodeOf(err) != graph.NotFound {
		t.Errorf("missing: %v", err)
	}
	if _, err := Open(ctx, folder, Options{}); graph.CodeOf(err) != graph.BadUserInput {
		t.Errorf("a folder: %v", err)
	}
}

func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a store #1?.db")
	ctx := context.Background()
	key := []byte("0123456789abcdef0123456789abcdef")
	d, err := Open(ctx, path, Options{Secret: key})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Commit(ctx, childBatch(0)); err != nil {
		t.Fatal(err)
	}
	want := everything(t, d)
	d.Close()
	d = open(t, path)
	defer d.Close()
	if got, err := d.Secret(ctx); err != nil || string(got) != string(key) {
		t.Errorf("secret %q, %v", got, err)
	}
	if everything(t, d) != want {
		t.Error("the store changed by closing it")
	}
	if c, err := d.Commit(ctx, childBatch(0)); err != nil || c.Changed {
		t.Errorf("the same batch again: %+v %v", c, err)
	}
	if c, err := d.Commit(ctx, childBatch(1)); err != nil || c.Revision != 2 {
		t.Errorf("the next batch: %+v %v", c, err)
	}
	clean(t, d)
}

func TestThrowawayLeavesNothing(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	d := open(t, Throwaway)
	if _, err := d.Commit(context.Background(), childBatch(0)); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(os.Getenv("TMPDIR")); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}

// A backup that is taken while others write is the store at one revision.
func TestBackupUnderLoad(t *testing.T) {
	folder := t.TempDir()
	ctx := context.Background()
	d := open(t, filepath.Join(folder, "store.db"))
	defer d.Close()
	var wait sync.WaitGroup
	stop := make(chan struct{})
	defer wait.Wait()
	defer close(stop)
	wait.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			if _, err := d.Commit(ctx, childBatch(i)); err != nil {
				t.Error(err)
			}
		}
	})
	for _, name := range []string{"one", "two", "three"} {
		path := filepath.Join(folder, name)
		revision, err := d.Backup(ctx, path)
		if err != nil {
			t.Fatal(err)
		}
		restored := filepath.Join(folder, name+".db")
		got, err := Restore(ctx, path, restored)
		if err != nil || got != revision {
			t.Fatalf("restored revision %d of %d: %v", got, revision, err)
		}
		copied := open(t, restored)
		if dump(t, copied, store.Latest) != dump(t, d, revision) {
			t.Errorf("the backup differs from the store at revision %d", revision)
		}
		copied.Close()
	}
}

func TestDamagedBackupIsRefused(t *testing.T) {
	folder := t.TempDir()
	ctx := context.Background()
	path, backup, restored := filepath.Join(folder, "store.db"), filepath.Join(folder, "backup"), filepath.Join(folder, "restored.db")
	sample(t, path)
	d := open(t, path)
	defer d.Close()
	if _, err := d.Backup(ctx, backup); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Backup(ctx, backup); graph.CodeOf(err) != graph.Conflict {
		t.Errorf("a backup over a backup: %v", err)
	}
	if _, err := Restore(ctx, backup, path); graph.CodeOf(err) != graph.Conflict {
		t.Errorf("a restore over a store: %v", err)
	}
	sound, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(3, 4))
	refused := func(what string, content []byte) {
		t.Helper()
		if err := os.WriteFile(backup, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Restore(ctx, backup, restored); graph.CodeOf(err) != graph.BadUserInput {
			t.Fatalf("%s: %v", what, err)
		}
		if _, err := os.Stat(restored); err == nil {
			t.Fatalf("%s: a damaged store was put in place", what)
		}
	}
	for range 60 {
		broken := append([]byte(nil), sound...)
		broken[random.IntN(len(broken))] ^= 1 << random.IntN(8)
		refused("a flipped bit", broken)
		refused("a missing end", sound[:random.IntN(len(sound))])
	}
	refused("more than all", append(append([]byte(nil), sound...), 0))
	if err := os.WriteFile(backup, sound, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(ctx, backup, restored); err != nil {
		t.Errorf("the sound backup: %v", err)
	}
}

// Who makes a store and is killed before its first transaction leaves a file with
// the mark of write-ahead mode, and sometimes no log beside it.
func TestAStoreKilledWhileItIsMadeIsMadeAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "PRAGMA journal_mode = WAL"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		t.Fatalf("the file holds nothing: %v", err)
	}
	d, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}
