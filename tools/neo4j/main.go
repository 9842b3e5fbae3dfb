// Command neo4j starts real Neo4j servers, which end with it.
//
//	go run ./tools/neo4j run [-versions 5.26.30,2026.08.1] -- go test ./...
//	go run ./tools/neo4j start [-version 5.26.30] [-home FOLDER] [-port 7687] [-http 7474] [-password …]
//
// run starts the servers once for all that the command tests; start keeps one until
// it is interrupted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sync/errgroup"

	"github.com/chokepoint/chokepoint/tools/neo4j/neo4jserver"
)

const usage = "usage: go run ./tools/neo4j run [-versions …] -- COMMAND… | start [-version …] [-home …] [-port …] [-http …] [-password …]"

// uris names the servers that tests use.
const uris = "CHOKEPOINT_TEST_NEO4J_URI"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := errors.New(usage)
	if len(os.Args) > 1 && os.Args[1] == "run" {
		err = run(ctx, os.Args[2:])
	} else if len(os.Args) > 1 && os.Args[1] == "start" {
		err = start(ctx, os.Args[2:])
	}
	var failed *exec.ExitError
	if errors.As(err, &failed) && failed.ExitCode() > 0 {
		os.Exit(failed.ExitCode()) // it has said why
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "neo4j:", err)
		os.Exit(1)
	}
}

// run starts a server of each version and runs the command with their addresses in
// its environment; where that names servers already, it starts none.
func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("run", flag.ExitOnError)
	list := flags.String("versions", strings.Join(neo4jserver.Versions(), ","), "what to start, separated by commas")
	flags.Parse(args) //nolint:errcheck // it exits
	if flags.NArg() == 0 {
		return errors.New(usage)
	}
	var versions []string
	if os.Getenv(uris) == "" {
		versions = strings.Split(*list, ",")
	}
	servers := make([]*neo4jserver.Server, len(versions))
	var group errgroup.Group
	for i, version := range versions {
		group.Go(func() (err error) {
			servers[i], err = neo4jserver.Start(ctx, neo4jserver.Options{Version: version})
			return err
		})
	}
	err := group.Wait()
	if err == nil {
		err = execute(ctx, flags.Args(), servers)
	}
	for _, s := range servers {
		if s != nil {
			err = errors.Join(err, s.Close())
		}
	}
	return err
}

func execute(ctx context.Context, command []string, servers []*neo4jserver.Server) error {
	var urls, versions []string
	for _, s := range servers {
		urls, versions = append(urls, s.URL()), append(versions, s.Version())
	}
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if len(servers) > 0 {
		// These servers ask nobody who they are.
		cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "CHOKEPOINT_NEO4J_") })
		cmd.Env = append(cmd.Env, uris+"="+strings.Join(urls, ","), "CHOKEPOINT_TEST_NEO4J_VERSIONS="+strings.Join(versions, ","))
	}
	return cmd.Run()
}

// start keeps a server until ctx ends, and stops it in order.
func start(ctx context.Context, args []string) error {
	var o neo4jserver.Options
	flags := flag.NewFlagSet("start", flag.ExitOnError)
	flags.StringVar(&o.Version, "version", neo4jserver.Versions()[0], "of Neo4j")
	flags.StringVar(&o.Home, "home", "", "the folder of its data; a temporary one if not given")
	flags.IntVar(&o.Port, "port", 7687, "of Bolt; a free one if 0")
	flags.IntVar(&o.HTTP, "http", 0, "the port of Neo4j's HTTP API; none if 0")
	flags.StringVar(&o.Heap, "heap", "1g", "memory of Java")
	flags.StringVar(&o.Password, "password", "", "of the user neo4j; none is asked for if not given")
	flags.Parse(args) //nolint:errcheck // it exits
	s, err := neo4jserver.Start(ctx, o)
	if err != nil {
		return err
	}
	fmt.Printf("Neo4j %s at %s, data and logs in %s; Ctrl-C stops it\n", s.Version(), s.URL(), s.Home())
	<-ctx.Done()
	return errors.Join(s.Stop(context.WithoutCancel(ctx)), s.Close())
}
