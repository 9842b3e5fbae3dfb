package projection

import (
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
)

// graph materialises the scope's layer.
func (o *oracle) graph(scoped []graph.Link) graphAnswer {
	var out graphAnswer
	if o.scope.Layer == All {
		for _, rep := range keysOf(o.entities) {
			if o.admits(rep) {
				out.Nodes = append(out.Nodes, rep)
			}
		}
		for _, l := range scoped {
			out.Links = append(out.Links, o.stored(l))
		}
		return out
	}
	out.Links = o.layer()
	var used []graph.ID
	for _, l := range out.Links {
		used = append(used, l.From, l.To)
	}
	slices.SortFunc(used, graph.ID.Compare)
	out.Nodes = slices.Compact(used)
	slices.SortFunc(out.Links, func(a, b edgeAnswer) int { return slices.CompareFunc(a.Origin.Links, b.Origin.Links, graph.ID.Compare) })
	for i, l := range out.Links { // a search may walk it the other way
		if o.scope.Orientation == Reverse {
			out.Links[i].From, out.Links[i].To = l.To, l.From
		}
	}
	return out
}

func (o *oracle) stored(l graph.Link) edgeAnswer {
	from, to := o.rep[l.From], o.rep[l.To]
	if o.scope.Layer == All && o.scope.Orientation == Reverse {
		from, to = to, from
	}
	e := edgeAnswer{From: from, To: to, Kind: l.Kind, Origin: Origin{Links: []graph.ID{l.ID}}, At: l.At, Confidence: l.Confidence}
	e.Numbers = numbers(math.NaN(), math.NaN(), l)
	return e
}

// numbers are those of the first link that has them, or else the fallback.
func numbers(amount, quantity float64, links ...graph.Link) [3]float64 {
	weight := math.NaN()
	for i := len(links) - 1; i >= 0; i-- {
		row := newDictionary().linkRow(&links[i])
		weight, amount, quantity = orElse(row.weight, weight), orElse(row.amount, amount), orElse(row.quantity, quantity)
	}
	return [3]float64{orElse(weight, -1), orElse(amount, -1), orElse(quantity, -1)}
}

// layer lists the links of a derived layer that the scope takes.
func (o *oracle) layer() []edgeAnswer {
	var all []edgeAnswer
	rules := layers[o.scope.Layer]
	for _, id := range o.links {
		l := o.world.links[id]
		ends := func(rep graph.ID) bool { return rules.ends == nil || slices.Contains(rules.ends, o.entities[rep].Kind) }
		if o.read(l) && slices.Contains(rules.kinds, l.Kind) && ends(o.rep[l.From]) && ends(o.rep[l.To]) {
			all = append(all, o.stored(l))
		}
	}
	for _, f := range rules.facts {
		all = append(all, o.facts(f)...)
	}
	if rules.identifiers {
		all = append(all, o.shared()...)
		all = append(all, o.calls()...)
	}
	return slices.DeleteFunc(all, func(e edgeAnswer) bool {
		return !o.wants(e.Kind) || !o.admits(e.From) || !o.admits(e.To)
	})
}

// incident lists the readable links of a kind at one end of an entity, whose other
// end is readable.
func (o *oracle) incident(rep graph.ID, kind graph.LinkKind) (links []graph.Link, far []graph.ID) {
	for _, id := range o.links {
		l := o.world.links[id]
		from, to := o.rep[l.From], o.rep[l.To]
		if !o.read(l) || l.Kind != kind || !o.standing(from) || !o.standing(to) || (from != rep && to != rep) {
			continue
		}
		links = append(links, l)
		if from == rep {
			far = append(far, to)
		} else {
			far = append(far, from)
		}
	}
	return links, far
}

func (o *oracle) facts(f fact) []edgeAnswer {
	var out []edgeAnswer
	for _, rep := range keysOf(o.entities) {
		e := o.entities[rep]
		if e.Kind != f.kind || !o.standing(rep) {
			continue
		}
		account := func(id graph.ID) bool { return slices.Contains(accountKinds, o.entities[id].Kind) }
		sources, payers := o.incident(rep, f.source)
		targets, payees := o.incident(rep, f.target)
		at, amount, quantity := o.figures(e)
		for i, s := range sources {
			for j, t := range targets {
				if payers[i] == payees[j] ||
					(!account(payers[i]) && slices.ContainsFunc(payers, account)) || (!account(payees[j]) && slices.ContainsFunc(payees, account)) {
					continue
				}
				out = append(out, edgeAnswer{
					From: payers[i], To: payees[j], Kind: kindOfRule[f.rule],
					Origin: Origin{Links: []graph.ID{s.ID, t.ID}, Rule: f.rule, Fact: rep}, At: firstOf(t.At, s.At, at),
					Confidence: min(s.Confidence, t.Confidence), Numbers: numbers(amount, quantity, t, s),
				})
			}
		}
	}
	return out
}

