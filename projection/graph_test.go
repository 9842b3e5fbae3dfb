package projection

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/google/go-cmp/cmp"
)

func record(key string, kind graph.Kind, properties ...graph.Property) graph.Record {
	return graph.Record{Header: header(graph.RecordID("t", key), properties), Kind: kind, Name: key}
}

func link(kind graph.LinkKind, from, to string, properties ...graph.Property) graph.Link {
	return graph.Link{
		Header: header(graph.LinkID("t", from+" "+string(kind)+" "+to), properties), Kind: kind,
		From: graph.RecordID("t", from), To: graph.RecordID("t", to), At: graph.NoInstant,
	}
}

func header(id graph.ID, properties graph.Properties) graph.Header {
	return graph.Header{
		ID: id, Dataset: "t", Confidence: 0.9, Markings: graph.NewMarkings(graph.Clear),
		ValidFrom: graph.NoInstant, ValidTo: graph.NoInstant, Properties: properties,
	}
}

func materialize(t *testing.T, w write, layer Layer, narrow func(*Scope)) *Graph {
	t.Helper()
	f := newFeed()
	f.commit(w)
	scope := AnyTime()
	scope.Layer = layer
	if narrow != nil {
		narrow(&scope)
	}
	g, err := mustOpen(t, f).Current().View(access.Grant(graph.Clear)).Scoped(scope).Materialize(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestMoneyGoesFromPayerToPayee(t *testing.T) {
	w := write{
		records: []graph.Record{
			record("ann", "Person"), record("acct", "BankAccount"), record("bob", "Person"),
			record("wire", "Transfer", graph.Property{Name: "amount", Values: []string{"9800"}}, graph.Property{Name: "at", Values: []string{"2024-03-01"}}),
		},
		links: []graph.Link{link("SENT", "ann", "wire"), link("SENT", "acct", "wire"), link("RECEIVED", "bob", "wire")},
	}
	g := materialize(t, w, Money, nil)
	if got := g.Net.NumLinks(); got != 1 {
		t.Fatalf("%d links, want the one from the account, which stands for its owner", got)
	}
	at, _ := graph.ParseInstant("2024-03-01")
	want := Origin{Links: []graph.ID{w.links[1].ID, w.links[2].ID}, Rule: RuleTransfer, Fact: graph.RecordID("t", "wire")}
	if diff := cmp.Diff(want, g.Origin(0)); diff != "" {
		t.Errorf("origin (-want +got):\n%s", diff)
	}
	if g.Kind(0) != Transferred || g.At(0) != at || g.Value(0, Amount, 0) != 9800 || g.Confidence(0) != 0.9 {
		t.Errorf("kind %s at %v, amount %v, confidence %v", g.Kind(0), g.At(0), g.Value(0, Amount, 0), g.Confidence(0))
	}
	if values, ok := g.Values(Quantity, -1); !ok || values[0] != -1 {
		t.Errorf("quantity %v, want what was given for absent", values)
	}
	if _, ok := g.Values("height", 0); ok {
		t.Error("a column that is none has values")
	}
	if g := materialize(t, w, Money, func(s *Scope) { s.Without = []graph.ID{g.LinkID(0)} }); g.Net.NumLinks() != 0 || len(g.Nodes) != 0 {
		t.Error("the derived link is there without itself")
	}
	if g := materialize(t, w, Money, func(s *Scope) { s.Without = []graph.ID{graph.RecordID("t", "wire")} }); g.Net.NumLinks() != 0 {
		t.Error("the derived link is there without its transfer")
	}
	if g := materialize(t, w, Money, func(s *Scope) { s.From = at + 1 }); g.Net.NumLinks() != 0 {
		t.Error("a transfer before the window counts")
	}
	if g.Bytes() <= 0 {
		t.Error("a graph takes no memory")
	}
}

func TestGoodsCarryTheirContents(t *testing.T) {
	contains := func(what string, quantity float64) graph.Link {
		l := link("CONTAINS", "box", what)
		l.Quantity = &quantity
		return l
	}
	g := materialize(t, write{
		records: []graph.Record{
			record("maker", "Company"), record("lab", "Site"), record("npp", "Chemical"), record("dye", "Chemical"),
			record("box", "Shipment", graph.Property{Name: "grossWeight", Values: []string{"99"}}),
		},
		links: []graph.Link{link("CONSIGNED_BY", "box", "maker"), link("CONSIGNED_TO", "box", "lab"), contains("npp", 20), contains("dye", 5)},
	}, Goods, nil)
	from, to := g.Net.Ends(0)
	if g.Nodes[from] != graph.RecordID("t", "maker") || g.Nodes[to] != graph.RecordID("t", "lab") || g.Kind(0) != Shipped {
		t.Errorf("%s from %v to %v", g.Kind(0), g.Nodes[from], g.Nodes[to])
	}
	if got := g.Value(0, Quantity, 0); got != 25 {
		t.Errorf("quantity %v, want that of the contents", got)
	}
}

func TestIdentifiersBecomeLinks(t *testing.T) {
	w := write{
		records: []graph.Record{
			record("ann", "Person"), record("bob", "Person"), record("eve", "Person"),
			record("phone 1", "Identifier"), record("phone 2", "Identifier"), record("burner", "Identifier"),
		},
		links: []graph.Link{
			link("USES_IDENTIFIER", "ann", "phone 1"), link("USES_IDENTIFIER", "eve", "phone 1"), link("USES_IDENTIFIER", "bob", "phone 2"),
			link(CommunicatedWith, "phone 1", "phone 2"), link(CommunicatedWith, "burner", "bob"), link(CommunicatedWith, "burner", "phone 2"),
		},
	}
	g := materialize(t, w, Communication, nil)
	counts := map[string]int{}
	for e := range network.EdgeIndex(g.Net.NumLinks()) {
		counts[g.Origin(e).Rule]++
	}
	// ann and eve share a phone and both may have called bob; nobody is known to use the burner.
	if diff := cmp.Diff(map[string]int{RuleIdentifier: 1, RuleCall: 3, "": 1}, counts); diff != "" {
		t.Errorf("links by rule (-want +got):\n%s", diff)
	}
	if len(g.Nodes) != 4 || len(g.Hubs) != 0 {
		t.Errorf("%d nodes and %d hubs, want three people and the burner", len(g.Nodes), len(g.Hubs))
	}
}

// A scope chooses among the ends of links, not among what they derive from; an
// identifier whose users it leaves out stands for itself.
func TestScopeOfDerivedLinks(t *testing.T) {
	id := func(keys ...string) (ids []graph.ID) {
		for _, key := range keys {
			ids = append(ids, graph.RecordID("t", key))
		}
		return ids
	}
	w := write{
		records: []graph.Record{
			record("a", "BankAccount"), record("b", "BankAccount"), record("wire", "Transfer"),
			record("ann", "Person"), record("bob", "Person"), record("phone", "Identifier"),
		},
		links: []graph.Link{
			link("SENT", "a", "wire"), link("RECEIVED", "b", "wire"),
			link("USES_IDENTIFIER", "ann", "phone"), link(CommunicatedWith, "phone", "bob"),
		},
	}
	for _, c := range []struct {
		layer  Layer
		within []graph.ID
		want   []graph.ID // nodes in no order
	}{
		{Money, id("a", "b"), id("a", "b")},
		{Money, id("a", "wire"), nil},
		{Communication, id("ann", "bob"), id("ann", "bob")},
		{Communication, id("phone", "bob"), id("phone", "bob")},
	} {
		g := materialize(t, w, c.layer, func(s *Scope) { s.Within = c.within })
		slices.SortFunc(c.want, graph.ID.Compare)
		if diff := cmp.Diff(c.want, g.Nodes, equateEmpty); diff != "" {
			t.Errorf("%s within %v (-want +got):\n%s", c.layer, c.within, diff)
		}
	}
}

// An identifier of many users stays a node: no more links than users.
func TestHubsStayNodes(t *testing.T) {
	for _, users := range []int{maxUsers, maxUsers + 1, 10_000} {
		w := write{records: []graph.Record{record("switchboard", "Identifier")}}
		for i := range users {
			name := fmt.Sprint("user ", i)
			w.records = append(w.records, record(name, "Person"))
			w.links = append(w.links, link("USES_IDENTIFIER", name, "switchboard"))
		}
		w.links = append(w.links, link(CommunicatedWith, "user 0", "switchboard"))
		g := materialize(t, w, Communication, nil)
		want, hubs := users*(users-1)/2+users-1, 0
		if users > maxUsers {
			want, hubs = users+1, 1
		}
		if g.Net.NumLinks() != want || len(g.Hubs) != hubs {
			t.Errorf("%d users: %d links and %d hubs, want %d and %d", users, g.Net.NumLinks(), len(g.Hubs), want, hubs)
		}
	}
}

func TestValuesOnTheScope(t *testing.T) {
	weighed := link("OWNS", "a", "b")
	weight := 2.5
	weighed.Weight = &weight
	f := newFeed()
	f.commit(write{records: []graph.Record{record("a", "Company"), record("b", "Company")}, links: []graph.Link{weighed, link("SUPPLIES", "a", "b")}})
	c := mustOpen(t, f).Current().View(access.Everything()).unscoped()
	values, ok := c.Values(Weight, 1)
	if !ok {
		t.Fatal("weight is no column")
	}
	n, _ := node(c, graph.RecordID("t", "a"))
	for _, a := range c.AppendOut(n, nil) {
		want := 1.0
		if c.LinkID(a.Edge) == weighed.ID {
			want = weight
		}
		if got := values(a.Edge); got != want || c.Confidence(a.Edge) != 0.9 {
			t.Errorf("weight %v, confidence %v, want %v, 0.9", got, c.Confidence(a.Edge), want)
		}
	}
	if _, ok := c.Values("height", 0); ok {
		t.Error("a column that is none has values")
	}
	from, to, ok := c.FindLink(weighed.ID)
	if !ok || c.Name(from) != "a" || c.Name(to) != "b" {
		t.Errorf("the link joins %v and %v, %v", from, to, ok)
	}
}
