package csv_test

import (
	"bytes"
	"context"
	stdcsv "encoding/csv"
	"errors"
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/ingest"
	"github.com/chokepoint/chokepoint/ingest/csv"
)

// repeat is a reader of n times the same text.
func repeat(text string, n int) io.Reader {
	return io.LimitReader(&endless{text: text}, int64(len(text)*n))
}

type endless struct {
	text string
	at   int
}

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e.text[e.at]
		e.at = (e.at + 1) % len(e.text)
	}
	return len(p), nil
}

func reasons(r *result) string {
	var list []string
	for _, j := range r.Rejects {
		list = append(list, strconv.Itoa(j.Line)+" "+string(j.Code))
	}
	return strings.Join(list, ", ")
}

func TestHostileRowsAreRejectedAndTheRestIsRead(t *testing.T) {
	const header = "from,to,weight,note\n"
	for name, c := range map[string]struct {
		body, rejects string
		links         int
	}{
		"ragged":            {"a,b,1,x\na,b,1\na,b\na,b,1,x,y\nc,d,2,z\n", "3 RAGGED_ROW, 4 RAGGED_ROW, 5 RAGGED_ROW", 2},
		"bare quote":        {"a,b\"x,1,\nc,d,1,\n", "2 MALFORMED_ROW", 1},
		"text after quote":  {"\"a\"x,b,1,\nc,d,1,\n", "2 MALFORMED_ROW", 1},
		"open quote":        {"a,b,1,x\nc,\"d,1,\ne,f,1,\ng,h,1,\n", "3 MALFORMED_ROW", 3},
		"two open quotes":   {"a,b,1,\"x\nc,d,1,\ne,f,1,\"y\ng,h,1,\n", "2 MALFORMED_ROW", 1},
		"lines in a cell":   {"a,b,1,\"x\ny\"\nc,d,z,\n", "4 BAD_VALUE", 1},
		"NUL":               {"a\x00,b,1,\na,b,1,\x00\nc,d,1,\n", "2 BAD_VALUE, 3 BAD_VALUE", 1},
		"no UTF-8":          {"a\xff,b,1,\na,b,1,\xff\nc,d,1,\n", "2 BAD_VALUE, 3 BAD_VALUE", 1},
		"missing ends":      {",b,1,\na,,1,\n ,b,1,\n", "2 MISSING_VALUE, 3 MISSING_VALUE, 4 MISSING_VALUE", 0},
		"numbers that lie":  {"a,b,NaN,\na,b,Inf,\na,b,1e999,\na,b,NA,\n", "2 BAD_VALUE, 3 BAD_VALUE, 4 BAD_VALUE, 5 BAD_VALUE", 0},
		"an endless name":   {strings.Repeat("x", 1025) + ",b,1,\n" + strings.Repeat("x", 1024) + ",b,1,\n", "2 BAD_VALUE", 1},
		"an endless note":   {"a,b,1," + strings.Repeat("x", 64<<10+1) + "\n", "2 BAD_VALUE", 0},
		"spreadsheet cells": {"=a,@b,1,+c\n", "", 1},
	} {
		r := read(t, csv.Options{}, file("e.csv", strings.NewReader(header+c.body)))
		if got := reasons(r); r.err != nil || got != c.rejects || len(r.links) != c.links || r.rowsIn != len(r.Rejects)+len(r.Rows) {
			t.Errorf("%s: err %v, rejects %q, want %q, links %d, want %d", name, r.err, got, c.rejects, len(r.links), c.links)
		}
		for _, j := range r.Rejects {
			if j.File != "e.csv" || j.Reason == "" || j.Row == "" || len(j.Row) > 3*ingest.MaxExcerpt {
				t.Errorf("%s: the reject is %+v", name, j)
			}
		}
	}
}

func TestHugeRowsCostBoundedMemory(t *testing.T) {
	const mb = 1 << 20
	for name, c := range map[string]struct {
		huge          io.Reader
		rejects, fail string
		links         int
	}{
		"quoted":       {io.MultiReader(strings.NewReader("\"a\",\""), repeat("x\"\"", 35*mb), strings.NewReader("\"\nc,d\n")), "2 ROW_TOO_LARGE", "", 1},
		"with lines":   {io.MultiReader(strings.NewReader("a,\""), repeat("c,d\n", 2*mb), strings.NewReader("\"\nc,d\nc\n")), "2 ROW_TOO_LARGE, 2097156 RAGGED_ROW", "", 1},
		"plain":        {io.MultiReader(strings.NewReader("a,"), repeat("x", 8*mb), strings.NewReader("\nc,d\n")), "2 ROW_TOO_LARGE", "", 1},
		"stray quote":  {io.MultiReader(strings.NewReader("a,5\""), repeat("x", 8*mb), strings.NewReader("\nc,d\n")), "2 ROW_TOO_LARGE", "", 1},
		"broken quote": {io.MultiReader(strings.NewReader("a,\"5\" "), repeat("x\"", 4*mb), strings.NewReader("\nc,d\n")), "2 ROW_TOO_LARGE", "", 1},
		"never closed": {io.MultiReader(strings.NewReader("a,b\na,\""), repeat("c,d\n", 2*mb)), "3 ROW_TOO_LARGE", "never closes", 1},
		"all cells":    {io.MultiReader(strings.NewReader("a"), repeat(",", 8*mb), strings.NewReader("\nc,d\n")), "2 ROW_TOO_LARGE", "", 1},
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		r := read(t, csv.Options{}, file("e.csv", io.MultiReader(strings.NewReader("from,to\n"), c.huge)))
		runtime.ReadMemStats(&after)
		if got := reasons(r); got != c.rejects || len(r.links) != c.links || (r.err == nil) != (c.fail == "") || c.fail != "" && !strings.Contains(r.err.Error(), c.fail) {
			t.Errorf("%s: err %v, rejects %q, want %q, links %d, want %d", name, r.err, got, c.rejects, len(r.links), c.links)
		}
		if used := (after.TotalAlloc - before.TotalAlloc) / mb; used > 64 {
			t.Errorf("%s: %d MiB were allocated", name, used)
		}
	}
}

