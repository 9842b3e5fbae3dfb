// Command peers times the kernels side by side with the libraries that one could use
// instead, on the same files in one run, and prints a table of the ratios.
//
// Rounds are interleaved: in each, every engine does the same job once, in turn, and a
// ratio is that of two times of one round. Answers are compared before times are; an
// engine that answers otherwise gets no ratio. Times are of the kernel alone: graphs
// are in memory, results are not converted. docs/benchmarks.md says more.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strings"
	"time"
)

type options struct {
	ops, graphs, peers []string
	rounds             int
	budget             time.Duration
	cache, into        string
	profile            string
	growth             bool
}

// peerNames in the order of the table's rows.
var peerNames = []string{"igraph", "networkit", "rustworkx", "scipy", "gds"}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("peers", flag.ContinueOnError)
	ops := flags.String("ops", "", "operations, parted by commas: "+strings.Join(operationNames(), ", ")+" (default all)")
	graphs := flags.String("graphs", "", "graphs, parted by commas: "+strings.Join(graphNames(), ", ")+" (default those of each operation)")
	peers := flags.String("peers", "", "peers, parted by commas: "+strings.Join(peerNames, ", ")+" (default all)")
	flags.IntVar(&o.rounds, "rounds", 5, "rounds at most")
	flags.DurationVar(&o.budget, "budget", time.Minute, "no round of an operation on a graph begins after this; an operation over all sources does a share of them in a twentieth of it")
	flags.StringVar(&o.cache, "cache", "", "folder for graphs and libraries (default chokepoint/peers in the user's cache)")
	flags.StringVar(&o.into, "into", "", "a Markdown file in which the table goes between the lines <!-- peers --> and <!-- /peers -->")
	flags.StringVar(&o.profile, "profile", "", "a file for a CPU profile of our kernels")
	flags.BoolVar(&o.growth, "growth", false, "no peers: how time and memory of our kernels grow with the graph")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 || o.rounds < 1 {
		return o, errors.New("no arguments but flags, and at least one round")
	}
	var err error
	choose := func(text string, known []string) []string {
		if text == "" {
			return nil
		}
		chosen := strings.Split(text, ",")
		for _, c := range chosen {
			if !slices.Contains(known, c) {
				err = errors.Join(err, fmt.Errorf("there is no %q; there are %s", c, strings.Join(known, ", ")))
			}
		}
		return chosen
	}
	o.ops, o.graphs, o.peers = choose(*ops, operationNames()), choose(*graphs, graphNames()), choose(*peers, peerNames)
	if o.peers == nil {
		o.peers = peerNames
	}
	if o.cache == "" && err == nil {
		var dir string
		dir, err = os.UserCacheDir()
		o.cache = filepath.Join(dir, "chokepoint", "peers")
	}
	return o, err
}

func run(ctx context.Context, args []string) (err error) {
	o, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.cache, 0o755); err != nil {
		return err
	}
	if o.profile != "" {
		f, err := os.Create(o.profile)
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // a profile
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	r := &runner{options: o, ours: &ours{}}
	if o.growth {
		return r.growth(ctx)
	}
	defer func() { err = errors.Join(err, r.close()) }()
	if err := r.start(ctx); err != nil {
		return err
	}
	begun := load()
	err = r.all(ctx)
	table := r.table(begun)
	fmt.Print(table)
	if o.into != "" && err == nil {
		err = insert(o.into, table)
	}
	return err
}

func say(format string, args ...any) { fmt.Fprintf(os.Stderr, format, args...) }

// load returns the load averages of the machine, where it tells them.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(text))[:3], " ")
}
