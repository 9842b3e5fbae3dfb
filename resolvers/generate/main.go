// Command generate derives from schema.graphqls all that would otherwise be
// written twice: the fields that GraphQL wants repeated in each kind, the Go type
// of each kind, the executable schema, and docs/ontology.md.
//
// `go generate ./...` runs it. With -check it changes nothing and fails if a
// file is not as it would be written.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/chokepoint/chokepoint/graph/ontology"
)

const (
	schemaFile = "schema.graphqls"
	kindsFile  = "resolvers/model/kinds_gen.go"
	docsFile   = "docs/ontology.md"
)

func main() {
	log.SetFlags(0)
	check := flag.Bool("check", false, "change nothing; fail if a generated file is out of date")
	flag.Parse()
	if err := run(*check); err != nil {
		log.Fatalf("generate: %v", err)
	}
}

func run(check bool) error {
	if err := toRoot(); err != nil {
		return err
	}
	before, err := snapshot()
	if err != nil {
		return err
	}
	err = generate()
	if !check {
		return err
	}
	after, readErr := snapshot()
	if restoreErr := restore(before, after); restoreErr != nil {
		return restoreErr
	}
	if err = errors.Join(err, readErr); err != nil {
		return err
	}
	if stale := differing(before, after); len(stale) > 0 {
		return fmt.Errorf("out of date, run go generate ./...: %s", strings.Join(stale, ", "))
	}
	return nil
}

// generate writes everything, each step from what the step before has written.
func generate() error {
	schema, err := os.ReadFile(schemaFile)
	if err != nil {
		return err
	}
	full, err := complete(string(schema))
	if err != nil {
		return err
	}
	o, err := ontology.Load([]byte(full))
	if err != nil {
		return err
	}
	kinds, err := kindsSource(o)
	if err != nil {
		return err
	}
	for file, content := range map[string][]byte{schemaFile: []byte(full), kindsFile: kinds, docsFile: documentation(o)} {
		if err := write(file, content); err != nil {
			return err
		}
	}
	return executable(o)
}

// toRoot changes to the folder of go.mod, from wherever the program was started.
func toRoot() error {
	for {
		if _, err := os.Stat("go.mod"); err == nil {
			return nil
		}
		dir, err := os.Getwd()
		if err != nil {
			return err
		}
		if dir == filepath.Dir(dir) {
			return errors.New("go.mod is in no folder above")
		}
		if err := os.Chdir(".."); err != nil {
			return err
		}
	}
}

// write leaves a file alone that has this content, so that its age stays true.
func write(file string, content []byte) error {
	if old, err := os.ReadFile(file); err == nil && bytes.Equal(old, content) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, content, 0o644)
}

// snapshot reads every file that generate may write; missing ones are left out.
func snapshot() (map[string][]byte, error) {
	files := []string{schemaFile, kindsFile, modelsFile, docsFile}
	found, err := filepath.Glob(generatedDir + "/*.go")
	if err != nil {
		return nil, err
	}
	content := map[string][]byte{}
	for _, file := range append(files, found...) {
		text, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		content[file] = text
	}
	return content, nil
}

// differing returns the files that differ between two snapshots, in order.
func differing(before, after map[string][]byte) []string {
	var files []string
	for file := range union(before, after) {
		if !bytes.Equal(before[file], after[file]) {
			files = append(files, file)
		}
	}
	slices.Sort(files)
	return files
}

// restore brings back what before holds and removes what only after holds.
func restore(before, after map[string][]byte) error {
	for file := range union(before, after) {
		content, existed := before[file]
		if !existed {
			if err := os.Remove(file); err != nil {
				return err
			}
		} else if err := write(file, content); err != nil {
			return err
		}
	}
	return nil
}

func union(a, b map[string][]byte) map[string][]byte {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}
