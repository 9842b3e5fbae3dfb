package main

import (
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
			out, err := reference.Command(t.Context(), t, "subscriptions.mjs", answering(t, a)+"/graphql", protocol).CombinedOutput()
			if err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
