package server

import (
	"fmt"
	"os"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCodesAreDocumented holds the table of docs/http.md to the codes that there are.
func TestCodesAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../docs/http.md")
	if err != nil {
		t.Fatal(err)
	}
	documented, known := map[string]string{}, map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\| (\\d+) \\|").FindAllStringSubmatch(string(text), -1) {
		documented[row[1]] = row[2]
	}
	for code, status := range statuses {
		known[string(code)] = fmt.Sprint(status)
	}
	if diff := cmp.Diff(known, documented); diff != "" {
		t.Errorf("codes that there are (-) and that are documented (+):\n%s", diff)
	}
}
