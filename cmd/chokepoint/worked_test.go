package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/chokepoint/chokepoint/server"
)

// startDemo serves the demo and returns its address without a path.
func startDemo(t testing.TB) (address string, stop func()) {
	t.Helper()
	o, done, stop := start(t, "demo", "--addr", "127.0.0.1:0")
	text := o.waitFor(t, done, `GraphQL +http://\S+/graphql`)
	return strings.TrimSuffix(regexp.MustCompile(`http://\S+/graphql`).FindString(text), "/graphql"), stop
}

func welcomeOf(t testing.TB, address string) server.Welcome {
	t.Helper()
	var welcome server.Welcome
	if err := json.Unmarshal([]byte(get(t, address+"/welcome.json")), &welcome); err != nil {
		t.Fatal(err)
	}
	return welcome
}

func post(t testing.TB, address, query string, variables map[string]any) (data map[string]any, errors string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.Post(address+"/graphql", "application/json", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var answer struct {
		Data   map[string]any
		Errors json.RawMessage
	}
	if err := json.NewDecoder(r.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return answer.Data, string(answer.Errors)
}

// Every worked query runs on the demo without errors, finds something, and teaches.
func TestWorkedQueriesAnswerOnTheDemo(t *testing.T) {
	address, stop := startDemo(t)
	defer stop()
	found := map[string]string{
		"SupplyChokepoint": "choices", "Ports": "nodes", "TraceMoney": "transfers", "MoneyPatterns": "nodes", "TemporalPaths": "paths",
		"MinimumCut": "nearFrom", "Dismantling": "steps", "ShortestPaths": "paths", "Centrality": "nodes", "Search": "nodes",
	}
	queries := welcomeOf(t, address).Queries
	if len(queries) != len(found) {
		t.Errorf("%d worked queries", len(queries))
	}
	for _, q := range queries {
		data, errors := post(t, address, q.Query, q.Variables)
		if errors != "" {
			t.Errorf("%s: %s", q.Name, errors)
			continue
		}
		for _, answer := range data {
			if items, _ := answer.(map[string]any)[found[q.Name]].([]any); len(items) == 0 {
				t.Errorf("%s finds no %s: %v", q.Name, found[q.Name], answer)
			}
		}
		if !strings.HasSuffix(q.Title, "?") || strings.Count(q.Query, "#") < 5 {
			t.Errorf("%s teaches little: %q", q.Name, q.Title)
		}
	}
}

// The operations that the README shows run on the demo.
func TestOperationsOfTheReadme(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	address, stop := startDemo(t)
	defer stop()
	sides := welcomeOf(t, address).Sides
	accounts, _ := post(t, address, "{ entities(filter: {kinds: [BankAccount]}, first: 1) { nodes { id } } }", nil)
	account := accounts["entities"].(map[string]any)["nodes"].([]any)[0].(map[string]any)["id"]
	operations := regexp.MustCompile("(?s)```graphql\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(operations) == 0 {
		t.Error("the README shows no operation")
	}
	for _, o := range operations {
		variables := map[string]any{}
		for name, value := range map[string]any{"from": sides.From, "to": sides.To, "account": account} {
			if strings.Contains(o[1], "$"+name+":") {
				variables[name] = value
			}
		}
		if _, errors := post(t, address, o[1], variables); errors != "" {
			t.Errorf("%s%s", o[1], errors)
		}
	}
}

// On any other store they run as well, and each viewer is offered only what that
// viewer sees.
func TestWorkedQueriesOnAStore(t *testing.T) {
	onStores(t, func(t *testing.T, at backend) {
		url := at.fresh(t)
		nodes, links := t.TempDir()+"/n.csv", t.TempDir()+"/l.csv"
		writeCSV(t, nodes, [][]string{{"id", "name", "markings"}, {"a", "Open Trade Ltd", "TLP:CLEAR"}, {"b", "Plain Goods Ltd", "TLP:CLEAR"}, {"c", "Hidden Works", "TLP:RED"}, {"d", "Third Ltd", "TLP:CLEAR"}})
		writeCSV(t, links, [][]string{{"from", "to"}, {"a", "c"}, {"c", "b"}, {"c", "a"}, {"c", "d"}, {"a", "b"}})
		mustRun(t, "import", "--store", url, "--dataset", "d", "--marking", "TLP:CLEAR", nodes, links)
		address, stop := startServer(t, "--store", url, "--token", "analyst=0123456789abcdef:TLP:CLEAR")
		defer stop()
		all := welcomeOf(t, address)
		for _, q := range all.Queries {
			if _, errors := post(t, address, q.Query, q.Variables); errors != "" {
				t.Errorf("%s: %s", q.Name, errors)
			}
		}
		hidden := all.Queries[0].Variables["sources"].([]any)[0].(string)
		if data, _ := post(t, address, "query ($id: ID!) { entity(id: $id) { name } }", map[string]any{"id": hidden}); data["entity"].(map[string]any)["name"] != "Hidden Works" {
			t.Errorf("who sees everything is not offered the busiest, but %v", data)
		}
		r, err := http.NewRequest(http.MethodGet, address+"/welcome.json", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer 0123456789abcdef")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		var seen server.Welcome
		if err := json.NewDecoder(answer.Body).Decode(&seen); err != nil {
			t.Fatal(err)
		}
		for _, q := range seen.Queries {
			if values := fmt.Sprint(q.Variables); seen.Viewer != "analyst" || strings.Contains(values, hidden) || strings.Contains(values, "hidden") {
				t.Errorf("%s offers the viewer %q what is hidden: %s", q.Name, seen.Viewer, values)
			}
		}
	})
}
