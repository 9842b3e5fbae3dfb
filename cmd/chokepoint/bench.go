package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/chokepoint/chokepoint/graph/centrality"
	"github.com/chokepoint/chokepoint/graph/community"
	"github.com/chokepoint/chokepoint/graph/connectivity"
	"github.com/chokepoint/chokepoint/graph/flow"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/graph/path"
)

type benchCommand struct {
	Graph    string `required:"" type:"existingfile" placeholder:"FILE.csv" help:"An edge list: the first two columns, or from,to or source,target; weight is read if it is there."`
	Op       string `required:"" placeholder:"NAME" help:"A measure in lower case (betweenness, pagerank, …), or link_betweenness, wcc, scc, triangles, articulation, bridges, leiden, path-pair, dijkstra-pair, sssp, yen, maxflow."`
	Runs     int    `default:"5" placeholder:"N" help:"How often. Default: ${default}."`
	Directed bool   `help:"Links can be walked from their first end only."`
	JSON     bool   `name:"json" help:"Print one JSON object."`
}

// timed is the result of a bench run.
type timed struct {
	Op       string  `json:"op"`
	Nodes    int     `json:"nodes"`
	Links    int     `json:"links"`
	Runs     int     `json:"runs"`
	Median   float64 `json:"median_s"`
	Min      float64 `json:"min_s"`
	Max      float64 `json:"max_s"`
	Checksum float64 `json:"checksum"`
}

