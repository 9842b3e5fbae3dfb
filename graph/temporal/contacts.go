package temporal

import (
	"cmp"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Contact is one event between two nodes. Instants and durations share a unit, which
// is the caller's.
type Contact struct {
	From, To         network.NodeIndex
	Depart, Duration int64
	// Link is the link that it stands for, for the caller.
	Link network.EdgeIndex
}

// Arrive returns the instant at which it is over.
func (c Contact) Arrive() int64 { return c.Depart + c.Duration }

// Contacts is an immutable list in the order of departure, ties in the order given.
// It takes 32 bytes a contact.
type Contacts struct {
	nodes int
	list  []Contact
}

// limit bounds instants, durations and waits, so that sums of three fit.
const limit = math.MaxInt64 / 4

// NewContacts orders contacts among nodes 0 … nodes−1. It keeps the list.
// O(m log m). Errors: BAD_USER_INPUT for a node that there is not, a negative
// duration, or a time beyond 2^61 units.
func NewContacts(nodes int, list []Contact) (*Contacts, error) {
	for _, c := range list {
		switch {
		case int(c.From) >= nodes || int(c.To) >= nodes:
			return nil, graph.Errorf(graph.BadUserInput, "contacts: there is no node %d", max(c.From, c.To))
		case c.Duration < 0:
			return nil, graph.Errorf(graph.BadUserInput, "contacts: a duration is %d, and none can be negative", c.Duration)
		case c.Depart < -limit || c.Depart > limit || c.Duration > limit:
			return nil, graph.Errorf(graph.BadUserInput, "contacts: a time is beyond what can be counted")
		}
	}
	slices.SortStableFunc(list, func(a, b Contact) int { return cmp.Compare(a.Depart, b.Depart) })
	return &Contacts{nodes, list}, nil
}

// Len returns how many contacts there are.
func (c *Contacts) Len() int { return len(c.list) }

// At returns a contact by its place in the order of departure.
func (c *Contacts) At(i int) Contact { return c.list[i] }

// Criterion says which of several paths is best.
type Criterion string

// The criteria. Ties are broken by what stands after them, then by the order of
// contacts.
const (
	// EarliestArrival is first there; then with the fewest contacts.
	EarliestArrival Criterion = "EARLIEST_ARRIVAL"
	// LatestDeparture sets out last and arrives in the window; then first there.
	LatestDeparture Criterion = "LATEST_DEPARTURE"
	// Fastest takes the least time from its departure to its arrival; then first there.
	Fastest Criterion = "FASTEST"
	// FewestHops has the fewest contacts; then first there.
	FewestHops Criterion = "FEWEST_HOPS"
)

// Options bound a search. Start from Unbounded.
type Options struct {
	// Start and End bound the window: no contact departs before or arrives after.
	Start, End int64
	// MinWait and MaxWait bound the time between an arrival and the next departure.
	MinWait, MaxWait int64
	// Strict orders contacts by departures that differ, and has each depart after the
	// one before has arrived, not in the same instant.
	Strict bool
}

// Unbounded returns the options of a search at any time, with any wait.
func Unbounded() Options { return Options{Start: -limit, End: 2 * limit, MaxWait: 2 * limit} }

func (o Options) check() error {
	switch {
	case o.MinWait < 0 || o.MaxWait < 0:
		return graph.Errorf(graph.BadUserInput, "wait: no limit can be negative")
	case o.MinWait > limit:
		return graph.Errorf(graph.BadUserInput, "wait: the least wait is beyond what can be counted")
	case o.MinWait > o.MaxWait:
		return graph.Errorf(graph.BadUserInput, "wait: the least wait is longer than the longest")
	case o.Start > o.End:
		return graph.Errorf(graph.BadUserInput, "window: it ends before it starts")
	}
	return nil
}
