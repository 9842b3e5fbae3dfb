package centrality

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync/atomic"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Scored is a node with its score.
type Scored struct {
	Node  network.NodeIndex
	Score float64
}

// Top finds the nodes with the highest scores: at most k, highest first, ties by index.
type Top func(ctx context.Context, net *network.Network, k int, opt Options) ([]Scored, error)

// tops holds the measures whose first nodes are found faster than all scores.
var tops = map[string]Top{"CLOSENESS": TopCloseness, "HARMONIC": TopHarmonic}

// TopNamed returns the search for the first nodes by the measure with this name; nil if
// there is none.
func TopNamed(name string) Top { return tops[name] }

// TopHarmonic returns the k nodes of the highest [Harmonic] score, exactly. A search
// from a node ends as soon as the nodes still to come could not lift it among the first
// k (Bergamini, Borassi, Crescenzi, Marino and Meyerhenke 2019).
//
// O(n·m) time at worst, far less where a few nodes stand out. Where searches turn out to
// cost more than to score all nodes, that is done instead, so that this takes at most about
// twice as long as [Harmonic]. O(n + m) memory and O(n) for each goroutine.
func TopHarmonic(ctx context.Context, net *network.Network, k int, opt Options) ([]Scored, error) {
	if err := opt.unweighted("harmonic centrality"); err != nil {
		return nil, err
	}
	found, err := topDistances(ctx, net, k, distanceScore{
		byDistance: harmonic(net.NumNodes()),
		value:      func(count, hops float64) float64 { return count / hops },
		of:         func(_, sum float64) float64 { return sum },
	})
	if opt.Normalized {
		for i := range found {
			found[i].Score /= float64(max(net.NumNodes()-1, 1))
		}
	}
	return found, err
}

// TopCloseness returns the k nodes of the highest [Closeness], exactly, as [TopHarmonic]
// does for its measure and at that cost.
func TopCloseness(ctx context.Context, net *network.Network, k int, opt Options) ([]Scored, error) {
	if err := opt.unweighted("closeness"); err != nil {
		return nil, err
	}
	others := float64(net.NumNodes() - 1)
	return topDistances(ctx, net, k, distanceScore{
		byDistance: closeness(net.NumNodes()),
		value:      func(count, hops float64) float64 { return count * hops },
		of: func(reached, sum float64) float64 {
			if reached == 0 {
				return 0
			}
			return reached * reached / (others * sum)
		},
	})
}

// distanceScore is a score by how many others a node reaches and a sum over them, but for
// rounding, which serves for bounds.
type distanceScore struct {
	byDistance
	value func(count, hops float64) float64 // what so many at a distance add to the sum
	of    func(reached, sum float64) float64
}

// topDistances searches from one node after another, those with most links first. What is
// pruned depends on who is done first, what is found does not.
func topDistances(ctx context.Context, net *network.Network, k int, score distanceScore) ([]Scored, error) {
	if k < 1 {
		return nil, graph.Errorf(graph.BadUserInput, "the first %d cannot be found; ask for at least 1", k)
	}
	a, err := newArena(ctx, net)
	if err != nil {
		return nil, err
	}
	rest := a.all(0, len(a.order))
	slices.SortFunc(rest, func(v, w uint32) int {
		return cmp.Or(cmp.Compare(len(a.out.row(int(w))), len(a.out.row(int(v)))), cmp.Compare(a.order[v], a.order[w]))
	})
	t := &topSearch{arena: a, score: score, best: podium{size: min(k, len(rest))}, reach: a.reach(), rest: rest, size: firstRound}
	for len(t.rest) > 0 {
		if err := t.round(ctx); err != nil {
			return nil, err
		}
	}
	return t.best.list, nil
}

// topSearch is a search for the first nodes on its way.
type topSearch struct {
	*arena
	score distanceScore
	best  podium
	reach *reach
	rest  []uint32     // from which no search began
	size  int          // of the next round
	done  int          // how many were searched from in this order
	arcs  atomic.Int64 // that these searches read
	every float64      // that could be read while all nodes are scored; 0 for unknown
}

