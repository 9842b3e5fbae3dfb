package neo4jserver

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Ports of servers lie below those that systems hand out by themselves, so that
// no connection sits on the port of a server that is down and comes back.
const firstPort, lastPort = 20_000, 32_000

// FreePort returns a port of 127.0.0.1 on which nothing listens.
func FreePort(ctx context.Context) (int, error) {
	for range 100 {
		port := firstPort + rand.IntN(lastPort-firstPort)
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", address(port))
		if err == nil {
			return port, l.Close()
		}
	}
	return 0, fmt.Errorf("no free port between %d and %d", firstPort, lastPort)
}

func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

const tempPrefix = "chokepoint-neo4j-home-"

// tempHome makes a folder for a server, locked while this process lives, after
// removing those that killed processes left behind.
func tempHome(ctx context.Context) (dir string, release func(), err error) {
	left, err := filepath.Glob(filepath.Join(os.TempDir(), tempPrefix+"*", "lock"))
	if err != nil {
		return "", nil, err
	}
	for _, lock := range left {
		removeUnheld(lock)
	}
	if dir, err = os.MkdirTemp("", tempPrefix); err != nil {
		return "", nil, err
	}
	release, err = Hold(ctx, filepath.Join(dir, "lock"))
	return dir, release, err
}

// removeUnheld removes the folder of a lock that nobody holds. What cannot be
// removed is somebody else's.
func removeUnheld(lock string) {
	f, err := os.OpenFile(lock, os.O_RDWR, 0)
	if err != nil {
		return
	}
	defer f.Close() //nolint:errcheck // it only holds the lock
	if acquire(f) == nil {
		os.RemoveAll(filepath.Dir(lock)) //nolint:errcheck // the next start tries again
	}
}

// prepare makes the folders of a home and writes neo4j.conf.
func prepare(home string, conf map[string]string) error {
	for _, dir := range []string{"conf", "data", "import", "licenses", "logs", "plugins", "run"} {
		if err := os.MkdirAll(filepath.Join(home, dir), 0o755); err != nil {
			return err
		}
	}
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(conf)) {
		fmt.Fprintf(&text, "%s=%s\n", name, conf[name])
	}
	return os.WriteFile(filepath.Join(home, "conf", "neo4j.conf"), []byte(text.String()), 0o644)
}

// settings are the lines of neo4j.conf for the options.
func settings(o Options) map[string]string {
	conf := map[string]string{
		"server.bolt.listen_address":                 address(o.Port),
		"server.bolt.advertised_address":             address(o.Port),
		"server.http.enabled":                        strconv.FormatBool(o.HTTP != 0),
		"server.https.enabled":                       "false",
		"dbms.usage_report.enabled":                  "false",
		"dbms.security.auth_enabled":                 strconv.FormatBool(o.Password != ""),
		"server.memory.pagecache.size":               o.PageCache,
		"db.tx_log.preallocate":                      "false", // 250 MB a database otherwise
		"dbms.security.auth_minimum_password_length": "1",
		// Stopping takes ten seconds otherwise.
		"internal.dbms.bolt.netty_server_shutdown_quiet_period": "0",
	}
	if o.HTTP != 0 {
		conf["server.http.listen_address"] = address(o.HTTP)
	}
	maps.Copy(conf, o.Conf)
	return conf
}
