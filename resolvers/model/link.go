package model

import (
	"context"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/session"
)

// Link is a connection between two entities, stated or derived.
type Link struct {
	view *LinkView
	door Door
}

// LinkOf wraps a link as a viewer sees it.
func LinkOf(view *LinkView, door Door) Link { return Link{view, door} }

// Links wraps several.
func Links(views []LinkView, door Door) []Link {
	links := make([]Link, len(views))
	for i := range views {
		links[i] = Link{&views[i], door}
	}
	return links
}

func (Link) node() {}

// away is the error of fields that only the store can answer, when it could not be
// asked.
func (l Link) away() error {
	if l.view.Sketch {
		return session.ErrAway
	}
	return nil
}

// ID returns the link's id.
func (l Link) ID() graph.ID { return l.view.ID }

// Kind returns the kind of connection.
func (l Link) Kind() graph.LinkKind { return l.view.Kind }

// From looks up the entity where it starts.
func (l Link) From(ctx context.Context) (Entity, error) {
	return Ref{l.view.From, l.door}.Entity(ctx)
}

// To looks up the entity where it ends.
func (l Link) To(ctx context.Context) (Entity, error) { return Ref{l.view.To, l.door}.Entity(ctx) }

// ValidFrom returns since when it held.
func (l Link) ValidFrom() graph.Instant { return l.view.ValidFrom }

// ValidTo returns until when it held, exclusive.
func (l Link) ValidTo() graph.Instant { return l.view.ValidTo }

// At returns when it happened.
func (l Link) At() graph.Instant { return l.view.At }

// Amount returns the money that moved.
func (l Link) Amount() (graph.Decimal, error) { return l.view.Amount, l.away() }

// Currency returns the currency of the amount.
func (l Link) Currency() (*string, error) { return optional(l.view.Currency), l.away() }

// Quantity returns the goods that moved.
func (l Link) Quantity() *float64 { return l.view.Quantity }

// Unit returns the unit of the quantity.
func (l Link) Unit() (*string, error) { return optional(l.view.Unit), l.away() }

// Weight returns the strength of the tie.
func (l Link) Weight() *float64 { return l.view.Weight }

// Confidence returns how sure the source is.
func (l Link) Confidence() float64 { return l.view.Confidence }

// Records returns the link's own record, or looks up what it was derived from:
// records first, then links, each by id.
func (l Link) Records(ctx context.Context) ([]Record, error) {
	if err := l.away(); err != nil {
		return nil, err
	}
	if len(l.view.Support) == 0 {
		return []Record{LinkRecordOf(&l.view.Link)}, nil
	}
	records, links, err := l.door.Support(ctx, l.view.Support)
	support := make([]Record, 0, len(records)+len(links))
	for i := range records {
		support = append(support, RecordOf(&records[i]))
	}
	for i := range links {
		support = append(support, LinkRecordOf(&links[i]))
	}
	return support, err
}

// DerivedBy returns the rule that derived it, nil for a stated link.
func (l Link) DerivedBy() *string { return optional(l.view.DerivedBy) }

// Properties returns the named properties, or all of them for nil, by name.
func (l Link) Properties(names []string) ([]graph.Property, error) {
	return selectProperties(l.view.Properties, names), l.away()
}

// Markings returns how to handle it.
func (l Link) Markings() []graph.Marking { return l.view.Markings }

// Judgement is a statement that two records mean one real thing, or do not.
type Judgement struct{ link *graph.Link }

// ID returns the id of the statement.
func (j Judgement) ID() graph.ID { return j.link.ID }

// Verdict returns SAME, NOT_SAME or UNSURE.
func (j Judgement) Verdict() graph.LinkKind { return j.link.Kind }

// From returns the id of the one record.
func (j Judgement) From() graph.ID { return j.link.From }

// To returns the id of the other record.
func (j Judgement) To() graph.ID { return j.link.To }

// Record returns who says so.
func (j Judgement) Record() Record { return LinkRecordOf(j.link) }

// Record is what one source says of one thing or connection.
type Record struct {
	header  *graph.Header
	kind    string
	name    string
	aliases []string
}

// RecordOf returns what the source says of a thing.
func RecordOf(r *graph.Record) Record {
	return Record{header: &r.Header, kind: string(r.Kind), name: r.Name, aliases: r.Aliases}
}

// LinkRecordOf returns what the source says of a connection.
func LinkRecordOf(l *graph.Link) Record { return Record{header: &l.Header, kind: string(l.Kind)} }

// ID returns the record's own id.
func (r Record) ID() graph.ID { return r.header.ID }

// Dataset returns the source.
func (r Record) Dataset() string { return r.header.Dataset }

// Key returns the source's own key.
func (r Record) Key() string { return r.header.Key }

// SourceRef returns where in the source it stands.
func (r Record) SourceRef() *string { return optional(r.header.SourceRef) }

// Reliability returns the grade of the source.
func (r Record) Reliability() byte { return r.header.Reliability }

// Credibility returns the grade of the statement, nil if it has none.
func (r Record) Credibility() *int {
	if r.header.Credibility == 0 {
		return nil
	}
	grade := int(r.header.Credibility)
	return &grade
}

// Confidence returns how sure the source is.
func (r Record) Confidence() float64 { return r.header.Confidence }

// Markings returns how to handle it.
func (r Record) Markings() []graph.Marking { return r.header.Markings }

// ValidFrom returns since when it held.
func (r Record) ValidFrom() graph.Instant { return r.header.ValidFrom }

// ValidTo returns until when it held, exclusive.
func (r Record) ValidTo() graph.Instant { return r.header.ValidTo }

// Name returns the name it states, nil for a link.
func (r Record) Name() *string { return optional(r.name) }

// Aliases returns the other names it states.
func (r Record) Aliases() []string { return r.aliases }

// Kind returns the kind of thing or link it states.
func (r Record) Kind() string { return r.kind }

// Properties returns the properties it states.
func (r Record) Properties() []graph.Property { return r.header.Properties }
