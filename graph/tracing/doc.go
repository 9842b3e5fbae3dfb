// Package tracing follows money through a ledger: how much of what an account holds
// came from given accounts or transfers, and where theirs went.
//
// A ledger is a list of transfers in the order of time. What leaves an account is
// taken from what it holds, and a Policy says which part that is; so results depend
// on the policy, and none is the truth. Amounts are whole numbers of the smallest
// unit of one currency, and nothing is rounded away: under every policy but Poison
// the money that entered as tainted is, to the unit, what is held as tainted.
//
// What accounts held before the first transfer is mostly not known. An account that
// is not said to have opened with more opens with the least that covers what it pays.
//
// Backwards, a trace runs on the ledger read from its end: each transfer returns to
// who paid it, and what an account holds at the end is what it opens with. FIFO and
// LIFO are their own reverse, so that forwards and backwards agree to the unit;
// Haircut is not, and answers a question of its own: from whom, in proportion, came
// what there is.
package tracing
