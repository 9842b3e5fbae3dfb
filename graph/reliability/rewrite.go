package reliability

import (
	"context"

	"github.com/chokepoint/chokepoint/graph/network"
)

// rewriting is a network that changes until nothing in it can be told in fewer links.
// Every change leaves fewer links, so there are O(m) of them, O(1) each.
type rewriting struct {
	directed, grouped bool
	links             []shortcut
	at                [][]uint32           // links of a node, some of them gone
	in, out           []int                // degrees; equal where undirected
	between           map[[2]uint32]uint32 // a link of these ends, where links are independent
	queue             []network.NodeIndex
	queued            []bool
}

// fewLinks is how many links a node may have to be looked at again whenever one of
// them changes.
const fewLinks = 64

// shortcut is a link or what stands for several.
type shortcut struct {
	from, to    network.NodeIndex
	probability float64
	group       uint32
	gone        bool
}

func newRewriting(nodes int, directed, grouped bool) *rewriting {
	return &rewriting{
		directed: directed, grouped: grouped, at: make([][]uint32, nodes), in: make([]int, nodes), out: make([]int, nodes),
		between: map[[2]uint32]uint32{}, queued: make([]bool, nodes),
	}
}

// add adds a link, or raises the probability of the one that is there. Loops and what
// enters the source or leaves the sink do not matter.
func (r *rewriting) add(from, to network.NodeIndex, probability float64, group uint32) {
	if from == to || r.directed && (to == source || from == sink) {
		return
	}
	if !r.directed && from > to {
		from, to = to, from
	}
	if !r.grouped {
		key := [2]uint32{uint32(from), uint32(to)}
		if e, there := r.between[key]; there {
			l := &r.links[e]
			l.probability = 1 - (1-l.probability)*(1-probability)
			r.touch(from)
			r.touch(to)
			return
		}
		r.between[key] = uint32(len(r.links))
	}
	for _, v := range [2]network.NodeIndex{from, to} {
		r.at[v] = append(r.at[v], uint32(len(r.links)))
		r.touch(v)
	}
	r.links = append(r.links, shortcut{from: from, to: to, probability: probability, group: group})
	r.count(from, to, 1)
}

func (r *rewriting) count(from, to network.NodeIndex, by int) {
	r.out[from] += by
	r.in[to] += by
	if !r.directed {
		r.in[from] += by
		r.out[to] += by
	}
}

func (r *rewriting) touch(v network.NodeIndex) {
	if v >= inner && !r.queued[v] {
		r.queued[v] = true
		r.queue = append(r.queue, v)
	}
}

func (r *rewriting) remove(e uint32) {
	l := &r.links[e]
	l.gone = true
	if !r.grouped {
		delete(r.between, [2]uint32{uint32(l.from), uint32(l.to)})
	}
	r.count(l.from, l.to, -1)
	r.touch(l.from)
	r.touch(l.to)
}

// reduce looks at nodes until none can be done without.
func (r *rewriting) reduce(ctx context.Context) error {
	for steps := 0; len(r.queue) > 0; steps++ {
		if steps%checkEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		v := r.queue[len(r.queue)-1]
		r.queue = r.queue[:len(r.queue)-1]
		r.queued[v] = false
		if few, all := min(r.in[v], r.out[v]), r.in[v]+r.out[v]; all > 0 && (few == 0 || all <= fewLinks) {
			r.pass(v)
		}
	}
	return nil
}

// pass does without a node if it is a dead end or one link in a row.
func (r *rewriting) pass(v network.NodeIndex) {
	links := r.living(v)
	if r.directed {
		links = r.ways(v, links)
	}
	switch {
	case r.in[v] == 0 || r.out[v] == 0 || !r.directed && len(links) == 1:
		for _, e := range links {
			r.remove(e)
		}
	case len(links) == 2 && !r.grouped:
		a, b := r.links[links[0]], r.links[links[1]]
		if r.directed && a.from == v {
			a, b = b, a
		}
		r.remove(links[0])
		r.remove(links[1])
		r.add(a.besides(v), b.besides(v), a.probability*b.probability, 0)
	}
}

// living forgets the links of a node that are gone.
func (r *rewriting) living(v network.NodeIndex) []uint32 {
	kept := r.at[v][:0]
	for _, e := range r.at[v] {
		if !r.links[e].gone {
			kept = append(kept, e)
		}
	}
	r.at[v] = kept
	return append([]uint32(nil), kept...)
}

// ways forgets links that lead back to where a path must have come from, or from where
// it must go: no simple path takes them.
func (r *rewriting) ways(v network.NodeIndex, links []uint32) []uint32 {
	for _, e := range links {
		l := r.links[e]
		only := l.to == v && r.in[v] == 1 || l.from == v && r.out[v] == 1
		if l.gone || !only {
			continue
		}
		for _, back := range links {
			if b := r.links[back]; !b.gone && back != e && b.from == l.to && b.to == l.from {
				r.remove(back)
			}
		}
	}
	return r.living(v)
}

// besides returns the other end.
func (l shortcut) besides(v network.NodeIndex) network.NodeIndex {
	if l.from == v {
		return l.to
	}
	return l.from
}

// question asks about what is left.
func (r *rewriting) question(groups int) (*question, error) {
	q := &question{from: []network.NodeIndex{source}, to: []network.NodeIndex{sink}, grouped: r.grouped, groups: groups}
	var links []network.Link
	for _, l := range r.links {
		if l.gone {
			continue
		}
		if !r.grouped {
			l.group = uint32(len(links))
		}
		links = append(links, network.Link{From: l.from, To: l.to})
		q.probability, q.group = append(q.probability, l.probability), append(q.group, l.group)
	}
	if !r.grouped {
		q.groups = len(links)
	}
	var err error
	q.net, err = network.Build(len(r.at), links, r.directed)
	return q, err
}
