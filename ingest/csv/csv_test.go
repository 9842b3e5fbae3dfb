package csv_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/chokepoint/chokepoint"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/ingest"
	"github.com/chokepoint/chokepoint/ingest/csv"
)

// words is the ontology of the schema, read once.
var words = func() *ontology.Ontology {
	o, err := ontology.Load(chokepoint.Schema)
	if err != nil {
		panic(err)
	}
	return o
}()

func file(name string, content io.Reader) csv.File {
	return csv.File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(content), nil }}
}

// tables makes files of texts: the first line is the name.
func tables(texts ...string) []csv.File {
	var files []csv.File
	for _, text := range texts {
		name, content, _ := strings.Cut(text, "\n")
		files = append(files, file(name, strings.NewReader(content)))
	}
	return files
}

// result is everything one import gave.
type result struct {
	ingest.Batch
	records map[string]graph.Record // by key, the last
	links   []graph.Link
	rowsIn  int
	err     error
}

func read(t testing.TB, o csv.Options, files ...csv.File) *result {
	t.Helper()
	if o.Ontology = words; o.Dataset == "" {
		o.Dataset = "tips"
	}
	if o.Markings == nil {
		o.Markings = graph.Markings{graph.Clear}
	}
	r := &result{records: map[string]graph.Record{}}
	r.err = csv.NewReader(files, o).Read(t.Context(), func(b *ingest.Batch) error {
		if len(b.Records) != len(b.RecordRows) || len(b.Links) != len(b.LinkRows) || b.Weak != nil && len(b.Weak) != len(b.Records) {
			t.Fatal("the parts of a batch differ in length")
		}
		for _, record := range b.Records {
			r.records[record.Key] = record
			if record.ID != graph.RecordID(record.Dataset, record.Key) {
				t.Errorf("record %q: its ID is not that of its key", record.Key)
			}
		}
		for _, link := range b.Links {
			if link.ID != graph.LinkID(link.Dataset, link.Key) {
				t.Errorf("link %q: its ID is not that of its key", link.Key)
			}
		}
		r.links = append(r.links, b.Links...)
		r.Rows, r.Rejects = append(r.Rows, b.Rows...), append(r.Rejects, b.Rejects...)
		r.Implied += b.Implied
		r.rowsIn += b.RowsIn()
		return nil
	})
	return r
}

func TestEdgeListByContract(t *testing.T) {
	r := read(t, csv.Options{}, tables("e.csv\nFrom,TO,Type,weight,at,amount,currency,quantity,unit,confidence,from_kind,to_kind,lane\n"+
		"a,NA,owns,2.5,2024-03-01,0100.50,usd,3,kg,0.5,Person,company,left\n"+
		"a,b,godfather of,,,,,,,,,,\n")...)
	if r.err != nil || len(r.Rejects) > 0 || r.rowsIn != 2 || len(r.links) != 2 {
		t.Fatalf("err %v, rejects %v, rows %d", r.err, r.Rejects, r.rowsIn)
	}
	l := r.links[0]
	if l.Kind != "OWNS" || *l.Weight != 2.5 || l.At.String() != "2024-03-01T00:00:00Z" || l.Amount != "100.5" || l.Currency != "USD" ||
		*l.Quantity != 3 || l.Unit != "kg" || l.Confidence != 0.5 || l.Properties.First("lane") != "left" {
		t.Errorf("the link is %+v", l)
	}
	if l.From != graph.RecordID("tips", "a") || l.To != graph.RecordID("tips", "NA") {
		t.Error("the ends are not those of the keys a and NA")
	}
	if k := r.links[1]; k.Kind != graph.LinkedTo || k.Properties.First("kind") != "godfather of" || k.Confidence != 1 {
		t.Errorf("an unknown kind became %+v", k)
	}
	if r.Implied != 3 || r.records["a"].Kind != "Person" || r.records["NA"].Kind != "Company" || r.records["b"].Kind != graph.UnknownKind || r.records["NA"].Name != "NA" {
		t.Errorf("implied %d: %v", r.Implied, r.records)
	}
}

