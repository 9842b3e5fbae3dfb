package neo4j

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/chokepoint/chokepoint/store/neo4j/neo4jtest"
)

// TestPlans has the server plan every statement that reads items: each must go through
// an index.
func TestPlans(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		d := open(t, s)
		for range 3 { // something of everything, also of the past
			commit(t, d, worldBatch(1))
			commit(t, d, worldBatch(2))
		}
		links := d.statements.linkReaders(worldKinds)
		for _, statement := range []cypher{
			recordReaders.current, recordReaders.asOf, recordReaders.scan, recordReaders.scanDataset, recordReaders.past, recordReaders.pastOfDataset,
			links.current, links.asOf, links.scan, links.scanDataset, pastOf, changedPast, logAfter, logEntries, logItems,
		} {
			for _, operator := range operatorsOf(t, d, statement) {
				if strings.Contains(operator, "Scan") {
					t.Errorf("%s: %.200s", operator, statement)
				}
			}
		}
	})
}

// operatorsOf returns the operators by which the server would run the statement.
func operatorsOf(t *testing.T, d *Driver, statement cypher) (operators []string) {
	t.Helper()
	given := parameters{
		"ids": map[string]any{}, "id": "", "from": "", "to": "", "at": 1, "class": "", "dataset": "", "revision": 1, "after": 1, "limit": 1, "revisions": []int64{},
	}
	if statement == changedPast {
		given["ids"] = []string{}
	}
	var visit func(neo4j.Plan)
	visit = func(p neo4j.Plan) {
		operators = append(operators, p.Operator())
		for _, child := range p.Children() {
			visit(child)
		}
	}
	err := d.server.Do(t.Context(), neo4j.AccessModeRead, func(session neo4j.SessionWithContext) error {
		result, err := session.Run(t.Context(), "EXPLAIN "+string(statement), given)
		if err != nil {
			return err
		}
		summary, err := result.Consume(context.WithoutCancel(t.Context()))
		if err == nil {
			visit(summary.Plan())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(operators)
	return slices.Compact(operators)
}
