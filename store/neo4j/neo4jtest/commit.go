package neo4jtest

import (
	"bytes"
	"context"
	"net"
	"sync"
	"testing"
	"time"
)

// fate is what becomes of a COMMIT on its way.
type fate int

const (
	arrives fate = iota
	lateAnswer
	lostAnswer
	lostRequest
)

// fare is the fate of a COMMIT with what it takes.
type fare struct {
	fate
	delay time.Duration
	held  chan<- struct{} // closed when a late answer has come from the server
}

// commitMessage is COMMIT in Bolt 4 and 5: a structure of tag 0x12 without fields
// in a message of one chunk. Drivers wait after it, so it ends what they send.
var commitMessage = []byte{0, 2, 0xB0, 0x12, 0, 0}

// HoldCommit delays the answer to the next COMMIT by d. The channel is closed once
// the server has carried it out and its answer is held: who breaks the connection
// before may have the transaction rolled back.
func (p *Proxy) HoldCommit(d time.Duration) <-chan struct{} {
	held := make(chan struct{})
	p.hop.plan(fare{fate: lateAnswer, delay: d, held: held})
	return held
}

// LoseAnswer has the server carry out the next COMMIT and breaks the connection
// before the answer: the client cannot know.
func (p *Proxy) LoseAnswer() { p.hop.plan(fare{fate: lostAnswer}) }

// LoseCommit breaks the connection before the next COMMIT reaches the server: the
// transaction is rolled back, and the client cannot know.
func (p *Proxy) LoseCommit() { p.hop.plan(fare{fate: lostRequest}) }

// Commits returns how many COMMITs have come by.
func (p *Proxy) Commits() int {
	p.hop.Lock()
	defer p.hop.Unlock()
	return p.hop.commits
}

// hop passes connections on to the server and reads what clients send.
type hop struct {
	listener net.Listener
	server   string
	sync.Mutex
	next    fare
	commits int
	open    []net.Conn
}

func newHop(t testing.TB, server string) *hop {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &hop{listener: l, server: server}
	go h.accept()
	t.Cleanup(h.close)
	return h
}

func (h *hop) address() string { return h.listener.Addr().String() }

func (h *hop) plan(f fare) {
	h.Lock()
	defer h.Unlock()
	h.next = f
}

// decide says what becomes of the COMMIT that has come.
func (h *hop) decide() fare {
	h.Lock()
	defer h.Unlock()
	f := h.next
	h.next = fare{}
	h.commits++
	return f
}

func (h *hop) close() {
	h.listener.Close() //nolint:errcheck // the test is over
	h.Lock()
	defer h.Unlock()
	for _, c := range h.open {
		c.Close() //nolint:errcheck // its other end may have closed it
	}
}

func (h *hop) accept() {
	for {
		client, err := h.listener.Accept()
		if err != nil {
			return
		}
		server, err := new(net.Dialer).DialContext(context.Background(), "tcp", h.server)
		if err != nil {
			client.Close() //nolint:errcheck // there is no server to pass it to
			continue
		}
		h.Lock()
		h.open = append(h.open, client, server)
		h.Unlock()
		w := &wire{hop: h, client: client, server: server}
		go w.requests()
		go w.answers()
	}
}

// wire is one connection through the hop.
type wire struct {
	hop            *hop
	client, server net.Conn
	sync.Mutex
	fare fare // of the COMMIT that was sent last, until its answer comes
}

func (w *wire) requests() {
	defer w.end()
	buffer, tail := make([]byte, 64<<10), []byte(nil)
	for {
		n, err := w.client.Read(buffer)
		if err != nil {
			return
		}
		tail = append(tail, buffer[:n]...)
		tail = tail[max(0, len(tail)-len(commitMessage)):]
		if bytes.Equal(tail, commitMessage) {
			f := w.hop.decide()
			if f.fate == lostRequest {
				return
			}
			w.Lock()
			w.fare = f
			w.Unlock()
		}
		if _, err := w.server.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (w *wire) answers() {
	defer w.end()
	buffer := make([]byte, 64<<10)
	for {
		n, err := w.server.Read(buffer)
		if err != nil {
			return
		}
		w.Lock()
		f := w.fare
		w.fare = fare{}
		w.Unlock()
		switch f.fate {
		case lostAnswer:
			return
		case lateAnswer:
			close(f.held)
			time.Sleep(f.delay)
		}
		if _, err := w.client.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (w *wire) end() {
	w.client.Close() //nolint:errcheck // the other direction may have closed it
	w.server.Close() //nolint:errcheck // the other direction may have closed it
}
