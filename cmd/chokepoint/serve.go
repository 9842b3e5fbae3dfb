package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/server"
	"github.com/chokepoint/chokepoint/session"
)

type serveCommand struct {
	location
	doors
	Addr    string   `default:"127.0.0.1:8080" env:"CHOKEPOINT_ADDR" placeholder:"HOST:PORT" help:"Where to listen: an address of this machine alone, since requests are not authenticated yet. Port 0 takes a free one. Default: ${default}."`
	Metrics string   `name:"metrics-listen" env:"CHOKEPOINT_METRICS_LISTEN" placeholder:"HOST:PORT" help:"Where operators find /metrics for Prometheus, /healthz and /readyz: another address of this machine. Default: nowhere."`
	TraceTo string   `name:"trace-to" env:"CHOKEPOINT_TRACE_TO" placeholder:"URL" help:"Send traces to this collector of OpenTelemetry, by OTLP over HTTP, such as http://127.0.0.1:4318. They hold types of operations, names of root fields, codes and costs, and nothing of the data. Default: nowhere."`
	Viewer  *string  `placeholder:"MARKINGS" help:"Narrow who asks without a token to these markings, parted by commas. Default: cleared for everything."`
	Token   []string `sep:";" env:"CHOKEPOINT_TOKENS" placeholder:"NAME=TOKEN:MARKINGS" help:"A development token of at least 16 characters; with it, writes must state their markings. Who sends \"Authorization: Bearer TOKEN\" asks as NAME and holds the markings, parted by commas. May be repeated. They show what others would see; they protect nothing, for without a token the viewer above asks."`
}

// Run serves a store until the context ends.
func (c *serveCommand) Run(ctx context.Context, p *program) error {
	if err := errors.Join(c.check(), checkAddresses(c.Addr, c.Metrics)); err != nil {
		return err
	}
	tokens, err := readTokens(c.Token)
	if err != nil {
		return err
	}
	tracer, flush, err := tracing(ctx, c.TraceTo)
	if err != nil {
		return err
	}
	defer flush(context.WithoutCancel(ctx)) //nolint:errcheck // a collector that is away loses traces
	driver, err := c.open(ctx, false, hasty)
	if err != nil {
		return err
	}
	a, err := newApp(ctx, driver, appOptions{viewer: narrowed(c.Viewer), tokens: tokens, doors: c.doors, tracer: tracer, log: slog.New(slog.NewTextHandler(p.err, nil))})
	if err != nil {
		return err
	}
	a.welcome = c.welcome
	return errors.Join(c.serve(ctx, p, a), a.Close())
}

func (c *serveCommand) serve(ctx context.Context, p *program, a *app) error {
	l, err := a.server.Listen(ctx, c.Addr)
	if err != nil {
		return err
	}
	operations, err := c.operators(ctx, a)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	records, links := a.service.Size()
	p.printf("Chokepoint serves %s: %s records and %s links.\n\n", c.Store, humanize.Comma(int64(records)), humanize.Comma(int64(links)))
	p.printf("%s  Viewer      %s\n", places(l.Addr()), viewerText(c.Viewer))
	for _, t := range c.Token {
		name, _, _ := strings.Cut(t, "=")
		p.printf("  Token       of %s\n", name)
	}
	if operations != nil {
		p.printf("  Metrics     http://%s/metrics\n", operations.Addr())
	}
	p.printf("\nCtrl-C stops it.\n")
	return a.Run(ctx, l, operations)
}

// checkAddresses refuses addresses that cannot be meant before a store is opened, and
// perhaps made; "" is nowhere.
func checkAddresses(addresses ...string) error {
	for _, addr := range addresses {
		if addr == "" {
			continue
		}
		if err := server.CheckAddress(addr); err != nil {
			return usage("%v", err)
		}
	}
	return nil
}

// operators listens for operators, if that is wanted.
func (c *serveCommand) operators(ctx context.Context, a *app) (net.Listener, error) {
	if c.Metrics == "" {
		return nil, nil //nolint:nilnil // nowhere
	}
	return a.server.Listen(ctx, c.Metrics)
}

// welcome offers the asking viewer questions about what that viewer may see.
func (c *serveCommand) welcome(ctx context.Context, s *session.Session) (server.Welcome, error) {
	about, err := anyInputs(ctx, s)
	return about.welcome(c.Store), err
}

// places says where people and programs find the service.
func places(addr net.Addr) string {
	return fmt.Sprintf("  Start page  http://%s/\n  Console     http://%s/graphiql  ten worked queries to try\n  GraphQL     http://%s/graphql\n", addr, addr, addr)
}

// narrowed returns the viewer that holds a list of markings; nil, who is cleared
// for everything, only if there is no list. An empty list holds nothing.
func narrowed(list *string) *access.Viewer {
	if list == nil {
		return nil
	}
	v := local()
	v.Clearance = access.Grant(markings(*list)...)
	return &v
}

func viewerText(list *string) string {
	if list == nil {
		return "local, cleared for everything"
	}
	return "local, holds " + *list
}

// readTokens reads NAME=TOKEN:MARKINGS. A token is at least 16 characters, so that
// it cannot be guessed in passing.
func readTokens(flags []string) (map[string]access.Viewer, error) {
	tokens := map[string]access.Viewer{}
	for _, flag := range flags {
		name, rest, _ := strings.Cut(flag, "=")
		token, list, ok := strings.Cut(rest, ":")
		_, twice := tokens[token]
		held := markings(list)
		switch {
		case !ok || name == "" || len(held) == 0:
			return nil, usage("a token is NAME=TOKEN:MARKINGS, such as analyst=0123456789abcdef:TLP:CLEAR,TLP:GREEN")
		case len(token) < 16:
			return nil, usage("the token of %s is shorter than 16 characters", name)
		case twice:
			return nil, usage("%s has the token of somebody else", name)
		}
		tokens[token] = access.Viewer{Name: name, Clearance: access.Grant(held...)}
	}
	return tokens, nil
}
