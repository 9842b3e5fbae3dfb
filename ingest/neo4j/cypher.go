package neo4j

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// cypher is the text of a statement. Only this file makes one from parts, and the
// parts are constants and names of the database or the mapping, as identifiers; all
// else reaches the server as a parameter.
//
// Pages follow id(n) and id(r), although these are deprecated: the look-up indexes
// of labels and types hand out in this order, so that a page costs neither a sort nor
// an index of the owner's, and nothing of it is kept. Cypher 5, in which they
// are, is named, as a server may speak another by itself.
type cypher string

const (
	countNodes         cypher = "MATCH (n) RETURN count(n) AS n"
	countRelationships cypher = "MATCH ()-[r]->() RETURN count(r) AS n"
	// countHeads finds stores of our own.
	countHeads     cypher = "MATCH (h:_Head {id: 'head'}) RETURN count(h) AS n"
	listLabels     cypher = "CALL db.labels() YIELD label RETURN label AS name ORDER BY name"
	listTypes      cypher = "CALL db.relationshipTypes() YIELD relationshipType RETURN relationshipType AS name ORDER BY name"
	listUniqueness cypher = "SHOW CONSTRAINTS YIELD type, entityType, labelsOrTypes, properties WHERE (type ENDS WITH 'UNIQUENESS' OR type ENDS WITH 'KEY') AND size(properties) = 1 RETURN entityType, labelsOrTypes[0] AS name, properties[0] AS property"
)

// maxIdentifier is the longest name of a label, type or property that a server takes,
// in bytes.
const maxIdentifier = 65534

// quoted returns a name as an identifier of Cypher. A backtick is doubled, and a
// backslash written as an escape of its own: Cypher reads \u0060 as a backtick
// wherever it stands.
func quoted(name string) (string, error) {
	if name == "" || len(name) > maxIdentifier || !utf8.ValidString(name) || strings.ContainsRune(name, 0) {
		return "", fmt.Errorf("%.40q is no name: a name is UTF-8 text without NUL", name)
	}
	return "`" + strings.NewReplacer("`", "``", `\`, `\u005c`).Replace(name) + "`", nil
}

// identifier quotes a name that was checked when the mapping was read, or that the
// server gave. One that is wrong all the same becomes a name that nothing has.
func identifier(name string) string {
	text, err := quoted(name)
	if err != nil {
		return "`\u00a0`"
	}
	return text
}

// labelled is a pattern of nodes, for use as predicate or in MATCH.
func labelled(labels []string) string {
	var b strings.Builder
	b.WriteString("n")
	for _, label := range labels {
		b.WriteString(":" + identifier(label))
	}
	return b.String()
}

// nodesOf matches nodes with labels, unless they have all labels of one of others.
func nodesOf(labels []string, others [][]string, further string) string {
	conditions := []string{}
	if further != "" {
		conditions = append(conditions, further)
	}
	for _, other := range others {
		conditions = append(conditions, "NOT "+labelled(other))
	}
	text := "CYPHER 5 MATCH (" + labelled(labels) + ")"
	if len(conditions) > 0 {
		text += " WHERE " + strings.Join(conditions, " AND ")
	}
	return text
}

// nodesPage reads nodes with their properties, all if names is nil.
func nodesPage(labels []string, others [][]string, names []string) cypher {
	return cypher(nodesOf(labels, others, "id(n) > $after") +
		" RETURN id(n) AS at, elementId(n) AS element, labels(n) AS labels, " + propertiesOf("n", names) + " AS properties ORDER BY id(n) LIMIT $limit")
}

func countNodesOf(labels []string, others [][]string) cypher {
	return cypher(nodesOf(labels, others, "") + " RETURN count(n) AS n")
}

// sampleNodes reads the properties of some nodes.
func sampleNodes(labels []string, others [][]string) cypher {
	return cypher(nodesOf(labels, others, "") + " RETURN properties(n) AS properties LIMIT $limit")
}

// countValues tells whether a property identifies nodes.
func countValues(labels []string, others [][]string, property string) cypher {
	value := "n." + identifier(property)
	return cypher(nodesOf(labels, others, "") + " RETURN count(n) AS nodes, count(" + value + ") AS having, count(DISTINCT " + value + ") AS values")
}

// relationshipsPage reads relationships with properties, all if names is nil, and of
// their ends those that keys depend on; element ids of ends only if elements says so,
// as they take long to send.
func relationshipsPage(kind string, names, keys []string, elements bool) cypher {
	ends := ""
	for _, end := range []string{"a", "b"} {
		element := "null"
		if elements {
			element = "elementId(" + end + ")"
		}
		ends += ", " + element + " AS " + end + "Element, labels(" + end + ") AS " + end + "Labels, " + propertiesOf(end, keys) + " AS " + end + "Properties"
	}
	return cypher("CYPHER 5 MATCH (a)-[r:" + identifier(kind) + "]->(b) WHERE id(r) > $after RETURN id(r) AS at, elementId(r) AS element, " +
		propertiesOf("r", names) + " AS properties" + ends + " ORDER BY id(r) LIMIT $limit")
}

func countRelationshipsOf(kind string) cypher {
	return cypher("MATCH ()-[r:" + identifier(kind) + "]->() RETURN count(r) AS n")
}

// sampleRelationships reads the properties of some relationships.
func sampleRelationships(kind string) cypher {
	return cypher("MATCH ()-[r:" + identifier(kind) + "]->() RETURN properties(r) AS properties LIMIT $limit")
}

// countLinkValues tells whether a property identifies relationships.
func countLinkValues(kind, property string) cypher {
	value := "r." + identifier(property)
	return cypher("MATCH ()-[r:" + identifier(kind) + "]->() RETURN count(r) AS nodes, count(" + value + ") AS having, count(DISTINCT " + value + ") AS values")
}

// propertiesOf is a map of the named properties, or of all if names is nil.
func propertiesOf(variable string, names []string) string {
	if names == nil {
		return "properties(" + variable + ")"
	}
	parts := make([]string, len(names))
	for i, name := range names {
		parts[i] = identifier(name) + ": " + variable + "." + identifier(name)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
