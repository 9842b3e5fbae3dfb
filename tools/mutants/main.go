// Command mutants scores the non-interference test: it plants leaks into the code,
// one at a time and never in the files themselves (go's -overlay), and runs the
// test against each. A leak that the test does not catch makes it exit with 1, and
// so does one whose place in the code is no longer found.
//
// Run it from the root of the repository: go run ./tools/mutants [-worlds 100]
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// leak is one mistake: in file, before is written as after.
type leak struct{ name, file, before, after string }

var leaks = []leak{
	{
		"a cached result is handed to another class", "session/ground.go",
		"resultKey{class: s.class, version:", "resultKey{version:",
	},
	{
		"tokens count all revisions, not the visible ones", "projection/view.go",
		"touched[i] = slices.ContainsFunc(set, func(signature uint32) bool { return sees[signature] })", "touched[i] = len(set) > 0 || len(sees) > 0",
	},
	{
		"ties are broken by arrival", "projection/order.go",
		"return c.snap.compareNodes(uint32(a), uint32(b))", "return int(a) - int(b)",
	},
	{
		"a judgement counts though one of its records is hidden", "projection/fusion.go",
		"return v.linkSeen[row.class] && v.seesNode(row.from) && v.seesNode(row.to)", "return v.linkSeen[row.class]",
	},
	{
		"a link is found by its id though an end is hidden", "projection/order.go",
		"|| !v.seesNode(row.from) || !v.seesNode(row.to) {", "|| !v.seesNode(row.from) && !v.seesNode(row.to) {",
	},
	{
		"a writer learns whether a link to a hidden end was there", "session/write.go",
		"if _, _, visible := after.view.FindLink(item.ID); !visible {", "if false {",
	},
	{
		"the token of a write counts all revisions", "session/write.go",
		"version := s.view.VersionAt(w.Revision)", "version := uint64(w.Revision)",
	},
	{
		"a deletion reaches what is hidden and says so", "session/write.go",
		"if entity, link := s.Is(id); entity || link {", "if true {",
	},
	{
		"the history of a link shows though an end is hidden", "session/history.go",
		"if l := d.Link; l != nil && !s.seesEnds(l) {", "if false {",
	},
	{
		"a revision counts links with hidden ends", "session/history.go",
		"case c.LinkAfter != nil && s.seesEnds(c.LinkAfter), c.LinkBefore != nil && s.seesEnds(c.LinkBefore):", "case true:",
	},
	{
		"a link without an end signs the revision that wrote it", "store/sqlite/signatures.go",
		"if from, to := ends[l.from], ends[l.to]; from != 0 && to != 0 {", "if from, to := max(ends[l.from], l.set), max(ends[l.to], l.set); true {",
	},
	{
		"history shows versions by their numbers alone", "store/store.go",
		"visible = c.Sees(v.Record.Markings)", "visible = true",
	},
	{
		"an event tells of what is hidden beside what is not", "store/store.go",
		"RecordAfter: seenRecord(c, change.RecordAfter),", "RecordAfter: change.RecordAfter,",
	},
}

func main() {
	only := flag.String("only", "", "only leaks whose name holds this")
	worlds := flag.Int("worlds", 100, "pairs of random worlds for each leak")
	flag.Parse()
	dir, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		fail(err)
	}
	missed, tried := 0, 0
	for _, l := range leaks {
		if !strings.Contains(l.name, *only) {
			continue
		}
		tried++
		caught, err := l.run(dir, *worlds)
		if err != nil {
			fail(fmt.Errorf("%s: %w", l.name, err))
		}
		word := "caught"
		if !caught {
			word = "MISSED"
			missed++
		}
		fmt.Printf("%s  %s\n", word, l.name)
	}
	fmt.Printf("%d of %d leaks caught\n", tried-missed, tried)
	if err := os.RemoveAll(dir); err != nil {
		fail(err)
	}
	if missed > 0 {
		os.Exit(1)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "mutants:", err)
	os.Exit(1)
}

// run plants the leak and says whether the test failed. A mutant that does not
// compile is an error and not caught.
func (l leak) run(dir string, worlds int) (caught bool, err error) {
	original, err := filepath.Abs(l.file)
	if err != nil {
		return false, err
	}
	text, err := os.ReadFile(original)
	if err != nil {
		return false, err
	}
	if strings.Count(string(text), l.before) != 1 {
		return false, fmt.Errorf("%s does not hold %q once", l.file, l.before)
	}
	mutant, overlay, binary := filepath.Join(dir, "mutant.go"), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "test")
	if err := os.WriteFile(mutant, []byte(strings.Replace(string(text), l.before, l.after, 1)), 0o600); err != nil {
		return false, err
	}
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{original: mutant}})
	if err != nil {
		return false, err
	}
	if err := os.WriteFile(overlay, replace, 0o600); err != nil {
		return false, err
	}
	ctx := context.Background()
	build := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", binary, "./noninterference")
	if out, err := build.CombinedOutput(); err != nil {
		return false, fmt.Errorf("it does not compile: %s", out)
	}
	test := exec.CommandContext(ctx, binary, "-test.run=^TestNothingHiddenShows$", fmt.Sprintf("-worlds=%d", worlds))
	test.Dir = dir
	out, err := test.CombinedOutput()
	return err != nil && strings.Contains(string(out), "hidden things show"), nil
}
