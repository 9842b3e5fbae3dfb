package server

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/chokepoint/chokepoint/graph"
)

// serveHealth says that the process answers.
func serveHealth(w http.ResponseWriter, _ *http.Request) {
	writeState(w, http.StatusOK, "ok", "")
}

// serveReady says whether all operations can be answered, and if not, as much as the
// public words of the error tell; the rest stands in the log.
func (s *Server) serveReady(w http.ResponseWriter, r *http.Request) {
	if s.options.Ready != nil {
		if err := s.options.Ready(r.Context()); err != nil {
			callOf(r.Context()).log.WarnContext(r.Context(), "not ready", "cause", causes(err))
			writeState(w, http.StatusServiceUnavailable, "unavailable", publicReason(err))
			return
		}
	}
	writeState(w, http.StatusOK, "ready", "")
}

func publicReason(err error) string {
	var public *graph.Error
	if errors.As(err, &public) && public.Code != graph.Internal {
		return public.Message
	}
	return ""
}

func writeState(w http.ResponseWriter, status int, state, reason string) {
	w.Header().Set("Content-Type", mediaJSON+"; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(struct {
		Status string `json:"status"`
		Reason string `json:"reason,omitempty"`
	}{state, reason})
}
