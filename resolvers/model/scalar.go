package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/99designs/gqlgen/graphql"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
)

// MarshalID writes the text form; the zero ID as null.
func MarshalID(id graph.ID) graphql.Marshaler {
	if id.IsZero() {
		return graphql.Null
	}
	return quoted(id.String())
}

// UnmarshalID reads the text form. Any other text is the zero ID, which names
// nothing: a malformed id is missing, not wrong.
func UnmarshalID(v any) (graph.ID, error) {
	text, err := graphql.UnmarshalID(v)
	id, _ := graph.ParseID(text)
	return id, err
}

// MarshalInt writes a number.
func MarshalInt(n int) graphql.Marshaler { return graphql.MarshalInt(n) }

// UnmarshalInt reads a number of 32 bits, which is all that GraphQL allows. Null
// is no number: gqlgen would read 0 where null stands in place of a default.
func UnmarshalInt(v any) (int, error) {
	if v == nil {
		return 0, errNull
	}
	n, err := graphql.UnmarshalInt32(v)
	return int(n), err
}

// MarshalFloat writes a number as encoding/json does; NaN and infinities, which
// JSON lacks, as null.
func MarshalFloat(f float64) graphql.Marshaler {
	text, err := json.Marshal(f)
	if err != nil {
		return graphql.Null
	}
	return graphql.WriterFunc(func(w io.Writer) { _, _ = w.Write(text) })
}

// UnmarshalFloat reads a finite number. Null is no number; see [UnmarshalInt].
func UnmarshalFloat(v any) (float64, error) {
	if _, isText := v.(string); v == nil || isText {
		return 0, errNull
	}
	return graphql.UnmarshalFloat(v)
}

var errNull = errors.New("a number is needed here")

// MarshalDateTime writes RFC 3339 in UTC; NoInstant as null.
func MarshalDateTime(i graph.Instant) graphql.Marshaler {
	if i == graph.NoInstant {
		return graphql.Null
	}
	return quoted(i.String())
}

// UnmarshalDateTime reads RFC 3339 or the date of it.
func UnmarshalDateTime(v any) (graph.Instant, error) {
	if text, ok := v.(string); ok {
		if i, ok := graph.ParseInstant(text); ok {
			return i, nil
		}
	}
	return graph.NoInstant, fmt.Errorf("not a time such as 2024-03-01T09:30:00Z")
}

// MarshalDecimal writes a string; "" as null.
func MarshalDecimal(d graph.Decimal) graphql.Marshaler {
	if d == "" {
		return graphql.Null
	}
	return quoted(string(d))
}

// UnmarshalDecimal reads a string, not a number: that would be rounded already.
func UnmarshalDecimal(v any) (graph.Decimal, error) {
	if text, ok := v.(string); ok {
		if d, ok := graph.ParseDecimal(text); ok {
			return d, nil
		}
	}
	return "", fmt.Errorf("not a string that holds a decimal number, such as \"1250.50\"")
}

// PartialDate is a date known to the year, month or day; "" for none.
type PartialDate string

// MarshalPartialDate writes a string; "" as null.
func MarshalPartialDate(d PartialDate) graphql.Marshaler {
	if d == "" {
		return graphql.Null
	}
	return quoted(string(d))
}

// UnmarshalPartialDate reads a year, month or day.
func UnmarshalPartialDate(v any) (PartialDate, error) {
	if text, ok := v.(string); ok {
		if d, ok := ontology.PartialDate.Canonical(text); ok {
			return PartialDate(d), nil
		}
	}
	return "", fmt.Errorf("not a date such as 2019, 2019-04 or 2019-04-30")
}

// MarshalReliability writes the letter of the Admiralty code; 0 as null.
func MarshalReliability(grade byte) graphql.Marshaler {
	if grade < 'A' || grade > 'F' {
		return graphql.Null
	}
	return quoted(string(rune(grade)))
}

// UnmarshalReliability reads the letter of the Admiralty code.
func UnmarshalReliability(v any) (byte, error) {
	if text, ok := v.(string); ok && len(text) == 1 && text[0] >= 'A' && text[0] <= 'F' {
		return text[0], nil
	}
	return 0, fmt.Errorf("not a letter from A to F")
}

// quoted writes a string of plain ASCII.
func quoted(text string) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(text)) })
}
