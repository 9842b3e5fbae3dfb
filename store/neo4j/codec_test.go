package neo4j

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
)

func words(t testing.TB) *ontology.Ontology {
	t.Helper()
	o, err := ontology.Load(chokepoint.Schema)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// received is what the server gives back for the properties it was given.
func received(p map[string]any) map[string]any {
	out := map[string]any{}
	for name, value := range p {
		if list, is := value.([]string); is {
			anys := make([]any, len(list))
			for i := range list {
				anys[i] = list[i]
			}
			value = anys
		}
		out[name] = value
	}
	return out
}

// names are property names that collide with others, and some that do not.
var names = rapid.OneOf(rapid.SampledFrom([]string{"id", "id_", "_id", "_rev", "_", "__", "name", "name_", "kind", "dataset", "at", "amount", "_amount_"}), rapid.StringN(1, 8, -1))

func drawHeader(t *rapid.T, properties *rapid.Generator[string]) graph.Header {
	h := graph.Header{
		Dataset: rapid.String().Draw(t, "dataset"), Key: rapid.String().Draw(t, "key"), SourceRef: rapid.String().Draw(t, "source"),
		Reliability: rapid.SampledFrom([]byte{0, 'A', 'F'}).Draw(t, "reliability"), Credibility: rapid.Uint8Range(0, 6).Draw(t, "credibility"),
		Confidence: rapid.Float64Range(0, 1).Draw(t, "confidence"), Markings: graph.NewMarkings(graph.Marking(rapid.String().Draw(t, "marking")), "B"),
		ValidFrom: drawInstant(t), ValidTo: drawInstant(t),
	}
	h.ID = graph.RecordID(h.Dataset, h.Key)
	for range rapid.IntRange(0, 4).Draw(t, "properties") {
		h.Properties = append(h.Properties, graph.Property{Name: properties.Draw(t, "property"), Values: rapid.SliceOfN(values, 1, 3).Draw(t, "values")})
	}
	h.Properties = h.Properties.Normalize()
	return h
}

var values = rapid.OneOf(rapid.StringN(1, 10, -1), rapid.SampledFrom([]string{strings.Repeat("x", maxIndexed+1), "1", "1.5", "1e+21", "01", "true", "True", "-0", "2024-01-01T00:00:00Z", "2024-01-01", "NaN", "9223372036854775808"}))

func drawInstant(t *rapid.T) graph.Instant {
	return graph.Instant(rapid.OneOf(rapid.Just(int64(graph.NoInstant)), rapid.Int64Range(-1<<60, 1<<60)).Draw(t, "instant"))
}

func drawNumber(t *rapid.T) *float64 {
	if rapid.Bool().Draw(t, "none") {
		return nil
	}
	f := rapid.Float64().Draw(t, "number")
	return &f
}

func TestEveryRecordComesBackFromItsProperties(t *testing.T) {
	o := words(t)
	c := newCodec(o)
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(o.Kinds).Draw(t, "kind")
		declared := []string{"x"}
		for _, p := range kind.Properties {
			declared = append(declared, p.Name)
		}
		r := graph.Record{Header: drawHeader(t, rapid.OneOf(names, rapid.SampledFrom(declared))), Kind: kind.Name, Name: rapid.String().Draw(t, "name")}
		r.Aliases = rapid.SliceOf(rapid.String()).Draw(t, "aliases")
		got, ok := c.record(received(c.recordProperties(&r)), r.Kind)
		if diff := cmp.Diff(r, got, cmpopts.EquateEmpty()); !ok || diff != "" {
			t.Fatal(diff)
		}
		if recordSum(&got) != recordSum(&r) {
			t.Fatal("the fingerprint of the same record differs")
		}
	})
}

func TestEveryLinkComesBackFromItsProperties(t *testing.T) {
	o := words(t)
	c := newCodec(o)
	rapid.Check(t, func(t *rapid.T) {
		l := graph.Link{
			Header: drawHeader(t, names), Kind: rapid.SampledFrom(o.LinkKinds).Draw(t, "kind").Name,
			From: graph.RecordID("d", rapid.String().Draw(t, "from")), To: graph.RecordID("d", rapid.String().Draw(t, "to")),
			At: drawInstant(t), Amount: graph.Decimal(rapid.String().Draw(t, "amount")), Currency: rapid.String().Draw(t, "currency"),
			Quantity: drawNumber(t), Unit: rapid.String().Draw(t, "unit"), Weight: drawNumber(t),
		}
		got, ok := c.link(received(c.linkProperties(&l)), l.Kind, l.From, l.To)
		if diff := cmp.Diff(l, got, cmpopts.EquateEmpty()); !ok || diff != "" {
			t.Fatal(diff)
		}
		if linkSum(&got) != linkSum(&l) {
			t.Fatal("the fingerprint of the same link differs")
		}
	})
}

