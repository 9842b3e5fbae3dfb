package resolvers_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestTemporalPathsThroughLinksThatHold(t *testing.T) {
	a := newAPI(t)
	var records, links []string
	for _, key := range []string{"a", "b", "c", "d", "e"} {
		records = append(records, fmt.Sprintf(`{dataset: "tips", key: %q, kind: "Person", name: "N%s"}`, key, key))
	}
	for pair, more := range map[string]string{
		"ab": `validFrom: "2024-01-01", validTo: "2024-02-01"`, "bc": `at: "2024-01-15"`, "cd": `validTo: "2024-01-20"`, "de": "",
	} {
		links = append(links, fmt.Sprintf(`{dataset: "tips", key: %q, kind: "ASSOCIATE_OF", from: {id: %s}, to: {id: %s}, properties: [{name: "days", values: ["2"]}], %s}`,
			pair, ids("«"+pair[:1]+"»"), ids("«"+pair[1:]+"»"), more))
	}
	var written struct{ R, L struct{ Created int } }
	a.ask(`mutation { R: upsertRecords(input: {records: [`+strings.Join(records, ", ")+`]}) { created }
		L: upsertLinks(input: {links: [`+strings.Join(links, ", ")+`]}) { created } }`, nil, &written)
	if written.L.Created != 4 {
		t.Fatalf("%+v", written)
	}
	path := func(arguments, want string) {
		t.Helper()
		a.expect(`{ temporalPaths(`+arguments+`) { paths { hops departs arrives linkDepartures } totalCount withoutTime } }`, `{"temporalPaths": `+want+`}`)
	}
	path(`from: [«a»], to: [«d»]`, `{"paths": [{"hops": 3, "departs": "2024-01-15T00:00:00Z", "arrives": "2024-01-15T00:00:00Z",
		"linkDepartures": ["2024-01-15T00:00:00Z", "2024-01-15T00:00:00Z", "2024-01-15T00:00:00Z"]}], "totalCount": 1, "withoutTime": 1}`)
	path(`from: [«a»], to: [«d», «a»], criterion: LATEST_DEPARTURE, minWait: 1`, `{"paths": [{"hops": 0, "departs": null, "arrives": null, "linkDepartures": []},
		{"hops": 3, "departs": "2024-01-14T00:00:00Z", "arrives": "2024-01-16T00:00:00Z", "linkDepartures": ["2024-01-14T00:00:00Z", "2024-01-15T00:00:00Z", "2024-01-16T00:00:00Z"]}], "totalCount": 2, "withoutTime": 1}`)
	path(`from: [«a»], to: [«d»], durationProperty: "days"`, `{"paths": [{"hops": 3, "departs": "2024-01-13T00:00:00Z", "arrives": "2024-01-19T00:00:00Z",
		"linkDepartures": ["2024-01-13T00:00:00Z", "2024-01-15T00:00:00Z", "2024-01-17T00:00:00Z"]}], "totalCount": 1, "withoutTime": 1}`)
	path(`from: [«a»], to: [«d»], minWait: 5`, `{"paths": [], "totalCount": 0, "withoutTime": 1}`)
	path(`from: [«d»], to: [«e»], undated: true`, `{"paths": [{"hops": 1, "departs": null, "arrives": null, "linkDepartures": [null]}], "totalCount": 1, "withoutTime": 0}`)
	path(`from: [«a»], to: [«e»], undated: true, scope: {during: {from: "2024-01-02"}}`, `{"paths": [{"hops": 4, "departs": "2024-01-15T00:00:00Z", "arrives": "2024-01-15T00:00:00Z",
		"linkDepartures": ["2024-01-15T00:00:00Z", "2024-01-15T00:00:00Z", "2024-01-15T00:00:00Z", "2024-01-15T00:00:00Z"]}], "totalCount": 1, "withoutTime": 0}`)
}
