package scenario

import (
	"fmt"
	"testing"
	"time"

	"github.com/chokepoint/chokepoint/graph"
)

// world is a scenario as an importer sees it: lists, nothing of how they came about.
type world struct {
	nodes   []Node
	links   []Link
	byKey   map[string]*Node
	answers map[string]Planted
}

// worlds keeps what was generated, for many tests ask of the same.
var worlds = map[Options]*world{}

func worldOf(t testing.TB, o Options) *world {
	t.Helper()
	if w := worlds[o]; w != nil {
		return w
	}
	s := Generate(o)
	w := &world{byKey: map[string]*Node{}, answers: map[string]Planted{}}
	err := s.Each(func(n *Node) error { w.nodes = append(w.nodes, *n); return nil }, func(l *Link) error { w.links = append(w.links, *l); return nil })
	if err != nil {
		t.Fatal(err)
	}
	for i := range w.nodes {
		w.byKey[w.nodes[i].Key] = &w.nodes[i]
	}
	for _, p := range s.Answers.Planted {
		w.answers[p.Name] = p
	}
	worlds[o] = w
	return w
}

// everySeed runs a test on worlds of twenty seeds, or five with -short, small and as
// demonstrated.
func everySeed(t *testing.T, test func(t *testing.T, w *world, seed uint64)) {
	seeds := uint64(20)
	if testing.Short() {
		seeds = 5
	}
	for _, size := range []int{600, 3000} {
		for seed := range seeds {
			t.Run(fmt.Sprintf("size %d seed %d", size, seed), func(t *testing.T) { test(t, worldOf(t, Options{Seed: seed, Size: size}), seed) })
		}
	}
}

// arc is a link of a derived network, read from the lists without the projection.
type arc struct {
	from, to, fact string
	at             time.Time
	quantity       float64
}

// facts derives an arc from every source to every target of each fact.
func (w *world) facts(kind graph.Kind, source, target graph.LinkKind) []arc {
	sources, targets := map[string][]Link{}, map[string][]Link{}
	for _, l := range w.links {
		for _, end := range []string{l.From, l.To} {
			if w.byKey[end].Kind != kind {
				continue
			}
			switch l.Kind {
			case source:
				sources[end] = append(sources[end], l)
			case target:
				targets[end] = append(targets[end], l)
			}
		}
	}
	var arcs []arc
	for fact, from := range sources {
		for _, a := range from {
			for _, b := range targets[fact] {
				arcs = append(arcs, arc{from: other(a, fact), to: other(b, fact), fact: fact, at: a.At, quantity: a.Quantity})
			}
		}
	}
	return arcs
}

func other(l Link, end string) string {
	if l.From == end {
		return l.To
	}
	return l.From
}

func (w *world) money() []arc { return w.facts("Transfer", "SENT", "RECEIVED") }

func (w *world) goods() []arc {
	arcs := w.facts("Shipment", "CONSIGNED_BY", "CONSIGNED_TO")
	for _, l := range w.links {
		if l.Kind == "SUPPLIES" {
			arcs = append(arcs, arc{from: l.From, to: l.To, quantity: 1})
		}
	}
	return arcs
}

func (w *world) peopleNetwork() []arc {
	kinds, social := map[graph.LinkKind]bool{}, map[graph.Kind]bool{}
	for _, k := range []graph.LinkKind{"DIRECTS", "EMPLOYS", "MEMBER_OF", "FAMILY_OF", "ASSOCIATE_OF", "COMMUNICATED_WITH", "CONTROLS", "OWNS", "SUPPLIES", "SUPPLIES_WEAPON", "FACILITATES", "BROKERED", "LINKED_TO"} {
		kinds[k] = true
	}
	for _, k := range []graph.Kind{"Person", "CriminalOrganization", "Company", "FinancialInstitution", "Agency"} {
		social[k] = true
	}
	var arcs []arc
	for _, l := range w.links {
		if kinds[l.Kind] && social[w.byKey[l.From].Kind] && social[w.byKey[l.To].Kind] {
			arcs = append(arcs, arc{from: l.From, to: l.To})
		}
	}
	return arcs
}

// dense numbers the nodes of arcs and lists their neighbours, each once.
func dense(arcs []arc, directed bool) (keys []string, next [][]int) {
	index, seen := map[string]int{}, map[[2]int]bool{}
	number := func(key string) int {
		i, ok := index[key]
		if !ok {
			i = len(keys)
			index[key], keys, next = i, append(keys, key), append(next, nil)
		}
		return i
	}
	add := func(a, b int) {
		if a != b && !seen[[2]int{a, b}] {
			seen[[2]int{a, b}] = true
			next[a] = append(next[a], b)
		}
	}
	for _, a := range arcs {
		from, to := number(a.from), number(a.to)
		add(from, to)
		if !directed {
			add(to, from)
		}
	}
	return keys, next
}
