package neo4j

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j/dbtype"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
)

// The names of what every item has, as properties of its node or relationship.
// Names of bookkeeping begin with "_".
const (
	propID          = "id"
	propDataset     = "dataset"
	propKey         = "key"
	propSourceRef   = "sourceRef"
	propReliability = "reliability"
	propCredibility = "credibility"
	propConfidence  = "confidence"
	propMarkings    = "markings"
	propValidFrom   = "validFrom"
	propValidTo     = "validTo"
	propName        = "name"
	propAliases     = "aliases"
	propAt          = "at"
	propAmount      = "amount"
	propCurrency    = "currency"
	propQuantity    = "quantity"
	propUnit        = "unit"
	propWeight      = "weight"
	propRevision    = "_rev"
	propSum         = "_sum"
	propKeys        = "_keys"
)

var (
	headerNames = []string{
		propID, propDataset, propKey, propSourceRef, propReliability, propCredibility, propConfidence,
		propMarkings, propValidFrom, propValidTo,
	}
	recordNames = reserved(propName, propAliases)
	linkNames   = reserved(propAt, propAmount, propCurrency, propQuantity, propUnit, propWeight)
)

func reserved(more ...string) map[string]bool {
	set := map[string]bool{}
	for _, name := range append(more, headerNames...) {
		set[name] = true
	}
	return set
}

// storedName returns the name under which a property is stored: its own, with one
// more "_" at the end where that would be taken for something else.
func storedName(name string, taken map[string]bool) string {
	if taken[name] || strings.HasPrefix(name, "_") || strings.HasSuffix(name, "_") {
		return name + "_"
	}
	return name
}

// propertyName is the inverse of storedName; false for what is no property.
func propertyName(stored string, taken map[string]bool) (string, bool) {
	if name, escaped := strings.CutSuffix(stored, "_"); escaped {
		return name, true
	}
	return stored, !taken[stored] && !strings.HasPrefix(stored, "_")
}

// codec turns items into properties and back. It does not change.
type codec struct {
	types map[graph.Kind]map[string]*ontology.Property
}

func newCodec(o *ontology.Ontology) *codec {
	c := &codec{types: map[graph.Kind]map[string]*ontology.Property{}}
	for _, k := range o.Kinds {
		c.types[k.Name] = map[string]*ontology.Property{}
		for _, p := range k.Properties {
			c.types[k.Name][p.Name] = p
		}
	}
	return c
}

// kindOf returns the label that names a kind; people add labels of their own.
func (c *codec) kindOf(labels any) graph.Kind {
	for _, label := range texts(labels) {
		if _, is := c.types[graph.Kind(label)]; is {
			return graph.Kind(label)
		}
	}
	return graph.UnknownKind
}

// recordProperties returns all properties of the node of r but keys and revision.
func (c *codec) recordProperties(r *graph.Record) map[string]any {
	p := c.header(&r.Header, c.types[r.Kind], recordNames)
	p[propName] = r.Name
	if len(r.Aliases) > 0 {
		p[propAliases] = r.Aliases
	}
	p[propSum] = recordSum(r)
	return p
}

// linkProperties is recordProperties for the relationship of l.
func (c *codec) linkProperties(l *graph.Link) map[string]any {
	p := c.header(&l.Header, nil, linkNames)
	putInstant(p, propAt, l.At)
	putText(p, propAmount, string(l.Amount))
	putText(p, propCurrency, l.Currency)
	putText(p, propUnit, l.Unit)
	if l.Quantity != nil {
		p[propQuantity] = *l.Quantity
	}
	if l.Weight != nil {
		p[propWeight] = *l.Weight
	}
	p[propSum] = linkSum(l)
	return p
}

func (c *codec) header(h *graph.Header, types map[string]*ontology.Property, taken map[string]bool) map[string]any {
	p := make(map[string]any, 10+len(h.Properties))
	p[propID], p[propDataset], p[propKey] = h.ID.String(), h.Dataset, h.Key
	putText(p, propSourceRef, h.SourceRef)
	if h.Reliability != 0 {
		p[propReliability] = string(rune(h.Reliability))
	}
	if h.Credibility != 0 {
		p[propCredibility] = int64(h.Credibility)
	}
	if h.Confidence != 1 {
		p[propConfidence] = h.Confidence
	}
	p[propMarkings] = markingTexts(h.Markings)
	putInstant(p, propValidFrom, h.ValidFrom)
	putInstant(p, propValidTo, h.ValidTo)
	for _, property := range h.Properties {
		name, declared := storedName(property.Name, taken), types[property.Name]
		if declared != nil && indexed(declared) && size(property.Values) > maxIndexed {
			name += "_" // which no index covers
		}
		p[name] = storedValue(declared, property.Values)
	}
	return p
}

