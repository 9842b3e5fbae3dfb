package pattern

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Kind names a shape.
type Kind string

// The kinds. Layers of a Pattern are listed behind each.
const (
	// Cycle comes back to where it began and repeats no account: the accounts in the
	// order of time.
	Cycle Kind = "CYCLE"
	// FanIn pays one account from many: the payers; the account.
	FanIn Kind = "FAN_IN"
	// FanOut pays many from one account: the account; the payees.
	FanOut Kind = "FAN_OUT"
	// GatherScatter pays an account from many, which then pays many: the payers; the
	// account; the payees.
	GatherScatter Kind = "GATHER_SCATTER"
	// ScatterGather pays many, of whom each then pays the same account: the first
	// payer; those between; the last payee.
	ScatterGather Kind = "SCATTER_GATHER"
	// Stack pays from all of a layer to all of the next, twice: three layers.
	Stack Kind = "STACK"
)

// Kinds lists all kinds.
func Kinds() []Kind { return []Kind{Cycle, FanIn, FanOut, GatherScatter, ScatterGather, Stack} }

// Transfer is one payment, at an instant in a unit that is the caller's. Payments of
// an account to itself belong to no pattern.
type Transfer struct {
	From, To network.NodeIndex
	At       int64
	Amount   int64
}

// Options bound a search. All are required.
type Options struct {
	// Window is the longest time from the first transfer of a pattern to its last.
	Window int64
	// MinAmount leaves out smaller transfers.
	MinAmount int64
	// Tolerance is how much of the money may be missing or added from one step to the
	// next, as a share of what arrived; +Inf asks for no amounts. In a cycle a step
	// is a transfer, elsewhere what an account in the middle received in the pattern.
	Tolerance float64
	// MaxLength bounds the transfers of a cycle, at least 2.
	MaxLength int
	// MinFan is how many accounts gather or scatter, at least 2. A stack has at least
	// two in every layer.
	MinFan int
	// HubCap bounds the transfers of an account, both ways, after MinAmount: one with
	// more is a hub. Hubs may stand at the rim of a fan, but not inside a pattern.
	HubCap int
	// MaxPatterns bounds the patterns of a kind, MaxSteps the transfers looked at for
	// a kind.
	MaxPatterns int
	MaxSteps    int64
	// Strict wants the transfers of a cycle at instants that differ, and what an
	// account pays later than what it receives, not in the same instant.
	Strict bool
}

// Pattern is one shape.
type Pattern struct {
	Kind       Kind
	Layers     [][]network.NodeIndex // see Kind; by number, those of a cycle by time
	Transfers  []int                 // positions in the list searched, by time
	Start, End int64
	// Amount is what the first layer paid.
	Amount int64
}

// Found is what a search found.
type Found struct {
	// Patterns in the order of kinds asked for, then of time.
	Patterns []Pattern
	// Hubs were not looked through; HubTransfers is how many transfers they have.
	Hubs         []network.NodeIndex
	HubTransfers int
	// Truncated holds the kinds of which there may be more: MaxPatterns or MaxSteps
	// was reached.
	Truncated []Kind
}

func (o Options) check() error {
	switch {
	case o.Window < 0 || o.Window > math.MaxInt64/4:
		return graph.Errorf(graph.BadUserInput, "window: %d is not a length of time", o.Window)
	case !(o.Tolerance >= 0):
		return graph.Errorf(graph.BadUserInput, "tolerance: %v is not a share from 0 on", o.Tolerance)
	case o.MaxLength < 2:
		return graph.Errorf(graph.BadUserInput, "maxLength: %d is less than 2", o.MaxLength)
	case o.MinFan < 2:
		return graph.Errorf(graph.BadUserInput, "minFan: %d is less than 2", o.MinFan)
	case o.HubCap < 1 || o.MaxPatterns < 1 || o.MaxSteps < 1:
		return graph.Errorf(graph.BadUserInput, "hubCap and the bounds of a search must be 1 at least")
	}
	return nil
}

// Find searches transfers among accounts 0 … accounts−1 for patterns of the kinds.
// Time grows with the transfers that lie within a window of each other around an
// account, and for cycles with the ways that can still come back in time; memory is
// 40 bytes a transfer and what is found.
//
// Errors: BAD_USER_INPUT for an account, kind or option that there is not; the end of
// ctx.
func Find(ctx context.Context, accounts int, list []Transfer, kinds []Kind, opt Options) (*Found, error) {
	if err := opt.check(); err != nil {
		return nil, err
	}
	s, err := newSearch(ctx, accounts, list, opt)
	if err != nil {
		return nil, err
	}
	searches := map[Kind]func(){
		Cycle: s.cycles, FanIn: s.fansIn, FanOut: s.fansOut, GatherScatter: s.gatherScatters,
		ScatterGather: s.scatterGathers, Stack: s.stacks,
	}
	for _, kind := range kinds {
		search := searches[kind]
		if search == nil {
			return nil, graph.Errorf(graph.BadUserInput, "kinds: there is no %q", kind)
		}
		s.kind, s.steps, s.patterns, s.done = kind, 0, nil, false
		search()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		s.finish()
	}
	return s.found, nil
}

