package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// clientArgument makes this program a client: a process of its own, so that it
// does not share the server's scheduler and garbage collector. The cores it shares.
const clientArgument = "load-client"

// loadPlan says what a client does: it sends the bodies in turn, in a closed loop,
// each connection its next request after the last answer, or at a rate.
type loadPlan struct {
	Addr        string
	Connections int
	Bodies      []string
	Seconds     int
	Count       int  // of requests at most; 0 for any number
	Rate        int  // requests a second; 0 for a closed loop
	Refusals    bool // whether the server may refuse, with when to try again
	Apart       bool // whether the client keeps to processor 1, so that it takes nothing from a server on 0
}

// loadResult is what a client saw. Times are milliseconds from the moment when the
// request was due: a request that waits for a free connection is late already.
type loadResult struct {
	Requests       int
	Rate           float64 // answers a second
	P50, P90, P99  float64
	P999, Max      float64
	ServiceP50     float64 // from sending on, without the wait for a connection
	ServiceP99     float64
	BytesPerAnswer int
	Refused        int     // beside Requests, which were answered
	RefusedP99     float64 // from sending on
	Errors         int
	FirstError     string
}

// runClient runs a plan in a process of its own.
func runClient(ctx context.Context, p loadPlan) (loadResult, error) {
	self, err := os.Executable()
	if err != nil {
		return loadResult{}, err
	}
	plan, err := json.Marshal(p)
	if err != nil {
		return loadResult{}, err
	}
	cmd := exec.CommandContext(ctx, self, clientArgument)
	var out bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(plan), &out, os.Stderr
	if p.Apart {
		err = startOn(cmd, 1)
	} else {
		err = cmd.Start()
	}
	if err == nil {
		err = cmd.Wait()
	}
	if err != nil {
		return loadResult{}, fmt.Errorf("the client: %w", err)
	}
	var r loadResult
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		return r, err
	}
	if r.Errors > 0 {
		return r, fmt.Errorf("%d of %d requests failed: %s", r.Errors, r.Requests, r.FirstError)
	}
	return r, nil
}

// serveLoad is the client's side.
func serveLoad(ctx context.Context, in io.Reader, out io.Writer) error {
	var p loadPlan
	if err := json.NewDecoder(in).Decode(&p); err != nil {
		return err
	}
	l := &loader{plan: p, requests: make([][]byte, len(p.Bodies))}
	for i, body := range p.Bodies {
		l.requests[i] = fmt.Appendf(nil, "POST /graphql HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", p.Addr, len(body), body)
	}
	conns, err := l.dial(ctx)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(l.run(ctx, conns))
}

type loader struct {
	plan     loadPlan
	requests [][]byte
	begun    time.Time
	next     atomic.Int64
	due      chan time.Time // of an open loop: when requests are due
}

// sample is one request.
type sample struct {
	total, service time.Duration
	bytes          int
	refused        bool
	err            error
}

// dial opens the connections, before the time runs.
func (l *loader) dial(ctx context.Context) ([]net.Conn, error) {
	conns := make([]net.Conn, l.plan.Connections)
	for i := range conns {
		var dialer net.Dialer
		conn, err := dialer.DialContext(ctx, "tcp", l.plan.Addr)
		if err != nil {
			return nil, err
		}
		conns[i] = conn
	}
	return conns, nil
}

func (l *loader) run(ctx context.Context, conns []net.Conn) loadResult {
	all := make([][]sample, len(conns))
	var wait sync.WaitGroup
	l.begun = time.Now()
	if l.plan.Rate > 0 {
		l.due = make(chan time.Time, l.plan.Rate*l.plan.Seconds)
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1) // the pace holds one, asleep
		wait.Go(func() { l.pace(ctx) })
	}
	for c, conn := range conns {
		wait.Go(func() { all[c] = l.connection(ctx, conn) })
	}
	wait.Wait()
	return summary(slices.Concat(all...), time.Since(l.begun))
}

// connection sends requests one after the other until the plan is done.
func (l *loader) connection(ctx context.Context, conn net.Conn) (samples []sample) {
	defer conn.Close() //nolint:errcheck // nothing is left to say
	r := &reader{in: bufio.NewReaderSize(conn, 1<<16)}
	for ctx.Err() == nil {
		due, ok := l.turn()
		n := int(l.next.Add(1) - 1)
		if !ok || l.plan.Count > 0 && n >= l.plan.Count {
			return samples
		}
		s := send(conn, r, l.requests[n%len(l.requests)], l.plan.Refusals)
		s.total = time.Since(due)
		samples = append(samples, s)
		if s.err != nil {
			return samples
		}
	}
	return samples
}