// maxIndexed is how many bytes of text a range index is given: it takes 8 kB and
// fails the transaction at more.
const maxIndexed = 4096

func size(texts []string) (bytes int) {
	for _, t := range texts {
		bytes += len(t)
	}
	return bytes
}

func putText(p map[string]any, name, text string) {
	if text != "" {
		p[name] = text
	}
}

// offset makes times of zone "+00:00" instead of a named one.
var offset = time.FixedZone("Offset", 0)

func putInstant(p map[string]any, name string, i graph.Instant) {
	if i != graph.NoInstant {
		p[name] = i.Time().In(offset)
	}
}

func markingTexts(m graph.Markings) []string {
	texts := make([]string, len(m))
	for i, marking := range m {
		texts[i] = string(marking)
	}
	return texts
}

// storedValue returns values as Neo4j shows them best: numbers, booleans and times
// of declared properties as such, if that loses no character.
func storedValue(declared *ontology.Property, values []string) any {
	natural := make([]any, len(values))
	for i, text := range values {
		natural[i] = naturalValue(declared, text)
	}
	if len(values) == 1 && (declared == nil || !declared.List) {
		return natural[0]
	}
	for _, v := range natural { // a list has elements of one type
		if fmt.Sprintf("%T", v) != fmt.Sprintf("%T", natural[0]) {
			return slices.Clone(values)
		}
	}
	if _, texts := natural[0].(string); texts {
		return slices.Clone(values)
	}
	return natural
}

func naturalValue(declared *ontology.Property, text string) any {
	if declared == nil {
		return text
	}
	var value any
	switch declared.Type {
	case ontology.Int:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			value = n
		}
	case ontology.Float:
		if f, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(f) && !math.IsInf(f, 0) {
			value = f
		}
	case ontology.Boolean:
		if b, err := strconv.ParseBool(text); err == nil {
			value = b
		}
	case ontology.DateTime:
		if i, ok := graph.ParseInstant(text); ok {
			value = i.Time().In(offset)
		}
	}
	if value == nil || textOf(value) != text {
		return text
	}
	return value
}

// textOf returns the canonical text of a value of a property.
func textOf(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		return graph.InstantOf(v).String()
	case dbtype.Date:
		return v.Time().Format(time.DateOnly)
	case dbtype.LocalDateTime:
		return graph.InstantOf(v.Time()).String()
	}
	return fmt.Sprint(value)
}

// record reads a record from the properties of its node. What has a wrong type, as
// only an edit by hand leaves behind, counts as absent; the checksum tells. ok is
// false for what is no item of the store.
func (c *codec) record(p map[string]any, kind graph.Kind) (r graph.Record, ok bool) {
	if r.Header, ok = header(p, recordNames); !ok {
		return r, false
	}
	r.Kind = kind
	r.Name = text(p[propName])
	r.Aliases = texts(p[propAliases])
	return r, true
}

// link is record for a relationship.
func (c *codec) link(p map[string]any, kind graph.LinkKind, from, to graph.ID) (l graph.Link, ok bool) {
	if l.Header, ok = header(p, linkNames); !ok {
		return l, false
	}
	l.Kind, l.From, l.To = kind, from, to
	l.At = instant(p[propAt])
	l.Amount, l.Currency, l.Unit = graph.Decimal(text(p[propAmount])), text(p[propCurrency]), text(p[propUnit])
	l.Quantity, l.Weight = number(p[propQuantity]), number(p[propWeight])
	return l, true
}

