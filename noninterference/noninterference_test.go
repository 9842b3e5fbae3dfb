package noninterference

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
)

// meaningful counts for each root field how often its answer held something.
type meaningful map[string]int

func TestNothingHiddenShows(t *testing.T) {
	o, err := ontology.Load(chokepoint.Schema)
	if err != nil {
		t.Fatal(err)
	}
	answered := meaningful{}
	rapid.Check(t, func(t *rapid.T) {
		d := &drawer{t: t, schema: o.Schema, seen: map[string][]string{}}
		whole, without := newWorld(t, o), newWorld(t, o)
		defer whole.close()
		defer without.close()
		fields := rootFields(whole)
		for _, w := range []*world{whole, without} {
			w.data("admin", upsert("upsertRecords", []string{
				`{dataset: "open", key: "first", kind: "Person", markings: ["TLP:CLEAR"]}`,
				`{dataset: "mixed", key: "first", kind: "Person", markings: ["TLP:CLEAR", "TLP:AMBER", "TLP:RED"]}`,
			}))
		}
		// Something to ask about from the start.
		all := []string{}
		for i := range 8 {
			all = append(all, d.record("v"+string(rune('0'+i)), graph.Clear))
		}
		run(d, whole, without, step{"high", upsert("upsertRecords", all), upsert("upsertRecords", all)})
		for range d.number(2, 12) {
			run(d, whole, without, d.write())
			for range d.number(0, 4) {
				compare(d, whole, without, fields[d.number(0, len(fields)-1)], answered)
			}
		}
		for _, f := range fields {
			compare(d, whole, without, f, answered)
		}
	})
	for _, def := range []*ast.Definition{o.Schema.Query, o.Schema.Mutation} {
		for _, f := range def.Fields {
			if answered[f.Name] == 0 && f.Name[0] != '_' {
				t.Errorf("%s was never answered with anything: nothing was tested", f.Name)
			}
		}
	}
}

// run writes a step; the worlds' clocks stay together.
func run(d *drawer, whole, without *world, s step) {
	for _, w := range []*world{whole, without} {
		w.now = w.now.Add(1e9)
	}
	whole.data(s.who, s.whole)
	if s.visible != "" {
		without.data(s.who, s.visible)
	}
}

// compare asks both worlds the same and fails if a byte differs.
func compare(d *drawer, whole, without *world, field string, answered meaningful) {
	document := ""
	if f := d.schema.Query.Fields.ForName(field); f != nil {
		document = d.question(f)
		if d.chance(30) { // a cache must not hand on what it made for others
			whole.ask("high", document)
		}
	} else {
		document = d.mutation(field)
	}
	got, want := whole.ask("low", document), without.ask("low", document)
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(answer{})); diff != "" {
		d.t.Fatalf("hidden things show in the answer to\n%s\n(- without, + with them)\n%s", document, diff)
	}
	var out struct{ Data map[string]any }
	if err := json.Unmarshal([]byte(got.body), &out); err != nil {
		d.t.Fatalf("%s: %v in %s", document, err, got.body)
	}
	d.note(out.Data, "")
	if hasContent(out.Data[field]) {
		answered[field]++
	}
}

// hasContent says whether an answer shows an item: an id, a name, an outcome.
func hasContent(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			if _, isText := inner.(string); isText && slices.Contains([]string{"id", "name", "token", "outcome"}, name) {
				return true
			}
			if hasContent(inner) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, hasContent)
	}
	return false
}

// rootFields asks the API itself for its operations.
func rootFields(w *world) []string {
	data := w.data("low", "{ __schema { queryType { fields { name } } mutationType { fields { name } } } }")
	var names []string
	for _, root := range []string{"queryType", "mutationType"} {
		for _, f := range data["__schema"].(map[string]any)[root].(map[string]any)["fields"].([]any) {
			names = append(names, f.(map[string]any)["name"].(string))
		}
	}
	slices.Sort(names)
	return names
}