// firstRound is the number of nodes searched from before anything is made of what that took.
const firstRound = 256

// round searches from some nodes and sees what is best done about the rest.
func (t *topSearch) round(ctx context.Context) error {
	now, before := t.rest[:min(t.size, len(t.rest))], t.arcs.Load()
	t.rest, t.size = t.rest[len(now):], t.size+t.size/2
	if err := t.searchFrom(ctx, now); err != nil || len(t.rest) == 0 {
		return err
	}
	t.done += len(now)
	if t.loose() {
		return t.settle(ctx)
	}
	if hard, err := t.hard(ctx, float64(t.arcs.Load()-before)/float64(len(now))); err != nil || !hard {
		return err
	}
	return t.scoreAll(ctx)
}

// once is the work to read all nodes and arcs.
func (t *topSearch) once() int64 { return int64(len(t.order) + len(t.out.nbr)) }

// loose says whether many nodes may reach fewer than is known, and searches have cost a
// fair part of what it costs at most to find out.
func (t *topSearch) loose() bool {
	open := t.reach.open()
	return open >= batch && t.arcs.Load() > t.once()*int64(2+open/(10*batch))
}

// settle finds out how many each node reaches, and begins anew with those that may score
// most.
func (t *topSearch) settle(ctx context.Context) error {
	if err := t.reach.settle(ctx); err != nil {
		return err
	}
	bounds, s := make([]float64, len(t.order)), prunedSearch{topSearch: t, hops: 1}
	for _, v := range t.rest {
		bounds[v] = s.bound(v, len(t.out.row(int(v))))
	}
	slices.SortFunc(t.rest, func(v, w uint32) int {
		return cmp.Or(cmp.Compare(bounds[w], bounds[v]), cmp.Compare(t.order[v], t.order[w]))
	})
	t.size, t.done = firstRound, 0
	t.arcs.Store(0)
	return nil
}

// hard says whether it costs more to go on with searches, the last of which read so many
// arcs each, than to score all nodes. That reads fewer, as searches walk together, but
// takes about four times as long for each. How many these are is not looked at before
// searches have read as much as if one from a node of each batch had read everything.
func (t *topSearch) hard(ctx context.Context, last float64) (bool, error) {
	spent := t.arcs.Load()
	if spent < t.once()*int64(1+t.targets/batch) {
		return false, nil
	}
	if t.every == 0 {
		arcs, err := t.floodWork(ctx)
		if err != nil {
			return false, err
		}
		t.every = 4 * arcs
	}
	// What searches read goes about by a power of how many there were: 1 where all are
	// alike, less where those to come are cut off sooner.
	power := last * float64(t.done) / float64(spent)
	ahead := float64(spent) * (math.Pow(1+float64(len(t.rest))/float64(t.done), power) - 1)
	return float64(spent) > t.every || (float64(spent) > t.every/16 && ahead > t.every), nil
}

// searchFrom searches from some nodes, on all processors.
func (t *topSearch) searchFrom(ctx context.Context, nodes []uint32) error {
	const chunk = 4
	return share(ctx, (len(nodes)+chunk-1)/chunk, func() func(int) error {
		s := prunedSearch{topSearch: t, seen: make([]uint32, len(t.order))}
		return func(c int) error {
			s.arcs = 0
			for _, v := range nodes[c*chunk : min((c+1)*chunk, len(nodes))] {
				if err := ctx.Err(); err != nil {
					return err
				}
				if score, ok := s.from(v); ok {
					t.best.offer(Scored{network.NodeIndex(t.order[v]), score})
				}
			}
			t.arcs.Add(int64(s.arcs))
			return nil
		}
	})
}

// scoreAll finds the best among the scores of all nodes.
func (t *topSearch) scoreAll(ctx context.Context) error {
	scores, err := t.scores(ctx, t.score.byDistance)
	if err != nil {
		return err
	}
	t.best.list, t.rest = nil, nil
	for v, score := range scores {
		if !t.best.hopeless(score) {
			t.best.offer(Scored{network.NodeIndex(v), score})
		}
	}
	return nil
}
