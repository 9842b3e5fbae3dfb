// Command testreport reads `go test -json` on standard input and prints what a
// person wants to know: the output of what failed, a line for each package, and at
// the end one plain summary of what ran and what was left out, with the reasons
// that the tests gave. It exits with 1 if anything failed or nothing ran.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// event is a line of `go test -json`; see go doc test2json.
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
	Elapsed float64
	// ImportPath stands in the place of Package when a build fails.
	ImportPath string
}

// report is what has been read so far.
type report struct {
	out                     io.Writer
	output                  map[[2]string]*strings.Builder
	passed, failed, skipped int
	broken                  []string // packages that did not build or ended early
	left                    []string // skipped tests with their reasons
}

func main() {
	r := &report{out: os.Stdout, output: map[[2]string]*strings.Builder{}}
	if err := r.read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "testreport:", err)
		os.Exit(1)
	}
	if !r.summarize() {
		os.Exit(1)
	}
}

func (r *report) read(in io.Reader) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil { // a tool that knows no JSON
				fmt.Fprint(r.out, string(line))
			} else {
				r.add(e)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *report) add(e event) {
	key := [2]string{e.Package, e.Test}
	switch e.Action {
	case "output":
		if r.output[key] == nil {
			r.output[key] = &strings.Builder{}
		}
		r.output[key].WriteString(e.Output)
	case "build-output":
		fmt.Fprint(r.out, e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			r.endPackage(e)
		} else {
			r.endTest(e, key)
		}
		delete(r.output, key)
	}
}

func (r *report) endTest(e event, key [2]string) {
	switch e.Action {
	case "pass":
		r.passed++
	case "fail":
		r.failed++
		fmt.Fprintf(r.out, "--- %s in %s\n%s", e.Test, e.Package, r.text(key))
	case "skip":
		r.skipped++
		r.left = append(r.left, fmt.Sprintf("%s in %s: %s", e.Test, e.Package, reason(r.text(key))))
	}
}

func (r *report) endPackage(e event) {
	switch e.Action {
	case "pass":
		fmt.Fprintf(r.out, "ok    %s  %.1fs\n", e.Package, e.Elapsed)
	case "fail":
		fmt.Fprintf(r.out, "FAIL  %s\n%s", e.Package, r.text([2]string{e.Package, ""}))
		r.broken = append(r.broken, e.Package)
	}
}

func (r *report) text(key [2]string) string {
	if b := r.output[key]; b != nil {
		return b.String()
	}
	return ""
}

// reason finds what a skipped test said, between the lines that frame it.
func reason(output string) string {
	var said []string
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "=== ") && !strings.HasPrefix(line, "--- ") {
			said = append(said, line)
		}
	}
	if len(said) == 0 {
		return "no reason given"
	}
	return strings.Join(said, " ")
}

// summarize prints the end of the report and says whether all is well.
func (r *report) summarize() bool {
	fmt.Fprintln(r.out)
	if len(r.left) > 0 {
		fmt.Fprintln(r.out, "Left out:")
		slices.Sort(r.left)
		for _, l := range r.left {
			fmt.Fprintln(r.out, "  "+l)
		}
	}
	if len(r.broken) > 0 {
		fmt.Fprintln(r.out, "Failed packages:", strings.Join(r.broken, " "))
	}
	fmt.Fprintf(r.out, "%d passed, %d failed, %d skipped\n", r.passed, r.failed, r.skipped)
	return r.failed == 0 && len(r.broken) == 0 && r.passed > 0
}
