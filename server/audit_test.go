package server_test

import (
	"encoding/json"
	"testing"

	"github.com/chokepoint/chokepoint/server"
	"github.com/chokepoint/chokepoint/tools/reference"
)

// audits is how many audits graphql-http 1.23.1 has: MUST, SHOULD and MAY together.
const audits = 61

// TestAudit has the audit of the specification of GraphQL over HTTP look at a real
// listener: whatever it recommends, not only what it demands, must be so.
func TestAudit(t *testing.T) {
	url, stop := serve(t, newServer(root{}, server.Options{}))
	out, err := reference.Command(t.Context(), t, "audit.mjs", url+"/graphql").Output()
	if err != nil {
		t.Fatal(err)
	}
	var found []struct{ ID, Name, Status, Reason string }
	if err := json.Unmarshal(out, &found); err != nil {
		t.Fatalf("%v in %q", err, out)
	}
	if len(found) != audits {
		t.Errorf("%d audits, want %d", len(found), audits)
	}
	for _, audit := range found {
		if audit.Status != "ok" {
			t.Errorf("%s %s: %s %s", audit.ID, audit.Name, audit.Status, audit.Reason)
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}
