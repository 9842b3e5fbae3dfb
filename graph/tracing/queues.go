package tracing

import "slices"

// lot is money that is tainted as a whole or not at all.
type lot struct {
	amount  int64
	tainted bool
}

// queue holds lots in the order in which they came. Neighbours differ in taint.
type queue struct {
	lots  []lot
	first int // of what is left
}

// queues hold the money of accounts in lots. FIFO takes them from the front, LIFO
// from the back.
type queues struct {
	accounts []queue
	last     bool  // LIFO
	moving   []lot // scratch
}

func newQueues(opening []int64, last bool) *queues {
	q := &queues{accounts: make([]queue, len(opening)), last: last}
	for v, amount := range opening {
		q.accounts[v].push(lot{amount, false})
	}
	return q
}

func (q *queue) push(l lot) {
	if l.amount == 0 {
		return
	}
	if n := len(q.lots); n > q.first && q.lots[n-1].tainted == l.tainted {
		q.lots[n-1].amount += l.amount
		return
	}
	if q.first > 16 && q.first > len(q.lots)/2 { // half is spent
		q.lots = slices.Delete(q.lots, 0, q.first)
		q.first = 0
	}
	q.lots = append(q.lots, l)
}

// shift takes up to amount of the oldest lot.
func (q *queue) shift(amount int64) lot {
	l := &q.lots[q.first]
	if l.amount > amount {
		l.amount -= amount
		return lot{amount, l.tainted}
	}
	q.first++
	return *l
}

// pop takes up to amount of the newest lot.
func (q *queue) pop(amount int64) lot {
	l := &q.lots[len(q.lots)-1]
	if l.amount > amount {
		l.amount -= amount
		return lot{amount, l.tainted}
	}
	taken := *l
	q.lots = q.lots[:len(q.lots)-1]
	return taken
}

func (q *queues) held(v int) (tainted int64) {
	for _, l := range q.accounts[v].lots[q.accounts[v].first:] {
		if l.tainted {
			tainted += l.amount
		}
	}
	return tainted
}

func (q *queues) taint(v int) (clean int64) {
	a := &q.accounts[v]
	var all int64
	for _, l := range a.lots[a.first:] {
		all += l.amount
	}
	clean = all - q.held(v)
	*a = queue{}
	a.push(lot{all, true})
	return clean
}

// move implements funds. Lots arrive in the order in which they leave.
func (q *queues) move(from, to int, amount int64, tainting bool) (paid int64) {
	payer := &q.accounts[from]
	take := payer.shift
	if q.last {
		take = payer.pop
	}
	q.moving = q.moving[:0]
	for left := amount; left > 0; {
		l := take(left)
		left -= l.amount
		if l.tainted {
			paid += l.amount
		}
		q.moving = append(q.moving, l)
	}
	for _, l := range q.moving {
		q.accounts[to].push(lot{l.amount, l.tainted || tainting})
	}
	return paid
}
