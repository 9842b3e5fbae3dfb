package tracing

import (
	"context"
	"math/bits"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Policy says which part of what an account holds a payment is made of.
type Policy string

// The policies.
const (
	// Poison taints whatever touches taint: an account that holds any pays with
	// nothing else (Möser, Böhme and Breuker 2014). It bounds from above and does not
	// add up: tainted money is counted more than once.
	Poison Policy = "POISON"
	// Haircut takes taint in proportion to what is held (Möser, Böhme and Breuker
	// 2014), rounded down to a whole unit; whoever pays all pays all taint.
	Haircut Policy = "HAIRCUT"
	// FIFO pays what came first (Clayton's case, 1816; Anderson, Shumailov and Ahmed
	// 2018).
	FIFO Policy = "FIFO"
	// LIFO pays what came last.
	LIFO Policy = "LIFO"
)

// Policies lists all policies, the widest first.
func Policies() []Policy { return []Policy{Poison, Haircut, FIFO, LIFO} }

// Sources is the money that is followed.
type Sources struct {
	// Accounts: all that they hold and receive is tainted.
	Accounts []network.NodeIndex
	// Transfers, by position: what they move is tainted when it arrives.
	Transfers []int
}

// Trace is where tainted money went.
type Trace struct {
	// Injected is how much clean money became tainted: at the sources alone.
	Injected int64
	// Transfers holds the tainted part of each transfer on its arrival.
	Transfers []int64
	// Received, Paid and Held are the tainted part of what each account received, paid
	// and held after the last transfer. Held adds up to Injected, but for Poison.
	Received, Paid, Held []int64
}

// Run follows the money of the sources through a ledger. Time is in the transfers
// for Poison and Haircut, and for FIFO and LIFO in the runs of equally tainted money
// that transfers move, which may be many where money was often mixed; memory is in
// the accounts, the transfers, and the runs that are held.
//
// Errors: those of Ledger.Balances, BAD_USER_INPUT for an unknown policy, account or
// transfer; the end of ctx.
func Run(ctx context.Context, l *Ledger, s Sources, policy Policy) (*Trace, error) {
	opening, _, err := l.Balances()
	if err != nil {
		return nil, err
	}
	r, err := newRun(l, s)
	if err != nil {
		return nil, err
	}
	switch policy {
	case Poison, Haircut:
		r.funds = newPools(opening, policy == Poison)
	case FIFO, LIFO:
		r.funds = newQueues(opening, policy == LIFO)
	default:
		return nil, graph.Errorf(graph.BadUserInput, "policy: there is no %q", policy)
	}
	for v, source := range r.source {
		if source {
			r.trace.Injected += r.funds.taint(v)
		}
	}
	for i, t := range l.Transfers {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		r.transfer(i, t)
	}
	for v := range r.trace.Held {
		r.trace.Held[v] = r.funds.held(v)
	}
	return r.trace, nil
}

// checkEvery is how many transfers pass between two looks at the context.
const checkEvery = 1 << 12

// funds is what accounts hold, in parts as the policy needs.
type funds interface {
	// taint makes all that is held tainted, and returns how much was clean.
	taint(account int) int64
	// move pays an amount that is held, and returns its tainted part; if tainting,
	// all of it arrives tainted.
	move(from, to int, amount int64, tainting bool) int64
	held(account int) int64
}

// run is one trace.
type run struct {
	trace  *Trace
	funds  funds
	source []bool // accounts
	marked map[int]bool
}

func newRun(l *Ledger, s Sources) (*run, error) {
	n := l.Accounts
	r := &run{source: make([]bool, n), marked: make(map[int]bool, len(s.Transfers)), trace: &Trace{
		Transfers: make([]int64, len(l.Transfers)), Received: make([]int64, n), Paid: make([]int64, n), Held: make([]int64, n),
	}}
	for _, v := range s.Accounts {
		if int(v) >= n {
			return nil, graph.Errorf(graph.BadUserInput, "from: there is no account %d", v)
		}
		r.source[v] = true
	}
	for _, i := range s.Transfers {
		if i < 0 || i >= len(l.Transfers) {
			return nil, graph.Errorf(graph.BadUserInput, "from: there is no transfer %d", i)
		}
		r.marked[i] = true
	}
	return r, nil
}

func (r *run) transfer(i int, t Transfer) {
	if t.From == t.To || t.Amount == 0 {
		return
	}
	from, to := int(t.From), int(t.To)
	tainting := r.marked[i] || r.source[to]
	paid := r.funds.move(from, to, t.Amount, tainting)
	received := paid
	if tainting {
		r.trace.Injected += t.Amount - paid
		received = t.Amount
	}
	r.trace.Paid[from] += paid
	r.trace.Received[to] += received
	r.trace.Transfers[i] = received
}

// pools hold clean and tainted money mixed.
type pools struct {
	balance, tainted []int64
	poison           bool
}

func newPools(opening []int64, poison bool) *pools {
	return &pools{balance: opening, tainted: make([]int64, len(opening)), poison: poison}
}

func (p *pools) held(v int) int64 { return p.tainted[v] }

func (p *pools) taint(v int) int64 {
	clean := p.balance[v] - p.tainted[v]
	p.tainted[v] = p.balance[v]
	return clean
}

func (p *pools) move(from, to int, amount int64, tainting bool) int64 {
	paid := p.part(from, amount)
	p.balance[from] -= amount
	p.tainted[from] -= paid
	p.balance[to] += amount
	p.tainted[to] += paid
	if tainting {
		p.tainted[to] += amount - paid
	}
	if p.poison && p.tainted[to] > 0 {
		p.tainted[to] = p.balance[to]
	}
	return paid
}

// part returns the tainted part of an amount that v pays.
func (p *pools) part(v int, amount int64) int64 {
	if p.tainted[v] == 0 {
		return 0
	}
	high, low := bits.Mul64(uint64(amount), uint64(p.tainted[v]))
	part, _ := bits.Div64(high, low, uint64(p.balance[v])) // amount ≤ balance: the quotient fits
	return int64(part)
}