func header(p map[string]any, taken map[string]bool) (h graph.Header, ok bool) {
	if h.ID, ok = graph.ParseID(text(p[propID])); !ok {
		return h, false
	}
	h.Dataset, h.Key, h.SourceRef = text(p[propDataset]), text(p[propKey]), text(p[propSourceRef])
	if grade := text(p[propReliability]); len(grade) == 1 {
		h.Reliability = grade[0]
	}
	if grade, is := p[propCredibility].(int64); is && grade > 0 && grade < 256 {
		h.Credibility = uint8(grade)
	}
	h.Confidence = 1
	if confidence := number(p[propConfidence]); confidence != nil {
		h.Confidence = *confidence
	}
	h.Markings = markingsOf(p[propMarkings])
	h.ValidFrom, h.ValidTo = instant(p[propValidFrom]), instant(p[propValidTo])
	for stored, value := range p {
		name, is := propertyName(stored, taken)
		if !is {
			continue
		}
		if values := propertyValues(value); len(values) > 0 {
			h.Properties = append(h.Properties, graph.Property{Name: name, Values: values})
		}
	}
	slices.SortFunc(h.Properties, func(a, b graph.Property) int { return strings.Compare(a.Name, b.Name) })
	return h, true
}

func text(value any) string {
	s, _ := value.(string)
	return s
}

// texts returns a list of texts; a single text is a list of one.
func texts(value any) []string {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		list := make([]string, 0, len(v))
		for _, element := range v {
			if s, is := element.(string); is {
				list = append(list, s)
			}
		}
		return list
	}
	return nil
}

func markingsOf(value any) graph.Markings {
	list := texts(value)
	set := make(graph.Markings, len(list))
	for i, marking := range list {
		set[i] = graph.Marking(marking)
	}
	if !slices.IsSorted(set) { // an edit by hand
		return graph.NewMarkings(set...)
	}
	return set
}

func propertyValues(value any) []string {
	list, is := value.([]any)
	if !is {
		if value == nil {
			return nil
		}
		return []string{textOf(value)}
	}
	values := make([]string, len(list))
	for i, element := range list {
		values[i] = textOf(element)
	}
	return values
}

func instant(value any) graph.Instant {
	switch v := value.(type) {
	case time.Time:
		return graph.InstantOf(v)
	case dbtype.LocalDateTime:
		return graph.InstantOf(v.Time())
	case dbtype.Date:
		return graph.InstantOf(v.Time())
	}
	return graph.NoInstant
}

func number(value any) *float64 {
	switch v := value.(type) {
	case float64:
		if !math.IsNaN(v) {
			return &v
		}
	case int64:
		f := float64(v)
		return &f
	}
	return nil
}

// recordSum is a fingerprint of all that r holds.
func recordSum(r *graph.Record) int64 {
	var buf [512]byte
	b := appendText(buf[:0], r.Kind)
	b = appendHeader(b, &r.Header)
	return sum(appendTexts(appendText(b, r.Name), r.Aliases))
}

// linkSum is a fingerprint of all that l holds.
func linkSum(l *graph.Link) int64 {
	var buf [512]byte
	b := appendText(buf[:0], l.Kind)
	b = append(append(b, l.From[:]...), l.To[:]...)
	b = appendHeader(b, &l.Header)
	b = binary.AppendVarint(b, int64(l.At))
	b = appendText(appendText(appendText(b, l.Amount), l.Currency), l.Unit)
	return sum(appendNumber(appendNumber(b, l.Quantity), l.Weight))
}

func sum(b []byte) int64 {
	digest := sha256.Sum256(b)
	return int64(binary.LittleEndian.Uint64(digest[:8]))
}

func appendHeader(b []byte, h *graph.Header) []byte {
	b = append(b, h.ID[:]...)
	b = appendText(appendText(appendText(b, h.Dataset), h.Key), h.SourceRef)
	b = append(b, h.Reliability, h.Credibility)
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(h.Confidence))
	b = binary.AppendVarint(binary.AppendVarint(b, int64(h.ValidFrom)), int64(h.ValidTo))
	b = appendMarkings(b, h.Markings)
	b = binary.AppendUvarint(b, uint64(len(h.Properties)))
	for _, p := range h.Properties {
		b = appendTexts(appendText(b, p.Name), p.Values)
	}
	return b
}

func appendMarkings(b []byte, m graph.Markings) []byte {
	b = binary.AppendUvarint(b, uint64(len(m)))
	for _, marking := range m {
		b = appendText(b, marking)
	}
	return b
}

func appendText[T ~string](b []byte, text T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

func appendTexts(b []byte, texts []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(texts)))
	for _, t := range texts {
		b = appendText(b, t)
	}
	return b
}

func appendNumber(b []byte, f *float64) []byte {
	if f == nil {
		return append(b, 0)
	}
	return binary.LittleEndian.AppendUint64(append(b, 1), math.Float64bits(*f))
}
