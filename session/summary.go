package session

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/centrality"
	"github.com/chokepoint/chokepoint/graph/community"
	"github.com/chokepoint/chokepoint/graph/connectivity"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/projection"
)

// Summary tells of a network as a whole. What takes more than one pass over it is
// computed when it is asked for.
type Summary struct {
	Nodes, Links         int
	Components, Largest  int
	ConnectedPairs       int64
	Fragmentation        *float64
	Density, Reciprocity *float64
	ComputedOn           ComputedOn
	Distances            func(context.Context) (DistanceFigures, error)
	Clustering           func(context.Context) (Clustering, error)
	Mixing               func(context.Context) (Mixing, error)
	// Centralization is nil for the reason that WithoutCentralization tells of.
	Centralization        func(ctx context.Context, measure string) (*Centralization, error)
	WithoutCentralization string   // "" where none is nil
	CentralizationHolds   *float64 // the confidence of those that are estimated; nil if none is
}

// DistanceFigures tell how far apart entities are. What is not exact has bounds.
type DistanceFigures struct {
	Exact           bool
	Sources         int
	Confidence      *float64
	Diameter        *int
	DiameterAtLeast int
	DiameterAtMost  int
	Radius          *int
	RadiusAtLeast   *int
	RadiusAtMost    *int
	Mean            *float64
	MeanLow         *float64
	MeanHigh        *float64
	Efficiency      float64
	EfficiencyLow   float64
	EfficiencyHigh  float64
}

// Clustering tells how many neighbours of an entity are neighbours.
type Clustering struct {
	Triangles             int64
	Transitivity, Average float64
}

// Mixing tells whether like is joined to like.
type Mixing struct {
	DegreeAssortativity, KindAssortativity *float64
	Kinds                                  []KindMixing
}

// KindMixing counts the pairs of neighbours of two kinds.
type KindMixing struct {
	From, To graph.Kind
	Pairs    int
}

// Centralization tells how much one entity stands out. What is exact has equal bounds.
type Centralization struct{ Value, Low, High float64 }

func (m *Mixing) size() int64 { return 64 + 48*int64(len(m.Kinds)) }

const (
	// distanceWork is the product of entities and links up to which distances are all
	// counted unless asked otherwise; see exactWork.
	distanceWork = 1e10
	// searchWork bounds, over entities and links, the batches of searches beyond.
	searchWork              = 3e8
	leastBatches, mostBatch = 16, 64
	sampleConfidence        = 0.99
)

// Summary returns the figures of the network of a scope. The mode decides of those
// that need a search from every entity.
func (s *Session) Summary(ctx context.Context, mode ApproximationMode, seed int64, scope projection.Scope) (*Summary, error) {
	made, g, err := computed(ctx, s, scope, "summary", nil, summarize)
	if err != nil {
		return nil, err
	}
	out := *made
	out.ComputedOn = s.onNetwork(scope, g)
	out.Distances = func(ctx context.Context) (DistanceFigures, error) {
		how := []any{sampled(mode, g.Net, distanceWork), seed}
		return figure(ctx, s, scope, "distanceFigures", how, func(ctx context.Context, g *projection.Graph) (DistanceFigures, error) {
			if sampled(mode, g.Net, distanceWork) {
				return sampleDistances(ctx, g.Net, seed)
			}
			return allDistances(ctx, g.Net)
		})
	}
	out.Clustering = func(ctx context.Context) (Clustering, error) {
		return figure(ctx, s, scope, "clustering", nil, clustering)
	}
	out.Mixing = func(ctx context.Context) (Mixing, error) {
		m, _, err := computed(ctx, s, scope, "mixing", nil, s.mixing)
		if err != nil {
			return Mixing{}, err
		}
		return *m, nil
	}
	how := Approximation{Mode: mode, Seed: seed}
	out.Centralization = func(ctx context.Context, measure string) (*Centralization, error) {
		if made.without(measure, g.Net) != "" {
			return nil, nil
		}
		key := []any{measure}
		if how.samples(measure, false, g.Net) {
			key = append(key, seed)
		}
		c, err := figure(ctx, s, scope, "centralization", key, func(ctx context.Context, g *projection.Graph) (Centralization, error) {
			return centralization(ctx, g.Net, measure, how)
		})
		return &c, err
	}
	var why []string
	for _, measure := range []string{"DEGREE", "BETWEENNESS", "CLOSENESS"} {
		if reason := made.without(measure, g.Net); reason != "" {
			why = append(why, strings.ToLower(measure)+": "+reason)
		} else if how.samples(measure, false, g.Net) {
			confidence := how.sampling().Confidence
			out.CentralizationHolds = &confidence
		}
	}
	out.WithoutCentralization = strings.Join(why, "; ")
	return &out, nil
}

