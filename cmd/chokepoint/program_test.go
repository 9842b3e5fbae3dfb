package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/centrality"
	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/neo4j/neo4jtest"
)

// TestMain lets a test start this binary as the program itself, to kill it.
func TestMain(m *testing.M) {
	if args := os.Getenv("CHOKEPOINT_TEST_ARGS"); args != "" {
		p := &program{in: os.Stdin, out: os.Stdout, err: os.Stderr}
		os.Exit(p.run(context.Background(), strings.Split(args, "\n")))
	}
	neo4jtest.Main(m)
}

// output collects what a running program prints and waits for a text in it.
type output struct {
	mu    sync.Mutex
	text  bytes.Buffer
	grown chan struct{}
}

func newOutput() *output { return &output{grown: make(chan struct{}, 1)} }

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.grown <- struct{}{}:
	default:
	}
	return o.text.Write(p)
}

// waitFor returns all that was printed once a pattern matches it.
func (o *output) waitFor(t testing.TB, done <-chan int, pattern string) string {
	t.Helper()
	for {
		o.mu.Lock()
		text := o.text.String()
		o.mu.Unlock()
		if regexp.MustCompile(pattern).MatchString(text) {
			return text
		}
		select {
		case <-o.grown:
		case code := <-done:
			t.Fatalf("ended with %d before it printed %q:\n%s", code, pattern, o.text.String())
		}
	}
}

// start runs a command that serves until it is stopped.
func start(t testing.TB, args ...string) (o *output, done <-chan int, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	o = newOutput()
	ended := make(chan int, 1)
	p := &program{in: strings.NewReader(""), out: o, err: o}
	go func() { ended <- p.run(ctx, args) }()
	return o, ended, func() {
		cancel()
		if code := <-ended; code != 0 {
			t.Errorf("stopped with exit code %d:\n%s", code, o.text.String())
		}
	}
}

func get(t testing.TB, url string) string {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %v", url, r.StatusCode, err)
	}
	return string(body)
}

func TestDemoAnswersAndServes(t *testing.T) {
	o, done, stop := start(t, "demo", "--addr", "127.0.0.1:0")
	text := o.waitFor(t, done, `GraphQL +http://\S+/graphql`)
	address := regexp.MustCompile(`http://\S+/graphql`).FindString(text)
	for _, question := range []string{"1  Which", "2  Which", "3  How", "proven best"} {
		if !strings.Contains(text, question) {
			t.Errorf("the demo does not print %q:\n%s", question, text)
		}
	}
	page := get(t, strings.TrimSuffix(address, "graphql"))
	welcome := welcomeOf(t, strings.TrimSuffix(address, "/graphql"))
	if !strings.Contains(page, "/graphiql") || len(welcome.Queries) == 0 || !strings.Contains(welcome.Store, "made up") {
		t.Error("the start page shows no worked query or does not say what is loaded")
	}
	if answer := get(t, address+"?query=%7Bdatasets%7Bname%20records%7D%7D"); !strings.Contains(answer, `"demo"`) {
		t.Errorf("the API answers %s", answer)
	}
	for _, path := range []string{"healthz", "readyz", "schema.graphqls"} {
		get(t, strings.TrimSuffix(address, "graphql")+path)
	}
	stop()
}

func TestServeTakesTokensAndRefusesOtherAddresses(t *testing.T) {
	onStores(t, func(t *testing.T, at backend) {
		url := at.fresh(t)
		nodes := filepath.Join(t.TempDir(), "n.csv")
		writeCSV(t, nodes, [][]string{{"id", "markings"}, {"open", "TLP:CLEAR"}, {"secret", "TLP:RED"}})
		mustRun(t, "import", "--store", url, "--dataset", "d", nodes)
		if _, stderr, code := run(t, "serve", "--store", url, "--addr", "0.0.0.0:0"); code == 0 || !strings.Contains(stderr, "not authenticated") {
			t.Errorf("served on all addresses: %d %s", code, stderr)
		}
		address, stop := startServer(t, "--store", url, "--token", "analyst=0123456789abcdef:TLP:CLEAR")
		defer stop()
		for token, want := range map[string]string{"": `"totalCount":2`, "0123456789abcdef": `"totalCount":1`} {
			out := mustRun(t, "query", "--server", address, "--token", token, "{ entities { totalCount } }")
			if !strings.Contains(out, want) {
				t.Errorf("token %q: %s", token, out)
			}
		}
	})
}

// startServer serves a store and returns where.
func startServer(t testing.TB, args ...string) (address string, stop func()) {
	t.Helper()
	o, done, stop := start(t, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)
	text := o.waitFor(t, done, `GraphQL +http://\S+/graphql`)
	return strings.TrimSuffix(regexp.MustCompile(`http://\S+/graphql`).FindString(text), "/graphql"), stop
}

