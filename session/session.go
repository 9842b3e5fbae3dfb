package session

import (
	"context"
	"encoding/binary"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/projection"
)

// Session is one viewer's door to one snapshot of the graph. It lives as long as a
// request and is safe for concurrent use.
type Session struct {
	service *Service
	viewer  access.Viewer
	class   access.Class
	view    *projection.View
	at      graph.Revision         // what the store is read as of
	made    *cache[resultKey, any] // networks of the view and what was computed on them
	memory  bool                   // see FromMemory
}

// FromMemory returns the same session without the store, for questions about nothing
// that the store alone knows: entities and links are then sketches, as they are while
// the store is away, but for entities without a name.
func (s *Session) FromMemory() *Session { return s.remembering(true) }

// remembering returns the session with or without the store.
func (s *Session) remembering(memory bool) *Session {
	if s.memory == memory {
		return s
	}
	other := *s
	other.memory = memory
	return &other
}

// Ontology returns what the schema declares; it is the same for everybody.
func (s *Session) Ontology() *ontology.Ontology { return s.service.ontology }

// Token returns the revision token of the session: it names the newest revision
// that changed what the viewer sees. Equal views have equal tokens.
func (s *Session) Token() string { return s.token(s.view.Version()) }

// token seals the number of a version for viewers of this class.
func (s *Session) token(version uint64) string {
	var content [8]byte
	binary.BigEndian.PutUint64(content[:], version)
	return s.service.sealer.Seal(content[:], s.class[:], []byte("revision"))
}

// idleToken is the token of a write that changed nothing the viewer sees: it serves
// reads as that of the version does, but names no write, so that undoing it cannot
// undo the write before, which may be somebody else's.
func (s *Session) idleToken(version uint64) string {
	content := binary.BigEndian.AppendUint64(nil, version)
	return s.service.sealer.Seal(append(content, 0), s.class[:], []byte("revision"))
}

func (s *Session) versionOf(token string) (uint64, error) {
	version, _, err := s.open(token)
	return version, err
}

// open returns the version that a token names, and whether it is an idle one.
func (s *Session) open(token string) (version uint64, idle bool, err error) {
	content, ok := s.service.sealer.Open(token, s.class[:], []byte("revision"))
	if !ok || len(content) != 8 && len(content) != 9 {
		return 0, false, graph.Errorf(graph.BadUserInput, "this is no revision token of yours; take one from computedOn.asOf, revisions or a mutation")
	}
	return binary.BigEndian.Uint64(content), len(content) == 9, nil
}

// AsOf returns a session on the graph as it was at the revision of a token. The
// first one for a revision reads that state of the store: O(n + m).
func (s *Session) AsOf(ctx context.Context, token string) (*Session, error) {
	version, err := s.versionOf(token)
	if err != nil || version == s.view.Version() {
		return s, err
	}
	revision, ok := s.view.RevisionOf(version)
	if !ok {
		return nil, errStale
	}
	then, err := s.service.past.get(ctx, revision, func(ctx context.Context) (*past, error) {
		return s.service.remember(ctx, revision)
	})
	if err != nil {
		return nil, err
	}
	view := then.snapshot.View(s.viewer.Clearance)
	return &Session{service: s.service, viewer: s.viewer, class: s.class, view: view, at: revision, made: then.made, memory: s.memory}, nil
}
