package main

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/server"
)

// The worked queries: documents whose comments teach. The first line is the question,
// the name of the operation that of its tab in the console.
//
//go:embed worked/*.graphql
var workedFiles embed.FS

var (
	operationName = regexp.MustCompile(`(?m)^query (\w+)`)
	variableName  = regexp.MustCompile(`\$(\w+):`)
)

// workedQueries returns the worked queries in order, each with what it asks about.
func workedQueries(about inputs) []server.WorkedQuery {
	entries, err := workedFiles.ReadDir("worked")
	if err != nil {
		panic(err) // embedded
	}
	var queries []server.WorkedQuery
	for _, e := range entries {
		text, err := workedFiles.ReadFile("worked/" + e.Name())
		if err != nil {
			panic(err)
		}
		title, _, _ := strings.Cut(strings.TrimPrefix(string(text), "# "), "\n")
		q := server.WorkedQuery{Name: operationName.FindStringSubmatch(string(text))[1], Title: title, Query: string(text), Variables: map[string]any{}}
		for _, name := range variableName.FindAllStringSubmatch(q.Query, -1) {
			q.Variables[name[1]] = about[name[1]]
		}
		queries = append(queries, q)
	}
	return queries
}

// welcome is what the pages show of a store.
func (i inputs) welcome(store string) server.Welcome {
	w := server.Welcome{Store: store, Queries: workedQueries(i)}
	from, _ := i["traders"].([]string)
	to, _ := i["sinks"].([]string)
	if len(from) > 0 && len(to) > 0 {
		w.Sides = &server.Sides{From: from, To: to}
	}
	return w
}

// analyst asks some of the worked queries, for the terminal, until one fails.
type analyst struct {
	ctx     context.Context
	server  *server.Server
	about   inputs
	queries map[string]server.WorkedQuery
	text    strings.Builder
	asked   int
	err     error
}

// work asks what an analyst would who knows the kinds of things and nothing of what
// is hidden in the data.
func work(ctx context.Context, s *server.Server, about inputs) (string, error) {
	a := &analyst{ctx: ctx, server: s, about: about, queries: map[string]server.WorkedQuery{}}
	for _, q := range workedQueries(about) {
		a.queries[q.Name] = q
	}
	a.cut()
	a.hands()
	a.route()
	return a.text.String(), a.err
}

// ask executes a worked query, decodes its data and prints the question.
func (a *analyst) ask(name, title string, into any) {
	if a.err != nil {
		return
	}
	q := a.queries[name]
	variables, err := json.Marshal(q.Variables)
	if err != nil {
		a.err = err
		return
	}
	answer, ok := a.server.Execute(a.ctx, q.Query, "", variables)
	if !ok {
		a.err = graph.Errorf(graph.Internal, "a query of the demo failed: %s", strings.TrimSpace(string(answer)))
		return
	}
	a.err = json.Unmarshal(answer, &struct{ Data any }{into})
	a.asked++
	a.printf("%d  %s\n", a.asked, title)
}

func (a *analyst) printf(format string, args ...any) { fmt.Fprintf(&a.text, format, args...) }

// cut asks which firms to stop.
func (a *analyst) cut() {
	var found struct {
		Chokepoints struct {
			Choices []struct {
				Entity         struct{ Name string }
				MarginalEffect float64
			}
			Before, After struct{ Flow float64 }
			Optimal       bool
		}
	}
	a.ask("SupplyChokepoint", fmt.Sprintf("Which 3 firms, if stopped, cut the most goods on their way from %d chemical makers and traders to %d laboratories?",
		a.about.count("sources"), a.about.count("sinks")), &found)
	plan := found.Chokepoints
	for _, c := range plan.Choices {
		a.printf("     %-42s cuts %g of %g shipments\n", c.Entity.Name, c.MarginalEffect, plan.Before.Flow)
	}
	proof := "the best found"
	if plan.Optimal {
		proof = "proven best"
	}
	a.printf("     %g shipments are left; %s.\n\n", plan.After.Flow, proof)
}

// hands asks through whose hands the money goes.
func (a *analyst) hands() {
	var found struct {
		Centrality struct {
			Nodes []struct {
				Score  float64
				Entity struct{ Name, Kind string }
			}
		}
	}
	a.ask("Centrality", a.queries["Centrality"].Title, &found)
	for _, n := range found.Centrality.Nodes {
		a.printf("     %-42s %s routes\n", n.Entity.Name, humanize.Comma(int64(n.Score)))
	}
	a.printf("\n")
}

// route asks how goods get to a laboratory.
func (a *analyst) route() {
	var found struct {
		ShortestPaths struct {
			Paths []struct {
				Entities []struct{ Name string }
				Links    []shipped
			}
		}
	}
	a.ask("ShortestPaths", "How do the goods of a chemical trader get to a laboratory?", &found)
	for _, p := range found.ShortestPaths.Paths {
		if !slices.IsSortedFunc(p.Links, func(a, b shipped) int { return strings.Compare(a.At, b.At) }) {
			continue // goods cannot go on before they have come
		}
		for i, l := range p.Links {
			a.printf("     %s  %5g %s  %s → %s\n", day(l.At), l.Quantity, l.Unit, p.Entities[i].Name, p.Entities[i+1].Name)
		}
		break
	}
	a.printf("\n")
}

// shipped is a hop of goods.
type shipped struct {
	At       string
	Quantity float64
	Unit     string
}

func day(at string) string { return at[:min(len(at), len("2006-01-02"))] }
