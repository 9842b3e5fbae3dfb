package resolvers_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/chokepoint/chokepoint"
	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/resolvers"
	"github.com/chokepoint/chokepoint/session"
	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/sqlite"
)

// api is the executable schema on a throw-away store, asked by one local viewer.
type api struct {
	t       *testing.T
	exec    *executor.Executor
	counter *counter
	service *session.Service
	asked   map[string]bool // root fields
}

// counter has answers written in one pass where that is possible, as the server does, and
// adds up what fields cost: their rows and the length of their names.
type counter struct {
	schema interface {
		WriteSerial(ctx context.Context, value any, weigh func(*ast.Field) int) (graphql.Marshaler, int, bool)
	}
	cost    atomic.Int64
	written sync.Map // root fields that were written in one pass
}

func (*counter) ExtensionName() string                   { return "counter" }
func (*counter) Validate(graphql.ExecutableSchema) error { return nil }

func (c *counter) InterceptField(ctx context.Context, next graphql.Resolver) (any, error) {
	weigh := func(f *ast.Field) int { return len(f.Name) }
	result, err := next(ctx)
	field, rows := graphql.GetFieldContext(ctx).Field.Field, 1
	if list := reflect.ValueOf(result); list.Kind() == reflect.Slice && len(field.SelectionSet) > 0 {
		rows = list.Len()
	}
	c.cost.Add(int64(rows + weigh(field)))
	if err != nil || result == nil {
		return result, err
	}
	if written, used, ok := c.schema.WriteSerial(ctx, result, weigh); ok {
		c.written.Store(field.Name, true)
		c.cost.Add(int64(used))
		return written, nil
	}
	return result, nil
}

func newAPI(t *testing.T) *api {
	t.Helper()
	o, err := ontology.Load(chokepoint.Schema)
	if err != nil {
		t.Fatal(err)
	}
	driver, err := sqlite.Open(t.Context(), sqlite.Throwaway, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)
	service, err := session.Open(t.Context(), store.New(driver, o), o, session.Options{
		Unmarked: graph.Markings{graph.Clear},
		Clock:    func() time.Time { now = now.Add(time.Second); return now },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		service.Close()
		if err := driver.Close(); err != nil {
			t.Error(err)
		}
	})
	schema := resolvers.Schema()
	counter := &counter{schema: schema}
	exec := executor.New(schema)
	exec.Use(counter)
	return &api{t: t, exec: exec, counter: counter, service: service, asked: map[string]bool{}}
}

// run asks in a subtest.
func (a *api) run(name string, ask func()) {
	a.t.Helper()
	whole := a.t
	whole.Run(name, func(t *testing.T) {
		a.t = t
		ask()
	})
	a.t = whole
}

// send answers a document as one request. What can be answered from memory, and so in one
// pass, is asked of the store, too, and both must say and cost the same.
func (a *api) send(document string, variables map[string]any) *graphql.Response {
	a.t.Helper()
	ctx := graphql.StartOperationTrace(a.t.Context())
	op, errs := a.exec.CreateOperationContext(ctx, &graphql.RawParams{Query: document, Variables: variables})
	if errs != nil {
		return &graphql.Response{Errors: errs}
	}
	for _, field := range graphql.CollectFields(op, op.Operation.SelectionSet, []string{"Query", "Mutation"}) {
		a.asked[field.Name] = true
	}
	a.counter.cost.Store(0)
	answer := a.dispatch(graphql.WithOperationContext(ctx, op), op)
	if op.Operation.Operation == ast.Query {
		cost := a.counter.cost.Swap(0)
		stored := a.dispatch(ctx, op)
		if !bytes.Equal(stored.Data, answer.Data) || len(stored.Errors) != len(answer.Errors) {
			a.t.Errorf("%s: %s, %v, and by the store %s, %v", document, answer.Data, answer.Errors, stored.Data, stored.Errors)
		}
		if again := a.counter.cost.Load(); again != cost {
			a.t.Errorf("%s: costs %d, and by the store %d", document, cost, again)
		}
	}
	return answer
}

// dispatch executes an operation in a session of its own; the session knows the
// operation if the context does.
func (a *api) dispatch(ctx context.Context, op *graphql.OperationContext) *graphql.Response {
	a.t.Helper()
	s, err := a.service.Session(ctx, access.Viewer{Name: "local", Clearance: access.Everything()})
	if err != nil {
		a.t.Fatal(err)
	}
	handle, ctx := a.exec.DispatchOperation(graphql.WithOperationContext(resolvers.NewContext(ctx, s), op), op)
	return handle(ctx)
}

// ask decodes what a document answers without errors.
func (a *api) ask(document string, variables map[string]any, data any) {
	a.t.Helper()
	answer := a.send(document, variables)
	if len(answer.Errors) > 0 {
		a.t.Fatalf("%s: %v", document, answer.Errors)
	}
	if err := json.Unmarshal(answer.Data, data); err != nil {
		a.t.Fatal(err)
	}
}

// expect compares an answer with JSON; a name in guillemets stands for its id.
func (a *api) expect(document, want string) {
	a.t.Helper()
	var got, wanted any
	a.ask(ids(document), nil, &got)
	if err := json.Unmarshal([]byte(ids(want)), &wanted); err != nil {
		a.t.Fatalf("%s: %v", want, err)
	}
	if diff := cmp.Diff(wanted, got); diff != "" {
		a.t.Errorf("%s: %s", document, diff)
	}
}

// refused asks what must fail with a code.
func (a *api) refused(document string, code graph.Code) {
	a.t.Helper()
	answer := a.send(ids(document), nil)
	if len(answer.Errors) == 0 || graph.CodeOf(answer.Errors[0]) != code {
		a.t.Errorf("%s: %v, want %s", document, answer.Errors, code)
	}
}

