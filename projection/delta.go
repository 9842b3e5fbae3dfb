package projection

import (
	"maps"
	"slices"
	"sync/atomic"

	"github.com/chokepoint/chokepoint/graph"
)

// delta is one generation of what changed since the base was built. All
// generations over one base share a journal that is only appended to, and each
// reads as much of it as there was in its time: so a write costs time in its own
// size, apart from copying two bitsets, and readers need no lock.
type delta struct {
	*journal
	nodes  uint32 // how many added nodes, states and links this generation has
	states uint32
	links  uint32
	dead   bitset // links, of base and delta, that are gone or superseded
	deadN  int
	dirty  bitset // base nodes that the journal, or a link that is gone, tells something about
	unseen int    // states that nobody sees
}

// journal holds added nodes, new states of nodes and added links. Its chains run
// from the newest entry to older ones. References are positions plus one, 0 for
// none.
type journal struct {
	nodes    vector[addedNode]
	touched  vector[touchedNode]
	states   vector[state]
	links    vector[addedLink]
	touchedN uint32
	// Heads of the chains of one bucket each.
	nodeByID, linkByID, byNode []atomic.Uint32
}

type addedNode struct {
	id   graph.ID
	next uint32 // in the chain of its bucket
}

// touchedNode leads to all that the journal tells about one node.
type touchedNode struct {
	node, next     uint32
	state, out, in atomic.Uint32
}

type state struct {
	nodeRow
	next uint32 // the state before
}

type addedLink struct {
	linkRow
	nextOut, nextIn, nextByID uint32
}

// newDelta returns an empty delta over a base of so many links.
func newDelta(links int) delta {
	buckets := 1 << 16
	for buckets < links/compactShare && buckets < 1<<22 {
		buckets *= 2
	}
	return delta{journal: &journal{
		nodeByID: make([]atomic.Uint32, buckets),
		linkByID: make([]atomic.Uint32, buckets), byNode: make([]atomic.Uint32, buckets),
	}}
}

// size is the number of items that make reads slower than on a bare base.
func (d *delta) size() int { return int(d.nodes) + int(d.states) + int(d.links) + d.deadN }

func bucketOfID(heads []atomic.Uint32, id graph.ID) *atomic.Uint32 {
	return &heads[lead(&id)&uint64(len(heads)-1)]
}

func bucketOfNode(heads []atomic.Uint32, node uint32) *atomic.Uint32 {
	return &heads[node*2654435761>>7&uint32(len(heads)-1)]
}

// findNode returns the position of an added node.
func (d *delta) findNode(id graph.ID) (uint32, bool) {
	for ref := bucketOfID(d.nodeByID, id).Load(); ref != 0; {
		n := d.journal.nodes.at(ref - 1)
		if n.id == id {
			return ref - 1, ref <= d.nodes
		}
		ref = n.next
	}
	return 0, false
}

// findLink returns the position of the newest version of an added link, whether
// it is alive or not.
func (d *delta) findLink(id graph.ID) (uint32, bool) {
	for ref := bucketOfID(d.linkByID, id).Load(); ref != 0; {
		l := d.journal.links.at(ref - 1)
		if l.id == id && ref <= d.links {
			return ref - 1, true
		}
		ref = l.nextByID
	}
	return 0, false
}

func (d *delta) touchOf(node uint32) *touchedNode {
	for ref := bucketOfNode(d.byNode, node).Load(); ref != 0; {
		t := d.touched.at(ref - 1)
		if t.node == node {
			return t
		}
		ref = t.next
	}
	return nil
}

// stateOf returns the newest state of a node, nil if the journal has none.
func (d *delta) stateOf(node uint32) *nodeRow {
	t := d.touchOf(node)
	if t == nil {
		return nil
	}
	ref := t.state.Load()
	for ref > d.states {
		ref = d.journal.states.at(ref - 1).next
	}
	if ref == 0 {
		return nil
	}
	return &d.journal.states.at(ref - 1).nodeRow
}

// eachOut hands the positions of the added links that leave a node to visit,
// those that are gone included.
func (d *delta) eachOut(node uint32, visit func(uint32, *linkRow)) {
	if t := d.touchOf(node); t != nil {
		for ref := t.out.Load(); ref != 0; {
			l := d.journal.links.at(ref - 1)
			if ref <= d.links {
				visit(ref-1, &l.linkRow)
			}
			ref = l.nextOut
		}
	}
}

