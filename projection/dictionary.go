package projection

import (
	"fmt"
	"math"

	"github.com/chokepoint/chokepoint/graph"
)

// dictionary numbers the few distinct kinds, datasets and marking sets. It only
// grows, under the projection's write lock; a snapshot keeps the slice headers
// of its time, so readers need no lock.
type dictionary struct {
	kinds      interner[graph.Kind]
	linkKinds  interner[graph.LinkKind]
	datasets   interner[string]
	signatures []graph.Markings // 0 is the signature that nobody sees
	bySig      map[string]uint32
	full       error // set once a table has no number left
}

func newDictionary() *dictionary {
	return &dictionary{
		kinds:      interner[graph.Kind]{index: map[graph.Kind]uint16{}},
		linkKinds:  interner[graph.LinkKind]{index: map[graph.LinkKind]uint16{}},
		datasets:   interner[string]{index: map[string]uint16{}},
		signatures: []graph.Markings{nil},
		bySig:      map[string]uint32{},
	}
}

type interner[T comparable] struct {
	words []T
	index map[T]uint16
}

func (t *interner[T]) number(word T) (uint16, error) {
	if i, ok := t.index[word]; ok {
		return i, nil
	}
	if len(t.words) > math.MaxUint16 {
		return 0, fmt.Errorf("projection: more than %d distinct %T", len(t.words), word)
	}
	i := uint16(len(t.words))
	t.words = append(t.words, word)
	t.index[word] = i
	return i, nil
}

func (d *dictionary) signature(m graph.Markings) uint32 {
	if len(m) == 0 {
		return 0
	}
	var buf [256]byte
	key := buf[:0]
	for _, marking := range m { // markings hold no control characters
		key = append(append(key, marking...), 0)
	}
	if i, ok := d.bySig[string(key)]; ok {
		return i
	}
	i := uint32(len(d.signatures))
	d.signatures = append(d.signatures, append(graph.Markings(nil), m...))
	d.bySig[string(key)] = i
	return i
}

func (d *dictionary) nodeRow(r *graph.Record) nodeRow {
	kind, err := d.kinds.number(r.Kind)
	d.note(err)
	dataset, err := d.datasets.number(r.Dataset)
	d.note(err)
	return nodeRow{id: r.ID, kind: kind, dataset: dataset, sig: d.signature(r.Markings), standing: standing(r),
		confidence: r.Confidence, name: r.Name, validFrom: r.ValidFrom, validTo: r.ValidTo}
}

// linkRow converts all but the ends, which are indices of a snapshot.
func (d *dictionary) linkRow(l *graph.Link) linkRow {
	kind, err := d.linkKinds.number(l.Kind)
	d.note(err)
	dataset, err := d.datasets.number(l.Dataset)
	d.note(err)
	row := linkRow{id: l.ID, kind: kind, dataset: dataset, sig: d.signature(l.Markings), confidence: float32(l.Confidence),
		at: l.At, validFrom: l.ValidFrom, validTo: l.ValidTo, weight: math.NaN(), amount: math.NaN(), quantity: math.NaN()}
	if l.Weight != nil {
		row.weight = *l.Weight
	}
	if l.Amount != "" {
		row.amount = l.Amount.Float64()
	}
	if l.Quantity != nil {
		row.quantity = *l.Quantity
	}
	return row
}

func (d *dictionary) note(err error) {
	if err != nil && d.full == nil {
		d.full = err
	}
}

// standing folds the Admiralty grade into a number as graph.Fuse ranks it.
func standing(r *graph.Record) uint8 {
	reliability, credibility := r.Reliability, r.Credibility
	if reliability == 0 {
		reliability = 'F'
	}
	if credibility == 0 {
		credibility = 6
	}
	return (reliability-'A')*10 + credibility
}