// ids puts ids in the place of «key» and «from>to».
func ids(text string) string {
	for {
		before, rest, found := strings.Cut(text, "«")
		if !found {
			return text
		}
		key, after, _ := strings.Cut(rest, "»")
		id := graph.RecordID("tips", key)
		if strings.Contains(key, ">") {
			id = graph.LinkID("tips", key)
		}
		text = before + `"` + id.String() + `"` + after
	}
}

// kite writes two triangles that share c, with a tail of e, f; a pays f by a
// transfer; z stands alone.
//
//	a   d
//	| c |      c–e is of two parallel links
//	b   e – f
func (a *api) kite() (token string) {
	a.t.Helper()
	var records, links []string
	record := func(key, kind, more string) {
		records = append(records, fmt.Sprintf(`{dataset: "tips", key: %q, kind: %q, name: "N%s"%s}`, key, kind, key, more))
	}
	for _, key := range []string{"a", "b", "c", "d", "e", "z"} {
		record(key, "Person", "")
	}
	record("f", "Company", `, aliases: ["Harbour Freight"], properties: [{name: "jurisdiction", values: ["pa"]}], reliability: B, credibility: 2, confidence: 0.5`)
	record("t", "Transfer", `, properties: [{name: "amount", values: ["70.50"]}, {name: "currency", values: ["USD"]}]`)
	link := func(key, kind, from, to, more string) {
		links = append(links, fmt.Sprintf(`{dataset: "tips", key: %q, kind: %q, from: {key: {dataset: "tips", key: %q}}, to: {id: %s}%s}`, key, kind, from, ids("«"+to+"»"), more))
	}
	for _, pair := range []string{"ab", "bc", "ca", "cd", "de", "ec", "ef"} {
		link(pair[:1]+">"+pair[1:], "ASSOCIATE_OF", pair[:1], pair[1:], `, weight: 2, confidence: 0.5, sourceRef: "page 1"`)
	}
	link("c>e", "FAMILY_OF", "c", "e", `, weight: 5`)
	link("a>t", "SENT", "a", "t", "")
	link("f>t", "RECEIVED", "f", "t", "")
	var written struct {
		R struct{ Created, Rejected int }
		L struct {
			Created, Rejected int
			Revision          string
		}
	}
	a.ask(`mutation { R: upsertRecords(input: {reason: "case 1", records: [`+strings.Join(records, ", ")+`]}) { created rejected }
		L: upsertLinks(input: {links: [`+strings.Join(links, ", ")+`]}) { created rejected revision } }`, nil, &written)
	if written.R.Created != 8 || written.L.Created != 10 || written.R.Rejected+written.L.Rejected != 0 {
		a.t.Fatalf("written: %+v", written)
	}
	return written.L.Revision
}

// people is the scope without the transfer, oneWay with directions.
const (
	people = `scope: {linkKinds: [ASSOCIATE_OF, FAMILY_OF], entityKinds: [Person, Company]}`
	oneWay = `scope: {orientation: NATURAL, linkKinds: [ASSOCIATE_OF, FAMILY_OF], entityKinds: [Person, Company]}`
)

