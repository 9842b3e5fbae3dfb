package ontology

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/chokepoint/chokepoint/graph"
)

// Limits on what one record or link may hold. They keep an item well below what
// a page of answers or a transaction can bear: 500 entities of the largest names
// stay below 1 MiB, and no cell of a spreadsheet holds more than 32 KiB.
const (
	MaxName       = 1 << 10  // bytes of a name, an alias, a key or a property's name
	MaxValue      = 64 << 10 // bytes of a property's value or a source reference
	MaxItem       = 1 << 20  // bytes of all properties together
	MaxProperties = 256      // properties of an item
	MaxValues     = 1024     // values of all properties together
	MaxAliases    = 64       // aliases of a record
	MaxMarkings   = 16       // markings of an item
	MaxUnit       = 32       // bytes of a currency or unit
)

// KindProperty is the property that keeps a source's own word for a kind that
// the ontology lacks.
const KindProperty = "kind"

// ValidateRecord makes a record fit to be stored, in place, or says why it is
// not: an error is a [graph.Error] with code BAD_USER_INPUT that names the part.
// It settles the kind (an unknown one becomes UnknownEntity and its word property
// `kind`), trims names (an empty name becomes the key), brings the values of
// declared properties to canonical form and orders properties, aliases and
// markings. Undeclared properties stay as they are. ID is left alone.
// To validate twice changes nothing more. The slices that r came with are not
// written to; on error r may be half changed.
func (o *Ontology) ValidateRecord(r *graph.Record) error {
	kind := o.kinds[r.Kind]
	if kind == nil {
		if kind = o.kindWords[fold(string(r.Kind))]; kind == nil {
			if err := keepWord(&r.Header, string(r.Kind)); err != nil {
				return err
			}
			kind = o.kinds[graph.UnknownKind]
		}
		r.Kind = kind.Name
	}
	if err := validateHeader(&r.Header); err != nil {
		return err
	}
	if err := validateNames(r); err != nil {
		return err
	}
	return canonicalValues(&r.Header, kind)
}

// ValidateLink is [Ontology.ValidateRecord] for links: an unknown kind becomes
// LINKED_TO, amount and currency take canonical form. Both ends must be named;
// whether kinds of ends are usual is [LinkKind.Fits], and no error.
func (o *Ontology) ValidateLink(l *graph.Link) error {
	if o.linkKinds[l.Kind] == nil {
		if kind := o.linkKindWords[fold(string(l.Kind))]; kind != nil {
			l.Kind = kind.Name
		} else {
			if err := keepWord(&l.Header, string(l.Kind)); err != nil {
				return err
			}
			l.Kind = graph.LinkedTo
		}
	}
	if err := validateHeader(&l.Header); err != nil {
		return err
	}
	switch {
	case l.From.IsZero():
		return bad("from: the start of the link is missing")
	case l.To.IsZero():
		return bad("to: the end of the link is missing")
	case !inCalendar(l.At):
		return bad("at: the time lies outside the years 0001 to 9999")
	case !finite(l.Quantity):
		return bad("quantity: not a finite number")
	case !finite(l.Weight):
		return bad("weight: not a finite number")
	}
	if l.Amount != "" {
		amount, ok := graph.ParseDecimal(string(l.Amount))
		if !ok {
			return bad("amount: %q is not a decimal number such as 1250.50", excerpt(string(l.Amount)))
		}
		l.Amount = amount
	}
	if l.Currency != "" {
		l.Currency = strings.ToUpper(strings.TrimSpace(l.Currency))
	}
	l.Unit = strings.TrimSpace(l.Unit)
	if err := validText("currency", l.Currency, MaxUnit); err != nil {
		return err
	}
	return validText("unit", l.Unit, MaxUnit)
}

// keepWord notes the source's word for a kind as a property, before any other
// value of that property.
func keepWord(h *graph.Header, word string) error {
	word = strings.TrimSpace(word)
	if err := validText("kind", word, MaxName); err != nil {
		return err
	}
	if word != "" {
		h.Properties = append(graph.Properties{{Name: KindProperty, Values: []string{word}}}, h.Properties...).Normalize()
	}
	return nil
}

// validateHeader checks and orders what records and links have in common.
func validateHeader(h *graph.Header) error {
	if err := validSource(h); err != nil {
		return err
	}
	switch {
	case h.Reliability != 0 && (h.Reliability < 'A' || h.Reliability > 'F'):
		return bad("reliability: %q is not a letter from A to F", string(rune(h.Reliability)))
	case h.Credibility > 6:
		return bad("credibility: %d is not a number from 1 to 6", h.Credibility)
	case !(h.Confidence >= 0 && h.Confidence <= 1): // NaN fails too
		return bad("confidence: %v is not a number from 0 to 1", h.Confidence)
	case !inCalendar(h.ValidFrom):
		return bad("validFrom: the time lies outside the years 0001 to 9999")
	case !inCalendar(h.ValidTo):
		return bad("validTo: the time lies outside the years 0001 to 9999")
	case h.ValidTo != graph.NoInstant && h.ValidFrom > h.ValidTo:
		return bad("validTo: it lies before validFrom")
	}
	if err := validMarkings(h); err != nil {
		return err
	}
	return validProperties(h)
}

