package projection

import (
	"maps"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
)

// delta is what changed since the base was built. A published delta is never
// changed again: a writer clones it, which costs time in the size of the delta
// alone. Slices are shared between generations, since they are only appended to
// and each generation reads only its own length.
type delta struct {
	nodes    []nodeRow           // node numNodes(base)+i
	nodeByID map[graph.ID]uint32 // of nodes
	changed  map[uint32]nodeRow  // newest state of nodes whose base or first state is out of date
	links    []linkRow           // link numLinks(base)+i
	linkByID map[graph.ID]uint32 // of live links
	out, in  map[uint32][]uint32 // node → its links among links
	dead     bitset              // links, of base and delta, that are gone or superseded
	deadN    int
	dirty    bitset // base nodes that have an entry in changed, out or in
}

func emptyDelta() *delta {
	return &delta{nodeByID: map[graph.ID]uint32{}, changed: map[uint32]nodeRow{}, linkByID: map[graph.ID]uint32{},
		out: map[uint32][]uint32{}, in: map[uint32][]uint32{}}
}

func (d *delta) clone() *delta {
	c := *d
	c.nodeByID, c.changed, c.linkByID = maps.Clone(d.nodeByID), maps.Clone(d.changed), maps.Clone(d.linkByID)
	c.out, c.in = maps.Clone(d.out), maps.Clone(d.in)
	c.dead, c.dirty = slices.Clone(d.dead), slices.Clone(d.dirty)
	return &c
}

// size is the number of items that make reads slower than on a bare base.
func (d *delta) size() int { return len(d.nodes) + len(d.changed) + len(d.links) + d.deadN }

// writer applies changes to a cloned delta over a base.
type writer struct {
	base       *base
	delta      *delta
	dict       *dictionary
	judgements map[graph.ID]linkRow
	ownJudge   bool // judgements is a private copy
}

// node returns the index of id, a new ghost if it has none.
func (w *writer) node(id graph.ID) uint32 {
	if i, ok := w.base.node(id); ok {
		return i
	}
	if i, ok := w.delta.nodeByID[id]; ok {
		return i
	}
	i := uint32(w.base.numNodes() + len(w.delta.nodes))
	w.delta.nodes = append(w.delta.nodes, nodeRow{id: id, validFrom: graph.NoInstant, validTo: graph.NoInstant})
	w.delta.nodeByID[id] = i
	return i
}

func (w *writer) touch(i uint32) {
	if n := w.base.numNodes(); int(i) < n {
		if w.delta.dirty == nil {
			w.delta.dirty = newBitset(n)
		}
		w.delta.dirty.set(i)
	}
}

func (w *writer) record(before, after *graph.Record) {
	if after == nil {
		i := w.node(before.ID)
		w.delta.changed[i] = nodeRow{id: before.ID, validFrom: graph.NoInstant, validTo: graph.NoInstant}
		w.touch(i)
		return
	}
	i := w.node(after.ID)
	w.delta.changed[i] = w.dict.nodeRow(after)
	w.touch(i)
}

func (w *writer) link(before, after *graph.Link) {
	if before != nil {
		w.removeLink(before)
	}
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
	i := uint32(w.base.numLinks() + len(w.delta.links))
	d := w.delta
	d.links = append(d.links, row)
	d.linkByID[after.ID] = i
	d.out[row.from] = append(d.out[row.from], i)
	d.in[row.to] = append(d.in[row.to], i)
	w.touch(row.from)
	w.touch(row.to)
}

func (w *writer) removeLink(l *graph.Link) {
	if l.Kind.IsJudgement() {
		w.ownJudgements()
		delete(w.judgements, l.ID)
		return
	}
	i, ok := w.delta.linkByID[l.ID]
	if ok {
		delete(w.delta.linkByID, l.ID)
	} else if i, ok = w.base.link(l.ID); !ok || w.delta.dead.has(i) {
		return
	}
	d := w.delta
	if total := w.base.numLinks() + len(d.links); len(d.dead)*64 < total {
		d.dead = d.dead.with(total + total/8)
	}
	d.dead.set(i)
	d.deadN++
}

func (w *writer) ownJudgements() {
	if !w.ownJudge {
		w.judgements, w.ownJudge = maps.Clone(w.judgements), true
	}
}