const writeLate = `mutation { upsertRecords(input: {records: [{dataset: "d", key: "late", kind: "Person", name: "Late", markings: ["TLP:CLEAR"]}]}) { created revision } }`

// A file is one process's alone, and is copied while that goes on.
func TestAFileIsHeldAndCopiedWhileItIsServed(t *testing.T) {
	url, _ := storeAt(t)
	nodes := filepath.Join(t.TempDir(), "n.csv")
	writeCSV(t, nodes, [][]string{{"id"}, {"open"}})
	mustRun(t, "import", "--store", url, "--dataset", "d", nodes)
	address, stop := startServer(t, "--store", url)
	defer stop()
	if _, stderr, code := run(t, "datasets", "--store", url); code != 1 || !strings.Contains(stderr, "process") {
		t.Errorf("a held store: %d %s", code, stderr)
	}
	backup := filepath.Join(t.TempDir(), "backup")
	mustRun(t, "query", "--server", address, writeLate)
	mustRun(t, "backup", "--store", url, backup)
	again, _ := storeAt(t)
	mustRun(t, "restore", "--store", again, backup)
	if !strings.Contains(dump(t, again), "late") {
		t.Error("the backup of a store in use lacks its newest write")
	}
}

// Two servers on one Neo4j see each other's writes, at once for who has the token.
func TestServersOnOneNeo4jFollowEachOther(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		a, stopA := startServer(t, "--store", s.URL)
		defer stopA()
		b, stopB := startServer(t, "--store", s.URL)
		defer stopB()
		var written struct {
			Data struct{ UpsertRecords struct{ Revision string } }
		}
		if err := json.Unmarshal([]byte(mustRun(t, "query", "--server", a, writeLate)), &written); err != nil {
			t.Fatal(err)
		}
		if out := mustRun(t, "query", "--server", b, "--var", "r="+written.Data.UpsertRecords.Revision, `query ($r: String!) { entities(atLeast: $r) { nodes { name } } }`); !strings.Contains(out, "Late") {
			t.Errorf("who has the token reads %s", out)
		}
		mustRun(t, "query", "--server", b, strings.Replace(writeLate, "Late", "Later", 1))
		begun := time.Now()
		for !strings.Contains(mustRun(t, "query", "--server", a, "{ entities { nodes { name } } }"), "Later") {
			time.Sleep(10 * time.Millisecond)
		}
		t.Logf("seen after %s", time.Since(begun))
	})
}

