package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"hash/crc32"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// dictionary numbers the datasets and marking sets of a store from 1 on: rows
// name them by number. A published dictionary does not change; the writer
// publishes a new one before the transaction that adds to it is visible.
type dictionary struct {
	datasets []datasetWord // number i+1
	markings []markingsWord
}

type datasetWord struct {
	name, title string
	ceiling     graph.Markings
	sum         uint32
}

type markingsWord struct {
	set graph.Markings
	sum uint32
}

func (d *dictionary) at(dataset, markings uint32) (*datasetWord, *markingsWord, bool) {
	if dataset-1 >= uint32(len(d.datasets)) || markings-1 >= uint32(len(d.markings)) {
		return nil, nil, false
	}
	return &d.datasets[dataset-1], &d.markings[markings-1], true
}

// dataset returns the number of a dataset, 0 if it is not declared.
func (d *dictionary) dataset(name string) uint32 {
	return uint32(slices.IndexFunc(d.datasets, func(w datasetWord) bool { return w.name == name }) + 1)
}

// sets returns the marking sets with these numbers.
func (d *dictionary) sets(numbers []uint32) ([]graph.Markings, bool) {
	sets := make([]graph.Markings, len(numbers))
	for i, n := range numbers {
		if n-1 >= uint32(len(d.markings)) {
			return nil, false
		}
		sets[i] = d.markings[n-1].set
	}
	return sets, true
}

func markingsSum(m graph.Markings) uint32 {
	var buf [256]byte
	return crc32.Checksum(appendMarkings(buf[:0], m), castagnoli)
}

// loadDictionary reads the dictionary tables.
func loadDictionary(ctx context.Context, q querier) (*dictionary, error) {
	d := &dictionary{}
	err := each(ctx, q, "SELECT n, list, sum FROM markings ORDER BY n", nil, func(rows *sql.Rows) error {
		var n, sum uint32
		var list []byte
		if err := rows.Scan(&n, &list, &sum); err != nil {
			return err
		}
		r := reader{b: list}
		set := r.markings()
		if r.failed || int(n) != len(d.markings)+1 || crc32.Checksum(list, castagnoli) != sum {
			return fmt.Errorf("markings row %d: %w", n, errDamaged)
		}
		d.markings = append(d.markings, markingsWord{set, sum})
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = each(ctx, q, "SELECT n, name, title, ceiling, sum FROM datasets ORDER BY n", nil, func(rows *sql.Rows) error {
		var n, sum uint32
		var ceiling []byte
		var w datasetWord
		if err := rows.Scan(&n, &w.name, &w.title, &ceiling, &sum); err != nil {
			return err
		}
		r := reader{b: ceiling}
		w.ceiling, w.sum = r.markings(), textSum(w.name)
		if r.failed || int(n) != len(d.datasets)+1 || datasetSum(w) != sum {
			return fmt.Errorf("datasets row %d: %w", n, errDamaged)
		}
		d.datasets = append(d.datasets, w)
		return nil
	})
	return d, err
}

func datasetSum(w datasetWord) uint32 {
	return crc32.Checksum(appendMarkings(appendText(appendText(nil, w.name), w.title), w.ceiling), castagnoli)
}

// Datasets implements [store.Driver].
func (d *Driver) Datasets(ctx context.Context) (list []store.Dataset, err error) {
	err = d.snapshot(ctx, func(tx *sql.Tx) error {
		words, err := loadDictionary(ctx, tx)
		if err != nil {
			return err
		}
		for _, w := range words.datasets {
			list = append(list, store.Dataset{Name: w.name, Title: w.title, Ceiling: w.ceiling})
		}
		return nil
	})
	slices.SortFunc(list, func(a, b store.Dataset) int { return cmp.Compare(a.Name, b.Name) })
	return list, err
}
