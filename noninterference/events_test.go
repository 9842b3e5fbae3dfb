package noninterference

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/chokepoint/chokepoint/graph"
)

// stream is a subscription of low, as bytes come.
type stream struct {
	lines *bufio.Scanner
	stop  func()
}

// piped is a response whose body is read while it is written.
type piped struct {
	header http.Header
	*io.PipeWriter
}

func (p *piped) Header() http.Header { return p.header }
func (p *piped) WriteHeader(int)     {}
func (p *piped) Flush()              {}

// listen subscribes as low.
func (w *world) listen(document string) *stream {
	body, err := json.Marshal(map[string]any{"query": document})
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "/graphql", bytes.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Host = "localhost"
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Authorization", "Bearer low")
	in, out := io.Pipe()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.server.ServeHTTP(&piped{http.Header{}, out}, r)
		_ = out.Close()
	}()
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<26)
	return &stream{lines: lines, stop: func() { cancel(); _ = in.Close(); <-ended }}
}

// until returns what comes up to the event that tells of a key, or to the end. Signs
// of life are left out: they tell of time alone.
func (s *stream) until(key string) string {
	var text strings.Builder
	for s.lines.Scan() {
		line := s.lines.Text()
		if line == ":" || line == "" {
			continue
		}
		text.WriteString(line + "\n")
		if strings.Contains(line, `"key":"`+key+`"`) || strings.HasPrefix(line, "event: complete") {
			break
		}
	}
	return text.String()
}

// listeners follow both worlds from their beginning, write for write.
type listeners struct {
	d              *drawer
	whole, without *world
	live           [2]*stream
	began          string // a token
	fences         int
}

const everyEvent = `{ revision at who reason import records links changes(first: 50) { outcome record { id dataset key kind name markings confidence properties { name values } } } }`

func newListeners(seed uint64, d *drawer, whole, without *world) *listeners {
	l := &listeners{
		d:     &drawer{random: rand.New(rand.NewPCG(seed, 1)), schema: d.schema, seen: d.seen},
		whole: whole, without: without,
	}
	l.began = l.fence("fence0")
	for i, w := range []*world{whole, without} {
		l.live[i] = w.listen(fmt.Sprintf("subscription { changes(after: %q) %s }", l.began, everyEvent))
	}
	return l
}

// fence writes a visible record to both worlds and returns the token.
func (l *listeners) fence(key string) string {
	var token string
	for _, w := range []*world{l.whole, l.without} {
		w.data("admin", upsert("upsertRecords", []string{fmt.Sprintf(`{dataset: "open", key: %q, kind: "Person", markings: ["TLP:CLEAR"]}`, key)}))
		token = w.data("low", "{ revisions(first: 1) { nodes { token } } }")["revisions"].(map[string]any)["nodes"].([]any)[0].(map[string]any)["token"].(string)
	}
	return token
}

// step compares what was told since the last step: a hidden write leaves no byte.
func (l *listeners) step(answered meaningful) {
	l.fences++
	key := fmt.Sprintf("fence%d", l.fences)
	l.fence(key)
	l.compare("as it happened", l.live[0].until(key), l.live[1].until(key), answered)
}

// replay compares what is told later, after random tokens and of random parts.
func (l *listeners) replay(answered meaningful) {
	for range 4 {
		l.fences++
		last := fmt.Sprintf("fence%d", l.fences) // still to come, so that every stream comes to it
		arguments := []string{fmt.Sprintf("after: %q", l.began)}
		if l.d.chance(50) {
			arguments = []string{"after: " + l.d.token()}
		}
		if l.d.chance(40) {
			arguments = append(arguments, fmt.Sprintf("of: [%s, %s, %q]", l.d.id(), l.d.id(), graph.RecordID("open", last)))
		}
		if l.d.chance(60) {
			arguments = append(arguments, "scope: {"+l.d.of(`datasets: ["open"]`, `entityKinds: [Person]`, `entityKinds: [Person, Company]`, `minConfidence: 0.5`, `linkKinds: [OWNS]`, `without: [`+l.d.id()+`]`)+"}")
		}
		document := "subscription { changes(" + strings.Join(arguments, ", ") + ") " + strings.Replace(everyEvent, "outcome", "outcome entity { id name aliases } link { id kind from { id name } to { id name } }", 1) + " }"
		whole, without := l.whole.listen(document), l.without.listen(document)
		l.fence(last)
		l.compare(document, whole.until(last), without.until(last), answered)
		whole.stop()
		without.stop()
	}
}

func (l *listeners) compare(what, got, want string, answered meaningful) {
	if diff := cmp.Diff(want, got); diff != "" {
		l.whole.t.Fatalf("hidden things show in events, %s\n(- without, + with them)\n%s", what, diff)
	}
	if strings.Count(got, `"outcome"`) > 1 { // besides the fence
		answered["Subscription.changes"]++
	}
}

func (l *listeners) stop() {
	for _, s := range l.live {
		s.stop()
	}
}
