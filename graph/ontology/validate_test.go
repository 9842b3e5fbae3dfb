package ontology_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
)

// header returns a header that is fit to be stored.
func header() graph.Header {
	return graph.Header{
		ID: graph.RecordID("tips", "17"), Dataset: "tips", Key: "17", Confidence: 1, Markings: graph.Markings{"TLP:CLEAR"},
		ValidFrom: graph.NoInstant, ValidTo: graph.NoInstant,
	}
}

func record(change func(*graph.Record)) graph.Record {
	r := graph.Record{Header: header(), Kind: "Person", Name: "A. Kline"}
	if change != nil {
		change(&r)
	}
	return r
}

func link(change func(*graph.Link)) graph.Link {
	l := graph.Link{Header: header(), Kind: "OWNS", From: graph.RecordID("tips", "1"), To: graph.RecordID("tips", "2"), At: graph.NoInstant}
	if change != nil {
		change(&l)
	}
	return l
}

func property(name string, values ...string) graph.Properties {
	return graph.Properties{{Name: name, Values: values}}
}

// many returns n different properties with one value each.
func many(n int) graph.Properties {
	var p graph.Properties
	for i := range n {
		p = append(p, graph.Property{Name: "p" + strings.Repeat("x", i), Values: []string{"v"}})
	}
	return p
}

