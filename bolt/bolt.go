// Package bolt opens Neo4j servers: address and credentials, the settings of the
// driver, the version floor, and what a failure means in words for a person.
package bolt

import (
	"context"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"

	"github.com/chokepoint/chokepoint/graph"
)

// Bounds of talking to a server. A request of ours ends after a minute, so that
// nothing here may take that long by itself.
const (
	connectTimeout     = 5 * time.Second
	acquisitionTimeout = 10 * time.Second
	// retryTime bounds how long the driver itself repeats a transaction that lost a
	// lock; what to do about a server that is away is the caller's to decide.
	retryTime = 15 * time.Second
	// livenessAfter is the idle time after which a pooled connection is tried before
	// it is used: a server that was started again leaves dead ones behind.
	livenessAfter = 30 * time.Second
	// ReadTimeout and WriteTimeout end a transaction on the server.
	ReadTimeout  = time.Minute
	WriteTimeout = 5 * time.Minute
)

// Oldest is the oldest server that is supported.
const Oldest = "5.26"

// schemes are those of Neo4j addresses.
var schemes = []string{"neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc"}

// IsURL says whether text is meant as the address of a Neo4j server.
func IsURL(text string) bool {
	scheme, _, found := strings.Cut(text, "://")
	return found && slices.Contains(schemes, strings.ToLower(scheme))
}

// Credentials of a user, and the database to use.
type Credentials struct{ User, Password, Database string }

// FromEnvironment reads CHOKEPOINT_NEO4J_USER, CHOKEPOINT_NEO4J_PASSWORD and
// CHOKEPOINT_NEO4J_DATABASE ("neo4j" if unset). CHOKEPOINT_NEO4J_AUTH_FILE names a
// file that holds USER/PASSWORD instead, as a secret of a container does.
func FromEnvironment() (Credentials, error) {
	c := Credentials{User: os.Getenv("CHOKEPOINT_NEO4J_USER"), Password: os.Getenv("CHOKEPOINT_NEO4J_PASSWORD"), Database: os.Getenv("CHOKEPOINT_NEO4J_DATABASE")}
	if c.Database == "" {
		c.Database = "neo4j"
	}
	path := os.Getenv("CHOKEPOINT_NEO4J_AUTH_FILE")
	if path == "" {
		return c, nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return c, graph.Errorf(graph.BadUserInput, "the file that CHOKEPOINT_NEO4J_AUTH_FILE names cannot be read").Because(err)
	}
	var ok bool
	if c.User, c.Password, ok = strings.Cut(strings.TrimSpace(string(content)), "/"); !ok || c.User == "" {
		return c, graph.Errorf(graph.BadUserInput, "the file that CHOKEPOINT_NEO4J_AUTH_FILE names must hold USER/PASSWORD")
	}
	return c, nil
}

// Server is a Neo4j server or cluster with a pool of connections and one database
// of it. It is safe for concurrent use.
type Server struct {
	driver    neo4j.DriverWithContext
	database  string
	bookmarks neo4j.BookmarkManager
	// Agent is what the server calls itself, such as "Neo4j/5.26.30".
	Agent string
}

// Open connects to the server at address, a URL without user and password, and
// makes sure that it answers and is not older than [Oldest].
func Open(ctx context.Context, address string, c Credentials, configure ...func(*config.Config)) (*Server, error) {
	if u, err := url.Parse(address); err == nil && u.User != nil {
		return nil, graph.Errorf(graph.BadUserInput, "user and password do not belong in the address, where everybody sees them; set CHOKEPOINT_NEO4J_USER and CHOKEPOINT_NEO4J_PASSWORD")
	}
	auth := neo4j.NoAuth()
	if c.User != "" {
		auth = neo4j.BasicAuth(c.User, c.Password, "")
	}
	settings := append([]func(*config.Config){settle}, configure...)
	driver, err := neo4j.NewDriverWithContext(address, auth, func(o *config.Config) {
		for _, set := range settings {
			set(o)
		}
	})
	if err != nil {
		return nil, graph.Errorf(graph.BadUserInput, "this is no address of a Neo4j server; write neo4j://HOST:7687 or bolt://HOST:7687").Because(err)
	}
	s := &Server{driver: driver, database: c.Database, bookmarks: neo4j.NewBookmarkManager(neo4j.BookmarkManagerConfig{})}
	if err := s.greet(ctx, c.User != ""); err != nil {
		s.Close(ctx) //nolint:errcheck // nothing is open but the pool
		return nil, err
	}
	return s, nil
}

