package neo4j

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
)

// touchedLink is a link before or after a change: its markings and its ends, whose
// markings count as they are when the batch is done.
type touchedLink struct {
	markings graph.Markings
	from, to graph.ID
}

const findEnds cypher = "UNWIND $ids AS id MATCH (n:Entity {id: id}) USING INDEX SEEK n:Entity(id) WHERE n._rev IS NOT NULL RETURN n.id AS id, n.markings AS markings"

// endMarkings makes sure that the markings of the ends of all touched links are known.
func (t *transaction) endMarkings(ctx context.Context) error {
	t.ends = make(map[graph.ID]graph.Markings, len(t.records.order))
	for _, position := range t.records.order {
		r := &t.records.items[position]
		t.ends[r.ID] = r.Markings
	}
	for _, item := range t.items.records {
		if item.change == deleted {
			t.ends[item.id] = nil
		}
	}
	var ask []graph.ID
	for _, l := range t.joined {
		for _, id := range [2]graph.ID{l.from, l.to} {
			if _, known := t.ends[id]; known {
				continue
			}
			markings, remembered := t.writer.ends[id]
			if t.ends[id] = markings; !remembered {
				ask = append(ask, id)
			}
		}
	}
	slices.SortFunc(ask, graph.ID.Compare)
	for some := range slices.Chunk(ask, statementRows) {
		rows, err := t.run(ctx, findEnds, parameters{"ids": texts26(some)})
		if err != nil {
			return err
		}
		for _, row := range rows {
			id, _ := graph.ParseID(text(row.Values[0]))
			t.ends[id] = t.writer.share(markingsOf(row.Values[1]))
		}
	}
	for _, id := range ask {
		t.writer.remember(id, t.ends[id])
	}
	return nil
}

// endOf returns the markings that a record has after the batch, nil if it does not
// exist.
func (t *transaction) endOf(id graph.ID) graph.Markings { return t.ends[id] }

// signatures returns the marking sets that the batch touched, in order.
func (t *transaction) signatures() []graph.Markings {
	sets := map[string]graph.Markings{}
	add := func(m graph.Markings) { sets[string(appendMarkings(nil, m))] = m }
	for _, m := range t.touched {
		add(m)
	}
	unions := map[string]struct{}{}
	for _, l := range t.joined {
		from, to := t.endOf(l.from), t.endOf(l.to)
		if from == nil || to == nil {
			continue
		}
		key := string(appendMarkings(appendMarkings(appendMarkings(nil, l.markings), from), to))
		if _, again := unions[key]; !again {
			unions[key] = struct{}{}
			add(l.markings.Union(from).Union(to))
		}
	}
	list := make([]graph.Markings, 0, len(sets))
	for _, m := range sets {
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b graph.Markings) int { return slices.Compare(a, b) })
	return list
}

// signatureTexts writes marking sets as JSON arrays, since a property holds a list
// of texts at most.
func signatureTexts(list []graph.Markings) ([]string, error) {
	texts := make([]string, len(list))
	for i, m := range list {
		encoded, err := json.Marshal(markingTexts(m))
		if err != nil {
			return nil, err
		}
		texts[i] = string(encoded)
	}
	return texts, nil
}

const writeLog cypher = "MATCH (h:_Head {id: 'head'}) SET h.revision = $revision CREATE (l:_Log) SET l = $entry"

// log writes the entry of the batch and moves the head.
func (t *transaction) log(ctx context.Context, token string) error {
	signatures, err := signatureTexts(t.signatures())
	if err != nil {
		return err
	}
	entry := parameters{
		"revision": int64(t.revision), "who": t.batch.Who, "why": t.batch.Why, "import": t.batch.Import,
		"records": len(t.items.records), "links": len(t.items.links),
		"signatures": signatures, "items": t.items.pack(), "batch": token,
	}
	putInstant(entry, "at", t.batch.At)
	_, err = t.run(ctx, writeLog, parameters{"revision": int64(t.revision), "entry": entry})
	return err
}
