package graph

import (
	"cmp"
	"slices"
)

// Entity is what one viewer sees of one real thing: the visible records that the
// visible judgements hold to be the same, fused.
type Entity struct {
	// ID is the least ID among Records; every member's ID finds the entity.
	ID      ID
	Kind    Kind
	Name    string
	Aliases []string // other names of its records, without Name, each once
	// Confidence is the highest among the records.
	Confidence float64
	// Properties joins those of the records, the better record's values first.
	Properties Properties
	// Markings is the union over the records: the handling of the fused whole.
	Markings Markings
	Records  []Record // by ID
}

// Fuse joins records into one entity. Kind and name come from the best record:
// a kind that the ontology knows before [UnknownKind], then higher confidence,
// better reliability, better credibility, lesser ID. The result does not depend
// on the order of records, which must not be empty. The slices of the records
// are shared, not copied.
func Fuse(records []Record) Entity {
	records = slices.Clone(records)
	slices.SortFunc(records, func(a, b Record) int { return a.ID.Compare(b.ID) })
	if len(records) == 1 {
		r := records[0]
		return Entity{
			ID: r.ID, Kind: r.Kind, Name: r.Name, Aliases: r.Aliases, Confidence: r.Confidence,
			Properties: r.Properties, Markings: r.Markings, Records: records,
		}
	}
	ranked := slices.Clone(records)
	slices.SortStableFunc(ranked, compareStanding)
	best := ranked[0]
	e := Entity{ID: records[0].ID, Kind: best.Kind, Name: best.Name, Records: records}
	var properties Properties
	for _, r := range ranked {
		for _, name := range append([]string{r.Name}, r.Aliases...) {
			if name != "" && name != e.Name && !slices.Contains(e.Aliases, name) {
				e.Aliases = append(e.Aliases, name)
			}
		}
		for _, p := range r.Properties {
			properties = append(properties, Property{Name: p.Name, Values: slices.Clone(p.Values)})
		}
		e.Confidence = max(e.Confidence, r.Confidence)
		e.Markings = e.Markings.Union(r.Markings)
	}
	e.Properties = properties.Normalize()
	return e
}

// compareStanding orders records from the best to the worst as a source for what
// an entity shows.
func compareStanding(a, b Record) int {
	known := func(r Record) int {
		if r.Kind == UnknownKind {
			return 1
		}
		return 0
	}
	grade := func(r Record) int { // ungraded counts as cannot be judged
		reliability, credibility := int(r.Reliability), int(r.Credibility)
		if reliability == 0 {
			reliability = 'F'
		}
		if credibility == 0 {
			credibility = 6
		}
		return reliability*10 + credibility
	}
	return cmp.Or(cmp.Compare(known(a), known(b)), cmp.Compare(b.Confidence, a.Confidence), cmp.Compare(grade(a), grade(b)))
}
