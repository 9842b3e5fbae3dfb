package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/sync/errgroup"
)

const (
	// followers are as many as one viewer may have with ten on each connection.
	followConnections, followEach = 100, 10
	// followWrites come as fast as they are taken, as from an import.
	followWrites = 50
	// followPause lies between two look-ups of somebody beside them.
	followPause = 10 * time.Millisecond
)

const (
	followQuery = `subscription { changes { revision records changes(first: 10) { outcome entity { id name kind } } } }`
	followWrite = `mutation Write($records: [RecordInput!]!) { upsertRecords(input: {records: $records, reason: "bench"}) { revision } }`
)

// measureFollow has a thousand subscribers of the demo told of a burst of writes, while
// somebody looks things up.
func measureFollow(ctx context.Context, w *world) (err error) {
	demo, bodies, err := startMixed(ctx, w, 201)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, demo.stop()) }()
	bodies = slices.DeleteFunc(bodies, func(body string) bool { return !strings.Contains(body, "query Around") })
	quiet, err := demo.lookUp(ctx, bodies[:300])
	if err != nil {
		return err
	}
	readers, following := errgroup.WithContext(ctx)
	var told atomic.Int64
	if err := demo.follow(following, readers, &told); err != nil {
		return errors.Join(err, readers.Wait())
	}
	begun := time.Now()
	beside, err := demo.burst(following, bodies, func() bool { return told.Load() == followWrites*followConnections*followEach })
	if err != nil {
		return errors.Join(err, readers.Wait())
	}
	took := time.Since(begun)
	at := fmt.Sprintf("demo, %d writes told to %d subscribers: ", followWrites, followConnections*followEach)
	w.add(
		result{what: at + "told after", value: took.Seconds(), unit: "s"},
		result{what: "a look-up before, median", value: quantile(quiet, 0.5), unit: "ms"},
		result{what: "a look-up meanwhile, median", value: quantile(beside, 0.5), unit: "ms"},
		result{what: "a look-up meanwhile, p99", value: quantile(beside, 0.99), unit: "ms"},
	)
	return nil
}

// follow opens the subscriptions, a connection at a time. Each counts what it is told
// until it has been told of all writes.
func (d *running) follow(ctx context.Context, readers *errgroup.Group, told *atomic.Int64) error {
	for range followConnections {
		conn, _, err := websocket.Dial(ctx, "ws://"+d.addr+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}}) //nolint:bodyclose // has none
		if err != nil {
			return err
		}
		messages := []string{`{"type":"connection_init"}`}
		for i := range followEach {
			messages = append(messages, fmt.Sprintf(`{"id":"%d","type":"subscribe","payload":%s}`, i, request(followQuery, nil)))
		}
		for _, m := range messages {
			if err := conn.Write(ctx, websocket.MessageText, []byte(m)); err != nil {
				return err
			}
		}
		readers.Go(func() error {
			defer conn.CloseNow() //nolint:errcheck // it is over
			for n := 0; n < followWrites*followEach; {
				_, text, err := conn.Read(ctx)
				if err != nil {
					return err
				}
				switch {
				case bytes.Contains(text, []byte(`"type":"next"`)):
					told.Add(1)
					n++
				case bytes.Contains(text, []byte(`"type":"error"`)):
					return fmt.Errorf("a subscription was refused: %.300s", text)
				}
			}
			return nil
		})
		time.Sleep(followPause) // no more begin at once than there is room for
	}
	return nil
}

// burst writes, and looks things up until all is told.
func (d *running) burst(ctx context.Context, bodies []string, all func() bool) (took []float64, err error) {
	var writes errgroup.Group
	writes.Go(func() error {
		for n := range followWrites {
			records := make([]map[string]any, 10)
			for i := range records {
				records[i] = map[string]any{"dataset": "bench", "key": fmt.Sprint(i), "kind": "Person", "name": fmt.Sprintf("Person %d.%d", n, i)}
			}
			if _, err := d.ask(ctx, request(followWrite, map[string]any{"records": records}), new(json.RawMessage)); err != nil {
				return err
			}
		}
		return nil
	})
	for i := 0; !all() && err == nil; i++ {
		var one []float64
		one, err = d.lookUp(ctx, bodies[i%len(bodies):i%len(bodies)+1])
		took = append(took, one...)
	}
	slices.Sort(took)
	return took, errors.Join(err, writes.Wait())
}

// lookUp asks one after the other, with a pause between, and returns how many
// milliseconds each took, sorted.
func (d *running) lookUp(ctx context.Context, bodies []string) (took []float64, err error) {
	for _, body := range bodies {
		t, err := d.ask(ctx, body, new(json.RawMessage))
		if err != nil {
			return nil, err
		}
		took = append(took, float64(t)/1e6)
		time.Sleep(followPause)
	}
	slices.Sort(took)
	return took, nil
}

// ask asks once, and returns the time until the data were read.
func (d *running) ask(ctx context.Context, body string, data any) (time.Duration, error) {
	begun := time.Now()
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+d.addr+"/graphql", strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	post.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(post)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close() //nolint:errcheck // only read
	answer := struct {
		Data   any
		Errors []struct{ Message string }
	}{Data: data}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return 0, err
	}
	if len(answer.Errors) > 0 {
		return 0, fmt.Errorf("status %d: %s", response.StatusCode, answer.Errors[0].Message)
	}
	return time.Since(begun), nil
}
