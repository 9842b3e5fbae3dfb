package neo4j

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j/dbtype"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// handle is what the driver must know again of a stray.
type handle struct {
	element string         // elementId, "" for what is gone
	print   int64          // fingerprint of what was found
	head    graph.Revision // as of which the log was read
	// What the log says of the item; markings nil for a new one.
	id       graph.ID
	markings graph.Markings
	revision graph.Revision
}

// found is a node or relationship as a probe returns it.
type found struct {
	element    string
	kind       string
	item       map[string]any
	confusing  string // why the kind cannot be told
	missing    bool   // bears the label of placeholders
	from, to   graph.ID
	waits      bool // an end is no record yet
	foreignEnd bool
}

// kindIn returns the kind among labels; an error text if there are several.
func (d *Driver) kindIn(labels any) (kind, confusing string) {
	for _, label := range texts(labels) {
		if d.statements.createRecords[graph.Kind(label)] == "" {
			continue
		}
		if kind != "" {
			return "", "it has the labels " + kind + " and " + label + ", and a record is of one kind"
		}
		kind = label
	}
	if kind == "" {
		kind = string(graph.UnknownKind)
	}
	return kind, ""
}

func (d *Driver) foundNode(values []any) *found {
	f := &found{element: textAt(values, 0)}
	f.kind, f.confusing = d.kindIn(values[1])
	f.missing = slices.Contains(texts(values[1]), "_Missing")
	f.item, _ = values[2].(map[string]any)
	return f
}

func (d *Driver) foundLink(values []any) *found {
	f := &found{element: textAt(values, 0), kind: textAt(values, 1)}
	f.item, _ = values[2].(map[string]any)
	f.from = d.end(f, values[3], values[4])
	f.to = d.end(f, values[5], values[6])
	return f
}

// end returns the ID of an end of a relationship, zero if it has none yet.
func (d *Driver) end(f *found, labels, id any) graph.ID {
	list := texts(labels)
	end, is := graph.ParseID(text(id))
	switch {
	case is && slices.Contains(list, "Entity"):
		return end
	case slices.Contains(list, "Entity") || slices.ContainsFunc(list, func(label string) bool { return d.statements.createRecords[graph.Kind(label)] != "" }):
		f.waits = true
	default:
		f.foreignEnd = true
	}
	return graph.ID{}
}

// bookkeeping are the names of properties that are the store's own.
var bookkeeping = map[string]bool{propRevision: true, propSum: true, propKeys: true, "_lock": true}

// readable returns the properties of an item in the form in which the store keeps
// them, as far as nothing is lost by it, or says why that cannot be.
func readable(item map[string]any, taken map[string]bool) (map[string]any, string) {
	p := make(map[string]any, len(item))
	for _, name := range slices.Sorted(maps.Keys(item)) {
		value := item[name]
		switch {
		case bookkeeping[name]:
			p[name] = value
			continue
		case strings.HasPrefix(name, "_"): // a property whose name begins so
			name += "_"
		case taken[name]:
			read, is := lenient[name](value)
			if !is {
				return nil, name + ": " + shown(value) + " cannot be one"
			}
			p[name] = read
			continue
		}
		if !plain(value) {
			return nil, name + ": " + shown(value) + " is of a type that the store does not keep"
		}
		p[name] = value
	}
	return p, ""
}

func shown(value any) string {
	if value == nil {
		return "without a name"
	}
	text := strings.ToValidUTF8(textOf(value), "")
	if len(text) > 40 {
		text = strings.ToValidUTF8(text[:40], "") + "…"
	}
	return strconv.Quote(text)
}

// plain says whether a property has a value that a text can stand for.
func plain(value any) bool {
	switch v := value.(type) {
	case string, int64, bool, time.Time, dbtype.Date, dbtype.LocalDateTime:
		return true
	case float64:
		return !math.IsNaN(v) && !math.IsInf(v, 0)
	case []any:
		return !slices.ContainsFunc(v, func(element any) bool { _, list := element.([]any); return list || !plain(element) })
	}
	return false
}

// lenient reads what every item has, in whatever form people write it.
var lenient = map[string]func(any) (any, bool){
	propID: readText, propDataset: readText, propKey: readText, propSourceRef: readText, propName: readText,
	propCurrency: readText, propUnit: readText, propAmount: readText,
	propReliability: readGrade, propCredibility: readCredibility,
	propConfidence: readNumber, propQuantity: readNumber, propWeight: readNumber,
	propMarkings: readTexts, propAliases: readTexts,
	propValidFrom: readInstant, propValidTo: readInstant, propAt: readInstant,
}

func readText(value any) (any, bool) {
	switch value.(type) {
	case string, int64, float64, bool:
		return textOf(value), true
	}
	return nil, false
}