func firstOf(instants ...graph.Instant) graph.Instant {
	for _, at := range instants {
		if at != graph.NoInstant {
			return at
		}
	}
	return graph.NoInstant
}

// figures are those of the best record that has them.
func (o *oracle) figures(e graph.Entity) (graph.Instant, float64, float64) {
	records := slices.Clone(e.Records)
	i := slices.IndexFunc(records, func(r graph.Record) bool { return r.ID == bestOf(e) })
	records[0], records[i] = records[i], records[0]
	slices.SortFunc(records[1:], func(a, b graph.Record) int { return a.ID.Compare(b.ID) })
	at, amount, quantity := graph.NoInstant, math.NaN(), math.NaN()
	for _, r := range records {
		t, a, q := figures(&r)
		at, amount, quantity = firstOf(at, t), orElse(amount, a), orElse(quantity, q)
	}
	contents := math.NaN()
	links, _ := o.incident(e.ID, "CONTAINS")
	for _, l := range links {
		if o.rep[l.From] == e.ID && l.Quantity != nil {
			contents = orElse(contents, 0) + *l.Quantity
		}
	}
	return at, amount, orElse(contents, quantity)
}

// bestOf returns the record that gives an entity kind and name: removing any other
// must not change them, so it is found by ranking pairs with Fuse.
func bestOf(e graph.Entity) graph.ID {
	best := e.Records[0]
	for _, r := range e.Records[1:] {
		a, b := best, r
		a.Name, b.Name = "a", "b"
		if graph.Fuse([]graph.Record{a, b}).Name == "b" {
			best = r
		}
	}
	return best.ID
}

// users lists who uses an identifier: each user's least link.
func (o *oracle) users(rep graph.ID) []graph.Link {
	if o.entities[rep].Kind != identifier || !o.standing(rep) {
		return nil
	}
	var out []graph.Link
	seen := map[graph.ID]bool{}
	for _, id := range o.links {
		l := o.world.links[id]
		from, to := o.rep[l.From], o.rep[l.To]
		if o.read(l) && l.Kind == usesIdentifier && to == rep && from != rep && o.admits(from) && !seen[from] {
			seen[from] = true
			out = append(out, l)
		}
	}
	return out
}

func (o *oracle) shared() []edgeAnswer {
	var out []edgeAnswer
	for _, rep := range keysOf(o.entities) {
		users := o.users(rep)
		for i, a := range users {
			for _, b := range users[i+1:] {
				out = append(out, edgeAnswer{
					From: o.rep[a.From], To: o.rep[b.From], Kind: SharesIdentifier,
					Origin: Origin{Links: []graph.ID{a.ID, b.ID}, Rule: RuleIdentifier, Fact: rep}, At: graph.NoInstant,
					Confidence: min(a.Confidence, b.Confidence), Numbers: [3]float64{-1, -1, -1},
				})
			}
		}
	}
	return out
}

func (o *oracle) calls() []edgeAnswer {
	var out []edgeAnswer
	for _, id := range o.links {
		call := o.world.links[id]
		from, to := o.rep[call.From], o.rep[call.To]
		if !o.read(call) || call.Kind != CommunicatedWith || !o.standing(from) || !o.standing(to) {
			continue
		}
		callers, called := o.users(from), o.users(to)
		if len(callers)+len(called) == 0 {
			out = append(out, o.stored(call))
			continue
		}
		if len(callers) == 0 {
			callers = []graph.Link{{From: from}}
		}
		if len(called) == 0 {
			called = []graph.Link{{From: to}}
		}
		for _, a := range callers {
			for _, b := range called {
				if o.rep[a.From] == o.rep[b.From] {
					continue
				}
				e := o.stored(call)
				e.From, e.To, e.Origin = o.rep[a.From], o.rep[b.From], Origin{Rule: RuleCall}
				for _, l := range []graph.Link{a, call, b} {
					if !l.ID.IsZero() {
						e.Origin.Links = append(e.Origin.Links, l.ID)
						e.Confidence = min(e.Confidence, l.Confidence)
					}
				}
				out = append(out, e)
			}
		}
	}
	return out
}
