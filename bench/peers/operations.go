package main

// operation is one row group of the table.
type operation struct {
	name, title string
	graphs      []string
	pairs       int  // of nodes that a run asks about; fewer on large graphs
	sources     int  // single sources that a run asks about
	whole       bool // over all sources: who cannot in time does a share of them
	directed    bool // for directed graphs alone
	removals    int
	maxError    float64 // that estimates are asked for
	match       match
	tolerance   float64 // of a match; 0 for nine digits
	// aims are how many times faster than a peer the kernel should be, by the name of
	// the peer, or of the graph and the peer.
	aims map[string]float64
	// gap says, for a graph, how many times faster the GAP Benchmark Suite was than a
	// peer on the same work, after the figures of the project's performance notes: it
	// is in no registry, so its ratio is derived.
	gap map[string]derived
}

// derived is a peer and how many times faster GAP was.
type derived struct {
	peer  string
	times float64
}

// match is how answers are compared.
type match int

const (
	equal match = iota
	// scaled compares vectors whose lengths may differ.
	scaled
	// partition compares the modularity of memberships, of which each may be the best.
	partition
	// unlike answers are told beside the ratio: the peer defines it otherwise.
	unlike
	// estimate answers are off by chance: a peer's time is scaled to our error of the
	// round, since the error falls with the root of the samples.
	estimate
)

func all(aim float64, peers ...string) map[string]float64 {
	aims := map[string]float64{}
	for _, p := range peers {
		aims[p] = aim
	}
	return aims
}

var operations = []operation{
	{
		name: "betweenness", title: "betweenness, exact", graphs: []string{"rmat16", "enron", "ba10k"}, whole: true,
		aims: map[string]float64{
			"rmat16/igraph": 10, "rmat16/networkit": 10, "rmat16/gds": 10, "rmat16/gap": 4, "enron/igraph": 12, "enron/gap": 6,
		},
		gap: map[string]derived{"rmat16": {"igraph", 594.0 / 310}, "enron": {"igraph", 148.0 / 77}},
	},
	{
		name: "betweenness-sampled", title: "betweenness, sampled, at equal error", graphs: []string{"rmat16", "enron", "ba10k"},
		match: estimate, maxError: 0.005, aims: all(2, "networkit"),
	},
	{name: "link-betweenness", title: "betweenness of links, exact", graphs: []string{"ba3k", "ba10k", "enron"}, whole: true, aims: all(3, "networkit", "igraph")},
	{name: "betweenness-weighted", title: "betweenness by cost, exact", graphs: []string{"ba3k", "ba10k"}, whole: true, aims: all(3, "networkit", "igraph")},
	{name: "link-betweenness-weighted", title: "betweenness of links by cost, exact", graphs: []string{"ba3k"}, whole: true, aims: all(3, "networkit", "igraph")},
	{name: "closeness", title: "closeness, exact", graphs: []string{"ba10k"}, whole: true, aims: all(3, "networkit", "igraph")},
	{name: "harmonic", title: "harmonic closeness, exact", graphs: []string{"ba10k"}, whole: true, aims: all(3, "networkit", "igraph")},
	{name: "path-pair", title: "shortest path of a pair", graphs: []string{"random", "rmat16", "rmat18", "ba100k"}, pairs: 40, aims: map[string]float64{"random/networkit": 2, "random/igraph": 200}},
	{name: "dijkstra-pair", title: "weighted shortest path of a pair", graphs: []string{"random", "rmat16", "rmat18"}, pairs: 20, aims: all(3, "networkit")},
	{name: "yen", title: "10 shortest paths of a pair", graphs: []string{"rmat16"}, pairs: 2, aims: all(50, "igraph", "scipy", "gds")},
	{name: "yen-weighted", title: "10 shortest weighted paths of a pair", graphs: []string{"rmat16"}, pairs: 2, aims: all(50, "igraph", "scipy", "gds")},
	{
		name: "pagerank", title: "PageRank, 20 iterations", graphs: []string{"random", "rmat16", "rmat18"},
		match: scaled, tolerance: 1e-2, // after 20 iterations from another start
		aims: map[string]float64{"networkit": 1.5, "gap": 0.9},
		gap:  map[string]derived{"random": {"scipy", 279.0 / 127}, "rmat16": {"scipy", 19 / 12.5}},
	},
	{
		name: "wcc", title: "weak components", graphs: []string{"random", "rmat16", "rmat18", "enron", "scenario"},
		aims: map[string]float64{"igraph": 1, "networkit": 1, "scipy": 1, "gap": 0.8},
		gap:  map[string]derived{"random": {"igraph", 748 / 28.5}, "rmat16": {"igraph", 7 / 1.05}},
	},
	{name: "scc", title: "strong components", graphs: []string{"random"}, directed: true, aims: all(1, "igraph", "networkit", "scipy")},
	{name: "core", title: "core numbers", graphs: []string{"rmat16", "rmat18", "enron", "scenario"}, aims: all(1, "igraph", "networkit")},
	{
		name: "triangles", title: "triangles", graphs: []string{"rmat16", "rmat18", "enron", "scenario"},
		aims: map[string]float64{"igraph": 1, "networkit": 1, "scipy": 1, "gap": 0.8},
		gap:  map[string]derived{"rmat16": {"igraph", 92.0 / 62}},
	},
	{name: "articulation", title: "articulation points", graphs: []string{"rmat16", "rmat18", "enron", "scenario"}, aims: map[string]float64{"igraph": 3, "networkit": 5, "gds": 5}},
	{name: "bridges", title: "bridges", graphs: []string{"rmat16", "rmat18", "enron", "scenario"}, aims: map[string]float64{"igraph": 3, "networkit": 5, "gds": 5}},
	{
		name: "sssp", title: "weighted distances from a source", graphs: []string{"random", "rmat16"}, sources: 1,
		aims: map[string]float64{"random/networkit": 4, "random/gap": 0.6},
		gap:  map[string]derived{"random": {"igraph", 2000.0 / 135}, "rmat16": {"igraph", 63 / 6.3}},
	},
	{name: "maxflow", title: "maximum flow between a pair", graphs: []string{"rmat16", "ba10k"}, pairs: 4, aims: map[string]float64{"scipy": 5, "igraph": 100}},
	{name: "leiden", title: "Leiden, modularity", graphs: []string{"rmat16", "rmat18", "enron", "ba100k", "scenario"}, match: partition, aims: all(1, "networkit")},
	{name: "eigenvector", title: "eigenvector centrality", graphs: []string{"rmat16", "rmat18", "enron"}, match: scaled, tolerance: 1e-5, aims: all(1, "networkit")},
	// NetworKit stops after a few iterations whatever its tolerance.
	{name: "katz", title: "Katz centrality", graphs: []string{"rmat16", "rmat18", "enron", "scenario"}, match: unlike, aims: all(1, "networkit")},
	{name: "hub", title: "HITS, hubs", graphs: []string{"random", "rmat16"}, match: scaled, tolerance: 1e-5},
	{name: "dismantle", title: "50 removals by adaptive betweenness", graphs: []string{"ba3k"}, removals: 50, aims: all(20, "igraph")},
}

func operationNames() (names []string) {
	for _, o := range operations {
		names = append(names, o.name)
	}
	return names
}
