package scenario

import "time"

// Answers says what analyses must find in the generated data. The files that are
// imported hold nothing of it.
type Answers struct {
	Seed  uint64 `json:"seed"`
	Size  int    `json:"size"`
	Nodes int    `json:"nodes"`
	Links int    `json:"links"`
	// Start and End bound every event.
	Start   time.Time `json:"start"`
	End     time.Time `json:"end"`
	Planted []Planted `json:"planted"`
}

// Planted is one question with its answer. Keys are those of the node lists; the
// API's IDs derive from dataset and key.
type Planted struct {
	Name     string `json:"name"`
	Question string `json:"question"`
	// Operation is the field of Query that answers: "chokepoints", "centrality",
	// "shortestPaths", or "moneyTrail" and "pattern" for what has none of its own.
	Operation        string   `json:"operation"`
	Objective        string   `json:"objective,omitempty"`
	Measure          string   `json:"measure,omitempty"`
	Budget           int      `json:"budget,omitempty"`
	CapacityProperty string   `json:"capacityProperty,omitempty"`
	Scope            Scope    `json:"scope"`
	From             []string `json:"from,omitempty"`
	To               []string `json:"to,omitempty"`
	// Expected lists keys: the chosen set of a plan, best first; the first of a
	// ranking; the nodes of a path in order. The answer is unique.
	Expected []string `json:"expected"`
	Hops     []Hop    `json:"hops,omitempty"`
	Before   *Figures `json:"before,omitempty"`
	After    *Figures `json:"after,omitempty"`
	// Margin is what the first score is at least, in multiples of the second.
	Margin float64 `json:"margin,omitempty"`
}

// Scope is the part of the API's Scope that a question sets.
type Scope struct {
	Projection  string `json:"projection"`
	Orientation string `json:"orientation"`
	During      *Span  `json:"during,omitempty"`
}

// Span is a time from Start up to and without End.
type Span struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// Hop is one step of a path and the facts that bear it: shipments or transfers.
type Hop struct {
	From     string    `json:"from"`
	To       string    `json:"to"`
	Facts    []string  `json:"facts"`
	At       time.Time `json:"at"` // of the first fact
	Amount   string    `json:"amount,omitempty"`
	Currency string    `json:"currency,omitempty"`
	Quantity float64   `json:"quantity,omitempty"`
	Unit     string    `json:"unit,omitempty"`
}

// Figures hold what a plan changes: the maximum flow, or the unordered pairs that
// a path joins.
type Figures struct {
	Flow           *float64 `json:"flow,omitempty"`
	ConnectedPairs *int64   `json:"connectedPairs,omitempty"`
}

func flow(f float64) *Figures { return &Figures{Flow: &f} }

func pairs(n int64) *Figures { return &Figures{ConnectedPairs: &n} }

var goodsNatural = Scope{Projection: "GOODS", Orientation: "NATURAL"}

// plantGoods states the cuts: each route's flow passes its neck, and the routes
// share nothing before the laboratories.
func (s *story) plantGoods() {
	units, kilos := make([]float64, 3), make([]float64, 3)
	var from []string
	for i, r := range s.routes {
		units[i] = float64(len(r.lots))
		for _, l := range r.lots {
			kilos[i] += l.kg
		}
		from = append(from, r.from...)
	}
	abroad := s.routes[0]
	cut := Planted{
		Name: "supply-cut", Question: "Which one firm stands between all makers abroad and all laboratories?", Operation: "chokepoints",
		Objective: "FLOW", Budget: 1, Scope: goodsNatural, From: abroad.from, To: s.labs, Expected: []string{abroad.neck}, Before: flow(units[0]), After: flow(0),
	}
	s.plant(cut)
	cut.Name, cut.Question, cut.CapacityProperty = "supply-cut-kg", "The same by quantity.", "quantity"
	cut.Before, cut.After = flow(kilos[0]), flow(0)
	s.plant(cut)
	to := append(append([]string{}, s.labs...), s.mills...)
	total := units[0] + units[1] + units[2]
	for budget := 1; budget <= 3; budget++ {
		left, expected := total, []string{}
		for i := range budget {
			left, expected = left-units[i], append(expected, s.routes[i].neck)
		}
		s.plant(Planted{
			Name: "supply-plan-" + string(rune('0'+budget)), Question: "Which firms, at most so many, if stopped leave the least flow from all sources to laboratories and press sites?",
			Operation: "chokepoints", Objective: "FLOW", Budget: budget, Scope: goodsNatural, From: from, To: to, Expected: expected, Before: flow(total), After: flow(left),
		})
	}
}

func (s *story) plant(p Planted) { s.answers.Planted = append(s.answers.Planted, p) }

// plantDiversion states the one shortest path of a licit chemical from the first
// exporter to the first laboratory, with the shipments of each hop.
func (s *story) plantDiversion() {
	home := s.routes[1]
	path := (&lot{route: home}).stops()
	answer := Planted{
		Name: "diversion-path", Question: "How does what this exporter sells reach this laboratory?", Operation: "shortestPaths", Scope: goodsNatural,
		From: path[:1], To: path[4:], Expected: path,
	}
	for i := range 4 {
		hop := Hop{From: path[i], To: path[i+1], Unit: "kg"}
		for _, l := range home.lots {
			if stops := l.stops(); stops[i] == hop.From && stops[i+1] == hop.To {
				hop.Facts, hop.Quantity = append(hop.Facts, l.shipments[i]), hop.Quantity+l.kg
				if hop.At.IsZero() || l.left[i].Before(hop.At) {
					hop.At = l.left[i]
				}
			}
		}
		answer.Hops = append(answer.Hops, hop)
	}
	s.plant(answer)
}