// eachIn is eachOut for the links that enter a node.
func (d *delta) eachIn(node uint32, visit func(uint32, *linkRow)) {
	if t := d.touchOf(node); t != nil {
		for ref := t.in.Load(); ref != 0; {
			l := d.journal.links.at(ref - 1)
			if ref <= d.links {
				visit(ref-1, &l.linkRow)
			}
			ref = l.nextIn
		}
	}
}

// writer makes the next generation of a delta. There is one at a time.
type writer struct {
	delta
	base       *base
	dict       *dictionary
	judgements map[graph.ID]linkRow
	ownJudge   bool // judgements is a private copy
}

func newWriter(s *Snapshot, dict *dictionary) *writer {
	w := &writer{delta: s.delta, base: s.base, dict: dict, judgements: s.judgements}
	w.dead, w.dirty = slices.Clone(w.dead), slices.Clone(w.dirty)
	return w
}

// node returns the index of id, a new ghost if it has none.
func (w *writer) node(id graph.ID) uint32 {
	if i, ok := w.base.node(id); ok {
		return i
	}
	n := uint32(w.base.numNodes())
	if i, ok := w.findNode(id); ok {
		return n + i
	}
	head := bucketOfID(w.nodeByID, id)
	*w.journal.nodes.grow(w.nodes) = addedNode{id: id, next: head.Load()}
	w.nodes++
	head.Store(w.nodes)
	return n + w.nodes - 1
}

// soil says that the base alone does not tell all about a node any more.
func (w *writer) soil(node uint32) {
	if n := w.base.numNodes(); int(node) < n {
		w.dirty = w.dirty.room(n)
		w.dirty.set(node)
	}
}

// touch returns what leads to the journal's entries about a node.
func (w *writer) touch(node uint32) *touchedNode {
	w.soil(node)
	if t := w.touchOf(node); t != nil {
		return t
	}
	head := bucketOfNode(w.byNode, node)
	t := w.touched.grow(w.touchedN)
	t.node, t.next = node, head.Load()
	w.touchedN++
	head.Store(w.touchedN)
	return t
}

func (w *writer) record(before, after *graph.Record) {
	var row nodeRow
	if after != nil {
		row = w.dict.nodeRow(after)
	} else {
		row = ghost(before.ID)
	}
	t := w.touch(w.node(row.id))
	if w.dict.nodeClasses[row.class].signature == 0 {
		w.unseen++
	}
	*w.journal.states.grow(w.states) = state{nodeRow: row, next: t.state.Load()}
	w.states++
	t.state.Store(w.states)
}

func (w *writer) link(before, after *graph.Link) {
	id := after
	if id == nil {
		id = before
	}
	w.remove(id.ID)
	if after == nil {
		return
	}
	row := w.dict.linkRow(after)
	row.from, row.to = w.node(after.From), w.node(after.To)
	if after.Kind.IsJudgement() {
		w.ownJudgements()
		w.judgements[after.ID] = row
		return
	}
	byID, from, to := bucketOfID(w.linkByID, row.id), w.touch(row.from), w.touch(row.to)
	*w.journal.links.grow(w.links) = addedLink{linkRow: row, nextOut: from.out.Load(), nextIn: to.in.Load(), nextByID: byID.Load()}
	w.links++
	byID.Store(w.links)
	from.out.Store(w.links)
	to.in.Store(w.links)
}

// remove takes away whatever goes by the ID of a link: change after change may
// come twice, or turn a link into a judgement.
func (w *writer) remove(id graph.ID) {
	if _, ok := w.judgements[id]; ok {
		w.ownJudgements()
		delete(w.judgements, id)
	}
	m := uint32(w.base.numLinks())
	if i, ok := w.findLink(id); ok {
		w.kill(m + i)
	} else if i, ok := w.base.link(id); ok {
		w.kill(i)
	}
}

func (w *writer) kill(link uint32) {
	if w.dead.has(link) {
		return
	}
	w.dead = w.dead.room(w.base.numLinks() + int(w.links) + 1)
	w.dead.set(link)
	w.deadN++
	if int(link) < w.base.numLinks() {
		w.soil(w.base.from(link))
		w.soil(w.base.to[link])
	}
}

func (w *writer) ownJudgements() {
	if !w.ownJudge {
		w.judgements, w.ownJudge = maps.Clone(w.judgements), true
	}
}
