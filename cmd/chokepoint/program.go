package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/chokepoint/chokepoint/graph"
)

// Exit codes.
const (
	exitFailure = 1
	exitUsage   = 2
	exitRejects = 3
)

// program is a run of the binary: main is a shell around it, and tests start it
// in their own process.
type program struct {
	in       io.Reader
	out, err io.Writer
	terminal bool // whether err is one: progress bars and questions make sense
}

// commands gives flags, environment variables and help.
type commands struct {
	Demo     demoCommand     `cmd:"" help:"Make up a supply network, load it, answer three questions about it and serve it."`
	Serve    serveCommand    `cmd:"" help:"Serve a store: the GraphQL API, a start page and a console, on this machine only."`
	Import   importCommand   `cmd:"" help:"Read files into a dataset of a store. To import again changes nothing."`
	Query    queryCommand    `cmd:"" help:"Ask one GraphQL document and print the JSON answer."`
	Datasets datasetsCommand `cmd:"" help:"List the datasets of a store with what they hold."`
	Drop     dropCommand     `cmd:"" help:"Delete everything in a dataset. Its history stays."`
	Doctor   doctorCommand   `cmd:"" help:"Check a store, and the server it is on, and say what is in it."`
	Sync     syncCommand     `cmd:"" help:"Adopt what was changed in a Neo4j database by hand, or by other programs."`
	Backup   backupCommand   `cmd:"" help:"Write a checked copy of an embedded store to a file."`
	Restore  restoreCommand  `cmd:"" help:"Make an embedded store of a backup, after checking it."`
	Bench    benchCommand    `cmd:"" help:"Time one algorithm on an edge list in memory."`
	Version  versionCommand  `cmd:"" help:"Print the version."`

	ShowVersion kong.VersionFlag `name:"version" help:"Print the version."`
}

const description = `Who holds a network together, and what falls apart without them.

Start with "chokepoint demo", or with your own files:

  chokepoint import people.csv payments.csv
  chokepoint serve

Nothing is sent anywhere. Exit codes: 0 done, 1 failed, 2 wrong use, 3 more rows rejected than allowed.`

// run does what the arguments ask for and returns the exit code.
func (p *program) run(ctx context.Context, args []string) (code int) {
	defer func() {
		if r := recover(); r != nil {
			p.report(fmt.Errorf("this is a mistake in chokepoint, please report it: %v", r))
			code = exitFailure
		}
	}()
	exited := false
	parser, err := kong.New(&commands{}, kong.Name("chokepoint"), kong.Description(description), kong.Writers(p.out, p.err),
		kong.Vars{"version": "chokepoint " + version()},
		kong.Exit(func(int) { exited = true }), kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}))
	if err != nil {
		return p.failed(err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if exited {
		return 0
	}
	if err != nil {
		return p.failed(usage("%s; see chokepoint --help", err))
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	return p.failed(parsed.Run(p))
}

// failed reports an error, if there is one, and returns the exit code.
func (p *program) failed(err error) int {
	var wrong *usageError
	var tooMany *rejectsError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errAnswered):
		return exitFailure
	}
	p.report(err)
	switch {
	case errors.As(err, &wrong):
		return exitUsage
	case errors.As(err, &tooMany):
		return exitRejects
	}
	return exitFailure
}

func (p *program) report(err error) {
	fmt.Fprintf(p.err, "chokepoint: %s\n", strings.Join(strings.Fields(explain(err)), " "))
}

// explain returns what an error says, with the inmost cause where that is about
// this machine: whoever runs the command line may know it.
func explain(err error) string {
	if errors.Is(err, context.Canceled) {
		return "stopped before it was done"
	}
	var known *graph.Error
	if !errors.As(err, &known) || known.Code != graph.Internal && known.Code != graph.Unavailable {
		return err.Error()
	}
	inmost := errors.Unwrap(known)
	for inmost != nil && errors.Unwrap(inmost) != nil {
		inmost = errors.Unwrap(inmost)
	}
	if inmost == nil {
		return err.Error()
	}
	return fmt.Sprintf("%s (%s)", err, inmost)
}

// printf writes to standard output.
func (p *program) printf(format string, args ...any) {
	fmt.Fprintf(p.out, format, args...)
}

// usageError is a command line that cannot be meant.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usage(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// errAnswered is a failure that standard output tells of already.
var errAnswered = errors.New("the answer has errors")
