package resolvers_test

import "github.com/chokepoint/chokepoint/graph"

// groups asks what hangs together in the kite: a, b and c do, and d, e and f.
func (a *api) groups() {
	a.expect(`{ communities(`+people+`) { totalCount quality modularity resolution stability settled computedOn { nodes exact seed }
		nodes { rank size internalLinks persistence } } }`,
		`{"communities": {"totalCount": 3, "quality": 0.20408163265306128, "modularity": 0.20408163265306128, "resolution": 1, "stability": 1, "settled": true,
		"computedOn": {"nodes": 7, "exact": false, "seed": 0}, "nodes": [`+inOrder(least3("a", "b", "c"), least3("d", "e", "f"), func(key string) string {
			if key == least3("a", "b", "c") {
				return place(key, `"size": 3, "internalLinks": 3, "persistence": 1`)
			}
			return place(key, `"size": 3, "internalLinks": 2, "persistence": 1`)
		})+`, {"rank": 3, "size": 1, "internalLinks": 0, "persistence": 1}]}}`)
	a.expect(`{ communities(of: [«f», «nobody»], runs: 1, `+people+`) { totalCount stability nodes { externalLinks persistence members(first: 2) { totalCount pageInfo { hasNextPage } } } } }`,
		`{"communities": {"totalCount": 1, "stability": null, "nodes": [{"externalLinks": 3, "persistence": null, "members": {"totalCount": 3, "pageInfo": {"hasNextPage": true}}}]}}`)
	a.expect(`{ communities(of: [«z»], quality: CPM, resolution: 0.5, weight: WEIGHT, `+people+`) { resolution nodes { size members { nodes { name } } } } }`,
		`{"communities": {"resolution": 0.5, "nodes": [{"size": 1, "members": {"nodes": [{"name": "Nz"}]}}]}}`)
	a.expect(`{ cohesiveGroups(kind: K_CORE, `+people+`) { totalCount k greatest nodes { size internalLinks externalLinks persistence } computedOn { exact } } }`,
		`{"cohesiveGroups": {"totalCount": 1, "k": 2, "greatest": 2, "nodes": [{"size": 5, "internalLinks": 7, "externalLinks": 1, "persistence": null}], "computedOn": {"exact": true}}}`)
	a.expect(`{ cohesiveGroups(kind: K_TRUSS, k: 2, of: [«f»], `+people+`) { k greatest nodes { size } } }`,
		`{"cohesiveGroups": {"k": 2, "greatest": 3, "nodes": [{"size": 6}]}}`)
	a.refused(`{ communities(runs: 51) { totalCount } }`, graph.BadUserInput)
	a.refused(`{ cohesiveGroups(kind: K_TRUSS, k: 1) { k } }`, graph.BadUserInput)
}

func least3(x, y, z string) string { return lesser(lesser(x, y), z) }

// place gives the rank of a community of three with more.
func place(least, more string) string {
	rank := `1`
	if least != lesser(least3("a", "b", "c"), least3("d", "e", "f")) {
		rank = `2`
	}
	return `{"rank": ` + rank + `, ` + more + `}`
}
