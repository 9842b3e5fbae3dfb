package main

import (
	"bufio"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/chokepoint/chokepoint/bolt"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/session"
	"github.com/chokepoint/chokepoint/store"
	driver "github.com/chokepoint/chokepoint/store/neo4j"
	"github.com/chokepoint/chokepoint/tools/neo4j/neo4jserver"
	"github.com/chokepoint/chokepoint/tools/npm"
)

// A person and ten associates, asked of one Neo4j database in three ways: through this
// service, through the GraphQL server that @neo4j/graphql makes of the database, and in
// Cypher by the Go driver, with neither GraphQL nor visibility.

//go:embed beside/*.mjs beside/package.json beside/package-lock.json beside/.npmrc
var besideFiles embed.FS

const (
	besidePeople = 20_000
	besideLinks  = 100_000
	// besideWarm rounds do not count: what runs on the JVM and on Node gets faster for as
	// long.
	besideWarm = 4

	ourPerson = `query Around($id: ID!) {
  entity(id: $id) { name links(first: 10) { nodes { from { name } to { name } } } }
}`
	theirPerson = `query Around($id: ID!) {
  people(where: {id: {eq: $id}}) { name associates(limit: 10) { name } }
}`
	cypherPerson = `MATCH (p:Entity {id: $id})
CALL (p) { MATCH (p)-[:ASSOCIATE_OF]-(q) RETURN q.name AS name LIMIT 10 }
RETURN p.name AS name, collect(name) AS associates`
)

// measureBeside asks in the three ways in turn, round by round.
func measureBeside(ctx context.Context, w *world) (err error) {
	own, err := neo4jserver.Start(ctx, neo4jserver.Options{Heap: "2g", PageCache: "1g"})
	if err != nil {
		return err
	}
	defer own.Close() //nolint:errcheck // its home goes with it
	if err := w.importPeople(ctx, own.URL()); err != nil {
		return err
	}
	ours, err := w.serveNeo4j(ctx, own.URL())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ours.stop()) }()
	theirs, err := serveBeside(ctx, own.URL())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, theirs.stop()) }()
	server, err := bolt.Open(ctx, own.URL(), bolt.Credentials{})
	if err != nil {
		return err
	}
	defer server.Close(ctx) //nolint:errcheck // it only read
	ids := make([]string, 20_000)
	r := source(300)
	for i := range ids {
		ids[i] = idOf(r.IntN(besidePeople))
	}
	var toTheirs, toCypher []float64
	for round := range w.rounds + besideWarm {
		us, err := askPeople(ctx, ours.addr, ourPerson, ids, w.seconds)
		if err != nil {
			return err
		}
		them, err := askPeople(ctx, theirs.addr, theirPerson, ids, w.seconds)
		if err != nil {
			return fmt.Errorf("@neo4j/graphql: %w", err)
		}
		bare, err := askCypher(ctx, server, ids, w.seconds)
		if err != nil {
			return err
		}
		say(w.out, "  round %d: %.0f/s (p50 %.2f ms), @neo4j/graphql %.0f/s (p50 %.2f ms), Cypher %.0f/s\n", round, us.Rate, us.P50, them.Rate, them.P50, bare)
		if round >= besideWarm {
			toTheirs, toCypher = append(toTheirs, us.Rate/them.Rate), append(toCypher, us.Rate/bare)
		}
	}
	w.add(
		result{what: "person with ten neighbours: times @neo4j/graphql", value: median(toTheirs), target: 15},
		result{what: "person with ten neighbours: times Cypher by hand", value: median(toCypher), target: 1},
	)
	return nil
}

// importPeople writes people who are associates at random, and imports them.
func (w *world) importPeople(ctx context.Context, url string) error {
	people, links := filepath.Join(w.dir, "people.csv"), filepath.Join(w.dir, "associates.csv")
	r := source(301)
	err := errors.Join(
		writeRows(people, "id,kind,name", besidePeople, func(i int) string { return fmt.Sprintf("%s,Person,Person %d", key(i), i) }),
		writeRows(links, "from,to,kind", besideLinks, func(int) string { return associates(r) }),
	)
	if err != nil {
		return err
	}
	d, err := driver.Open(ctx, url, driver.Options{Ontology: w.ontology})
	if err != nil {
		return err
	}
	st := store.New(d, w.ontology)
	report, err := session.Import(ctx, st, viewer, w.reader(serverRows, people, links), session.ImportOptions{Dataset: dataset, Name: "bench"})
	if err == nil && report.Rejected > 0 {
		err = errors.New("rows were rejected")
	}
	return errors.Join(err, st.Close())
}

func associates(r *rand.Rand) string {
	return fmt.Sprintf("%s,%s,ASSOCIATE_OF", key(r.IntN(besidePeople)), key(r.IntN(besidePeople)))
}

// serveNeo4j is the service on the database.
func (w *world) serveNeo4j(ctx context.Context, url string) (*served, error) {
	d, err := driver.Open(ctx, url, driver.Options{Ontology: w.ontology})
	if err != nil {
		return nil, err
	}
	st := store.New(d, w.ontology)
	service, err := session.Open(ctx, st, w.ontology, session.Options{Unmarked: graph.NewMarkings(graph.Clear)})
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return serving(ctx, service, func() error { service.Close(); return st.Close() })
}

// serveBeside starts the server of @neo4j/graphql.
func serveBeside(ctx context.Context, url string) (*served, error) {
	files, err := fs.Sub(besideFiles, "beside")
	if err != nil {
		return nil, err
	}
	dir, err := npm.Installed(ctx, "beside", files)
	if err != nil {
		return nil, err
	}
	running, cancel := context.WithCancel(ctx)
	cmd := exec.CommandContext(running, "node", filepath.Join(dir, "server.mjs"), url) //nolint:gosec // our own script
	cmd.Env, cmd.Stderr = append(os.Environ(), "NODE_ENV=production"), os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		cancel()
		return nil, err
	}
	stop := func() error { cancel(); _ = cmd.Wait(); return nil } // killed, as it should be
	addr, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, errors.Join(err, stop())
	}
	return &served{addr: strings.TrimSpace(addr), stop: stop}, nil
}

// askPeople loads a server with one query in a closed loop.
func askPeople(ctx context.Context, addr, query string, ids []string, seconds int) (loadResult, error) {
	bodies := make([]string, len(ids))
	for i, id := range ids {
		bodies[i] = request(query, map[string]any{"id": id})
	}
	return runClient(ctx, loadPlan{Addr: addr, Connections: connections, Bodies: bodies, Seconds: seconds})
}

// askCypher asks the database in a closed loop, by as many connections, and returns answers a
// second.
func askCypher(ctx context.Context, server *bolt.Server, ids []string, seconds int) (float64, error) {
	var next atomic.Int64
	var wait sync.WaitGroup
	begun := time.Now()
	failed := make([]error, connections)
	for c := range connections {
		wait.Go(func() {
			failed[c] = server.Do(ctx, neo4j.AccessModeRead, func(s neo4j.SessionWithContext) error {
				for time.Since(begun) < time.Duration(seconds)*time.Second {
					id := ids[int(next.Add(1))%len(ids)]
					result, err := s.Run(ctx, cypherPerson, map[string]any{"id": id})
					if err != nil {
						return err
					}
					if _, err := result.Single(ctx); err != nil {
						return err
					}
				}
				return nil
			})
		})
	}
	wait.Wait()
	return float64(next.Load()) / time.Since(begun).Seconds(), errors.Join(failed...)
}
