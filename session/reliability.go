package session

import (
	"context"
	"slices"
	"strings"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/graph/reliability"
	"github.com/chokepoint/chokepoint/projection"
)

// ReliabilityQuery asks how likely it is that one set of entities is joined to
// another, where each link holds with its confidence.
type ReliabilityQuery struct {
	From, To []graph.ID
	// BySource lets links that a source tells in the same place hold or fail together.
	BySource      bool
	Approximation Approximation
	Scope         projection.Scope
}

// Reliability is the answer to a ReliabilityQuery; Low and High are Probability where
// it is exact.
type Reliability struct {
	Probability, Low, High float64
	ComputedOn             ComputedOn
}

func (q ReliabilityQuery) check() error {
	switch {
	case len(q.From) == 0 || len(q.To) == 0:
		return graph.Errorf(graph.BadUserInput, "from and to: name at least one entity each")
	case len(q.From) > maxEnds || len(q.To) > maxEnds:
		return graph.Errorf(graph.BadUserInput, "from and to: more than %d entities on a side", maxEnds)
	}
	return checkScope(q.Scope)
}

// exhaustive is how many steps the exact search may take when nothing else is wanted:
// some seconds.
const exhaustive = 1_000_000_000

func (q ReliabilityQuery) options() reliability.Options {
	sampling := q.Approximation.sampling()
	opt := reliability.Options{Error: sampling.Error, Confidence: sampling.Confidence, Seed: sampling.Seed}
	switch q.Approximation.Mode {
	case Exact:
		opt.Exactly, opt.Sampling = exhaustive, 1
	case Sampled:
		opt.Exactly = -1
	}
	return opt
}

// Reliability tells how likely it is that something gets from one set to another
// through links that hold. Entities that are missing, hidden or out of scope are
// joined to nothing. Store calls: none, or those that read all links once and are
// cached.
func (s *Session) Reliability(ctx context.Context, q ReliabilityQuery) (*Reliability, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	how := []any{q.From, q.To, q.BySource, q.Approximation}
	r, g, err := computed(ctx, s, q.Scope, "reliability", how, func(ctx context.Context, g *projection.Graph) (reliability.Result, error) {
		r, err := s.reliability(ctx, g, q)
		if err != nil {
			return r, kernelError(ctx, err)
		}
		return r, nil
	})
	if err != nil {
		return nil, err
	}
	on := q.Approximation.on(s.onNetwork(q.Scope, g, q.From, q.To), r.Samples)
	if !r.Exact {
		away := max(r.High-r.Value, r.Value-r.Low)
		on.Error = &away
	}
	return &Reliability{Probability: r.Value, Low: r.Low, High: r.High, ComputedOn: on}, nil
}

func (s *Session) reliability(ctx context.Context, g *projection.Graph, q ReliabilityQuery) (r reliability.Result, err error) {
	from, to := s.set(g, q.From), s.set(g, q.To)
	if len(from) == 0 || len(to) == 0 {
		return reliability.Result{Exact: true}, nil
	}
	opt := q.options()
	if q.BySource {
		passages, err := s.passages(ctx, q.Scope)
		if err != nil {
			return r, err
		}
		opt.Group = passages
	}
	confidence, _ := g.Values(projection.Confidence, 1)
	r, err = reliability.TwoTerminal(ctx, g.Net, from, to, confidence, opt)
	if err == nil && !r.Exact && q.Approximation.Mode == Exact {
		err = graph.Errorf(graph.BadUserInput, "approximation: too many uncertain links lie between the two for an exact answer; leave out EXACT or narrow the scope")
	}
	return r, err
}

// passageNumbers is a number for each link of a network, the same for those that a
// source tells in the same place.
type passageNumbers []uint32

func (n passageNumbers) size() int64 { return int64(len(n)) * 4 }

// passages numbers where the links of a network are told. A link of which that is not
// known, in whole, has a number of its own.
func (s *Session) passages(ctx context.Context, scope projection.Scope) (passageNumbers, error) {
	numbers, _, err := computed(ctx, s, scope, "passages", nil, func(ctx context.Context, g *projection.Graph) (passageNumbers, error) {
		numbers := make(passageNumbers, g.Net.NumLinks())
		known := map[string]uint32{}
		for begin := 0; begin < len(numbers); begin += 4 * propertyChunk {
			told, err := s.passagesOf(ctx, g, begin, min(begin+4*propertyChunk, len(numbers)))
			if err != nil {
				return nil, err
			}
			for i, passage := range told {
				number, met := known[passage]
				if !met {
					number = uint32(begin + i)
				}
				if passage != "" {
					known[passage] = number
				}
				numbers[begin+i] = number
			}
		}
		return numbers, nil
	})
	return numbers, err
}

// passagesOf says where in which sources some links of a network are told, "" where that
// is not known of all that is behind one. One store call.
func (s *Session) passagesOf(ctx context.Context, g *projection.Graph, begin, end int) ([]string, error) {
	var ids []graph.ID
	parts := make([]int, end-begin)
	for i := range parts {
		behind := g.Origin(network.EdgeIndex(begin + i)).Links
		ids, parts[i] = append(ids, behind...), len(behind)
	}
	stored, err := s.remembering(false).StoredLinks(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(parts))
	for i, n := range parts {
		if out[i], err = passageOf(stored[:n]); err != nil {
			return nil, err
		}
		stored = stored[n:]
	}
	return out, nil
}

// passageOf names where links are told.
func passageOf(links []*LinkView) (string, error) {
	var all []string
	for _, l := range links {
		switch {
		case l == nil:
			return "", graph.Errorf(graph.Internal, "a link of the network is not in the store").Because(errMissingLink)
		case l.Sketch:
			return "", ErrAway
		case l.SourceRef == "":
			return "", nil
		}
		all = append(all, l.Dataset+"\x00"+l.SourceRef)
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), "\x00"), nil
}
