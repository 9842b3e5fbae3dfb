package community

const (
	// largestBatch and batchShare bound a batch: that many nodes, and that part of all.
	// The more there are, the less processors wait for each other, and the more often a
	// node finds the group that it chose changed: with an eighth of all, up to 16,384, the
	// partitions of R-MAT graphs are worse.
	largestBatch, batchShare = 4096, 16
	// slice is how many nodes of a batch a processor takes at a time.
	slice = 32
	// firstLooks is how often a node of the first level is looked at in the first of
	// several rounds, on average at most. What is left to gain the next round finds
	// sooner, from groups that are better by then.
	firstLooks = 2
)

// move lets nodes join the group beside them where they gain most, until none gains or
// all have been looked at that often on average: after a move only the neighbours are
// looked at again. Processors look at a batch of nodes side by side; then those move in
// their order that still gain after the others' moves. Batches depend on the level
// alone, so any number of processors comes to the same.
func (s *search) move(g *level, part []uint32, looks int) error {
	n := g.size()
	m := newMoving(g, part, s.rate, s.shuffled(n))
	size := min(n/batchShare+1, largestBatch)
	for done := 0; m.left > 0 && done/looks < n; done += len(m.batch) {
		m.take(size)
		slices := (len(m.batch) + slice - 1) / slice
		if err := s.share(slices, func(near *nearby, i int) {
			for j := i * slice; j < min((i+1)*slice, len(m.batch)); j++ {
				m.look(near, &m.batch[j])
			}
		}); err != nil {
			return err
		}
		for i := range m.batch {
			m.apply(&m.batch[i])
		}
	}
	return nil
}

// moving is the state of move.
type moving struct {
	*level
	part       []uint32
	rate       float64
	groupMass  []float64
	count      []uint32 // of nodes in a group
	free       []uint32 // groups without nodes
	queue      []uint32 // a ring; left nodes wait in it, from head on
	head, left int
	state      []uint16 // of nodes: idle, queued, or inBatch and the place in it
	batch      []proposal
}

const (
	idle = iota
	queued
	inBatch
)

// proposal is the group where a node of the batch wants to be.
type proposal struct {
	node, group uint32
	more        float64 // weight of its links to there less that to where it is
}

// none stands for a group of its own.
const none = ^uint32(0)

// newMoving lets all nodes wait in the order given.
func newMoving(g *level, part []uint32, rate float64, order []uint32) *moving {
	n := g.size()
	m := &moving{
		level: g, part: part, rate: rate, groupMass: make([]float64, n), count: make([]uint32, n),
		queue: order, left: n, state: make([]uint16, n),
	}
	for v, c := range part {
		m.groupMass[c] += g.mass[v]
		m.count[c]++
		m.state[v] = queued
	}
	for c := n - 1; c >= 0; c-- {
		if m.count[c] == 0 {
			m.free = append(m.free, uint32(c))
		}
	}
	return m
}

// take makes the first of those that wait the batch.
func (m *moving) take(size int) {
	m.batch = m.batch[:0]
	for range min(size, m.left) {
		v := m.queue[m.head]
		if m.head++; m.head == len(m.queue) {
			m.head = 0
		}
		m.left--
		m.state[v] = uint16(inBatch + len(m.batch))
		m.batch = append(m.batch, proposal{node: v})
	}
}

// push lets a node wait.
func (m *moving) push(v uint32) {
	m.state[v] = queued
	at := m.head + m.left
	if at >= len(m.queue) {
		at -= len(m.queue)
	}
	m.queue[at] = v
	m.left++
}

// look finds the group that a node gains most by, which is its own if none is better.
func (m *moving) look(near *nearby, p *proposal) {
	near.sum(m.level, p.node, m.part)
	old, price, to := m.part[p.node], m.rate*m.mass[p.node], near.to
	own := to[old]
	best, most, weight := none, 0.0, 0.0
	for _, c := range near.groups {
		if gain := to[c] - price*m.groupMass[c]; gain > most && c != old {
			best, most, weight = c, gain, to[c]
		}
		to[c] = 0
	}
	near.groups = near.groups[:0]
	p.group, p.more = best, weight-own
	if !m.gains(p) {
		p.group = old
	}
}

// gains tells whether a node of the batch gains by its proposal as groups are now, by
// more than what their masses are rounded by.
func (m *moving) gains(p *proposal) bool {
	there, here, mass := 0.0, m.groupMass[m.part[p.node]], m.mass[p.node]
	if p.group != none {
		there = m.groupMass[p.group]
	}
	const rounding = 1e-14
	return p.more > m.rate*mass*(there-(here-mass)+rounding*(there+here))
}

// apply moves a node of the batch, if it still gains; else it waits again.
func (m *moving) apply(p *proposal) {
	v, to, from := p.node, p.group, m.part[p.node]
	m.state[v] = idle
	switch {
	case to == from || to == none && m.count[from] == 1:
		return
	case to != none && m.count[to] == 0 || !m.gains(p):
		m.push(v)
		return
	case to == none:
		to, m.free = m.free[len(m.free)-1], m.free[:len(m.free)-1]
	}
	m.groupMass[from] -= m.mass[v]
	if m.count[from]--; m.count[from] == 0 {
		m.free = append(m.free, from)
		m.groupMass[from] = 0 // no rounding errors of what was there
	}
	m.groupMass[to] += m.mass[v]
	m.count[to]++
	m.part[v] = to
	lo := m.off[v]
	for i, u := range m.nbr[lo:m.off[v+1]] {
		switch state := m.state[u]; {
		case state >= inBatch:
			m.adjust(&m.batch[state-inBatch], m.at(lo+uint32(i)), from, to)
		case state == idle && m.part[u] != to:
			m.push(u)
		}
	}
}

// adjust tells a node of the batch that a neighbour moved.
func (m *moving) adjust(p *proposal, weight float64, from, to uint32) {
	switch p.group {
	case from:
		p.more -= weight
	case to:
		p.more += weight
	}
	switch m.part[p.node] {
	case from:
		p.more += weight
	case to:
		p.more -= weight
	}
}