func TestFingerprintsTellEveryPartApart(t *testing.T) {
	r := graph.Record{Kind: "Person", Name: "a", Header: graph.Header{Dataset: "d", Key: "k", Confidence: 1, Markings: graph.NewMarkings("A")}}
	seen := map[int64]string{recordSum(&r): "nothing"}
	for what, change := range map[string]func(*graph.Record){
		"kind": func(r *graph.Record) { r.Kind = "Company" }, "name": func(r *graph.Record) { r.Name = "b" },
		"aliases": func(r *graph.Record) { r.Aliases = []string{"b"} }, "dataset": func(r *graph.Record) { r.Dataset = "e" },
		"markings": func(r *graph.Record) { r.Markings = graph.NewMarkings("B") }, "more markings": func(r *graph.Record) { r.Markings = graph.NewMarkings("A", "B") },
		"reliability": func(r *graph.Record) { r.Reliability = 'A' }, "credibility": func(r *graph.Record) { r.Credibility = 1 },
		"confidence": func(r *graph.Record) { r.Confidence = 0.5 }, "from": func(r *graph.Record) { r.ValidFrom = 1 }, "to": func(r *graph.Record) { r.ValidTo = 1 },
		"source":   func(r *graph.Record) { r.SourceRef = "s" },
		"property": func(r *graph.Record) { r.Properties = graph.Properties{{Name: "p", Values: []string{"v"}}} },
		"values":   func(r *graph.Record) { r.Properties = graph.Properties{{Name: "p", Values: []string{"v", "w"}}} },
	} {
		other := r
		change(&other)
		if same, again := seen[recordSum(&other)]; again {
			t.Errorf("%s has the fingerprint of %s", what, same)
		}
		seen[recordSum(&other)] = what
	}
}

// Neo4j users see numbers as numbers, and lists where the ontology declares them.
func TestDeclaredPropertiesHaveNaturalTypes(t *testing.T) {
	c := newCodec(words(t))
	r := graph.Record{Kind: "Person", Name: "Ana", Header: graph.Header{Properties: graph.Properties{
		{Name: "height", Values: []string{"178.5"}}, {Name: "role", Values: []string{"broker"}}, {Name: "shoe", Values: []string{"42"}},
	}}}
	p := c.recordProperties(&r)
	for name, want := range map[string]any{"height": 178.5, "role": []string{"broker"}, "shoe": "42", "name": "Ana"} {
		if diff := cmp.Diff(want, p[name]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	r.Properties[0].Values = []string{"178.50"}
	if got := c.recordProperties(&r)["height"]; got != "178.50" {
		t.Errorf("a number that would not print back is %v", got)
	}
}

func TestChangedItemsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func() (list []changedItem) {
			for i := range rapid.IntRange(0, 5).Draw(t, "items") {
				list = append(list, changedItem{
					graph.RecordID("d", strconv.Itoa(i)), rapid.SampledFrom([]change{created, updated, deleted}).Draw(t, "change"),
					graph.NewMarkings(graph.Marking(rapid.SampledFrom([]string{"", "A", "B", "é"}).Draw(t, "marking")), "C"),
				})
			}
			return list
		}
		want := changedItems{draw(), draw()}
		got, err := unpack(want.pack())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(changedItems{}, changedItem{}), cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	})
}

// FuzzUnpack holds the reader of changed items to never fail but by its error.
func FuzzUnpack(f *testing.F) {
	full := changedItems{records: []changedItem{{markings: graph.NewMarkings("A")}}, links: []changedItem{{change: deleted, markings: graph.NewMarkings("B")}}}
	f.Add(full.pack())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, packed []byte) {
		items, err := unpack(packed)
		if err != nil {
			return
		}
		again, err := unpack(items.pack())
		if err != nil || !slices.EqualFunc(again.records, items.records, sameItem) || !slices.EqualFunc(again.links, items.links, sameItem) {
			t.Fatalf("%v after %x", err, packed)
		}
	})
}

func sameItem(a, b changedItem) bool {
	return a.id == b.id && a.change == b.change && bytes.Equal(appendMarkings(nil, a.markings), appendMarkings(nil, b.markings))
}

func TestTheFilterForgetsNothing(t *testing.T) {
	var f idFilter
	const n = firstCapacity + firstCapacity/2
	for i := range n {
		f.add(graph.RecordID("d", strconv.Itoa(i)))
	}
	wrong := 0
	for i := range n {
		if !f.mayHave(graph.RecordID("d", strconv.Itoa(i))) {
			t.Fatalf("%d is forgotten", i)
		}
		if f.mayHave(graph.RecordID("e", strconv.Itoa(i))) {
			wrong++
		}
	}
	if wrong > n/100 {
		t.Errorf("%d of %d IDs that were never added may be there", wrong, n)
	}
}
