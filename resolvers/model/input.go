package model

import "github.com/chokepoint/chokepoint/graph"

// Record returns the id of the record that the end names. The schema's @oneOf is
// checked here, since values from variables are not checked before.
func (e EndInput) Record() (graph.ID, error) {
	switch {
	case e.ID != nil && e.Key == nil:
		return *e.ID, nil
	case e.Key != nil && e.ID == nil:
		return graph.RecordID(e.Key.Dataset, e.Key.Key), nil
	}
	return graph.ID{}, graph.Errorf(graph.BadUserInput, "an end of a link is named by either id or key")
}

// PropertiesOf returns properties by name, equal names joined.
func PropertiesOf(input []PropertyInput) graph.Properties {
	properties := make(graph.Properties, 0, len(input))
	for _, p := range input {
		properties = append(properties, graph.Property{Name: p.Name, Values: p.Values})
	}
	return properties.Normalize()
}
