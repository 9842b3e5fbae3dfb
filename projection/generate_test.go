package projection

import (
	"fmt"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"pgregory.net/rapid"
)

// A small universe of keys and values, so that writes meet each other.
var (
	someKinds     = []graph.Kind{"Person", "Company", "BankAccount", "Transfer", "Shipment", "Identifier", graph.UnknownKind}
	someLinkKinds = []graph.LinkKind{
		"OWNS", "COMMUNICATED_WITH", "COMMUNICATED_WITH", "SENT", "RECEIVED", "CONSIGNED_BY", "CONSIGNED_TO", "CONTAINS",
		"USES_IDENTIFIER", "USES_IDENTIFIER", "SUPPLIES", graph.Same, graph.Same, graph.NotSame, graph.Unsure,
	}
	someMarkings    = []graph.Marking{"A", "A", "B"}
	someDatasets    = []string{"customs", "bank"}
	someConfidences = []float64{0.2, 0.5, 0.7, 1}
	someInstants    = []graph.Instant{graph.NoInstant, graph.NoInstant, 10, 20, 30}
	someLayers      = []Layer{All, All, People, Money, Goods, Communication, Communication, Ownership}
	orientations    = []Orientation{Undirected, Natural, Reverse}
)

const (
	recordKeys = 14
	linkKeys   = 24
)

func recordID(i int) graph.ID { return graph.RecordID("d", fmt.Sprint(i)) }
func linkID(i int) graph.ID   { return graph.LinkID("d", fmt.Sprint(i)) }

func drawHeader(t *rapid.T, id graph.ID) graph.Header {
	return graph.Header{
		ID: id, Dataset: rapid.SampledFrom(someDatasets).Draw(t, "dataset"),
		Reliability: rapid.SampledFrom([]byte{0, 'A', 'C', 'F'}).Draw(t, "reliability"),
		Credibility: uint8(rapid.IntRange(0, 6).Draw(t, "credibility")),
		Confidence:  rapid.SampledFrom(someConfidences).Draw(t, "confidence"),
		Markings:    drawMarkings(t, 1),
		ValidFrom:   rapid.SampledFrom(someInstants).Draw(t, "validFrom"),
		ValidTo:     rapid.SampledFrom(someInstants).Draw(t, "validTo"),
	}
}

func drawMarkings(t *rapid.T, least int) graph.Markings {
	return graph.NewMarkings(rapid.SliceOfNDistinct(rapid.SampledFrom(someMarkings), least, 2, rapid.ID).Draw(t, "markings")...)
}

// usualKind is the kind that a key mostly has, so that facts come about.
func usualKind(key int) graph.Kind { return someKinds[key%len(someKinds)] }

// usualEnds are keys of records that a kind of link mostly joins.
var usualEnds = map[graph.LinkKind][2][]int{
	"SENT":              {{0, 2, 9}, {3}},
	"RECEIVED":          {{1, 2, 9, 7}, {3}},
	"CONSIGNED_BY":      {{4}, {0, 1, 8}},
	"CONSIGNED_TO":      {{4}, {1, 7, 8}},
	"CONTAINS":          {{4}, {6, 2}},
	"USES_IDENTIFIER":   {{0, 1, 7, 8}, {5, 12}},
	"COMMUNICATED_WITH": {{0, 5, 12}, {5, 12, 1}},
	graph.Same:          {{0, 1, 4, 3, 5}, {7, 8, 11, 10, 12}},
	graph.NotSame:       {{0, 7}, {7, 8}},
}

func drawRecord(t *rapid.T) graph.Record {
	key := rapid.IntRange(0, recordKeys-1).Draw(t, "record")
	r := graph.Record{Header: drawHeader(t, recordID(key)), Kind: usualKind(key), Name: rapid.SampledFrom([]string{"", "Ann", "Bob"}).Draw(t, "name")}
	if rapid.IntRange(0, 9).Draw(t, "unusual") == 0 {
		r.Kind = rapid.SampledFrom(someKinds).Draw(t, "kind")
	}
	switch r.Kind {
	case "Transfer":
		r.Properties = graph.Properties{{Name: "amount", Values: []string{"12.5"}}, {Name: "at", Values: []string{"1970-01-01T00:00:00.000015Z"}}}
	case "Shipment":
		r.Properties = graph.Properties{{Name: "arrivedAt", Values: []string{"1970-01-01T00:00:00.000025Z"}}, {Name: "grossWeight", Values: []string{"7"}}}
	}
	return r
}

