// Command chokepoint is the one binary: it imports, serves, asks, checks and keeps
// stores. It is the only package that knows flags and concrete stores; each command
// is a file, and what they share is [app], a service running on one store.
//
// Exit codes: 0 done, 1 failed, 2 wrong use, 3 more rows rejected than allowed.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	p := &program{in: os.Stdin, out: os.Stdout, err: os.Stderr}
	p.terminal = term.IsTerminal(int(os.Stderr.Fd()))
	os.Exit(p.run(ctx, os.Args[1:]))
}
