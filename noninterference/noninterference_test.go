package noninterference

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/chokepoint/chokepoint"
	"github.com/chokepoint/chokepoint/bolt"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/neo4j"
	"github.com/chokepoint/chokepoint/store/neo4j/neo4jtest"
	"github.com/chokepoint/chokepoint/store/storetest"
)

// meaningful counts for each root field how often its answer held something.
type meaningful map[string]int

var (
	worlds  = flag.Int("worlds", 100, "pairs of random worlds to compare")
	onNeo4j = flag.Int("neo4j-worlds", 2, "pairs of random worlds of which the one with hidden things is kept in Neo4j, for each version")
	first   = flag.Uint64("seed", 1, "seed of the first pair; the next have the next seeds")
)

func TestMain(m *testing.M) { neo4jtest.Main(m) }

func TestNothingHiddenShows(t *testing.T) {
	o, err := ontology.Load(chokepoint.Schema)
	if err != nil {
		t.Fatal(err)
	}
	if testing.Short() {
		*worlds = min(*worlds, 15)
	}
	answered := meaningful{}
	for i := range uint64(*worlds) {
		seed := *first + i
		if !t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) { twoWorlds(t, o, embedded(t), seed, answered) }) {
			t.Fatalf("to repeat: go test ./noninterference -seed=%d -worlds=1", seed)
		}
	}
	for _, f := range []string{"shortestPaths", "neighborhood", "centrality", "entities", "datasets"} {
		if *worlds >= 100 && answered[f+fromMemory] == 0 {
			t.Errorf("%s was never answered from memory: nothing was tested", f)
		}
	}
	if *worlds >= 100 && answered["Subscription.changes"] == 0 {
		t.Error("no event told of anything: nothing was tested")
	}
	for _, def := range []*ast.Definition{o.Schema.Query, o.Schema.Mutation} {
		for _, f := range def.Fields {
			if *worlds >= 100 && answered[f.Name] == 0 && f.Name[0] != '_' {
				t.Errorf("%s was never answered with anything: nothing was tested", f.Name)
			}
		}
	}
}

// What is hidden in Neo4j does not show either, and what is visible has the bytes
// that the embedded store gives it.
func TestNothingHiddenShowsOnNeo4j(t *testing.T) {
	o, err := ontology.Load(chokepoint.Schema)
	if err != nil {
		t.Fatal(err)
	}
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		for i := range uint64(*onNeo4j) {
			s.Wipe(t)
			seed := *first + i
			driver, err := neo4j.Open(t.Context(), s.URL, neo4j.Options{Ontology: o, Credentials: bolt.Credentials{User: s.User, Password: s.Password, Database: s.Database}})
			if err != nil {
				t.Fatal(err)
			}
			if !t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) { twoWorlds(t, o, driver, seed, meaningful{}) }) {
				t.Fatalf("to repeat: go test ./noninterference -run Neo4j -seed=%d -neo4j-worlds=1", seed)
			}
		}
	})
}

// twoWorlds builds a pair of worlds step by step and asks in between and at the end.
// The one with hidden things is kept by a driver.
func twoWorlds(t *testing.T, o *ontology.Ontology, driver store.Driver, seed uint64, answered meaningful) {
	d := &drawer{random: rand.New(rand.NewPCG(seed, 0)), schema: o.Schema, seen: map[string][]string{}}
	whole, without := newWorld(t, o, driver), newWorld(t, o, embedded(t))
	defer whole.close()
	defer without.close()
	fields := rootFields(whole)
	for _, w := range []*world{whole, without} {
		w.data("admin", upsert("upsertRecords", []string{
			`{dataset: "open", key: "first", kind: "Person", markings: ["TLP:CLEAR"]}`,
			`{dataset: "mixed", key: "first", kind: "Person", markings: ["TLP:CLEAR", "TLP:AMBER", "TLP:RED"]}`,
		}))
	}
	told := newListeners(seed, d, whole, without)
	defer told.stop()
	for range d.number(5, 25) {
		run(d, whole, without, d.write())
		told.step(answered)
		for range d.number(0, 4) {
			compare(d, whole, without, fields[d.number(0, len(fields)-1)], answered)
		}
	}
	for _, f := range fields {
		compare(d, whole, without, f, answered)
	}
	told.replay(answered)
	// What memory answers while the store is away shows nothing either.
	whole.faulty.Set(storetest.Refuse)
	without.faulty.Set(storetest.Refuse)
	d.sketches = true
	remembered := meaningful{}
	for _, f := range fields {
		compare(d, whole, without, f, remembered)
	}
	for f := range remembered {
		answered[f+fromMemory]++
	}
}

// fromMemory marks fields that were answered while the store was away.
const fromMemory = " from memory"

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
	var document string
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
		whole.t.Fatalf("hidden things show in the answer to\n%s\n(- without, + with them)\n%s", document, diff)
	}
	var out struct{ Data map[string]any }
	if err := json.Unmarshal([]byte(got.body), &out); err != nil {
		whole.t.Fatalf("%s: %v in %s", document, err, got.body)
	}
	d.note(out.Data, "")
	if hasContent(out.Data[field]) {
		answered[field]++
	}
}

// hasContent says whether an answer shows an item: an id, a name, an outcome, that
// something is likely, or that a network has links.
func hasContent(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			if _, isText := inner.(string); isText && slices.Contains([]string{"id", "name", "token", "outcome"}, name) {
				return true
			}
			if share, isNumber := inner.(float64); isNumber && slices.Contains([]string{"probability", "density"}, name) && share > 0 {
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
