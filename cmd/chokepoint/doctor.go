package main

import (
	"context"
	"errors"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/neo4j"
	"github.com/chokepoint/chokepoint/store/sqlite"
)

type doctorCommand struct{ place }

// Errors that say that the findings were printed already.
var (
	errUnsound = errors.New("the store is damaged: restore a backup, or import the sources into a new store")
	errStrayed = errors.New("the store is not as its change log says: `chokepoint sync` adopts what was changed by hand; for the rest restore a backup of the database")
)

// Run checks the store and, before that, the server that it is on.
func (c *doctorCommand) Run(ctx context.Context, p *program) error {
	open := c.openFile
	if c.isNeo4j() {
		open = c.openServer
	}
	driver, err := open(ctx, p)
	if err != nil || driver == nil {
		return err
	}
	return errors.Join(c.check(ctx, p, driver), driver.Close())
}

// heading says what this program is.
func heading(p *program) {
	p.printf("chokepoint %s, %d processors, %s\n", version(), runtime.GOMAXPROCS(0), time.Now().Format(time.RFC3339))
}

func (c *doctorCommand) openFile(ctx context.Context, p *program) (store.Driver, error) {
	path, err := c.path()
	if err != nil {
		return nil, err
	}
	driver, err := sqlite.Open(ctx, path, sqlite.Options{MustExist: true})
	if err != nil {
		return nil, err
	}
	heading(p)
	schema, err := driver.SchemaVersion(ctx)
	if err != nil {
		return nil, errors.Join(err, driver.Close())
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, errors.Join(err, driver.Close())
	}
	p.printf("%s: schema version %d, %s\n", c.Store, schema, humanize.IBytes(uint64(info.Size())))
	return driver, nil
}

// doctorTimeout bounds the talk with a server that does not answer.
const doctorTimeout = 15 * time.Second

// openServer says what the server is and opens the store there; nil if there is none.
func (c *doctorCommand) openServer(ctx context.Context, p *program) (store.Driver, error) {
	address, credentials, err := c.server()
	if err != nil {
		return nil, err
	}
	heading(p)
	asking, cancel := context.WithTimeout(ctx, doctorTimeout)
	defer cancel()
	x, err := neo4j.Examine(asking, address, credentials)
	if err != nil {
		return nil, err
	}
	p.printf("%s: Neo4j %s %s, database %s\n", c.Store, x.Version, x.Edition, credentials.Database)
	p.printf("  user     %s, roles %s\n", x.User, orNone(x.Roles))
	p.printf("  may      read, %s nodes; write: %s\n", humanize.Comma(x.Nodes), yesNo(x.Writes))
	if x.Edition == "community" {
		p.printf("  The Community edition has one user database and gives every user full rights.\n")
	}
	driver, err := c.openNeo4j(ctx, neo4j.Options{Schema: neo4j.CheckSchema, MustExist: true, Patience: hasty})
	if graph.CodeOf(err) == graph.NotFound {
		p.printf("There is no store in this database yet; `chokepoint import` makes one.\n")
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if d, is := driver.(*neo4j.Driver); is {
		drift, err := d.Drift(ctx)
		if err != nil {
			return nil, errors.Join(err, d.Close())
		}
		for _, finding := range drift {
			p.printf("  schema   %s\n", finding)
		}
	}
	return driver, nil
}

func orNone(words []string) string {
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ", ")
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// check verifies everything that the store holds.
func (c *doctorCommand) check(ctx context.Context, p *program, driver store.Driver) error {
	st := store.New(driver, nil)
	head, err := st.Head(ctx)
	if err != nil {
		return err
	}
	p.printf("  revision %d\n", head)
	started := time.Now()
	findings, err := st.Check(ctx)
	if err != nil {
		return err
	}
	if len(findings) > 0 {
		for _, finding := range findings {
			p.printf("  found: %s\n", finding)
		}
		if c.isNeo4j() {
			return errStrayed
		}
		return errUnsound
	}
	all, err := tally(ctx, st)
	if err != nil {
		return err
	}
	printTallies(p, all)
	p.printf("All checksums, the change log and the search index are sound (%.1f s).\n", time.Since(started).Seconds())
	return nil
}
