package flow

import (
	"context"
	"math"

	"github.com/chokepoint/chokepoint/graph/network"
)

// ctxStride is the number of augmenting paths between two looks at a context.
const ctxStride = 1024

// Solve maximises the flow through what is not taken away and returns its value,
// +Inf when nothing limits it. Errors: the end of ctx.
func (p *Problem) Solve(ctx context.Context) (float64, error) {
	copy(p.room, p.base)
	for _, e := range p.gone {
		p.close(p.ahead[e])
		if p.back != nil {
			p.close(p.back[e])
		}
	}
	value := 0.0
	for p.layer() {
		more, err := p.fill(ctx)
		if err != nil {
			return 0, err
		}
		value += more
	}
	if value > p.total {
		return math.Inf(1), nil
	}
	return value / p.scale, ctx.Err()
}

func (p *Problem) close(a uint32) {
	if a != noArc {
		p.room[a], p.room[p.twin[a]] = 0, 0
	}
}

// layer sets the level of each state to its distance from the sinks along arcs with
// room, and reports whether the sources have one.
func (p *Problem) layer() bool {
	for s := range p.level {
		p.level[s] = -1
	}
	p.level[1] = 0
	p.queue = append(p.queue[:0], 1)
	for i := 0; i < len(p.queue) && p.level[0] < 0; i++ {
		s := p.queue[i]
		p.work += int64(p.first[s+1] - p.first[s])
		for a := p.first[s]; a < p.first[s+1]; a++ {
			h := p.head[a]
			if p.level[h] < 0 && p.room[p.twin[a]] > 0 && !p.blocked[h] {
				p.level[h] = p.level[s] + 1
				p.queue = append(p.queue, h)
			}
		}
	}
	return p.level[0] >= 0
}

// fill adds flow along shortest paths until each has a full arc, and returns how
// much. Each state remembers the arcs that lead nowhere.
func (p *Problem) fill(ctx context.Context) (float64, error) {
	copy(p.next, p.first)
	path := p.queue[:0] // arcs
	total, s := 0.0, uint32(0)
	for count := 0; ; {
		if s == 1 {
			if count++; count%ctxStride == 0 && ctx.Err() != nil {
				return 0, ctx.Err()
			}
			more, back := p.augment(path)
			total += more
			s = p.head[p.twin[path[back]]]
			path = path[:back]
		}
		a := p.next[s]
		for ; a < p.first[s+1]; a++ {
			if h := p.head[a]; p.room[a] > 0 && p.level[h] == p.level[s]-1 {
				break
			}
		}
		p.work += int64(a - p.next[s])
		p.next[s] = a
		switch {
		case a < p.first[s+1]:
			path = append(path, a)
			s = p.head[a]
		case s == 0:
			p.queue = path
			return total, nil
		default:
			last := path[len(path)-1]
			path = path[:len(path)-1]
			s = p.head[p.twin[last]]
			p.next[s]++
		}
	}
}

// augment sends as much as fits along a path and returns it with the position of
// the first arc that is full.
func (p *Problem) augment(path []uint32) (float64, int) {
	least, at := math.Inf(1), 0
	for i, a := range path {
		if p.room[a] < least {
			least, at = p.room[a], i
		}
	}
	for _, a := range path {
		p.room[a] -= least
		p.room[p.twin[a]] += least
	}
	p.work += int64(2 * len(path))
	return least, at
}

// reach marks the states that the sources reach along arcs with room or, with back,
// those that reach the sinks.
func (p *Problem) reach(back bool) []bool {
	on := make([]bool, p.states)
	start := uint32(0)
	if back {
		start = 1
	}
	on[start] = true
	p.queue = append(p.queue[:0], start)
	for i := 0; i < len(p.queue); i++ {
		s := p.queue[i]
		for a := p.first[s]; a < p.first[s+1]; a++ {
			open := a
			if back {
				open = p.twin[a]
			}
			if h := p.head[a]; !on[h] && p.room[open] > 0 && !p.blocked[h] {
				on[h] = true
				p.queue = append(p.queue, h)
			}
		}
	}
	return on
}

// crossing returns the links, ascending, that lead out of the states of side.
func (p *Problem) crossing(side []bool) []network.EdgeIndex {
	links := []network.EdgeIndex{}
	for e, a := range p.ahead {
		if a == noArc {
			continue
		}
		out := side[p.head[p.twin[a]]] && !side[p.head[a]]
		if p.back != nil {
			b := p.back[e]
			out = out || side[p.head[p.twin[b]]] && !side[p.head[b]]
		} else if !p.net.Directed() {
			out = out || side[p.head[a]] && !side[p.head[p.twin[a]]]
		}
		if out {
			links = append(links, network.EdgeIndex(e))
		}
	}
	return links
}
