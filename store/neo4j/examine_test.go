package neo4j

import (
	"cmp"
	"testing"

	"github.com/chokepoint/chokepoint/store/neo4j/neo4jtest"
)

func TestExamine(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		x, err := Examine(t.Context(), s.URL, credentials(s))
		if err != nil {
			t.Fatal(err)
		}
		if user := cmp.Or(s.User, "anybody"); x.Version != s.Version || x.User != user || !x.Writes || x.Nodes != 0 {
			t.Errorf("%s as %s: %+v", s.Version, user, x)
		}
	})
}
