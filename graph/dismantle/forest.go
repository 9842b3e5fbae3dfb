package dismantle

// forest is a union-find structure that knows the sizes of its trees.
type forest struct {
	up   []uint32
	size []int64
}

func newForest(n int) *forest {
	f := &forest{make([]uint32, n), make([]int64, n)}
	for v := range f.up {
		f.up[v], f.size[v] = uint32(v), 1
	}
	return f
}

func (f *forest) root(v uint32) uint32 {
	for f.up[v] != v {
		f.up[v] = f.up[f.up[v]]
		v = f.up[v]
	}
	return v
}

// join reports whether the two were apart.
func (f *forest) join(v, w uint32) bool {
	v, w = f.root(v), f.root(w)
	if v == w {
		return false
	}
	if f.size[v] < f.size[w] {
		v, w = w, v
	}
	f.up[w] = v
	f.size[v] += f.size[w]
	return true
}
