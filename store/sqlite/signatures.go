package sqlite

import (
	"bytes"
	"database/sql"
	"encoding/binary"
	"hash/crc32"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
)

// linkTouch is a link before or after a change: its marking set and its ends,
// whose markings count as they are when the batch is done.
type linkTouch struct {
	set      uint32
	from, to graph.ID
}

// recordChanged notes what a changed record means for the signatures and for the
// links that end at it.
func (t *transaction) recordChanged(before *row, after *graph.Record, set uint32) error {
	id := graph.ID{}
	if before != nil {
		t.touched[before.markings] = struct{}{}
		id = before.id
	}
	if after != nil {
		t.touched[set] = struct{}{}
		id = after.ID
	}
	if len(t.ends) >= maxEnds {
		clear(t.ends)
	}
	t.ends[id] = set
	return nil
}

func (t *transaction) linkChanged(before *row, after *graph.Link, set uint32) error {
	if before != nil {
		var old graph.Link
		if err := linkClass.decode(before, t.dictionary, nil, &old); err != nil {
			return err
		}
		t.touchedLinks = append(t.touchedLinks, linkTouch{before.markings, old.From, old.To})
	}
	if after != nil {
		t.touchedLinks = append(t.touchedLinks, linkTouch{set, after.From, after.To})
	}
	return nil
}

// signatures returns the numbers of the marking sets that the batch touched, in
// the order of the sets.
func (t *transaction) signatures() ([]uint32, error) {
	ends, err := t.endSets()
	if err != nil {
		return nil, err
	}
	unions := map[[3]uint32]struct{}{}
	for _, l := range t.touchedLinks {
		if from, to := ends[l.from], ends[l.to]; from != 0 && to != 0 {
			unions[[3]uint32{l.set, from, to}] = struct{}{}
		}
	}
	for u := range unions {
		var union graph.Markings
		for _, n := range u {
			union = union.Union(t.dictionary.markings[n-1].set)
		}
		n, err := t.set(union)
		if err != nil {
			return nil, err
		}
		t.touched[n] = struct{}{}
	}
	numbers := make([]uint32, 0, len(t.touched))
	for n := range t.touched {
		numbers = append(numbers, n)
	}
	slices.SortFunc(numbers, func(a, b uint32) int {
		return slices.Compare(t.dictionary.markings[a-1].set, t.dictionary.markings[b-1].set)
	})
	return numbers, nil
}

// endSets returns the marking sets of the ends of all touched links, 0 for ends
// that do not exist.
func (t *transaction) endSets() (map[graph.ID]uint32, error) {
	if len(t.touchedLinks) == 0 {
		return nil, nil
	}
	known := make(map[graph.ID]uint32, len(t.touchedLinks))
	var ask []graph.ID
	for _, l := range t.touchedLinks {
		for _, id := range [2]graph.ID{l.from, l.to} {
			if _, again := known[id]; again {
				continue
			}
			set, remembered := t.ends[id]
			if known[id] = set; !remembered {
				ask = append(ask, id)
			}
		}
	}
	slices.SortFunc(ask, graph.ID.Compare)
	for ids := range slices.Chunk(ask, planChunk) {
		placeholders, args := list(blobs(ids))
		err := t.query("SELECT id, markings FROM records WHERE rev_to IS NULL AND id IN "+placeholders, args, func(rows *sql.Rows) error {
			var id graph.ID
			var set uint32
			if err := rows.Scan((*idColumn)(&id), &set); err != nil {
				return err
			}
			known[id] = set
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if len(t.ends)+len(ask) > maxEnds {
		clear(t.ends)
	}
	for _, id := range ask[:min(len(ask), maxEnds)] {
		t.ends[id] = known[id]
	}
	return known, nil
}

func blobs(ids []graph.ID) []any {
	args := make([]any, len(ids), planChunk)
	for i := range ids {
		args[i] = ids[i][:]
	}
	return args
}

// current fills rows with the current versions of ids.
func (t *transaction) current(table string, ids []graph.ID, rows map[graph.ID]*row) error {
	placeholders, args := list(blobs(ids))
	return t.query("SELECT "+columns+" FROM "+table+" WHERE rev_to IS NULL AND id IN "+placeholders, args, func(found *sql.Rows) error {
		r := &row{}
		if err := found.Scan(r.targets()...); err != nil {
			return err
		}
		rows[r.id] = r
		return nil
	})
}

// set returns the number of a marking set, a new one if it has none.
func (t *transaction) set(m graph.Markings) (uint32, error) {
	if t.lastSet.n != 0 && slices.Equal(t.lastSet.set, m) {
		return t.lastSet.n, nil
	}
	var buf [256]byte
	key := appendMarkings(buf[:0], m)
	n, known := t.sets[string(key)]
	if !known {
		key, sum := bytes.Clone(key), crc32.Checksum(key, castagnoli)
		n = uint32(len(t.dictionary.markings) + 1)
		if err := t.exec("INSERT INTO markings (n, list, sum) VALUES (?,?,?)", n, key, sum); err != nil {
			return 0, err
		}
		own := reader{b: key}
		t.dictionary.markings = append(t.dictionary.markings, markingsWord{own.markings(), sum})
		t.sets[string(key)] = n
	}
	t.lastSet.set, t.lastSet.n = m, n
	return n, nil
}

// declare writes the datasets that the batch declares or widens.
func (t *transaction) declare() error {
	for _, declared := range t.batch.Datasets {
		w := datasetWord{name: declared.Name, title: declared.Title, ceiling: graph.NewMarkings(declared.Ceiling...), sum: textSum(declared.Name)}
		n := t.dictionary.dataset(declared.Name)
		if n != 0 {
			old := t.dictionary.datasets[n-1]
			if w.ceiling = old.ceiling.Union(w.ceiling); w.title == "" {
				w.title = old.title
			}
			if w.title == old.title && len(w.ceiling) == len(old.ceiling) {
				continue
			}
			t.dictionary.datasets[n-1] = w
		} else {
			t.dictionary.datasets = append(t.dictionary.datasets, w)
			n = uint32(len(t.dictionary.datasets))
		}
		err := t.exec("INSERT OR REPLACE INTO datasets (n, name, title, ceiling, sum) VALUES (?,?,?,?,?)",
			n, w.name, w.title, appendMarkings(nil, w.ceiling), datasetSum(w))
		if err != nil {
			return err
		}
	}
	return nil
}

// log writes the entry of the batch.
func (t *transaction) log() error {
	numbers, err := t.signatures()
	if err != nil {
		return err
	}
	e := logRow{
		revision: t.revision, at: t.batch.At, who: t.batch.Who, why: t.batch.Why, imported: t.batch.Import,
		records: t.changedRecords, links: t.changedLinks,
		recordFirst: t.writer.next.records, recordLast: t.next.records - 1,
		linkFirst: t.writer.next.links, linkLast: t.next.links - 1,
		digest: int64(t.digest),
	}
	for _, n := range numbers {
		e.signatures = binary.AppendUvarint(e.signatures, uint64(n))
	}
	return t.exec("INSERT INTO log ("+logColumns+") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)", e.values()...)
}
