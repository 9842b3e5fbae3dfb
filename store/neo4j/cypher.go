package neo4j

import (
	"strings"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
)

// cypher is the text of a statement. Only this file makes one from parts, and the
// parts are constants and names of the ontology: a test holds the package to that.
// Everything else reaches the server as a parameter.
type cypher string

// statements are the texts that name kinds: labels and relationship types cannot be
// parameters in a form that uses an index.
type statements struct {
	kinds       []graph.Kind
	linkKinds   []graph.LinkKind
	kindNumbers map[graph.LinkKind]int // positions in linkKinds

	createRecords map[graph.Kind]cypher
	renameRecords map[[2]graph.Kind]cypher
	hideRecords   map[graph.Kind]cypher
	showRecords   map[graph.Kind]cypher

	createLinks map[graph.LinkKind]cypher
	findLinks   map[graph.LinkKind]cypher
	updateLinks map[graph.LinkKind]cypher
	keepLinks   map[graph.LinkKind]cypher
	deleteLinks map[graph.LinkKind]cypher
}

// quoted returns a name as an identifier of Cypher.
func quoted(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

// The statements say which index to use: the server plans them while a store is still
// small, when to walk seems as good, and keeps the plan.

// newStatements writes the statements for every kind of the ontology.
func newStatements(o *ontology.Ontology) *statements {
	s := &statements{
		kindNumbers: map[graph.LinkKind]int{}, createRecords: map[graph.Kind]cypher{}, renameRecords: map[[2]graph.Kind]cypher{},
		hideRecords: map[graph.Kind]cypher{}, showRecords: map[graph.Kind]cypher{},
		createLinks: map[graph.LinkKind]cypher{}, findLinks: map[graph.LinkKind]cypher{}, updateLinks: map[graph.LinkKind]cypher{},
		keepLinks: map[graph.LinkKind]cypher{}, deleteLinks: map[graph.LinkKind]cypher{},
	}
	for _, k := range o.Kinds {
		s.kind(k.Name)
	}
	for _, k := range s.kinds {
		for _, other := range s.kinds {
			s.renameRecords[[2]graph.Kind{k, other}] = cypher("UNWIND $ids AS id MATCH (n:Entity {id: id}) USING INDEX SEEK n:Entity(id) REMOVE n:" + quoted(string(k)) + " SET n:" + quoted(string(other)))
		}
	}
	for _, k := range o.LinkKinds {
		if !k.Derived {
			s.linkKind(k.Name)
		}
	}
	return s
}

func (s *statements) kind(k graph.Kind) {
	label := quoted(string(k))
	s.kinds = append(s.kinds, k)
	s.createRecords[k] = cypher("UNWIND $rows AS row CREATE (n:Entity:" + label + ") SET n = row")
	s.hideRecords[k] = cypher("UNWIND $ids AS id MATCH (n:Entity {id: id}) USING INDEX SEEK n:Entity(id) REMOVE n:" + label + " SET n:_Missing, n = {id: id}")
	s.showRecords[k] = cypher("UNWIND $rows AS row MATCH (n:Entity {id: row.id}) USING INDEX SEEK n:Entity(id) REMOVE n:_Missing SET n:" + label + ", n = row")
}

func (s *statements) linkKind(k graph.LinkKind) {
	link := "[r:" + quoted(string(k)) + "]"
	byID := "[r:" + quoted(string(k)) + " {id: id}]"
	seek := " USING INDEX SEEK r:" + quoted(string(k)) + "(id) "
	s.kindNumbers[k] = len(s.linkKinds)
	s.linkKinds = append(s.linkKinds, k)
	s.createLinks[k] = cypher("UNWIND $rows AS row MATCH (a:Entity {id: row.from}) USING INDEX SEEK a:Entity(id) MATCH (b:Entity {id: row.to}) USING INDEX SEEK b:Entity(id) CREATE (a)-" + link + "->(b) SET r = row.link")
	s.findLinks[k] = cypher("UNWIND $ids AS id MATCH (a)-" + byID + "->(b)" + seek + "RETURN id, a.id AS from, b.id AS to, r._sum AS sum, r.markings AS markings")
	s.updateLinks[k] = cypher("UNWIND $rows AS row WITH row, row.id AS id MATCH ()-" + byID + "->()" + seek + "SET r = row")
	s.keepLinks[k] = cypher("UNWIND $ids AS id MATCH (a)-" + byID + "->(b)" + seek + "CREATE (v:_Version) SET v = properties(r), v._class = 'link', v._kind = type(r), v._from = a.id, v._to = b.id, v._until = $revision")
	s.deleteLinks[k] = cypher("UNWIND $ids AS id MATCH ()-" + byID + "->()" + seek + "DELETE r")
}

// The schema: see schema.go.

// wanted is one constraint or index that a store has. Type, entity, labels and
// property are what SHOW INDEXES and SHOW CONSTRAINTS call so.
type wanted struct {
	name, kind, entity, label, property string
	create                              cypher
}

// Types of constraints and indexes, as the server calls them.
const (
	nodeUnique = "UNIQUENESS"
	linkUnique = "RELATIONSHIP_UNIQUENESS"
	rangeIndex = "RANGE"
	fullText   = "FULLTEXT"
	onNodes    = "NODE"
	onLinks    = "RELATIONSHIP"
)

// schemaPrefix begins the name of every constraint and index of ours.
const schemaPrefix = "chokepoint_"

// searchIndex is the full-text index over the search keys of records, which are
// words between blanks.
const (
	searchIndex    = schemaPrefix + "search"
	searchAnalyzer = "whitespace"
)

// wantedSchema returns the constraints and indexes for an ontology, constraints
// first.
func wantedSchema(o *ontology.Ontology) []wanted {
	list := []wanted{
		uniqueNode("Entity", propID), uniqueNode("_Log", "revision"), uniqueNode("_Dataset", "name"),
		uniqueNode("_Head", "id"), uniqueNode("_Schema", "id"),
	}
	for _, k := range o.LinkKinds {
		if !k.Derived {
			list = append(list, uniqueLink(string(k.Name), propID))
		}
	}
	list = append(list, ranged("_Version", propID), wanted{
		name: searchIndex, kind: fullText, entity: onNodes, label: "Entity", property: propKeys,
		create: "CREATE FULLTEXT INDEX " + searchIndex + " IF NOT EXISTS FOR (n:Entity) ON EACH [n." + propKeys + "] OPTIONS {indexConfig: {`fulltext.analyzer`: '" + searchAnalyzer + "'}}",
	})
	for _, k := range o.Kinds {
		for _, p := range k.Properties {
			if indexed(p) {
				list = append(list, ranged(string(k.Name), p.Name))
			}
		}
	}
	return list
}

// indexed says whether a declared property has an index: what people look things
// up by, and times.
func indexed(p *ontology.Property) bool {
	return !p.List && (p.Identity || p.Type == ontology.DateTime) && storedName(p.Name, recordNames) == p.Name
}

func uniqueNode(label, property string) wanted {
	name := schemaPrefix + strings.ToLower(strings.TrimPrefix(label, "_")) + "_" + property
	return wanted{
		name, nodeUnique, onNodes, label, property,
		cypher("CREATE CONSTRAINT " + quoted(name) + " IF NOT EXISTS FOR (n:" + quoted(label) + ") REQUIRE n." + quoted(property) + " IS UNIQUE"),
	}
}

func uniqueLink(kind, property string) wanted {
	name := schemaPrefix + "link_" + kind + "_" + property
	return wanted{
		name, linkUnique, onLinks, kind, property,
		cypher("CREATE CONSTRAINT " + quoted(name) + " IF NOT EXISTS FOR ()-[r:" + quoted(kind) + "]-() REQUIRE r." + quoted(property) + " IS UNIQUE"),
	}
}

func ranged(label, property string) wanted {
	name := schemaPrefix + label + "_" + property
	return wanted{
		name, rangeIndex, onNodes, label, property,
		cypher("CREATE INDEX " + quoted(name) + " IF NOT EXISTS FOR (n:" + quoted(label) + ") ON (n." + quoted(property) + ")"),
	}
}

// Reading everything: see audit.go and adopt.go.

// probes are the texts that look at every node and relationship of a kind.
type probes struct {
	madeNodes, misplacedNodes, madeLinks, misplacedLinks cypher
	links                                                map[graph.LinkKind]cypher
	adoptNodes                                           map[graph.Kind]cypher
	findCopies                                           map[graph.LinkKind]cypher
}

func alternatives[K ~string](kinds []K) string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = quoted(string(k))
	}
	return strings.Join(names, "|")
}

