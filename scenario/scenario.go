package scenario

import (
	"maps"

	"github.com/chokepoint/chokepoint/graph"
)

// Size is the number of nodes that options without one ask for.
const Size = 3000

// Options choose a scenario. The zero value is the demonstration.
type Options struct {
	Seed uint64
	// Size is about how many nodes to make, 0 for [Size]. The story alone takes
	// some hundreds; what is beyond it are licit communities. There are some two
	// and a half links to a node.
	Size int
}

// Scenario is one generated world. It holds the story; licit communities are made
// anew each time they are read. It is safe for concurrent use.
type Scenario struct {
	Answers Answers

	story   *story
	country country
}

// Generate makes up a scenario. Equal options give equal scenarios.
func Generate(o Options) *Scenario {
	if o.Size <= 0 {
		o.Size = Size
	}
	s := &Scenario{Answers: Answers{Seed: o.Seed, Size: o.Size, Start: start, End: start.AddDate(0, 0, days+cycleDays)}}
	keys := newKeyer(o.Seed, o.Size)
	s.story = newStory(o.Seed, o.Size, keys, &s.Answers)
	s.country = country{
		seed: o.Seed, keys: keys, base: maps.Clone(s.story.count), story: s.story,
		communities: max(4, (o.Size-len(s.story.nodes)+communityNodes/2)/communityNodes),
	}
	s.settleTouches()
	s.plantPeople()
	return s
}

// settleTouches gives the story's accounts what communities pay them, and at the
// start what they will pay to communities.
func (s *Scenario) settleTouches() {
	for i := range s.country.communities {
		t := s.country.touch(i)
		if a := s.story.ledger[t.account]; a != nil && t.inward {
			a.balance += t.cents
		} else if a != nil {
			a.opening += t.cents
		}
	}
	s.story.close(s.story.ledger)
}

// plantPeople states the liaisons: crews hold together whichever two are taken
// out, cells are small, and the two liaisons alone join the three crews, of which
// the first is the larger end.
func (s *Scenario) plantPeople() {
	st, n := s.story, s.country.communities
	sizes, apart := [3]int64{int64(st.procurers.size), int64(st.core.size + st.launderers.size), int64(st.sellers.size)}, int64(0)
	for i := range n {
		if i%4 == 3 {
			apart += pairsOf(communityPeople + communityFirms)
		} else {
			sizes[i%4] += communityPeople + communityFirms
		}
	}
	before := pairsOf(sizes[0]+sizes[1]+sizes[2]+2) + apart
	after := []int64{pairsOf(sizes[0]) + pairsOf(sizes[1]+sizes[2]+1) + apart, pairsOf(sizes[0]) + pairsOf(sizes[1]) + pairsOf(sizes[2]) + apart}
	for i := range st.liaisons {
		st.plant(Planted{
			Name:     []string{"liaison", "liaisons"}[i],
			Question: "Whose removal, of so many, parts the people the most?", Operation: "chokepoints", Objective: "FRAGMENTATION", Budget: i + 1,
			Scope: Scope{Projection: "PEOPLE", Orientation: "UNDIRECTED"}, Expected: st.liaisons[:i+1], Before: pairs(before), After: pairs(after[i]),
		})
	}
}

func pairsOf(n int64) int64 { return n * (n - 1) / 2 }

// Each hands out the nodes of the story, then its links, then the same of each
// community; a link may lead to a node that comes later. It stops at the first
// error and returns it. What the pointers point to is only to be read, and only
// during the call.
func (s *Scenario) Each(node func(*Node) error, link func(*Link) error) error {
	if err := emit(s.story.builder, node, link); err != nil {
		return err
	}
	b := &builder{keys: s.country.keys, count: map[graph.Kind]int{}}
	for i := range s.country.communities {
		s.country.build(b, i)
		if err := emit(b, node, link); err != nil {
			return err
		}
	}
	return nil
}

func emit(b *builder, node func(*Node) error, link func(*Link) error) error {
	for i := range b.nodes {
		if err := node(&b.nodes[i]); err != nil {
			return err
		}
	}
	for i := range b.links {
		if err := link(&b.links[i]); err != nil {
			return err
		}
	}
	return nil
}
