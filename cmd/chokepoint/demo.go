package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/chokepoint/chokepoint"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/ingest/csv"
	"github.com/chokepoint/chokepoint/scenario"
	"github.com/chokepoint/chokepoint/server"
	"github.com/chokepoint/chokepoint/session"
	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/sqlite"
)

type demoCommand struct {
	Addr string `default:"127.0.0.1:8080" env:"CHOKEPOINT_ADDR" placeholder:"HOST:PORT" help:"Where to listen; the next free port is taken if this one is not. Default: ${default}."`
	Seed uint64 `placeholder:"N" help:"Another made-up world."`
	Size int    `placeholder:"N" help:"About how many things are in it. Default: 3000."`
}

// Run makes, loads and serves a made-up world until the context ends, and leaves
// nothing behind.
func (c *demoCommand) Run(ctx context.Context, p *program) error {
	begun := time.Now()
	if err := checkAddresses(c.Addr); err != nil {
		return err
	}
	driver, err := sqlite.Open(ctx, sqlite.Throwaway, sqlite.Options{})
	if err != nil {
		return err
	}
	report, err := c.load(ctx, driver)
	if err != nil {
		return errors.Join(err, driver.Close())
	}
	a, err := newApp(ctx, driver, appOptions{log: slog.New(slog.NewTextHandler(p.err, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		return err
	}
	return errors.Join(c.serve(ctx, p, a, report, begun), a.Close())
}

// load imports a scenario through the ordinary import.
func (c *demoCommand) load(ctx context.Context, driver store.Driver) (session.ImportReport, error) {
	words, err := ontology.Load(chokepoint.Schema)
	if err != nil {
		return session.ImportReport{}, err
	}
	dir, err := os.MkdirTemp("", "chokepoint-demo-")
	if err != nil {
		return session.ImportReport{}, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // the system clears what is left
	paths, err := scenario.Generate(scenario.Options{Seed: c.Seed, Size: c.Size}).WriteDir(dir)
	if err != nil {
		return session.ImportReport{}, err
	}
	var files []csv.File
	for _, path := range paths {
		files = append(files, csv.Path(path))
	}
	reader := csv.NewReader(files, csv.Options{Ontology: words, Dataset: "demo", Markings: graph.NewMarkings(graph.Clear)})
	return session.Import(ctx, store.New(driver, words), local(), reader, session.ImportOptions{Dataset: "demo", Name: "demo", Strict: true})
}

func (c *demoCommand) serve(ctx context.Context, p *program, a *app, report session.ImportReport, begun time.Time) error {
	viewer, err := a.service.Session(ctx, local())
	if err != nil {
		return err
	}
	about, err := demoInputs(ctx, viewer)
	if err != nil {
		return err
	}
	worked, err := work(ctx, a.server, about)
	if err != nil {
		return err
	}
	a.welcome = func(context.Context, *session.Session) (server.Welcome, error) {
		return about.welcome("demo data, all of it made up"), nil
	}
	l, err := listenNear(ctx, a.server, c.Addr)
	if err != nil {
		return err
	}
	records, links := a.service.Size()
	p.printf("A made-up supply network: %s records and %s links, imported in %.1f s, ready after %.1f s.\n\n",
		humanize.Comma(int64(records)), humanize.Comma(int64(links)), report.Elapsed.Seconds(), time.Since(begun).Seconds())
	p.printf("%s", worked)
	if addr := l.Addr().String(); addr != c.Addr && portOf(c.Addr) != "0" {
		p.printf("Another program listens on %s, so this one has the next free port.\n", c.Addr)
	}
	p.printf("%s\nCtrl-C stops it and removes the data.\n", places(l.Addr()))
	return a.Run(ctx, l, nil)
}

// portsTried is how many ports after the one asked for are tried.
const portsTried = 20

// listenNear binds addr or, if its port is taken, one of the next.
func listenNear(ctx context.Context, s *server.Server, addr string) (net.Listener, error) {
	l, err := s.Listen(ctx, addr)
	host, _, _ := net.SplitHostPort(addr)
	port, bad := strconv.Atoi(portOf(addr))
	for next := port + 1; bad == nil && errors.Is(err, syscall.EADDRINUSE) && next <= min(port+portsTried, 65535); next++ {
		l, err = s.Listen(ctx, net.JoinHostPort(host, strconv.Itoa(next)))
	}
	return l, err
}

func portOf(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return port
}
