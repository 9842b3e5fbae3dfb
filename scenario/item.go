package scenario

import (
	"math/rand/v2"
	"time"

	"github.com/chokepoint/chokepoint/graph"
)

// Node is one row of a node list. Properties come in no particular order.
type Node struct {
	Key        string
	Kind       graph.Kind
	Name       string
	Aliases    []string
	Properties graph.Properties
	Grade      Grade
}

// Grade says how far a row is to be trusted, by the Admiralty code and a
// confidence between 0 and 1 that goes with it, and who may see it.
type Grade struct {
	Reliability byte
	Credibility uint8
	Confidence  float64
	Marking     graph.Marking
}

// Link is one row of the edge list. Cents of Currency, Quantity of Unit, Weight
// and At are left out where they are zero.
type Link struct {
	Kind     graph.LinkKind
	From, To string
	At       time.Time
	Cents    int64
	Currency string
	Quantity float64
	Unit     string
	Weight   float64
	Grade    Grade
}

// Property returns the first value of the named property, or "".
func (n *Node) Property(name string) string {
	for _, p := range n.Properties {
		if p.Name == name && len(p.Values) > 0 {
			return p.Values[0]
		}
	}
	return ""
}

// builder collects nodes and links, draws from one stream of chance and numbers
// the nodes of each kind.
type builder struct {
	rng   *rand.Rand
	keys  keyer
	count map[graph.Kind]int
	nodes []Node
	links []Link
}

func newBuilder(seed, stream uint64, keys keyer) *builder {
	return &builder{rng: rand.New(rand.NewPCG(seed, stream)), keys: keys, count: map[graph.Kind]int{}}
}

// add appends a node and returns its key. Properties are pairs of name and value;
// empty values are left out.
func (b *builder) add(kind graph.Kind, name string, pairs ...string) string {
	key := b.keys.key(kind, b.count[kind])
	b.count[kind]++
	properties := make(graph.Properties, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			properties = append(properties, graph.Property{Name: pairs[i], Values: pairs[i+1 : i+2]})
		}
	}
	b.nodes = append(b.nodes, Node{Key: key, Kind: kind, Name: name, Properties: properties, Grade: b.grade(marking(nodeMarkings, kind))})
	return key
}

// link appends a link, graded at random.
func (b *builder) link(l Link) {
	l.Grade = b.grade(marking(linkMarkings, l.Kind))
	b.links = append(b.links, l)
}

// join appends plain links of one kind from one node to others.
func (b *builder) join(kind graph.LinkKind, from string, to ...string) {
	for _, t := range to {
		b.link(Link{Kind: kind, From: from, To: t})
	}
}

// grades pairs source and statement; most sources are good, some are hearsay.
var grades = [...]Grade{
	{'A', 1, 0.99, ""},
	{'A', 2, 0.95, ""},
	{'B', 1, 0.95, ""},
	{'B', 2, 0.9, ""},
	{'B', 2, 0.85, ""},
	{'B', 3, 0.75, ""},
	{'C', 2, 0.8, ""},
	{'C', 3, 0.65, ""},
	{'D', 4, 0.5, ""},
	{'F', 6, 0.4, ""},
}

func (b *builder) grade(marking graph.Marking) Grade {
	g := grades[min(b.rng.IntN(len(grades)), b.rng.IntN(len(grades)))]
	g.Marking = marking
	return g
}

// Sources decide how a row is to be handled: registers are open, customs and bank
// reports go to partners, intercepts and case files stay with who needs them.
var (
	nodeMarkings = map[graph.Kind]graph.Marking{
		"Transfer": "TLP:GREEN", "Shipment": "TLP:GREEN", "BankAccount": "TLP:GREEN", "Seizure": "TLP:GREEN",
		"Document": "TLP:AMBER", "Case": "TLP:AMBER", "IdentityDocument": "TLP:AMBER",
	}
	linkMarkings = map[graph.LinkKind]graph.Marking{
		"SENT": "TLP:GREEN", "RECEIVED": "TLP:GREEN", "CONSIGNED_BY": "TLP:GREEN", "CONSIGNED_TO": "TLP:GREEN", "HOLDS": "TLP:GREEN",
		"COMMUNICATED_WITH": "TLP:AMBER", "USES_IDENTIFIER": "TLP:AMBER", "MENTIONED_IN": "TLP:AMBER",
	}
)

func marking[K comparable](of map[K]graph.Marking, kind K) graph.Marking {
	if m, ok := of[kind]; ok {
		return m
	}
	return graph.Clear
}

func (b *builder) chance(p float64) bool { return b.rng.Float64() < p }

// between returns a number from low to high, both included.
func (b *builder) between(low, high int) int { return low + b.rng.IntN(high-low+1) }

// within returns an instant of the day that lies from low to high days after t,
// to the minute, in working hours.
func (b *builder) within(t time.Time, low, high int) time.Time {
	day := t.Truncate(24*time.Hour).AddDate(0, 0, b.between(low, high))
	return day.Add(time.Duration(b.between(8*60, 18*60)) * time.Minute)
}

func pick[T any](b *builder, of []T) T { return of[b.rng.IntN(len(of))] }
