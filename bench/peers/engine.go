package main

import (
	"context"
	"fmt"
)

// engine is one library with one graph in its memory.
type engine interface {
	name() string
	load(context.Context, *graph) error
	run(context.Context, job) (outcome, error)
	close() error
}

// job is one run of an operation, the same for all engines. Nothing of it is timed
// but the operation itself.
type job struct {
	Op       string   `json:"op"`
	Pairs    [][2]int `json:"pairs,omitempty"`
	Sources  []int    `json:"sources,omitempty"`  // of a share of an operation over all sources, or of sssp
	Removals int      `json:"removals,omitempty"` // of dismantle
	Alpha    float64  `json:"alpha,omitempty"`    // of katz
	Error    float64  `json:"error,omitempty"`    // of betweenness-sampled, normalized
	Round    int      `json:"-"`                  // chooses our samples
	// Turns is how often at most; the least time counts. No turn begins once those
	// before took Enough seconds.
	Turns  int     `json:"turns"`
	Enough float64 `json:"enough"`
	// Answer names a file for the answer, numbers of 64 bits; none if empty.
	Answer string `json:"answer,omitempty"`
}

// outcome is what a run gave.
type outcome struct {
	Seconds float64 `json:"seconds"`
	Missing string  `json:"missing"` // why the engine does not have the operation
	Error   string  `json:"error"`
	answer  []float64
}

// missingError says that an engine has no such operation.
type missingError string

func (m missingError) Error() string { return "missing: " + string(m) }

func (o outcome) err(engine string) error {
	switch {
	case o.Missing != "":
		return missingError(o.Missing)
	case o.Error != "":
		return fmt.Errorf("%s: %s", engine, o.Error)
	}
	return nil
}
