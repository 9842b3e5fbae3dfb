package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"github.com/chokepoint/chokepoint/graph/centrality"
	"github.com/chokepoint/chokepoint/graph/network"
)

// runner goes through graphs and operations.
type runner struct {
	options
	folder string // of answers
	ours   *ours
	peers  []engine
	loaded map[string]string // the graph that an engine holds
	wrong  map[string]string // "engine operation": how its answer on the small graph differs
	cells  []cell
}

// cell is an operation on a graph, with all that was timed.
type cell struct {
	op      *operation
	graph   *graph
	ours    []float64            // seconds of a unit of work by round: a pair, a source, or all
	theirs  map[string][]float64 // the same of peers
	shares  map[string]int       // sources that a peer was timed with, where not all
	notes   map[string]string    // why a peer was not timed
	remarks map[string][]string  // on a peer's ratio
	exact   []float64            // what estimates are measured against
}

func (r *runner) start(ctx context.Context) (err error) {
	r.loaded, r.wrong = map[string]string{}, map[string]string{}
	if r.folder, err = os.MkdirTemp("", "chokepoint-peers-"); err != nil {
		return err
	}
	interpreter := ""
	if slices.ContainsFunc(r.options.peers, func(p string) bool { return p != "gds" }) {
		if interpreter, err = venv(ctx, r.cache); err != nil {
			return err
		}
	}
	for _, name := range r.options.peers {
		var e engine
		if name == "gds" {
			e, err = startGDS(ctx, r.cache)
		} else {
			e, err = startPython(ctx, interpreter, name, r.folder)
		}
		if err != nil {
			return err
		}
		r.peers = append(r.peers, e)
	}
	return nil
}

func (r *runner) close() error {
	var err error
	for _, p := range r.peers {
		err = errors.Join(err, p.close())
	}
	return errors.Join(err, os.RemoveAll(r.folder))
}

// wants says whether an operation on a graph was asked for.
func (r *runner) wants(o *operation, graph string) bool {
	if r.ops != nil && !slices.Contains(r.ops, o.name) {
		return false
	}
	if r.graphs == nil {
		return slices.Contains(o.graphs, graph)
	}
	return slices.Contains(r.graphs, graph) && (slices.Contains(o.graphs, graph) || len(r.ops) > 0)
}

func (r *runner) all(ctx context.Context) error {
	if err := r.check(ctx); err != nil {
		return err
	}
	for _, name := range graphNames() {
		var g *graph
		for i := range operations {
			o := &operations[i]
			if kernels[o.name] == nil || !r.wants(o, name) {
				continue
			}
			if g == nil {
				var err error
				if g, err = openGraph(r.cache, name); err != nil {
					return err
				}
				if err := r.ours.load(ctx, g); err != nil {
					return err
				}
				say("%s: %d nodes, %d links\n", name, g.nodes, len(g.links))
			}
			if o.directed && !g.directed {
				continue
			}
			if err := r.cell(ctx, o, g); err != nil {
				return err
			}
		}
	}
	return nil
}

// check compares the answers of the operations over all sources on a small graph, in
// full, since on a large one a peer is asked for a share only.
func (r *runner) check(ctx context.Context) error {
	g, err := openGraph(r.cache, "check")
	if err != nil {
		return err
	}
	if err := r.ours.load(ctx, g); err != nil {
		return err
	}
	for i := range operations {
		o := &operations[i]
		if !o.whole || kernels[o.name] == nil || r.ops != nil && !slices.Contains(r.ops, o.name) {
			continue
		}
		j := job{Op: o.name, Answer: r.folder}
		right, err := r.ours.run(ctx, j)
		if err != nil {
			return fmt.Errorf("%s: %w", o.name, err)
		}
		for _, p := range r.peers {
			out, err := r.ask(ctx, p, g, j)
			if errors.As(err, new(missingError)) {
				continue
			}
			if err != nil {
				return err
			}
			if differ := compare(o, right.answer, out.answer); differ != "" {
				r.wrong[p.name()+" "+o.name] = differ
				say("%s, %s: %s on the small graph\n", o.name, p.name(), differ)
			}
		}
	}
	return nil
}

// ask has a peer run a job, on a graph that it loads if it holds another.
func (r *runner) ask(ctx context.Context, p engine, g *graph, j job) (outcome, error) {
	if r.loaded[p.name()] != g.name {
		if p.name() == "rustworkx" && len(g.links) > 2_000_000 {
			return outcome{}, missingError("its graph is built link by link")
		}
		begun := time.Now()
		if err := p.load(ctx, g); err != nil {
			return outcome{}, err
		}
		r.loaded[p.name()] = g.name
		if took := time.Since(begun); took > 10*time.Second {
			say("  %s took %.0f s to load %s\n", p.name(), took.Seconds(), g.name)
		}
	}
	return p.run(ctx, j)
}

// job makes that of a round.
func (r *runner) job(o *operation, g *graph, round int) job {
	draw := rand.New(rand.NewPCG(seed, uint64(round)))
	j := job{Op: o.name, Turns: 5, Enough: 0.1, Removals: o.removals, Error: o.maxError, Round: round}
	pairs := o.pairs
	if len(g.links) > 2_000_000 {
		pairs = (pairs + 1) / 2
	}
	for range pairs {
		a := draw.IntN(g.nodes)
		j.Pairs = append(j.Pairs, [2]int{a, (a + 1 + draw.IntN(g.nodes-1)) % g.nodes})
	}
	for range o.sources {
		j.Sources = append(j.Sources, draw.IntN(g.nodes))
	}
	if o.name == "katz" {
		most := 0
		for v := range g.nodes {
			most = max(most, r.ours.net.InDegree(network.NodeIndex(v)))
		}
		j.Alpha = 0.85 / float64(most)
	}
	return j
}

