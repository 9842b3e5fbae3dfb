package main

import (
	"errors"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/chokepoint/chokepoint/store/neo4j/neo4jtest"
)

// turnstile stands between the service and a server and counts round trips: a client
// that speaks after the server has spoken, or for the first time, begins one.
type turnstile struct {
	url   string
	turns atomic.Int64
}

func newTurnstile(t *testing.T, address string) *turnstile {
	t.Helper()
	target, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	turnstile := &turnstile{url: "bolt://" + l.Addr().String()}
	var wait sync.WaitGroup
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		wait.Wait()
	})
	wait.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			wait.Go(func() { turnstile.pass(client, target.Host) })
		}
	})
	return turnstile
}

// pass carries one connection until either side ends it.
func (s *turnstile) pass(client net.Conn, host string) {
	server, err := net.Dial("tcp", host)
	if err != nil {
		_ = client.Close()
		return
	}
	var answered atomic.Bool
	answered.Store(true)
	var wait sync.WaitGroup
	wait.Go(func() {
		carry(server, client, func() {
			if answered.Swap(false) {
				s.turns.Add(1)
			}
		})
		_ = server.Close()
	})
	carry(client, server, func() { answered.Store(true) })
	_ = client.Close()
	wait.Wait()
}

func carry(to io.Writer, from io.Reader, said func()) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			said()
			if _, failed := to.Write(buffer[:n]); failed != nil {
				err = errors.Join(err, failed)
			}
		}
		if err != nil {
			return
		}
	}
}

// Properties come from the store, all those of one level of an answer together.
func TestPropertiesTakeAtMostTwoRoundTrips(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		mustRun(t, "import", "--store", s.URL, "--dataset", "caviar", "--mapping", filepath.Join("..", "..", "testdata", "mappings", "caviar.yaml"),
			data(t, "caviar", "nodes.csv"), data(t, "caviar", "edges.csv"))
		turnstile := newTurnstile(t, s.URL)
		a := serving(t, turnstile.url, appOptions{})
		for name, document := range map[string]string{
			"entities": `{ entities(first: 25) { nodes { name aliases properties { name values } records { id dataset } } } }`,
			"ranking":  `{ centrality(measure: DEGREE, first: 25) { nodes { score entity { name properties { name values } } } } }`,
			"typed":    `{ entities(first: 25) { nodes { name ... on Person { role occupation } } } }`,
		} {
			var answer any
			a.ask(t, document, nil, &answer) // plans and connections are made
			before := turnstile.turns.Load()
			a.ask(t, document, nil, &answer)
			if took := turnstile.turns.Load() - before; took < 1 || took > 2 {
				t.Errorf("%s: %d round trips", name, took)
			}
		}
	})
}
