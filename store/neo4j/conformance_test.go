package neo4j

import (
	"flag"
	"testing"

	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/neo4j/neo4jtest"
	"github.com/chokepoint/chokepoint/store/storetest"
)

// TestConformance holds the driver to the contract of all drivers, on every server.
func TestConformance(t *testing.T) {
	fewerChecks(t)
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		storetest.Run(t, func(t testing.TB) store.Driver {
			s.Wipe(t)
			return open(t, s)
		})
	})
}

// fewerChecks makes rapid draw fewer cases than it does by default: each opens a
// store on a server.
func fewerChecks(t *testing.T) {
	checks := flag.Lookup("rapid.checks")
	if checks.Value.String() == checks.DefValue {
		if err := checks.Value.Set("15"); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { checks.Value.Set(checks.DefValue) }) // it was so before
	}
}