// median returns the middle of sorted values, the mean of the two if there are two.
func median(sorted []float64) float64 {
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// Run loads the edge list into memory and times the kernel alone.
func (c *benchCommand) Run(ctx context.Context, p *program) error {
	kernel, err := kernelNamed(c.Op)
	if err != nil {
		return err
	}
	if c.Runs < 1 {
		return usage("--runs: at least 1")
	}
	net, weights, err := loadEdges(c.Graph, c.Directed)
	if err != nil {
		return err
	}
	result := timed{Op: c.Op, Nodes: net.NumNodes(), Links: net.NumLinks(), Runs: c.Runs}
	seconds := make([]float64, c.Runs)
	for i := range seconds {
		started := time.Now()
		if result.Checksum, err = kernel(ctx, net, weights, rand.New(rand.NewPCG(uint64(i), 0))); err != nil {
			return err
		}
		seconds[i] = time.Since(started).Seconds()
	}
	slices.Sort(seconds)
	result.Min, result.Max, result.Median = seconds[0], seconds[len(seconds)-1], median(seconds)
	if c.JSON {
		return json.NewEncoder(p.out).Encode(result)
	}
	p.printf("%s on %d nodes and %d links: median %.6f s, from %.6f to %.6f in %d runs, checksum %v\n",
		result.Op, result.Nodes, result.Links, result.Median, result.Min, result.Max, result.Runs, result.Checksum)
	return nil
}

// kernel runs an algorithm and returns a checksum of its answer. Pairs are drawn
// from random.
type kernel func(ctx context.Context, net *network.Network, weights []float64, random *rand.Rand) (float64, error)

var benchKernels = map[string]kernel{
	"wcc": func(ctx context.Context, net *network.Network, _ []float64, _ *rand.Rand) (float64, error) {
		return componentsSum(connectivity.Weak(ctx, net, connectivity.Removal{}))
	},
	"scc": func(ctx context.Context, net *network.Network, _ []float64, _ *rand.Rand) (float64, error) {
		return componentsSum(connectivity.Strong(ctx, net))
	},
	"triangles": func(ctx context.Context, net *network.Network, _ []float64, _ *rand.Rand) (float64, error) {
		t, err := community.CountTriangles(ctx, net)
		return float64(t.Total), err
	},
	"leiden": func(ctx context.Context, net *network.Network, weights []float64, random *rand.Rand) (float64, error) {
		p, err := community.Leiden(ctx, net, community.LeidenOptions{Weights: weights, Rounds: 2, Seed: random.Uint64()})
		return p.Quality, err
	},
	"articulation": func(ctx context.Context, net *network.Network, _ []float64, _ *rand.Rand) (float64, error) {
		points, err := connectivity.ArticulationPoints(ctx, net)
		return float64(len(points)), err
	},
	"bridges": func(ctx context.Context, net *network.Network, _ []float64, _ *rand.Rand) (float64, error) {
		bridges, err := connectivity.Bridges(ctx, net)
		return float64(len(bridges)), err
	},
	"link_betweenness": func(ctx context.Context, net *network.Network, _ []float64, _ *rand.Rand) (float64, error) {
		return scoresSum(centrality.EdgeBetweenness(ctx, net, centrality.Options{}))
	},
	"path-pair": func(ctx context.Context, net *network.Network, _ []float64, random *rand.Rand) (float64, error) {
		from, to := pair(net, random)
		r, err := path.Shortest(ctx, net, from, to, path.Options{})
		return float64(r.Hops()), err
	},
	"dijkstra-pair": func(ctx context.Context, net *network.Network, weights []float64, random *rand.Rand) (float64, error) {
		from, to := pair(net, random)
		r, err := path.ShortestWeighted(ctx, net, from, to, costOf(weights), path.Options{})
		return r.Cost, err
	},
	"sssp": func(ctx context.Context, net *network.Network, weights []float64, random *rand.Rand) (float64, error) {
		from, _ := pair(net, random)
		distances, err := path.Distances(ctx, net, from, weights)
		sum := 0.0
		for _, d := range distances {
			if !math.IsInf(d, 1) {
				sum += d
			}
		}
		return sum, err
	},
	"yen": func(ctx context.Context, net *network.Network, weights []float64, random *rand.Rand) (float64, error) {
		from, to := pair(net, random)
		cost := costOf(weights)
		if weights == nil {
			cost = nil
		}
		found, err := path.KShortest(ctx, net, from, to, 10, cost, path.Options{})
		sum := 0.0
		for _, p := range found.Paths {
			sum += p.Cost
		}
		return sum, err
	},
	"maxflow": func(ctx context.Context, net *network.Network, weights []float64, random *rand.Rand) (float64, error) {
		from, to := pair(net, random)
		r, err := flow.Max(ctx, net, from, to, flow.Options{Capacity: weights})
		return r.Value, err
	},
}

func kernelNamed(op string) (kernel, error) {
	if k := benchKernels[op]; k != nil {
		return k, nil
	}
	measure := centrality.Named(strings.ToUpper(op))
	if measure == nil || op != strings.ToLower(op) {
		return nil, usage("there is no %q to time; there are %s and %s", op,
			strings.Join(slices.Sorted(maps.Keys(benchKernels)), ", "), strings.ToLower(strings.Join(centrality.Names(), ", ")))
	}
	return func(ctx context.Context, net *network.Network, weights []float64, _ *rand.Rand) (float64, error) {
		var o centrality.Options
		if op == "strength" {
			o.Weights = weights
		}
		return scoresSum(measure(ctx, net, o))
	}, nil
}

func scoresSum(scores []float64, err error) (float64, error) {
	sum := 0.0
	for _, s := range scores {
		if !math.IsNaN(s) {
			sum += s
		}
	}
	return sum, err
}

func componentsSum(c *connectivity.Components, err error) (float64, error) {
	if err != nil {
		return 0, err
	}
	return float64(c.Count()), nil
}

func costOf(weights []float64) path.Cost {
	return func(e network.EdgeIndex) float64 {
		if weights == nil {
			return 1
		}
		return weights[e]
	}
}

// pair draws two different nodes.
func pair(net *network.Network, random *rand.Rand) (from, to []network.NodeIndex) {
	n := net.NumNodes()
	if n < 2 {
		return []network.NodeIndex{0}, []network.NodeIndex{0}
	}
	a := random.IntN(n)
	b := (a + 1 + random.IntN(n-1)) % n
	return []network.NodeIndex{network.NodeIndex(a)}, []network.NodeIndex{network.NodeIndex(b)}
}

// loadEdges reads an edge list. Nodes are numbered as they appear; weights are nil
// if there is no such column.
func loadEdges(file string, directed bool) (*network.Network, []float64, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, nil, usage("%v", err)
	}
	defer f.Close() //nolint:errcheck // only read
	in := csv.NewReader(f)
	in.ReuseRecord = true
	header, err := in.Read()
	if err != nil {
		return nil, nil, usage("%s has no header: %v", file, err)
	}
	from, to, weight := edgeColumns(header)
	numbers := map[string]network.NodeIndex{}
	node := func(id string) network.NodeIndex {
		n, ok := numbers[id]
		if !ok {
			n = network.NodeIndex(len(numbers))
			numbers[strings.Clone(id)] = n
		}
		return n
	}
	var links []network.Link
	var weights []float64
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, usage("%v", err)
		}
		links = append(links, network.Link{From: node(row[from]), To: node(row[to])})
		if weight >= 0 {
			w, err := strconv.ParseFloat(row[weight], 64)
			if err != nil {
				w = 1
			}
			weights = append(weights, w)
		}
	}
	if len(numbers) == 0 {
		return nil, nil, usage("%s has no links", file)
	}
	net, err := network.Build(len(numbers), links, directed)
	return net, weights, err
}

// edgeColumns finds the ends and the weight in a header; the ends are the first two
// columns if no title says better.
func edgeColumns(header []string) (from, to, weight int) {
	from, to, weight = 0, min(1, len(header)-1), -1
	for i, title := range header {
		switch strings.ToLower(strings.TrimSpace(title)) {
		case "from", "source":
			from = i
		case "to", "target":
			to = i
		case "weight":
			weight = i
		}
	}
	return from, to, weight
}