func drawLink(t *rapid.T) graph.Link {
	end := func(name string) graph.ID { return recordID(rapid.IntRange(0, recordKeys-1).Draw(t, name)) }
	l := graph.Link{
		Header: drawHeader(t, linkID(rapid.IntRange(0, linkKeys-1).Draw(t, "link"))),
		Kind:   rapid.SampledFrom(someLinkKinds).Draw(t, "kind"), From: end("from"), To: end("to"),
		At:     rapid.SampledFrom(someInstants).Draw(t, "at"),
		Amount: rapid.SampledFrom([]graph.Decimal{"", "100"}).Draw(t, "amount"),
	}
	if usual, ok := usualEnds[l.Kind]; ok && rapid.IntRange(0, 4).Draw(t, "usual") > 0 {
		l.From = recordID(rapid.SampledFrom(usual[0]).Draw(t, "from"))
		l.To = recordID(rapid.SampledFrom(usual[1]).Draw(t, "to"))
	}
	if q := rapid.IntRange(0, 2).Draw(t, "quantity"); q > 0 {
		quantity := float64(q)
		l.Quantity, l.Weight = &quantity, &quantity
	}
	return l
}

func drawWrite(t *rapid.T) write {
	w := write{
		records: rapid.SliceOfN(rapid.Custom(drawRecord), 0, 10).Draw(t, "records"),
		links:   rapid.SliceOfN(rapid.Custom(drawLink), 0, 14).Draw(t, "links"),
	}
	for range rapid.IntRange(0, 2).Draw(t, "deletes") {
		w.deletes = append(w.deletes, drawID(t))
	}
	return w
}

func drawID(t *rapid.T) graph.ID {
	if rapid.Bool().Draw(t, "a record") {
		return recordID(rapid.IntRange(0, recordKeys).Draw(t, "id"))
	}
	return linkID(rapid.IntRange(0, linkKeys).Draw(t, "id"))
}

func drawClearance(t *rapid.T) access.Clearance {
	if rapid.IntRange(0, 2).Draw(t, "everything") == 0 {
		return access.Everything()
	}
	return access.Grant(drawMarkings(t, 0)...)
}

func drawScope(t *rapid.T) Scope {
	some := func(name string) bool { return rapid.IntRange(0, 4).Draw(t, name) == 0 }
	scope := AnyTime()
	scope.Layer = rapid.SampledFrom(someLayers).Draw(t, "layer")
	scope.Orientation = rapid.SampledFrom(orientations).Draw(t, "orientation")
	if rapid.IntRange(0, 3).Draw(t, "narrow") == 0 { // so that the ways for whole views are taken too
		return scope
	}
	if some("entityKinds") {
		scope.EntityKinds = rapid.SliceOfN(rapid.SampledFrom(someKinds), 1, 4).Draw(t, "kinds")
	}
	if some("linkKinds") {
		kinds := append([]graph.LinkKind{Transferred, Shipped, SharesIdentifier}, someLinkKinds...)
		scope.LinkKinds = rapid.SliceOfN(rapid.SampledFrom(kinds), 1, 4).Draw(t, "kinds")
	}
	if some("datasets") {
		scope.Datasets = rapid.SliceOfN(rapid.SampledFrom(append(someDatasets, "unknown")), 1, 2).Draw(t, "names")
	}
	if some("during") {
		scope.From = rapid.SampledFrom(someInstants).Draw(t, "start")
		scope.To = rapid.SampledFrom(someInstants).Draw(t, "end")
	}
	if some("confident") {
		scope.MinConfidence = rapid.SampledFrom(someConfidences).Draw(t, "least")
	}
	if some("within") {
		scope.Within = rapid.SliceOfN(rapid.Custom(drawID), 0, 12).Draw(t, "ids")
	}
	if some("without") {
		scope.Without = rapid.SliceOfN(rapid.Custom(drawID), 1, 4).Draw(t, "ids")
	}
	return scope
}
