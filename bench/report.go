package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// result is one line of the table.
type result struct {
	what   string
	value  float64
	unit   string
	target float64 // 0 for none
	atMost bool    // the target is an upper bound
}

// ratio says how many times better than the target the value is: 1 just reaches it.
func (r result) ratio() string {
	switch {
	case r.target == 0 || r.value == 0:
		return ""
	case r.atMost:
		return fmt.Sprintf("%.2f", r.target/r.value)
	}
	return fmt.Sprintf("%.2f", r.value/r.target)
}

func (r result) aim() string {
	if r.target == 0 {
		return ""
	}
	sign := "≥"
	if r.atMost {
		sign = "≤"
	}
	return sign + " " + quantity(r.target, r.unit)
}

func quantity(v float64, unit string) string {
	digits := 0
	switch {
	case v == math.Trunc(v):
	case v < 10:
		digits = 2
	case v < 1000:
		digits = 1
	}
	return strconv.FormatFloat(v, 'f', digits, 64) + " " + unit
}

// print writes the table of all results.
func (w *world) print() {
	t := tabwriter.NewWriter(w.out, 0, 0, 2, ' ', 0)
	say(t, "\nwhat\tmeasured\ttarget\ttimes better than target\n")
	for _, r := range w.results {
		say(t, "%s\t%s\t%s\t%s\n", r.what, quantity(r.value, r.unit), r.aim(), r.ratio())
	}
	_ = t.Flush() // the terminal's trouble
	say(w.out, "\nload average at the end: %s\n", load())
}

func describe(out io.Writer, o options) {
	say(out, "%s, %s/%s, GOMAXPROCS %d, %s\n%d links, %d nodes, seed %d; load average at the start: %s\n", time.Now().Format("2006-01-02 15:04"),
		runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), runtime.Version(), o.links, nodesOf(o.links), seed, load())
}

// say writes text; where it cannot, nobody reads it.
func say(out io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(out, format, args...) }

// load returns the load averages of the machine, where it tells them.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(text))[:3], " ")
}

// profiled runs a benchmark and, if a folder is named, writes its CPU profile there.
func profiled(folder, name string, run func() error) error {
	if folder == "" {
		return run()
	}
	f, err := os.Create(filepath.Join(folder, name+".pprof"))
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // a profile
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return run()
}

// quantile returns the value below which a share of sorted values lies.
func quantile[T any](sorted []T, share float64) T {
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return quantile(sorted, 0.5)
}
