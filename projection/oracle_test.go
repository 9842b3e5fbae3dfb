package projection

import (
	"cmp"
	"slices"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
)

// oracle answers from plain maps what a view and a scope must answer, by reading
// everything every time.
type oracle struct {
	world     world
	clearance access.Clearance
	scope     Scope
	records   []graph.ID // visible, ascending
	links     []graph.ID // visible, judgements too, ascending
	rep       map[graph.ID]graph.ID
	entities  map[graph.ID]graph.Entity // by representative
}

func newOracle(w world, c access.Clearance, scope Scope) *oracle {
	o := &oracle{world: w, clearance: c, scope: scope, rep: map[graph.ID]graph.ID{}, entities: map[graph.ID]graph.Entity{}}
	for _, id := range keysOf(w.records) {
		if c.Sees(w.records[id].Markings) {
			o.records = append(o.records, id)
		}
	}
	for _, id := range keysOf(w.links) {
		l := w.links[id]
		if c.Sees(l.Markings) && slices.Contains(o.records, l.From) && slices.Contains(o.records, l.To) {
			o.links = append(o.links, id)
		}
	}
	o.fuse()
	return o
}

// fuse labels records; a judgement SAME, if no NOT_SAME contradicts it, gives both
// sides one label.
func (o *oracle) fuse() {
	label := map[graph.ID]graph.ID{}
	for _, id := range o.records {
		label[id] = id
	}
	var same, apart []graph.Link
	for _, id := range o.links {
		switch l := o.world.links[id]; l.Kind {
		case graph.Same:
			same = append(same, l)
		case graph.NotSame:
			if l.From != l.To {
				apart = append(apart, l)
			}
		}
	}
	slices.SortStableFunc(same, func(a, b graph.Link) int { return cmp.Compare(b.Confidence, a.Confidence) })
	for _, s := range same {
		a, b := label[s.From], label[s.To]
		if slices.ContainsFunc(apart, func(n graph.Link) bool {
			return (label[n.From] == a && label[n.To] == b) || (label[n.From] == b && label[n.To] == a)
		}) {
			continue
		}
		for id, l := range label {
			if l == max2(a, b) {
				label[id] = min2(a, b)
			}
		}
	}
	groups := map[graph.ID][]graph.Record{}
	for _, id := range o.records {
		groups[label[id]] = append(groups[label[id]], o.world.records[id])
	}
	for _, group := range groups {
		e := graph.Fuse(group)
		o.entities[e.ID] = e
		for _, r := range group {
			o.rep[r.ID] = e.ID
		}
	}
}

func min2(a, b graph.ID) graph.ID {
	if a.Compare(b) < 0 {
		return a
	}
	return b
}

func max2(a, b graph.ID) graph.ID {
	if a.Compare(b) < 0 {
		return b
	}
	return a
}

func (o *oracle) during(at, from, to graph.Instant) bool {
	start, end := o.scope.From, o.scope.To
	if at != graph.NoInstant {
		return (start == graph.NoInstant || at >= start) && (end == graph.NoInstant || at < end)
	}
	before := end != graph.NoInstant && from != graph.NoInstant && from >= end
	after := start != graph.NoInstant && to != graph.NoInstant && to <= start
	return !before && !after
}

func (o *oracle) stated(h graph.Header, at graph.Instant) bool {
	return (len(o.scope.Datasets) == 0 || slices.Contains(o.scope.Datasets, h.Dataset)) &&
		h.Confidence >= o.scope.MinConfidence && o.during(at, h.ValidFrom, h.ValidTo)
}

// names says whether a list of IDs names the entity by any member.
func (o *oracle) names(ids []graph.ID, rep graph.ID) bool {
	return slices.ContainsFunc(ids, func(id graph.ID) bool { r, ok := o.rep[id]; return ok && r == rep })
}

// standing says whether an entity is read at all: as an end, or as what a link is
// derived from.
func (o *oracle) standing(rep graph.ID) bool {
	return !o.names(o.scope.Without, rep) && slices.ContainsFunc(o.entities[rep].Records, func(r graph.Record) bool {
		at, _, _ := figures(&r)
		return o.stated(r.Header, at)
	})
}

func (o *oracle) admits(rep graph.ID) bool {
	return o.standing(rep) && (o.scope.Within == nil || o.names(o.scope.Within, rep)) &&
		(len(o.scope.EntityKinds) == 0 || slices.Contains(o.scope.EntityKinds, o.entities[rep].Kind))
}

// read says whether a link is read at all: as itself or for what derives from it.
func (o *oracle) read(l graph.Link) bool {
	return !l.Kind.IsJudgement() && !slices.Contains(o.scope.Without, l.ID) && o.stated(l.Header, l.At)
}

func (o *oracle) wants(kind graph.LinkKind) bool {
	return len(o.scope.LinkKinds) == 0 || slices.Contains(o.scope.LinkKinds, kind)
}

