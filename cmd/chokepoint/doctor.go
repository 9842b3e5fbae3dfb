package main

import (
	"context"
	"errors"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/sqlite"
)

type doctorCommand struct{ location }

// errUnsound says that the findings were printed already.
var errUnsound = errors.New("the store is damaged: restore a backup, or import the sources into a new store")

// Run checks the store, or what a Neo4j server is and allows.
func (c *doctorCommand) Run(ctx context.Context, p *program) error {
	if c.isNeo4j() {
		return c.neo4j(ctx, p)
	}
	path, err := c.path()
	if err != nil {
		return err
	}
	driver, err := c.open(ctx, true)
	if err != nil {
		return err
	}
	p.printf("chokepoint %s, %d processors, %s\n", version(), runtime.GOMAXPROCS(0), time.Now().Format(time.RFC3339))
	return errors.Join(c.check(ctx, p, path, driver), driver.Close())
}

func (c *doctorCommand) check(ctx context.Context, p *program, path string, driver *sqlite.Driver) error {
	st := store.New(driver, nil)
	head, err := st.Head(ctx)
	if err != nil {
		return err
	}
	schema, err := driver.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	p.printf("%s: schema version %d, revision %d, %s\n", c.Store, schema, head, humanize.IBytes(uint64(info.Size())))
	started := time.Now()
	findings, err := st.Check(ctx)
	if err != nil {
		return err
	}
	if len(findings) > 0 {
		for _, finding := range findings {
			p.printf("  found: %s\n", finding)
		}
		return errUnsound
	}
	all, err := tally(ctx, st)
	if err != nil {
		return err
	}
	printTallies(p, all)
	p.printf("All checksums, the change log and the search index are sound (%.1f s).\n", time.Since(started).Seconds())
	return nil
}

// doctorTimeout bounds the talk with a server that does not answer.
const doctorTimeout = 15 * time.Second

// neo4j reports version, edition and rights. The store on Neo4j has not landed yet;
// this tells beforehand whether a server will do.
func (c *doctorCommand) neo4j(ctx context.Context, p *program) error {
	if address, err := url.Parse(c.Store); err == nil && address.User != nil {
		return usage("user and password do not belong in the address, where everybody sees them; set CHOKEPOINT_NEO4J_USER and CHOKEPOINT_NEO4J_PASSWORD")
	}
	ctx, cancel := context.WithTimeout(ctx, doctorTimeout)
	defer cancel()
	auth := neo4j.NoAuth()
	user, password := os.Getenv("CHOKEPOINT_NEO4J_USER"), os.Getenv("CHOKEPOINT_NEO4J_PASSWORD")
	if user != "" {
		auth = neo4j.BasicAuth(user, password, "")
	}
	driver, err := neo4j.NewDriverWithContext(c.Store, auth, func(o *config.Config) {
		o.TelemetryDisabled = true
		o.UserAgent = "chokepoint"
		o.SocketConnectTimeout = doctorTimeout / 3
		o.ConnectionAcquisitionTimeout = doctorTimeout
		o.MaxTransactionRetryTime = doctorTimeout / 3
	})
	if err != nil {
		return usage("this is no address of a Neo4j server; write neo4j://HOST:7687 or bolt://HOST:7687, without user and password")
	}
	err = c.examine(ctx, p, driver, user)
	return errors.Join(err, driver.Close(context.WithoutCancel(ctx)))
}