// cell times an operation on a graph.
func (r *runner) cell(ctx context.Context, o *operation, g *graph) error {
	c := cell{op: o, graph: g, theirs: map[string][]float64{}, shares: map[string]int{}, notes: map[string]string{}, remarks: map[string][]string{}}
	units := float64(max(1, o.pairs, o.sources))
	if n := len(r.job(o, g, 0).Pairs); n > 0 {
		units = float64(n)
	}
	begun := time.Now()
	for round := 0; round < r.rounds && (round == 0 || time.Since(begun) < r.budget); round++ {
		j := r.job(o, g, round)
		if round == 0 || o.match == estimate {
			j.Answer = r.folder
		}
		our, err := r.ours.run(ctx, j)
		if err != nil {
			return fmt.Errorf("%s on %s: %w", o.name, g.name, err)
		}
		c.ours = append(c.ours, our.Seconds/units)
		for i := range r.peers {
			p := r.peers[(i+round)%len(r.peers)]
			if c.notes[p.name()] != "" {
				continue
			}
			if round == 0 {
				c.prepare(ctx, r, p, j)
			}
			seconds, err := c.time(ctx, r, p, j, our.answer)
			if errors.As(err, new(missingError)) {
				c.notes[p.name()] = err.Error()
				continue
			}
			if err != nil {
				c.notes[p.name()] = "failed: " + err.Error()
				say("  %s: %v\n", p.name(), err)
				continue
			}
			c.theirs[p.name()] = append(c.theirs[p.name()], seconds/units)
		}
	}
	r.cells = append(r.cells, c)
	for _, line := range c.rows() {
		say("%s\n", line)
	}
	return ctx.Err()
}

// most is the work, in nodes times links, up to which an engine that cannot do a
// share of the sources does all of them.
const most = 1e9

// prepare finds out how many sources a peer can do in its part of the budget.
func (c *cell) prepare(ctx context.Context, r *runner, p engine, j job) {
	if differ := r.wrong[p.name()+" "+c.op.name]; differ != "" {
		c.notes[p.name()] = "answers differ: " + differ
		return
	}
	if !c.op.whole || float64(c.graph.nodes)*float64(len(c.graph.links)) < most/10 {
		return
	}
	j.Answer, j.Turns = "", 1
	const few = 16
	j.Sources = draw(c.graph.nodes, few)
	out, err := r.ask(ctx, p, c.graph, j)
	if err != nil {
		if float64(c.graph.nodes)*float64(len(c.graph.links)) > most {
			c.notes[p.name()] = "missing: a share of the sources, and all take too long"
		}
		return
	}
	each := out.Seconds / few
	if each*float64(c.graph.nodes) > r.budget.Seconds()/4 {
		c.shares[p.name()] = max(int(r.budget.Seconds()/20/each), few)
		c.remark(p.name(), "extrapolated from %d sources", c.shares[p.name()])
	}
}

// draw returns k different nodes of n.
func draw(n, k int) []int { return rand.New(rand.NewPCG(seed, 3)).Perm(n)[:k] }

// time has a peer do the job of a round, or a share of it that stands for the whole.
func (c *cell) time(ctx context.Context, r *runner, p engine, j job, right []float64) (float64, error) {
	if note := c.notes[p.name()]; note != "" {
		return 0, missingError(note)
	}
	scale := 1.0
	if k := c.shares[p.name()]; k > 0 {
		j.Sources, j.Answer, j.Turns = draw(c.graph.nodes, k), "", 1
		scale = float64(c.graph.nodes) / float64(k)
	}
	out, err := r.ask(ctx, p, c.graph, j)
	if err != nil {
		return 0, err
	}
	if c.op.match == estimate {
		return c.equalized(ctx, r, p.name(), out, right)
	}
	if j.Answer != "" {
		if err := c.compare(p.name(), right, out.answer); err != nil {
			return 0, err
		}
	}
	return scale * out.Seconds, nil
}

// compare returns an error unless a peer's answer is what the operation wants.
func (c *cell) compare(peer string, our, their []float64) error {
	if c.op.match == partition {
		c.remark(peer, "modularity %.4f, ours %.4f", modularity(c.graph, their), modularity(c.graph, our))
		return nil
	}
	differ := compare(c.op, our, their)
	if differ == "" {
		return nil
	}
	if c.op.match == unlike {
		c.remark(peer, "another answer: %s", differ)
		return nil
	}
	return errors.New("answers differ: " + differ)
}

// equalized returns the seconds that a peer would have taken for an error as large as
// that of our estimate.
func (c *cell) equalized(ctx context.Context, r *runner, peer string, out outcome, our []float64) (float64, error) {
	if c.exact == nil {
		exact, err := centrality.Betweenness(ctx, r.ours.net, centrality.Options{})
		if err != nil {
			return 0, err
		}
		c.exact = exact
	}
	ours, theirs := c.off(our), c.off(out.answer)
	c.remark(peer, "%.3f s, off by %.5f, ours by %.5f", out.Seconds, theirs, ours)
	return out.Seconds * (theirs / ours) * (theirs / ours), nil
}

// off is the greatest error of normalized scores.
func (c *cell) off(scores []float64) float64 {
	worst, n := 0.0, float64(c.graph.nodes)
	for v, x := range scores {
		worst = max(worst, math.Abs(x-c.exact[v]))
	}
	return worst / (n * (n - 1) / 2)
}

func (c *cell) remark(peer, format string, args ...any) {
	c.remarks[peer] = append(c.remarks[peer], fmt.Sprintf(format, args...))
}
