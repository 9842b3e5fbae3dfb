package session_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/session"
)

// An error about a number names the link, of several that of the least ID, and never one
// that is hidden.
func TestNegativeNumbersNameTheLink(t *testing.T) {
	w := newWorld(t)
	var what session.Writing
	for _, key := range []string{"a", "b", "c", "d"} {
		what.Records = append(what.Records, record(key, "Person"))
	}
	minus := -2.5
	var shown, all []graph.ID
	for i, pair := range []string{"ab", "bc", "cd", "ad", "ac", "bd"} {
		l := link("ASSOCIATE_OF", pair[:1], pair[1:])
		all = append(all, linkID(l.Key))
		if i%2 == 1 {
			l = link("ASSOCIATE_OF", pair[:1], pair[1:], red)
		} else {
			shown = append(shown, linkID(l.Key))
		}
		l.Weight = &minus
		what.Links = append(what.Links, l)
	}
	w.write(what)
	q := pathQuery("a", "d")
	q.Weight, q.Property = session.PropertySum, "weight"
	for _, c := range []struct {
		viewer access.Viewer
		seen   []graph.ID
	}{{access.Viewer{Clearance: access.Grant(graph.Clear)}, shown}, {local, all}} {
		least := slices.MinFunc(c.seen, graph.ID.Compare)
		_, err := w.as(c.viewer).ShortestPaths(t.Context(), q)
		if graph.CodeOf(err) != graph.BadUserInput || !strings.Contains(err.Error(), least.String()+" has -2.5") {
			t.Errorf("%v, want %v", err, least)
		}
	}
}
