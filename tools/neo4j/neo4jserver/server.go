// Package neo4jserver runs real Neo4j Community servers for tests and development,
// without Docker: Maven fetches the jars, Java runs them, and they end with the
// process that started them.
package neo4jserver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"
)

// Options of a server. The zero value is the long-term support version, small, in a
// temporary folder, open to everybody on this machine.
type Options struct {
	Version string // the first of [Versions] if empty
	// Password of the user neo4j; without one the server asks nobody who they are.
	Password string
	// Home is the folder of data and logs. If empty it is temporary and goes with
	// [Server.Close].
	Home      string
	Heap      string            // 1g if empty
	PageCache string            // 256m if empty
	Port      int               // of Bolt; a free one if 0
	HTTP      int               // the port of Neo4j Browser; none if 0
	Conf      map[string]string // more lines of neo4j.conf
}

// Server is a server that was started. Its methods must not run at the same time.
type Server struct {
	options Options
	cmdline []string
	process *Process
	release func() // lets go of a temporary home; nil if the home is not temporary
}

// Start starts a server and returns when it answers, after some 5 to 10 seconds; or
// the end of its log if it does not come up. Close it.
func Start(ctx context.Context, o Options) (*Server, error) {
	o.Version = cmp.Or(o.Version, Versions()[0])
	jars, err := Fetch(ctx, o.Version)
	if err != nil {
		return nil, err
	}
	java, err := findJava(ctx, neededJDK(o.Version))
	if err != nil {
		return nil, err
	}
	archive, err := classes(ctx, o.Version, java, jars)
	if err != nil {
		return nil, err
	}
	return start(ctx, o, java, jars, archive)
}

