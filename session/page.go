package session

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/chokepoint/chokepoint/graph"
)

// MaxPage is the greatest number of items on a page: one store call, and an answer
// that a browser can still hold.
const MaxPage = 500

// Page asks for a part of a list: First items after the cursor After, "" for the
// beginning.
type Page struct {
	First int
	After string
}

// Paged is a part of a list.
type Paged[T any] struct {
	Items []T
	// Cursor returns where to go on after the i-th item. It seals it at each call.
	Cursor                       func(i int) string
	HasNextPage, HasPreviousPage bool
	// Total counts the whole list; nil if nobody can.
	Total func(context.Context) (int, error)
}

// position is a place in an ordered list: by a primary key, then by ID ascending.
// Cursors hold it, so a page begins right wherever others wrote in the meantime.
type position struct {
	primary string
	id      graph.ID
}

func (p position) compare(q position, descending bool) int {
	primary := cmp.Compare(p.primary, q.primary)
	if descending {
		primary = -primary
	}
	return cmp.Or(primary, p.id.Compare(q.id))
}

// byNumber returns a primary key that orders like the number; NaN comes before all
// others, and so last in a descending list.
func byNumber(f float64) string {
	if math.IsNaN(f) {
		return ""
	}
	bits := math.Float64bits(f + 0) // one zero
	if bits>>63 == 1 {
		bits = ^bits
	} else {
		bits |= 1 << 63
	}
	return string(binary.BigEndian.AppendUint64(nil, bits))
}

// listing names a list, so that its cursors fit no other: the operation and a
// digest of its arguments.
type listing struct {
	operation  string
	arguments  func() []byte // nil for none
	descending bool
}

// digested returns the digest of arguments, computed when a cursor is sealed or opened.
func digested(arguments any) func() []byte {
	return sync.OnceValue(func() []byte {
		sum := digest(arguments)
		return sum[:]
	})
}

// digest is a hash over arguments, which must be a struct of plain values.
func digest(arguments any) [32]byte {
	text, err := json.Marshal(arguments)
	if err != nil { // numbers are finite: they came as GraphQL input
		panic(err)
	}
	return sha256.Sum256(text)
}

func (s *Session) cursor(l listing, p position) string {
	content := append([]byte(p.primary), p.id[:]...)
	return s.service.sealer.Seal(content, s.bound(l)...)
}

// bound is what a cursor is good for: a class of viewers and a list.
func (s *Session) bound(l listing) [][]byte {
	if l.arguments == nil {
		return [][]byte{s.class[:], []byte(l.operation)}
	}
	return [][]byte{s.class[:], []byte(l.operation), l.arguments()}
}

// after opens a cursor; ok is false for the beginning of the list.
func (s *Session) after(l listing, page Page) (p position, ok bool, err error) {
	if page.First < 0 || page.First > MaxPage {
		return p, false, graph.Errorf(graph.BadUserInput, "first: %d is not from 0 to %d", page.First, MaxPage)
	}
	if page.After == "" {
		return p, false, nil
	}
	content, ok := s.service.sealer.Open(page.After, s.bound(l)...)
	if !ok || len(content) < len(p.id) {
		return p, false, graph.Errorf(graph.BadUserInput, "after: this is no cursor of this list; take pageInfo.endCursor of a page that was asked for with the same arguments")
	}
	at := len(content) - len(p.id)
	p.primary = string(content[:at])
	copy(p.id[:], content[at:])
	return p, true, nil
}

// pageOf cuts a page out of a whole list that is in the order of its positions.
func pageOf[T any](s *Session, l listing, list []T, at func(T) position, page Page) (Paged[T], error) {
	last, ok, err := s.after(l, page)
	if err != nil {
		return Paged[T]{}, err
	}
	start := 0
	if ok {
		start, _ = slices.BinarySearchFunc(list, last, func(item T, p position) int {
			if at(item).compare(p, l.descending) <= 0 {
				return -1
			}
			return 1
		})
	}
	total := len(list)
	end := min(start+page.First, total)
	out := Paged[T]{ // of its own, so that it does not hold on to the whole list
		Items: slices.Clone(list[start:end]), HasNextPage: end < total, HasPreviousPage: start > 0,
		Total: func(context.Context) (int, error) { return total, nil },
	}
	out.Cursor = func(i int) string { return s.cursor(l, at(out.Items[i])) }
	return out, nil
}

// foldCase is how values are compared when case does not count.
func foldCase(text string) string { return strings.ToLower(strings.TrimSpace(text)) }