func (c *doctorCommand) examine(ctx context.Context, p *program, driver neo4j.DriverWithContext, user string) error {
	if err := driver.VerifyConnectivity(ctx); err != nil {
		return neo4jProblem(err, user)
	}
	info, err := driver.GetServerInfo(ctx)
	if err != nil {
		return neo4jProblem(err, user)
	}
	row := func(query string, parameters map[string]any) (*neo4j.Record, error) {
		result, err := neo4j.ExecuteQuery(ctx, driver, query, parameters, neo4j.EagerResultTransformer, neo4j.ExecuteQueryWithReadersRouting())
		if err != nil {
			return nil, err
		}
		if len(result.Records) == 0 {
			return nil, graph.Errorf(graph.Unavailable, "the Neo4j server answered with nothing")
		}
		return result.Records[0], nil
	}
	components, err := row("CALL dbms.components() YIELD name, versions, edition WITH * WHERE name = 'Neo4j Kernel' RETURN versions[0] AS version, edition", nil)
	if err != nil {
		return neo4jProblem(err, user)
	}
	version, edition := components.AsMap()["version"], components.AsMap()["edition"]
	p.printf("%s: Neo4j %v %v, %s\n", c.Store, version, edition, info.Agent())
	me, err := row("SHOW CURRENT USER YIELD user, roles RETURN user, coalesce(roles, []) AS roles", nil)
	if err != nil {
		return neo4jProblem(err, user)
	}
	p.printf("  user %v, roles %v\n", me.AsMap()["user"], me.AsMap()["roles"])
	count, err := row("MATCH (n) RETURN count(n) AS nodes", nil)
	if err != nil {
		return neo4jProblem(err, user)
	}
	p.printf("  may read: %v nodes\n", count.AsMap()["nodes"])
	p.printf("  may write: %s\n", mayWrite(ctx, driver))
	if edition == "community" {
		p.printf("  The Community edition has one user database and gives every user full rights.\n")
	}
	if v, ok := version.(string); ok && older(v) {
		return errors.New("this Neo4j is older than 5.26, which is the oldest that will be supported; update the server")
	}
	p.printf("The store on Neo4j has not landed yet; data is kept in sqlite: stores until then.\n")
	return nil
}

// mayWrite tries a write that it takes back.
func mayWrite(ctx context.Context, driver neo4j.DriverWithContext) string {
	s := driver.NewSession(ctx, neo4j.SessionConfig{AccessMode: neo4j.AccessModeWrite})
	defer s.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing was kept
	tx, err := s.BeginTransaction(ctx)
	if err != nil {
		return "no"
	}
	result, err := tx.Run(ctx, "CREATE (n:_ChokepointProbe) DELETE n", nil)
	if err == nil {
		_, err = result.Consume(ctx)
	}
	if rollback := tx.Rollback(context.WithoutCancel(ctx)); err != nil || rollback != nil {
		return "no"
	}
	return "yes"
}

// older says whether a version comes before 5.26. Calendar versions (2025.01) do
// not.
func older(version string) bool {
	major, rest, _ := strings.Cut(version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	return len(major) == 1 && (major < "5" || major == "5" && (len(minor) < 2 || minor < "26"))
}

// neo4jProblem names the cause and the mend, without host and credentials.
func neo4jProblem(err error, user string) error {
	var known *neo4j.Neo4jError
	switch {
	case errors.As(err, &known) && known.Code == "Neo.ClientError.Security.CredentialsExpired":
		return errors.New("the Neo4j server wants the first password changed: ALTER CURRENT USER SET PASSWORD FROM … TO …, in database system")
	case errors.As(err, &known) && strings.HasPrefix(known.Code, "Neo.ClientError.Security."):
		if user == "" {
			return errors.New("the Neo4j server asks who you are: set CHOKEPOINT_NEO4J_USER and CHOKEPOINT_NEO4J_PASSWORD")
		}
		return errors.New("the Neo4j server refuses this user or password, or the user's rights: see CHOKEPOINT_NEO4J_USER and CHOKEPOINT_NEO4J_PASSWORD")
	case errors.As(err, &known):
		return errors.New("the Neo4j server answered with " + known.Code)
	case errors.Is(err, context.DeadlineExceeded):
		return errors.New("the Neo4j server did not answer in time: is the address right, and does it listen for Bolt?")
	}
	return errors.New("there is no Neo4j server at this address, or it does not speak Bolt: check address and port (7687 unless set otherwise)")
}
