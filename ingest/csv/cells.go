package csv

import (
	"encoding/binary"
	"hash/maphash"
	"math"
	"strconv"
	"strings"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/ingest"
)

// header fills in what records and links have in common.
func (w *worker) header(h *graph.Header, p *common, cells []string, key string) *fault {
	h.Dataset, h.Key, h.SourceRef, h.Confidence, h.Markings = w.dataset, key, p.from.text(cells), 1, w.markings
	if text := p.confidence.text(cells); text != "" {
		f, ok := percentage(text)
		if !ok {
			return p.confidence.bad(text, "a number from 0 to 1")
		}
		h.Confidence = f
	}
	if text := p.reliability.text(cells); text != "" {
		if h.Reliability = text[0] &^ 0x20; len(text) != 1 || h.Reliability < 'A' || h.Reliability > 'F' {
			return p.reliability.bad(text, "a letter from A to F")
		}
	}
	if text := p.credibility.text(cells); text != "" {
		if h.Credibility = text[0] - '0'; len(text) != 1 || h.Credibility < 1 || h.Credibility > 6 {
			return p.credibility.bad(text, "a number from 1 to 6")
		}
	}
	if texts := p.markings.texts(cells); len(texts) > 0 {
		h.Markings = make(graph.Markings, 0, len(texts))
		for _, text := range texts {
			h.Markings = append(h.Markings, graph.Marking(text))
		}
	}
	var f *fault
	if h.ValidFrom, f = p.validFrom.read(cells); f != nil {
		return f
	}
	h.ValidTo, f = p.validTo.read(cells)
	return f
}

// percentage reads a number from 0 to 1.
func percentage(text string) (float64, bool) {
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil && f >= 0 && f <= 1
}

func (v *value) bad(text, wanted string) *fault {
	return &fault{v.column, ingest.BadValue, strconv.Quote(clip(text)) + " is not " + wanted}
}

func (m *moment) read(cells []string) (graph.Instant, *fault) {
	if m.isAbsent() {
		return graph.NoInstant, nil
	}
	i, err := m.instant(cells)
	if err != nil {
		return graph.NoInstant, &fault{m.column, ingest.BadValue, err.Error()}
	}
	return i, nil
}

// measures fills in time, money, goods and weight of a link.
func (w *worker) measures(l *graph.Link, p *linkPlan, cells []string) (f *fault) {
	if l.At, f = p.at.read(cells); f != nil {
		return f
	}
	if text := p.amount.text(cells); text != "" {
		amount, ok := graph.ParseDecimal(text)
		if !ok {
			return p.amount.bad(text, "a decimal number such as 1250.50")
		}
		l.Amount = amount
	}
	l.Currency, l.Unit = p.currency.text(cells), p.unit.text(cells)
	if l.Quantity, f = p.quantity.number(cells); f != nil {
		return f
	}
	l.Weight, f = p.weight.number(cells)
	return f
}

func (v *value) number(cells []string) (*float64, *fault) {
	text := v.text(cells)
	if text == "" {
		return nil, nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, v.bad(text, "a number such as 25.5")
	}
	f += 0 // a negative zero is zero
	return &f, nil
}

// number writes a measure for comparison.
func number(f *float64) string {
	if f == nil {
		return ""
	}
	return strconv.FormatFloat(*f, 'g', -1, 64)
}

// propertiesOf returns the properties of a row, in the order of the plan, under
// names or, where that is nil, under the plan's own.
func (p *common) propertiesOf(cells []string, names []string) (graph.Properties, *fault) {
	var properties graph.Properties
	var values []string // of all single values, in one piece
	for i := range p.properties {
		v := &p.properties[i]
		name := v.name
		if names != nil {
			name = names[i]
		}
		if v.isList(cells) {
			if texts := v.texts(cells); texts != nil {
				properties = append(properties, graph.Property{Name: name, Values: texts})
			}
			continue
		}
		text, f := v.single(cells)
		if f != nil {
			return nil, f
		}
		if text == "" {
			continue
		}
		if properties == nil {
			properties, values = make(graph.Properties, 0, len(p.properties)), make([]string, 0, len(p.properties))
		}
		values = append(values, text)
		properties = append(properties, graph.Property{Name: name, Values: values[len(values)-1 : len(values) : len(values)]})
	}
	return properties, nil
}

// single returns the text of a property that has one: a time in RFC 3339, any
// other as it stands.
func (p *property) single(cells []string) (string, *fault) {
	if p.when == nil {
		return p.textAsIs(cells), nil
	}
	i, f := p.when.read(cells)
	return i.String(), f
}

// textAsIs is text without trimming a cell that nothing else changes.
func (v *value) textAsIs(cells []string) string {
	if v.column != none && v.words == nil && v.patterns == nil && v.fallback == "" {
		if text := cells[v.column]; strings.TrimSpace(text) != "" {
			return text
		}
		return ""
	}
	return v.text(cells)
}

// print returns a hash of an item's content, to tell a repeated declaration from a
// contradicting one. The seed is secret and new in each import, so nobody can
// make two contents agree.
func (w *worker) print(h *graph.Header, kind string, texts ...string) uint64 {
	var hash maphash.Hash
	hash.SetSeed(w.seed)
	add := func(texts ...string) {
		var n [8]byte
		for _, text := range texts {
			binary.LittleEndian.PutUint64(n[:], uint64(len(text)))
			_, _ = hash.Write(n[:])
			_, _ = hash.WriteString(text)
		}
	}
	add(kind, h.SourceRef, strconv.Itoa(int(h.Reliability)), strconv.Itoa(int(h.Credibility)), number(&h.Confidence), h.ValidFrom.String(), h.ValidTo.String())
	for _, m := range h.Markings {
		add("m", string(m))
	}
	for _, p := range h.Properties {
		add("p", p.Name)
		add(p.Values...)
	}
	add("t")
	add(texts...)
	return hash.Sum64()
}
