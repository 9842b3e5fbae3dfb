package centrality

import "context"

// float is the precision of an iteration.
type float interface{ float32 | float64 }

// byLength is a matrix with the rows of each piece by how long they are. Where rows are
// short, most time of a product goes into wrong guesses of where a row ends; among rows
// of one length nobody has to guess. 2 bytes a row.
type byLength struct {
	*matrix
	order []uint16           // the rows of each piece, fewer than 2^16, counted from its first
	ends  [][long + 1]uint16 // for each piece where the rows of a length end in order
}

// long is the length from which on rows are not told apart.
const long = 32

// byLength sorts the rows of each piece in O(n) time.
func (m *matrix) byLength(ctx context.Context) (*byLength, error) {
	b := &byLength{matrix: m, order: make([]uint16, m.size()), ends: make([][long + 1]uint16, len(m.cuts)-1)}
	return b, m.eachPiece(ctx, func(piece, lo, hi int) { b.ends[piece] = sortByLength(m.off[lo:hi+1], b.order[lo:hi]) })
}

// sortByLength sorts some rows and returns where those of each length end.
func sortByLength(off []uint32, order []uint16) (ends [long + 1]uint16) {
	var next [long + 1]uint32
	for i, end := range off[1:] {
		next[min(end-off[i], long)]++
	}
	sum := uint32(0)
	for length, count := range next {
		next[length] = sum
		sum += count
		ends[length] = uint16(sum)
	}
	for i, end := range off[1:] {
		at := &next[min(end-off[i], long)]
		order[*at] = uint16(i)
		*at++
	}
	return ends
}

// pieceTimes sets those entries of y that belong to a piece to the product of its rows and
// x. Sums are taken in double precision, of sixteen entries at once, and in the order of
// the row.
func pieceTimes[T float](b *byLength, piece int, x, y []T) {
	lo, hi := b.cuts[piece], b.cuts[piece+1]
	off, order, y := b.off[lo:hi+1], b.order[lo:hi], y[lo:hi]
	at := uint16(0)
	for length, end := range b.ends[piece] {
		rows := order[at:end]
		if b.weight == nil && length < long {
			rows = byFour(b.nbr, length, off, rows, x, y)
		}
		for _, v := range rows {
			y[v] = T(oneRow(b.matrix, off[v], off[v+1], x))
		}
		at = end
	}
}

// byFour multiplies rows of one length, four at once, so that nobody waits for one sum. It
// returns the rows that are left.
func byFour[T float](nbr []uint32, length int, off []uint32, rows []uint16, x, y []T) []uint16 {
	for ; len(rows) >= 4; rows = rows[4:] {
		a, b, c, d := off[rows[0]], off[rows[1]], off[rows[2]], off[rows[3]]
		var sa, sb, sc, sd float64
		for end := a + uint32(length); a < end; a++ {
			sa += float64(x[nbr[a]])
			sb += float64(x[nbr[b]])
			sc += float64(x[nbr[c]])
			sd += float64(x[nbr[d]])
			b, c, d = b+1, c+1, d+1
		}
		y[rows[0]], y[rows[1]], y[rows[2]], y[rows[3]] = T(sa), T(sb), T(sc), T(sd)
	}
	return rows
}

// oneRow multiplies the entries from begin on before end.
func oneRow[T float](m *matrix, begin, end uint32, x []T) float64 {
	sum := 0.0
	if m.weight == nil {
		row := m.nbr[begin:end]
		for ; len(row) >= 16; row = row[16:] {
			sum += float64(sixteen(row, x))
		}
		for _, w := range row {
			sum += float64(x[w])
		}
		return sum
	}
	weight := m.weight[begin:end]
	for i, w := range m.nbr[begin:end] {
		sum += weight[i] * float64(x[w])
	}
	return sum
}

// sixteen adds up the first entries of a row, four by four: no addition waits for the one
// before.
func sixteen[T float](row []uint32, x []T) T {
	var a, b, c, d T
	for i := 0; i < 16; i += 4 {
		next := row[i : i+4 : i+4]
		a += x[next[0]]
		b += x[next[1]]
		c += x[next[2]]
		d += x[next[3]]
	}
	return (a + b) + (c + d)
}
