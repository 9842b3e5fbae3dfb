package session

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
	"strings"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/graph/pattern"
	"github.com/chokepoint/chokepoint/projection"
)

// PatternQuery asks for shapes of laundering among the transfers of a scope.
type PatternQuery struct {
	Kinds []pattern.Kind
	// Window is in units of Unit microseconds.
	Window    float64
	Unit      int64
	MinAmount graph.Decimal // "" is 0
	Tolerance *float64      // nil asks for no amounts
	MaxLength int
	MinFan    int
	HubCap    int
	Strict    bool
	Currency  *string // nil is the only one in scope
	Scope     projection.Scope
}

// MoneyPattern is one shape: see [pattern.Kind] for its layers.
type MoneyPattern struct {
	Kind   pattern.Kind
	Layers [][]graph.ID
	// Transfers are the first of its transfers by time, TransferCount counts all.
	Transfers     []LinkView
	TransferCount int
	Start, End    graph.Instant
	Amount        graph.Decimal
}

// MoneyPatterns is the answer to a PatternQuery but for the page of patterns.
type MoneyPatterns struct {
	Currency           string
	Unit               graph.Decimal // see MoneyTrace
	Rounded            int
	Hubs, HubTransfers int
	HubAccounts        []graph.ID // the first of the hubs
	// Considered counts the transfers in the currency whose time and amount are known.
	Considered                 int
	WithoutTime, WithoutAmount int
	TruncatedBecause           string
	ComputedOn                 ComputedOn
}

// Bounds of a search for patterns.
const (
	maxCycle       = 12
	maxFan         = 1000
	maxHubCap      = 100_000
	maxPatterns    = 10_000
	patternSteps   = 200_000_000 // transfers looked at for a kind: some seconds
	shownTransfers = 100         // of a pattern
	shownHubs      = 25
)

func (q *PatternQuery) check() error {
	switch {
	case len(q.Kinds) == 0 || repeats(q.Kinds):
		return graph.Errorf(graph.BadUserInput, "kinds: name each at most once, and at least one")
	case q.MaxLength < 2 || q.MaxLength > maxCycle:
		return graph.Errorf(graph.BadUserInput, "maxLength: %d is not from 2 to %d", q.MaxLength, maxCycle)
	case q.MinFan < 2 || q.MinFan > maxFan:
		return graph.Errorf(graph.BadUserInput, "minFan: %d is not from 2 to %d", q.MinFan, maxFan)
	case q.HubCap < 1 || q.HubCap > maxHubCap:
		return graph.Errorf(graph.BadUserInput, "hubCap: %d is not from 1 to %d", q.HubCap, maxHubCap)
	}
	q.Scope = moneyScope(q.Scope)
	return checkScope(q.Scope)
}

func (q *PatternQuery) options(unit decimals) (opt pattern.Options, err error) {
	opt = pattern.Options{
		Tolerance: math.Inf(1), MaxLength: q.MaxLength, MinFan: q.MinFan, HubCap: q.HubCap,
		MaxPatterns: maxPatterns, MaxSteps: patternSteps, Strict: q.Strict,
	}
	if q.Tolerance != nil {
		opt.Tolerance = *q.Tolerance
	}
	if opt.Window, err = micros(q.Window, q.Unit, "window"); err != nil || q.MinAmount == "" {
		return opt, err
	}
	var between bool
	if opt.MinAmount, between, err = unit.units(q.MinAmount); between {
		opt.MinAmount++ // the least amount that is not smaller
	}
	return opt, err
}

// patterns is what was found in the transfers of a scope.
type patterns struct {
	found            *pattern.Found
	ids              []graph.ID // of the patterns: hashes over their transfers
	places           []int      // of the patterns in the order of pages
	transfers        []transfer
	currency         string
	unit             decimals
	rounded          int
	untimed, without int
}

func (p *patterns) size() int64 {
	n := int64(len(p.transfers)) * 64
	for _, f := range p.found.Patterns {
		n += 200 + 8*int64(len(f.Transfers))
	}
	return n
}

