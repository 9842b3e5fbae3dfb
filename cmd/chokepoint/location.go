package main

import (
	"context"
	"strings"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store/sqlite"
)

// location is the flag that names a store.
type location struct {
	Store string `default:"sqlite:chokepoint.db" env:"CHOKEPOINT_STORE" placeholder:"URL" help:"The store: sqlite:PATH. Default: the file chokepoint.db in this folder."`
}

// path returns the file of an embedded store.
func (l location) path() (string, error) {
	path, ok := strings.CutPrefix(l.Store, "sqlite:")
	switch {
	case l.isNeo4j():
		return "", usage("the Neo4j store has not landed yet; use sqlite:PATH (`chokepoint doctor` already checks a Neo4j server)")
	case !ok:
		return "", usage("%q is no store: write sqlite:PATH, such as sqlite:chokepoint.db", l.Store)
	case path == "":
		return "", usage("sqlite: needs the path of a file, such as sqlite:chokepoint.db")
	}
	return path, nil
}

func (l location) isNeo4j() bool {
	scheme, _, _ := strings.Cut(l.Store, ":")
	scheme, _, _ = strings.Cut(scheme, "+")
	return scheme == "neo4j" || scheme == "bolt"
}

// open opens the store; where there is none it makes one, unless it must exist.
func (l location) open(ctx context.Context, mustExist bool) (*sqlite.Driver, error) {
	path, err := l.path()
	if err != nil {
		return nil, err
	}
	return sqlite.Open(ctx, path, sqlite.Options{MustExist: mustExist})
}

// flag returns what a further command needs to name the same store.
func (l location) flag() string {
	if l.Store == "sqlite:chokepoint.db" {
		return ""
	}
	return " --store " + quoted(l.Store)
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
