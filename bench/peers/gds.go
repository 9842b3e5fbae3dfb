package main

import (
	"bufio"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/chokepoint/chokepoint/tools/neo4j/neo4jserver"
)

//go:embed gds-pom.xml
var gdsPom []byte

const gdsVersion, gdsServer = "2.13.9", "5.26.30"

// plugins are the jars that Graph Data Science needs beside the server's own.
var plugins = []string{
	"*-" + gdsVersion + ".jar", "hppc-*", "agrona-*", "ejml-*", "fastcsv-*", "HdrHistogram-*", "stormpot-*", "jol-core-*",
	"cypher-javacc-parser-*", "cypher-ast-factory-9.0*",
}

// gds is Graph Data Science on a real server. A run is one procedure call over Bolt,
// in the mode that computes everything and sends a summary; the projection is made
// before.
type gds struct {
	server *neo4jserver.Server
	driver neo4j.DriverWithContext
	home   string
	graph  *graph
}

// gdsJars returns the folder with the jars, which Maven fills the first time.
func gdsJars(ctx context.Context, cache string) (string, error) {
	dir := filepath.Join(cache, "gds-"+gdsVersion)
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	pom, part := filepath.Join(cache, "gds-pom.xml"), dir+".part"
	if err := os.WriteFile(pom, gdsPom, 0o644); err != nil {
		return "", err
	}
	out, err := exec.CommandContext(ctx, "mvn", "-q", "-B", "--strict-checksums", "-f", pom,
		"dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory="+part).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("Maven could not fetch Graph Data Science: %w\n%s", err, out) //nolint:staticcheck // a name
	}
	return dir, os.Rename(part, dir)
}

func startGDS(ctx context.Context, cache string) (g *gds, err error) {
	jars, err := gdsJars(ctx, cache)
	if err != nil {
		return nil, err
	}
	g = &gds{}
	if g.home, err = os.MkdirTemp("", "chokepoint-gds-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, g.close())
		}
	}()
	into := filepath.Join(g.home, "plugins")
	if err := os.MkdirAll(into, 0o755); err != nil {
		return nil, err
	}
	for _, pattern := range plugins {
		found, err := filepath.Glob(filepath.Join(jars, pattern))
		if err != nil || len(found) == 0 {
			return nil, fmt.Errorf("no %s in %s; delete the folder", pattern, jars)
		}
		for _, jar := range found {
			if err := os.Symlink(jar, filepath.Join(into, filepath.Base(jar))); err != nil {
				return nil, err
			}
		}
	}
	g.server, err = neo4jserver.Start(ctx, neo4jserver.Options{
		Version: gdsServer, Home: g.home, Heap: "5g",
		Conf: map[string]string{"dbms.security.procedures.unrestricted": "gds.*", "server.directories.import": "import"},
	})
	if err != nil {
		return nil, err
	}
	g.driver, err = neo4j.NewDriverWithContext(g.server.URL(), neo4j.NoAuth())
	return g, err
}

func (g *gds) name() string { return "gds" }

func (g *gds) close() error {
	var err error
	if g.driver != nil {
		err = g.driver.Close(context.Background())
	}
	if g.server != nil {
		err = errors.Join(err, g.server.Close())
	}
	return errors.Join(err, os.RemoveAll(g.home))
}

func (g *gds) ask(ctx context.Context, query string, parameters map[string]any) ([]*neo4j.Record, error) {
	r, err := neo4j.ExecuteQuery(ctx, g.driver, query, parameters, neo4j.EagerResultTransformer, neo4j.ExecuteQueryWithDatabase("neo4j"))
	if err != nil {
		return nil, err
	}
	return r.Records, nil
}

