package neo4j

import (
	"testing"

	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/neo4j/neo4jtest"
	"github.com/chokepoint/chokepoint/store/storetest"
)

// TestConformance holds the driver to the contract of all drivers, on every server.
func TestConformance(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		storetest.Run(t, func(t testing.TB) store.Driver {
			s.Wipe(t)
			return open(t, s)
		})
	})
}
