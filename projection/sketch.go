package projection

import (
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
)

// Sketch returns what the projection itself knows of an entity: ID, kind, name,
// confidence and markings. Aliases, properties and records are not among it.
func (v *View) Sketch(e Entity) graph.Entity {
	out := graph.Entity{ID: v.ID(e), Kind: v.Kind(e), Name: v.Name(e)}
	for _, m := range v.fused.members(e.node, nil) {
		row := v.snap.node(m)
		out.Confidence = max(out.Confidence, row.confidence)
		out.Markings = out.Markings.Union(v.snap.markings[v.snap.nodeClasses[row.class].signature])
	}
	return out
}

// DatasetsOf returns the datasets of an entity's records, in order.
func (v *View) DatasetsOf(e Entity) []string {
	var datasets []string
	for _, m := range v.fused.members(e.node, nil) {
		datasets = append(datasets, v.snap.datasets[v.snap.nodeClasses[v.snap.nodeClass(m)].dataset])
	}
	slices.Sort(datasets)
	return slices.Compact(datasets)
}

// SketchLink returns what the projection itself knows of a visible stored link,
// judgements left out: its identity, kind, ends as entities, times, weight,
// quantity, confidence, dataset and markings. Properties, source, unit and the
// exact amount are not among it.
func (v *View) SketchLink(id graph.ID) (graph.Link, bool) {
	i, found := v.snap.findLink(id)
	if !found {
		return graph.Link{}, false
	}
	return v.sketchLink(id, i)
}

// SketchLinkAt is SketchLink of a link that an expansion lists; it need not find it.
func (v *View) SketchLinkAt(l LinkAt) (graph.Link, bool) { return v.sketchLink(l.ID, l.link) }

func (v *View) sketchLink(id graph.ID, i uint32) (graph.Link, bool) {
	row := v.snap.link(i)
	from, to, ok := v.endsOf(row)
	if !ok {
		return graph.Link{}, false
	}
	class := v.snap.linkClasses[row.class]
	return graph.Link{
		Header: graph.Header{
			ID: id, Dataset: v.snap.datasets[class.dataset], Markings: v.snap.markings[class.signature], Confidence: row.confidence,
			ValidFrom: row.validFrom, ValidTo: row.validTo,
		},
		Kind: v.snap.linkKinds[class.kind], From: v.ID(from), To: v.ID(to),
		At: row.at, Weight: present(row.weight), Quantity: present(row.quantity),
	}, true
}

// present returns nil for NaN.
func present(f float64) *float64 {
	if math.IsNaN(f) {
		return nil
	}
	return &f
}
