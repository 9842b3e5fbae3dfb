package server

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/chokepoint/chokepoint/access"
)

// Welcome is what the pages show beside the answers of the API.
type Welcome struct {
	Store   string        `json:"store"`   // what is served, for example "demo data" or a file's name
	Viewer  string        `json:"viewer"`  // who asks; the server fills it in
	Queries []WorkedQuery `json:"queries"` // what can be asked: the first tabs of the console
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
