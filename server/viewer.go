package server

import (
	"crypto/sha256"
	"net/http"
	"strings"

	"github.com/chokepoint/chokepoint/access"
)

// errBadToken is the whole answer to a bad credential, whatever is wrong with it.
var errBadToken = &failure{http.StatusUnauthorized, unauthenticated, "The bearer token is not known."}

// authenticated finds out who asks before anything of the request is read.
func (s *Server) authenticated(next func(http.ResponseWriter, *http.Request, access.Viewer)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		viewer, ok := s.viewer(r.Header["Authorization"])
		if !ok {
			w.Header().Set("WWW-Authenticate", "Bearer")
			refuse(w, errorList(r.Context(), errBadToken)[0])
			return
		}
		c := callOf(r.Context())
		c.viewer, c.metered = viewer.Name, len(r.Header["Authorization"]) > 0
		next(w, r, viewer)
	})
}

// viewer returns the viewer of the credentials; the local one without any. Tokens
// are compared by their hash, so that the time taken tells nothing about them.
func (s *Server) viewer(credentials []string) (access.Viewer, bool) {
	if len(credentials) == 0 {
		return s.local, true
	}
	scheme, token, _ := strings.Cut(credentials[0], " ")
	if len(credentials) > 1 || !strings.EqualFold(scheme, "Bearer") {
		return access.Viewer{}, false
	}
	viewer, ok := s.tokens[sha256.Sum256([]byte(strings.TrimSpace(token)))]
	return viewer, ok
}
