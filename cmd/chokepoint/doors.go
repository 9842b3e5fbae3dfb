package main

import (
	"maps"
	"os"
	"slices"
	"time"

	"github.com/chokepoint/chokepoint/server"
)

// doors are the flags that bound what is asked of a server.
type doors struct {
	Rate      int           `default:"1000000" env:"CHOKEPOINT_RATE" placeholder:"COST" help:"What each viewer who has a token may spend in a second, in units of cost: about one for each field of an answer, and what docs/http.md says for an analysis. They may save up for ten seconds. 0 does not bound it. Default: ${default}."`
	CostLimit int           `default:"400000" env:"CHOKEPOINT_COST_LIMIT" placeholder:"COST" help:"What one operation may cost. Default: ${default}."`
	Timeout   time.Duration `default:"60s" env:"CHOKEPOINT_TIMEOUT" placeholder:"TIME" help:"When an operation is ended. Default: ${default}."`
	Persisted string        `name:"persisted-queries" type:"existingfile" env:"CHOKEPOINT_PERSISTED_QUERIES" placeholder:"FILE" help:"Answer only the operations in this JSON file, an object of ids and documents or a manifest of Apollo's, and those of the start page. Default: every operation within the limits."`
}

// check refuses bounds with which nothing would be answered.
func (d doors) check() error {
	switch {
	case d.Rate < 0:
		return usage("--rate is 0 or more")
	case d.CostLimit < 1:
		return usage("--cost-limit is 1 or more")
	case d.Timeout <= 0:
		return usage("--timeout is above 0, such as 60s")
	}
	return nil
}

// operations reads the list of operations that are answered; nil for all.
func (d doors) operations() (map[string]string, error) {
	if d.Persisted == "" {
		return nil, nil //nolint:nilnil // no list
	}
	text, err := os.ReadFile(d.Persisted)
	if err != nil {
		return nil, usage("--persisted-queries: the file cannot be read: %v", err)
	}
	operations, err := server.ReadManifest(text)
	if err != nil {
		return nil, usage("--persisted-queries: %v", err)
	}
	return operations, nil
}

// allValid says which listed operation could never be answered.
func allValid(s *server.Server, operations map[string]string) error {
	for _, id := range slices.Sorted(maps.Keys(operations)) {
		if err := s.Validate(operations[id]); err != nil {
			return usage("--persisted-queries: operation %q: %v", id, err)
		}
	}
	return nil
}