func settle(o *config.Config) {
	o.TelemetryDisabled = true
	o.UserAgent = "chokepoint"
	o.SocketConnectTimeout = connectTimeout
	o.ConnectionAcquisitionTimeout = acquisitionTimeout
	o.ConnectionLivenessCheckTimeout = livenessAfter
	o.MaxTransactionRetryTime = retryTime
}

// greet learns what the server is.
func (s *Server) greet(ctx context.Context, named bool) error {
	greeting, done := context.WithTimeout(ctx, acquisitionTimeout) // which the driver sees to later, and not here
	defer done()
	info, err := s.driver.GetServerInfo(greeting)
	if noConnection(err) { // nobody else can have taken them
		return Problem(ctx, away.Because(inmost(err)))
	}
	if err != nil {
		if !named && CodeOf(err) != "" {
			return graph.Errorf(graph.Forbidden, "the Neo4j server asks who you are: set CHOKEPOINT_NEO4J_USER and CHOKEPOINT_NEO4J_PASSWORD").Because(err)
		}
		return Problem(ctx, err)
	}
	s.Agent = info.Agent()
	if older(s.Version()) {
		return graph.Errorf(graph.BadUserInput, "this Neo4j is %s; the oldest that is supported is %s: update the server", s.Version(), Oldest)
	}
	return nil
}

// Version returns the version that the server states, "" if none.
func (s *Server) Version() string {
	_, version, _ := strings.Cut(s.Agent, "/")
	return version
}

// older says whether a version comes before 5.26. Calendar versions (2025.01) do
// not; what is no version passes.
func older(version string) bool {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return false
	}
	major, err := strconv.Atoi(parts[0])
	minor, err2 := strconv.Atoi(strings.TrimRight(parts[1], "-abcdefghijklmnopqrstuvwxyz"))
	return err == nil && err2 == nil && (major < 5 || major == 5 && minor < 26)
}

// Session opens a session that reads, or that may write, in the database; what it
// reads includes all that this process has written or read before. Close it with a
// context that does not end.
func (s *Server) Session(ctx context.Context, mode neo4j.AccessMode) neo4j.SessionWithContext {
	return s.driver.NewSession(ctx, neo4j.SessionConfig{AccessMode: mode, DatabaseName: s.database, BookmarkManager: s.bookmarks})
}

// Do runs work in a session of the mode and closes it.
func (s *Server) Do(ctx context.Context, mode neo4j.AccessMode, work func(neo4j.SessionWithContext) error) error {
	session := s.Session(ctx, mode)
	err := work(session)
	closing, done := Closing(ctx)
	defer done()
	if closed := session.Close(closing); err == nil {
		err = closed
	}
	return err
}

// closeTime is what a server is given to take back a transaction, or to hear of a
// session's end, before its connection is cut instead, which does the same.
const closeTime = 500 * time.Millisecond

// Closing returns the context in which to close what was opened in ctx, also when that
// has ended: a moment, since ctx has promised somebody to return in time.
func Closing(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), closeTime)
}

// Named configures a transaction: its name in SHOW TRANSACTIONS and the query log,
// and the time after which the server ends it.
func Named(operation string, timeout time.Duration) func(*neo4j.TransactionConfig) {
	return func(c *neo4j.TransactionConfig) {
		c.Timeout = timeout
		c.Metadata = map[string]any{"app": "chokepoint", "op": operation}
	}
}

// Ping asks whether the server answers.
func (s *Server) Ping(ctx context.Context) error {
	asking, done := context.WithTimeout(ctx, acquisitionTimeout)
	defer done()
	return Problem(ctx, s.driver.VerifyConnectivity(asking))
}

// Close closes the pool.
func (s *Server) Close(ctx context.Context) error { return s.driver.Close(ctx) }