// load projects the graph from a file, without storing it: links are rows of the two
// numbers of their ends and a weight.
func (g *gds) load(ctx context.Context, from *graph) error {
	table := filepath.Join(g.home, "import", "links.csv")
	if err := writeTable(table, from); err != nil {
		return err
	}
	if _, err := g.ask(ctx, "CALL gds.graph.drop('g', false) YIELD graphName RETURN graphName", nil); err != nil {
		return err
	}
	both := "[]"
	if !from.directed {
		both = "['*']"
	}
	records, err := g.ask(ctx, `LOAD CSV FROM 'file:///links.csv' AS row
		WITH gds.graph.project('g', toInteger(row[0]), toInteger(row[1]), {relationshipProperties: {weight: toFloat(row[2])}}, {undirectedRelationshipTypes: `+both+`}) AS g
		RETURN g.nodeCount, g.relationshipCount`, nil)
	if err != nil {
		return err
	}
	links := int64(len(from.links))
	if !from.directed {
		links *= 2
	}
	if nodes, got := records[0].Values[0].(int64), records[0].Values[1].(int64); nodes != int64(from.nodes) || got != links {
		return fmt.Errorf("gds: projected %d nodes and %d links, not %d and %d", nodes, got, from.nodes, links)
	}
	g.graph = from
	return nil
}

func writeTable(path string, g *graph) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	for i, l := range g.links {
		fmt.Fprintf(w, "%d,%d,%g\n", l.From, l.To, g.weights[i]) // an error stays until Flush
	}
	return errors.Join(w.Flush(), f.Close())
}

// procedure says how an operation is called: once for the whole graph, or for each
// pair or source of the job.
type procedure struct {
	call       string         // with mode and result, say "betweenness.stats"
	stats      string         // the columns that it yields then
	stream     string         // as call, but with the answer
	answer     string         // of the stream: a number a row, or nodeId and a number
	config     map[string]any // beside concurrency
	byNode     bool           // the stream's rows are nodeId and a number
	fill       int            // rows of a pair, filled up
	pairs      bool           // asked for each pair
	undirected bool           // only on undirected graphs
	shape      func(g *graph, answer []float64) []float64
}

var procedures = map[string]procedure{
	"betweenness":  {call: "betweenness.stats", stats: "computeMillis", stream: "betweenness.stream", answer: "nodeId, score", byNode: true},
	"closeness":    {call: "closeness.stats", stats: "computeMillis", stream: "closeness.stream", answer: "nodeId, score", byNode: true, config: map[string]any{"useWassermanFaust": true}},
	"harmonic":     {call: "closeness.harmonic.stats", stats: "computeMillis", stream: "closeness.harmonic.stream", answer: "nodeId, score", byNode: true, shape: unnormalized},
	"eigenvector":  {call: "eigenvector.stats", stats: "computeMillis", stream: "eigenvector.stream", answer: "nodeId, score", byNode: true, config: map[string]any{"maxIterations": 1000, "tolerance": 1e-9}},
	"pagerank":     {call: "pageRank.stats", stats: "computeMillis", stream: "pageRank.stream", answer: "nodeId, score", byNode: true, config: map[string]any{"maxIterations": 20, "tolerance": 0.0}},
	"core":         {call: "kcore.stats", stats: "computeMillis", stream: "kcore.stream", answer: "nodeId, coreValue", byNode: true, undirected: true},
	"wcc":          {call: "wcc.stats", stats: "componentCount"},
	"scc":          {call: "scc.stats", stats: "componentCount"},
	"triangles":    {call: "triangleCount.stats", stats: "globalTriangleCount", undirected: true},
	"articulation": {call: "articulationPoints.stats", stats: "articulationPointCount", undirected: true},
	"bridges":      {call: "bridges.stream", stats: "from RETURN count(from)", undirected: true},
	"leiden":       {call: "leiden.stats", stats: "communityCount", stream: "leiden.stream", answer: "nodeId, communityId", byNode: true, undirected: true},
	"path-pair":    {call: "shortestPath.dijkstra.stream", stats: "totalCost", pairs: true, fill: 1},
	"dijkstra-pair": {
		call: "shortestPath.dijkstra.stream", stats: "totalCost", pairs: true, fill: 1,
		config: map[string]any{"relationshipWeightProperty": "weight"},
	},
	"yen": {call: "shortestPath.yens.stream", stats: "totalCost", pairs: true, fill: 10, config: map[string]any{"k": 10}},
	"yen-weighted": {
		call: "shortestPath.yens.stream", stats: "totalCost", pairs: true, fill: 10,
		config: map[string]any{"k": 10, "relationshipWeightProperty": "weight"},
	},
}

