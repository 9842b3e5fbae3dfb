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
	// Datasets, From, To and MinConfidence choose among statements: links, and the
	// records of an entity, of which one must meet all of them.

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
//
// A Scoped shows stored links only, whatever the scope's layer: that is read by
// [Scoped.Materialize] alone. Paths in a derived layer run on the network of the
// materialised [Graph].
type Scoped struct {
	*View
	scope        Scope
	nodeOK       []bool // by class: visible, and of a wanted dataset
	kindOK       []bool // by kind, nil when all are wanted
	linkOK       []bool // by class: visible, and of a wanted kind and dataset
	within       bitset
	without      bitset
	withoutLinks bitset
	unnamed      map[graph.ID]bool // IDs in Without that name nothing stored: derived links
	nodesByValue bool              // some predicate looks at more of a node than its class
	linksByValue bool              // the same for links
	byClass      bool              // neither does
	every        bool              // nothing in the base is left out or fused
}

func (v *View) unscoped() *Scoped { return v.Scoped(AnyTime()) }

// Scoped narrows the view. O(classes), and O(n/64) for sets of entities.
func (v *View) Scoped(scope Scope) *Scoped {
	c := &Scoped{View: v, scope: scope, nodeOK: v.nodeSeen, linkOK: v.linkSeen}
	c.kindOK = admitted(v.snap.kinds, scope.EntityKinds)
	linkKinds, datasets := admitted(v.snap.linkKinds, scope.LinkKinds), admitted(v.snap.datasets, scope.Datasets)
	if datasets != nil {
		c.nodeOK = narrowed(v.nodeSeen, func(i int) bool { return datasets[v.snap.nodeClasses[i].dataset] })
	}
	if datasets != nil || linkKinds != nil {
		c.linkOK = narrowed(v.linkSeen, func(i int) bool {
			class := v.snap.linkClasses[i]
			return (linkKinds == nil || linkKinds[class.kind]) && (datasets == nil || datasets[class.dataset])
		})
	}
	if scope.Within != nil {
		c.within = newBitset(v.snap.numNodes() + 1)
		for _, id := range scope.Within {
			if e, ok := v.Entity(id); ok {
				c.within.set(e.node)
			}
		}
	}
	c.remove(scope.Without)
	c.linksByValue = c.timed() || scope.MinConfidence > 0 || c.withoutLinks != nil
	c.nodesByValue = c.timed() || scope.MinConfidence > 0 || c.within != nil || c.without != nil || c.kindOK != nil
	c.byClass = !c.linksByValue && !c.nodesByValue
	c.every = v.all && v.fused == nil && c.byClass && datasets == nil && linkKinds == nil
	return c
}

// remove takes entities and links out of the scope.
func (c *Scoped) remove(ids []graph.ID) {
	for _, id := range ids {
		if e, ok := c.Entity(id); ok {
			c.without = c.without.room(c.snap.numNodes())
			c.without.set(e.node)
		} else if i, ok := c.snap.findLink(id); ok {
			c.withoutLinks = c.withoutLinks.room(c.snap.numLinks())
			c.withoutLinks.set(i)
		} else {
			if c.unnamed == nil {
				c.unnamed = map[graph.ID]bool{}
			}
			c.unnamed[id] = true
		}
	}
}

