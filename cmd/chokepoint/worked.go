package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/server"
)

// worked are questions asked of the demo data through the API, with the answers:
// as text for a terminal and as queries for the start page.
type worked struct {
	queries []server.WorkedQuery
	text    string
}

// analyst asks one question after the other until one fails.
type analyst struct {
	ctx    context.Context
	server *server.Server
	text   strings.Builder
	done   worked
	err    error
}

// work asks what an analyst would who knows the kinds of things and nothing of what
// is hidden in the data.
func work(ctx context.Context, s *server.Server) (worked, error) {
	a := &analyst{ctx: ctx, server: s}
	makers := a.find(`{kinds: [Company], properties: [{name: "sector", equals: "chemical manufacturing"}]}`)
	traders := a.find(`{kinds: [Company], properties: [{name: "sector", equals: "chemical distribution"}]}`)
	labs := a.find(`{kinds: [Site], properties: [{name: "role", equals: "lab"}]}`)
	a.cut(makers, traders, labs)
	a.hands()
	a.route(traders, labs)
	a.done.text = a.text.String()
	return a.done, a.err
}

// ask executes a query and decodes its data.
func (a *analyst) ask(query string, into any) []byte {
	if a.err != nil {
		return nil
	}
	answer, ok := a.server.Execute(a.ctx, query, "", nil)
	if !ok {
		a.err = graph.Errorf(graph.Internal, "a query of the demo failed: %s", strings.TrimSpace(string(answer)))
		return nil
	}
	a.err = json.Unmarshal(answer, &struct{ Data any }{into})
	return answer
}

// show keeps a question with its answer.
func (a *analyst) show(title, query string, answer []byte) {
	a.done.queries = append(a.done.queries, server.WorkedQuery{Title: title, Query: query, Answer: strings.TrimSpace(string(answer))})
	a.printf("%d  %s\n", len(a.done.queries), title)
}

func (a *analyst) printf(format string, args ...any) { fmt.Fprintf(&a.text, format, args...) }

// find returns the ids of the entities that fit a filter.
func (a *analyst) find(filter string) []string {
	var found struct {
		Entities struct{ Nodes []struct{ ID string } }
	}
	a.ask(`{ entities(filter: `+filter+`, first: 500) { nodes { id } } }`, &found)
	var ids []string
	for _, n := range found.Entities.Nodes {
		ids = append(ids, n.ID)
	}
	return ids
}

// cut asks which firms to stop.
func (a *analyst) cut(makers, traders, labs []string) {
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
	query := fmt.Sprintf(`{
  chokepoints(objective: FLOW, budget: 3, scope: {projection: GOODS, orientation: NATURAL},
    from: %s,
    to: %s) {
    choices { rank entity { name kind } marginalEffect }
    before { flow }
    after { flow }
    optimal
  }
}`, list(append(makers[:len(makers):len(makers)], traders...)), list(labs))
	answer := a.ask(query, &found)
	plan := found.Chokepoints
	a.show(fmt.Sprintf("Which 3 firms, if stopped, cut the most goods on their way from %d chemical makers and traders to %d laboratories?", len(makers)+len(traders), len(labs)), query, answer)
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
	const query = `{
  centrality(measure: BETWEENNESS, scope: {projection: MONEY, orientation: NATURAL}, first: 5) {
    nodes { rank score entity { name kind } }
    totalCount
  }
}`
	a.show("Which accounts do most routes of money pass through?", query, a.ask(query, &found))
	for _, n := range found.Centrality.Nodes {
		a.printf("     %-42s %s routes\n", n.Entity.Name, humanize.Comma(int64(n.Score)))
	}
	a.printf("\n")
}

// route asks how goods get to a laboratory.
func (a *analyst) route(traders, labs []string) {
	var found struct {
		ShortestPaths struct {
			Paths []struct {
				Entities []struct{ Name string }
				Links    []shipped
			}
		}
	}
	query := fmt.Sprintf(`{
  shortestPaths(k: 10, scope: {projection: GOODS, orientation: NATURAL},
    from: %s,
    to: %s) {
    paths { hops entities { name kind } links { at quantity unit derivedBy } }
  }
}`, list(traders), list(labs))
	a.show("How do the goods of a chemical trader get to a laboratory?", query, a.ask(query, &found))
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

// list writes ids as a GraphQL list.
func list(ids []string) string { return `["` + strings.Join(ids, `", "`) + `"]` }
