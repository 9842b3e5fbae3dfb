package noninterference

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/vektah/gqlparser/v2/ast"
)

// drawer draws writes and questions. What it has seen in answers to low (cursors,
// tokens, ids) it uses again.
type drawer struct {
	random *rand.Rand
	schema *ast.Schema
	seen   map[string][]string // "cursor", "token", "id"
	// Links written so far, hidden ones too: their literals and ids, to be met again.
	written, ids []string
	sketches     bool // ask for what memory knows alone
}

func (d *drawer) number(lo, hi int) int     { return lo + d.random.IntN(hi-lo+1) }
func (d *drawer) chance(percent int) bool   { return d.number(1, 100) <= percent }
func (d *drawer) of(words ...string) string { return words[d.number(0, len(words)-1)] }

// Keys of things. Visible ones stand for records that low may see, hidden ones for
// records that it may not, missing ones for none at all.
func (d *drawer) visibleKey() string { return fmt.Sprintf("v%d", d.number(0, 7)) }
func (d *drawer) hiddenKey() string  { return fmt.Sprintf("h%d", d.number(0, 4)) }
func (d *drawer) missingKey() string { return fmt.Sprintf("m%d", d.number(0, 1)) }

func (d *drawer) anyKey() string {
	switch d.number(0, 9) {
	case 0:
		return d.missingKey()
	case 1, 2, 3:
		return d.hiddenKey()
	}
	return d.visibleKey()
}

var (
	kinds     = []string{"Person", "Company", "BankAccount", "Transfer", "Shipment", "Identifier", "Site", "Ranch"}
	linkKinds = []string{"OWNS", "ASSOCIATE_OF", "SENT", "RECEIVED", "CONSIGNED_BY", "CONSIGNED_TO", "COMMUNICATED_WITH", "USES_IDENTIFIER", "SUPPLIES", "SAME", "SAME", "NOT_SAME", "UNSURE", "godfather of"}
	names     = []string{"Harbour Freight Ltd", "Harbor Frieght", "Élan Vital", "Iván Petrov", "Ivan Petrow", "Wuhan X Chem", "Nord"}
)

// linkKind draws a kind of link, often one and the same, so that its links form
// patterns.
func (d *drawer) linkKind() string {
	if d.chance(35) {
		return "OWNS"
	}
	return d.of(linkKinds...)
}

// record is the GraphQL literal of a record.
func (d *drawer) record(key string, markings ...graph.Marking) string {
	properties := ""
	if d.chance(50) {
		properties = fmt.Sprintf(", properties: [{name: %q, values: [%q]}]", d.of("role", "notes", "jurisdiction", "amount"), d.of("broker", "12", "pa"))
	}
	return fmt.Sprintf("{dataset: \"mixed\", key: %q, kind: %q, name: %q, confidence: 0.%d, markings: %s%s}",
		key, d.of(kinds...), d.of(names...), d.number(1, 9), literal(markings), properties)
}

// link is the GraphQL literal of a link; its key follows from what it joins, so
// that later draws meet it again.
func (d *drawer) link(dataset, kind, from, to string, markings ...graph.Marking) string {
	key := fmt.Sprint(kind, from, to, markings)
	text := fmt.Sprintf("{dataset: %q, key: %q, kind: %q, from: {key: {dataset: \"mixed\", key: %q}}, to: {key: {dataset: \"mixed\", key: %q}}, at: \"2024-03-0%d\", weight: %d, amount: \"%d\", quantity: %d, confidence: 0.%d, sourceRef: %q, markings: %s}",
		dataset, key, kind, from, to, d.number(1, 9), d.number(1, 3), d.number(1, 3), d.number(1, 3), d.number(1, 9), d.of("", "p. 1", "p. 2"), literal(markings))
	d.ids = append(d.ids, quoted(graph.LinkID(dataset, key)))
	if dataset == "open" { // where low may write it again
		d.written = append(d.written, text)
	}
	return text
}

