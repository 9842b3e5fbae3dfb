package server

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/chokepoint/chokepoint/access"
)

// Welcome is what the pages show beside the answers of the API.
type Welcome struct {
	Store   string        `json:"store"`           // what is served, for example "demo data" or a file's name
	Viewer  string        `json:"viewer"`          // who asks; the server fills it in
	Listed  bool          `json:"listed"`          // whether only Options.Persisted are answered; the server fills it in
	Queries []WorkedQuery `json:"queries"`         // what can be asked, the first tabs of the console: worked ones, or those of the list
	Sides   *Sides        `json:"sides,omitempty"` // for an example of a path
}

// Sides are many entities, of which some of the first may lead to some of the others.
type Sides struct {
	From []string `json:"from"`
	To   []string `json:"to"`
}

// WorkedQuery is a question and the operation that asks it.
type WorkedQuery struct {
	Name      string         `json:"name"`  // of the operation
	Title     string         `json:"title"` // the question
	Query     string         `json:"query"`
	Variables map[string]any `json:"variables"`
}

// serveWelcome answers what Options.Welcome says in the viewer's session, so that it
// names nothing that the viewer may not see.
func (s *Server) serveWelcome(w http.ResponseWriter, r *http.Request, viewer access.Viewer) {
	welcome, err := s.welcome(r.Context(), viewer)
	if err != nil {
		refuse(w, present(r.Context(), err))
		return
	}
	welcome.Viewer = viewer.Name
	if welcome.Listed = s.options.Persisted != nil; welcome.Listed {
		welcome.Queries = tabsOf(s.options.Persisted)
	}
	if welcome.Queries == nil {
		welcome.Queries = []WorkedQuery{}
	}
	body, err := json.Marshal(welcome)
	if err != nil {
		refuse(w, present(r.Context(), err))
		return
	}
	w.Header().Set("Content-Type", mediaJSON+"; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
}

// listedTabs is how many operations of a list are shown: so many tabs can be told apart.
const listedTabs = 30

// tabsOf returns the first operations of a list by their ids.
func tabsOf(operations map[string]string) []WorkedQuery {
	ids := slices.Sorted(maps.Keys(operations))
	queries := make([]WorkedQuery, min(len(ids), listedTabs))
	for i := range queries {
		id := ids[i]
		queries[i] = WorkedQuery{Name: id, Title: id, Query: operations[id], Variables: map[string]any{}}
		if doc, err := parser.ParseQuery(&ast.Source{Input: operations[id]}); err == nil && len(doc.Operations) > 0 && doc.Operations[0].Name != "" {
			queries[i].Name = doc.Operations[0].Name
		}
	}
	return queries
}

func (s *Server) welcome(ctx context.Context, viewer access.Viewer) (Welcome, error) {
	if s.options.Welcome == nil {
		return Welcome{}, nil
	}
	if s.options.Session != nil {
		var err error
		if ctx, err = s.options.Session(ctx, viewer); err != nil {
			return Welcome{}, err
		}
	}
	return s.options.Welcome(ctx)
}
