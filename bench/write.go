package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"
)

const (
	writes        = 50
	linksPerWrite = 100
	writeQuery    = `mutation Write($links: [LinkInput!]!) { upsertLinks(input: {links: $links, reason: "bench"}) { revision items { outcome } } }`
)

// measureWrite measures how long it takes from sending a write of 100 links to
// having the path that one of them makes, by two requests one after the other.
func measureWrite(ctx context.Context, w *world) (err error) {
	s, err := w.serve(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	r := source(200)
	var visible, written []float64
	for n := range writes + 5 {
		total, write, err := w.writeAndSee(ctx, s.addr, r, n)
		if err != nil {
			return err
		}
		if n >= 5 { // the first requests build what all later ones share
			visible, written = append(visible, total), append(written, write)
		}
	}
	slices.Sort(visible)
	slices.Sort(written)
	w.add(
		result{what: "100 links written and seen by a path: median", value: quantile(visible, 0.5), unit: "ms", target: 50, atMost: true},
		result{what: "100 links written and seen by a path: p99 of 50", value: quantile(visible, 0.99), unit: "ms", target: 50, atMost: true},
		result{what: "of that the write: median", value: quantile(written, 0.5), unit: "ms"},
	)
	return nil
}

// writeAndSee returns milliseconds: of both requests, and of the write alone.
func (w *world) writeAndSee(ctx context.Context, addr string, r *rand.Rand, n int) (total, write float64, err error) {
	links := make([]map[string]any, linksPerWrite)
	var from, to string
	for i := range links {
		a, b := r.IntN(nodesOf(w.links)), r.IntN(nodesOf(w.links)-1)
		if b >= a {
			b++
		}
		from, to = idOf(a), idOf(b)
		links[i] = map[string]any{
			"dataset": dataset, "key": fmt.Sprintf("write-%d-%d", n, i), "kind": "ASSOCIATE_OF",
			"from": map[string]any{"id": from}, "to": map[string]any{"id": to}, "at": "2024-03-01T09:30:00Z",
		}
	}
	body := request(writeQuery, map[string]any{"links": links})
	begun := time.Now()
	var wrote struct {
		UpsertLinks struct {
			Revision string
			Items    []struct{ Outcome string }
		}
	}
	if err := ask(ctx, addr, body, &wrote); err != nil {
		return 0, 0, err
	}
	write = float64(time.Since(begun)) / 1e6
	var seen struct {
		ShortestPaths struct{ Paths []struct{ Hops int } }
	}
	if err := ask(ctx, addr, request(pathsQuery, map[string]any{"from": []string{from}, "to": []string{to}, "atLeast": wrote.UpsertLinks.Revision}), &seen); err != nil {
		return 0, 0, err
	}
	total = float64(time.Since(begun)) / 1e6
	created := 0
	for _, item := range wrote.UpsertLinks.Items {
		if item.Outcome == "CREATED" {
			created++
		}
	}
	if paths := seen.ShortestPaths.Paths; created != linksPerWrite || len(paths) != 1 || paths[0].Hops != 1 {
		return 0, 0, fmt.Errorf("the path does not use the new link: %d created, %+v", created, paths)
	}
	return total, write, nil
}

// ask sends a request and reads its data.
func ask(ctx context.Context, addr, body string, into any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+addr+"/graphql", bytes.NewReader([]byte(body)))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close() //nolint:errcheck // only read
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	var whole struct {
		Data   json.RawMessage
		Errors []json.RawMessage
	}
	if err := json.Unmarshal(text, &whole); err != nil || len(whole.Errors) > 0 {
		return errors.Join(err, fmt.Errorf("the answer has errors: %.300s", text))
	}
	return json.Unmarshal(whole.Data, into)
}
