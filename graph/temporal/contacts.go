package temporal

import (
	"cmp"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Contact is one event between two nodes, or a time in which it can happen. Instants
// and durations share a unit, which is the caller's.
type Contact struct {
	From, To         network.NodeIndex
	Depart, Duration int64
	// Window is how much later than Depart it can depart as well: 0 for an event.
	Window int64
	// Link is the link that it stands for, for the caller.
	Link network.EdgeIndex
}

// Forever is the Depart of a contact that could always depart, with a Window of
// 2·−Forever.
const Forever int64 = -limit

// Arrive returns the first instant at which it can be over.
func (c Contact) Arrive() int64 { return c.Depart + c.Duration }

// Contacts is an immutable list in the order of departure, ties in the order given.
// It takes 44 bytes a contact.
type Contacts struct {
	nodes     int
	list      []Contact
	byArrival []int32 // places of contacts, ties by place
	windows   bool    // some last longer than an instant
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
		case c.Duration < 0 || c.Window < 0:
			return nil, graph.Errorf(graph.BadUserInput, "contacts: a duration is %d, and none can be negative", min(c.Duration, c.Window))
		case c.Depart < -limit || c.Depart > limit || c.Duration > limit || c.Depart+min(c.Window, 2*limit+1) > limit:
			return nil, graph.Errorf(graph.BadUserInput, "contacts: a time is beyond what can be counted")
		}
	}
	slices.SortStableFunc(list, func(a, b Contact) int { return cmp.Compare(a.Depart, b.Depart) })
	c := &Contacts{nodes: nodes, list: list, byArrival: make([]int32, len(list))}
	for i := range list {
		c.byArrival[i] = int32(i)
		c.windows = c.windows || list[i].Window > 0
	}
	slices.SortStableFunc(c.byArrival, func(a, b int32) int { return cmp.Compare(list[a].Arrive(), list[b].Arrive()) })
	return c, nil
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
