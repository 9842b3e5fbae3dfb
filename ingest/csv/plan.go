package csv

import (
	"cmp"
	"slices"
	"strings"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
)

// plan says what the rows of one table become. A table without a mapping gets its
// plan from its header, another one from the mapping; both run alike.
type plan struct {
	file    string
	header  []string // as it stands
	records []recordPlan
	links   []linkPlan
	// rowKeyed says that some item has no identifier of its own, so that its key is
	// the hash of the row. hashed lists the columns in the order of their names in
	// lower case, so that neither the order of columns nor the file matters.
	rowKeyed bool
	hashed   []hashedColumn
	// fleeting is the number of first columns that do not identify a row.
	fleeting int
}

type hashedColumn struct {
	name   string
	column int
}

// common is what records and links have in common.
type common struct {
	id                                         value // absent: the key is the hash of the row
	suffix                                     string
	confidence, reliability, credibility, from value // from is the source reference
	markings                                   value
	validFrom, validTo                         moment
	properties                                 []property
	optional                                   bool // skip the item, not the row, where its id or an end is empty
}

// property takes a value into a property. A name that comes from a column's title
// gives way to the ontology's for the same word.
type property struct {
	name   string
	titled bool
	value
	when *moment // a time, instead of the value
}

type recordPlan struct {
	common
	kind, name, aliases value
	// bare says that the plan can yield no more than a key.
	bare bool
}

type linkPlan struct {
	common
	kind                             value
	ends                             [2]endPlan
	at                               moment
	amount, currency, quantity, unit value
	weight                           value
}

// endPlan names an end: the record of the row at index record, or the one whose
// key is the value, with the kind that it gets if no row declares it.
type endPlan struct {
	record int
	value
	kind value
}

func newCommon() common {
	return common{
		id: absent(), confidence: absent(), reliability: absent(), credibility: absent(), from: absent(), markings: absent(),
		validFrom: moment{value: absent()}, validTo: moment{value: absent()},
	}
}

func newRecordPlan() recordPlan {
	return recordPlan{common: newCommon(), kind: absent(), name: absent(), aliases: absent()}
}

func newLinkPlan() linkPlan {
	end := endPlan{record: none, value: absent(), kind: absent()}
	return linkPlan{
		common: newCommon(), kind: absent(), ends: [2]endPlan{end, end}, at: moment{value: absent()},
		amount: absent(), currency: absent(), quantity: absent(), unit: absent(), weight: absent(),
	}
}

// settle completes a plan whose records and links are known.
func (p *plan) settle() {
	var keyedRecords, keyedLinks int
	for i := range p.records {
		r := &p.records[i]
		if r.id.isAbsent() {
			p.rowKeyed, keyedRecords = true, keyedRecords+1
			r.suffix = ordinal("/", keyedRecords)
		}
		r.bare = r.name.isAbsent() && r.aliases.isAbsent() && len(r.properties) == 0
		slices.SortFunc(r.properties, func(a, b property) int { return cmp.Compare(a.name, b.name) })
	}
	for i := range p.links {
		l := &p.links[i]
		if l.id.isAbsent() {
			p.rowKeyed, keyedLinks = true, keyedLinks+1
			l.suffix = ordinal("/", keyedLinks)
		}
		slices.SortFunc(l.properties, func(a, b property) int { return cmp.Compare(a.name, b.name) })
	}
	for column, title := range p.header {
		if column >= p.fleeting {
			p.hashed = append(p.hashed, hashedColumn{roleWord(title), column})
		}
	}
	slices.SortStableFunc(p.hashed, func(a, b hashedColumn) int { return strings.Compare(a.name, b.name) })
}

// namer finds the names of properties, which for a titled column depend on the
// kind of the record. It belongs to one worker.
type namer struct {
	ontology *ontology.Ontology
	names    map[namerKey][]string
}

type namerKey struct {
	plan *recordPlan
	kind *ontology.Kind
}

// of returns the names of the plan's properties for a record of the kind.
func (n *namer) of(p *recordPlan, kind string) []string {
	k := n.ontology.Kind(kind)
	if k == nil {
		k = n.ontology.Kind(string(graph.UnknownKind))
	}
	key := namerKey{p, k}
	names, ok := n.names[key]
	if !ok {
		for _, property := range p.properties {
			name := property.name
			if property.titled {
				if declared := k.PropertyNamed(name); declared != nil {
					name = declared.Name
				}
			}
			names = append(names, name)
		}
		n.names[key] = names
	}
	return names
}