// figure is computed once, and what it says of bad input is public.
func figure[T any](ctx context.Context, s *Session, scope projection.Scope, what string, how any, compute func(context.Context, *projection.Graph) (T, error)) (T, error) {
	made, _, err := computed(ctx, s, scope, what, how, func(ctx context.Context, g *projection.Graph) (T, error) {
		value, err := compute(ctx, g)
		if err != nil {
			return value, kernelError(ctx, err)
		}
		return value, nil
	})
	return made, err
}

func summarize(ctx context.Context, g *projection.Graph) (*Summary, error) {
	f, err := connectivity.FiguresOf(ctx, g.Net, connectivity.Removal{})
	if err != nil {
		return nil, err
	}
	reciprocity, err := community.Reciprocity(ctx, g.Net)
	if err != nil {
		return nil, err
	}
	s := &Summary{
		Nodes: f.Nodes, Links: f.Links, Components: f.Components, Largest: f.Largest,
		ConnectedPairs: f.ConnectedPairs, Fragmentation: f.Fragmentation, Reciprocity: finite(reciprocity),
	}
	simple, _ := g.Net.Simple()
	pairs := float64(f.Nodes) * float64(f.Nodes-1)
	if !g.Net.Directed() {
		pairs /= 2
	}
	s.Density = finite(float64(simple.NumLinks()) / pairs)
	return s, nil
}

// sampled says whether a figure that takes so much work is estimated or left out.
func sampled(mode ApproximationMode, net *network.Network, work float64) bool {
	return mode == Sampled || mode != Exact && float64(net.NumNodes())*float64(net.NumLinks()) > work
}

func allDistances(ctx context.Context, net *network.Network) (DistanceFigures, error) {
	d, err := connectivity.DistancesOf(ctx, net, connectivity.Removal{})
	if err != nil {
		return DistanceFigures{}, err
	}
	parts, err := connectivity.Strong(ctx, net)
	if err != nil {
		return DistanceFigures{}, err
	}
	diameter, radius, mean, efficiency := d.Diameter(), d.Radius(net, parts), d.Mean(), d.Efficiency()
	return DistanceFigures{
		Exact: true, Sources: d.Nodes, Diameter: &diameter, DiameterAtLeast: diameter, DiameterAtMost: diameter, Radius: radius, RadiusAtLeast: radius, RadiusAtMost: radius,
		Mean: mean, MeanLow: mean, MeanHigh: mean, Efficiency: efficiency, EfficiencyLow: efficiency, EfficiencyHigh: efficiency,
	}, nil
}

// sampleDistances estimates means; the diameter and the radius are exact if enough
// searches are left.
func sampleDistances(ctx context.Context, net *network.Network, seed int64) (DistanceFigures, error) {
	batches := int(min(mostBatch, max(leastBatches, searchWork/float64(net.NumNodes()+2*net.NumLinks()+1))))
	e, err := connectivity.SampleDistances(ctx, net, batches*64, uint64(seed))
	if err != nil {
		return DistanceFigures{}, err
	}
	confidence := sampleConfidence
	d := DistanceFigures{
		Sources: e.Sources, Confidence: &confidence, DiameterAtLeast: e.Farthest,
		Mean: finite(e.Mean.Value), MeanLow: finite(e.Mean.Low), MeanHigh: finite(e.Mean.High),
		Efficiency: e.Efficiency.Value, EfficiencyLow: e.Efficiency.Low, EfficiencyHigh: e.Efficiency.High,
	}
	span, err := connectivity.Diameter(ctx, net, batches)
	if err != nil {
		return DistanceFigures{}, err
	}
	d.DiameterAtLeast, d.DiameterAtMost = max(d.DiameterAtLeast, span.AtLeast), span.AtMost
	if d.DiameterAtLeast == span.AtMost {
		d.Diameter = &span.AtMost
	}
	if net.NumNodes() == 0 {
		return d, nil
	}
	radius, err := connectivity.Radius(ctx, net, batches)
	if err != nil || radius == nil {
		return d, err
	}
	d.RadiusAtLeast, d.RadiusAtMost = &radius.AtLeast, &radius.AtMost
	if radius.AtLeast == radius.AtMost {
		d.Radius = &radius.AtMost
	}
	return d, nil
}