func TestEveryRootFieldAnswers(t *testing.T) {
	a := newAPI(t)
	token := a.kite()

	a.run("look-ups", func() {
		a.expect(`{ entity(id: «f») { __typename kind name aliases confidence datasets markings properties { name values }
			records { key reliability credibility } links(first: 1, kinds: [ASSOCIATE_OF]) { totalCount nodes { id from { name } to { name } weight } pageInfo { hasNextPage hasPreviousPage } }
			linkCounts { kind direction count } judgements { id } ... on Company { jurisdiction } } }`,
			`{"entity": {"__typename": "Company", "kind": "Company", "name": "Nf", "aliases": ["Harbour Freight"], "confidence": 0.5, "datasets": ["tips"], "markings": ["TLP:CLEAR"],
			"properties": [{"name": "jurisdiction", "values": ["pa"]}], "records": [{"key": "f", "reliability": "B", "credibility": 2}],
			"links": {"totalCount": 1, "nodes": [{"id": «e>f», "from": {"name": "Ne"}, "to": {"name": "Nf"}, "weight": 2}], "pageInfo": {"hasNextPage": false, "hasPreviousPage": false}},
			"linkCounts": [{"kind": "ASSOCIATE_OF", "direction": "IN", "count": 1}, {"kind": "RECEIVED", "direction": "OUT", "count": 1}], "judgements": [], "jurisdiction": "pa"}}`)
		a.expect(`{ entity(id: «nobody») { id } bad: entity(id: "no id") { id } }`, `{"entity": null, "bad": null}`)
		a.expect(`{ node(id: «c>e») { __typename ... on Link { kind weight to { id } records { key kind name } derivedBy } } }`,
			`{"node": {"__typename": "Link", "kind": "FAMILY_OF", "weight": 5, "to": {"id": «e»}, "records": [{"key": "c>e", "kind": "FAMILY_OF", "name": null}], "derivedBy": null}}`)
		a.expect(`{ node(id: «a») { id __typename } }`, `{"node": {"id": «a», "__typename": "Person"}}`)
		a.expect(`{ nodes(ids: [«a», «nobody», «a>b», «a»]) { id } }`, `{"nodes": [{"id": «a»}, null, {"id": «a>b»}, {"id": «a»}]}`)
	})

	a.run("lists", func() {
		a.expect(`{ entities(orderBy: {by: NAME}, first: 2) { totalCount nodes { name } pageInfo { hasNextPage hasPreviousPage } } }`,
			`{"entities": {"totalCount": 8, "nodes": [{"name": "Na"}, {"name": "Nb"}], "pageInfo": {"hasNextPage": true, "hasPreviousPage": false}}}`)
		a.expect(`{ entities(orderBy: {by: DEGREE, direction: DESC}, filter: {minDegree: 3}) { nodes { name } } }`,
			`{"entities": {"nodes": [{"name": "Nc"}, `+pair("a", "e")+`]}}`)
		a.expect(`{ entities(filter: {properties: [{name: "jurisdiction", equals: "PA"}], kinds: [Company], names: ["harbour freight"], keys: [{key: "f"}]}) { nodes { name } } }`,
			`{"entities": {"nodes": [{"name": "Nf"}]}}`)
		a.expect(`{ entities(filter: {ids: []}) { totalCount edges { cursor } pageInfo { startCursor endCursor } } }`,
			`{"entities": {"totalCount": 0, "edges": [], "pageInfo": {"startCursor": null, "endCursor": null}}}`)
		a.expect(`{ search(text: "harbor frieght") { totalCount nodes { matched entity { name } } } }`,
			`{"search": {"totalCount": 1, "nodes": [{"matched": ["Harbour Freight"], "entity": {"name": "Nf"}}]}}`)
		a.expect(`{ search(text: "nf", kinds: [Person]) { totalCount nodes { score } } }`, `{"search": {"totalCount": 0, "nodes": []}}`)
		a.expect(`{ datasets { name title records links } }`, `{"datasets": [{"name": "tips", "title": null, "records": 8, "links": 10}]}`)
	})

	a.run("surroundings and paths", func() {
		a.expect(`{ neighborhood(of: [«f»], first: 2, `+people+`) { entities { name } links { id } totalEntities totalLinks truncated truncatedBecause computedOn { nodes links projection exact } } }`,
			`{"neighborhood": {"entities": [{"name": "Nf"}, {"name": "Ne"}], "links": [{"id": «e>f»}], "totalEntities": 2, "totalLinks": 1, "truncated": false, "truncatedBecause": null,
			"computedOn": {"nodes": 7, "links": 8, "projection": "ALL", "exact": true}}}`)
		a.expect(`{ neighborhood(of: [«f», «nobody»], depth: 2, first: 3, `+people+`) { entities { id } totalEntities totalLinks truncated truncatedBecause } }`,
			`{"neighborhood": {"entities": [{"id": «f»}, {"id": «e»}, {"id": `+least("c", "d")+`}], "totalEntities": 4, "totalLinks": 5, "truncated": true, "truncatedBecause": "first: 3 of 4 entities"}}`)
		a.expect(`{ shortestPaths(from: [«a»], to: [«f»], `+people+`) { paths { hops cost entities { name } links { from { name } } } truncated reachedFrom } }`,
			`{"shortestPaths": {"paths": [{"hops": 3, "cost": 3, "entities": [{"name": "Na"}, {"name": "Nc"}, {"name": "Ne"}, {"name": "Nf"}],
			"links": [{"from": {"name": "Nc"}}, {"from": {"name": "`+cheapest("e>c", "c>e")+`"}}, {"from": {"name": "Ne"}}]}], "truncated": false, "reachedFrom": null}}`)
		a.expect(`{ shortestPaths(from: [«a»], to: [«e»], weight: CONFIDENCE, `+people+`) { paths { cost links { kind } } } }`,
			`{"shortestPaths": {"paths": [{"cost": 0.5, "links": [{"kind": "ASSOCIATE_OF"}, {"kind": "FAMILY_OF"}]}]}}`)
		a.expect(`{ shortestPaths(from: [«a»], to: [«e»], weight: PROPERTY, weightProperty: "weight", `+people+`) { paths { cost links { id } } } }`,
			`{"shortestPaths": {"paths": [{"cost": 4, "links": [{"id": «c>a»}, {"id": «e>c»}]}]}}`)
		a.expect(`{ shortestPaths(from: [«a»], to: [«e»], via: [«b», «d»], k: 3, `+people+`) { paths { hops entities { name } } truncated } }`,
			`{"shortestPaths": {"paths": [{"hops": 4, "entities": [{"name": "Na"}, {"name": "Nb"}, {"name": "Nc"}, {"name": "Nd"}, {"name": "Ne"}]}], "truncated": false}}`)
		a.expect(`{ shortestPaths(from: [«a»], to: [«f»], avoid: [«c»], `+people+`) { paths { hops } reachedFrom reachedTo truncatedBecause } }`,
			`{"shortestPaths": {"paths": [], "reachedFrom": 2, "reachedTo": 3, "truncatedBecause": null}}`)
		a.expect(`{ shortestPaths(from: [«a»], to: [«f»], maxHops: 2, `+people+`) { paths { hops } truncated truncatedBecause } }`,
			`{"shortestPaths": {"paths": [], "truncated": true, "truncatedBecause": "maxHops: 2"}}`)
		a.expect(`{ shortestPaths(from: [«c»], to: [«e»], maxHops: 1, weight: PROPERTY, weightProperty: "weight", scope: {without: [«e>c»]}) { paths { cost } truncated truncatedBecause } }`,
			`{"shortestPaths": {"paths": [{"cost": 5}], "truncated": true, "truncatedBecause": "maxHops: 1, and a path of more links is better"}}`)
		a.expect(`{ shortestPaths(from: [«a»], to: [«f»], via: [«z»], `+people+`) { paths { cost } reachedFrom reachedTo truncatedBecause } }`,
			`{"shortestPaths": {"paths": [], "reachedFrom": 6, "reachedTo": 6, "truncatedBecause": null}}`)
		a.expect(`{ shortestPaths(from: [«a»], to: [«f»], scope: {projection: MONEY, orientation: NATURAL}) { paths { links { kind amount currency derivedBy markings confidence records { key } } } computedOn { nodes links projection } } }`,
			`{"shortestPaths": {"paths": [{"links": [{"kind": "`+moneyKind(a)+`", "amount": "70.5", "currency": "USD", "derivedBy": "transfer", "markings": ["TLP:CLEAR"], "confidence": 1,
			"records": [{"key": "t"}, `+keysOf("a>t", "f>t")+`]}]}], "computedOn": {"nodes": 2, "links": 1, "projection": "MONEY"}}}`)
	})

	a.run("all shortest paths", a.ties)
	a.run("distances", a.distances)

	a.run("rankings", func() {
		a.expect(`{ centrality(measure: BETWEENNESS, first: 2, `+people+`) { totalCount nodes { rank score entity { name } } pageInfo { hasNextPage } } }`,
			// c lies between {a, b} and {d, e, f}; e between f and the four others.
			`{"centrality": {"totalCount": 7, "nodes": [{"rank": 1, "score": 6, "entity": {"name": "Nc"}}, {"rank": 2, "score": 4, "entity": {"name": "Ne"}}], "pageInfo": {"hasNextPage": true}}}`)
		a.expect(`{ centrality(measure: STRENGTH, first: 2, `+people+`) { nodes { score entity { name } } } }`,
			`{"centrality": {"nodes": [{"score": 13, "entity": {"name": "Nc"}}, {"score": 11, "entity": {"name": "Ne"}}]}}`)
		a.expect(`{ centrality(measure: STRENGTH, weight: COUNT, first: 1, `+people+`) { nodes { score entity { name } } } }`,
			`{"centrality": {"nodes": [{"score": 5, "entity": {"name": "Nc"}}]}}`)
		a.expect(`{ centrality(measure: DEGREE, normalized: true, first: 1, `+people+`) { nodes { score entity { name } } } }`,
			`{"centrality": {"nodes": [{"score": 0.6666666666666666, "entity": {"name": "Nc"}}]}}`)
		a.expect(`{ centrality(measure: HARMONIC, top: 1, `+people+`) { totalCount truncatedBecause nodes { rank score low high entity { name } } computedOn { exact } } }`,
			`{"centrality": {"totalCount": 1, "truncatedBecause": "top: 1 of 7 entities", "nodes": [{"rank": 1, "score": 4.5, "low": 4.5, "high": 4.5, "entity": {"name": "Nc"}}], "computedOn": {"exact": true}}}`)
		a.expect(`{ all: centrality(measure: CLOSENESS, first: 1, `+oneWay+`) { nodes { score entity { name } } } first: centrality(measure: CLOSENESS, top: 1, `+oneWay+`) { truncatedBecause nodes { score entity { name } } }
			estimated: centrality(measure: CLOSENESS, approximation: {mode: SAMPLED}, first: 1, `+oneWay+`) { nodes { low high entity { name } } computedOn { exact } } }`,
			// c reaches a, d and e in one step, b and f in two: 5·5/(6·7).
			`{"all": {"nodes": [{"score": 0.5952380952380952, "entity": {"name": "Nc"}}]}, "first": {"truncatedBecause": "top: 1 of 7 entities", "nodes": [{"score": 0.5952380952380952, "entity": {"name": "Nc"}}]},
			"estimated": {"nodes": [{"low": 0.5952380952380952, "high": 0.5952380952380952, "entity": {"name": "Nc"}}], "computedOn": {"exact": true}}}`)
		a.expect(`{ centrality(measure: PAGERANK, from: [«f»], first: 1, `+people+`) { totalCount truncatedBecause nodes { entity { name } } } }`,
			`{"centrality": {"totalCount": 7, "truncatedBecause": null, "nodes": [{"entity": {"name": "Ne"}}]}}`)
		a.expect(`{ centrality(measure: BETWEENNESS, normalized: true, approximation: {mode: SAMPLED, maxError: 0.05, seed: 3}, first: 1, scope: {orientation: NATURAL, linkKinds: [ASSOCIATE_OF, FAMILY_OF], entityKinds: [Person, Company]}) { totalCount nodes { entity { name } } computedOn { exact error confidence seed } } }`,
			`{"centrality": {"totalCount": 7, "nodes": [{"entity": {"name": "Nc"}}], "computedOn": {"exact": false, "error": 0.05, "confidence": 0.95, "seed": 3}}}`)
		a.expect(`{ centrality(measure: BETWEENNESS, pathWeight: PROPERTY, weightProperty: "weight", first: 2, `+people+`) { nodes { score entity { name } } } }`,
			// By weight c-e costs 2, as each step: the same paths, though c>e of 5 is parallel.
			`{"centrality": {"nodes": [{"score": 6, "entity": {"name": "Nc"}}, {"score": 4, "entity": {"name": "Ne"}}]}}`)
		a.expect(`{ centrality(measure: BETWEENNESS, pathWeight: PROPERTY, weightProperty: "weight", approximation: {mode: SAMPLED, maxError: 0.1}, first: 1, `+people+`) { nodes { entity { name } } computedOn { exact error confidence seed } } }`,
			`{"centrality": {"nodes": [{"entity": {"name": "Nc"}}], "computedOn": {"exact": false, "error": 0.1, "confidence": 0.95, "seed": 0}}}`)
		a.expect(`{ groupCentrality(of: [«e», «c», «nobody»], `+people+`) { members { name } betweenness betweennessShare betweennessLow betweennessHigh degree distances reached harmonic computedOn { nodes exact samples error confidence seed } } }`,
			// Of the pairs of a, b, d, f and one apart all but a-b and those with the one apart pass c or e.
			`{"groupCentrality": {"members": [`+pair("c", "e")+`], "betweenness": 5, "betweennessShare": 0.5, "betweennessLow": 5, "betweennessHigh": 5, "degree": 4, "distances": [4], "reached": 4, "harmonic": 4,
			"computedOn": {"nodes": 7, "exact": true, "samples": null, "error": null, "confidence": null, "seed": null}}}`)
		a.linkRankings()
		a.expect(`{ articulationPoints(`+people+`) { totalCount nodes { rank pieces pairsCut entity { name } } } }`,
			`{"articulationPoints": {"totalCount": 2, "nodes": [{"rank": 1, "pieces": 2, "pairsCut": 6, "entity": {"name": "Nc"}}, {"rank": 2, "pieces": 2, "pairsCut": 4, "entity": {"name": "Ne"}}]}}`)
		a.expect(`{ bridges(`+people+`) { totalCount nodes { rank pairsCut link { id } } computedOn { nodes links } } }`,
			`{"bridges": {"totalCount": 1, "nodes": [{"rank": 1, "pairsCut": 5, "link": {"id": «e>f»}}], "computedOn": {"nodes": 7, "links": 8}}}`)
	})

	a.run("plans", func() {
		a.expect(`{ chokepoints(objective: FRAGMENTATION, budget: 1, `+people+`) { choices { rank entity { name } link { id } marginalEffect } optimal gap alternativesTotal
			before { nodes links components largestComponent connectedPairs flow reached } after { nodes components largestComponent connectedPairs fragmentation } } }`,
			`{"chokepoints": {"choices": [{"rank": 1, "entity": {"name": "Nc"}, "link": null, "marginalEffect": 11}], "optimal": true, "gap": 0, "alternativesTotal": 0,
			"before": {"nodes": 7, "links": 8, "components": 2, "largestComponent": 6, "connectedPairs": 15, "flow": null, "reached": null},
			"after": {"nodes": 6, "components": 3, "largestComponent": 3, "connectedPairs": 4, "fragmentation": 0.8095238095238095}}}`)
		a.expect(`{ chokepoints(objective: FLOW, budget: 1, from: [«a»], to: [«f»], targets: LINKS, `+people+`) { choices { link { id } entity { id } } before { flow } after { flow links nodes } } }`,
			`{"chokepoints": {"choices": [{"link": {"id": «e>f»}, "entity": null}], "before": {"flow": 1}, "after": {"flow": 0, "links": 7, "nodes": 7}}}`)
		a.expect(`{ chokepoints(objective: REACH, budget: 1, `+people+`) { choices { entity { name } } before { nodes } after { reached nodes } } }`,
			`{"chokepoints": {"choices": [{"entity": {"name": "Nc"}}], "before": {"nodes": 7}, "after": {"reached": 5, "nodes": 7}}}`)
		a.expect(`{ chokepoints(objective: PATH_LENGTH, budget: 1, from: [«a»], to: [«d»], targets: LINKS, `+people+`) { before { shortestPath } after { shortestPath } } }`,
			`{"chokepoints": {"before": {"shortestPath": 2}, "after": {"shortestPath": 3}}}`)
		a.expect(`{ chokepoints(objective: LARGEST_COMPONENT, budget: 1, `+people+`) { choices { entity { name } } after { largestComponent } } }`,
			`{"chokepoints": {"choices": [{"entity": {"name": "Nc"}}], "after": {"largestComponent": 3}}}`)
		plan := `) { choices { entity { name } link { id } } cost optimal alternativesTotal after { connectedPairs flow shortestPath } } }`
		figures := func(pairs, flow, path string) string {
			return `, "after": {"connectedPairs": ` + pairs + `, "flow": ` + flow + `, "shortestPath": ` + path + `}}}`
		}
		entity := func(name string) string { return `{"entity": {"name": "` + name + `"}, "link": null}` }
		link := func(id string) string { return `{"entity": null, "link": {"id": «` + id + `»}}` }
		a.expect(`{ chokepoints(objective: FRAGMENTATION, budget: 1, protect: [«c», «nobody»], `+people+plan,
			`{"chokepoints": {"choices": [`+entity("Ne")+`], "cost": 1, "optimal": true, "alternativesTotal": 0`+figures("6", "null", "null"))
		a.expect(`{ chokepoints(objective: FRAGMENTATION, costs: [{id: «c», cost: 3}, {id: «nobody», cost: 2}], maxCost: 2.5, budget: 1, `+people+plan,
			`{"chokepoints": {"choices": [`+entity("Ne")+`], "cost": 1, "optimal": true, "alternativesTotal": 0`+figures("6", "null", "null"))
		// e alone reaches four at the cost of its four links; a or b with d or f reach five.
		a.expect(`{ chokepoints(objective: REACH, costBy: DEGREE, costs: [{id: «z», cost: 9}], maxCost: 4, budget: 2, `+people+`) { alternativesTotal after { reached } } }`,
			`{"chokepoints": {"alternativesTotal": 3, "after": {"reached": 5}}}`)
		a.expect(`{ chokepoints(objective: FLOW, budget: 2, from: [«a»], to: [«f»], targets: LINKS, costProperty: "weight", maxCost: 1, `+people+plan,
			`{"chokepoints": {"choices": [], "cost": 0, "optimal": true, "alternativesTotal": 0`+figures("15", "1", "null"))
		a.expect(`{ chokepoints(objective: FLOW, budget: 2, from: [«a»], to: [«f»], targets: LINKS, capacityProperty: "weight", costs: [{id: «e>f», cost: 0.5}], maxCost: 1, `+people+plan,
			`{"chokepoints": {"choices": [`+link("e>f")+`], "cost": 0.5, "optimal": true, "alternativesTotal": 0`+figures("10", "0", "null"))
		a.expect(`{ chokepoints(objective: PATH_LENGTH, budget: 1, from: [«a»], to: [«c»], targets: LINKS, weightProperty: "weight", `+people+plan,
			`{"chokepoints": {"choices": [`+link("c>a")+`], "cost": 1, "optimal": true, "alternativesTotal": 0`+figures("15", "null", "4"))
	})

	a.run("cuts and flows", a.cuts)
	a.run("parts", a.parts)
	a.run("groups", a.groups)
	a.run("figures", a.figures)
	a.run("roles", a.roles)

	a.run("taking apart", func() {
		a.expect(`{ dismantling(target: 0.45, strategies: [ADAPTIVE_DEGREE, COLLECTIVE_INFLUENCE], radii: [1], `+people+`) { initialLargestComponent initialConnectedPairs targetSize totalSteps truncated
			steps { rank entity { name } largestComponent connectedPairs } compared { strategy radius removals reached complete robustness } } }`,
			`{"dismantling": {"initialLargestComponent": 6, "initialConnectedPairs": 15, "targetSize": 3, "totalSteps": 1, "truncated": false,
			"steps": [{"rank": 1, "entity": {"name": "Nc"}, "largestComponent": 3, "connectedPairs": 4}],
			"compared": [{"strategy": "ADAPTIVE_DEGREE", "radius": null, "removals": 1, "reached": true, "complete": true, "robustness": null},
			{"strategy": "COLLECTIVE_INFLUENCE", "radius": 1, "removals": 1, "reached": true, "complete": true, "robustness": null}]}}`)
		a.expect(`{ dismantling(target: 0, first: 0, strategies: [ADAPTIVE_BETWEENNESS, CORE_HD, GENERALIZED], `+people+`) { totalSteps steps { rank } truncatedBecause compared { reached } } }`,
			`{"dismantling": {"totalSteps": 3, "steps": [], "truncatedBecause": "first: 0 of 3 removals", "compared": [{"reached": true}, {"reached": true}, {"reached": true}]}}`)
		a.refused(`{ dismantling(target: 2) { totalSteps } }`, graph.BadUserInput)
		a.refused(`{ dismantling(radii: [0]) { totalSteps } }`, graph.BadUserInput)
	})

	a.run("ontology", func() {
		var got struct {
			Ontology struct {
				Kinds     []struct{ Name, Label string }
				LinkKinds []struct {
					Name      string
					Judgement bool
				}
			}
		}
		a.ask(`{ ontology { kinds { name label icon description properties { name type list search identity } } linkKinds { name label from to judgement derived } } }`, nil, &got)
		if len(got.Ontology.Kinds) < 26 || got.Ontology.Kinds[0].Label == "" || len(got.Ontology.LinkKinds) < 39 {
			a.t.Errorf("%d kinds, %d kinds of links", len(got.Ontology.Kinds), len(got.Ontology.LinkKinds))
		}
	})

	a.run("writes and their history", func() { a.changes(token) })

	a.run("money", a.money)

	schema := resolvers.Schema().Schema()
	for _, field := range slices.Concat(schema.Query.Fields, schema.Mutation.Fields) {
		if !a.asked[field.Name] && !strings.HasPrefix(field.Name, "__") {
			t.Errorf("no question asks %s", field.Name)
		}
	}
	for _, field := range schema.Query.Fields {
		if _, written := a.counter.written.Load(field.Name); !written && schema.Types[field.Type.Name()].IsCompositeType() && !strings.HasPrefix(field.Name, "__") {
			t.Errorf("nothing that %s answered was written in one pass", field.Name)
		}
	}
}

