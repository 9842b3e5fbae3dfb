package model_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/google/go-cmp/cmp"

	"github.com/chokepoint/chokepoint"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/resolvers/generated"
	"github.com/chokepoint/chokepoint/resolvers/model"
	"github.com/chokepoint/chokepoint/session"
)

// world is a Door to a few entities in memory.
type world struct {
	ontology *ontology.Ontology
	entities map[graph.ID]*graph.Entity
	links    []*model.LinkView
	counted  int // how often a total was counted
	written  model.UpsertLinksInput
	asked    model.LinkQuery
}

// root holds the operations that the tests ask for.
type root struct {
	generated.QueryResolver
	generated.MutationResolver
	w *world
}

func (r root) Query() generated.QueryResolver       { return r }
func (r root) Mutation() generated.MutationResolver { return r }

func (root) Subscription() generated.SubscriptionResolver { return nil }

func (r root) Entity(_ context.Context, id graph.ID, _ *string) (model.Entity, error) {
	return model.Wrap(r.w.entities[id], r.w), nil
}

func (r root) Node(_ context.Context, id graph.ID, _ *string) (model.Node, error) {
	for _, l := range r.w.links {
		if l.ID == id {
			return model.LinkOf(l, r.w), nil
		}
	}
	if e := r.w.entities[id]; e != nil {
		return model.Wrap(e, r.w), nil
	}
	return nil, nil
}

func (r root) Nodes(ctx context.Context, ids []graph.ID, _ *string) ([]model.Node, error) {
	nodes := make([]model.Node, len(ids))
	for i, id := range ids {
		nodes[i], _ = r.Node(ctx, id, nil)
	}
	return nodes, nil
}

func (r root) Ontology(context.Context) (model.Ontology, error) {
	return model.Ontology{Ontology: r.w.ontology}, nil
}

func (r root) UpsertLinks(_ context.Context, input model.UpsertLinksInput) (model.WritePayload, error) {
	r.w.written = input
	return model.WritePayload{Revision: "r1", Items: []model.WriteItem{{Outcome: model.OutcomeCreated}}, Created: 1}, nil
}

func (r root) Chokepoints(context.Context, model.DisruptionObjective, int, []graph.ID, []graph.ID, model.DisruptionTargets, []graph.ID, *string, *string, model.DisruptionCost, *string, []session.Cost, *float64, int, *model.Scope, *string) (model.ChokepointPlan, error) {
	figures := model.NetworkFigures{ConnectedPairs: 4_999_950_000, GlobalEfficiency: func(context.Context) (*float64, error) {
		r.w.counted++
		efficiency := 0.5
		return &efficiency, nil
	}}
	return model.ChokepointPlan{Before: figures, After: figures}, nil
}

func (w *world) Entity(_ context.Context, id graph.ID) (*graph.Entity, error) {
	return w.entities[id], nil
}

func (w *world) Entities(_ context.Context, ids []graph.ID) ([]*graph.Entity, error) {
	var found []*graph.Entity
	for _, id := range ids {
		found = append(found, w.entities[id])
	}
	return found, nil
}

func (w *world) Links(_ context.Context, _ graph.ID, q model.LinkQuery) (model.LinkPage, error) {
	w.asked = q
	return model.LinkPage{Items: w.links, Cursor: func(int) string { return "c1" }, HasNextPage: true, Total: func(context.Context) (int, error) {
		w.counted++
		return 41, nil
	}}, nil
}

func (w *world) DatasetsOf(graph.ID) []string { return []string{"tips"} }

func (w *world) LinkCounts(context.Context, graph.ID) ([]model.LinkCount, error) {
	return []model.LinkCount{{Kind: "OWNS", Direction: model.DirectionOut, Count: 3}}, nil
}

func (w *world) Judgements(context.Context, graph.ID) ([]graph.Link, error) {
	return []graph.Link{{Header: header("j"), Kind: graph.Same, From: id("1"), To: id("2")}}, nil
}

func (w *world) Support(_ context.Context, ids []graph.ID) ([]graph.Record, []graph.Link, error) {
	return []graph.Record{{Header: header("transfer"), Kind: "Transfer", Name: "Wire"}}, []graph.Link{{Header: header("sent"), Kind: "SENT"}}, nil
}

func id(key string) graph.ID { return graph.RecordID("tips", key) }

