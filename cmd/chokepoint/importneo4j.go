package main

import (
	"cmp"
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/chokepoint/chokepoint/bolt"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/ingest"
	"github.com/chokepoint/chokepoint/ingest/neo4j"
)

// isDatabase says whether a Neo4j database is to be read, instead of files.
func (c *importCommand) isDatabase() bool {
	for _, file := range c.Files {
		if bolt.IsURL(file) {
			return true
		}
	}
	return false
}

// source returns the address of the database to read and who reads it. Where source
// and store are both Neo4j, CHOKEPOINT_IMPORT_… tells them apart.
func (c *importCommand) source() (string, bolt.Credentials, error) {
	if len(c.Files) > 1 {
		return "", bolt.Credentials{}, usage("a Neo4j database is imported alone, one database a call")
	}
	from := place{Store: c.Files[0]}
	address, credentials, err := from.server()
	if err != nil {
		return "", bolt.Credentials{}, err
	}
	if user := os.Getenv("CHOKEPOINT_IMPORT_USER"); user != "" {
		credentials.User, credentials.Password = user, os.Getenv("CHOKEPOINT_IMPORT_PASSWORD")
	}
	if database := os.Getenv("CHOKEPOINT_IMPORT_DATABASE"); database != "" {
		credentials.Database = database
	}
	if c.isNeo4j() {
		into, own, err := c.server()
		if err != nil {
			return "", bolt.Credentials{}, err
		}
		if hostOf(into) == hostOf(address) && own.Database == credentials.Database && !c.DraftMapping {
			return "", bolt.Credentials{}, usage("source and store are one database; name the one to read with CHOKEPOINT_IMPORT_DATABASE, or take over what was made in the store itself with `chokepoint sync`")
		}
	}
	return address, credentials, nil
}

// hostOf returns host and port of an address that was checked.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	if u.Port() == "" {
		return u.Host + ":7687"
	}
	return u.Host
}

// fromNeo4j imports a database, or drafts a mapping for it.
func (c *importCommand) fromNeo4j(ctx context.Context, p *program, words *ontology.Ontology) error {
	address, credentials, err := c.source()
	if err != nil {
		return err
	}
	if !c.DraftMapping && c.Mapping == "" {
		return usage("a Neo4j database needs a mapping: write one with `chokepoint import %s --draft-mapping > mapping.yaml`, look it through, and import with --mapping mapping.yaml", quoted(c.Files[0]))
	}
	var options neo4j.Options
	if !c.DraftMapping {
		if options, err = c.databaseOptions(words, credentials.Database); err != nil {
			return err
		}
	}
	server, err := bolt.Open(ctx, address, credentials)
	if err != nil {
		return err
	}
	defer server.Close(context.WithoutCancel(ctx)) //nolint:errcheck // it was only read
	if c.DraftMapping {
		text, err := neo4j.Draft(ctx, server, words, cmp.Or(c.Dataset, credentials.Database))
		p.printf("%s", text)
		return err
	}
	size, err := neo4j.Size(ctx, server)
	if err != nil {
		return err
	}
	return c.load(ctx, p, words, options.Dataset, size, func(i *importing) ingest.Reader {
		options.Seen = func(rows int) { i.bar.read.Add(int64(rows)) }
		reader := neo4j.NewReader(server, options)
		i.leftOut = reader.LeftOut
		return reader
	})
}

// databaseOptions reads the mapping and the flags that a database shares with tables.
func (c *importCommand) databaseOptions(words *ontology.Ontology, database string) (neo4j.Options, error) {
	text, err := os.ReadFile(c.Mapping)
	if err != nil {
		return neo4j.Options{}, usage("the mapping cannot be read: %v", err)
	}
	mapping, err := neo4j.ParseMapping(filepath.Base(c.Mapping), text)
	if err != nil {
		return neo4j.Options{}, mistaken(err)
	}
	shared, err := c.shared(words)
	return neo4j.Options{
		Ontology: words, Markings: shared.Markings, Epoch: shared.Epoch, Mapping: mapping, BatchRows: shared.BatchRows,
		Dataset: cmp.Or(c.Dataset, mapping.Dataset, database),
	}, err
}

// mistaken is a mapping that cannot be meant, told without the excerpt that follows.
func mistaken(err error) error {
	first, _, _ := strings.Cut(err.Error(), "\n")
	return usage("%s", first)
}