func TestImportAccountsForEveryRow(t *testing.T) {
	onStores(t, func(t *testing.T, at backend) {
		url := at.fresh(t)
		dir := t.TempDir()
		edges := filepath.Join(dir, "edges.csv")
		write := func(lines ...string) {
			if err := os.WriteFile(edges, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write("from,to,kind,amount", "a,b,OWNS,10", "b,c,OWNS,ten", "c,NA,OWNS,3", "ragged,row")
		rejects := filepath.Join(dir, "rejects.csv")
		if out := mustRun(t, "import", "--store", url, "--dry-run", "--rejects", rejects, edges); !strings.Contains(out, "dry run") {
			t.Errorf("dry run: %s", out)
		}
		if _, stderr, code := run(t, "datasets", "--store", url); code != 1 || !strings.Contains(stderr, "no store") {
			t.Errorf("a dry run made a store: %d %s", code, stderr)
		}
		out := mustRun(t, "import", "--store", url, "--rejects", rejects, edges)
		if !strings.Contains(out, "4 in = 2 written + 0 unchanged + 2 rejected") {
			t.Errorf("account: %s", out)
		}
		f, err := os.Open(rejects)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		if err != nil || len(rows) != 3 || f.Close() != nil {
			t.Fatalf("reject file: %v, %v", rows, err)
		}
		if got := strings.Join(rows[1][:4], " "); got != "edges.csv 3 4 BAD_VALUE" {
			t.Errorf("first reject: %s", got)
		}
		if _, _, code := run(t, "import", "--store", url, "--rejects", rejects, "--max-rejects", "1", edges); code != exitRejects {
			t.Errorf("past --max-rejects: exit code %d", code)
		}
		write("from,to", "a,")
		if _, stderr, code := run(t, "import", "--store", url, "--dataset", "none", "--rejects", rejects, edges); code != exitRejects || !strings.Contains(stderr, "no row was fit") {
			t.Errorf("nothing but rejects: exit code %d, %s", code, stderr)
		}
		write("from,to,kind,amount", "a,b,OWNS,10")
		out = mustRun(t, "import", "--store", url, "--replace", edges)
		if !strings.Contains(out, "1 in = 0 written + 1 unchanged + 0 rejected") || !strings.Contains(out, "1 deleted") {
			t.Errorf("replace: %s", out)
		}
		for _, line := range strings.Split(out[strings.Index(out, "Next:"):], "\n") {
			if query, ok := strings.CutPrefix(strings.TrimSpace(line), "chokepoint query "); ok {
				document := query[strings.Index(query, "'")+1 : strings.LastIndex(query, "'")]
				mustRun(t, "query", "--store", url, document)
			}
		}
		if out := mustRun(t, "drop", "--store", url, "--dataset", "edges", "--yes"); !strings.Contains(out, "Deleted 2 records and 1 links") {
			t.Errorf("drop: %s", out)
		}
	})
}

func TestWrongUseSaysWhatToDo(t *testing.T) {
	url, _ := storeAt(t)
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"import", "--store", url, "missing.csv"}, exitUsage, "missing.csv"},
		{[]string{"import", "--store", url, "--format", "stix", "x"}, exitUsage, "csv"},
		{[]string{"import", "--store", "postgres://x", "x"}, exitUsage, "missing"},
		{[]string{"query", "--store", url, "{ datasets { name } }"}, exitFailure, "chokepoint import"},
		{[]string{"serve", "--store", "neo4j:localhost"}, exitUsage, "neo4j://HOST"},
		{[]string{"serve", "--store", "bolt://127.0.0.1:1"}, exitFailure, "does not answer"},
		{[]string{"serve", "--store", "bolt://neo4j:secret@127.0.0.1:1"}, exitUsage, "CHOKEPOINT_NEO4J_PASSWORD"},
		{[]string{"serve", "--schema", "mend"}, exitUsage, "apply"},
		{[]string{"serve", "--store", url, "--addr", "8080"}, exitUsage, "HOST:PORT"},
		{[]string{"serve", "--store", url, "--addr", "0.0.0.0:0"}, exitUsage, "not authenticated"},
		{[]string{"serve", "--store", url, "--addr", "127.0.0.1:0", "--metrics-listen", "0.0.0.0:0"}, exitUsage, "not authenticated"},
		{[]string{"demo", "--addr", "8080"}, exitUsage, "HOST:PORT"},
		{[]string{"backup", "--store", "neo4j://localhost", "copy"}, exitUsage, "neo4j-admin"},
		{[]string{"restore", "--store", "neo4j://localhost", os.Args[0]}, exitUsage, "neo4j-admin"},
		{[]string{"nonsense"}, exitUsage, "--help"},
		{[]string{"bench", "--graph", os.Args[0], "--op", "louvain"}, exitUsage, "leiden"},
		{[]string{"doctor", "--store", "bolt://127.0.0.1:1"}, exitFailure, "Neo4j"},
		{[]string{"doctor", "--store", "bolt://neo4j:secret@127.0.0.1:1"}, exitUsage, "CHOKEPOINT_NEO4J_PASSWORD"},
	} {
		_, stderr, code := run(t, c.args...)
		if c.want == "missing" {
			c.want = "no such file"
		}
		if code != c.code || !strings.Contains(stderr, c.want) || strings.Contains(stderr, "goroutine") {
			t.Errorf("%v: exit code %d, %s; want %d and %q", c.args, code, stderr, c.code, c.want)
		}
	}
}

func TestQueryTellsErrorsByItsExitCode(t *testing.T) {
	onStores(t, func(t *testing.T, at backend) {
		url := at.fresh(t)
		nodes := filepath.Join(t.TempDir(), "n.csv")
		writeCSV(t, nodes, [][]string{{"id", "name"}, {"1", "Ann"}})
		mustRun(t, "import", "--store", url, "--dataset", "d", nodes)
		out := mustRun(t, "query", "--store", url, "--var", `names=["ann"]`, `query ($names: [String!]) { entities(filter: {names: $names}) { nodes { name } } }`)
		if !strings.Contains(out, `"Ann"`) {
			t.Errorf("got %s", out)
		}
		if out, _, code := run(t, "query", "--store", url, `{ entities(first: 9999) { nodes { name } } }`); code != exitFailure || !strings.Contains(out, "BAD_USER_INPUT") {
			t.Errorf("%d %s", code, out)
		}
		if out := mustRun(t, "query", "--store", url, "--viewer", "TLP:RED", `{ entities { totalCount } }`); !strings.Contains(out, `"totalCount":0`) {
			t.Errorf("another viewer sees %s", out)
		}
	})
}