func TestNodeListByContract(t *testing.T) {
	r := read(t, csv.Options{}, tables("n.csv\nid;KIND;name;aliases;Birth date;mood\n"+
		"NA;person;;Nan; 1970-05 ;glum\n7;Supplier;Acme;;;\n8;;;;;\n;Person;Nobody;;;\n")...)
	if r.err != nil || r.rowsIn != 4 || len(r.Rejects) != 1 {
		t.Fatalf("err %v, rows %d, rejects %v", r.err, r.rowsIn, r.Rejects)
	}
	na := r.records["NA"]
	if na.Kind != "Person" || na.Name != "NA" || len(na.Aliases) != 1 || na.Properties.First("birthDate") != "1970-05" || na.Properties.First("mood") != "glum" {
		t.Errorf("NA is %+v", na)
	}
	if s := r.records["7"]; s.Kind != graph.UnknownKind || s.Properties.First("kind") != "Supplier" || s.Name != "Acme" {
		t.Errorf("7 is %+v", s)
	}
	if r.records["8"].Name != "8" {
		t.Errorf("8 is %+v", r.records["8"])
	}
	if j := r.Rejects[0]; j.File != "n.csv" || j.Line != 5 || j.Column != 1 || j.Code != ingest.Missing || j.Row != ",Person,Nobody,,," {
		t.Errorf("the reject is %+v", j)
	}
}

func TestImpliedEndsGiveWayToRowsInEitherOrder(t *testing.T) {
	edges, nodes := "e.csv\nfrom,to\na,b\nb,c\n", "n.csv\nid,kind,name\na,Person,Ann\nb,Person,Bob\n"
	for _, texts := range [][]string{{edges, nodes}, {nodes, edges}} {
		r := read(t, csv.Options{}, tables(texts...)...)
		if r.Implied != 1 || r.records["a"].Name != "Ann" || r.records["b"].Kind != "Person" || r.records["c"].Kind != graph.UnknownKind {
			t.Errorf("implied %d: %v", r.Implied, r.records)
		}
	}
}

func TestIdenticalRowsAreKeptAndSplittingFilesChangesNothing(t *testing.T) {
	ids := func(texts ...string) map[graph.ID]bool {
		set := map[graph.ID]bool{}
		r := read(t, csv.Options{}, tables(texts...)...)
		for _, l := range r.links {
			set[l.ID] = true
		}
		if len(r.Rejects) > 0 || r.err != nil {
			t.Fatal(r.Rejects, r.err)
		}
		return set
	}
	whole := ids("e.csv\nfrom,to,amount\na,b,1\na,b,1\nb,c,2\na,b,1\n")
	for _, other := range []map[graph.ID]bool{
		ids("x.csv\nfrom,to,amount\na,b,1\n", "y.csv\nfrom,to,amount\na,b,1\nb,c,2\n", "z.csv\nfrom,to,amount\na,b,1\n"),
		ids("x.csv\nto,amount,from\nc,2,b\nb,1,a\n", "y.csv\nFrom;To;Amount\na;b;1\na;b;1\n"),
	} {
		if len(whole) != 4 || len(other) != 4 {
			t.Fatalf("%d and %d links, want 4", len(whole), len(other))
		}
		for id := range whole {
			if !other[id] {
				t.Error("the split files give other IDs")
			}
		}
	}
}

func TestRepeatedIdentifiers(t *testing.T) {
	r := read(t, csv.Options{}, tables("n.csv\nid,kind,name\na,Person,Ann\na,Person,Ann\na,Person,Anna\na,,\n", "e.csv\nid,from,to\n1,a,b\n1,a,b\n1,a,c\n,a,c\n")...)
	if len(r.Rejects) != 2 || r.Rejects[0].Code != ingest.Duplicate || r.Rejects[0].Line != 4 || r.Rejects[1].Line != 4 {
		t.Errorf("rejects %+v", r.Rejects)
	}
	if r.rowsIn != 8 || r.records["a"].Name != "Ann" || len(r.links) != 2 || r.links[0].Key != "1" {
		t.Errorf("rows %d, %v, %v", r.rowsIn, r.records, r.links)
	}
}

