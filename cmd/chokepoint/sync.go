package main

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/chokepoint/chokepoint"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/store"
)

type syncCommand struct {
	location
	Dataset string   `default:"neo4j" placeholder:"NAME" help:"The dataset of new things that name none. Default: ${default}."`
	Marking []string `sep:"," placeholder:"MARKING" help:"The handling of new things that state none. May be repeated. Default: TLP:CLEAR."`
	DryRun  bool     `help:"Look, and change nothing."`
	Why     string   `placeholder:"TEXT" help:"The reason, for the change log."`
	JSON    bool     `name:"json" help:"Print the account as JSON."`
}

// Run takes in what was changed in the database by other means.
func (c *syncCommand) Run(ctx context.Context, p *program) error {
	o := store.AdoptOptions{Dataset: c.Dataset, Markings: graph.NewMarkings(graph.Clear), Why: c.Why, At: graph.InstantOf(time.Now()), DryRun: c.DryRun}
	if len(c.Marking) > 0 {
		if o.Markings = markings(strings.Join(c.Marking, ",")); len(o.Markings) == 0 {
			return usage("--marking is empty: nobody could see what is new")
		}
	}
	words, err := ontology.Load(chokepoint.Schema)
	if err != nil {
		return err
	}
	driver, err := c.open(ctx, true, patient)
	if err != nil {
		return err
	}
	st := store.New(driver, words)
	report, err := st.Adopt(ctx, local(), o)
	if err == nil {
		err = c.account(p, report)
	}
	return errors.Join(err, st.Close())
}

// errUnadopted says that the account tells what is left.
var errUnadopted = errors.New("some of what was changed in the database is not fit to be adopted: mend it there as the account says, and sync again")

func (c *syncCommand) account(p *program, r store.AdoptReport) error {
	if c.JSON {
		if err := c.printJSON(p, r); err != nil {
			return err
		}
	} else {
		c.print(p, r)
	}
	if r.Unfits > 0 {
		return errUnadopted
	}
	return nil
}

func (c *syncCommand) print(p *program, r store.AdoptReport) {
	if r.Nothing() {
		p.printf("%s: nothing was changed by hand.\n", c.Store)
		return
	}
	if c.DryRun {
		p.printf("A dry run, nothing is adopted. ")
	}
	p.printf("Changed by hand in %s:\n", c.Store)
	n := func(v int) string { return humanize.Comma(int64(v)) }
	for _, of := range []struct {
		name string
		store.AdoptCount
	}{{"made   ", r.Made}, {"edited ", r.Edited}, {"deleted", r.Gone}} {
		p.printf("  %s  %s records, %s links\n", of.name, n(of.Records), n(of.Links))
	}
	if r.Unfits > 0 {
		p.printf("  unfit    %s, left as they are:\n", n(r.Unfits))
		for _, u := range r.Unfit {
			p.printf("    %s: %s\n", u.What, u.Err)
		}
	}
	if r.Last > 0 {
		p.printf("The change log tells of it as revisions %d to %d.\n", r.First, r.Last)
	}
	if len(c.Marking) == 0 && r.Made != (store.AdoptCount{}) {
		p.printf("  marking  TLP:CLEAR, where new things state none; --marking sets another\n")
	}
}

// printJSON prints the account for scripts.
func (c *syncCommand) printJSON(p *program, r store.AdoptReport) error {
	type counts struct {
		Records int `json:"records"`
		Links   int `json:"links"`
	}
	type unfit struct {
		What   string `json:"what"`
		Code   string `json:"code"`
		Reason string `json:"reason"`
	}
	account := struct {
		DryRun  bool    `json:"dryRun"`
		Made    counts  `json:"made"`
		Edited  counts  `json:"edited"`
		Deleted counts  `json:"deleted"`
		Unfits  int     `json:"unfits"`
		Unfit   []unfit `json:"unfit,omitempty"`
	}{DryRun: c.DryRun, Made: counts(r.Made), Edited: counts(r.Edited), Deleted: counts(r.Gone), Unfits: r.Unfits}
	for _, u := range r.Unfit {
		account.Unfit = append(account.Unfit, unfit{u.What, string(u.Err.Code), u.Err.Message})
	}
	return json.NewEncoder(p.out).Encode(account)
}
