package session

import (
	"context"
	"encoding/binary"
	"math"
	"math/big"

	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/graph/path"
)

// AllPaths is a page of all shortest paths.
type AllPaths struct {
	Paged[Route]          // without a Total beyond an int of the API
	Count        *big.Int // how many there are
	Cost         *float64 // of a shortest path, whatever it passes; nil when there is none
	// ReachedFrom and ReachedTo are those of Paths.
	ReachedFrom, ReachedTo func(context.Context) (int, error)
	ComputedOn             ComputedOn
}

// maxPageLinks bounds the links of a page of paths.
const maxPageLinks = 50_000

// AllShortestPaths returns a page of all shortest paths, of which there may be more than
// anybody can list. K and MaxHops of the query are not used; Via leaves those that pass
// it. A page costs the search.
func (s *Session) AllShortestPaths(ctx context.Context, q PathQuery, page Page) (*AllPaths, error) {
	q.K, q.MaxHops = 1, 1
	if err := q.check(); err != nil {
		return nil, err
	}
	q.MaxHops = math.MaxInt32
	l := listing{operation: "allShortestPaths", arguments: digested(q)}
	last, some, err := s.after(l, page)
	if err != nil {
		return nil, err
	}
	skip := uint64(0)
	if some {
		skip = binary.BigEndian.Uint64([]byte(last.primary)) + 1
	}
	g, ties, err := s.ties(ctx, q)
	if err != nil {
		return nil, err
	}
	out := &AllPaths{Count: ties.Count, ComputedOn: s.reading(s.on(q.Scope, g, q.From, q.To, q.Via, q.Avoid), q.Scope, q.Weight.reads(q.Property))}
	var found []path.Path
	found, out.HasNextPage = paged(ties, skip, page.First)
	if n := ties.Count; n.IsInt64() && n.Int64() <= math.MaxInt32 {
		out.Total = func(context.Context) (int, error) { return int(n.Int64()), nil }
	}
	if ties.Found {
		best := []path.Path{ties.Best}
		q.recost(g, best)
		cost := q.Weight.length(best[0])
		out.Cost = &cost
	} else {
		out.ReachedFrom = reaching(g, g.adjacency, q.From, q)
		out.ReachedTo = reaching(g, reversed{g.adjacency}, q.To, q)
	}
	out.HasPreviousPage = skip > 0 // there was a cursor
	out.Cursor = func(i int) string {
		primary := binary.BigEndian.AppendUint64(nil, skip+uint64(i))
		return s.cursor(l, position{primary: string(primary)})
	}
	q.recost(g, found)
	out.Items, err = s.routes(ctx, g, q.Weight, found)
	return out, err
}

// recost takes out of the cost of paths what ties added to find them.
func (q *PathQuery) recost(g *ground, paths []path.Path) {
	for i := range paths {
		if p := &paths[i]; q.Weight == MostConfidence {
			p.Cost = 0
			for _, e := range p.Edges {
				p.Cost -= math.Log(g.confidence(e))
			}
		}
	}
}

// ties finds all shortest paths of a query.
func (s *Session) ties(ctx context.Context, q PathQuery) (*ground, *path.Ties, error) {
	g, cost, err := s.priced(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	if q.Weight == MostConfidence {
		cost = func(e network.EdgeIndex) float64 { return aLink - math.Log(g.confidence(e)) }
	}
	opt := path.TieOptions{Via: g.nodes(q.Via), Avoid: q.options(g).Avoid}
	ties, err := path.AllShortest(ctx, g.adjacency, g.nodes(q.From), g.nodes(q.To), cost, opt)
	if err != nil {
		return nil, nil, kernelError(ctx, err)
	}
	if len(opt.Via) < s.distinct(q.Via) { // one of them is not there: no path passes it
		return g, &path.Ties{Found: ties.Found, Best: ties.Best, Count: new(big.Int)}, nil
	}
	return g, ties, nil
}

// paged lists the paths of a page and says whether there are more.
func paged(ties *path.Ties, skip uint64, first int) (found []path.Path, more bool) {
	for links := 0; len(found) < first && links < maxPageLinks; skip++ {
		next := ties.Paths(skip, 1)
		if len(next) == 0 {
			return found, false
		}
		if links += next[0].Hops(); links > maxPageLinks && len(found) > 0 {
			return found, true
		}
		found = append(found, next[0])
	}
	return found, len(ties.Paths(skip, 1)) > 0
}