func TestValidateRecordSettles(t *testing.T) {
	o := load(t)
	for _, c := range []struct {
		name       string
		give, want func(*graph.Record)
	}{
		{
			"kind by another spelling",
			func(r *graph.Record) { r.Kind = "bank account" },
			func(r *graph.Record) { r.Kind = "BankAccount" },
		},
		{
			"unknown kind keeps its word",
			func(r *graph.Record) { r.Kind = "Ranch"; r.Properties = property("hectares", "40") },
			func(r *graph.Record) {
				r.Kind = "UnknownEntity"
				r.Properties = graph.Properties{{Name: "hectares", Values: []string{"40"}}, {Name: "kind", Values: []string{"Ranch"}}}
			},
		},
		{
			"no kind at all",
			func(r *graph.Record) { r.Kind = " " },
			func(r *graph.Record) { r.Kind = "UnknownEntity" },
		},
		{
			"empty name",
			func(r *graph.Record) { r.Name = " \t" },
			func(r *graph.Record) { r.Name = "17" },
		},
		{
			"the name NA is a name like any other",
			func(r *graph.Record) { r.Name = " NA " },
			func(r *graph.Record) { r.Name = "NA" },
		},
		{
			"aliases",
			func(r *graph.Record) { r.Aliases = []string{" Cook", "", "A. Kline", "Cook"} },
			func(r *graph.Record) { r.Aliases = []string{"Cook"} },
		},
		{
			"markings",
			func(r *graph.Record) { r.Markings = graph.Markings{"TLP:RED", " CASE:7 ", "TLP:RED"} },
			func(r *graph.Record) { r.Markings = graph.Markings{"CASE:7", "TLP:RED"} },
		},
		{
			"a marking in any script",
			func(r *graph.Record) { r.Markings = graph.Markings{"ÖFFENTLICH"} },
			func(r *graph.Record) { r.Markings = graph.Markings{"ÖFFENTLICH"} },
		},
		{
			"day of an instant",
			func(r *graph.Record) { r.Properties = property("birthDate", "1971-04-03T23:30:00-05:00", "1971") },
			func(r *graph.Record) { r.Properties = property("birthDate", "1971-04-04", "1971") },
		},
		{
			"equal numbers become one",
			func(r *graph.Record) { r.Properties = property("height", " 178.0 ", "178", "1.78e2") },
			func(r *graph.Record) { r.Properties = property("height", "178") },
		},
		{
			"decimal",
			func(r *graph.Record) { r.Kind = "BankAccount"; r.Properties = property("balance", "+010250.750") },
			func(r *graph.Record) { r.Kind = "BankAccount"; r.Properties = property("balance", "10250.75") },
		},
		{
			"instant",
			func(r *graph.Record) { r.Kind = "Transfer"; r.Properties = property("at", "2024-03-01 09:30:00") },
			func(r *graph.Record) { r.Kind = "Transfer"; r.Properties = property("at", "2024-03-01T09:30:00Z") },
		},
		{
			"undeclared properties stay as they are",
			func(r *graph.Record) { r.Properties = property("shoe size", " 43,5 ", "XL") },
			func(r *graph.Record) { r.Properties = property("shoe size", " 43,5 ", "XL") },
		},
		{
			"properties in order",
			func(r *graph.Record) {
				r.Properties = graph.Properties{{Name: "b", Values: []string{"2", ""}}, {Name: "a"}, {Name: "b", Values: []string{"2", "3"}}}
			},
			func(r *graph.Record) { r.Properties = property("b", "2", "3") },
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, want := record(c.give), record(c.want)
			if err := o.ValidateRecord(&got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestValidateRecordRefuses(t *testing.T) {
	o := load(t)
	for message, change := range map[string]func(*graph.Record){
		"dataset: the name":             func(r *graph.Record) { r.Dataset = "" },
		"key: the source's own key":     func(r *graph.Record) { r.Key = "" },
		"key: 1025 bytes":               func(r *graph.Record) { r.Key = strings.Repeat("k", 1025) },
		"name: 1025 bytes":              func(r *graph.Record) { r.Name = strings.Repeat("n", 1025) },
		"name: the text is not valid":   func(r *graph.Record) { r.Name = "Kl\xffne" },
		"name: the text holds a NUL":    func(r *graph.Record) { r.Name = "Kl\x00ne" },
		"kind: the text is not valid":   func(r *graph.Record) { r.Kind = "\xff" },
		"kind: 1025 bytes":              func(r *graph.Record) { r.Kind = graph.Kind(strings.Repeat("k", 1025)) },
		"aliases: 65 are more":          func(r *graph.Record) { r.Aliases = make([]string, 65) },
		"aliases: the text":             func(r *graph.Record) { r.Aliases = []string{"\xff"} },
		"confidence: NaN":               func(r *graph.Record) { r.Confidence = math.NaN() },
		"confidence: 1.01":              func(r *graph.Record) { r.Confidence = 1.01 },
		"confidence: -0.1":              func(r *graph.Record) { r.Confidence = -0.1 },
		`reliability: "G"`:              func(r *graph.Record) { r.Reliability = 'G' },
		`reliability: "a"`:              func(r *graph.Record) { r.Reliability = 'a' },
		"credibility: 7":                func(r *graph.Record) { r.Credibility = 7 },
		"markings: at least one":        func(r *graph.Record) { r.Markings = graph.Markings{" "} },
		"markings: 129 bytes":           func(r *graph.Record) { r.Markings = graph.Markings{graph.Marking(strings.Repeat("M", 129))} },
		"validTo: it lies before":       func(r *graph.Record) { r.ValidFrom, r.ValidTo = 2, 1 },
		"validFrom: the time":           func(r *graph.Record) { r.ValidFrom = math.MaxInt64 },
		"properties: a property has no": func(r *graph.Record) { r.Properties = property("", "v") },
		"properties: 257 are more":      func(r *graph.Record) { r.Properties = many(257) },
		"properties: more than 1024":    func(r *graph.Record) { r.Properties = property("p", make([]string, 1025)...) },
		"note: 65537 bytes":             func(r *graph.Record) { r.Properties = property("note", strings.Repeat("v", 65537)) },
		"note: the text is not valid":   func(r *graph.Record) { r.Properties = property("note", "\xc3") },
		"sourceRef: the text":           func(r *graph.Record) { r.SourceRef = "\xff" },
		`birthDate: "soon" is not a da`: func(r *graph.Record) { r.Properties = property("birthDate", "1971", "soon") },
		`birthDate: "1971-13"`:          func(r *graph.Record) { r.Properties = property("birthDate", "1971-13") },
		`height: "tall" is not a numbe`: func(r *graph.Record) { r.Properties = property("height", "tall") },
		`height: "Inf"`:                 func(r *graph.Record) { r.Properties = property("height", "Inf") },
		`height: "1e999"`:               func(r *graph.Record) { r.Properties = property("height", "1e999") },
		`staffing: "2147483648" is not`: func(r *graph.Record) { r.Kind = "PortOfEntry"; r.Properties = property("staffing", "2147483648") },
		`balance: "1e3" is not a decim`: func(r *graph.Record) { r.Kind = "BankAccount"; r.Properties = property("balance", "1e3") },
		`at: "yesterday" is not a time`: func(r *graph.Record) { r.Kind = "Seizure"; r.Properties = property("at", "yesterday") },
	} {
		t.Run(message, func(t *testing.T) {
			r := record(change)
			err := o.ValidateRecord(&r)
			if err == nil || graph.CodeOf(err) != graph.BadUserInput || !strings.HasPrefix(err.Error(), message) {
				t.Errorf("%v", err)
			}
			if err != nil && len(err.Error()) > 300 {
				t.Errorf("a message of %d bytes", len(err.Error()))
			}
		})
	}
}

func TestValidateLink(t *testing.T) {
	o := load(t)
	nan := math.NaN()
	for _, c := range []struct {
		name, message string
		give, want    func(*graph.Link)
	}{
		{name: "kind by another spelling", give: func(l *graph.Link) { l.Kind = "linked to" }, want: func(l *graph.Link) { l.Kind = "LINKED_TO" }},
		{name: "unknown kind keeps its word", give: func(l *graph.Link) { l.Kind = "godfather of" }, want: func(l *graph.Link) {
			l.Kind, l.Properties = "LINKED_TO", property("kind", "godfather of")
		}},
		{name: "a judgement", give: func(l *graph.Link) { l.Kind = "same" }, want: func(l *graph.Link) { l.Kind = graph.Same }},
		{name: "money", give: func(l *graph.Link) { l.Amount, l.Currency = "09800.00", " usd" }, want: func(l *graph.Link) { l.Amount, l.Currency = "9800", "USD" }},
		{name: "a link to itself", give: func(l *graph.Link) { l.To = l.From }, want: func(l *graph.Link) { l.To = l.From }},
		{name: "no start", message: "from:", give: func(l *graph.Link) { l.From = graph.ID{} }},
		{name: "no end", message: "to:", give: func(l *graph.Link) { l.To = graph.ID{} }},
		{name: "no number", message: "weight:", give: func(l *graph.Link) { l.Weight = &nan }},
		{name: "no quantity", message: "quantity:", give: func(l *graph.Link) { l.Quantity = &nan }},
		{name: "no amount", message: "amount:", give: func(l *graph.Link) { l.Amount = "1,000" }},
		{name: "no currency", message: "currency:", give: func(l *graph.Link) { l.Currency = strings.Repeat("$", 33) }},
		{name: "no time", message: "at:", give: func(l *graph.Link) { l.At = math.MaxInt64 }},
		{name: "no markings", message: "markings:", give: func(l *graph.Link) { l.Markings = nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := link(c.give)
			err := o.ValidateLink(&got)
			if c.message != "" {
				if graph.CodeOf(err) != graph.BadUserInput || !strings.HasPrefix(err.Error(), c.message) {
					t.Errorf("%v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(link(c.want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestValidateSharesNothing checks that what a caller holds on to is not written to.
func TestValidateSharesNothing(t *testing.T) {
	o := load(t)
	shared := graph.Properties{{Name: "weight", Values: []string{"x"}}, {Name: "birthDate", Values: []string{"1971-04-03T00:00:00Z"}}, {Name: "height", Values: []string{"178.0"}}}
	markings := graph.Markings{"B", "A"}
	r := record(func(r *graph.Record) { r.Kind, r.Properties, r.Markings = "person", shared, markings })
	if err := o.ValidateRecord(&r); err != nil {
		t.Fatal(err)
	}
	if shared[1].Values[0] != "1971-04-03T00:00:00Z" || shared[2].Values[0] != "178.0" || shared[0].Name != "weight" || markings[0] != "B" {
		t.Errorf("written to: %v %v", shared, markings)
	}
	if r.Properties.First("birthDate") != "1971-04-03" {
		t.Errorf("not settled: %v", r.Properties)
	}
}

// TestValidateIsIdempotent checks over hostile records that what was accepted is
// accepted again and stays the same.
func TestValidateIsIdempotent(t *testing.T) {
	o := load(t)
	var names, kinds []string
	for _, k := range o.Kinds {
		kinds = append(kinds, string(k.Name))
		for _, p := range k.Properties {
			names = append(names, p.Name)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", " ", "\x00", "\xff", "NA", "2019-4", "2019-04", "1e3", "-0", "+1.50", "0x1p-2", "2024-03-01T09:30:00.5+02:00", "0000", "true", "YES"}))
		value := rapid.OneOf(text, rapid.StringMatching(`[+-]?\d{1,4}(\.\d{0,3})?`), rapid.StringMatching(`\d{4}-\d\d-\d\d`))
		r := record(func(r *graph.Record) {
			r.Kind = graph.Kind(rapid.OneOf(text, rapid.SampledFrom(kinds)).Draw(t, "kind"))
			r.Key = rapid.SampledFrom([]string{"17", " 17 ", " "}).Draw(t, "key")
			r.Name = text.Draw(t, "name")
			r.Aliases = rapid.SliceOfN(text, 0, 4).Draw(t, "aliases")
			r.Markings = graph.Markings{graph.Marking(text.Draw(t, "marking")), "TLP:CLEAR"}
			for range rapid.IntRange(0, 6).Draw(t, "properties") {
				r.Properties = append(r.Properties, graph.Property{
					Name:   rapid.OneOf(text, rapid.SampledFrom(names)).Draw(t, "property"),
					Values: rapid.SliceOfN(value, 0, 3).Draw(t, "values"),
				})
			}
		})
		if err := o.ValidateRecord(&r); err != nil {
			if graph.CodeOf(err) != graph.BadUserInput {
				t.Fatalf("%v", err)
			}
			return
		}
		again := r
		if err := o.ValidateRecord(&again); err != nil {
			t.Fatalf("refused the second time: %v", err)
		}
		if diff := cmp.Diff(r, again); diff != "" {
			t.Fatal(diff)
		}
		if !r.Markings.SubsetOf(again.Markings) || len(r.Markings) == 0 || o.Kind(string(r.Kind)) == nil {
			t.Fatalf("%v %v", r.Kind, r.Markings)
		}
	})
}

func TestCanonicalBoolean(t *testing.T) {
	for text, want := range map[string]string{" Yes": "true", "0": "false", "TRUE": "true"} {
		if got, ok := ontology.Boolean.Canonical(text); !ok || got != want {
			t.Errorf("Canonical(%q) = %q, %v", text, got, ok)
		}
	}
	if _, ok := ontology.Boolean.Canonical("perhaps"); ok {
		t.Error("perhaps is a boolean")
	}
}

func BenchmarkValidateLink(b *testing.B) {
	o := load(b)
	l := link(func(l *graph.Link) {
		l.Amount, l.Currency, l.At = "9800", "USD", 1
		l.Properties = graph.Properties{{Name: "channel", Values: []string{"wire"}}, {Name: "memo", Values: []string{"invoice 118"}}}
	})
	for b.Loop() {
		if err := o.ValidateLink(&l); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkValidateRecord(b *testing.B) {
	o := load(b)
	r := record(func(r *graph.Record) {
		r.Properties = graph.Properties{{Name: "birthDate", Values: []string{"1971-04"}}, {Name: "height", Values: []string{"178"}}, {Name: "nationality", Values: []string{"mx"}}}
	})
	for b.Loop() {
		if err := o.ValidateRecord(&r); err != nil {
			b.Fatal(err)
		}
	}
}
