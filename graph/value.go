package graph

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Instant is a point in time: microseconds since 1970-01-01T00:00:00Z.
type Instant int64

// NoInstant stands for an unknown or open instant. It sorts before all others.
const NoInstant Instant = math.MinInt64

// InstantOf returns the instant of t.
func InstantOf(t time.Time) Instant { return Instant(t.UnixMicro()) }

// Time returns the instant in UTC. It must not be NoInstant.
func (i Instant) Time() time.Time { return time.UnixMicro(int64(i)).UTC() }

// String returns RFC 3339 text in UTC, or "" for NoInstant.
func (i Instant) String() string {
	if i == NoInstant {
		return ""
	}
	return i.Time().Format(time.RFC3339Nano)
}

// instantForms are the texts ParseInstant reads, most specific first. A form
// without a zone is UTC; a partial date is its first instant.
var instantForms = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02", "2006-01", "2006"}

// ParseInstant reads RFC 3339 or a prefix of it ("2024-03-01", "2024-03", "2024").
func ParseInstant(text string) (Instant, bool) {
	for _, form := range instantForms {
		if t, err := time.Parse(form, text); err == nil {
			return InstantOf(t), true
		}
	}
	return NoInstant, false
}

// Decimal is an exact decimal number in canonical text ("1250.5", "-3"), or ""
// for none. Money is never a binary fraction.
type Decimal string

// MaxDecimal is the longest decimal accepted, in bytes.
const MaxDecimal = 40

// ParseDecimal reads digits with an optional sign and point. Leading and
// trailing zeros go, so that equal numbers have equal text.
func ParseDecimal(text string) (Decimal, bool) {
	s := strings.TrimSpace(text)
	negative := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(strings.TrimPrefix(s, "-"), "+")
	whole, fraction, _ := strings.Cut(s, ".")
	if len(s) > MaxDecimal || whole+fraction == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return "", false
	}
	whole = strings.TrimLeft(whole, "0")
	fraction = strings.TrimRight(fraction, "0")
	if whole == "" {
		whole = "0"
	}
	out := whole
	if fraction != "" {
		out += "." + fraction
	}
	if negative && out != "0" {
		out = "-" + out
	}
	return Decimal(out), true
}

// Float64 returns the nearest float64, and 0 for "".
func (d Decimal) Float64() float64 {
	f, err := strconv.ParseFloat(string(d), 64)
	if err != nil {
		return 0
	}
	return f
}

// Revision numbers the writes of a store: every batch is one, from 1 on. Zero is
// the empty store. Revisions never leave the service in the clear: how many
// there are tells of work that a viewer may not see.
type Revision uint64