func literal(markings []graph.Marking) string {
	quoted := make([]string, len(markings))
	for i, m := range markings {
		quoted[i] = strconv.Quote(string(m))
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

func list(items []string) string { return "[" + strings.Join(items, ", ") + "]" }

func several(d *drawer, most int, item func() string) []string {
	items := make([]string, d.number(1, most))
	for i := range items {
		items[i] = item()
	}
	return items
}

// step is a write: the whole of it, and what is left for the world without hidden
// things, "" if nothing.
type step struct{ who, whole, visible string }

const writeSelection = " { revision items { index id outcome error { code message } } }"

func upsert(field string, items []string) string {
	if len(items) == 0 {
		return ""
	}
	argument := "records"
	if field == "upsertLinks" {
		argument = "links"
	}
	return fmt.Sprintf("mutation { %s(input: {%s: %s, reason: \"r\"})%s }", field, argument, list(items), writeSelection)
}

func deletion(ids []string) string {
	return fmt.Sprintf("mutation { deleteRecords(input: {ids: %s})%s }", list(ids), writeSelection)
}

func quoted(id graph.ID) string { return strconv.Quote(id.String()) }

// write draws a step of the given visibility.
func (d *drawer) write() step {
	hidden := func() graph.Marking { return []graph.Marking{red, amber}[d.number(0, 1)] }
	hiddenRecord := func() string { return d.record(d.hiddenKey(), graph.Clear, hidden()) }
	hiddenLink := func() string {
		if d.chance(50) { // free for low by itself, but not its end
			return d.link(d.of("open", "mixed"), d.linkKind(), d.visibleKey(), d.hiddenKey(), graph.Clear)
		}
		return d.link("mixed", d.linkKind(), d.anyKey(), d.anyKey(), graph.Clear, hidden())
	}
	visibleRecord := func() string { return d.record(d.visibleKey(), graph.Clear) }
	visibleLink := func() string { return d.link("mixed", d.linkKind(), d.visibleKey(), d.visibleKey(), graph.Clear) }
	switch d.number(0, 9) {
	case 0, 1:
		records := several(d, 4, visibleRecord)
		return step{"high", upsert("upsertRecords", append(several(d, 2, hiddenRecord), records...)), upsert("upsertRecords", records)}
	case 2, 3:
		links := several(d, 5, visibleLink)
		return step{"high", upsert("upsertLinks", append(several(d, 3, hiddenLink), links...)), upsert("upsertLinks", links)}
	case 4, 5:
		both := upsert("upsertLinks", several(d, 5, visibleLink))
		return step{"high", both, both}
	case 6:
		return step{"high", upsert("upsertRecords", several(d, 3, hiddenRecord)), ""}
	case 7:
		return step{"high", upsert("upsertLinks", several(d, 4, hiddenLink)), ""}
	case 8:
		return step{"high", deletion(several(d, 3, func() string { return quoted(graph.RecordID("mixed", d.hiddenKey())) })), ""}
	default:
		both := deletion([]string{quoted(graph.RecordID("mixed", d.visibleKey()))})
		return step{"high", both, both}
	}
}

// id draws an id that may name anything or nothing.
func (d *drawer) id() string {
	if ids := d.seen["id"]; len(ids) > 0 && d.chance(40) {
		return strconv.Quote(d.of(ids...))
	}
	switch d.number(0, 9) {
	case 0:
		return `"nonsense"`
	case 1, 2, 3:
		if len(d.ids) > 0 {
			return d.of(d.ids...)
		}
	}
	return quoted(graph.RecordID("mixed", d.anyKey()))
}

func (d *drawer) token() string {
	if tokens := d.seen["token"]; len(tokens) > 0 {
		return strconv.Quote(d.of(tokens...))
	}
	return `"nonsense"`
}

// note keeps what an answer shows for later questions.
func (d *drawer) note(value any, field string) {
	switch v := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) { // a seed must draw the same again
			d.note(v[name], name)
		}
	case []any:
		for _, inner := range v {
			d.note(inner, field)
		}
	case string:
		class := map[string]string{"cursor": "cursor", "endCursor": "cursor", "asOf": "token", "revision": "token", "token": "token", "id": "id"}[field]
		if class != "" && len(d.seen[class]) < 200 {
			d.seen[class] = append(d.seen[class], v)
		}
	}
}