// changes asks what the change log answers: writes, history, the past, undoing.
func (a *api) changes(before string) {
	var written struct{ Write, Delete struct{ Revision string } }
	a.ask(ids(`mutation { Write: upsertRecords(input: {reason: "renamed", records: [{dataset: "tips", key: "f", kind: "Company", name: "Other Ltd"}]}) { revision }
		Delete: deleteRecords(input: {ids: [«c>e», «e>c», «nobody»]}) { revision deleted notFound items { index outcome } } }`), nil, &written)
	a.expect(`{ history(id: «f») { totalCount nodes { outcome who reason at record { name } } } }`,
		`{"history": {"totalCount": 2, "nodes": [{"outcome": "UPDATED", "who": "local", "reason": "renamed", "at": "2024-03-01T00:00:03Z", "record": {"name": "Other Ltd"}},
		{"outcome": "CREATED", "who": "local", "reason": "case 1", "at": "2024-03-01T00:00:01Z", "record": {"name": "Nf"}}]}}`)
	a.expect(`{ history(id: «c>e», first: 1) { nodes { outcome record { kind } } pageInfo { hasNextPage } } }`,
		`{"history": {"nodes": [{"outcome": "DELETED", "record": {"kind": "FAMILY_OF"}}], "pageInfo": {"hasNextPage": true}}}`)
	a.expect(`{ revisions(first: 3) { totalCount nodes { reason import records links } } }`,
		`{"revisions": {"totalCount": 4, "nodes": [{"reason": null, "import": null, "records": 0, "links": 2}, {"reason": "renamed", "import": null, "records": 1, "links": 0}, {"reason": null, "import": null, "records": 0, "links": 10}]}}`)
	from := `{ shortestPaths(from: [«c»], to: [«e»], scope: {linkKinds: [ASSOCIATE_OF, FAMILY_OF]%s}) { paths { hops } } }`
	a.expect(fmt.Sprintf(from, ""), `{"shortestPaths": {"paths": [{"hops": 2}]}}`)
	a.expect(fmt.Sprintf(from, `, asOf: "`+before+`"`), `{"shortestPaths": {"paths": [{"hops": 1}]}}`)
	a.expect(fmt.Sprintf(`{ entity(id: «f», atLeast: %q) { name } }`, written.Delete.Revision), `{"entity": {"name": "Other Ltd"}}`)
	a.expect(fmt.Sprintf(`mutation { revertBatch(input: {revision: %q, reason: "undo"}) { created updated deleted } }`, written.Delete.Revision),
		`{"revertBatch": {"created": 2, "updated": 0, "deleted": 0}}`)
	a.expect(fmt.Sprintf(from, ""), `{"shortestPaths": {"paths": [{"hops": 1}]}}`)
	a.expect(fmt.Sprintf(`mutation { revertBatch(input: {revision: %q}) { updated } }`, written.Write.Revision), `{"revertBatch": {"updated": 1}}`)
	a.expect(`{ entity(id: «f») { name aliases } }`, `{"entity": {"name": "Nf", "aliases": ["Harbour Freight"]}}`)
	a.refused(fmt.Sprintf(`mutation { revertBatch(input: {revision: %q}) { updated } }`, written.Write.Revision), graph.Conflict)
	a.expect(`mutation { upsertRecords(input: {records: [{dataset: "tips", key: "", kind: "Person"}, {dataset: "tips", key: "y", kind: "Person", confidence: 2}, {dataset: "tips", key: "a", kind: "Person", name: "Na"}]}) {
		rejected unchanged items { index id outcome error { code } } } }`,
		`{"upsertRecords": {"rejected": 2, "unchanged": 1, "items": [{"index": 0, "id": null, "outcome": "REJECTED", "error": {"code": "BAD_USER_INPUT"}},
		{"index": 1, "id": null, "outcome": "REJECTED", "error": {"code": "BAD_USER_INPUT"}}, {"index": 2, "id": «a», "outcome": "UNCHANGED", "error": null}]}}`)
}