func text(key string) string { return id(key).String() }

func header(key string) graph.Header {
	return graph.Header{ID: id(key), Dataset: "tips", Key: key, Confidence: 1, Markings: graph.Markings{"TLP:CLEAR"}, ValidFrom: graph.NoInstant, ValidTo: graph.NoInstant}
}

func newWorld(t *testing.T) *world {
	t.Helper()
	o, err := ontology.Load(chokepoint.Schema)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{ontology: o, entities: map[graph.ID]*graph.Entity{}}
	for _, r := range []graph.Record{
		{Header: header("1"), Kind: "Person", Name: "A. Kline", Aliases: []string{"Cook"}},
		{Header: header("2"), Kind: "Company", Name: "Harbour Freight"},
		{Header: header("3"), Kind: "Ranch", Name: "El Rancho"},
	} {
		switch r.Name {
		case "A. Kline":
			r.Reliability, r.Credibility = 'B', 2
			r.Properties = graph.Properties{{Name: "birthDate", Values: []string{"1971-04", "1972"}}, {Name: "height", Values: []string{"178"}}, {Name: "nationality", Values: []string{"mx", "us"}}, {Name: "shoe size", Values: []string{"43"}}}
		case "El Rancho":
			if err := o.ValidateRecord(&r); err != nil {
				t.Fatal(err)
			}
		}
		e := graph.Fuse([]graph.Record{r})
		w.entities[e.ID] = &e
	}
	w.links = []*model.LinkView{{
		Link:      graph.Link{Header: header("sent"), Kind: "LINKED_TO", From: id("1"), To: id("2"), At: 1_709_285_400_000_000, Amount: "9800.5", Currency: "USD"},
		DerivedBy: "transfer", Support: []graph.ID{id("transfer"), id("sent")},
	}}
	return w
}

