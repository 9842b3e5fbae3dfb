package bolt

import (
	"context"
	"errors"
	"strings"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/chokepoint/chokepoint/graph"
)

// CodeOf returns the status code with which the server answered
// ("Neo.ClientError.Security.Unauthorized"), "" if it was not the server.
func CodeOf(err error) string {
	var known *neo4j.Neo4jError
	if errors.As(err, &known) {
		return known.Code
	}
	return ""
}

// IsAway says whether err means that the server could not be reached or lost the
// connection, so that the same may work later.
func IsAway(err error) bool {
	var limit *neo4j.TransactionExecutionLimit
	if errors.As(err, &limit) && len(limit.Errors) > 0 {
		return IsAway(limit.Errors[len(limit.Errors)-1])
	}
	code := CodeOf(err)
	switch {
	case strings.HasPrefix(code, "Neo.TransientError.General."): // too little memory: no waiting helps
		return false
	case strings.HasPrefix(code, "Neo.TransientError."), code == "Neo.ClientError.Cluster.NotALeader", code == "Neo.DatabaseError.General.UnknownError":
		return true
	case code != "":
		return false
	}
	var connectivity *neo4j.ConnectivityError
	return errors.As(err, &connectivity) || neo4j.IsRetryable(err) || errors.Is(err, errLostCommit)
}

// errLostCommit marks a commit whose outcome is unknown.
var errLostCommit = errors.New("bolt: the connection broke during the commit")

// Lost returns err as the error of a commit of which nobody knows whether it
// happened.
func Lost(err error) error { return errors.Join(errLostCommit, err) }

// Problem returns err with a code and words that name the cause and the mend,
// without host, query and credentials. Errors that have a code pass as they are.
func Problem(ctx context.Context, err error) error {
	var known *graph.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	if ctx.Err() != nil {
		return graph.Errorf(graph.Timeout, "the request ended before the store had answered").Because(errors.Join(context.Cause(ctx), err))
	}
	if code := CodeOf(err); code != "" {
		return answered(code).Because(err)
	}
	if strings.Contains(err.Error(), "server responded ") { // the driver's words for another protocol
		return errNoBolt.Because(err)
	}
	if noConnection(err) {
		return busy.Because(inmost(err))
	}
	if IsAway(err) || errors.Is(err, context.DeadlineExceeded) {
		return away.Because(inmost(err))
	}
	return graph.Errorf(graph.Internal, "the store failed").Because(err)
}

var away = graph.Errorf(graph.Unavailable, "the Neo4j server does not answer; check that it runs, and its address and port (7687 unless set otherwise), and try again")

var errNoBolt = graph.Errorf(graph.BadUserInput, "what listens at this address does not speak Bolt; Neo4j does at port 7687 unless set otherwise, and 7474 is its web page")

// busy is also what is known of a server that takes connections and says nothing: to
// the driver that is the same.
var busy = graph.Errorf(graph.Unavailable, "no connection to the Neo4j server came free in time: all connections are in use, or the server does not answer; try again")

// inmost returns the last cause of a driver's error, "connection refused", without
// the addresses that stand before it.
func inmost(err error) error {
	text := err.Error()
	if i := strings.LastIndex(text, ": "); i >= 0 {
		text = text[i+len(": "):]
	}
	return errors.New(text)
}

// noConnection says whether the pool gave no connection. Its error has no type that
// can be named here.
func noConnection(err error) bool {
	var connectivity *neo4j.ConnectivityError
	return errors.As(err, &connectivity) && strings.HasPrefix(connectivity.Inner.Error(), "Timeout while waiting for connection")
}

// problems are what a server answers, by the beginning of the code.
var problems = []struct {
	prefix string
	err    *graph.Error
}{
	{"Neo.ClientError.Security.CredentialsExpired", graph.Errorf(graph.Forbidden, "the Neo4j server wants the first password changed: ALTER CURRENT USER SET PASSWORD FROM … TO …, in database system")},
	{"Neo.ClientError.Security.Unauthorized", graph.Errorf(graph.Forbidden, "the Neo4j server refuses this user or password: see CHOKEPOINT_NEO4J_USER and CHOKEPOINT_NEO4J_PASSWORD")},
	{"Neo.ClientError.Security.AuthenticationRateLimit", graph.Errorf(graph.Unavailable, "the Neo4j server has seen too many wrong passwords and refuses for some seconds; see CHOKEPOINT_NEO4J_USER and CHOKEPOINT_NEO4J_PASSWORD")},
	{"Neo.ClientError.Security.", graph.Errorf(graph.Forbidden, "the Neo4j server refuses this user the right to do that: the user must read and write, and make constraints and indexes unless --schema=check")},
	{"Neo.ClientError.Database.DatabaseNotFound", graph.Errorf(graph.NotFound, "the Neo4j server has no database of this name: see CHOKEPOINT_NEO4J_DATABASE")},
	{"Neo.TransientError.Database.DatabaseUnavailable", graph.Errorf(graph.Unavailable, "the database of the Neo4j server is not available just now; try again")},
	{"Neo.ClientError.General.WriteOnReadOnlyAccess", errReadOnly},
	{"Neo.ClientError.General.ForbiddenOnReadOnlyDatabase", errReadOnly},
	{"Neo.ClientError.General.ReadOnly", errReadOnly},
	{"Neo.ClientError.Transaction.TransactionTimedOut", graph.Errorf(graph.Timeout, "the Neo4j server ended the transaction after its time limit")},
	{"Neo.ClientError.Schema.", graph.Errorf(graph.Conflict, "the data in the Neo4j database breaks a constraint; `chokepoint doctor` says where")},
	{"Neo.TransientError.General.MemoryPoolOutOfMemoryError", graph.Errorf(graph.Unavailable, "the Neo4j server has too little memory for transactions: raise db.memory.transaction.total.max or its heap")},
	{"Neo.TransientError.", graph.Errorf(graph.Unavailable, "the Neo4j server could not finish this just now; try again")},
}

var errReadOnly = graph.Errorf(graph.Forbidden, "the Neo4j database is read-only; make it writable (server.databases.read_only) or use another")

func answered(code string) *graph.Error {
	for _, p := range problems {
		if strings.HasPrefix(code, p.prefix) {
			return p.err
		}
	}
	return graph.Errorf(graph.Internal, "the Neo4j server refused what it was asked (%s)", code)
}
