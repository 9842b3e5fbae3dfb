package server

import (
	"encoding/json"

	"github.com/vektah/gqlparser/v2"

	"github.com/chokepoint/chokepoint/graph"
)

// ReadManifest reads a list of operations that a server may be held to, by their
// ids: an object of ids and documents, as the code generators of GraphQL clients
// write it, or Apollo's manifest of format version 1.
func ReadManifest(text []byte) (map[string]string, error) {
	var manifest struct {
		Format     string
		Version    int
		Operations []struct{ ID, Body string }
	}
	if json.Unmarshal(text, &manifest) == nil && manifest.Format == "apollo-persisted-query-manifest" && manifest.Version == 1 {
		operations := make(map[string]string, len(manifest.Operations))
		for _, o := range manifest.Operations {
			if o.ID == "" || o.Body == "" || operations[o.ID] != "" {
				return nil, graph.Errorf(graph.BadUserInput, "an operation of the list has no id, no body, or the id of another")
			}
			operations[o.ID] = o.Body
		}
		return operations, nil
	}
	var operations map[string]string
	if err := json.Unmarshal(text, &operations); err != nil || operations == nil {
		return nil, graph.Errorf(graph.BadUserInput, `the list of operations is neither a JSON object such as {"id": "query { … }"} nor a manifest of Apollo's, version 1`)
	}
	return operations, nil
}

// Validate says why an operation of a document would not be answered whatever its
// variables are, or that it has none: it does not parse, fit the schema, or pass the gate.
func (s *Server) Validate(document string) error {
	if _, err := surveyed(document); err != nil {
		return err
	}
	doc, errs := gqlparser.LoadQueryWithRules(s.schema, document, rulesWithoutSuggestions())
	switch {
	case len(errs) > 0:
		return errs
	case len(doc.Operations) == 0:
		return errNoOperation()
	}
	for _, op := range doc.Operations {
		if err := checkStream(op); err != nil {
			return err
		}
	}
	return nil
}