// noID is the condition that a thing has nothing that is an ID: see [graph.ParseID].
func noID(thing string) string {
	return "(" + thing + ".id IS NULL OR NOT " + thing + ".id IS :: STRING OR NOT " + thing + ".id =~ '[0-9a-v]{25}[048cgkos]')"
}

// newProbes writes the texts for the kinds that s names.
func newProbes(s *statements) *probes {
	p := &probes{links: map[graph.LinkKind]cypher{}, adoptNodes: map[graph.Kind]cypher{}, findCopies: map[graph.LinkKind]cypher{}}
	kinds, types := alternatives(s.kinds), alternatives(s.linkKinds)
	node := "MATCH (n:Entity|" + kinds + ") WHERE "
	returned := " RETURN elementId(n) AS element, labels(n) AS labels, properties(n) AS item"
	p.madeNodes = cypher(node + "n._rev IS NULL AND (NOT n:_Missing OR n:" + kinds + ")" + returned)
	p.misplacedNodes = cypher(node + "n._rev IS NOT NULL AND (NOT n:Entity OR " + noID("n") + ")" + returned)
	link := "MATCH (a)-[r:" + types + "]->(b) WHERE "
	joined := " RETURN elementId(r) AS element, type(r) AS kind, properties(r) AS item, labels(a) AS starts, a.id AS start, labels(b) AS ends, b.id AS end"
	p.madeLinks = cypher(link + "r._rev IS NULL" + joined)
	p.misplacedLinks = cypher(link + "r._rev IS NOT NULL AND " + noID("r") + joined)
	for _, k := range s.linkKinds {
		p.links[k] = cypher(linksInRange(quoted(string(k))) + " AND r._rev IS NOT NULL" + joined)
		p.findCopies[k] = cypher("UNWIND $ids AS id MATCH ()-[r:" + quoted(string(k)) + " {id: id}]->() RETURN id, elementId(r) AS element, r._rev IS NOT NULL AS ours, false AS missing")
	}
	drop := " REMOVE n:" + strings.ReplaceAll(kinds, "|", ":") + ":_Missing"
	for _, k := range s.kinds {
		p.adoptNodes[k] = cypher("UNWIND $rows AS row MATCH (n) WHERE elementId(n) = row.element" + drop + " SET n:Entity:" + quoted(string(k)) + ", n = row.item")
	}
	return p
}