// pair is two entities by name, in the order of their ids.
func pair(a, b string) string {
	if graph.RecordID("tips", b).Compare(graph.RecordID("tips", a)) < 0 {
		a, b = b, a
	}
	return fmt.Sprintf(`{"name": "N%s"}, {"name": "N%s"}`, a, b)
}

func least(a, b string) string {
	if graph.RecordID("tips", b).Compare(graph.RecordID("tips", a)) < 0 {
		a = b
	}
	return "«" + a + "»"
}

// cheapest is the name at the start of the link with the lesser id.
func cheapest(a, b string) string {
	if graph.LinkID("tips", b).Compare(graph.LinkID("tips", a)) < 0 {
		a = b
	}
	return "N" + a[:1]
}

// keysOf is two records of links, in the order of their ids.
func keysOf(a, b string) string {
	if graph.LinkID("tips", b).Compare(graph.LinkID("tips", a)) < 0 {
		a, b = b, a
	}
	return fmt.Sprintf(`{"key": %q}, {"key": %q}`, a, b)
}

// moneyKind is the one kind of link in the layer MONEY.
func moneyKind(a *api) string {
	var got struct {
		ShortestPaths struct {
			Paths []struct{ Links []struct{ Kind string } }
		}
	}
	a.ask(ids(`{ shortestPaths(from: [«a»], to: [«f»], scope: {projection: MONEY}) { paths { links { kind } } } }`), nil, &got)
	return got.ShortestPaths.Paths[0].Links[0].Kind
}