func clustering(ctx context.Context, g *projection.Graph) (Clustering, error) {
	t, err := community.CountTriangles(ctx, g.Net)
	if err != nil {
		return Clustering{}, err
	}
	c := Clustering{Triangles: t.Total, Transitivity: t.Transitivity()}
	for _, share := range t.Clustering() {
		c.Average += share / float64(g.Net.NumNodes())
	}
	return c, nil
}

func (s *Session) mixing(ctx context.Context, g *projection.Graph) (*Mixing, error) {
	degrees, err := community.Degrees(ctx, g.Net)
	if err != nil {
		return nil, err
	}
	byDegree, err := community.Assortativity(ctx, g.Net, degrees)
	if err != nil {
		return nil, err
	}
	kinds, of := s.kindsOf(g)
	byKind, err := community.Mixing(ctx, g.Net, of)
	if err != nil {
		return nil, err
	}
	counts, err := community.MixingPairs(ctx, g.Net, of)
	if err != nil {
		return nil, err
	}
	m := &Mixing{DegreeAssortativity: finite(byDegree), KindAssortativity: finite(byKind)}
	for pair, n := range counts {
		a, b := kinds[pair[0]], kinds[pair[1]]
		m.Kinds = append(m.Kinds, KindMixing{From: min(a, b), To: max(a, b), Pairs: n})
	}
	slices.SortFunc(m.Kinds, func(a, b KindMixing) int {
		return cmp.Or(cmp.Compare(b.Pairs, a.Pairs), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return m, nil
}

// kindsOf numbers the kinds of the entities of a network.
func (s *Session) kindsOf(g *projection.Graph) (kinds []graph.Kind, of []uint32) {
	number := map[graph.Kind]uint32{}
	of = make([]uint32, len(g.Nodes))
	for v, id := range g.Nodes {
		e, _ := s.view.Entity(id)
		kind := s.view.Kind(e)
		n, known := number[kind]
		if !known {
			n = uint32(len(kinds))
			number[kind] = n
			kinds = append(kinds, kind)
		}
		of[v] = n
	}
	return kinds, of
}

// without says why there is no centralization by a measure, "" if there is one.
func (s *Summary) without(measure string, net *network.Network) string {
	switch {
	case s.Nodes < 3:
		return "there are fewer than 3 entities"
	case measure == "CLOSENESS" && net.Directed():
		return "links have a direction"
	case measure == "CLOSENESS" && s.Components > 1:
		return "the network is in pieces"
	}
	return ""
}

// centralizations are by the names of their measures.
var centralizations = map[string]func(scores []float64, directed bool) float64{
	"DEGREE":      func(scores []float64, _ bool) float64 { return centrality.DegreeCentralization(scores) },
	"BETWEENNESS": centrality.BetweennessCentralization,
	"CLOSENESS":   func(scores []float64, _ bool) float64 { return centrality.ClosenessCentralization(scores) },
}

func centralization(ctx context.Context, net *network.Network, measure string, how Approximation) (Centralization, error) {
	of := func(scores []float64) float64 { return centralizations[measure](scores, net.Directed()) }
	if !how.samples(measure, false, net) {
		scores, err := centrality.Named(measure)(ctx, net, centrality.Options{})
		if err != nil {
			return Centralization{}, err
		}
		value := of(scores)
		return Centralization{value, value, value}, nil
	}
	e, err := centrality.SampledNamed(measure)(ctx, net, centrality.Options{}, how.sampling())
	if err != nil {
		return Centralization{}, err
	}
	low, high := centrality.CentralizationBounds(e, of)
	return Centralization{min(max(of(e.Scores), low), high), low, high}, nil
}