func unnormalized(g *graph, answer []float64) []float64 {
	for i := range answer {
		answer[i] *= float64(g.nodes - 1)
	}
	return answer
}

func (g *gds) run(ctx context.Context, j job) (out outcome, err error) {
	p, ok := procedures[j.Op]
	if !ok {
		return out, missingError("it has no such operation")
	}
	if p.undirected && g.graph.directed {
		return out, missingError("for undirected graphs only")
	}
	if len(j.Sources) > 0 && j.Op != "betweenness" {
		return out, missingError("no share of the sources")
	}
	config := map[string]any{"concurrency": 2}
	maps.Copy(config, p.config)
	if len(j.Sources) > 0 {
		config["samplingSize"], config["samplingSeed"] = len(j.Sources), 1
	}
	out.Seconds = math.Inf(1)
	for turn, spent := 0, 0.0; turn == 0 || turn < j.Turns && spent <= j.Enough; turn++ {
		begun := time.Now()
		if p.pairs {
			out.answer, err = g.askPairs(ctx, p, config, j.Pairs)
		} else {
			out.answer, err = g.askGraph(ctx, p.call, p.stats, config)
		}
		if err != nil {
			return out, err
		}
		took := time.Since(begun).Seconds()
		out.Seconds, spent = min(out.Seconds, took), spent+took
	}
	if j.Answer != "" && p.stream != "" {
		out.answer, err = g.askNodes(ctx, p, config)
	}
	return out, err
}

func statement(call, yield string) string {
	return "CALL gds." + call + "('g', $config) YIELD " + yield
}

func (g *gds) askGraph(ctx context.Context, call, yield string, config map[string]any) ([]float64, error) {
	query := statement(call, yield)
	if !strings.Contains(yield, "RETURN") {
		query += " RETURN " + yield
	}
	records, err := g.ask(ctx, query, map[string]any{"config": config})
	if err != nil {
		return nil, err
	}
	return []float64{number(records[0].Values[0])}, nil
}

func (g *gds) askPairs(ctx context.Context, p procedure, config map[string]any, pairs [][2]int) ([]float64, error) {
	var all []float64
	config = maps.Clone(config)
	for _, pair := range pairs {
		config["sourceNode"], config["targetNode"] = pair[0], pair[1]
		records, err := g.ask(ctx, statement(p.call, p.stats)+" RETURN "+p.stats, map[string]any{"config": config})
		if err != nil {
			return nil, err
		}
		rows := make([]float64, 0, p.fill)
		for _, r := range records {
			rows = append(rows, number(r.Values[0]))
		}
		slices.Sort(rows)
		for len(rows) < p.fill {
			missing := math.NaN()
			if p.fill == 1 {
				missing = -1
			}
			rows = append(rows, missing)
		}
		all = append(all, rows...)
	}
	return all, nil
}

func (g *gds) askNodes(ctx context.Context, p procedure, config map[string]any) ([]float64, error) {
	records, err := g.ask(ctx, statement(p.stream, p.answer)+" RETURN "+p.answer, map[string]any{"config": config})
	if err != nil {
		return nil, err
	}
	all := make([]float64, g.graph.nodes)
	for _, r := range records {
		all[r.Values[0].(int64)] = number(r.Values[1])
	}
	if p.shape != nil {
		all = p.shape(g.graph, all)
	}
	return all, nil
}

func number(v any) float64 {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case float64:
		return v
	}
	return math.NaN()
}