func TestTimes(t *testing.T) {
	epoch, err := csv.ParseEpoch("2024-01-01/hour")
	if err != nil {
		t.Fatal(err)
	}
	days, err := csv.ParseEpoch("2024-01-01")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		epoch    csv.Epoch
		at, want string
	}{
		{epoch, "5", "2024-01-01T05:00:00Z"},
		{days, "-1", "2023-12-31T00:00:00Z"},
		{days, "2020", "2029-07-13T00:00:00Z"},
		{csv.Epoch{}, "2020", "2020-01-01T00:00:00Z"},
		{days, "2024-03-01T09:30:00+02:00", "2024-03-01T07:30:00Z"},
		{csv.Epoch{}, "12", ""},
		{days, "99999999999999999999", ""},
		{days, "9999999999", ""},
		{csv.Epoch{}, "soon", ""},
	} {
		r := read(t, csv.Options{Epoch: c.epoch}, tables("e.csv\nfrom,to,at\na,b,"+c.at+"\n")...)
		got := ""
		if len(r.links) == 1 {
			got = r.links[0].At.String()
		} else if len(r.Rejects) != 1 {
			t.Errorf("%s: %d links and %d rejects", c.at, len(r.links), len(r.Rejects))
		}
		if got != c.want {
			t.Errorf("%s is %q, want %q", c.at, got, c.want)
		}
	}
	for _, text := range []string{"", "soon", "2024-01-01/fortnight"} {
		if _, err := csv.ParseEpoch(text); graph.CodeOf(err) != graph.BadUserInput {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestHeadersThatCannotBeRead(t *testing.T) {
	for _, text := range []string{
		"e.csv\n", "e.csv\nname,age\nx,1\n", "e.csv\nfrom,to,weight,Weight\n", "e.csv\n\"from,to\na,b\n", "e.csv\nfr\"om,to\na,b\n",
		"e.csv\nid,a\x00b\n1,2\n", "e.csv\nid," + strings.Repeat("c,", 10_000) + "d\n", "e.csv\nid," + strings.Repeat("x", 3<<20),
	} {
		r := read(t, csv.Options{}, tables(text)...)
		if graph.CodeOf(r.err) != graph.BadUserInput || !strings.HasPrefix(r.err.Error(), "e.csv") || len(r.err.Error()) > 600 || r.rowsIn != 0 {
			t.Errorf("%.40q: %v", text, r.err)
		}
	}
}

func TestEncodingsAndDelimiters(t *testing.T) {
	const plain = "from,to\nä,b\n"
	utf16 := func(text string, low, high int) string {
		var b bytes.Buffer
		for _, r := range text {
			pair := [2]byte{}
			pair[low], pair[high] = byte(r), byte(r>>8)
			b.Write(pair[:])
		}
		return b.String()
	}
	want := graph.RecordID("tips", "ä")
	for name, text := range map[string]string{
		"plain": plain, "mark": "\ufeff" + plain, "crlf": strings.ReplaceAll(plain, "\n", "\r\n"), "no last line end": strings.TrimSuffix(plain, "\n"),
		"semicolon": strings.ReplaceAll(plain, ",", ";"), "tab": strings.ReplaceAll(plain, ",", "\t"), "bar": strings.ReplaceAll(plain, ",", "|"),
		"named delimiter": "sep=;\n" + strings.ReplaceAll(plain, ",", ";"), "blank lines": "\n\n" + plain + "\n\n",
		"UTF-16 LE": utf16("\ufeff"+plain, 0, 1), "UTF-16 BE": utf16("\ufeff"+plain, 1, 0), "no mark LE": utf16(plain, 0, 1), "no mark BE": utf16(plain, 1, 0),
	} {
		r := read(t, csv.Options{}, file("e.csv", strings.NewReader(text)))
		if r.err != nil || len(r.links) != 1 || r.links[0].From != want {
			t.Errorf("%s: %v, %d links", name, r.err, len(r.links))
		}
	}
}
