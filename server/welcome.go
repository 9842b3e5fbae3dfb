package server

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"net/http"
	"strconv"

	"github.com/chokepoint/chokepoint/access"
)

// Welcome is what the page at / shows of the data. The page needs no script and
// no other host.
type Welcome struct {
	Store   string        // what is served, for example "demo data" or a file's name
	Figures []Figure      // how much of it, for example {"entities", "1,204"}
	Queries []WorkedQuery // what can be asked, with answers where they were computed
	Docs    []Link        // where to read on
}

// Figure is one number of the page and what it counts.
type Figure struct{ Name, Value string }

// WorkedQuery is a question, the operation that asks it, and the answer as JSON;
// "" for none.
type WorkedQuery struct{ Title, Query, Answer string }

// Link is a place to read on.
type Link struct{ Title, URL string }

var (
	//go:embed welcome.html
	welcomeText string
	//go:embed welcome.css
	welcomeStyle string

	welcomePage = template.Must(template.New("welcome").Funcs(template.FuncMap{"indent": indent}).Parse(welcomeText))

	// welcomePolicy lets the page have its own style sheet and nothing else.
	welcomePolicy = "default-src 'none'; style-src 'sha256-" + styleHash() + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

func styleHash() string {
	sum := sha256.Sum256([]byte(welcomeStyle))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// serveWelcome shows people what there is to ask, and how.
func (s *Server) serveWelcome(w http.ResponseWriter, r *http.Request, viewer access.Viewer) {
	var page bytes.Buffer
	err := welcomePage.Execute(&page, struct {
		Welcome
		Style  template.CSS
		Host   string
		SDL    bool
		Viewer string
	}{s.welcome(r, viewer), template.CSS(welcomeStyle), r.Host, s.options.SDL != nil, viewer.Name})
	if err != nil {
		refuse(w, present(r.Context(), err))
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", welcomePolicy)
	h.Set("Content-Length", strconv.Itoa(page.Len()))
	_, _ = w.Write(page.Bytes())
}

// welcome asks for the data of the page through the viewer's session. Without it
// the page still tells how to ask.
func (s *Server) welcome(r *http.Request, viewer access.Viewer) Welcome {
	if s.options.Welcome == nil {
		return Welcome{}
	}
	ctx, err := r.Context(), error(nil)
	if s.options.Session != nil {
		ctx, err = s.options.Session(ctx, viewer)
	}
	var welcome Welcome
	if err == nil {
		welcome, err = s.options.Welcome(ctx)
	}
	if err != nil {
		callOf(r.Context()).log.ErrorContext(r.Context(), "no data for the page", "cause", causes(err))
		return Welcome{}
	}
	return welcome
}

// indent writes JSON for people; what is no JSON stays as it is.
func indent(text string) string {
	var b bytes.Buffer
	if json.Indent(&b, []byte(text), "", "  ") != nil {
		return text
	}
	return b.String()
}
