package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/dustin/go-humanize"

	"github.com/chokepoint/chokepoint"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/ingest"
	"github.com/chokepoint/chokepoint/session"
	"github.com/chokepoint/chokepoint/store"
)

type datasetsCommand struct{ location }

// Run lists the datasets.
func (c *datasetsCommand) Run(ctx context.Context, p *program) error {
	driver, err := c.open(ctx, true, hasty)
	if err != nil {
		return err
	}
	st := store.New(driver, nil)
	tallies, err := tally(ctx, st)
	if err != nil {
		return errors.Join(err, driver.Close())
	}
	p.printf("%s\n", c.Store)
	printTallies(p, tallies)
	return driver.Close()
}

// counts is how much a dataset holds.
type counts struct {
	name           string
	records, links int
}

// tally counts what every declared dataset holds now.
func tally(ctx context.Context, st *store.Store) ([]counts, error) {
	declared, err := st.Datasets(ctx)
	if err != nil {
		return nil, err
	}
	all, at := make([]counts, len(declared)), map[string]int{}
	for i, d := range declared {
		all[i].name, at[d.Name] = d.Name, i
	}
	_, err = st.Feed().Scan(ctx, "", store.Latest,
		func(r *graph.Record) error { all[at[r.Dataset]].records++; return nil },
		func(l *graph.Link) error { all[at[l.Dataset]].links++; return nil })
	return all, err
}

func printTallies(p *program, all []counts) {
	if len(all) == 0 {
		p.printf("  no datasets; `chokepoint import` brings some\n")
		return
	}
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, d := range all {
		fmt.Fprintf(w, "\t%s\trecords\t%s\tlinks\t  %s\n", humanize.Comma(int64(d.records)), humanize.Comma(int64(d.links)), d.name)
	}
	w.Flush() //nolint:errcheck // a closed pipe ends the program anyway
}

type dropCommand struct {
	location
	Dataset string `required:"" placeholder:"NAME" help:"The dataset."`
	Yes     bool   `short:"y" help:"Do not ask."`
	Why     string `placeholder:"TEXT" help:"The reason, for the change log."`
}

// Run replaces a dataset by nothing.
func (c *dropCommand) Run(ctx context.Context, p *program) error {
	driver, err := c.open(ctx, true, patient)
	if err != nil {
		return err
	}
	words, err := ontology.Load(chokepoint.Schema)
	if err != nil {
		return errors.Join(err, driver.Close())
	}
	return errors.Join(c.drop(ctx, p, store.New(driver, words)), driver.Close())
}

func (c *dropCommand) drop(ctx context.Context, p *program, st *store.Store) error {
	all, err := tally(ctx, st)
	if err != nil {
		return err
	}
	var held *counts
	for i := range all {
		if all[i].name == c.Dataset {
			held = &all[i]
		}
	}
	if held == nil {
		return graph.Errorf(graph.NotFound, "there is no dataset %s in %s; `chokepoint datasets` lists them", c.Dataset, c.Store)
	}
	if err := c.confirm(p, held); err != nil {
		return err
	}
	report, err := session.Import(ctx, st, local(), nothing{}, session.ImportOptions{
		Dataset: c.Dataset, Name: "drop " + c.Dataset, Why: c.Why, Replace: st.Feed().Scan,
	})
	if err != nil {
		return err
	}
	p.printf("Deleted %s records and %s links of %s. The history has them still: revisions { token } and revertBatch bring them back.\n",
		humanize.Comma(int64(report.Records.Deleted)), humanize.Comma(int64(report.Links.Deleted)), c.Dataset)
	return nil
}

func (c *dropCommand) confirm(p *program, held *counts) error {
	if c.Yes {
		return nil
	}
	if !p.terminal {
		return usage("say --yes to delete %d records and %d links of %s", held.records, held.links, held.name)
	}
	p.printf("Delete %d records and %d links of %s? [y/N] ", held.records, held.links, held.name)
	answer, _ := bufio.NewReader(p.in).ReadString('\n')
	if a := strings.ToLower(strings.TrimSpace(answer)); a != "y" && a != "yes" {
		return errors.New("nothing was deleted")
	}
	return nil
}

// nothing is a dataset without rows.
type nothing struct{}

func (nothing) Read(context.Context, func(*ingest.Batch) error) error { return nil }
