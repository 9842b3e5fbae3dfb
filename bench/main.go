// Command bench measures what docs/benchmarks.md reports: import, projection,
// requests over HTTP, writes and the demo, on the embedded store, with a graph that
// it makes itself. It prints what it measured beside what is aimed at; it judges
// nothing and is no test.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"
)

// limit ends a run that hangs.
const limit = 45 * time.Minute

// options are the flags.
type options struct {
	only     string
	links    int
	seconds  int
	rounds   int
	rate     int
	profiles string
	neo4j    string
}

// benchmarks in the order in which they run.
var benchmarks = []struct {
	name string
	run  func(context.Context, *world) error
}{
	{"import", measureImport},
	{"projection", measureProjection},
	{"http", measureHTTP},
	{"write", measureWrite},
	{"demo", measureDemo},
	{"load", measureLoad},
	{"follow", measureFollow},
	{"neo4j", measureNeo4j},
	{"beside", measureBeside},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 1 && args[0] == clientArgument {
		return serveLoad(ctx, os.Stdin, out)
	}
	o, err := parse(args)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	w, err := newWorld(o, out)
	if err != nil {
		return err
	}
	describe(out, o)
	for _, b := range benchmarks {
		if err == nil && (o.only == "" || slices.Contains(strings.Split(o.only, ","), b.name)) {
			say(out, "%s …\n", b.name)
			err = profiled(o.profiles, b.name, func() error { return b.run(ctx, w) })
		}
	}
	w.print()
	return errors.Join(err, w.close())
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.StringVar(&o.only, "only", "", "the benchmarks to run, parted by commas: import, projection, http, write, demo, load, follow, neo4j, beside (default all)")
	flags.IntVar(&o.links, "links", 1_000_000, "links of the graph; it has a quarter as many nodes")
	flags.IntVar(&o.seconds, "seconds", 20, "length of each load over HTTP")
	flags.IntVar(&o.rounds, "rounds", 3, "rounds of the import, in turn with the bare inserts")
	flags.IntVar(&o.rate, "rate", 1000, "requests a second of the open loop")
	flags.StringVar(&o.profiles, "profile", "", "a folder for CPU profiles of each benchmark")
	flags.StringVar(&o.neo4j, "neo4j", "", "address of a Neo4j database for the benchmark neo4j, which wipes it (default a server of its own)")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	for _, name := range strings.Split(o.only, ",") {
		known := name == ""
		for _, b := range benchmarks {
			known = known || b.name == name
		}
		if !known {
			return o, fmt.Errorf("there is no benchmark %q", name)
		}
	}
	if o.links < 1000 || o.links > 20_000_000 || o.seconds < 1 || o.seconds > 600 || o.rounds < 1 || o.rounds > 20 || o.rate < 1 || o.rate > 100_000 {
		return o, errors.New("links are 1,000 to 20,000,000, seconds 1 to 600, rounds 1 to 20, rate 1 to 100,000")
	}
	return o, nil
}

// show prints any value as one line of JSON, for details below the table.
func show(out io.Writer, name string, value any) {
	text, err := json.Marshal(value)
	if err == nil {
		say(out, "  %s: %s\n", name, text)
	}
}
