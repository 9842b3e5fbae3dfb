package csv

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/chokepoint/chokepoint/graph"
)

// Epoch gives integer times a meaning: step First is the instant Start, and each
// further step is Unit later. The zero Epoch gives them none.
type Epoch struct {
	Start time.Time
	Unit  Unit
	// Every is how many units one step is, 0 for one.
	Every int
	First int64
}

// Unit is a length of time by the calendar.
type Unit string

// The units of steps.
const (
	Microsecond Unit = "microsecond"
	Millisecond Unit = "millisecond"
	Second      Unit = "second"
	Minute      Unit = "minute"
	Hour        Unit = "hour"
	Day         Unit = "day"
	Week        Unit = "week"
	Month       Unit = "month"
	Year        Unit = "year"
)

// lengths of the units that have one.
var lengths = map[Unit]time.Duration{Microsecond: time.Microsecond, Millisecond: time.Millisecond, Second: time.Second, Minute: time.Minute, Hour: time.Hour, Day: 24 * time.Hour, Week: 7 * 24 * time.Hour}

// ParseEpoch reads "2024-01-01", or "2024-01-01/hour" for steps that are no days:
// an instant and one of the units.
func ParseEpoch(text string) (Epoch, error) {
	start, unit, _ := strings.Cut(text, "/")
	if unit == "" {
		unit = string(Day)
	}
	instant, ok := graph.ParseInstant(strings.TrimSpace(start))
	if !ok {
		return Epoch{}, graph.Errorf(graph.BadUserInput, "epoch: %q is not a time such as 2024-01-01 or 2024-01-01T00:00:00Z/hour", text)
	}
	e := Epoch{Start: instant.Time(), Unit: Unit(strings.ToLower(strings.TrimSpace(unit)))}
	return e, e.check()
}

func (e Epoch) isZero() bool { return e.Unit == "" }

func (e Epoch) check() error {
	if _, ok := lengths[e.Unit]; !ok && e.Unit != Month && e.Unit != Year {
		return graph.Errorf(graph.BadUserInput, "epoch: %q is not a unit of time: use second, minute, hour, day, week, month or year", e.Unit)
	}
	if e.Every < 0 {
		return graph.Errorf(graph.BadUserInput, "epoch: every step must be longer than nothing")
	}
	return nil
}

// maxSteps keeps the calendar arithmetic of an epoch far from overflow; instants
// outside the years 1 to 9999 are refused by the ontology.
const maxSteps = 1 << 53

// at returns the instant of a step.
func (e Epoch) at(step int64) (graph.Instant, bool) {
	step -= e.First
	every := int64(max(e.Every, 1))
	if step > maxSteps/every || step < -maxSteps/every {
		return graph.NoInstant, false
	}
	step *= every
	switch e.Unit {
	case Month, Year:
		if step > 120_000 || step < -120_000 {
			return graph.NoInstant, false
		}
		if e.Unit == Year {
			return graph.InstantOf(e.Start.AddDate(int(step), 0, 0)), true
		}
		return graph.InstantOf(e.Start.AddDate(0, int(step), 0)), true
	}
	micros := lengths[e.Unit].Microseconds()
	if limit := math.MaxInt64 / 4 / micros; step > limit || step < -limit {
		return graph.NoInstant, false
	}
	return graph.InstantOf(e.Start) + graph.Instant(step*micros), true
}

// moment reads instants from cells.
type moment struct {
	value
	epoch  Epoch
	layout string // as package time writes layouts, "" for RFC 3339 and its prefixes
}

// instant returns NoInstant for an empty value, and an error that says what would
// be right.
func (m *moment) instant(cells []string) (graph.Instant, error) {
	text := m.text(cells)
	if text == "" {
		return graph.NoInstant, nil
	}
	if m.layout != "" {
		t, err := time.Parse(m.layout, text)
		if err != nil {
			return graph.NoInstant, fmt.Errorf("%q does not look like %q", clip(text), m.layout)
		}
		return graph.InstantOf(t), nil
	}
	if isInteger(text) && (!m.epoch.isZero() || len(text) != 4) {
		return m.step(text)
	}
	if len(text) == len(time.DateOnly) { // the commonest form, without trying the others
		if t, err := time.Parse(time.DateOnly, text); err == nil {
			return graph.InstantOf(t), nil
		}
	}
	if i, ok := graph.ParseInstant(text); ok {
		return i, nil
	}
	return graph.NoInstant, fmt.Errorf("%q is not a time such as 2024-03-01 or 2024-03-01T09:30:00Z", clip(text))
}

func (m *moment) step(text string) (graph.Instant, error) {
	if m.epoch.isZero() {
		return graph.NoInstant, fmt.Errorf("%q is a number of steps: say with an epoch from when on they count", clip(text))
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err == nil && n < maxSteps && n > -maxSteps {
		if i, ok := m.epoch.at(n); ok {
			return i, nil
		}
	}
	return graph.NoInstant, fmt.Errorf("%q lies too far from the epoch", clip(text))
}

func isInteger(text string) bool {
	digits := strings.TrimPrefix(text, "-")
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

// clip shortens a text for a message.
func clip(text string) string {
	const limit = 64
	if len(text) > limit {
		return strings.ToValidUTF8(text[:limit], "") + "…"
	}
	return text
}