func validSource(h *graph.Header) error {
	switch {
	case h.Dataset == "":
		return bad("dataset: the name of the source is missing")
	case h.Key == "":
		return bad("key: the source's own key is missing")
	}
	if err := validText("dataset", h.Dataset, MaxName); err != nil {
		return err
	}
	if err := validText("key", h.Key, MaxName); err != nil {
		return err
	}
	return validText("sourceRef", h.SourceRef, MaxValue)
}

func validMarkings(h *graph.Header) error {
	ordered := true
	for i, m := range h.Markings {
		if err := validText("markings", string(m), graph.MaxMarking); err != nil {
			return err
		}
		ordered = ordered && m != "" && strings.TrimSpace(string(m)) == string(m) && (i == 0 || h.Markings[i-1] < m)
	}
	if !ordered {
		h.Markings = graph.NewMarkings(h.Markings...)
	}
	switch {
	case len(h.Markings) == 0:
		return bad("markings: at least one is needed, for nobody may see what has none")
	case len(h.Markings) > MaxMarkings:
		return bad("markings: %d are more than %d", len(h.Markings), MaxMarkings)
	}
	return nil
}

// validProperties checks names and sizes and brings the list to its normal form.
func validProperties(h *graph.Header) error {
	if len(h.Properties) > MaxProperties {
		return bad("properties: %d are more than %d", len(h.Properties), MaxProperties)
	}
	size, values, normal := 0, 0, true
	for i, p := range h.Properties {
		if p.Name == "" {
			return bad("properties: a property has no name")
		}
		if err := validText("properties", p.Name, MaxName); err != nil {
			return err
		}
		if values += len(p.Values); values > MaxValues {
			return bad("properties: more than %d values", MaxValues)
		}
		normal = normal && len(p.Values) > 0 && (i == 0 || h.Properties[i-1].Name < p.Name)
		for j, v := range p.Values {
			if !utf8.ValidString(v) || len(v) > MaxValue || strings.IndexByte(v, 0) >= 0 {
				return validText(p.Name, v, MaxValue)
			}
			size += len(v)
			normal = normal && v != "" && (j == 0 || !slices.Contains(p.Values[:j], v))
		}
	}
	if !normal {
		h.Properties = slices.Clone(h.Properties).Normalize()
	}
	if size > MaxItem {
		return bad("properties: %d bytes are more than %d", size, MaxItem)
	}
	return nil
}

// validateNames trims the name and the aliases; an alias stands once and is not
// the name.
func validateNames(r *graph.Record) error {
	if r.Name = strings.TrimSpace(r.Name); r.Name == "" {
		r.Name = strings.TrimSpace(r.Key)
	}
	if err := validText("name", r.Name, MaxName); err != nil {
		return err
	}
	if len(r.Aliases) > MaxAliases {
		return bad("aliases: %d are more than %d", len(r.Aliases), MaxAliases)
	}
	var aliases []string
	for _, alias := range r.Aliases {
		if err := validText("aliases", alias, MaxName); err != nil {
			return err
		}
		if alias = strings.TrimSpace(alias); alias != "" && alias != r.Name && !slices.Contains(aliases, alias) {
			aliases = append(aliases, alias)
		}
	}
	r.Aliases = aliases
	return nil
}

// validText checks that a text is UTF-8 without NUL, which neither store holds
// faithfully, and no longer than limit bytes.
func validText(part, text string, limit int) error {
	switch {
	case len(text) > limit:
		return bad("%s: %d bytes are more than %d", excerpt(part), len(text), limit)
	case !utf8.ValidString(text):
		return bad("%s: the text is not valid UTF-8", excerpt(part))
	case strings.IndexByte(text, 0) >= 0:
		return bad("%s: the text holds a NUL character", excerpt(part))
	}
	return nil
}

// The first and the last microsecond that RFC 3339 can write.
const (
	firstInstant graph.Instant = -62135596800000000
	lastInstant  graph.Instant = 253402300799999999
)

func inCalendar(i graph.Instant) bool {
	return i == graph.NoInstant || firstInstant <= i && i <= lastInstant
}

func finite(f *float64) bool {
	return f == nil || !math.IsNaN(*f) && !math.IsInf(*f, 0)
}

// excerpt shortens a text for a message and makes it valid UTF-8.
func excerpt(text string) string {
	const limit = 64
	if len(text) <= limit {
		return strings.ToValidUTF8(text, "�")
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}

func bad(format string, args ...any) *graph.Error {
	return graph.Errorf(graph.BadUserInput, format, args...)
}