// MoneyPatterns returns a page of the patterns of a scope, by kind in the order asked
// for, then by their beginning. Store calls: what the transfers of a scope need once,
// and one for the links of the page.
func (s *Session) MoneyPatterns(ctx context.Context, q PatternQuery, page Page) (Paged[MoneyPattern], MoneyPatterns, error) {
	none := Paged[MoneyPattern]{}
	if err := q.check(); err != nil {
		return none, MoneyPatterns{}, err
	}
	scope := q.Scope
	how := q
	how.Scope = projection.Scope{}
	l := listing{operation: "moneyPatterns", arguments: digested([]any{how, scope})}
	if _, _, err := s.after(l, page); err != nil {
		return none, MoneyPatterns{}, err
	}
	p, g, err := computed(ctx, s, scope, "moneyPatterns", how, func(ctx context.Context, g *projection.Graph) (*patterns, error) {
		return s.patterns(ctx, g, q)
	})
	if err != nil {
		return none, MoneyPatterns{}, err
	}
	at := func(i int) position {
		f := &p.found.Patterns[i]
		key := []byte{byte(slices.Index(q.Kinds, f.Kind))}
		return position{string(binary.BigEndian.AppendUint64(key, uint64(f.Start)^1<<63)), p.ids[i]}
	}
	part, err := pageOf(s, l, p.places, at, page)
	if err != nil {
		return none, MoneyPatterns{}, err
	}
	out := Paged[MoneyPattern]{Cursor: part.Cursor, HasNextPage: part.HasNextPage, HasPreviousPage: part.HasPreviousPage, Total: part.Total}
	if out.Items, err = s.moneyPatterns(ctx, g, p, part.Items); err != nil {
		return none, MoneyPatterns{}, err
	}
	about := MoneyPatterns{
		Currency: p.currency, Unit: p.unit.unit(), Rounded: p.rounded, Hubs: len(p.found.Hubs), HubTransfers: p.found.HubTransfers,
		Considered: len(p.transfers), WithoutTime: p.untimed, WithoutAmount: p.without, ComputedOn: s.onNetwork(scope, g),
	}
	for _, n := range p.found.Hubs[:min(shownHubs, len(p.found.Hubs))] {
		about.HubAccounts = append(about.HubAccounts, g.Nodes[n])
	}
	if len(p.found.Truncated) > 0 {
		kinds := make([]string, len(p.found.Truncated))
		for i, k := range p.found.Truncated {
			kinds[i] = string(k)
		}
		about.TruncatedBecause = "the search for " + strings.Join(kinds, ", ") + " ended at its bound of patterns or steps; narrow the scope or the window"
	}
	return out, about, nil
}

func (s *Session) patterns(ctx context.Context, g *projection.Graph, q PatternQuery) (*patterns, error) {
	all, _, err := s.transfers(ctx, q.Scope)
	if err != nil {
		return nil, err
	}
	p := &patterns{untimed: all.untimed, without: all.unpriced}
	if p.transfers, p.currency, err = all.in(q.Currency); err != nil {
		return nil, err
	}
	p.unit = unitOf(p.transfers)
	list := make([]pattern.Transfer, len(p.transfers))
	for i, t := range p.transfers {
		from, to := g.Net.Ends(t.edge)
		amount, rounded, err := p.unit.units(t.amount)
		if err != nil {
			return nil, err
		}
		if rounded {
			p.rounded++
		}
		list[i] = pattern.Transfer{From: from, To: to, At: int64(t.at), Amount: amount}
	}
	opt, err := q.options(p.unit)
	if err != nil {
		return nil, err
	}
	if p.found, err = pattern.Find(ctx, g.Net.NumNodes(), list, q.Kinds, opt); err != nil {
		return nil, kernelError(ctx, err)
	}
	p.arrange(g, q.Kinds)
	return p, nil
}

// arrange names the patterns and puts them in the order of pages.
func (p *patterns) arrange(g *projection.Graph, kinds []pattern.Kind) {
	p.ids, p.places = make([]graph.ID, len(p.found.Patterns)), make([]int, len(p.found.Patterns))
	for i, f := range p.found.Patterns {
		hash := sha256.New()
		hash.Write([]byte(f.Kind))
		for _, t := range f.Transfers {
			id := g.LinkID(p.transfers[t].edge)
			hash.Write(id[:])
		}
		copy(p.ids[i][:], hash.Sum(nil))
		p.places[i] = i
	}
	slices.SortFunc(p.places, func(a, b int) int {
		x, y := &p.found.Patterns[a], &p.found.Patterns[b]
		return cmp.Or(cmp.Compare(slices.Index(kinds, x.Kind), slices.Index(kinds, y.Kind)), cmp.Compare(x.Start, y.Start), p.ids[a].Compare(p.ids[b]))
	})
}

// moneyPatterns names what some patterns consist of. One store call.
func (s *Session) moneyPatterns(ctx context.Context, g *projection.Graph, p *patterns, places []int) ([]MoneyPattern, error) {
	var edges []network.EdgeIndex
	list := make([]MoneyPattern, len(places))
	for i, place := range places {
		f := &p.found.Patterns[place]
		m := MoneyPattern{
			Kind: f.Kind, TransferCount: len(f.Transfers), Start: graph.Instant(f.Start), End: graph.Instant(f.End), Amount: p.unit.decimal(f.Amount),
		}
		for _, layer := range f.Layers {
			ids := make([]graph.ID, len(layer))
			for k, v := range layer {
				ids[k] = g.Nodes[v]
			}
			m.Layers = append(m.Layers, ids)
		}
		for _, t := range f.Transfers[:min(shownTransfers, len(f.Transfers))] {
			edges = append(edges, p.transfers[t].edge)
		}
		list[i] = m
	}
	views, err := s.views(ctx, g, edges)
	if err != nil {
		return nil, err
	}
	for i := range list {
		n := min(shownTransfers, list[i].TransferCount)
		list[i].Transfers, views = views[:n:n], views[n:]
	}
	return list, nil
}
