package server

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"sync"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/web"
)

// Bounds of what is kept of documents that clients then name by their hash: 64 MiB
// in all. What is forgotten is sent again.
const (
	// shelfClasses is how many authorization classes have documents kept.
	shelfClasses = 32
	// shelfDocuments is how many documents each of them has.
	shelfDocuments = 256
	// shelfDocument is how long one is in bytes: ten times a long query.
	shelfDocument = 8 << 10
)

var (
	// errNotKept has the very words that client libraries look for before they send
	// the document.
	errNotKept = &failure{http.StatusBadRequest, notPersisted, "PersistedQueryNotFound"}
	errNotOurs = &failure{http.StatusForbidden, graph.Forbidden, "This server answers the operations of its own list alone: ask its operator to add yours."}
)

// shelf keeps documents by their hash, so that clients need not send them again.
// Classes share none: whether a document is kept tells that somebody has asked it.
type shelf struct {
	allowed map[string]string // by id and by hash; nil allows every document

	mu   sync.Mutex
	kept *lru.Cache[access.Class, *lru.Cache[string, string]]
}

// newShelf allows every document for nil, or else those of a list and those that the
// start page asks, which are in no client's list.
func newShelf(allowed map[string]string) *shelf {
	s := &shelf{}
	s.kept, _ = lru.New[access.Class, *lru.Cache[string, string]](shelfClasses) // fails for no size
	if allowed != nil {
		pages := web.Operations()
		s.allowed = make(map[string]string, 2*len(allowed)+len(pages))
		for _, document := range pages {
			s.allowed[hashOf(document)] = document
		}
		for id, document := range allowed {
			s.allowed[id], s.allowed[hashOf(document)] = document, document
		}
	}
	return s
}

// find puts the document that a request names into it, and refuses one that is not
// allowed.
func (s *shelf) find(class access.Class, p *asked) *failure {
	if s.allowed != nil {
		return s.findAllowed(p)
	}
	if p.Query != "" {
		return nil
	}
	documents := s.of(class)
	if documents == nil {
		return errNotKept
	}
	var ok bool
	if p.Query, ok = documents.Get(p.id); !ok {
		return errNotKept
	}
	return nil
}

func (s *shelf) findAllowed(p *asked) *failure {
	id, missing := p.id, errNotKept
	if p.Query != "" {
		id, missing = hashOf(p.Query), errNotOurs
	}
	document, ok := s.allowed[id]
	if !ok {
		return missing
	}
	p.Query = document
	return nil
}

// keep keeps the document of a request that is valid and says its hash.
func (s *shelf) keep(class access.Class, p *asked) {
	if s.allowed != nil || p.id == "" || len(p.Query) > shelfDocument {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	documents, ok := s.kept.Get(class)
	if !ok {
		documents, _ = lru.New[string, string](shelfDocuments)
		s.kept.Add(class, documents)
	}
	documents.Add(p.id, p.Query)
}

func (s *shelf) of(class access.Class) *lru.Cache[string, string] {
	s.mu.Lock()
	defer s.mu.Unlock()
	documents, _ := s.kept.Get(class)
	return documents
}

func hashOf(document string) string {
	sum := sha256.Sum256([]byte(document))
	return hex.EncodeToString(sum[:])
}
