package main

import (
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chokepoint/chokepoint/store/neo4j/neo4jtest"
)

// process runs the program in a process of its own.
func process(t testing.TB, args ...string) (text []byte, err error) {
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), "CHOKEPOINT_TEST_ARGS="+strings.Join(args, "\n"))
	return child.CombinedOutput()
}

// refusal is a server that cannot be used, and what is to be said of it.
type refusal struct {
	name, url string
	env       map[string]string
	commands  []string // all if nil
	says      []string
}

// check runs commands and looks at how they fail: with the exit code of failure, the
// cause and the mend, and without what is secret.
func (r refusal) check(t *testing.T, file string) {
	commands := map[string][]string{
		"serve":  {"serve", "--store", r.url, "--addr", "127.0.0.1:0"},
		"import": {"import", "--store", r.url, "--dataset", "d", file},
		"doctor": {"doctor", "--store", r.url},
		"query":  {"query", "--store", r.url, "{ datasets { name } }"},
		"sync":   {"sync", "--store", r.url},
	}
	for name, value := range r.env {
		t.Setenv(name, value)
	}
	if r.commands == nil {
		r.commands = []string{"serve", "import", "doctor", "query", "sync"}
	}
	errs := make([]outcome, len(r.commands))
	var wait sync.WaitGroup
	for i, name := range r.commands {
		wait.Go(func() { _, errs[i].stderr, errs[i].code = run(t, commands[name]...) })
	}
	wait.Wait()
	for i, name := range r.commands {
		stderr, code := errs[i].stderr, errs[i].code
		if code != exitFailure || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s, %s: exit code %d: %s", r.name, name, code, stderr)
		}
		for _, part := range r.says {
			if !strings.Contains(stderr, part) {
				t.Errorf("%s, %s does not say %q: %s", r.name, name, part, stderr)
			}
		}
		for _, secret := range []string{password, "guessed", "Neo.", "MATCH", "ConnectivityError", "goroutine"} {
			if strings.Contains(stderr, secret) {
				t.Errorf("%s, %s says %q: %s", r.name, name, secret, stderr)
			}
		}
	}
}

// checkRefusals makes sure that whatever is wrong, every command says what it is and
// what helps.
func checkRefusals(t *testing.T, s *neo4jtest.Owned) {
	file := filepath.Join(t.TempDir(), "n.csv")
	writeCSV(t, file, [][]string{{"id"}, {"a"}})
	s.Query(t, "CREATE USER newcomer SET PASSWORD 'guessed' CHANGE REQUIRED", nil)
	user := func(name, word string) map[string]string {
		return map[string]string{"CHOKEPOINT_NEO4J_USER": name, "CHOKEPOINT_NEO4J_PASSWORD": word}
	}
	for _, r := range []refusal{
		{name: "wrong password", url: s.URL, env: user("neo4j", "guessed"), says: []string{"refuses this user or password", "CHOKEPOINT_NEO4J_PASSWORD"}},
		{name: "wrong user", url: s.URL, env: user("nobody", password), says: []string{"refuses this user or password", "CHOKEPOINT_NEO4J_USER"}},
		{name: "nobody", url: s.URL, env: user("", ""), says: []string{"asks who you are", "CHOKEPOINT_NEO4J_USER"}},
		{name: "first password", url: s.URL, env: user("newcomer", "guessed"), says: []string{"first password changed", "ALTER CURRENT USER SET PASSWORD"}},
		{name: "wrong database", url: s.URL, env: map[string]string{"CHOKEPOINT_NEO4J_DATABASE": "nowhere"}, says: []string{"no database of this name", "CHOKEPOINT_NEO4J_DATABASE"}},
		{name: "older", url: aged(t, s), says: []string{"5.20.", "oldest that is supported is 5.26", "update"}},
	} {
		t.Run(r.name, func(t *testing.T) { r.check(t, file) })
	}
}

