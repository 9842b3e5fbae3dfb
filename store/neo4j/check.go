package neo4j

import (
	"context"
	"fmt"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// maxFindings bounds a report: who has more has to begin with these anyway.
const maxFindings = 100

// Check implements [store.Checker]: that the head, the log and its entries are
// whole; that the graph holds exactly the items that the log knows, as they were
// written, and every past version of each; that placeholders stand for no record.
// What people changed by hand is counted. It reads everything, some million items
// at a time, beside running writers.
func (d *Driver) Check(ctx context.Context) ([]string, error) {
	c := &checker{Driver: d, probes: newProbes(d.statements)}
	if err := c.all(ctx); err != nil {
		return nil, err
	}
	if more := c.found - len(c.findings); more > 0 {
		c.findings = append(c.findings, fmt.Sprintf("and %d more", more))
	}
	return c.findings, nil
}

type checker struct {
	*Driver
	probes   *probes
	head     graph.Revision
	findings []string
	found    int
}

func (c *checker) say(format string, args ...any) {
	if c.found++; len(c.findings) < maxFindings {
		c.findings = append(c.findings, fmt.Sprintf(format, args...))
	}
}

func (c *checker) all(ctx context.Context) (err error) {
	if c.head, err = c.settled(ctx); err != nil {
		return err
	}
	if _, err := c.Secret(ctx); err != nil {
		c.say("%v", err)
	}
	if err := c.log(ctx); err != nil {
		return err
	}
	if err := c.placeholders(ctx); err != nil {
		return err
	}
	changes, err := c.changesUntil(ctx, c.head)
	if err != nil {
		return err
	}
	for _, within := range spans(changes) {
		if err := c.span(ctx, within); err != nil {
			return err
		}
	}
	return c.byHand(ctx)
}

const readEntries cypher = "MATCH (l:_Log) WHERE l.revision <= $until RETURN l.revision AS revision, l.records AS records, l.links AS links, l.items AS items, l.signatures AS signatures ORDER BY l.revision"

// log checks that revisions follow each other and that entries are whole.
func (c *checker) log(ctx context.Context) error {
	next := int64(1)
	err := c.stream(ctx, "check the log", readEntries, parameters{"until": int64(c.head)}, func(values []any) error {
		revision, _ := values[0].(int64)
		if revision != next {
			c.say("log: revision %d follows %d", revision, next-1)
		}
		next = revision + 1
		packed, _ := values[3].([]byte)
		items, err := unpack(packed)
		if err != nil {
			c.say("log: the items of revision %d cannot be read", revision)
		} else if values[1] != int64(len(items.records)) || values[2] != int64(len(items.links)) {
			c.say("log: revision %d states %v records and %v links and names %d and %d", revision, values[1], values[2], len(items.records), len(items.links))
		}
		return nil
	})
	if err == nil && next-1 != int64(c.head) {
		c.say("log: the newest entry is revision %d, and the head %d", next-1, c.head)
	}
	return err
}

const oddPlaceholders cypher = "MATCH (n:_Missing) WHERE n._rev IS NULL AND (NOT n:Entity OR size(keys(n)) <> 1 OR n.id IS NULL OR NOT EXISTS { (n)--() }) RETURN n.id AS id, EXISTS { (n)--() } AS linked"

func (c *checker) placeholders(ctx context.Context) error {
	return c.stream(ctx, "check placeholders", oddPlaceholders, nil, func(values []any) error {
		if values[1] == true {
			c.say("placeholder %s holds more than an ID", textOf(values[0]))
		} else {
			c.say("placeholder %s stands for the end of no link", textOf(values[0]))
		}
		return nil
	})
}

// doubt is a finding about an item, which stands only if no writer changed the item
// meanwhile.
type doubt struct {
	id   graph.ID
	text string
}

// span checks the past versions of a span; current items are for the search of
// strays.
func (c *checker) span(ctx context.Context, within span) error {
	l, err := c.ledger(ctx, within, c.head)
	if err != nil {
		return err
	}
	var doubts []doubt
	past := &pastVersions{ledger: l, driver: c.Driver, head: c.head, say: func(id graph.ID, format string, args ...any) {
		if len(doubts) < 10*maxFindings {
			doubts = append(doubts, doubt{id, fmt.Sprintf(format, args...)})
		} else {
			c.found++
		}
	}}
	bounds := parameters{"from": within.from, "to": within.to}
	if err := c.stream(ctx, "check versions", readVersions, bounds, func(values []any) error { return past.version(values) }); err != nil {
		return err
	}
	past.end()
	for _, list := range [2][]logged{l.records, l.links} {
		for i := range list {
			if list[i].versions > 0 {
				past.say(list[i].id, "%v: %d past versions are missing", list[i].id, list[i].versions)
			}
		}
	}
	if len(doubts) == 0 {
		return nil
	}
	touched := map[graph.ID]struct{}{}
	if _, err := c.since(ctx, c.head, touched); err != nil {
		return err
	}
	for _, doubt := range doubts {
		if _, is := touched[doubt.id]; !is {
			c.say("%s", doubt.text)
		}
	}
	return nil
}

const readVersions cypher = "MATCH (v:_Version) WHERE v.id >= $from AND v.id < $to RETURN properties(v) AS item ORDER BY v.id, v._until"

// pastVersions checks past versions, which come in the order of items and of time.
type pastVersions struct {
	ledger *ledger
	driver *Driver
	head   graph.Revision
	say    func(id graph.ID, format string, args ...any)
	id     graph.ID
	until  int64 // of the version before
}

func (h *pastVersions) version(values []any) error {
	item, _ := values[0].(map[string]any)
	id, is := graph.ParseID(text(item[propID]))
	from, _ := item[propRevision].(int64)
	until, _ := item["_until"].(int64)
	if !is || from <= 0 || until <= from {
		h.say(id, "version %s of %s: it ends before it begins", textOf(item[propRevision]), textOf(item[propID]))
		return nil
	}
	if id != h.id {
		h.end()
		h.id, h.until = id, 0
	}
	if from < h.until {
		h.say(id, "%v: two versions hold at revision %d", id, from)
	}
	if h.until = until; until > int64(h.head) {
		return nil // ended by a later commit
	}
	list, link := h.ledger.records, text(item["_class"]) == "link"
	if link {
		list = h.ledger.links
	}
	known := lookUp(list, id)
	switch {
	case known == nil:
		h.say(id, "%v: there is a past version, and the log does not know the item", id)
	case known.versions == 0:
		h.say(id, "%v: it has more past versions than changes", id)
	default:
		known.versions--
	}
	if !h.whole(item, link) {
		h.say(id, "%v: its version of revision %d is not as it was written", id, from)
	}
	return nil
}

// end checks the last version of an item against the current one.
func (h *pastVersions) end() {
	for _, list := range [2][]logged{h.ledger.records, h.ledger.links} {
		if known := lookUp(list, h.id); known != nil && h.until > int64(known.revision) && h.until <= int64(h.head) {
			h.say(h.id, "%v: a past version ends at revision %d, after the last change", h.id, h.until)
		}
	}
}

func (h *pastVersions) whole(item map[string]any, link bool) bool {
	if !link {
		r, is := h.driver.codec.record(item, graph.Kind(text(item["_kind"])))
		return is && recordSum(&r) == item[propSum]
	}
	from, _ := graph.ParseID(text(item["_from"]))
	to, _ := graph.ParseID(text(item["_to"]))
	l, is := h.driver.codec.link(item, graph.LinkKind(text(item["_kind"])), from, to)
	return is && linkSum(&l) == item[propSum]
}

// byHand counts what waits to be adopted, and names the first of each.
func (c *checker) byHand(ctx context.Context) error {
	type group struct {
		what store.Alteration
		link bool
	}
	counts, first := map[group]int{}, map[group]string{}
	for _, link := range []bool{false, true} {
		err := c.search(ctx, link, func(stray *store.Stray) error {
			g := group{stray.Alteration, link}
			if counts[g]++; counts[g] == 1 {
				first[g] = stray.What
			}
			return nil
		}, func(id graph.ID, f *found) {
			h := graph.Header{Dataset: text(f.item[propDataset]), Key: text(f.item[propKey])}
			if derived(&h, link) != id {
				c.say("%v: its ID is not the one that dataset and key give", id)
			}
		})
		if err != nil {
			return err
		}
	}
	for g, n := range counts {
		what := "records"
		if g.link {
			what = "links"
		}
		c.say("%d %s were %s behind the store's back, such as %s: `chokepoint sync` takes them in", n, what, alterations[g.what], first[g])
	}
	slices.Sort(c.findings)
	return nil
}

var alterations = map[store.Alteration]string{store.Made: "made", store.Edited: "edited", store.Gone: "deleted"}
