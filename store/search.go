package store

import (
	"context"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
)

// Hit is one record that a search found.
type Hit struct {
	Record graph.Record
	// Score is 0 to 1; 1 means that a name equals the text.
	Score float64
	// Matched names what matched: "name", "aliases" or a property.
	Matched []string
}

// Search returns the limit best visible records for the text, by score and then
// by ID. It says complete=false when more visible candidates matched than it may
// look at. Scores depend on visible records alone.
func (s *Store) Search(ctx context.Context, c access.Clearance, text string, limit int) (hits []Hit, complete bool, err error) {
	return nil, false, unfinished
}

// FindByName returns visible records of which a name or an alias equals name
// after folding, by ID.
func (s *Store) FindByName(ctx context.Context, c access.Clearance, name string, limit int) (records []graph.Record, complete bool, err error) {
	return nil, false, unfinished
}