func TestBackupRestoreAndDoctor(t *testing.T) {
	url, path := storeAt(t)
	nodes := filepath.Join(t.TempDir(), "n.csv")
	writeCSV(t, nodes, [][]string{{"id", "name"}, {"1", "Ann"}, {"2", "Ben"}})
	mustRun(t, "import", "--store", url, "--dataset", "d", nodes)
	backup := filepath.Join(t.TempDir(), "backup")
	mustRun(t, "backup", "--store", url, backup)
	if out := mustRun(t, "doctor", "--store", url); !strings.Contains(out, "schema version 1") || !strings.Contains(out, "revision 1") {
		t.Errorf("doctor: %s", out)
	}
	again, _ := storeAt(t)
	mustRun(t, "restore", "--store", again, backup)
	if dump(t, again) != dump(t, url) {
		t.Error("the restored store differs")
	}
	if _, stderr, code := run(t, "restore", "--store", again, backup); code == 0 {
		t.Errorf("a store was overwritten: %s", stderr)
	}
	damage(t, backup)
	other, _ := storeAt(t)
	if _, stderr, code := run(t, "restore", "--store", other, backup); code == 0 || !strings.Contains(stderr, "block") {
		t.Errorf("a damaged backup: %d %s", code, stderr)
	}
	damage(t, path)
	if out, stderr, code := run(t, "doctor", "--store", url); code == 0 {
		t.Errorf("doctor finds nothing in a damaged store: %s%s", out, stderr)
	}
}

// damage turns over some bytes in the second half of a file.
func damage(t testing.TB, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(content) / 2; i < len(content); i += 97 {
		content[i] ^= 0x55
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A killed import leaves whole batches, and to import again completes it to the
// same state as one that was not disturbed.
func TestKilledImportIsCompletedByAnother(t *testing.T) {
	onStores(t, func(t *testing.T, at backend) {
		rows, step := 120_000, 130*time.Millisecond
		if at.onServer() {
			rows, step = 12_000, 400*time.Millisecond
		}
		edges := manyEdges(t, rows)
		whole := at.fresh(t)
		mustRun(t, "import", "--store", whole, edges)
		want := dump(t, whole)
		url := at.fresh(t)
		killed := 0
		for delay := 60 * time.Millisecond; killed < 4; delay += step {
			if !killedImport(t, url, edges, delay) {
				break
			}
			killed++
			acknowledged(t, url)
		}
		if killed == 0 {
			t.Fatal("no import was killed")
		}
		mustRun(t, "import", "--store", url, edges)
		if dump(t, url) != want {
			t.Error("the completed import differs from an undisturbed one")
		}
		if out := mustRun(t, "import", "--store", url, edges); !strings.Contains(out, fmt.Sprintf("= 0 written + %s unchanged + 0 rejected", humanize.Comma(int64(rows)))) {
			t.Errorf("imported again: %s", out)
		}
	})
}

// manyEdges writes a file with as many links.
func manyEdges(t testing.TB, rows int) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "edges.csv")
	var text strings.Builder
	text.WriteString("from,to,weight\n")
	for i := range rows {
		fmt.Fprintf(&text, "n%d,n%d,%d\n", i%4999, (i*7+1)%5003, i%17)
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// killedImport kills an import after a while, and reports false if it was done by
// then.
func killedImport(t *testing.T, url, file string, after time.Duration) bool {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), "CHOKEPOINT_TEST_ARGS=import\n--store\n"+url+"\n"+file)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(after)
	if err := child.Process.Kill(); err != nil && !strings.Contains(err.Error(), "finished") {
		t.Fatal(err)
	}
	return child.Wait() != nil
}

// acknowledged checks that a store that was killed opens and is sound.
func acknowledged(t testing.TB, url string) {
	t.Helper()
	driver, err := location{place: place{Store: url}}.open(t.Context(), true, patient)
	if graph.CodeOf(err) == graph.NotFound && err != nil {
		return // killed before it was made
	}
	if err != nil {
		t.Fatal(err)
	}
	findings, err := driver.(store.Checker).Check(t.Context())
	if err != nil || len(findings) > 0 {
		t.Errorf("after a kill: %v, %v", findings, err)
	}
	if err := driver.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestBenchPrintsOneObject(t *testing.T) {
	edges := filepath.Join(t.TempDir(), "e.csv")
	writeCSV(t, edges, [][]string{{"source", "target", "weight"}, {"a", "b", "2"}, {"b", "c", "3"}, {"c", "a", "1"}, {"c", "d", "1"}})
	for op := range benchKernels {
		checkBench(t, edges, op)
	}
	for _, name := range centrality.Names() {
		checkBench(t, edges, strings.ToLower(name))
	}
}

func checkBench(t *testing.T, edges, op string) {
	t.Helper()
	var result timed
	out := mustRun(t, "bench", "--graph", edges, "--op", op, "--runs", "2", "--json")
	if err := json.Unmarshal([]byte(out), &result); err != nil || result.Op != op || result.Nodes != 4 || result.Links != 4 || result.Runs != 2 {
		t.Errorf("%s: %s %v", op, out, err)
	}
	if mean := (result.Min + result.Max) / 2; math.Abs(result.Median-mean) > 1e-12 {
		t.Errorf("%s: the median of two runs is %v, want their mean %v", op, result.Median, mean)
	}
}