func start(ctx context.Context, o Options, java, jars, archive string) (s *Server, err error) {
	o.Heap, o.PageCache = cmp.Or(o.Heap, "1g"), cmp.Or(o.PageCache, "256m")
	if o.Port == 0 {
		if o.Port, err = FreePort(ctx); err != nil {
			return nil, err
		}
	}
	s = &Server{options: o}
	if o.Home == "" {
		if s.options.Home, s.release, err = tempHome(ctx); err != nil {
			return nil, err
		}
	}
	if s.cmdline, err = s.command(java, jars, archive); err == nil {
		err = s.begin(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// command returns the command line.
func (s *Server) command(java, jars, archive string) ([]string, error) {
	main, err := mainClass(jars, s.Version())
	if err != nil {
		return nil, err
	}
	path := filepath.Join(jars, "*")
	// The class path must begin as that of the archive, unless there are plugins.
	if plugins, err := filepath.Glob(filepath.Join(s.Home(), "plugins", "*.jar")); err == nil && len(plugins) > 0 {
		path = filepath.Join(s.Home(), "plugins", "*") + string(os.PathListSeparator) + path
	}
	line := append([]string{java, "-Xms" + s.options.Heap, "-Xmx" + s.options.Heap, archive}, flags...)
	return append(line, "-cp", path, main, "--home-dir="+s.Home(), "--config-dir="+filepath.Join(s.Home(), "conf")), nil
}

// begin starts the server the first time.
func (s *Server) begin(ctx context.Context) error {
	fresh := !exists(filepath.Join(s.Home(), "data", "databases"))
	if err := s.Restart(ctx); err != nil {
		return err
	}
	if !fresh || s.options.Password == "" {
		return nil
	}
	if err := s.setPassword(ctx); err != nil {
		return err
	}
	return s.await(ctx)
}

// flags of Java: what Neo4j asks for, and the collector that starts fastest and
// costs least on a small heap.
var flags = []string{
	"-XX:+UseSerialGC",
	"--add-opens=java.base/java.nio=ALL-UNNAMED",
	"--add-opens=java.base/java.io=ALL-UNNAMED",
	"--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
	"--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
	"--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
	"--enable-native-access=ALL-UNNAMED",
	"-Dio.netty.tryReflectionSetAccessible=true",
}

// Restart starts the server again after [Server.Kill] or [Server.Stop], on the same
// folder and port, and returns when it answers.
func (s *Server) Restart(ctx context.Context) error {
	if s.Running() {
		return errors.New("neo4jserver: the server runs; stop it first")
	}
	if err := prepare(s.Home(), settings(s.options)); err != nil {
		return err
	}
	log, err := os.OpenFile(s.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // the server has its own handle
	// Not bound to ctx, which ends when the server is up: it runs until Stop or Kill.
	cmd := exec.CommandContext(context.WithoutCancel(ctx), s.cmdline[0], s.cmdline[1:]...)
	cmd.Stdout, cmd.Stderr = log, log
	if s.process, err = Launch(cmd); err != nil {
		return fmt.Errorf("Neo4j does not start: %w", err)
	}
	if err := s.await(ctx); err != nil {
		return errors.Join(err, s.Kill())
	}
	return nil
}

// startTime bounds how long a server may take to come up, askTime how long one
// answer may; a server that has just begun to listen may leave a query without one.
const startTime, askTime = 5 * time.Minute, 30 * time.Second

// await returns when the database begins a transaction, or the server refuses it for
// want of the right password. (A query would have it load its planner first.)
func (s *Server) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	for {
		err := s.ask(ctx, s.options.Password, func(ctx context.Context, d neo4j.DriverWithContext) error {
			session := d.NewSession(ctx, neo4j.SessionConfig{DatabaseName: "neo4j", AccessMode: neo4j.AccessModeRead})
			defer session.Close(context.WithoutCancel(ctx)) //nolint:errcheck // a look only
			tx, err := session.BeginTransaction(ctx)
			if err != nil {
				return err
			}
			return tx.Rollback(ctx)
		})
		var answer *neo4j.Neo4jError
		if err == nil || errors.As(err, &answer) && strings.HasPrefix(answer.Code, "Neo.ClientError.Security.") {
			return nil
		}
		select {
		case <-s.process.done:
			return fmt.Errorf("Neo4j %s ended while it started; its log says:\n%s", s.Version(), s.Log())
		case <-ctx.Done():
			return fmt.Errorf("Neo4j %s does not answer: %w\n%s", s.Version(), errors.Join(context.Cause(ctx), err), s.Log())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (s *Server) setPassword(ctx context.Context) error {
	return s.ask(ctx, "neo4j", func(ctx context.Context, d neo4j.DriverWithContext) error {
		session := d.NewSession(ctx, neo4j.SessionConfig{DatabaseName: "system"})
		defer session.Close(context.WithoutCancel(ctx)) //nolint:errcheck // its work is done
		result, err := session.Run(ctx, "ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO $password", map[string]any{"password": s.options.Password})
		if err != nil {
			return err
		}
		_, err = result.Consume(ctx)
		return err
	})
}

// ask does something over a connection of its own, as the user neo4j if the server
// asks for one.
func (s *Server) ask(ctx context.Context, password string, do func(context.Context, neo4j.DriverWithContext) error) error {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	auth := neo4j.NoAuth()
	if s.options.Password != "" {
		auth = neo4j.BasicAuth("neo4j", password, "")
	}
	driver, err := neo4j.NewDriverWithContext(s.URL(), auth, func(c *config.Config) {
		c.SocketConnectTimeout = time.Second
		c.TelemetryDisabled = true
	})
	if err != nil {
		return err
	}
	defer driver.Close(context.WithoutCancel(ctx)) //nolint:errcheck // it holds one idle connection
	return do(ctx, driver)
}

// Configure adds lines to neo4j.conf; the next [Server.Restart] reads them.
func (s *Server) Configure(conf map[string]string) {
	all := maps.Clone(s.options.Conf)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, conf)
	s.options.Conf = all
}

// URL returns the address, bolt://127.0.0.1:PORT.
func (s *Server) URL() string { return "bolt://" + address(s.options.Port) }

// Version returns the version.
func (s *Server) Version() string { return s.options.Version }

// Home returns the folder of data and logs.
func (s *Server) Home() string { return s.options.Home }

// Running says whether the process lives.
func (s *Server) Running() bool { return s.process != nil && s.process.Running() }

func (s *Server) logFile() string { return filepath.Join(s.Home(), "logs", "output.log") }

// Log returns the end of what the server printed and of its own log.
func (s *Server) Log() string {
	var all []string
	for _, path := range []string{s.logFile(), filepath.Join(s.Home(), "logs", "neo4j.log")} {
		text, err := os.ReadFile(path)
		if err == nil {
			all = append(all, string(text[max(0, len(text)-4000):]))
		}
	}
	return strings.Join(all, "\n")
}

// Stop has the server shut down in order and waits for its end.
func (s *Server) Stop(ctx context.Context) error {
	if !s.Running() {
		return nil
	}
	if err := s.process.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-s.process.done:
		return nil
	case <-ctx.Done():
		return errors.Join(context.Cause(ctx), s.Kill())
	}
}

// Kill ends the server at once (SIGKILL), as a crash would.
func (s *Server) Kill() error {
	if !s.Running() {
		return nil
	}
	return s.process.Kill()
}

// Close kills the server and removes a temporary home.
func (s *Server) Close() error {
	err := s.Kill()
	os.Remove(LockFile(s.URL())) //nolint:errcheck // only there if tests shared the server
	if s.release == nil {
		return err
	}
	err = errors.Join(err, os.RemoveAll(s.Home()))
	s.release()
	s.release = nil
	return err
}
