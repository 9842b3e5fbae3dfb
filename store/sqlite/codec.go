package sqlite

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"unsafe"

	"github.com/chokepoint/chokepoint/graph"
)

// The body of a row is everything of an item but its ID, dataset and markings,
// which are columns: a bit set that says what follows, then the parts in a fixed
// order, then a checksum. Texts and instants are varint-prefixed; equal items
// give equal bytes, so that "unchanged" is a comparison of bytes.
const (
	hasSourceRef = 1 << iota
	hasGrade
	hasValidFrom
	hasValidTo
	hasProperties
	hasConfidence // absent means 1
	hasName       // absent means that the key is the name
	hasAliases
	hasAt
	hasAmount
	hasCurrency
	hasQuantity
	hasUnit
	hasWeight
)

const sumSize = 4

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	errDamaged = errors.New("sqlite: a row does not match its checksum")
	errFormat  = errors.New("sqlite: a row has a wrong format")
)

// checksum covers a body together with what stands in the columns beside it.
func checksum(id graph.ID, body []byte, dataset, markings uint32) uint32 {
	sum := crc32.Update(crc32.Checksum(id[:], castagnoli), castagnoli, body)
	return sum ^ dataset ^ (markings<<7 | markings>>25)
}

func textSum(text string) uint32 { return crc32.Checksum([]byte(text), castagnoli) }

func appendText[T ~string](b []byte, text T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

func appendFloat(b []byte, f float64) []byte {
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(f))
}

func headerFlags(h *graph.Header) (flags uint64) {
	set := func(bit uint64, on bool) {
		if on {
			flags |= bit
		}
	}
	set(hasSourceRef, h.SourceRef != "")
	set(hasGrade, h.Reliability != 0 || h.Credibility != 0)
	set(hasValidFrom, h.ValidFrom != graph.NoInstant)
	set(hasValidTo, h.ValidTo != graph.NoInstant)
	set(hasProperties, len(h.Properties) > 0)
	set(hasConfidence, h.Confidence != 1)
	return flags
}

func appendHeader(b []byte, h *graph.Header, flags uint64) []byte {
	b = appendText(b, h.Key)
	if flags&hasSourceRef != 0 {
		b = appendText(b, h.SourceRef)
	}
	if flags&hasGrade != 0 {
		b = append(b, h.Reliability, h.Credibility)
	}
	if flags&hasValidFrom != 0 {
		b = binary.AppendVarint(b, int64(h.ValidFrom))
	}
	if flags&hasValidTo != 0 {
		b = binary.AppendVarint(b, int64(h.ValidTo))
	}
	if flags&hasConfidence != 0 {
		b = appendFloat(b, h.Confidence)
	}
	if flags&hasProperties != 0 {
		b = binary.AppendUvarint(b, uint64(len(h.Properties)))
		for _, p := range h.Properties {
			b = appendTexts(appendText(b, p.Name), p.Values)
		}
	}
	return b
}

func appendTexts(b []byte, texts []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(texts)))
	for _, t := range texts {
		b = appendText(b, t)
	}
	return b
}

// appendRecord appends the body of r without checksum.
func appendRecord(b []byte, r *graph.Record) []byte {
	flags := headerFlags(&r.Header)
	if r.Name != r.Key {
		flags |= hasName
	}
	if len(r.Aliases) > 0 {
		flags |= hasAliases
	}
	b = appendText(binary.AppendUvarint(b, flags), r.Kind)
	b = appendHeader(b, &r.Header, flags)
	if flags&hasName != 0 {
		b = appendText(b, r.Name)
	}
	if flags&hasAliases != 0 {
		b = appendTexts(b, r.Aliases)
	}
	return b
}

func linkFlags(l *graph.Link) uint64 {
	flags := headerFlags(&l.Header)
	set := func(bit uint64, on bool) {
		if on {
			flags |= bit
		}
	}
	set(hasAt, l.At != graph.NoInstant)
	set(hasAmount, l.Amount != "")
	set(hasCurrency, l.Currency != "")
	set(hasQuantity, l.Quantity != nil)
	set(hasUnit, l.Unit != "")
	set(hasWeight, l.Weight != nil)
	return flags
}

// appendLink appends the body of l without checksum.
func appendLink(b []byte, l *graph.Link) []byte {
	flags := linkFlags(l)
	b = appendText(binary.AppendUvarint(b, flags), l.Kind)
	b = append(append(b, l.From[:]...), l.To[:]...)
	b = appendHeader(b, &l.Header, flags)
	if flags&hasAt != 0 {
		b = binary.AppendVarint(b, int64(l.At))
	}
	if flags&hasAmount != 0 {
		b = appendText(b, l.Amount)
	}
	if flags&hasCurrency != 0 {
		b = appendText(b, l.Currency)
	}
	if flags&hasQuantity != 0 {
		b = appendFloat(b, *l.Quantity)
	}
	if flags&hasUnit != 0 {
		b = appendText(b, l.Unit)
	}
	if flags&hasWeight != 0 {
		b = appendFloat(b, *l.Weight)
	}
	return b
}

