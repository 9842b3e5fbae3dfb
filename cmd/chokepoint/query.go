package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
)

type queryCommand struct {
	location
	Server    string   `env:"CHOKEPOINT_SERVER" placeholder:"URL" help:"Ask this server instead, such as http://127.0.0.1:8080."`
	Bearer    string   `name:"token" env:"CHOKEPOINT_TOKEN" placeholder:"TOKEN" help:"The bearer token for the server."`
	Var       []string `sep:"none" placeholder:"NAME=VALUE" help:"A variable; the value is JSON, or a bare word, which is a string. May be repeated."`
	Operation string   `placeholder:"NAME" help:"Which operation of the document; needed if it has several."`
	Viewer    *string  `placeholder:"MARKINGS" help:"Ask as a viewer who holds these markings alone, parted by commas. Default: cleared for everything."`
	Format    string   `default:"json" enum:"json,table,csv" placeholder:"json|table|csv" help:"How to print the answer: whole as JSON, its lists as tables, or its one list as CSV. Default: ${default}."`
	Document  string   `arg:"" help:"A file, - for standard input, or the query itself: '{ datasets { name } }'."`
}

// Run prints the answer; the exit code says whether it has errors.
func (c *queryCommand) Run(ctx context.Context, p *program) error {
	query, err := c.text(p)
	if err != nil {
		return err
	}
	variables, err := readVariables(c.Var)
	if err != nil {
		return err
	}
	ask := c.askStore
	if c.Server != "" {
		ask = c.askServer
	}
	answer, ok, err := ask(ctx, query, variables)
	if err != nil {
		return err
	}
	if err := c.print(p, answer); err != nil {
		return err
	}
	if !ok {
		return errAnswered
	}
	return nil
}

// print prints the answer; errors stand in the JSON, or on standard error.
func (c *queryCommand) print(p *program, answer []byte) error {
	write := answerFormats[c.Format]
	if write == nil {
		p.printf("%s\n", bytes.TrimSpace(answer))
		return nil
	}
	data, messages, err := formatted(answer)
	if err != nil {
		return err
	}
	for _, m := range messages {
		fmt.Fprintf(p.err, "chokepoint: %s\n", printable(m))
	}
	if data == nil {
		return nil
	}
	return write(p.out, data)
}

// maxDocument bounds a document; the API takes no more than 1 MiB anyway.
const maxDocument = 1 << 20

func (c *queryCommand) text(p *program) (string, error) {
	if isDocument(c.Document) {
		return c.Document, nil
	}
	in := p.in
	if c.Document != "-" {
		f, err := os.Open(c.Document)
		if err != nil {
			return "", usage("the file of the query cannot be read: %v", err)
		}
		defer f.Close() //nolint:errcheck // only read
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxDocument+1))
	switch {
	case err != nil:
		return "", usage("the query cannot be read: %v", err)
	case len(text) > maxDocument:
		return "", usage("a query has at most %d bytes; pass data as variables, or import it", maxDocument)
	}
	return string(text), nil
}

// isDocument says whether an argument is a query itself and not the name of a file.
func isDocument(argument string) bool {
	trimmed := strings.TrimSpace(argument)
	for _, word := range []string{"query", "mutation", "subscription", "fragment", "#"} {
		if rest, ok := strings.CutPrefix(trimmed, word); ok && strings.Contains(rest, "{") {
			return true
		}
	}
	return trimmed == "" || trimmed[0] == '{'
}

// readVariables reads NAME=VALUE flags. What begins like JSON must be JSON.
func readVariables(flags []string) (json.RawMessage, error) {
	variables := map[string]json.RawMessage{}
	for _, flag := range flags {
		name, value, ok := strings.Cut(flag, "=")
		if !ok || name == "" {
			return nil, usage("--var %s: write NAME=VALUE", flag)
		}
		text := json.RawMessage(value)
		if !json.Valid(text) {
			if strings.HasPrefix(value, "{") || strings.HasPrefix(value, "[") || strings.HasPrefix(value, `"`) {
				return nil, usage("--var %s: the value begins like JSON and is not valid", name)
			}
			text, _ = json.Marshal(value) // a string is always fine
		}
		variables[strings.TrimPrefix(name, "$")] = text
	}
	return json.Marshal(variables)
}

func (c *queryCommand) askStore(ctx context.Context, query string, variables json.RawMessage) ([]byte, bool, error) {
	driver, err := c.open(ctx, true, hasty)
	if err != nil {
		return nil, false, err
	}
	a, err := newApp(ctx, driver, appOptions{viewer: narrowed(c.Viewer)})
	if err != nil {
		return nil, false, err
	}
	answer, ok := a.server.Execute(ctx, query, c.Operation, variables)
	return answer, ok, a.Close()
}

// maxAnswer bounds what is taken from a server.
const maxAnswer = 1 << 28

func (c *queryCommand) askServer(ctx context.Context, query string, variables json.RawMessage) ([]byte, bool, error) {
	if c.Viewer != nil {
		return nil, false, usage("--viewer is for --store: a server knows its viewers by their tokens")
	}
	address, err := url.Parse(c.Server)
	if err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https" {
		return nil, false, usage("--server is an address such as http://127.0.0.1:8080")
	}
	if !strings.HasSuffix(address.Path, "/graphql") {
		address = address.JoinPath("graphql")
	}
	body, err := json.Marshal(map[string]any{"query": query, "operationName": c.Operation, "variables": variables})
	if err != nil {
		return nil, false, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address.String(), bytes.NewReader(body))
	if err != nil {
		return nil, false, usage("--server: %v", err)
	}
	request.Header.Set("Content-Type", "application/json")
	if c.Bearer != "" {
		request.Header.Set("Authorization", "Bearer "+c.Bearer)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, false, errors.New("the server does not answer; is `chokepoint serve` running there? (" + inmost(err).Error() + ")")
	}
	defer response.Body.Close() //nolint:errcheck // only read
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, false, errors.New("the answer broke off; ask again")
	}
	return judged(answer, response.Status)
}

// judged says whether an answer is free of errors.
func judged(answer []byte, status string) ([]byte, bool, error) {
	var content struct{ Errors []json.RawMessage }
	if json.Unmarshal(answer, &content) != nil {
		return nil, false, errors.New("what answers there (" + status + ") is no GraphQL server")
	}
	return answer, len(content.Errors) == 0, nil
}

func inmost(err error) error {
	for errors.Unwrap(err) != nil {
		err = errors.Unwrap(err)
	}
	return err
}

// firstQueries are worth asking of any store.
var firstQueries = []string{
	`{ centrality(measure: PAGERANK, first: 5) { nodes { rank score entity { name kind } } } }`,
	`{ chokepoints(objective: FRAGMENTATION, budget: 3) { choices { rank entity { name } } before { connectedPairs } after { connectedPairs } optimal } }`,
}