func TestPagesGoOnAndTellWhereTheyAre(t *testing.T) {
	a := newAPI(t)
	a.kite()
	for _, list := range []string{
		"entities(orderBy: {by: DEGREE, direction: DESC}", "centrality(measure: CORE", "articulationPoints(" + people, "revisions(", "search(text: \"n\"", "history(id: «f»",
		"allShortestPaths(from: [«a», «b»], to: [«f»], " + people, "distances(from: [«f»], " + people,
	} {
		var whole, part struct {
			List struct {
				Edges      []struct{ Cursor string }
				TotalCount int
				PageInfo   struct {
					HasNextPage, HasPreviousPage bool
					EndCursor                    *string
				}
			}
		}
		const selection = `) { edges { cursor } totalCount pageInfo { hasNextPage hasPreviousPage endCursor } } }`
		a.ask(ids("{ list: "+list+" first: 500"+selection), nil, &whole)
		if whole.List.TotalCount != len(whole.List.Edges) || whole.List.PageInfo.HasNextPage || whole.List.PageInfo.HasPreviousPage {
			t.Errorf("%s: %d of %d, %+v", list, len(whole.List.Edges), whole.List.TotalCount, whole.List.PageInfo)
		}
		after := "null"
		for i, edge := range whole.List.Edges {
			a.ask(ids(fmt.Sprintf("{ list: %s first: 1 after: %s%s", list, after, selection)), nil, &part)
			l := part.List
			if len(l.Edges) != 1 || l.Edges[0] != edge || *l.PageInfo.EndCursor != edge.Cursor || l.TotalCount != whole.List.TotalCount {
				t.Fatalf("%s: page %d is %+v", list, i, l)
			}
			if l.PageInfo.HasPreviousPage != (i > 0) || l.PageInfo.HasNextPage != (i < len(whole.List.Edges)-1) {
				t.Errorf("%s: page %d says %+v", list, i, l.PageInfo)
			}
			after = fmt.Sprintf("%q", edge.Cursor)
		}
	}
}

