package projection

import (
	"slices"

	"github.com/chokepoint/chokepoint/graph"
)

// Layer names a network that is read from the records: the stored links as they
// are, or one that derives plain links from facts such as transfers.
type Layer string

// The layers; see derive.go for what each holds.
const (
	All           Layer = "ALL"
	People        Layer = "PEOPLE"
	Money         Layer = "MONEY"
	Goods         Layer = "GOODS"
	Communication Layer = "COMMUNICATION"
	Ownership     Layer = "OWNERSHIP"
)

// Orientation says how links may be walked.
type Orientation string

// The orientations.
const (
	Undirected Orientation = "UNDIRECTED"
	Natural    Orientation = "NATURAL" // from → to
	Reverse    Orientation = "REVERSE" // to → from
)

// Scope narrows a view. Start from [AnyTime], which narrows nothing.
type Scope struct {
	Layer       Layer
	Orientation Orientation
	EntityKinds []graph.Kind
	LinkKinds   []graph.LinkKind
	Datasets    []string
	// From and To (exclusive) bound a window of world time. An event belongs to it
	// when its instant lies inside, a statement with a validity when the two
	// overlap; one without any time always does. NoInstant leaves a side open.
	From, To graph.Instant
	// MinConfidence drops statements of less.
	MinConfidence float64
	// Within keeps only these entities, if not nil; Without removes entities or
	// links. IDs that are missing or hidden name nothing.
	Within, Without []graph.ID
}

// AnyTime returns the scope of all stored links, undirected and at any time.
func AnyTime() Scope {
	return Scope{Layer: All, Orientation: Undirected, From: graph.NoInstant, To: graph.NoInstant}
}

// Scoped is a view narrowed by a scope. It implements network.Adjacency over the
// snapshot's own node and link indices, without copying anything. The arcs of a
// node come in the order of (far entity's ID, link ID).
type Scoped struct {
	*View
	scope        Scope
	entityKinds  []bool // by number; nil admits all
	linkKinds    []bool
	datasets     []bool
	within       bitset
	without      bitset
	withoutLinks bitset
	narrowsNodes bool // some predicate looks at nodes
	narrowsLinks bool
}

func (v *View) unscoped() *Scoped { return v.Scoped(AnyTime()) }

// Scoped narrows the view. O(n/64) for the sets of entities named.
func (v *View) Scoped(scope Scope) *Scoped {
	c := &Scoped{View: v, scope: scope}
	c.entityKinds = admitted(v.snap.kinds, scope.EntityKinds)
	c.linkKinds = admitted(v.snap.linkKinds, scope.LinkKinds)
	c.datasets = admitted(v.snap.datasets, scope.Datasets)
	if scope.Within != nil {
		c.within = newBitset(v.snap.numNodes() + 1)
		for _, id := range scope.Within {
			if e, ok := v.Entity(id); ok {
				c.within.set(e.node)
			}
		}
	}
	for _, id := range scope.Without {
		if e, ok := v.Entity(id); ok {
			if c.without == nil {
				c.without = newBitset(v.snap.numNodes())
			}
			c.without.set(e.node)
		} else if i, ok := v.snap.findLink(id); ok {
			if c.withoutLinks == nil {
				c.withoutLinks = newBitset(v.snap.numLinks())
			}
			c.withoutLinks.set(i)
		}
	}
	timed := scope.From != graph.NoInstant || scope.To != graph.NoInstant
	graded := c.datasets != nil || timed || scope.MinConfidence > 0
	c.narrowsNodes = c.entityKinds != nil || c.within != nil || c.without != nil || graded
	c.narrowsLinks = c.linkKinds != nil || c.withoutLinks != nil || graded
	return c
}

// admitted marks the numbers of the wanted words; nil when wanted is empty.
func admitted[T comparable](words, wanted []T) []bool {
	if len(wanted) == 0 {
		return nil
	}
	out := make([]bool, len(words))
	for i, w := range words {
		out[i] = slices.Contains(wanted, w)
	}
	return out
}

// admits returns the entity of a record when it is visible and in scope.
func (c *Scoped) admits(i uint32) (uint32, bool) {
	if !c.seesNode(i) {
		return 0, false
	}
	rep := c.fused.rep(i)
	return rep, !c.narrowsNodes || c.admitsEntity(rep)
}

// admitsEntity applies the node predicates to a visible entity. Kind is judged on
// the fused entity; source, time and confidence on its records, of which one must
// meet them all.
func (c *Scoped) admitsEntity(rep uint32) bool {
	if (c.within != nil && !c.within.has(rep)) || c.without.has(rep) {
		return false
	}
	if c.entityKinds != nil && !c.entityKinds[c.kindOf(rep)] {
		return false
	}
	return c.admitsStatement(rep)
}

// admitsStatement applies the predicates on source, time and confidence.
func (c *Scoped) admitsStatement(rep uint32) bool {
	return slices.ContainsFunc(c.fused.members(rep), func(m uint32) bool {
		row := c.snap.node(m)
		return (c.datasets == nil || c.datasets[row.dataset]) && row.confidence >= c.scope.MinConfidence &&
			c.overlaps(row.validFrom, row.validTo)
	})
}

// overlaps says whether the validity [from, to) meets the window.
func (c *Scoped) overlaps(from, to graph.Instant) bool {
	return (c.scope.To == graph.NoInstant || from == graph.NoInstant || from < c.scope.To) &&
		(c.scope.From == graph.NoInstant || to == graph.NoInstant || to > c.scope.From)
}

// admitsLink says whether a stored link is alive, visible and in scope, its ends
// left aside.
func (c *Scoped) admitsLink(i uint32) bool {
	s := c.snap
	if s.delta.deadN > 0 && s.delta.dead.has(i) {
		return false
	}
	if m := s.base.numLinks(); int(i) >= m {
		return c.admitsRow(&s.delta.links[int(i)-m], i)
	}
	if !c.all && !c.sees[s.base.links.sig[i]] {
		return false
	}
	if !c.narrowsLinks {
		return true
	}
	row := s.base.row(i)
	return c.admitsRow(&row, i)
}

func (c *Scoped) admitsRow(row *linkRow, i uint32) bool {
	if !c.sees[row.sig] {
		return false
	}
	if !c.narrowsLinks {
		return true
	}
	if (c.linkKinds != nil && !c.linkKinds[row.kind]) || c.withoutLinks.has(i) ||
		(c.datasets != nil && !c.datasets[row.dataset]) || row.confidence < float32(c.scope.MinConfidence) {
		return false
	}
	if row.at != graph.NoInstant {
		return (c.scope.From == graph.NoInstant || row.at >= c.scope.From) && (c.scope.To == graph.NoInstant || row.at < c.scope.To)
	}
	return c.overlaps(row.validFrom, row.validTo)
}
