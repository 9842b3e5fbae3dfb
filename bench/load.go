package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

const (
	// loadClients is how many ask at once: a team and its scripts.
	loadClients = 64
	// overload is how much more than the server can do is asked of it.
	overload = 4
	// overloadClients hold enough connections for what then waits.
	overloadClients = 512
)

// measureLoad has many clients ask the demo a mix of questions, as fast as they are
// answered and then much faster: nothing fails, memory stays as it is, and what is too
// much is refused at once.
func measureLoad(ctx context.Context, w *world) (err error) {
	demo, bodies, err := startMixed(ctx, w, 200)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, demo.stop()) }()
	plan := loadPlan{Addr: demo.addr, Connections: loadClients, Bodies: bodies, Seconds: 10, Apart: true}
	if _, err := runClient(ctx, plan); err != nil { // until caches are warm and the heap has its size
		return err
	}
	before, err := demo.memory()
	if err != nil {
		return err
	}
	plan.Seconds = w.seconds
	closed, err := runClient(ctx, plan)
	if err != nil {
		return err
	}
	after, err := demo.memory()
	if err != nil {
		return err
	}
	show(w.out, "64 clients", closed)
	plan.Connections, plan.Rate, plan.Refusals = overloadClients, int(overload*closed.Rate), true
	over, err := runClient(ctx, plan)
	if err != nil {
		return err
	}
	show(w.out, "four times as much", over)
	at := fmt.Sprintf("demo, %d clients, %d s: ", loadClients, w.seconds)
	w.add(
		result{what: at + "answers", value: closed.Rate, unit: "requests/s"},
		result{what: at + "failures", value: float64(closed.Errors), unit: "requests", target: 0, atMost: true},
		result{what: at + "p99", value: closed.P99, unit: "ms"},
		result{what: at + "memory, after by before", value: after / before, unit: "×", target: 1.1, atMost: true},
		result{what: "demo, 4 × as much: goodput by peak", value: over.Rate / closed.Rate, unit: "×", target: 0.8},
		result{what: "demo, 4 × as much: refused in, p99", value: over.RefusedP99, unit: "ms", target: 20, atMost: true},
	)
	return nil
}

// running is a demo that serves.
type running struct {
	cmd  *exec.Cmd
	addr string
}

var address = regexp.MustCompile(`http://([0-9.:]+)/graphql`)

func startDemo(ctx context.Context, binary string) (*running, error) {
	cmd := exec.CommandContext(ctx, binary, "demo", "--addr", "127.0.0.1:0")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := startOn(cmd, 0); err != nil {
		return nil, err
	}
	d := &running{cmd: cmd}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if found := address.FindStringSubmatch(lines.Text()); found != nil {
			d.addr = found[1]
		}
		if strings.Contains(lines.Text(), "Ctrl-C") {
			return d, nil
		}
	}
	return nil, errors.Join(errors.New("the demo ended before it was ready"), cmd.Wait())
}

// startMixed starts a demo, and returns what to ask of it.
func startMixed(ctx context.Context, w *world, stream uint64) (*running, []string, error) {
	binary, err := w.built(ctx)
	if err != nil {
		return nil, nil, err
	}
	demo, err := startDemo(ctx, binary)
	if err != nil {
		return nil, nil, err
	}
	bodies, err := demo.mix(ctx, source(stream))
	if err != nil {
		return nil, nil, errors.Join(err, demo.stop())
	}
	return demo, bodies, nil
}

func (d *running) stop() error {
	_ = d.cmd.Process.Signal(os.Interrupt) // it may have ended already
	return d.cmd.Wait()
}

// memory returns the resident set in bytes.
func (d *running) memory() (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", d.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	pages, err := strconv.ParseFloat(strings.Fields(string(text))[1], 64)
	return pages * float64(os.Getpagesize()), err
}

// mix returns bodies as analysts and pages ask them: mostly a thing with its
// neighbours, then searches, paths, and rankings that are known already.
func (d *running) mix(ctx context.Context, r *rand.Rand) ([]string, error) {
	var listed struct {
		Entities struct{ Nodes []struct{ ID, Name string } }
	}
	if _, err := d.ask(ctx, request(`{ entities(first: 500, filter: {minDegree: 1}) { nodes { id name } } }`, nil), &listed); err != nil {
		return nil, err
	}
	nodes := listed.Entities.Nodes
	if len(nodes) == 0 {
		return nil, errors.New("the demo lists nothing")
	}
	bodies := make([]string, 10_000)
	for i := range bodies {
		a, b := nodes[r.IntN(len(nodes))], nodes[r.IntN(len(nodes))]
		switch n := r.IntN(100); {
		case n < 70:
			bodies[i] = request(neighborsQuery, map[string]any{"id": a.ID})
		case n < 85:
			bodies[i] = request(`query Find($text: String!) { search(text: $text, first: 10) { nodes { score entity { id name kind } } } }`, map[string]any{"text": a.Name})
		case n < 95:
			bodies[i] = request(pathsQuery, map[string]any{"from": []string{a.ID}, "to": []string{b.ID}})
		default:
			bodies[i] = request(`{ centrality(measure: PAGERANK, first: 10) { nodes { rank score entity { id name } } } }`, nil)
		}
	}
	return bodies, nil
}
