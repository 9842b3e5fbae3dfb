// Package chokepoint holds the one file that declares the API and the ontology.
package chokepoint

import _ "embed"

//go:generate go run ./resolvers/generate

// Schema is schema.graphqls: the API contract and the ontology, declared once.
// Package graph/ontology reads it, and everything else derives from that.
//
//go:embed schema.graphqls
var Schema []byte
