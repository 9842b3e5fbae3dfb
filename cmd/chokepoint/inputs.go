package main

import (
	"context"
	"strings"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/session"
)

// inputs are what worked queries ask about, by the name of the variable.
type inputs map[string]any

// count says how many entities a variable names.
func (i inputs) count(name string) int {
	ids, _ := i[name].([]string)
	return len(ids)
}

// finder finds entities in a session until one look fails.
type finder struct {
	ctx     context.Context
	session *session.Session
	err     error
}

func (f *finder) find(filter session.Filter, order session.Order, first int) []string {
	ids := []string{}
	if f.err != nil {
		return ids
	}
	var page session.Paged[graph.ID]
	page, f.err = f.session.List(f.ctx, filter, order, session.Page{First: first})
	for _, id := range page.Items {
		ids = append(ids, id.String())
	}
	return ids
}

// with returns all entities of a kind whose property has a value.
func (f *finder) with(kind graph.Kind, property, value string) []string {
	return f.find(session.Filter{Kinds: []graph.Kind{kind}, Properties: []session.PropertyTerm{{Name: property, Equals: &value}}}, session.Order{}, 500)
}

// busiest returns the entities of some kinds that have the most links.
func (f *finder) busiest(first int, kinds ...graph.Kind) []string {
	return f.find(session.Filter{Kinds: kinds}, session.Order{By: session.ByDegree, Descending: true}, first)
}

// roughly returns the name of the first of some entities as one might remember it:
// two words without the last letter, in small letters.
func (f *finder) roughly(ids []string) string {
	if f.err != nil || len(ids) == 0 {
		return ""
	}
	id, _ := graph.ParseID(ids[0]) // just written by find
	found, err := f.session.Entities(f.ctx, []graph.ID{id})
	if err != nil || found[0] == nil {
		f.err = err
		return ""
	}
	words := strings.Fields(strings.ToLower(found[0].Name))
	name := []rune(strings.Join(words[:min(2, len(words))], " "))
	return string(name[:max(len(name)-1, min(len(name), 3))])
}

// demoInputs finds what the demo asks about by what an analyst knows of it.
func demoInputs(ctx context.Context, s *session.Session) (inputs, error) {
	f := &finder{ctx: ctx, session: s}
	makers := f.with("Company", "sector", "chemical manufacturing")
	traders := f.with("Company", "sector", "chemical distribution")
	i := inputs{
		"sources":  append(makers[:len(makers):len(makers)], traders...),
		"traders":  traders,
		"sinks":    f.with("Site", "role", "lab"),
		"accounts": f.busiest(1, "BankAccount"),
		"wallets":  f.busiest(20, "CryptoWallet"),
		"currency": "USD",
		"text":     f.roughly(f.busiest(1, "Company")),
	}
	return i, f.err
}

// anyInputs finds something to ask about in any store. It looks at no properties, for
// that would read all of a large store.
func anyInputs(ctx context.Context, s *session.Session) (inputs, error) {
	f := &finder{ctx: ctx, session: s}
	best := f.busiest(2)
	accounts := f.busiest(20, "BankAccount", "CryptoWallet")
	if len(accounts) < 2 {
		accounts = best
	}
	half := len(best) / 2
	i := inputs{
		"sources": best[:half], "traders": best[:half], "sinks": best[half:],
		"accounts": accounts[:min(1, len(accounts))], "wallets": accounts[min(1, len(accounts)):],
		"currency": nil,
		"text":     f.roughly(best),
	}
	return i, f.err
}
