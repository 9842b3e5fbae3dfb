package main

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// spread is the middle of some numbers and how far they reach.
type spread struct{ median, least, greatest float64 }

func of(values []float64) spread {
	s := slices.Sorted(slices.Values(values))
	middle := (s[(len(s)-1)/2] + s[len(s)/2]) / 2
	return spread{middle, s[0], s[len(s)-1]}
}

func (s spread) String() string {
	return fmt.Sprintf("%s (%s–%s)", times(s.median), times(s.least), times(s.greatest))
}

func times(x float64) string {
	switch {
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}

func duration(seconds float64) string {
	switch {
	case seconds >= 100:
		return fmt.Sprintf("%.0f s", seconds)
	case seconds >= 1:
		return fmt.Sprintf("%.2f s", seconds)
	case seconds >= 1e-3:
		return fmt.Sprintf("%.3g ms", 1e3*seconds)
	}
	return fmt.Sprintf("%.3g µs", 1e6*seconds)
}

// rows are the lines of the table for a cell: one a peer, and one for GAP.
func (c *cell) rows() (lines []string) {
	row := func(peer, theirs, ratio, aim, note string) {
		lines = append(lines, "| "+strings.Join([]string{c.op.title, c.graph.name, duration(of(c.ours).median), peer, theirs, ratio, aim, note}, " | ")+" |")
	}
	for _, peer := range peerNames {
		seconds := c.theirs[peer]
		if len(seconds) == 0 {
			if n := c.notes[peer]; n != "" && !strings.HasPrefix(n, "missing") {
				row(peer, "", "", "", n)
			}
			continue
		}
		ratio := c.ratio(peer)
		aim, reached := c.aim(peer, ratio.median)
		row(peer, duration(of(seconds).median), ratio.String(), aim, strings.Join(append(reached, c.remarks[peer]...), "; "))
	}
	if d, ok := c.op.gap[c.graph.name]; ok && len(c.theirs[d.peer]) > 0 {
		s := c.ratio(d.peer)
		s = spread{s.median / d.times, s.least / d.times, s.greatest / d.times}
		aim, reached := c.aim("gap", s.median)
		row("GAP", duration(of(c.theirs[d.peer]).median/d.times), s.String(), aim, strings.Join(append(reached, fmt.Sprintf("derived: %.3g times as fast as %s", d.times, d.peer)), "; "))
	}
	if len(lines) == 0 {
		row("", "", "", "", "")
	}
	return lines
}

// ratio is that of a peer's times to ours, round by round.
func (c *cell) ratio(peer string) spread {
	ratios := make([]float64, len(c.theirs[peer]))
	for i, s := range c.theirs[peer] {
		ratios[i] = s / c.ours[i]
	}
	return of(ratios)
}

func (c *cell) aim(peer string, ratio float64) (aim string, reached []string) {
	least := cmp.Or(c.op.aims[c.graph.name+"/"+peer], c.op.aims[peer])
	switch {
	case least == 0:
		return "", nil
	case ratio < least:
		return times(least), []string{"**missed**"}
	}
	return times(least), nil
}

func (r *runner) table(begun string) string {
	var t strings.Builder
	fmt.Fprintf(&t, "%s, %s, GOMAXPROCS %d; at most %d rounds and %v a cell; load average %s at the start, %s at the end.\n\n",
		time.Now().Format("2006-01-02 15:04"), runtime.Version(), runtime.GOMAXPROCS(0), r.rounds, r.budget, begun, load())
	shown := map[string]bool{}
	for _, c := range r.cells {
		if g := c.graph; !shown[g.name] {
			shown[g.name] = true
			kind := "undirected"
			if g.directed {
				kind = "directed"
			}
			fmt.Fprintf(&t, "- `%s`: %s; %d nodes, %d links, %s\n", g.name, g.what, g.nodes, len(g.links), kind)
		}
	}
	t.WriteString("\n| operation | graph | ours | peer | theirs | times ours (least–greatest) | aim | |\n|---|---|---|---|---|---|---|---|\n")
	slices.SortStableFunc(r.cells, func(a, b cell) int {
		return slices.Index(operationNames(), a.op.name) - slices.Index(operationNames(), b.op.name)
	})
	for _, c := range r.cells {
		t.WriteString(strings.Join(c.rows(), "\n") + "\n")
	}
	return t.String()
}

// insert puts the table into a file, in the place of the one before.
func insert(file, table string) error {
	const first, last = "<!-- peers -->\n", "<!-- /peers -->"
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	head, rest, ok := strings.Cut(string(text), first)
	_, tail, ok2 := strings.Cut(rest, last)
	if !ok || !ok2 {
		return fmt.Errorf("%s has no lines %q and %q around the table", file, first, last)
	}
	return os.WriteFile(file, []byte(head+first+"\n"+table+"\n"+last+tail), 0o644)
}