// Reading. Every statement returns items in the columns kind (labels or type), from,
// to and item.

const (
	recordColumns = " RETURN labels(n) AS kind, null AS from, null AS to, properties(n) AS item"
	linkColumns   = " RETURN type(r) AS kind, a.id AS from, b.id AS to, properties(r) AS item"
	pastColumns   = " RETURN v._kind AS kind, v._from AS from, v._to AS to, properties(v) AS item"

	// By ID, parameters ids: by kind and, for records and past versions, "all".
	// One map keeps the server from planning anew for lists of other lengths. While
	// there is little of a kind the server would rather walk all of it, and go on to
	// while there comes more: hence the hints.
	recordsByID = "UNWIND $ids.all AS id MATCH (n:Entity {id: id}) USING INDEX SEEK n:Entity(id)" + recordColumns
	pastByID    = "UNWIND $ids.all AS id MATCH (v:_Version {id: id}) USING INDEX SEEK v:_Version(id) WHERE v._class = $class AND v._rev <= $at AND v._until > $at" + pastColumns

	// By range of IDs, parameters from and to.
	recordRange = "MATCH (n:Entity) USING INDEX SEEK n:Entity(id) WHERE n.id >= $from AND n.id < $to"
	pastRange   = "MATCH (v:_Version) USING INDEX SEEK v:_Version(id) WHERE v.id >= $from AND v.id < $to AND v._class = $class AND v._rev <= $at AND v._until > $at"

	unionAll = " UNION ALL "
)

// linksInRange begins a statement about the links of a kind, whose name is quoted.
func linksInRange(kind string) string {
	return "MATCH (a)-[r:" + kind + "]->(b) USING INDEX SEEK r:" + kind + "(id) WHERE r.id >= $from AND r.id < $to"
}

// itemReaders are the statements that read one class.
type itemReaders struct {
	current, asOf       cypher // by ID
	scan, scanDataset   cypher // a range of IDs, whole or of one dataset
	past, pastOfDataset cypher // versions of a range
}

var recordReaders = itemReaders{
	current: recordsByID, asOf: recordsByID + unionAll + pastByID,
	scan: recordRange + recordColumns, scanDataset: recordRange + " AND n.dataset = $dataset" + recordColumns,
	past: pastRange + pastColumns, pastOfDataset: pastRange + " AND v.dataset = $dataset" + pastColumns,
}

// linkReaders returns the statements for links of the kinds, each of which has an
// index of its own. Every kind costs the server time, so name only those in use.
func (s *statements) linkReaders(kinds []graph.LinkKind) *itemReaders {
	var byID, whole, ofDataset []string
	for _, k := range kinds {
		if s.createLinks[k] == "" {
			continue // the ontology knows it no more
		}
		name := quoted(string(k))
		byID = append(byID, "UNWIND $ids."+name+" AS id MATCH (a)-[r:"+name+" {id: id}]->(b) USING INDEX SEEK r:"+name+"(id)"+linkColumns)
		whole = append(whole, linksInRange(name)+linkColumns)
		ofDataset = append(ofDataset, linksInRange(name)+" AND r.dataset = $dataset"+linkColumns)
	}
	return &itemReaders{
		current: cypher(strings.Join(byID, unionAll)), asOf: cypher(strings.Join(append(byID, pastByID), unionAll)),
		scan: cypher(strings.Join(whole, unionAll)), scanDataset: cypher(strings.Join(ofDataset, unionAll)),
		past: recordReaders.past, pastOfDataset: recordReaders.pastOfDataset,
	}
}
