package session

import (
	"testing"

	"github.com/chokepoint/chokepoint/graph"
)

func amounts(list ...graph.Decimal) (out []transfer) {
	for _, a := range list {
		out = append(out, transfer{amount: a})
	}
	return out
}

func TestUnitIsTheSmallestThatCanBeCounted(t *testing.T) {
	for _, c := range []struct {
		list []transfer
		unit graph.Decimal
	}{
		{amounts(), "1"},
		{amounts("7", "1000000"), "1"},
		{amounts("7.5", "0.25"), "0.01"},
		{amounts("1.000000000000000001", "1"), "0.000000000000000001"},
		// Of eighteen decimals some two ether can be counted, of a thousand ether fifteen.
		{amounts("1000.000000000000000001", "2"), "0.000000000000001"},
		{amounts("2000000000000000000.25"), "1"},
	} {
		d := unitOf(c.list)
		if got := d.unit(); got != c.unit {
			t.Errorf("%v is counted in %s, want %s", c.list, got, c.unit)
		}
		total := int64(0)
		for _, p := range c.list {
			n, _, err := d.units(p.amount)
			if err != nil || n < 0 {
				t.Errorf("%s: %d, %v", p.amount, n, err)
			}
			if total += n; total < 0 || total > 1<<countable {
				t.Errorf("%v add up to %d", c.list, total)
			}
		}
	}
}

func TestUnitsRoundDown(t *testing.T) {
	for _, c := range []struct {
		amount  graph.Decimal
		units   int64
		rounded bool
	}{
		{"12", 1200, false}, {"12.3", 1230, false}, {"12.34", 1234, false}, {"12.340", 1234, false}, {"12.349", 1234, true}, {"0.001", 0, true},
	} {
		n, rounded, err := decimals(2).units(c.amount)
		if n != c.units || rounded != c.rounded || err != nil {
			t.Errorf("%s: %d, %v, %v", c.amount, n, rounded, err)
		}
	}
	if _, _, err := decimals(0).units("99999999999999999999"); graph.CodeOf(err) != graph.BadUserInput {
		t.Errorf("too large: %v", err)
	}
}