// turn waits until a request is due and returns since when, or false at the end.
func (l *loader) turn() (due time.Time, ok bool) {
	if l.plan.Rate > 0 {
		due, ok = <-l.due
		return due, ok
	}
	due = time.Now()
	return due, due.Sub(l.begun) < time.Duration(l.plan.Seconds)*time.Second
}

// pace tells when requests are due, whatever became of those before.
func (l *loader) pace(ctx context.Context) {
	defer close(l.due)
	for n := range cap(l.due) {
		due := l.begun.Add(time.Duration(n) * time.Second / time.Duration(l.plan.Rate))
		if pauseUntil(due); ctx.Err() != nil {
			return
		}
		l.due <- due // there is room for all
	}
}

// send sends one request and reads the whole answer.
func send(conn net.Conn, r *reader, request []byte, refusals bool) (s sample) {
	begun := time.Now()
	if _, s.err = conn.Write(request); s.err != nil {
		return s
	}
	if s.err = r.read(); s.err != nil {
		return s
	}
	s.service, s.bytes = time.Since(begun), len(r.body)
	if s.refused = refusals && r.status == http.StatusServiceUnavailable && r.retryAfter; s.refused {
		return s
	}
	if r.status != http.StatusOK || !bytes.HasPrefix(r.body, []byte(`{"data":`)) || bytes.Contains(r.body, []byte(`:null}`)) {
		s.err = fmt.Errorf("status %d: %.300s", r.status, r.body)
	}
	return s
}

// reader reads answers of HTTP/1.1 that state their length, and no more of them than the
// client asks: it shares the cores with the server, and net/http's reader costs as much
// as a small answer does.
type reader struct {
	in         *bufio.Reader
	status     int
	retryAfter bool
	body       []byte // until the next answer
}

func (r *reader) read() error {
	line, err := r.in.ReadSlice('\n')
	if err != nil {
		return err
	}
	if len(line) < len("HTTP/1.1 200") {
		return fmt.Errorf("no status line: %.100q", line)
	}
	r.status, err = strconv.Atoi(string(line[9:12]))
	length := -1
	for r.retryAfter = false; err == nil; {
		if line, err = r.in.ReadSlice('\n'); len(bytes.TrimSpace(line)) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch {
		case bytes.EqualFold(name, []byte("Retry-After")):
			r.retryAfter = true
		case bytes.EqualFold(name, []byte("Content-Length")):
			length, err = strconv.Atoi(string(bytes.TrimSpace(value)))
		}
	}
	if err == nil && length < 0 {
		err = errors.New("the answer does not state its length")
	}
	if err != nil {
		return err
	}
	r.body = slices.Grow(r.body[:0], length)[:length]
	_, err = io.ReadFull(r.in, r.body)
	return err
}

func summary(samples []sample, took time.Duration) loadResult {
	var r loadResult
	var totals, services, refusals []float64
	for _, s := range samples {
		if s.refused {
			refusals = append(refusals, float64(s.service)/1e6)
			continue
		}
		if s.err != nil {
			r.Errors++
			r.FirstError = s.err.Error()
		}
		r.BytesPerAnswer += s.bytes
		totals = append(totals, float64(s.total)/1e6)
		services = append(services, float64(s.service)/1e6)
	}
	r.Requests, r.Refused, r.Rate = len(totals), len(refusals), float64(len(totals))/took.Seconds()
	if len(refusals) > 0 {
		slices.Sort(refusals)
		r.RefusedP99 = quantile(refusals, 0.99)
	}
	if len(totals) == 0 {
		r.Errors, r.FirstError = 1, "nothing was sent"
		return r
	}
	r.BytesPerAnswer /= len(totals)
	slices.Sort(totals)
	slices.Sort(services)
	r.P50, r.P90, r.P99 = quantile(totals, 0.5), quantile(totals, 0.9), quantile(totals, 0.99)
	r.P999, r.Max = quantile(totals, 0.999), totals[len(totals)-1]
	r.ServiceP50, r.ServiceP99 = quantile(services, 0.5), quantile(services, 0.99)
	return r
}