func TestReadEndsWithItsContextAndItsReceiver(t *testing.T) {
	big := func() []csv.File {
		return []csv.File{file("e.csv", io.MultiReader(strings.NewReader("from,to\n"), &endless{text: "a,b\n"}))}
	}
	o := csv.Options{Ontology: words, Dataset: "d", Markings: graph.Markings{graph.Clear}}
	ctx, cancel := context.WithCancel(t.Context())
	err := csv.NewReader(big(), o).Read(ctx, func(*ingest.Batch) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of ctx: %v", err)
	}
	full := errors.New("full")
	if err := csv.NewReader(big(), o).Read(t.Context(), func(*ingest.Batch) error { return full }); !errors.Is(err, full) {
		t.Errorf("after an error of yield: %v", err)
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	broken := errors.New("wire cut")
	r := read(t, csv.Options{}, file("ok.csv", strings.NewReader("from,to\na,b\n")),
		file("e.csv", io.MultiReader(strings.NewReader("from,to\nc,d\n"), errorReader{broken})))
	if !errors.Is(r.err, broken) || strings.Contains(r.err.Error(), "wire") || r.rowsIn != 2 {
		t.Errorf("rows %d, err %v", r.rowsIn, r.err)
	}
	r = read(t, csv.Options{}, csv.Path(t.TempDir()+"/none.csv"))
	if graph.CodeOf(r.err) != graph.BadUserInput || r.err.Error() != "none.csv: it cannot be opened" {
		t.Errorf("err %v", r.err)
	}
}

type errorReader struct{ err error }

func (e errorReader) Read([]byte) (int, error) { return 0, e.err }

// FuzzRead holds any table to the promises of this package: no panic, each row
// taken or rejected with a reason, the same again, and no row taken that
// encoding/csv does not see.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"from,to\na,b\n", "id,name,kind\nNA,x,Person\n", "source;target;at\na;b;5\n", "\ufefffrom,to\r\n\"a\",\"b\"\"c\"\r\n", "from,to\n\"a,b\nc,d\n",
		"from,to\na,b,c\nd\n", "from,to,weight\na,b,x\n\"a\"b,c,1\n", "\xff\xfef\x00r\x00,\x00", "id,id\n1,2\n", "from,to,markings\na,b,TLP:RED\n", "from,to\n\"a\nb\",c\n\n\na,b\x00\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, table []byte) {
		o := csv.Options{Epoch: csv.Epoch{Unit: csv.Day}}
		first := read(t, o, file("f.csv", bytes.NewReader(table)))
		again := read(t, o, file("f.csv", bytes.NewReader(table)))
		if first.rowsIn != len(first.Rows)+len(first.Rejects) || first.rowsIn != again.rowsIn || len(first.links) != len(again.links) {
			t.Fatalf("%d rows in, %d taken, %d rejected, %d rows and %d links again", first.rowsIn, len(first.Rows), len(first.Rejects), again.rowsIn, len(again.links))
		}
		for _, j := range first.Rejects {
			if j.Line < 1 || j.Reason == "" || j.Code == "" {
				t.Fatalf("reject %+v", j)
			}
		}
		for i, l := range first.links {
			if l.ID != again.links[i].ID {
				t.Fatal("read again, a link has another ID")
			}
			if len(l.Markings) == 0 {
				t.Fatal("a link without markings")
			}
		}
		if first.err == nil && len(first.Rejects) == 0 && bytes.IndexByte(table, 0) < 0 && !bytes.Contains(table, []byte("sep=")) {
			agree(t, table, first)
		}
	})
}

// agree compares a table without faults with what encoding/csv alone makes of it.
func agree(t *testing.T, table []byte, got *result) {
	for _, comma := range ",;\t|" {
		in := stdcsv.NewReader(bytes.NewReader(bytes.TrimPrefix(table, []byte("\ufeff"))))
		in.Comma, in.FieldsPerRecord = comma, -1
		if rows, err := in.ReadAll(); err == nil && len(rows) == got.rowsIn+1 {
			return
		}
	}
	if !bytes.HasPrefix(table, []byte("\xff\xfe")) && !bytes.HasPrefix(table, []byte("\xfe\xff")) {
		t.Fatalf("encoding/csv does not see %d rows", got.rowsIn)
	}
}

func BenchmarkRead(b *testing.B) {
	var table bytes.Buffer
	table.WriteString("from,to,kind,weight,at,amount,currency,note\n")
	const rows = 1_000_000
	for i := range rows {
		table.WriteString("A" + strconv.Itoa(i%50_000) + ",B" + strconv.Itoa(i*7919%50_000) + ",SENT," + strconv.Itoa(i%9) + ",2024-03-01," + strconv.Itoa(i%5000) + ".25,USD,batch " + strconv.Itoa(i%10) + "\n")
	}
	b.SetBytes(int64(table.Len()))
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		reader := csv.NewReader([]csv.File{file("e.csv", bytes.NewReader(table.Bytes()))}, csv.Options{Ontology: words, Dataset: "d", Markings: graph.Markings{graph.Clear}})
		if err := reader.Read(b.Context(), func(batch *ingest.Batch) error { n += len(batch.Links); return nil }); err != nil || n != rows {
			b.Fatal(err, n)
		}
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
