package csv

import (
	"fmt"
	"strings"

	"github.com/chokepoint/chokepoint/graph"
)

// maxColumns bounds the columns of a table: no record may hold more than 256
// properties, and most columns of the widest honest tables are empty.
const maxColumns = 4096

// roleWord makes the title of a column comparable: "Valid from", "valid_from" and
// "validFrom" are one word.
func roleWord(title string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '_', '-', '\t', '\u00a0':
			return -1
		}
		return r
	}, strings.ToLower(strings.TrimSpace(title)))
}

// checkHeader refuses a header that no row could be read by.
func checkHeader(header []string) error {
	if len(header) > maxColumns {
		return fmt.Errorf("the header has %d columns, more than %d", len(header), maxColumns)
	}
	for i, title := range header {
		if strings.ContainsRune(title, 0) || strings.ToValidUTF8(title, "") != title || len(title) > 1<<10 {
			return fmt.Errorf("the title of column %d is no text: it has to be UTF-8 or UTF-16 of at most 1024 bytes", i+1)
		}
	}
	return nil
}

// roles finds columns by their titles, each once.
type roles struct {
	columns map[string]int
	taken   []bool
	twice   string
}

func rolesOf(header []string) *roles {
	r := &roles{columns: map[string]int{}, taken: make([]bool, len(header))}
	for i, title := range header {
		word := roleWord(title)
		if _, ok := r.columns[word]; ok && word != "" {
			if contractWords[word] {
				r.twice = title
			}
			continue
		}
		r.columns[word] = i
	}
	return r
}

// contractWords are the titles that have a meaning without a mapping and so may
// stand once only.
var contractWords = wordSet("from to source target kind type weight at amount currency quantity unit confidence fromkind tokind id name aliases validfrom validto sourceref reliability credibility markings")

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(words) {
		set[word] = true
	}
	return set
}

func (r *roles) has(words ...string) bool {
	for _, word := range words {
		if _, ok := r.columns[word]; !ok {
			return false
		}
	}
	return true
}

// take returns the first of the columns that there is.
func (r *roles) take(words ...string) value {
	for _, word := range words {
		if column, ok := r.columns[word]; ok && !r.taken[column] {
			r.taken[column] = true
			return cell(column)
		}
	}
	return absent()
}

// rest returns a property for each column that nothing took.
func (r *roles) rest(header []string, lists bool) []property {
	var rest []property
	for i, title := range header {
		if r.taken[i] {
			continue
		}
		name := strings.TrimSpace(title)
		if name == "" {
			name = fmt.Sprintf("column %d", i+1)
		}
		rest = append(rest, property{name: name, titled: true, value: value{column: i, lists: lists}})
	}
	return rest
}

func (r *roles) common(epoch Epoch) common {
	c := newCommon()
	c.id = r.take("id")
	c.confidence, c.reliability, c.credibility = r.take("confidence"), r.take("reliability"), r.take("credibility")
	c.from, c.markings = r.take("sourceref"), r.take("markings")
	c.markings.split = ";"
	c.validFrom = moment{value: r.take("validfrom"), epoch: epoch}
	c.validTo = moment{value: r.take("validto"), epoch: epoch}
	return c
}

// contractPlan returns the plan of a table that needs no mapping: an edge list or
// a node list.
func contractPlan(file string, header []string, epoch Epoch) (*plan, error) {
	p, r := &plan{file: file, header: header}, rolesOf(header)
	switch {
	case r.twice != "":
		return nil, graph.Errorf(graph.BadUserInput, "%s: column %q stands twice in the header", file, clip(r.twice))
	case r.has("from", "to"):
		p.links = []linkPlan{contractLink(r, header, "from", "to", epoch)}
	case r.has("source", "target"):
		p.links = []linkPlan{contractLink(r, header, "source", "target", epoch)}
	case r.has("id"):
		p.records = []recordPlan{contractRecord(r, header, epoch)}
	default:
		return nil, graph.Errorf(graph.BadUserInput, "%s: the header %q is neither an edge list (from,to or source,target) nor a node list (id); other tables take a mapping file", file, clip(strings.Join(header, ",")))
	}
	p.rowKeyed = len(p.links) > 0 // also where the cell of an id is empty
	p.settle()
	return p, nil
}

func contractLink(r *roles, header []string, from, to string, epoch Epoch) linkPlan {
	l := newLinkPlan()
	l.common = r.common(epoch)
	l.kind = r.take("kind", "type")
	l.ends[0].value, l.ends[0].kind = r.take(from), r.take("fromkind")
	l.ends[1].value, l.ends[1].kind = r.take(to), r.take("tokind")
	l.at = moment{value: r.take("at"), epoch: epoch}
	l.amount, l.currency = r.take("amount"), r.take("currency")
	l.quantity, l.unit, l.weight = r.take("quantity"), r.take("unit"), r.take("weight")
	l.properties = r.rest(header, false)
	return l
}

func contractRecord(r *roles, header []string, epoch Epoch) recordPlan {
	rec := newRecordPlan()
	rec.common = r.common(epoch)
	rec.kind, rec.name, rec.aliases = r.take("kind", "type"), r.take("name"), r.take("aliases")
	rec.aliases.split = ";"
	rec.properties = r.rest(header, false)
	return rec
}
