package server

import (
	"io"
	"net/http"
)

// serveHealth says that the process answers.
func serveHealth(w http.ResponseWriter, _ *http.Request) { writeState(w, http.StatusOK, "ok") }

// serveReady says whether operations can be answered; why not stands in the log.
func (s *Server) serveReady(w http.ResponseWriter, r *http.Request) {
	if s.options.Ready != nil {
		if err := s.options.Ready(r.Context()); err != nil {
			callOf(r.Context()).log.WarnContext(r.Context(), "not ready", "cause", causes(err))
			writeState(w, http.StatusServiceUnavailable, "unavailable")
			return
		}
	}
	writeState(w, http.StatusOK, "ready")
}

func writeState(w http.ResponseWriter, status int, state string) {
	w.Header().Set("Content-Type", mediaJSON+"; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `{"status":"`+state+`"}`+"\n")
}
