package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chokepoint/chokepoint/store/neo4j/neo4jtest"
	"github.com/chokepoint/chokepoint/tools/neo4j/neo4jserver"
)

// load is a file to import, and what an import leaves behind where nothing fails.
type load struct {
	file string
	rows int
	want string
}

// newLoad makes up links, of which every hundredth is unfit. Rows are long, so that a
// batch is full after some thousand.
func newLoad(t testing.TB, rows int) load {
	t.Helper()
	l := load{file: filepath.Join(t.TempDir(), "edges.csv"), rows: rows}
	var text bytes.Buffer
	text.WriteString("from,to,weight,note\n")
	note := strings.Repeat("so they say ", 50)
	for i := range rows {
		weight := fmt.Sprint(i % 17)
		if i%100 == 99 {
			weight = "heavy"
		}
		fmt.Fprintf(&text, "n%d,n%d,%s,%s\n", i%499, (i*7+1)%503, weight, note)
	}
	if err := os.WriteFile(l.file, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	url, _ := storeAt(t)
	if o := <-l.into(t, url); o.code != 0 {
		t.Fatalf("%s%s", o.stdout, o.stderr)
	}
	l.want = dump(t, url)
	return l
}

// outcome is what a command came to.
type outcome struct {
	stdout, stderr string
	code           int
}

// into imports the file in the background.
func (l load) into(t testing.TB, url string) <-chan outcome {
	rejects := filepath.Join(t.TempDir(), "rejects.csv")
	ended := make(chan outcome, 1)
	go func() {
		var o outcome
		o.stdout, o.stderr, o.code = run(t, "import", "--store", url, "--dataset", "d", "--json", "--max-rejects=-1", "--rejects", rejects, l.file)
		ended <- o
	}()
	return ended
}

// account is what an import says it did.
type account struct{ RowsIn, Written, Unchanged, Rejected int }

func (l load) account(t testing.TB, o outcome) (a account) {
	t.Helper()
	if err := json.Unmarshal([]byte(o.stdout), &a); err != nil || o.code != 0 {
		t.Fatalf("exit code %d, %v\n%s%s", o.code, err, o.stdout, o.stderr)
	}
	if a.RowsIn != l.rows || a.Rejected != l.rows/100 || a.Written+a.Unchanged+a.Rejected != l.rows {
		t.Errorf("the account of %d rows is %+v", l.rows, a)
	}
	return a
}

// check makes sure that a disturbed import has ended well: every row is accounted for,
// and the store is what it would be without the fault, nothing lost and nothing twice.
func (l load) check(t *testing.T, s *neo4jtest.Server, o outcome) {
	t.Helper()
	l.account(t, o)
	for what, text := range map[string]string{
		"nodes":         "MATCH (n:Entity) WITH n.id AS id, count(*) AS copies WHERE copies > 1 RETURN id",
		"relationships": "MATCH (:Entity)-[r]->(:Entity) WITH r.id AS id, count(*) AS copies WHERE copies > 1 RETURN id",
		"log entries":   "MATCH (h:_Head) WHERE h.revision <> COUNT { (:_Log) } RETURN h.revision",
	} {
		if twice := s.Query(t, text, nil); len(twice) > 0 {
			t.Errorf("%d %s are twice or not at all", len(twice), what)
		}
	}
	if got := dump(t, s.URL); got != l.want {
		t.Errorf("the store is not as without the fault: %d bytes of items, want %d", len(got), len(l.want))
	}
	if out, stderr, code := run(t, "doctor", "--store", s.URL); code != 0 {
		t.Errorf("doctor: %s%s", out, stderr)
	}
	if a := l.account(t, <-l.into(t, s.URL)); a.Written != 0 {
		t.Errorf("to import again writes %d rows", a.Written)
	}
}

// reaches waits until so many batches are written, and says whether the import still
// runs then.
func reaches(t testing.TB, s *neo4jtest.Server, batches int64, done <-chan outcome) bool {
	t.Helper()
	for len(done) == 0 {
		head := s.Query(t, "OPTIONAL MATCH (h:_Head) RETURN coalesce(h.revision, 0) AS revision", nil)
		if revision, _ := head[0]["revision"].(int64); revision >= batches {
			return true
		}
		time.Sleep(5 * time.Millisecond)
	}
	return false
}

// ownServer starts a server that asks for a password, and gives that to commands.
func ownServer(t *testing.T, version string) *neo4jtest.Owned {
	t.Helper()
	s := neo4jtest.Own(t, version, neo4jserver.Options{Password: password, Conf: map[string]string{"dbms.security.auth_max_failed_attempts": "0"}})
	t.Setenv("CHOKEPOINT_NEO4J_USER", s.User)
	t.Setenv("CHOKEPOINT_NEO4J_PASSWORD", s.Password)
	return s
}

const password = "open sesame"

// TestAServerOfItsOwn does what the other tests' server would not stand.
func TestAServerOfItsOwn(t *testing.T) {
	for i, version := range neo4jtest.Versions() {
		t.Run(version, func(t *testing.T) {
			s := ownServer(t, version)
			t.Run("refused", func(t *testing.T) { checkRefusals(t, s) })
			t.Run("import", func(t *testing.T) { checkKilledImport(t, s, i == 0) })
			s.Wipe(t)
			t.Run("serve", func(t *testing.T) { checkCrash(t, s) })
			s.Wipe(t)
			t.Run("read-only", func(t *testing.T) { checkReadOnly(t, s) })
		})
	}
}

// checkKilledImport kills the server while an import runs, and starts it again after
// some seconds: the import ends later, and with nothing else. If often, that happens
// three times.
func checkKilledImport(t *testing.T, s *neo4jtest.Owned, often bool) {
	kills, rows := int64(1), 20_000
	if often {
		kills, rows = 3, 30_000
	}
	l := newLoad(t, rows)
	chance := rand.New(rand.NewPCG(5, 7)) //nolint:gosec // not a secret
	done := l.into(t, s.URL)
	killed := 0
	for batches := range kills {
		if !reaches(t, s.Server, batches+1, done) {
			break
		}
		time.Sleep(time.Duration(chance.IntN(300)) * time.Millisecond)
		if len(done) == 0 {
			killed++
		}
		s.Kill(t)
		time.Sleep(2 * time.Second)
		s.Restart(t)
	}
	if killed == 0 {
		t.Error("the import was over before the server was killed")
	}
	t.Logf("killed %d times in mid-import", killed)
	l.check(t, s.Server, <-done)
}

// An import outlives a network that breaks connections, refuses them or swallows what
// is sent, in the middle of a batch.
func TestAnImportOutlivesTheNetwork(t *testing.T) {
	l := newLoad(t, 20_000)
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		p := neo4jtest.NewProxy(t, s)
		done := l.into(t, p.URL)
		for batches, fault := range []func(testing.TB){p.Reset, p.Blackhole} {
			if !reaches(t, s, int64(batches+1), done) {
				t.Error("the import was over before the network failed")
			}
			fault(t)
			time.Sleep(2 * time.Second)
			p.Restore(t)
		}
		l.check(t, s, <-done)
	})
}

// Half a second each way makes an import slow and nothing else. That is no matter of
// the version of the server.
func TestAnImportOverASlowNetwork(t *testing.T) {
	l := newLoad(t, 200)
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		if !(backend{s}).oldest() {
			return
		}
		p := neo4jtest.NewProxy(t, s)
		p.Latency(t, 500*time.Millisecond)
		time.AfterFunc(15*time.Second, func() { p.Restore(t) }) // it has had its trials by then
		l.check(t, s, <-l.into(t, p.URL))
	})
}

// Four processes that import files with much in common end like one.
func TestParallelImportsEndLikeOne(t *testing.T) {
	l := newLoad(t, 8_000)
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				if text, err := process(t, "import", "--store", s.URL, "--dataset", "d", "--max-rejects=-1", "--rejects", filepath.Join(t.TempDir(), "r.csv"), l.file); err != nil {
					t.Errorf("%v\n%s", err, text)
				}
			})
		}
		wait.Wait()
		l.check(t, s, <-l.into(t, s.URL))
	})
}
