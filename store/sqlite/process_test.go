package sqlite

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// childStore names the store for the test binary as a second process.
const childStore = "CHOKEPOINT_TEST_CHILD_STORE"

func TestMain(m *testing.M) {
	if path := os.Getenv(childStore); path != "" {
		child(path)
		return
	}
	os.Exit(m.Run())
}

// child writes batch after batch and says so after each; "refused" if it cannot
// open the store.
func child(path string) {
	d, err := Open(context.Background(), path, Options{})
	if err != nil {
		fmt.Println("refused", graph.CodeOf(err), err)
		return
	}
	for i := 0; ; i++ {
		c, err := d.Commit(context.Background(), childBatch(i))
		if err != nil {
			fmt.Println("failed", err)
			return
		}
		fmt.Println(c.Revision)
	}
}

// childBatch writes some records and links of its own and changes those of the
// batch before.
func childBatch(i int) store.Batch {
	b := store.Batch{Datasets: []store.Dataset{{Name: "d", Ceiling: graph.NewMarkings("A")}}}
	for _, n := range []int{i - 1, i} {
		for k := range 20 {
			key := strconv.Itoa(n) + "/" + strconv.Itoa(k)
			r := graph.Record{Header: testHeader(graph.RecordID("d", key), key), Kind: "Person", Name: fmt.Sprintf("%s written by %d", key, i)}
			b.Records = append(b.Records, r)
			b.Keys = append(b.Keys, "written "+strconv.Itoa(n+1))
			b.Links = append(b.Links, graph.Link{Header: testHeader(graph.LinkID("d", key), key), Kind: "OWNS", From: r.ID, To: b.Records[0].ID, At: graph.Instant(i)})
		}
	}
	return b
}

func testHeader(id graph.ID, key string) graph.Header {
	h := benchHeader(id, key)
	h.Dataset, h.Markings = "d", graph.NewMarkings("A")
	return h
}

func startChild(t *testing.T, path string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childStore+"="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

func TestSecondProcessIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	d := open(t, path)
	if _, err := Open(context.Background(), path, Options{MustExist: true}); graph.CodeOf(err) != graph.Conflict {
		t.Errorf("a second open in this process: %v", err)
	}
	cmd, said := startChild(t, path)
	said.Scan()
	if !strings.HasPrefix(said.Text(), "refused CONFLICT another process ("+strconv.Itoa(os.Getpid())+") holds this store") {
		t.Errorf("the second process says %q", said.Text())
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, path).Close()
}

// A killed process loses nothing that it said was stored, and no batch is there
// in part: the state is the one that the acknowledged batches and at most one
// more make.
func TestKilledWhileWriting(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	for round := range 5 {
		path := path + strconv.Itoa(round)
		cmd, said := startChild(t, path)
		acknowledged := graph.Revision(0)
		go func() {
			time.Sleep(time.Duration(100+37*round) * time.Millisecond) // some point in the midst of it
			cmd.Process.Kill()
		}()
		for said.Scan() {
			n, err := strconv.Atoi(said.Text())
			if err != nil {
				t.Fatal(said.Text())
			}
			acknowledged = graph.Revision(n)
		}
		cmd.Wait()
		d := open(t, path)
		head, err := d.Head(context.Background())
		if err != nil || head != acknowledged && head != acknowledged+1 {
			t.Fatalf("revision %d after %d were acknowledged: %v", head, acknowledged, err)
		}
		clean(t, d)
		want := open(t, Throwaway)
		for i := range int(head) {
			if _, err := want.Commit(context.Background(), childBatch(i)); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := dump(t, d, store.Latest), dump(t, want, store.Latest); got != want {
			t.Errorf("after revision %d the state differs", head)
		}
		want.Close()
		d.Close()
	}
}

// clean fails the test when a check finds anything.
func clean(t *testing.T, d *Driver) {
	t.Helper()
	findings, err := d.Check(context.Background())
	if err != nil || len(findings) > 0 {
		t.Fatalf("check: %v %v", findings, err)
	}
}

// dump is everything at a revision as text.
func dump(t testing.TB, d *Driver, at graph.Revision) string {
	t.Helper()
	var b strings.Builder
	_, err := d.Scan(context.Background(), "", at,
		func(r *graph.Record) error { _, err := fmt.Fprintf(&b, "%+v\n", *r); return err },
		func(l *graph.Link) error { _, err := fmt.Fprintf(&b, "%+v\n", *l); return err })
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