// scoped lists the links in scope with both ends.
func (o *oracle) scoped() []graph.Link {
	var out []graph.Link
	for _, id := range o.links {
		l := o.world.links[id]
		if o.read(l) && o.wants(l.Kind) && o.admits(o.rep[l.From]) && o.admits(o.rep[l.To]) {
			out = append(out, l)
		}
	}
	return out
}

// answer is all that is compared.
type answer struct {
	Version  int
	Entities []entityAnswer
	Datasets map[string]DatasetCount
	Graph    graphAnswer
	Nodes    int
	Links    int
}

type entityAnswer struct {
	ID         graph.ID
	Kind       graph.Kind
	Name       string
	Members    []graph.ID
	Judgements []graph.ID
	Admitted   bool
	// What follows is told of admitted entities only.
	Out, In []arcAnswer
	Degree  int
	Listed  []linkAnswer
	Counts  []LinkCount
}

type arcAnswer struct{ To, Link graph.ID }

type linkAnswer struct {
	ID, Far graph.ID
	Out     bool
	Kind    graph.LinkKind
}

type graphAnswer struct {
	Nodes, Hubs []graph.ID
	Links       []edgeAnswer
}

type edgeAnswer struct {
	From, To   graph.ID
	Kind       graph.LinkKind
	Origin     Origin
	At         graph.Instant
	Confidence float64
	Numbers    [3]float64 // weight, amount, quantity; -1 where absent
}

func (o *oracle) answer() answer {
	a := answer{Datasets: map[string]DatasetCount{}}
	for _, id := range o.records {
		c := a.Datasets[o.world.records[id].Dataset]
		c.Records++
		a.Datasets[o.world.records[id].Dataset] = c
	}
	for _, id := range o.links {
		c := a.Datasets[o.world.links[id].Dataset]
		c.Links++
		a.Datasets[o.world.links[id].Dataset] = c
	}
	scoped := o.scoped()
	for _, rep := range keysOf(o.entities) {
		a.Entities = append(a.Entities, o.entity(rep, scoped))
		if o.admits(rep) {
			a.Nodes++
		}
	}
	a.Links = len(scoped)
	a.Graph = o.graph(scoped)
	return a
}

func (o *oracle) entity(rep graph.ID, scoped []graph.Link) entityAnswer {
	e := o.entities[rep]
	out := entityAnswer{ID: rep, Kind: e.Kind, Name: e.Name, Admitted: o.admits(rep)}
	for _, r := range e.Records {
		out.Members = append(out.Members, r.ID)
	}
	for _, id := range o.links {
		l := o.world.links[id]
		if l.Kind.IsJudgement() && (o.rep[l.From] == rep || o.rep[l.To] == rep) {
			out.Judgements = append(out.Judgements, id)
		}
	}
	if !out.Admitted {
		return out
	}
	near := map[graph.ID]bool{}
	for _, l := range scoped {
		from, to := o.rep[l.From], o.rep[l.To]
		if from == rep && to != rep {
			near[to] = true
			out.add(o.scope.Orientation, true, arcAnswer{to, l.ID})
		}
		if to == rep && from != rep {
			near[from] = true
			out.add(o.scope.Orientation, false, arcAnswer{from, l.ID})
		}
		if from == rep {
			out.Listed = append(out.Listed, linkAnswer{l.ID, to, true, l.Kind})
		} else if to == rep {
			out.Listed = append(out.Listed, linkAnswer{l.ID, from, false, l.Kind})
		}
	}
	out.Degree = len(near)
	for _, arcs := range [][]arcAnswer{out.Out, out.In} {
		slices.SortFunc(arcs, func(a, b arcAnswer) int { return cmp.Or(a.To.Compare(b.To), a.Link.Compare(b.Link)) })
	}
	out.count()
	return out
}

// add puts an arc where a search under the orientation finds it.
func (e *entityAnswer) add(o Orientation, leaves bool, arc arcAnswer) {
	if o == Undirected || leaves == (o == Natural) {
		e.Out = append(e.Out, arc)
	}
	if o == Undirected || leaves == (o == Reverse) {
		e.In = append(e.In, arc)
	}
}

func (e *entityAnswer) count() {
	for _, l := range e.Listed {
		i := slices.IndexFunc(e.Counts, func(c LinkCount) bool { return c.Kind == l.Kind && c.Out == l.Out })
		if i < 0 {
			i = len(e.Counts)
			e.Counts = append(e.Counts, LinkCount{Kind: l.Kind, Out: l.Out})
		}
		e.Counts[i].Count++
	}
	slices.SortFunc(e.Counts, func(a, b LinkCount) int {
		way := func(c LinkCount) int {
			if c.Out {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(way(a), way(b)))
	})
}
