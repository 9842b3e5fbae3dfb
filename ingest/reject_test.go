package ingest_test

import (
	"encoding/csv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/chokepoint/chokepoint/ingest"
)

func TestRejectsAreNoFormulas(t *testing.T) {
	var out strings.Builder
	w := ingest.NewRejectWriter(&out)
	if err := w.Write(); err != nil || out.Len() > 0 {
		t.Errorf("no rejects gave %q, %v", out.String(), err)
	}
	row := ingest.Row{File: "=x.csv", Line: 7, Cells: []string{"=cmd|' /C calc'!A0", `a"b`, "c,d"}}
	for range 2 {
		if err := w.Write(row.Reject(2, ingest.BadValue, "-1 is no name")); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	want := []string{"'=x.csv", "7", "2", "BAD_VALUE", "'-1 is no name", `'=cmd|' /C calc'!A0,"a""b","c,d"`}
	for i, text := range rows[2] {
		if text != want[i] {
			t.Errorf("cell %d is %q, want %q", i, text, want[i])
		}
	}
}

func TestExcerptsAreBounded(t *testing.T) {
	for _, cells := range [][]string{
		{strings.Repeat("ä", 10<<20)}, {strings.Repeat(`"`, 10<<20)}, {"a", strings.Repeat("\xff", 5000)}, make([]string, 1<<20),
	} {
		text := ingest.Row{Cells: cells}.Excerpt()
		if len(text) > 4*ingest.MaxExcerpt || !utf8.ValidString(text) {
			t.Errorf("an excerpt has %d bytes", len(text))
		}
	}
}
