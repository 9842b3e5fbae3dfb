package neo4j

import (
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// dataset is a declared dataset, with the kinds that its links ever had: the
// relationship types under which a link of it can be.
type dataset struct {
	store.Dataset
	kinds []graph.LinkKind
	dirty bool // to be stored
}

func readDataset(p map[string]any) *dataset {
	d := &dataset{Dataset: store.Dataset{Name: text(p["name"]), Title: text(p["title"]), Ceiling: markingsOf(p["ceiling"])}}
	for _, kind := range texts(p["kinds"]) {
		d.kinds = append(d.kinds, graph.LinkKind(kind))
	}
	return d
}

// declare takes in the declarations of the batch.
func (t *transaction) declare() {
	for _, declared := range t.batch.Datasets {
		d := t.datasets[declared.Name]
		if d == nil {
			d = &dataset{Dataset: store.Dataset{Name: declared.Name}, dirty: true}
			t.datasets[declared.Name] = d
		}
		if ceiling := d.Ceiling.Union(declared.Ceiling); len(ceiling) > len(d.Ceiling) {
			d.Ceiling, d.dirty = ceiling, true
		}
		if declared.Title != "" && declared.Title != d.Title {
			d.Title, d.dirty = declared.Title, true
		}
		t.declared = t.declared || d.dirty
	}
}

func (d *dataset) holds(kind graph.LinkKind) {
	if !slices.Contains(d.kinds, kind) {
		d.kinds, d.dirty = append(slices.Clip(d.kinds), kind), true
	}
}

const writeDatasets cypher = "UNWIND $rows AS row MERGE (d:_Dataset {name: row.name}) SET d = row"

// writeDatasets stores the datasets that differ from what is there.
func (t *transaction) writeDatasets(ctx context.Context) error {
	var rows []any
	for _, d := range t.datasets {
		if d.dirty {
			kinds := make([]string, len(d.kinds))
			for i, k := range d.kinds {
				kinds[i] = string(k)
			}
			rows = append(rows, parameters{"name": d.Name, "title": d.Title, "ceiling": markingTexts(d.Ceiling), "kinds": kinds})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	_, err := t.run(ctx, writeDatasets, parameters{"rows": rows})
	return err
}