func TestWhatCannotBeMeantIsRefused(t *testing.T) {
	a := newAPI(t)
	token := a.kite()
	for _, document := range []string{
		`{ entities(first: 501) { totalCount } }`, `{ entities(first: -1) { totalCount } }`, `{ entities(after: "x") { totalCount } }`,
		`{ entity(id: «a») { links(first: 501) { totalCount } } }`, `{ entity(id: «a», atLeast: "x") { id } }`,
		`{ neighborhood(of: [], depth: 11) { truncated } }`, `{ neighborhood(of: [], scope: {minConfidence: 1.5}) { truncated } }`,
		`{ shortestPaths(from: [], to: [«a»]) { truncated } }`, `{ shortestPaths(from: [«b»], to: [«a»], k: 51) { truncated } }`,
		`{ chokepoints(objective: FLOW) { optimal } }`, `{ chokepoints(objective: FRAGMENTATION, budget: 0) { optimal } }`,
		`{ centrality(measure: DEGREE, scope: {asOf: "x"}) { totalCount } }`, `{ bridges(scope: {during: {from: "2024", to: "2023"}}) { totalCount } }`,
		`mutation { upsertLinks(input: {links: [{dataset: "tips", kind: "OWNS", from: {id: «a»}, to: {}}]}) { revision } }`,
		`mutation { revertBatch(input: {revision: "x"}) { revision } }`,
		`{ minimumCut(from: [], to: [«a»]) { value } }`, `{ minimumCut(from: [«a»], to: [«a»]) { value } }`,
		`{ minimumCut(from: [«a»], to: [«b»], capacityProperty: "weight") { value } }`, `{ maximumFlow(from: [«a»], to: [«b»], first: 501) { value } }`,
		`{ minimumCut(from: [«a»], to: [«f»], costs: [{id: «c», cost: 0}]) { value } }`, `{ minimumCut(from: [«a»], to: [«f»], targets: LINKS, costs: [{id: «e>f», cost: -1}]) { value } }`,
		`{ moneyPatterns(kinds: [CYCLE, CYCLE]) { totalCount } }`, `{ traceMoney(from: [«a»], policies: [FIFO, FIFO]) { currency } }`,
		`{ dismantling(strategies: [CORE_HD, CORE_HD]) { totalSteps } }`, `{ dismantling(radii: [1, 1]) { totalSteps } }`,
		`{ components { nodes { members(first: 501) { id } } } }`, `{ minimumCutTree(scope: {orientation: NATURAL}) { totalCount } }`,
		`{ allShortestPaths(from: [«a»], to: []) { totalCount } }`, `{ allShortestPaths(from: [«a»], to: [«b»], weight: PROPERTY) { totalCount } }`,
		`{ allShortestPaths(from: [«a»], to: [«b»], first: 501) { totalCount } }`, `{ allShortestPaths(from: [«a»], to: [«b»], after: "x") { totalCount } }`,
		`{ distances(from: []) { totalCount } }`, `{ distances(from: [«a»], weight: PROPERTY) { totalCount } }`, `{ distances(from: [«a»], after: "x") { totalCount } }`,
		`{ dominators(from: []) { totalCount } }`, `{ linkCentrality(weight: PROPERTY) { totalCount } }`, `{ linkCentrality(after: "x") { totalCount } }`,
		`{ reliability(from: [], to: [«a»]) { low } }`, `{ neighborhood(of: []) { truncated } }`,
		`{ dominators(from: [«a»], to: []) { totalCount } }`, `{ centrality(measure: PAGERANK, from: []) { totalCount } }`, `{ communities(of: []) { totalCount } }`,
		`{ temporalPaths(from: [«a»], to: []) { totalCount } }`,
		`{ reliability(from: [«a»], to: [«f»], approximation: {mode: SAMPLED, maxError: 0.00001}) { low } }`,
		`{ chokepoints(objective: FRAGMENTATION, maxCost: 0) { cost } }`, `{ chokepoints(objective: REACH, costs: [{id: «a», cost: -1}]) { cost } }`,
		`{ chokepoints(objective: FRAGMENTATION, targets: LINKS, costBy: DEGREE) { cost } }`, `{ chokepoints(objective: FRAGMENTATION, costProperty: "weight") { cost } }`,
		`{ chokepoints(objective: FRAGMENTATION, weightProperty: "weight") { cost } }`, `{ chokepoints(objective: FRAGMENTATION, from: [«c»]) { cost } }`, `{ chokepoints(objective: FRAGMENTATION, capacityProperty: "weight") { cost } }`,
	} {
		answer := a.send(ids(document), nil)
		if len(answer.Errors) == 0 {
			t.Errorf("%s is answered", document)
		} else if code := graph.CodeOf(answer.Errors[0]); code != graph.BadUserInput && answer.Data != nil {
			t.Errorf("%s: %s %v", document, code, answer.Errors)
		}
	}
	a.expect(fmt.Sprintf(`{ centrality(measure: DEGREE, scope: {asOf: %q}) { totalCount } }`, token), `{"centrality": {"totalCount": 8}}`)
}