// appendMarkings writes a marking set, for the dictionary.
func appendMarkings(b []byte, m graph.Markings) []byte {
	b = binary.AppendUvarint(b, uint64(len(m)))
	for _, marking := range m {
		b = appendText(b, marking)
	}
	return b
}

// reader takes a body apart. After the first mistake it yields zeros and failed
// is set: one check at the end is enough.
type reader struct {
	b      []byte
	failed bool
	// words shares the strings of small vocabularies (kinds, names of properties),
	// so that keeping one does not keep a row. It may be nil.
	words words
}

type words map[string]string

// maxWords bounds the vocabulary: names of properties come from outside.
const maxWords = 4096

func (w words) share(text string) string {
	if w == nil {
		return text
	}
	if known, ok := w[text]; ok {
		return known
	}
	if len(w) < maxWords {
		own := string(append([]byte(nil), text...))
		w[own] = own
		return own
	}
	return text
}

func (r *reader) take(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.b, r.failed = nil, true
		return nil
	}
	taken := r.b[:n:n]
	r.b = r.b[n:]
	return taken
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.b, r.failed = nil, true
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.b, r.failed = nil, true
		return 0
	}
	r.b = r.b[n:]
	return v
}

// text returns a string that shares the memory of the body, which nobody writes
// to once it is read: a million links would need millions of copies.
func (r *reader) text() string {
	b := r.take(r.uvarint())
	if len(b) == 0 {
		return ""
	}
	return unsafe.String(&b[0], len(b))
}

func (r *reader) word() string { return r.words.share(r.text()) }

func (r *reader) float() float64 {
	if b := r.take(8); len(b) == 8 {
		return math.Float64frombits(binary.LittleEndian.Uint64(b))
	}
	return 0
}

func (r *reader) id() (id graph.ID) {
	copy(id[:], r.take(16))
	return id
}

// count reads a number of things that take at least one byte each.
func (r *reader) count() int {
	n := r.uvarint()
	if n > uint64(len(r.b)) {
		r.b, r.failed = nil, true
		return 0
	}
	return int(n)
}

func (r *reader) texts() []string {
	texts := make([]string, r.count())
	for i := range texts {
		texts[i] = r.text()
	}
	return texts
}

func (r *reader) markings() graph.Markings {
	set := make(graph.Markings, r.count())
	for i := range set {
		set[i] = graph.Marking(string(append([]byte(nil), r.text()...)))
	}
	return set
}

func (r *reader) header(h *graph.Header, flags uint64) {
	h.Key = r.text()
	h.ValidFrom, h.ValidTo, h.Confidence = graph.NoInstant, graph.NoInstant, 1
	if flags&hasSourceRef != 0 {
		h.SourceRef = r.text()
	}
	if flags&hasGrade != 0 {
		if grade := r.take(2); grade != nil {
			h.Reliability, h.Credibility = grade[0], grade[1]
		}
	}
	if flags&hasValidFrom != 0 {
		h.ValidFrom = graph.Instant(r.varint())
	}
	if flags&hasValidTo != 0 {
		h.ValidTo = graph.Instant(r.varint())
	}
	if flags&hasConfidence != 0 {
		h.Confidence = r.float()
	}
	if flags&hasProperties != 0 {
		h.Properties = make(graph.Properties, r.count())
		for i := range h.Properties {
			h.Properties[i] = graph.Property{Name: r.word(), Values: r.texts()}
		}
	}
}

func (r *reader) record(into *graph.Record) {
	flags := r.uvarint()
	into.Kind = graph.Kind(r.word())
	r.header(&into.Header, flags)
	into.Name = into.Key
	if flags&hasName != 0 {
		into.Name = r.text()
	}
	if flags&hasAliases != 0 {
		into.Aliases = r.texts()
	}
}

func (r *reader) link(into *graph.Link) {
	flags := r.uvarint()
	into.Kind = graph.LinkKind(r.word())
	into.From, into.To = r.id(), r.id()
	r.header(&into.Header, flags)
	into.At = graph.NoInstant
	if flags&hasAt != 0 {
		into.At = graph.Instant(r.varint())
	}
	if flags&hasAmount != 0 {
		into.Amount = graph.Decimal(r.text())
	}
	if flags&hasCurrency != 0 {
		into.Currency = r.word()
	}
	if flags&hasQuantity != 0 {
		f := r.float()
		into.Quantity = &f
	}
	if flags&hasUnit != 0 {
		into.Unit = r.word()
	}
	if flags&hasWeight != 0 {
		f := r.float()
		into.Weight = &f
	}
}

// body checks a stored body against its checksum and returns it without.
func body(stored []byte, id graph.ID, dataset, markings uint32) ([]byte, error) {
	n := len(stored) - sumSize
	if n < 0 || binary.LittleEndian.Uint32(stored[n:]) != checksum(id, stored[:n], dataset, markings) {
		return nil, errDamaged
	}
	return stored[:n], nil
}
