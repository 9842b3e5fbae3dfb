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
	kinds     []graph.Kind
	linkKinds []graph.LinkKind

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

// newStatements writes the statements for every kind of the ontology.
func newStatements(o *ontology.Ontology) *statements {
	s := &statements{
		createRecords: map[graph.Kind]cypher{}, renameRecords: map[[2]graph.Kind]cypher{},
		hideRecords: map[graph.Kind]cypher{}, showRecords: map[graph.Kind]cypher{},
		createLinks: map[graph.LinkKind]cypher{}, findLinks: map[graph.LinkKind]cypher{}, updateLinks: map[graph.LinkKind]cypher{},
		keepLinks: map[graph.LinkKind]cypher{}, deleteLinks: map[graph.LinkKind]cypher{},
	}
	for _, k := range o.Kinds {
		s.kind(k.Name)
	}
	for _, k := range s.kinds {
		for _, other := range s.kinds {
			s.renameRecords[[2]graph.Kind{k, other}] = cypher("UNWIND $ids AS id MATCH (n:Entity {id: id}) REMOVE n:" + quoted(string(k)) + " SET n:" + quoted(string(other)))
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
	s.hideRecords[k] = cypher("UNWIND $ids AS id MATCH (n:Entity {id: id}) REMOVE n:" + label + " SET n:_Missing, n = {id: id}")
	s.showRecords[k] = cypher("UNWIND $rows AS row MATCH (n:Entity {id: row.id}) REMOVE n:_Missing SET n:" + label + ", n = row")
}

func (s *statements) linkKind(k graph.LinkKind) {
	link := "[r:" + quoted(string(k)) + "]"
	byID := "[r:" + quoted(string(k)) + " {id: id}]"
	s.linkKinds = append(s.linkKinds, k)
	s.createLinks[k] = cypher("UNWIND $rows AS row MATCH (a:Entity {id: row.from}) MATCH (b:Entity {id: row.to}) CREATE (a)-" + link + "->(b) SET r = row.link")
	s.findLinks[k] = cypher("UNWIND $ids AS id MATCH (a)-" + byID + "->(b) RETURN id, a.id AS from, b.id AS to, r._sum AS sum, r.markings AS markings")
	s.updateLinks[k] = cypher("UNWIND $rows AS row WITH row, row.id AS id MATCH ()-" + byID + "->() SET r = row")
	s.keepLinks[k] = cypher("UNWIND $ids AS id MATCH (a)-" + byID + "->(b) CREATE (v:_Version) SET v = properties(r), v._class = 'link', v._kind = type(r), v._from = a.id, v._to = b.id, v._until = $revision")
	s.deleteLinks[k] = cypher("UNWIND $ids AS id MATCH ()-" + byID + "->() DELETE r")
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
	return wanted{name, nodeUnique, onNodes, label, property,
		cypher("CREATE CONSTRAINT " + quoted(name) + " IF NOT EXISTS FOR (n:" + quoted(label) + ") REQUIRE n." + quoted(property) + " IS UNIQUE")}
}

func uniqueLink(kind, property string) wanted {
	name := schemaPrefix + "link_" + kind + "_" + property
	return wanted{name, linkUnique, onLinks, kind, property,
		cypher("CREATE CONSTRAINT " + quoted(name) + " IF NOT EXISTS FOR ()-[r:" + quoted(kind) + "]-() REQUIRE r." + quoted(property) + " IS UNIQUE")}
}

func ranged(label, property string) wanted {
	name := schemaPrefix + label + "_" + property
	return wanted{name, rangeIndex, onNodes, label, property,
		cypher("CREATE INDEX " + quoted(name) + " IF NOT EXISTS FOR (n:" + quoted(label) + ") ON (n." + quoted(property) + ")")}
}
