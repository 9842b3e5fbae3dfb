package projection

import (
	"encoding/binary"
	"math"
	"strconv"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// dictionary numbers what many records and links share: kinds, datasets, marking
// sets, and the combinations of them, called classes. A view judges a class once
// and then each item by one look-up. It only grows, under the projection's write
// lock; a snapshot keeps the slice headers of its time, so readers need no lock.
type dictionary struct {
	kinds       interner[graph.Kind]
	linkKinds   interner[graph.LinkKind]
	datasets    interner[string]
	nodes       interner[nodeClass]
	links       interner[linkClass]
	signatures  interner[string] // by joined markings; 0 is the one that nobody sees
	touched     interner[string] // by joined signature numbers
	nodeClasses []nodeClass
	linkClasses []linkClass
	markings    []graph.Markings // by signature
	sets        [][]uint32       // signatures that a revision touched
}

// nodeClass is what records have in common with many others.
type nodeClass struct {
	kind, dataset, signature uint32
	standing                 uint8 // reliability and credibility folded, less is better
}

// linkClass is what links have in common with many others.
type linkClass struct {
	kind, dataset, signature uint32
}

func newDictionary() *dictionary {
	d := &dictionary{}
	d.signature(nil)
	d.kinds.number(graph.UnknownKind)
	d.datasets.number("")
	d.nodes.number(nodeClass{}) // a ghost's
	d.nodeClasses = d.nodes.words
	return d
}

type interner[T comparable] struct {
	words []T
	index map[T]uint32
}

func (t *interner[T]) number(word T) uint32 {
	if i, ok := t.index[word]; ok {
		return i
	}
	if t.index == nil {
		t.index = map[T]uint32{}
	}
	i := uint32(len(t.words))
	t.words = append(t.words, word)
	t.index[word] = i
	return i
}

func (d *dictionary) signature(m graph.Markings) uint32 {
	var buf [256]byte
	key := buf[:0]
	for _, marking := range m {
		key = binary.AppendUvarint(key, uint64(len(marking)))
		key = append(key, marking...)
	}
	if i, ok := d.signatures.index[string(key)]; ok {
		return i
	}
	d.markings = append(d.markings, append(graph.Markings(nil), m...))
	return d.signatures.number(string(key))
}

func (d *dictionary) logEntry(e store.Entry) logEntry {
	var key []byte
	signatures := make([]uint32, 0, len(e.Signatures))
	for _, m := range e.Signatures {
		signature := d.signature(m)
		signatures = append(signatures, signature)
		key = strconv.AppendUint(append(key, ' '), uint64(signature), 36)
	}
	set := d.touched.number(string(key))
	if int(set) == len(d.sets) {
		d.sets = append(d.sets, signatures)
	}
	return logEntry{e.Revision, set}
}

func (d *dictionary) nodeRow(r *graph.Record) nodeRow {
	class := d.nodes.number(nodeClass{
		kind: d.kinds.number(r.Kind), dataset: d.datasets.number(r.Dataset),
		signature: d.signature(r.Markings), standing: standing(r),
	})
	d.nodeClasses = d.nodes.words
	row := nodeRow{id: r.ID, class: class, confidence: r.Confidence, name: r.Name, validFrom: r.ValidFrom, validTo: r.ValidTo}
	row.at, row.amount, row.quantity = figures(r)
	return row
}

// linkRow converts all but the ends, which are indices of a snapshot.
func (d *dictionary) linkRow(l *graph.Link) linkRow {
	class := d.links.number(linkClass{kind: d.linkKinds.number(l.Kind), dataset: d.datasets.number(l.Dataset), signature: d.signature(l.Markings)})
	d.linkClasses = d.links.words
	row := linkRow{
		id: l.ID, class: class, confidence: l.Confidence, at: l.At, validFrom: l.ValidFrom, validTo: l.ValidTo,
		weight: math.NaN(), amount: math.NaN(), quantity: math.NaN(),
	}
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

// figures reads what a record of a fact tells about the link derived from it:
// when it happened, what money and what quantity of goods it moved.
func figures(r *graph.Record) (at graph.Instant, amount, quantity float64) {
	at, amount, quantity = graph.NoInstant, math.NaN(), math.NaN()
	names, ok := figureNames[r.Kind]
	if !ok {
		return
	}
	for _, name := range names.at {
		if text := r.Properties.First(name); at == graph.NoInstant && text != "" {
			at, _ = graph.ParseInstant(text)
		}
	}
	if d, ok := graph.ParseDecimal(r.Properties.First(names.amount)); ok {
		amount = d.Float64()
	}
	if q, err := strconv.ParseFloat(r.Properties.First(names.quantity), 64); err == nil && !math.IsInf(q, 0) {
		quantity = q
	}
	return
}

// FigureNames returns the properties in which facts of a kind keep the money and
// the quantity of goods that they moved; "" for none.
func FigureNames(kind graph.Kind) (amount, quantity string) {
	names := figureNames[kind]
	return names.amount, names.quantity
}

// figureNames says in which properties facts keep their figures.
var figureNames = map[graph.Kind]struct {
	at               []string
	amount, quantity string
}{
	"Transfer": {at: []string{"at"}, amount: "amount"},
	"Shipment": {at: []string{"departedAt", "arrivedAt"}, amount: "declaredValue", quantity: "grossWeight"},
}
