package projection

import (
	"cmp"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// LinkAt is one link of an entity as an expansion lists it.
type LinkAt struct {
	ID  graph.ID
	Far Entity
	// Out says that the link leaves the entity. A link between two records of one
	// entity stands once, as leaving if links that leave are asked for.
	Out  bool
	Kind graph.LinkKind

	link uint32
}

// fewLinks is for how many links of an entity there is room at first: few have more.
const fewLinks = 64

// LinksOf returns the visible links of an entity in scope, by link ID, loops
// included. The scope's orientation does not matter; forward and backward choose
// the direction. The entity itself is taken to be in scope, see [Scoped.Node].
// O(d log d) for d links.
func (c *Scoped) LinksOf(e Entity, forward, backward bool) []LinkAt {
	out := make([]LinkAt, 0, min(c.snap.base.degree(e.node), fewLinks)) // of a hub most may be out of scope
	c.eachLinkOf(e, forward, backward, func(link, far uint32, leaves bool) {
		out = append(out, LinkAt{ID: c.snap.linkID(link), Far: Entity{far, true}, Out: leaves, Kind: c.snap.linkKind(link), link: link})
	})
	slices.SortFunc(out, func(a, b LinkAt) int { return a.ID.Compare(b.ID) })
	return out
}

// eachLinkOf hands the visible links of an entity in scope to visit, each once, in
// no order, with the entity at the other end.
func (c *Scoped) eachLinkOf(e Entity, forward, backward bool, visit func(link, far uint32, leaves bool)) {
	if !e.ok {
		return
	}
	var one [1]uint32
	for _, m := range c.fused.members(e.node, one[:0]) {
		c.eachEnd(m, forward, backward, func(link, far uint32, leaves bool) {
			if !c.admitsLink(link) {
				return
			}
			rep, ok := c.admits(far)
			if ok && (leaves || !forward || rep != e.node) { // else its other side lists it
				visit(link, rep, leaves)
			}
		})
	}
}

// LinkCount is how many links of one kind and direction an entity has.
type LinkCount struct {
	Kind  graph.LinkKind
	Out   bool // they leave the entity
	Count int
}

// LinkCounts counts the links that [Scoped.LinksOf] would list in both directions,
// by kind, those that leave first. O(d) for d links.
func (c *Scoped) LinkCounts(e Entity) []LinkCount {
	counts := make([][2]int, len(c.snap.linkKinds))
	c.eachLinkOf(e, true, true, func(link, _ uint32, leaves bool) {
		kind := c.snap.linkClasses[c.snap.linkClass(link)].kind
		if leaves {
			counts[kind][0]++
		} else {
			counts[kind][1]++
		}
	})
	var out []LinkCount
	for kind, n := range counts {
		for way, count := range n {
			if count > 0 {
				out = append(out, LinkCount{c.snap.linkKinds[kind], way == 0, count})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b LinkCount) int { return cmp.Compare(a.Kind, b.Kind) })
	return out
}

// Degree returns the number of distinct entities joined to an entity by a link in
// scope, in either direction, and the buffer for the next call. O(d), and
// O(d log d) for an entity that is fused or has changed of late.
func (c *Scoped) Degree(e Entity, buf []network.Arc) (int, []network.Arc) {
	buf = c.appendArcs(e.node, buf[:0], true, true)
	degree := 0
	for i, a := range buf {
		if i == 0 || a.To != buf[i-1].To {
			degree++
		}
	}
	return degree, buf
}

// Column names a number that every link of a projection may carry.
type Column string

// The columns.
const (
	Weight     Column = "weight"
	Amount     Column = "amount"
	Quantity   Column = "quantity"
	Confidence Column = "confidence"
)

// number returns the value of a column for a stored link, NaN where it has none.
func (s *Snapshot) number(i uint32, c Column) float64 {
	if row := s.added(i); row != nil {
		return row.number(c)
	}
	l := &s.base.links
	switch c {
	case Weight:
		return l.weight.get(int(i))
	case Amount:
		return l.amount.get(int(i))
	case Quantity:
		return l.quantity.get(int(i))
	case Confidence:
		return l.confidence.get(int(i))
	}
	return math.NaN()
}

func (r *linkRow) number(c Column) float64 {
	switch c {
	case Weight:
		return r.weight
	case Amount:
		return r.amount
	case Quantity:
		return r.quantity
	case Confidence:
		return r.confidence
	}
	return math.NaN()
}

func (c Column) known() bool {
	return c == Weight || c == Amount || c == Quantity || c == Confidence
}

func orElse(value, absent float64) float64 {
	if math.IsNaN(value) {
		return absent
	}
	return value
}

// Value returns what a column says of a link, absent where it says nothing.
func (c *Scoped) Value(e network.EdgeIndex, column Column, absent float64) float64 {
	return orElse(c.snap.number(uint32(e), column), absent)
}

// Values returns Value for one column as a function of the link, as path searches
// take it for a cost. It reports false for a name that is no column.
func (c *Scoped) Values(column Column, absent float64) (func(network.EdgeIndex) float64, bool) {
	return func(e network.EdgeIndex) float64 { return c.Value(e, column, absent) }, column.known()
}

// Confidence returns the confidence of a link, 0 to 1.
func (c *Scoped) Confidence(e network.EdgeIndex) float64 {
	return c.snap.linkConfidence(uint32(e))
}
