package neo4j

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// rule is a constraint or an index as the server lists it.
type rule struct {
	name, kind, state, entity, analyzer string
	labels, properties                  []string
}

// rules are all constraints, and the indexes that no constraint owns.
type rules []rule

func (d *Driver) schemaRules(ctx context.Context) (rules, error) {
	constraints, err := d.readLatest(ctx, "show constraints", showConstraints, nil)
	if err != nil {
		return nil, err
	}
	indexes, err := d.readLatest(ctx, "show indexes", showIndexes, nil)
	if err != nil {
		return nil, err
	}
	var list rules
	states := map[string]string{} // of the indexes of constraints
	for _, row := range indexes {
		r := ruleOf(row.AsMap())
		if owner := text(row.AsMap()["owningConstraint"]); owner != "" {
			states[owner] = r.state
			continue
		}
		list = append(list, r)
	}
	for _, row := range constraints {
		r := ruleOf(row.AsMap())
		r.state = states[r.name]
		r.kind = strings.Replace(r.kind, "NODE_PROPERTY_UNIQUENESS", nodeUnique, 1) // as Cypher 25 says
		r.kind = strings.Replace(r.kind, "RELATIONSHIP_PROPERTY_UNIQUENESS", linkUnique, 1)
		if r.entity = onNodes; r.kind == linkUnique {
			r.entity = onLinks
		}
		list = append(list, r)
	}
	return list, nil
}

func ruleOf(row map[string]any) rule {
	r := rule{
		name: text(row["name"]), kind: text(row["type"]), state: text(row["state"]), entity: text(row["entityType"]),
		labels: texts(row["labelsOrTypes"]), properties: texts(row["properties"]),
	}
	if options, is := row["options"].(map[string]any); is {
		settings, _ := options["indexConfig"].(map[string]any)
		r.analyzer = text(settings["fulltext.analyzer"])
	}
	return r
}

// is says whether the rule does what is wanted, whatever its name.
func (r *rule) is(w *wanted) bool {
	return r.kind == w.kind && r.on(w) &&
		(w.kind != fullText || r.name == w.name && r.analyzer == searchAnalyzer)
}

// becomes says whether the rule is the index of a constraint that another program is
// just making.
func (r *rule) becomes(w *wanted) bool {
	return (w.kind == nodeUnique || w.kind == linkUnique) && r.kind == rangeIndex && r.name == w.name && r.on(w)
}

// on says whether the rule is about the property that is wanted.
func (r *rule) on(w *wanted) bool {
	return r.entity == w.entity && slices.Equal(r.labels, []string{w.label}) && slices.Equal(r.properties, []string{w.property})
}

// compare returns what is missing, and a text for each rule that is in the way or
// of no use.
func (list rules) compare(all []wanted) (missing []wanted, broken []string) {
	byName := map[string]*rule{}
	for i := range list {
		byName[list[i].name] = &list[i]
	}
	for i := range all {
		w := &all[i]
		found := byName[w.name]
		if found == nil || !found.is(w) {
			if i := slices.IndexFunc(list, func(r rule) bool { return r.is(w) }); i >= 0 {
				found = &list[i] // somebody made the same under another name
			}
		}
		switch {
		case found == nil, found.becomes(w):
			missing = append(missing, *w)
		case !found.is(w):
			broken = append(broken, fmt.Sprintf("%s is a %s on %s %s(%s), not a %s on %s(%s)", found.name, found.kind, found.entity,
				strings.Join(found.labels, "|"), strings.Join(found.properties, ", "), w.kind, w.label, w.property))
		case found.state == "FAILED":
			broken = append(broken, found.name+" has failed")
		}
	}
	return missing, broken
}