// checkReadOnly makes the database read-only: it can be asked and not written to.
func checkReadOnly(t *testing.T, s *neo4jtest.Owned) {
	file := filepath.Join(t.TempDir(), "n.csv")
	writeCSV(t, file, [][]string{{"id"}, {"a"}})
	mustRun(t, "import", "--store", s.URL, "--dataset", "d", file)
	s.Configure(t, map[string]string{"server.databases.read_only": "neo4j"})
	changed := filepath.Join(t.TempDir(), "n.csv")
	writeCSV(t, changed, [][]string{{"id"}, {"b"}})
	readOnly := refusal{name: "read-only", commands: []string{"import"}, url: s.URL, says: []string{"read-only", "server.databases.read_only"}}
	readOnly.check(t, changed)
	if out := mustRun(t, "query", "--store", s.URL, "{ entities { totalCount } }"); !strings.Contains(out, `"totalCount":1`) && !strings.Contains(out, `"totalCount": 1`) {
		t.Error(out)
	}
	if out := mustRun(t, "doctor", "--store", s.URL); !strings.Contains(out, "write: no") {
		t.Error(out)
	}
	_, stop := startServer(t, "--store", s.URL)
	stop()
}

// aged returns the URL of the server as if it were of version 5.20.
func aged(t testing.TB, s *neo4jtest.Owned) string {
	t.Helper()
	agent := "Neo4j/" + s.Version
	old := ("Neo4j/5.20." + strings.Repeat("0", len(agent)))[:len(agent)]
	host := hostOf(s.URL)
	return "bolt://" + listening(t, func(client net.Conn) {
		server, err := new(net.Dialer).DialContext(context.Background(), "tcp", host)
		if err != nil {
			return
		}
		defer server.Close()
		go func() {
			defer server.Close()
			buffer := make([]byte, 64<<10)
			for {
				n, err := client.Read(buffer)
				if err != nil {
					return
				}
				server.Write(buffer[:n]) // the next read tells
			}
		}()
		buffer := make([]byte, 64<<10)
		for {
			n, err := server.Read(buffer)
			if err != nil {
				return
			}
			client.Write([]byte(strings.ReplaceAll(string(buffer[:n]), agent, old))) // the next read tells
		}
	})
}

// listening serves each connection on a port of its own until the test ends.
func listening(t testing.TB, serve func(net.Conn)) (host string) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				serve(c)
			}()
		}
	}()
	return l.Addr().String()
}

// nowhere is an address at which nobody listens: a port that was free a moment ago may be
// given to another test, this one (tcpmux) is given to none.
const nowhere = "127.0.0.1:1"

// website answers as the HTTP port of Neo4j does.
func website(t testing.TB) string { return saying(t, "HTTP/1.1 400 Bad Request\r\n\r\n") }

func saying(t testing.TB, text string) (host string) {
	return listening(t, func(c net.Conn) {
		c.Read(make([]byte, 1<<10)) // what is said does not matter
		c.Write([]byte(text))       // who does not hear it
	})
}

// silence is a server that takes connections and says nothing.
func silence(t testing.TB) string {
	return listening(t, func(c net.Conn) { io.Copy(io.Discard, c) }) // until the end
}

// Every command says so of an address at which there is no Neo4j.
func TestWhatIsSaidWhereThereIsNoNeo4j(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "n.csv")
	writeCSV(t, file, [][]string{{"id"}, {"a"}})
	absent, other := []string{"does not answer", "check that it runs", "port"}, []string{"does not speak Bolt", "7687"}
	var wait sync.WaitGroup
	for _, scheme := range []string{"bolt://", "neo4j://"} {
		for _, r := range []refusal{
			{name: "nobody", url: scheme + nowhere, says: absent},
			{name: "silence", url: scheme + silence(t), says: absent},
			{name: "a web server", url: scheme + website(t), says: other},
			{name: "something else", url: scheme + saying(t, "220 mail.example ESMTP ready\r\n"), says: other},
		} {
			wait.Go(func() { r.check(t, file) })
		}
	}
	wait.Wait()
}
