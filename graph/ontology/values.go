package ontology

import (
	"cmp"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/chokepoint/chokepoint/graph"
)

// canonicalValues brings the values of declared properties to canonical form.
func canonicalValues(h *graph.Header, kind *Kind) error {
	cloned := false
	for i, p := range h.Properties {
		declared := kind.properties[p.Name]
		if declared == nil || declared.Type == String {
			continue
		}
		for j, value := range p.Values {
			canonical, ok := declared.Type.Canonical(value)
			if !ok {
				return bad("%s: %q is not %s", p.Name, excerpt(value), declared.Type.wanted())
			}
			if canonical == value {
				continue
			}
			if !cloned { // what the caller shares stays as it is
				h.Properties, cloned = h.Properties.Clone(), true
			}
			h.Properties[i].Values[j] = canonical
		}
	}
	if cloned { // "1.0" and "1" may have become the same value
		h.Properties = h.Properties.Normalize()
	}
	return nil
}

// Canonical returns the one text that stands for a value of this type, so that
// equal values have equal text, and false if the text is no such value:
// numbers in shortest form, booleans as true and false, instants in RFC 3339 and
// UTC, partial dates as far as they are known.
func (t Type) Canonical(text string) (string, bool) {
	switch t {
	case Int:
		n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 32) // as wide as GraphQL's Int
		return strconv.FormatInt(n, 10), err == nil
	case Float:
		f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		return strconv.FormatFloat(f+0, 'g', -1, 64), err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
	case Boolean:
		return canonicalBoolean(text)
	case Decimal:
		d, ok := graph.ParseDecimal(text)
		return string(d), ok
	case DateTime:
		i, ok := graph.ParseInstant(strings.TrimSpace(text))
		return i.String(), ok && inCalendar(i)
	case PartialDate:
		return canonicalDate(strings.TrimSpace(text))
	default:
		return text, true
	}
}

func canonicalBoolean(text string) (string, bool) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "true", "yes", "1":
		return "true", true
	case "false", "no", "0":
		return "false", true
	}
	return "", false
}

// canonicalDate keeps a year, month or day as it is and reduces an instant to its
// day in UTC.
func canonicalDate(text string) (string, bool) {
	for _, form := range []string{"2006", "2006-01", "2006-01-02"} {
		if t, err := time.Parse(form, text); err == nil {
			return text, t.Year() > 0
		}
	}
	i, ok := graph.ParseInstant(text)
	if !ok || !inCalendar(i) {
		return "", false
	}
	return i.Time().Format(time.DateOnly), true
}

// wanted says what a value of the type looks like, for messages.
func (t Type) wanted() string {
	switch t {
	case Int:
		return "a whole number such as 40"
	case Float:
		return "a number such as 25.5"
	case Boolean:
		return "true or false"
	case Decimal:
		return "a decimal number such as 1250.50"
	case DateTime:
		return "a time such as 2024-03-01T09:30:00Z"
	default:
		return "a date such as 2019, 2019-04 or 2019-04-30"
	}
}

// Compare orders two texts as values of this type: numbers by their value, all
// else as text, which for instants and dates in canonical form is their order. A
// text that is no number comes before all that are.
func (t Type) Compare(a, b string) int {
	switch t {
	case Int, Float, Decimal:
		return cmp.Compare(number(a), number(b))
	default:
		return strings.Compare(a, b)
	}
}

func number(text string) float64 {
	f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil {
		return math.NaN() // before all numbers, by cmp.Compare
	}
	return f
}
