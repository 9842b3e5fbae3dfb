package bolt

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/chokepoint/chokepoint/graph"
)

func TestVersionsBefore526AreOlder(t *testing.T) {
	for version, want := range map[string]bool{
		"4.4.40": true, "5.0.0": true, "5.25.1": true, "3.5": true, "5.9-aura": true,
		"5.26.0": false, "5.26.30": false, "5.27-aura": false, "2025.01.0": false, "2026.08.1": false, "": false, "dev": false,
	} {
		if got := older(version); got != want {
			t.Errorf("%q: %v", version, got)
		}
	}
}

func TestAddresses(t *testing.T) {
	for text, want := range map[string]bool{
		"neo4j://h": true, "bolt+s://h:1": true, "BOLT://h": true, "neo4j+ssc://h": true,
		"sqlite:x": false, "neo4j:x": false, "http://h": false, "bolt.csv": false, "": false,
	} {
		if IsURL(text) != want {
			t.Errorf("%q", text)
		}
	}
	for _, address := range []string{"bolt://neo4j:secret@127.0.0.1:1", "http://127.0.0.1:1", "bolt://"} {
		_, err := Open(t.Context(), address, Credentials{Database: "neo4j"})
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", address, err)
		}
	}
	_, err := Open(t.Context(), "bolt://127.0.0.1:1", Credentials{Database: "neo4j"})
	if graph.CodeOf(err) != graph.Unavailable || strings.Contains(err.Error(), "127.0.0.1") {
		t.Errorf("nobody listens: %v", err)
	}
}

func TestProblemsHaveCodesAndNoSecrets(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		ctx  context.Context
		err  error
		code graph.Code
		away bool
	}{
		{t.Context(), &neo4j.Neo4jError{Code: "Neo.ClientError.Security.Unauthorized", Msg: "secret"}, graph.Forbidden, false},
		{t.Context(), &neo4j.Neo4jError{Code: "Neo.ClientError.Database.DatabaseNotFound", Msg: "secret"}, graph.NotFound, false},
		{t.Context(), &neo4j.Neo4jError{Code: "Neo.TransientError.Transaction.DeadlockDetected", Msg: "secret"}, graph.Unavailable, true},
		{t.Context(), &neo4j.Neo4jError{Code: "Neo.ClientError.Statement.SyntaxError", Msg: "secret"}, graph.Internal, false},
		{t.Context(), &neo4j.Neo4jError{Code: "Neo.ClientError.Transaction.TransactionTimedOut", Msg: "secret"}, graph.Timeout, false},
		{t.Context(), errors.New("secret"), graph.Internal, false},
		{t.Context(), Lost(errors.New("secret")), graph.Unavailable, true},
		{ended, errors.New("secret"), graph.Timeout, false},
		{t.Context(), graph.Errorf(graph.Conflict, "own"), graph.Conflict, false},
	} {
		err := Problem(test.ctx, test.err)
		if graph.CodeOf(err) != test.code || strings.Contains(err.Error(), "secret") || IsAway(test.err) != test.away {
			t.Errorf("%v: %s %v, away %v", test.err, graph.CodeOf(err), err, IsAway(test.err))
		}
	}
	if Problem(t.Context(), nil) != nil {
		t.Error("no problem is one")
	}
}

func TestCredentialsFromAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "auth")
	t.Setenv("CHOKEPOINT_NEO4J_AUTH_FILE", file)
	t.Setenv("CHOKEPOINT_NEO4J_DATABASE", "")
	for content, want := range map[string]Credentials{
		"neo4j/pass/word\n": {User: "neo4j", Password: "pass/word", Database: "neo4j"},
		"nothing":           {},
		"":                  {},
	} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := FromEnvironment()
		if (want == Credentials{}) != (err != nil) || err == nil && got != want {
			t.Errorf("%q: %v %v", content, got, err)
		}
	}
}