// Each past state is a graph in memory for as long as the request lasts.
func TestARequestLooksAtFewStates(t *testing.T) {
	a := newAPI(t)
	var tokens []string
	for i := range 7 {
		var written struct{ UpsertRecords struct{ Revision string } }
		a.ask(fmt.Sprintf(`mutation { upsertRecords(input: {records: [{dataset: "tips", key: "%d", kind: "Person"}]}) { revision } }`, i), nil, &written)
		tokens = append(tokens, written.UpsertRecords.Revision)
	}
	document := func(states int) string {
		text := "{"
		for i, token := range tokens[:states] {
			text += fmt.Sprintf(` r%d: centrality(measure: DEGREE, scope: {asOf: %q}) { totalCount }`, i, token)
		}
		return text + "}"
	}
	var totals map[string]struct{ TotalCount int }
	a.ask(document(5), nil, &totals)
	for i := range 5 {
		if got := totals[fmt.Sprint("r", i)].TotalCount; got != i+1 {
			t.Errorf("state %d holds %d", i, got)
		}
	}
	a.refused(document(6), graph.TooComplex)
}

func TestARequestWithoutASessionIsRefused(t *testing.T) {
	exec := executor.New(resolvers.Schema())
	ctx := graphql.StartOperationTrace(context.Background())
	op, errs := exec.CreateOperationContext(ctx, &graphql.RawParams{Query: `{ datasets { name } }`})
	if errs != nil {
		t.Fatal(errs)
	}
	handle, ctx := exec.DispatchOperation(graphql.WithOperationContext(ctx, op), op)
	if answer := handle(ctx); len(answer.Errors) == 0 {
		t.Errorf("got %s", answer.Data)
	}
}
