package main

import (
	"context"
	"testing"

	"github.com/chokepoint/chokepoint/tools/reference"
)

// TestReferenceClients has the reference clients of both protocols follow what is
// written, go away, and come back.
func TestReferenceClients(t *testing.T) {
	for _, protocol := range []string{"ws", "sse"} {
		t.Run(protocol, func(t *testing.T) {
			url, _ := storeAt(t)
			a := servingHastily(t, url)
			l, err := a.server.Listen(t.Context(), "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- a.Run(ctx, l, nil) }()
			out, err := reference.Command(t.Context(), t, "subscriptions.mjs", "http://"+l.Addr().String()+"/graphql", protocol).CombinedOutput()
			if err != nil {
				t.Errorf("%v\n%s", err, out)
			}
			stop()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}
