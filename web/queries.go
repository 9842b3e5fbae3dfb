package web

import (
	"embed"
	"path"
)

// queries are the very files that the start page is built with.
//
//go:embed start/queries/*.graphql
var queries embed.FS

// Operations returns the documents of all operations that the start page asks, which
// are the same for everybody: what differs is in their variables.
func Operations() []string {
	const dir = "start/queries"
	entries, err := queries.ReadDir(dir)
	if err != nil {
		panic(err) // embedded
	}
	documents := make([]string, len(entries))
	for i, e := range entries {
		text, err := queries.ReadFile(path.Join(dir, e.Name()))
		if err != nil {
			panic(err)
		}
		documents[i] = string(text)
	}
	return documents
}
