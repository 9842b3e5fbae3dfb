package neo4j

import (
	"strings"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

func TestNoNameGetsOutOfItsQuotes(t *testing.T) {
	for _, name := range []string{"a", "`", "``", "a`) DETACH DELETE n //", `\u0060`, `\`, `a\`, "`\\u0060`", "\n", "$x", "//", "é漢🙂", `\uu0060`, `\u005cu0060`} {
		text, err := quoted(name)
		if err != nil {
			t.Fatal(err)
		}
		// As a server reads it: escapes of characters first, then the quotes.
		inner := strings.ReplaceAll(text[1:len(text)-1], `\u005c`, "\x00")
		if strings.Contains(inner, `\`) || strings.Contains(strings.ReplaceAll(inner, "``", ""), "`") {
			t.Errorf("%q opens its quotes: %s", name, text)
		}
		if back := strings.NewReplacer("``", "`", "\x00", `\`).Replace(inner); back != name {
			t.Errorf("%q reads as %q", name, back)
		}
	}
	for _, name := range []string{"", "a\x00", "\xff", strings.Repeat("a", maxIdentifier+1)} {
		if text, err := quoted(name); err == nil {
			t.Errorf("%.20q is a name: %.20s", name, text)
		}
	}
}

func TestTextOfValues(t *testing.T) {
	for _, c := range []struct {
		value any
		want  string
	}{
		{1.0, "1"},
		{-0.5, "-0.5"},
		{1e20, "100000000000000000000"},
		{1e21, "1e+21"},
		{1e-10, "1e-10"},
		{0.000001, "0.000001"},
		{neo4j.DurationOf(0, 0, 0, 0), "PT0S"},
		{neo4j.DurationOf(-14, 3, 3725, 500_000_000), "P-1Y-2M3DT1H2M5.5S"},
		{neo4j.DurationOf(0, 1, 0, 0), "P1D"},
		{neo4j.DurationOf(0, 1, 3600, 0), "P1DT1H"},
		{neo4j.DurationOf(0, 0, -1, 500_000_000), "PT-0.5S"},
		{neo4j.Point2D{X: 1, Y: 2, SpatialRefId: 7203}, "SRID=7203;POINT (1 2)"},
		{neo4j.Point3D{X: 1, Y: 2, Z: 3, SpatialRefId: 4979}, "POINT Z (1 2 3)"},
		{time.Date(2024, 1, 1, 0, 0, 0, 1000, time.FixedZone("", 3600)), "2023-12-31T23:00:00.000001Z"},
		{[]any{}, ""},
		{[]any{"a", int64(2), true}, "a\x002\x00true"},
		{nil, ""},
	} {
		if got, err := textOf(c.value); err != nil || got != c.want {
			t.Errorf("%v: %q %v", c.value, got, err)
		}
	}
	for _, wrong := range []any{[]byte{}, "a\x00", []any{"a\x00"}, struct{}{}} {
		if text, err := textOf(wrong); err == nil {
			t.Errorf("%v is %q", wrong, text)
		}
	}
}
