package neo4j

import (
	"testing"

	"github.com/chokepoint/chokepoint/store/neo4j/neo4jtest"
)

func TestMain(m *testing.M) { neo4jtest.Main(m) }