func readGrade(value any) (any, bool) { return value, len(text(value)) == 1 }

func readCredibility(value any) (any, bool) {
	grade, is := value.(int64)
	return value, is && grade > 0 && grade < 256
}

func readNumber(value any) (any, bool) {
	if s, is := value.(string); is {
		f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
		value = f
		if err != nil {
			return nil, false
		}
	}
	return value, number(value) != nil
}

func readTexts(value any) (any, bool) {
	list, is := value.([]any)
	return value, is && len(texts(value)) == len(list) || text(value) != ""
}

func readInstant(value any) (any, bool) {
	if s, is := value.(string); is {
		i, ok := graph.ParseInstant(s)
		return i.Time(), ok
	}
	return value, instant(value) != graph.NoInstant
}

// record reads a node that may have been edited. The item's ID is zero if it states
// none; its key is then what it calls its id.
func (d *Driver) record(f *found) (*graph.Record, string) {
	p, why := readable(f.item, recordNames)
	if why == "" {
		why = f.confusing
	}
	if why != "" {
		return nil, why
	}
	identify(p)
	r, _ := d.codec.record(p, graph.Kind(f.kind))
	return &r, ""
}

func (d *Driver) link(f *found) (*graph.Link, string) {
	p, why := readable(f.item, linkNames)
	if why != "" {
		return nil, why
	}
	if f.foreignEnd {
		return nil, "an end of it is no record"
	}
	identify(p)
	l, _ := d.codec.link(p, graph.LinkKind(f.kind), f.from, f.to)
	return &l, ""
}

func identify(p map[string]any) {
	id := text(p[propID])
	if _, is := graph.ParseID(id); is {
		return
	}
	if text(p[propKey]) == "" && id != "" {
		p[propKey] = id
	}
	p[propID] = graph.ID{}.String()
}

// fingerprint tells whether a stray is still as it was found.
func fingerprint(stray *store.Stray) int64 {
	switch {
	case stray.Record != nil:
		return recordSum(stray.Record)
	case stray.Link != nil:
		return linkSum(stray.Link)
	}
	return 0
}

// headerOf returns the header of the item, nil if there is none.
func headerOf(stray *store.Stray) *graph.Header {
	switch {
	case stray.Record != nil:
		return &stray.Record.Header
	case stray.Link != nil:
		return &stray.Link.Header
	}
	return nil
}

// derived returns the ID that dataset and key give.
func derived(h *graph.Header, link bool) graph.ID {
	if link {
		return graph.LinkID(h.Dataset, h.Key)
	}
	return graph.RecordID(h.Dataset, h.Key)
}

// read reads what was found.
func (d *Driver) readStray(f *found, link bool) (stray *store.Stray, mark int64) {
	stray = &store.Stray{IsLink: link, Waits: f.waits}
	var why string
	if link {
		stray.Link, why = d.link(f)
		stray.What = "relationship " + f.element + " (:" + f.kind + ")"
	} else {
		stray.Record, why = d.record(f)
		stray.What = "node " + f.element + " (:" + f.kind + " " + shown(f.item[propName]) + ")"
	}
	if why != "" {
		stray.Err = graph.Errorf(graph.BadUserInput, "%s", why)
	}
	return stray, fingerprint(stray)
}

// made returns what was found as a new item.
func (d *Driver) made(f *found, link bool, head graph.Revision) *store.Stray {
	stray, mark := d.readStray(f, link)
	stray.Alteration, stray.Handle = store.Made, handle{element: f.element, print: mark, head: head}
	if h := headerOf(stray); h != nil {
		if f.missing && h.ID != derived(h, link) {
			stray.Err = graph.Errorf(graph.BadUserInput, "it stands in for a record of another dataset or key, to which links lead; make a node of its own")
		}
		h.ID = graph.ID{}
	}
	return stray
}

// edited returns what was found as the item that the log knows, nil if it knows
// none.
func (d *Driver) edited(f *found, link bool, known *logged, l *ledger) *store.Stray {
	stray, mark := d.readStray(f, link)
	h := handle{element: f.element, print: mark}
	if header := headerOf(stray); header != nil {
		if known == nil {
			header.ID = derived(header, link)
		}
		h.id = header.ID
	}
	if known != nil {
		h.id = known.id
		h.revision = known.revision
		if known.alive {
			h.markings = l.sets[known.set]
		}
	}
	stray.Alteration, stray.ID, stray.Handle = store.Edited, h.id, h
	return stray
}

func gone(known *logged, link bool, l *ledger) *store.Stray {
	what := "record "
	if link {
		what = "link "
	}
	return &store.Stray{
		Alteration: store.Gone, What: what + known.id.String(), ID: known.id, IsLink: link,
		Handle: handle{id: known.id, revision: known.revision, markings: l.sets[known.set]},
	}
}