func (c *Scoped) timed() bool {
	return c.scope.From != graph.NoInstant || c.scope.To != graph.NoInstant
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

func narrowed(seen []bool, keep func(int) bool) []bool {
	out := make([]bool, len(seen))
	for i, ok := range seen {
		out[i] = ok && keep(i)
	}
	return out
}

// admits returns the entity of a record when it is visible and in scope.
func (c *Scoped) admits(i uint32) (uint32, bool) {
	if c.fused.has(i) {
		rep := c.fused.rep(i)
		return rep, c.admitsEntity(rep)
	}
	var class uint32
	if c.snap.clean(i) {
		class = c.snap.base.nodes.class[i]
	} else {
		class = c.snap.nodeClass(i)
	}
	return i, c.nodeOK[class] && (!c.nodesByValue || c.admitsEntity(i))
}

// admitsEntity applies the node predicates to a visible entity. Kind is judged on
// the fused entity; source, time and confidence on its records, of which one must
// meet them all.
func (c *Scoped) admitsEntity(rep uint32) bool {
	return (c.within == nil || c.within.has(rep)) && !c.without.has(rep) &&
		(c.kindOK == nil || c.kindOK[c.kindOf(rep)]) && c.admitsStatement(rep)
}

// admitsStatement applies the predicates on source, time and confidence.
func (c *Scoped) admitsStatement(rep uint32) bool {
	if !c.fused.has(rep) {
		return c.admitsRecord(rep)
	}
	return slices.ContainsFunc(c.fused.members(rep, nil), c.admitsRecord)
}

func (c *Scoped) admitsRecord(i uint32) bool {
	if !c.nodeOK[c.snap.nodeClass(i)] {
		return false
	}
	if c.scope.MinConfidence <= 0 && !c.timed() {
		return true
	}
	if !c.snap.clean(i) {
		row := c.snap.node(i)
		return row.confidence >= c.scope.MinConfidence && c.during(row.at, row.validFrom, row.validTo)
	}
	n, k := &c.snap.base.nodes, int(i)
	return n.confidence.get(k) >= c.scope.MinConfidence && (!c.timed() || c.during(n.at.get(k), n.validFrom.get(k), n.validTo.get(k)))
}

// AdmitsRecord says whether a record by itself, visible or not, is of a kind, source,
// time and confidence that the scope wants.
func (scope Scope) AdmitsRecord(r *graph.Record) bool {
	at, _, _ := figures(r)
	return (len(scope.EntityKinds) == 0 || slices.Contains(scope.EntityKinds, r.Kind)) && scope.admitsHeader(&r.Header, at)
}

// AdmitsLink is AdmitsRecord for a link, its ends left aside.
func (scope Scope) AdmitsLink(l *graph.Link) bool {
	return (len(scope.LinkKinds) == 0 || slices.Contains(scope.LinkKinds, l.Kind)) && scope.admitsHeader(&l.Header, l.At)
}

func (scope Scope) admitsHeader(h *graph.Header, at graph.Instant) bool {
	return (len(scope.Datasets) == 0 || slices.Contains(scope.Datasets, h.Dataset)) &&
		h.Confidence >= scope.MinConfidence && (&Scoped{scope: scope}).during(at, h.ValidFrom, h.ValidTo)
}

// during says whether an event at an instant, or else a validity [from, to),
// belongs to the window.
func (c *Scoped) during(at, from, to graph.Instant) bool {
	start, end := c.scope.From, c.scope.To
	if at != graph.NoInstant {
		return (start == graph.NoInstant || at >= start) && (end == graph.NoInstant || at < end)
	}
	return (end == graph.NoInstant || from == graph.NoInstant || from < end) &&
		(start == graph.NoInstant || to == graph.NoInstant || to > start)
}

// admitsLink says whether a stored link is alive, visible and in scope, its ends
// left aside.
func (c *Scoped) admitsLink(i uint32) bool {
	s := c.snap
	if s.delta.deadN > 0 && s.delta.dead.has(i) {
		return false
	}
	return c.linkOK[s.linkClass(i)] && (!c.linksByValue || c.admitsValues(i))
}

// admitsValues applies the predicates that look at more than the class of a link.
func (c *Scoped) admitsValues(i uint32) bool {
	if c.withoutLinks.has(i) {
		return false
	}
	if row := c.snap.added(i); row != nil {
		return row.confidence >= c.scope.MinConfidence && c.during(row.at, row.validFrom, row.validTo)
	}
	l, k := &c.snap.base.links, int(i)
	return (c.scope.MinConfidence <= 0 || l.confidence.get(k) >= c.scope.MinConfidence) &&
		(!c.timed() || c.during(l.at.get(k), l.validFrom.get(k), l.validTo.get(k)))
}
