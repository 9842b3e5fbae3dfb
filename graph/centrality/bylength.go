package centrality

import "context"

// byLength returns the matrix with nodes renamed so that rows of one length stand
// together, and the old name of each. In a matrix of short rows most time of a product
// goes into wrong guesses of where a row ends; then nobody has to guess. Entries keep
// their order within a row, so sums stay the same to the last bit. O(n + m) time.
func (m *matrix) byLength(ctx context.Context) (*matrix, []uint32, error) {
	n := m.size()
	order, name := m.lengths(), make([]uint32, n)
	r := &matrix{off: make([]uint32, n+1), nbr: make([]uint32, len(m.nbr))}
	for i, v := range order {
		name[v] = uint32(i)
		r.off[i+1] = r.off[i] + m.off[v+1] - m.off[v]
	}
	if m.weight != nil {
		r.weight = make([]float64, len(m.weight))
	}
	r.cut()
	err := r.pieces(ctx, func() func(int, int, int) error {
		return func(_, lo, hi int) error {
			for i, v := range order[lo:hi] {
				to := r.row(lo + i)
				for k, w := range m.row(int(v)) {
					to[k] = name[w]
				}
				if m.weight != nil {
					copy(r.weights(lo+i), m.weights(int(v)))
				}
			}
			return nil
		}
	})
	return r, order, err
}

// lengths returns the nodes by the length of their rows.
func (m *matrix) lengths() []uint32 {
	most := uint32(0)
	for v := range m.size() {
		most = max(most, m.off[v+1]-m.off[v])
	}
	next := make([]uint32, most+2)
	for v := range m.size() {
		next[m.off[v+1]-m.off[v]+1]++
	}
	for d := range most {
		next[d+1] += next[d]
	}
	order := make([]uint32, m.size())
	for v := range uint32(m.size()) {
		at := &next[m.off[v+1]-m.off[v]]
		order[*at] = v
		*at++
	}
	return order
}

// short says that renaming by length pays for an iteration: it takes as long as two or
// three products, and makes them quicker where rows are short and many.
func (m *matrix) short() bool { return m.size() >= 1<<14 && len(m.nbr) < 16*m.size() }