// run executes a document and returns the answer as JSON.
func run(t *testing.T, w *world, document string, variables map[string]any) string {
	t.Helper()
	exec := executor.New(generated.NewExecutableSchema(generated.Config{Schema: w.ontology.Schema, Resolvers: root{w: w}}))
	ctx := graphql.StartOperationTrace(t.Context())
	now := graphql.Now()
	params := &graphql.RawParams{Query: document, Variables: overTheWire(t, variables), ReadTime: graphql.TraceTiming{Start: now, End: now}}
	operation, errs := exec.CreateOperationContext(ctx, params)
	response := exec.DispatchError(graphql.WithOperationContext(ctx, operation), errs)
	if errs == nil {
		next, ctx := exec.DispatchOperation(ctx, operation)
		response = next(ctx)
	}
	answer, err := json.Marshal(response)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

// overTheWire gives variables the types that a request in JSON would give them.
func overTheWire(t *testing.T, variables map[string]any) map[string]any {
	t.Helper()
	text, err := json.Marshal(variables)
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var decoded map[string]any
	if err := decoder.Decode(&decoded); err != nil {
		t.Fatal(err)
	}
	return decoded
}

func expect(t *testing.T, got, want string) {
	t.Helper()
	var g, w any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(got), &g); err != nil {
		t.Fatalf("%v: %s", err, got)
	}
	if diff := cmp.Diff(w, g); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestTypedKinds(t *testing.T) {
	w := newWorld(t)
	got := run(t, w, `query($p: ID!, $c: ID!, $r: ID!, $l: ID!) {
		nodes(ids: [$p, $c, $r, $l, "nonsense", 7]) {
			__typename id
			... on Entity { entityKind: kind name properties(names: ["shoe size", "kind"]) { name values } }
			... on Person { aliases birthDate deathDate height nationality role records { reliability credibility sourceRef validFrom } }
			... on Company { registrationNumber incorporationDate }
			... on UnknownEntity { statedKind }
		}
	}`, map[string]any{"p": text("1"), "c": text("2"), "r": text("3"), "l": text("sent")})
	expect(t, got, fmt.Sprintf(`{"data": {"nodes": [
		{"__typename": "Person", "id": %q, "entityKind": "Person", "name": "A. Kline", "properties": [{"name": "shoe size", "values": ["43"]}],
		 "aliases": ["Cook"], "birthDate": "1971-04", "deathDate": null, "height": 178, "nationality": ["mx", "us"], "role": [],
		 "records": [{"reliability": "B", "credibility": 2, "sourceRef": null, "validFrom": null}]},
		{"__typename": "Company", "id": %q, "entityKind": "Company", "name": "Harbour Freight", "properties": [], "registrationNumber": [], "incorporationDate": null},
		{"__typename": "UnknownEntity", "id": %q, "entityKind": "UnknownEntity", "name": "El Rancho", "properties": [{"name": "kind", "values": ["Ranch"]}], "statedKind": "Ranch"},
		{"__typename": "Link", "id": %q}, null, null
	]}}`, text("1"), text("2"), text("3"), text("sent")))
}

// TestUnknownKind checks the kind of an entity whose kind the schema lost after
// it was stored: gqlgen would write any word as an enum value.
func TestUnknownKind(t *testing.T) {
	w := newWorld(t)
	e := graph.Fuse([]graph.Record{{Header: header("9"), Kind: "Spaceship"}})
	w.entities[e.ID] = &e
	expect(t, run(t, w, `query($i: ID!) { entity(id: $i) { __typename kind name } }`, map[string]any{"i": text("9")}),
		`{"data": {"entity": {"__typename": "UnknownEntity", "kind": "UnknownEntity", "name": "9"}}}`)
}

func TestLinks(t *testing.T) {
	w := newWorld(t)
	got := run(t, w, `query($i: ID!, $n: Int) { entity(id: $i) {
		links(kinds: [OWNS], direction: IN, first: $n, after: "c0") {
			edges { cursor node { kind at amount currency quantity from { name } to { ... on Company { name jurisdiction } } derivedBy records { kind name } } }
			pageInfo { hasNextPage endCursor } totalCount }
		linkCounts { kind direction count }
		judgements { verdict from to record { kind } }
	} }`, map[string]any{"i": text("1")})
	expect(t, got, fmt.Sprintf(`{"data": {"entity": {
		"links": {"edges": [{"cursor": "c1", "node": {"kind": "LINKED_TO", "at": "2024-03-01T09:30:00Z", "amount": "9800.5", "currency": "USD", "quantity": null,
			"from": {"name": "A. Kline"}, "to": {"name": "Harbour Freight", "jurisdiction": null}, "derivedBy": "transfer",
			"records": [{"kind": "Transfer", "name": "Wire"}, {"kind": "SENT", "name": null}]}}],
			"pageInfo": {"hasNextPage": true, "endCursor": "c1"}, "totalCount": 41},
		"linkCounts": [{"kind": "OWNS", "direction": "OUT", "count": 3}],
		"judgements": [{"verdict": "SAME", "from": %q, "to": %q, "record": {"kind": "SAME"}}]
	}}}`, text("1"), text("2")))
	want := model.LinkQuery{Kinds: []graph.LinkKind{"OWNS"}, Direction: model.DirectionIn, First: 25, After: "c0"}
	if diff := cmp.Diff(want, w.asked); diff != "" {
		t.Error(diff)
	}
}

// TestLazyFigures checks that what costs is computed when selected, and not else.
func TestLazyFigures(t *testing.T) {
	w := newWorld(t)
	run(t, w, `query($i: ID!) { entity(id: $i) { links { nodes { id } } } chokepoints(objective: REACH) { before { nodes } } }`, map[string]any{"i": text("1")})
	if w.counted != 0 {
		t.Errorf("%d figures computed that nobody selected", w.counted)
	}
	expect(t, run(t, w, `{ chokepoints(objective: REACH) { before { efficiency connectedPairs } } }`, nil),
		`{"data": {"chokepoints": {"before": {"efficiency": 0.5, "connectedPairs": 4999950000}}}}`)
	if w.counted != 1 {
		t.Errorf("efficiency computed %d times", w.counted)
	}
}

func TestNullNeverReachesADefault(t *testing.T) {
	w := newWorld(t)
	for _, document := range []string{`query($n: Int, $i: ID!) { entity(id: $i) { links(first: $n) { totalCount } } }`, `query($i: ID!) { entity(id: $i) { links(first: null) { totalCount } } }`} {
		if got := run(t, w, document, map[string]any{"n": nil, "i": text("1")}); !strings.Contains(got, `"errors"`) || w.asked.First != 0 {
			t.Errorf("%s: %s", document, got)
		}
	}
	w.written = model.UpsertLinksInput{}
	document := `mutation($c: Float) { upsertLinks(input: {links: [{dataset: "a", kind: "OWNS", from: {id: "1"}, to: {id: "2"}, confidence: $c}]}) { created } }`
	if got := run(t, w, document, map[string]any{"c": nil}); !strings.Contains(got, `"errors"`) || w.written.Links != nil {
		t.Errorf("confidence null: %s", got)
	}
	if run(t, w, document, nil); w.written.Links == nil || w.written.Links[0].Confidence != 1 {
		t.Errorf("confidence left out: %+v", w.written)
	}
	if got := run(t, w, `query($n: Int!, $i: ID!) { entity(id: $i) { links(first: $n) { totalCount } } }`, map[string]any{"n": 1 << 31, "i": text("1")}); !strings.Contains(got, `"errors"`) {
		t.Errorf("an Int of more than 32 bits: %s", got)
	}
}

func TestLinkEnds(t *testing.T) {
	w := newWorld(t)
	document := `mutation($from: EndInput!) { upsertLinks(input: {links: [{dataset: "tips", kind: "OWNS", from: $from,
		to: {key: {dataset: "tips", key: "2"}}, at: "2024-03", amount: "1250.50", reliability: B}]}) { created revision items { id outcome error { code } } } }`
	expect(t, run(t, w, document, map[string]any{"from": map[string]any{"id": text("1")}}),
		`{"data": {"upsertLinks": {"created": 1, "revision": "r1", "items": [{"id": null, "outcome": "CREATED", "error": null}]}}}`)
	l := w.written.Links[0]
	from, fromErr := l.From.Record()
	to, toErr := l.To.Record()
	if fromErr != nil || toErr != nil || from != id("1") || to != id("2") {
		t.Errorf("%v %v %v %v", from, fromErr, to, toErr)
	}
	if l.At.String() != "2024-03-01T00:00:00Z" || *l.Amount != "1250.5" || *l.Reliability != 'B' || l.Confidence != 1 {
		t.Errorf("%+v", l)
	}
	for _, end := range []map[string]any{{}, {"id": text("1"), "key": map[string]any{"dataset": "a", "key": "b"}}} {
		w.written = model.UpsertLinksInput{}
		if got := run(t, w, document, map[string]any{"from": end}); !strings.Contains(got, `"errors"`) {
			if _, err := w.written.Links[0].From.Record(); graph.CodeOf(err) != graph.BadUserInput {
				t.Errorf("%v was taken: %v", end, err)
			}
		}
	}
}

func TestOntologyInTheAPI(t *testing.T) {
	w := newWorld(t)
	var answer struct {
		Data struct {
			Ontology struct {
				Kinds []struct {
					Name, Label, Icon, Description string
					Properties                     []struct {
						Name, Type string
						Unit       *string
						List       bool
					}
				}
				LinkKinds []struct {
					Name      string
					From, To  []string
					Judgement bool
				}
			}
		}
	}
	got := run(t, w, `{ ontology { kinds { name label icon description properties { name type unit list } } linkKinds { name from to judgement } } }`, nil)
	if err := json.Unmarshal([]byte(got), &answer); err != nil {
		t.Fatalf("%v: %s", err, got)
	}
	o := answer.Data.Ontology
	if len(o.Kinds) != len(w.ontology.Kinds) || len(o.LinkKinds) != len(w.ontology.LinkKinds) {
		t.Fatalf("%d kinds, %d kinds of links", len(o.Kinds), len(o.LinkKinds))
	}
	person := o.Kinds[0]
	if person.Name != "Person" || person.Label != "Person" || person.Description == "" || person.Properties[0].Type != "PartialDate" || person.Properties[0].Unit != nil {
		t.Errorf("%+v", person)
	}
	if owns := o.LinkKinds[0]; owns.Name != "OWNS" || len(owns.From) == 0 || owns.Judgement {
		t.Errorf("%+v", owns)
	}
}

// TestDescriptionsAreServed checks that introspection shows the interface's
// description at a kind.
func TestDescriptionsAreServed(t *testing.T) {
	got := run(t, newWorld(t), `{ __type(name: "Weapon") { fields { name description } } }`, nil)
	if strings.Contains(got, `"description":""`) || strings.Contains(got, `"description":null`) {
		t.Error(got)
	}
}
