package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// Every network of the reference data imports from the command line without a
// reject, and importing it again writes nothing. The rows are those of the files. The
// two of more than 100,000 rows take minutes on a server: one version will do.
func TestEveryDataSetImports(t *testing.T) {
	onStores(t, func(t *testing.T, at backend) {
		for _, c := range []struct {
			folder, files string
			mapped        bool
			rows          string
		}{
			{"ofac_narcotics_2024", "nodes.csv edges.csv", true, "2,453 in"},
			{"amlsim_20k_cycle200", "nodes.csv transactions.csv", true, "137,805 in"},
			{"amlsim_tiny", "accounts.csv tx.csv cash_tx.csv alerts.csv", true, ""},
			{"planted_supply_a", "nodes.csv edges.csv transfers.csv", true, "588 in"},
			{"caviar", "nodes.csv edges.csv", false, "315 in"},
			{"caviar", "nodes.csv phase_arcs_1_10.csv phase11_undirected.csv", true, ""},
			{"siren", "nodes.csv edges.csv", false, "147 in"},
			{"ciel", "nodes.csv edges.csv", false, "60 in"},
			{"natarajan_cocaine", "nodes.csv edges.csv", false, "68 in"},
			{"london_gang", "nodes.csv edges.csv", false, "369 in"},
			{"montagna_meetings", "nodes.csv edges.csv", false, "390 in"},
			{"montreal_gangs", "nodes.csv edges.csv", false, "113 in"},
			{"email_enron", "edges.csv", false, "183,831 in"},
			{"slumlords", "g0_nodes.csv g1_nodes.csv g2_nodes.csv g3_nodes.csv g4_nodes.csv g5_nodes.csv g6_nodes.csv g0_edges.csv g1_edges.csv g2_edges.csv g3_edges.csv g4_edges.csv g5_edges.csv g6_edges.csv", true, ""},
		} {
			large := len(c.rows) >= len("100,000 in")
			if large && !at.oldest() {
				continue
			}
			t.Run(c.folder, func(t *testing.T) {
				at.parallel(t)
				url := at.fresh(t)
				args := []string{"import", "--store", url, "--max-rejects", "0"}
				if c.mapped {
					args = append(args, "--mapping", filepath.Join("..", "..", "testdata", "mappings", c.folder+".yaml"))
				}
				for _, f := range strings.Fields(c.files) {
					args = append(args, data(t, c.folder, f))
				}
				out := mustRun(t, args...)
				if !strings.Contains(out, c.rows) || !strings.Contains(out, " 0 rejected") {
					t.Errorf("want %s and no reject:\n%s", c.rows, out)
				}
				again := mustRun(t, args...)
				if !strings.Contains(again, "in = 0 written") {
					t.Errorf("imported again:\n%s", again)
				}
				a := serving(t, url, appOptions{})
				var answer struct {
					Datasets   []struct{ Records, Links int }
					Centrality struct{ Nodes []struct{ Score float64 } }
				}
				a.ask(t, `{ datasets { records links } centrality(measure: PAGERANK, first: 1) { nodes { score } } }`, nil, &answer)
				if len(answer.Datasets) != 1 || answer.Datasets[0].Links == 0 || answer.Centrality.Nodes[0].Score <= 0 {
					t.Errorf("the API answers %+v", answer)
				}
			})
		}
	})
}
