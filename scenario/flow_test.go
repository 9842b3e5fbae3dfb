package scenario

import (
	"math"
	"slices"
)

// flowNetwork finds maximum flows by plain augmenting paths in a matrix of what
// lies between sources and sinks.
type flowNetwork struct {
	capacity       [][]float64
	sources, sinks []int
	index          map[string]int
	between        []string // nodes reached from a source that reach a sink, but for these
}

func newFlowNetwork(arcs []arc, from, to []string, byQuantity bool) *flowNetwork {
	f := &flowNetwork{index: map[string]int{}}
	forward, backward := map[string][]string{}, map[string][]string{}
	for _, a := range arcs {
		forward[a.from], backward[a.to] = append(forward[a.from], a.to), append(backward[a.to], a.from)
	}
	down, up := reached(forward, from), reached(backward, to)
	for key := range down {
		if !up[key] {
			continue
		}
		f.index[key] = len(f.index)
		switch {
		case slices.Contains(from, key):
			f.sources = append(f.sources, f.index[key])
		case slices.Contains(to, key):
			f.sinks = append(f.sinks, f.index[key])
		default:
			f.between = append(f.between, key)
		}
	}
	for range f.index {
		f.capacity = append(f.capacity, make([]float64, len(f.index)))
	}
	for _, a := range arcs {
		i, okFrom := f.index[a.from]
		j, okTo := f.index[a.to]
		switch {
		case okFrom && okTo && byQuantity:
			f.capacity[i][j] += a.quantity
		case okFrom && okTo:
			f.capacity[i][j]++
		}
	}
	return f
}

func set(keys []string) map[string]bool {
	s := map[string]bool{}
	for _, k := range keys {
		s[k] = true
	}
	return s
}

func reached(next map[string][]string, from []string) map[string]bool {
	seen, queue := set(from), slices.Clone(from)
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, n := range next[at] {
			if !seen[n] {
				seen[n], queue = true, append(queue, n)
			}
		}
	}
	return seen
}

func (f *flowNetwork) max(without []string) float64 {
	gone, left := make([]bool, len(f.capacity)), make([][]float64, len(f.capacity))
	for _, key := range without {
		gone[f.index[key]] = true
	}
	for i, row := range f.capacity {
		left[i] = slices.Clone(row)
	}
	for total := 0.0; ; {
		path := f.augmenting(left, gone)
		if path == nil {
			return total
		}
		least := math.Inf(1)
		for i := 1; i < len(path); i++ {
			least = min(least, left[path[i]][path[i-1]])
		}
		for i := 1; i < len(path); i++ {
			left[path[i]][path[i-1]] -= least
			left[path[i-1]][path[i]] += least
		}
		total += least
	}
}

// augmenting returns a shortest path with room left, from its end, or nil.
func (f *flowNetwork) augmenting(left [][]float64, gone []bool) []int {
	before := make([]int, len(left)) // 0 unseen, -1 a source, else the node before plus one
	queue := slices.Clone(f.sources)
	for _, i := range queue {
		before[i] = -1
	}
	for ; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if slices.Contains(f.sinks, at) {
			path := []int{at}
			for before[at] > 0 {
				at = before[at] - 1
				path = append(path, at)
			}
			return path
		}
		for n, c := range left[at] {
			if before[n] == 0 && c > 1e-9 && !gone[n] {
				before[n], queue = at+1, append(queue, n)
			}
		}
	}
	return nil
}
