// Package model holds the Go side of schema.graphqls: what each GraphQL type is
// bound to. Every kind of the ontology is a generated type around one shared
// struct, so that the fields of interface Entity are written once, here.
//
// What costs a look-up or more takes a context and happens when it is selected.
package model

import (
	"context"
	"slices"
	"strconv"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/session"
)

// Node is what a query can ask for by id: an entity or a link.
type Node interface{ node() }

// Entity is a real thing as the viewer sees it, in the Go type of its kind.
type Entity interface {
	Node
	// Fused returns what the records say together. It must not be changed.
	Fused() *graph.Entity
}

// Wrap returns e in the Go type of its kind, and nil for nil. A kind that the
// schema lacks becomes UnknownEntity.
func Wrap(e *graph.Entity, door Door) Entity {
	if e == nil {
		return nil
	}
	return wrap(e.Kind, entity{e, door})
}

// WrapAll is Wrap for many, those that are nil left out.
func WrapAll(entities []*graph.Entity, door Door) []Entity {
	wrapped := make([]Entity, 0, len(entities))
	for _, e := range entities {
		if e != nil {
			wrapped = append(wrapped, Wrap(e, door))
		}
	}
	return wrapped
}

// entity is what all kinds share.
type entity struct {
	fused *graph.Entity
	door  Door
}

func (entity) node() {}

// Fused returns what the records say together.
func (e entity) Fused() *graph.Entity { return e.fused }

// away is the error of fields that only the store can answer, when it could not be
// asked: the entity is a sketch then, without records.
func (e entity) away() error {
	if len(e.fused.Records) == 0 {
		return session.ErrAway
	}
	return nil
}

// ID returns the least id among the visible records.
func (e entity) ID() graph.ID { return e.fused.ID }

// Name returns the name of the best record, or its key if it has none. A sketch does
// not know the key and takes the id.
func (e entity) Name() string {
	switch {
	case e.fused.Name != "":
		return e.fused.Name
	case e.away() != nil:
		return e.fused.ID.String()
	}
	return e.fused.Records[0].Key
}

// Aliases returns the other names.
func (e entity) Aliases() ([]string, error) { return e.fused.Aliases, e.away() }

// Confidence returns the highest confidence among the records.
func (e entity) Confidence() float64 { return e.fused.Confidence }

// Properties returns the named properties, or all of them for nil, by name.
func (e entity) Properties(names []string) ([]graph.Property, error) {
	return selectProperties(e.fused.Properties, names), e.away()
}

// Records returns the records that were fused.
func (e entity) Records() ([]Record, error) {
	records := make([]Record, len(e.fused.Records))
	for i := range e.fused.Records {
		records[i] = RecordOf(&e.fused.Records[i])
	}
	return records, e.away()
}

// Datasets returns the datasets of the records, in order.
func (e entity) Datasets() []string {
	if e.away() != nil {
		return e.door.DatasetsOf(e.fused.ID)
	}
	datasets := make([]string, 0, 1)
	for i := range e.fused.Records {
		datasets = append(datasets, e.fused.Records[i].Dataset)
	}
	slices.Sort(datasets)
	return slices.Compact(datasets)
}

// Markings returns the union of the records' markings.
func (e entity) Markings() []graph.Marking { return e.fused.Markings }

// Judgements looks up the identity judgements about the records.
func (e entity) Judgements(ctx context.Context) ([]Judgement, error) {
	links, err := e.door.Judgements(ctx, e.fused.ID)
	judgements := make([]Judgement, len(links))
	for i := range links {
		judgements[i] = Judgement{&links[i]}
	}
	return judgements, err
}

// Links looks up a page of links.
func (e entity) Links(ctx context.Context, kinds []graph.LinkKind, direction Direction, first int, after *string) (*LinkConnection, error) {
	q := LinkQuery{Kinds: kinds, Direction: direction, First: first}
	if after != nil {
		q.After = *after
	}
	page, err := e.door.Links(ctx, e.fused.ID, q)
	if err != nil {
		return nil, err
	}
	connection := Page(page, func(v *LinkView) Link { return LinkOf(v, e.door) })
	return &connection, nil
}

// LinkCounts counts the links by kind and direction.
func (e entity) LinkCounts(ctx context.Context) ([]LinkCount, error) {
	return e.door.LinkCounts(ctx, e.fused.ID)
}

// selectProperties returns those of properties that are named, all for nil.
func selectProperties(properties graph.Properties, names []string) []graph.Property {
	if names == nil {
		return properties
	}
	var selected []graph.Property
	for _, p := range properties {
		if slices.Contains(names, p.Name) {
			selected = append(selected, p)
		}
	}
	return selected
}

// The getters of typed properties. A value that is not of its type, as an older
// ontology may have let in, is null here and still among Properties.

func (e entity) text(name string) (*string, error) {
	return optional(e.fused.Properties.First(name)), e.away()
}

func (e entity) texts(name string) ([]string, error) {
	return e.fused.Properties.Get(name), e.away()
}

func (e entity) integer(name string) (*int, error) {
	n, err := strconv.ParseInt(e.fused.Properties.First(name), 10, 32)
	if err != nil {
		return nil, e.away()
	}
	value := int(n)
	return &value, nil
}

func (e entity) number(name string) (*float64, error) {
	f, err := strconv.ParseFloat(e.fused.Properties.First(name), 64)
	if err != nil {
		return nil, e.away()
	}
	return &f, nil
}

//nolint:unused // kinds_gen.go calls it for a property of type Boolean
func (e entity) boolean(name string) (*bool, error) {
	b, err := strconv.ParseBool(e.fused.Properties.First(name))
	if err != nil {
		return nil, e.away()
	}
	return &b, nil
}

func (e entity) decimal(name string) (graph.Decimal, error) {
	d, _ := graph.ParseDecimal(e.fused.Properties.First(name))
	return d, e.away()
}

func (e entity) instant(name string) (graph.Instant, error) {
	i, _ := graph.ParseInstant(e.fused.Properties.First(name))
	return i, e.away()
}

func (e entity) date(name string) (PartialDate, error) {
	return PartialDate(e.fused.Properties.First(name)), e.away()
}

// optional returns nil for "".
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
