package session

import (
	"cmp"
	"context"
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/projection"
)

// transfer is one payment of a network.
type transfer struct {
	edge     network.EdgeIndex
	at       graph.Instant
	amount   graph.Decimal
	currency string
}

// transfers are the payments of a network in the order of time, those of one instant
// by link ID. What has no time or no amount is counted: it cannot be followed.
type transfers struct {
	list              []transfer
	untimed, unpriced int
}

func (t *transfers) size() int64 { return int64(len(t.list)) * 64 }

// moneyScope reads a scope as questions about money do: of the layer MONEY unless it
// names a layer, and along the direction of payments.
func moneyScope(scope projection.Scope) projection.Scope {
	if scope.Layer == projection.All {
		scope.Layer = projection.Money
	}
	scope.Orientation = projection.Natural
	return scope
}

// transfers returns the payments of a scope. Amounts are read from the store, which
// alone has them to the last digit, once for a class, version and scope.
func (s *Session) transfers(ctx context.Context, scope projection.Scope) (*transfers, *projection.Graph, error) {
	s = s.remembering(false)
	return computed(ctx, s, scope, "transfers", nil, func(ctx context.Context, g *projection.Graph) (*transfers, error) {
		t := &transfers{}
		var edges []network.EdgeIndex
		for e := range network.EdgeIndex(g.Net.NumLinks()) {
			switch {
			case g.At(e) == graph.NoInstant:
				t.untimed++
			case math.IsNaN(g.Value(e, projection.Amount, math.NaN())):
				t.unpriced++
			default:
				edges = append(edges, e)
			}
		}
		for chunk := range slices.Chunk(edges, 4*propertyChunk) {
			views, err := s.views(ctx, g, chunk)
			if err != nil {
				return nil, err
			}
			for i := range views {
				if views[i].Sketch {
					return nil, ErrAway
				}
				t.take(g, chunk[i], &views[i])
			}
		}
		slices.SortFunc(t.list, func(a, b transfer) int {
			return cmp.Or(cmp.Compare(a.at, b.at), g.LinkID(a.edge).Compare(g.LinkID(b.edge)))
		})
		return t, nil
	})
}

// take adds what a link pays. An amount below zero is a payment that was taken back
// or written the wrong way round: nobody can tell.
func (t *transfers) take(g *projection.Graph, e network.EdgeIndex, v *LinkView) {
	if v.Amount == "" || strings.HasPrefix(string(v.Amount), "-") {
		t.unpriced++
		return
	}
	t.list = append(t.list, transfer{edge: e, at: g.At(e), amount: v.Amount, currency: v.Currency})
}

func severalCurrencies(names []string) error {
	words := "choose one"
	if names[0] == "" {
		words += ", \"\" for those that state none"
	}
	return graph.Errorf(graph.BadUserInput, "currency: the transfers of this scope are in %s; %s", strings.Join(quote(names), ", "), words)
}

// in returns the transfers of one currency. None named means the only one that there
// is.
func (t *transfers) in(currency *string) ([]transfer, string, error) {
	var names []string
	for _, p := range t.list {
		if !slices.Contains(names, p.currency) && len(names) < 10 {
			names = append(names, p.currency)
		}
	}
	slices.Sort(names)
	switch {
	case currency == nil && len(names) > 1:
		return nil, "", severalCurrencies(names)
	case currency == nil && len(names) == 0:
		return nil, "", nil
	case currency == nil:
		currency = &names[0]
	}
	var list []transfer
	for _, p := range t.list {
		if p.currency == *currency {
			list = append(list, p)
		}
	}
	return list, *currency, nil
}

func quote(names []string) []string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = `"` + name + `"`
	}
	return quoted
}

// decimals is the unit in which a list of amounts is counted: so many digits follow the
// point.
type decimals int

// unitOf returns the smallest unit that an amount has, or, where all of them in that
// would be more than the kernels count, the smallest in which they are not.
func unitOf(list []transfer) (d decimals) {
	for _, p := range list {
		_, fraction, _ := strings.Cut(string(p.amount), ".")
		d = max(d, decimals(len(fraction)))
	}
	total, ten := new(big.Int), big.NewInt(10)
	for _, p := range list {
		total.Add(total, d.count(p.amount))
	}
	for ; d > 0 && total.BitLen() > countable; d-- {
		total.Div(total, ten)
	}
	return d
}

// countable is the length in bits of sums of which the kernels count two: what is moved,
// and what is held.
const countable = 61

// count returns an amount in this unit, rounded down.
func (d decimals) count(amount graph.Decimal) *big.Int {
	whole, fraction, _ := strings.Cut(string(amount), ".")
	if missing := int(d) - len(fraction); missing > 0 {
		fraction += strings.Repeat("0", missing)
	}
	n, _ := new(big.Int).SetString(whole+fraction[:d], 10) // a Decimal is digits
	return n
}

// units returns an amount in this unit, rounded down, and whether that lost any.
func (d decimals) units(amount graph.Decimal) (units int64, rounded bool, err error) {
	n := d.count(amount)
	if !n.IsInt64() {
		return 0, false, graph.Errorf(graph.BadUserInput, "%s is too large to be counted exactly; narrow the scope", amount)
	}
	_, fraction, _ := strings.Cut(string(amount), ".")
	return n.Int64(), len(fraction) > int(d) && strings.Trim(fraction[d:], "0") != "", nil
}

// unit returns 1 of this unit.
func (d decimals) unit() graph.Decimal { return d.decimal(1) }

// decimal returns an amount of the smallest unit as a number. A sum may exceed what
// one amount may be.
func (d decimals) decimal(units int64) graph.Decimal {
	text := big.NewInt(units).String()
	if missing := int(d) + 1 - len(text); missing > 0 {
		text = strings.Repeat("0", missing) + text
	}
	at := len(text) - int(d)
	out, _ := graph.ParseDecimal(text[:at] + "." + text[at:])
	return out
}