// search holds the transfers that count in the order of time, and where each account
// has its own.
type search struct {
	ctx   context.Context
	opt   Options
	found *Found

	list    []Transfer
	place   []int32 // of each in the caller's list
	out, in adjacency
	hub     []bool

	kind     Kind
	steps    int64
	patterns []Pattern
	done     bool
	marks    []uint32 // a set of accounts: those whose mark is round
	round    uint32
}

// mark empties the set of marked accounts.
func (s *search) mark() {
	if s.marks == nil {
		s.marks = make([]uint32, len(s.hub))
	}
	if s.round++; s.round == 0 { // after 2^32 sets
		clear(s.marks)
		s.round = 1
	}
}

// put marks an account, and says whether it was not marked.
func (s *search) put(v network.NodeIndex) bool {
	fresh := s.marks[v] != s.round
	s.marks[v] = s.round
	return fresh
}

// adjacency lists transfers by account, those of one account by time.
type adjacency struct {
	offsets []int32
	items   []int32
}

func (a adjacency) of(v network.NodeIndex) []int32 { return a.items[a.offsets[v]:a.offsets[v+1]] }

func newSearch(ctx context.Context, accounts int, list []Transfer, opt Options) (*search, error) {
	s := &search{ctx: ctx, opt: opt, found: &Found{}}
	for i, t := range list {
		if int(t.From) >= accounts || int(t.To) >= accounts {
			return nil, graph.Errorf(graph.BadUserInput, "transfers: there is no account %d", max(t.From, t.To))
		}
		if t.Amount >= opt.MinAmount && t.From != t.To {
			s.place = append(s.place, int32(i))
		}
	}
	slices.SortStableFunc(s.place, func(a, b int32) int { return cmp.Compare(list[a].At, list[b].At) })
	s.list = make([]Transfer, len(s.place))
	for i, at := range s.place {
		s.list[i] = list[at]
	}
	s.out = s.adjacency(accounts, func(t Transfer) network.NodeIndex { return t.From })
	s.in = s.adjacency(accounts, func(t Transfer) network.NodeIndex { return t.To })
	s.hub = make([]bool, accounts)
	for v := range network.NodeIndex(accounts) {
		if n := len(s.out.of(v)) + len(s.in.of(v)); n > opt.HubCap {
			s.hub[v] = true
			s.found.Hubs = append(s.found.Hubs, v)
		}
	}
	for _, t := range s.list {
		if s.hub[t.From] || s.hub[t.To] {
			s.found.HubTransfers++
		}
	}
	return s, nil
}

func (s *search) adjacency(accounts int, end func(Transfer) network.NodeIndex) adjacency {
	a := adjacency{make([]int32, accounts+1), make([]int32, len(s.list))}
	for _, t := range s.list {
		a.offsets[end(t)+1]++
	}
	for v := range accounts {
		a.offsets[v+1] += a.offsets[v]
	}
	next := slices.Clone(a.offsets)
	for i, t := range s.list {
		v := end(t)
		a.items[next[v]] = int32(i)
		next[v]++
	}
	return a
}

// window returns those of an account's transfers that happen from an instant until
// another, both included.
func (s *search) window(items []int32, from, until int64) []int32 {
	at := func(i int32, t int64) int { return cmp.Compare(s.list[i].At, t) }
	begin, _ := slices.BinarySearchFunc(items, from, at)
	items = items[begin:]
	end, _ := slices.BinarySearchFunc(items, until+1, at)
	return items[:end]
}

// after is the first instant at which something can follow.
func (s *search) after(at int64) int64 {
	if s.opt.Strict {
		return at + 1
	}
	return at
}

// checkEvery is how many steps pass between two looks at the context.
const checkEvery = 1 << 14

// step counts a transfer that is looked at, and says whether to go on.
func (s *search) step() bool {
	s.steps++
	if s.steps%checkEvery == 0 && s.ctx.Err() != nil || s.steps > s.opt.MaxSteps {
		s.done = true
	}
	return !s.done
}

// agrees says whether what is paid onwards fits what arrived.
func (s *search) agrees(arrived, paid int64) bool {
	return math.IsInf(s.opt.Tolerance, 1) || math.Abs(float64(arrived)-float64(paid)) <= s.opt.Tolerance*float64(arrived)
}

// add keeps a pattern; transfers are places in s.list.
func (s *search) add(layers [][]network.NodeIndex, transfers []int32) {
	if len(s.patterns) == s.opt.MaxPatterns {
		s.done = true
		return
	}
	slices.Sort(transfers)
	p := Pattern{Kind: s.kind, Layers: layers, Transfers: make([]int, len(transfers))}
	first := map[network.NodeIndex]bool{}
	for _, v := range layers[0] {
		first[v] = s.kind != Cycle || v == layers[0][0]
	}
	for i, t := range transfers {
		p.Transfers[i] = int(s.place[t])
		if first[s.list[t].From] {
			p.Amount += s.list[t].Amount
		}
	}
	p.Start, p.End = s.list[transfers[0]].At, s.list[transfers[len(transfers)-1]].At
	s.patterns = append(s.patterns, p)
}

// finish puts the patterns of a kind in the order of time.
func (s *search) finish() {
	slices.SortStableFunc(s.patterns, func(a, b Pattern) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), slices.Compare(a.Transfers, b.Transfers))
	})
	s.found.Patterns = append(s.found.Patterns, s.patterns...)
	if s.done {
		s.found.Truncated = append(s.found.Truncated, s.kind)
	}
}
