package main

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/chokepoint/chokepoint"
	"github.com/chokepoint/chokepoint/bolt"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/neo4j"
	"github.com/chokepoint/chokepoint/store/sqlite"
)

// place is the flag that names a store.
type place struct {
	Store string `default:"sqlite:chokepoint.db" env:"CHOKEPOINT_STORE" placeholder:"URL" help:"The store: sqlite:PATH, or neo4j://HOST:7687, whose user and password CHOKEPOINT_NEO4J_USER and CHOKEPOINT_NEO4J_PASSWORD give. Default: the file chokepoint.db in this folder."`
}

// location is the flags that open a store.
type location struct {
	place
	Schema string `default:"apply" enum:"apply,check" placeholder:"apply|check" help:"What to do about constraints and indexes that a Neo4j store lacks: apply makes them, check refuses to start. Default: ${default}."`
}

const (
	// hasty is how long a question waits for a store that is away: somebody waits.
	hasty = 3 * time.Second
	// patient is how long a run of writes waits: long enough to start a server again.
	patient = 10 * time.Minute
)

// path returns the file of an embedded store.
func (p place) path() (string, error) {
	path, ok := strings.CutPrefix(p.Store, "sqlite:")
	switch {
	case p.isNeo4j():
		return "", usage("a Neo4j store has no file; copy it with the tools of its server, such as neo4j-admin database dump, see docs/neo4j.md")
	case !ok:
		return "", usage("%q is no store: write sqlite:PATH, such as sqlite:chokepoint.db, or neo4j://HOST:7687", p.Store)
	case path == "":
		return "", usage("sqlite: needs the path of a file, such as sqlite:chokepoint.db")
	}
	return path, nil
}

func (p place) isNeo4j() bool { return bolt.IsURL(p.Store) }

// server returns the address and the credentials of a Neo4j store.
func (p place) server() (string, bolt.Credentials, error) {
	address, err := url.Parse(p.Store)
	switch {
	case err != nil || address.Host == "":
		return "", bolt.Credentials{}, usage("this is no address of a Neo4j server; write neo4j://HOST:7687 or bolt://HOST:7687")
	case address.User != nil:
		return "", bolt.Credentials{}, usage("user and password do not belong in the address, where everybody sees them; set CHOKEPOINT_NEO4J_USER and CHOKEPOINT_NEO4J_PASSWORD")
	}
	credentials, err := bolt.FromEnvironment()
	return p.Store, credentials, err
}

// open opens the store; where there is none it makes one, unless it must exist.
// patience is how long its operations wait for a server that is away. What the store
// answers from then on is as new as anybody was told of.
func (l location) open(ctx context.Context, mustExist bool, patience time.Duration) (store.Driver, error) {
	if l.isNeo4j() {
		return l.openNeo4j(ctx, neo4j.Options{Schema: neo4j.SchemaMode(l.Schema), MustExist: mustExist, Patience: patience})
	}
	path, err := l.path()
	if err != nil {
		return nil, err
	}
	d, err := sqlite.Open(ctx, path, sqlite.Options{MustExist: mustExist})
	if err != nil { // no interface around a nil driver
		return nil, err
	}
	return d, nil
}

func (p place) openNeo4j(ctx context.Context, o neo4j.Options) (store.Driver, error) {
	address, credentials, err := p.server()
	if err != nil {
		return nil, err
	}
	o.Credentials = credentials
	if o.Ontology, err = ontology.Load(chokepoint.Schema); err != nil {
		return nil, err
	}
	d, err := neo4j.Open(ctx, address, o)
	if err != nil {
		return nil, err
	}
	if _, err := d.Head(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// flag returns what a further command needs to name the same store.
func (p place) flag() string {
	if p.Store == "sqlite:chokepoint.db" {
		return ""
	}
	return " --store " + quoted(p.Store)
}

// quoted returns a word for a POSIX shell.
func quoted(word string) string {
	if strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/._-") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// markings reads a list of markings, parted by commas.
func markings(list string) graph.Markings {
	var all []graph.Marking
	for word := range strings.SplitSeq(list, ",") {
		all = append(all, graph.Marking(word))
	}
	return graph.NewMarkings(all...)
}
