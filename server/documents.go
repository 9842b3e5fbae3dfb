package server

import (
	"context"

	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"
)

const (
	// keptDocuments is how many valid documents are kept, parsed: front-ends ask the
	// same few with other variables.
	keptDocuments = 256
	// keptDocument bounds the text of one, and so the memory of all to some 30 MiB.
	keptDocument = 4 << 10
)

// documents keeps valid documents by their text. They depend on the schema alone,
// so that all viewers share them; the gate looks at the variables of every request all
// the same.
type documents struct{ *lru.LRU[*ast.QueryDocument] }

func newDocuments() documents { return documents{lru.New[*ast.QueryDocument](keptDocuments)} }

// Add keeps a document that is not too long.
func (d documents) Add(ctx context.Context, text string, doc *ast.QueryDocument) {
	if len(text) <= keptDocument {
		d.LRU.Add(ctx, text, doc)
	}
}
