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

// figures asks for what can be said of the kite as a whole.
func (a *api) figures() {
	a.expect(`{ networkFigures(`+people+`) { nodes links density reciprocity components largestComponent connectedPairs fragmentation
		distances { exact sources confidence diameter diameterAtLeast radius mean meanLow meanHigh efficiency efficiencyLow efficiencyHigh }
		clustering { triangles transitivity average } mixing { kindAssortativity kinds { from to pairs } }
		centralization { degree betweenness closeness unavailableBecause } computedOn { nodes links exact } } }`,
		`{"networkFigures": {"nodes": 7, "links": 8, "density": 0.3333333333333333, "reciprocity": 1, "components": 2, "largestComponent": 6, "connectedPairs": 15, "fragmentation": 0.2857142857142857,
		"distances": {"exact": true, "sources": 7, "confidence": null, "diameter": 3, "diameterAtLeast": 3, "radius": 2, "mean": 1.6666666666666667, "meanLow": 1.6666666666666667, "meanHigh": 1.6666666666666667,
			"efficiency": 0.5079365079365079, "efficiencyLow": 0.5079365079365079, "efficiencyHigh": 0.5079365079365079},
		"clustering": {"triangles": 2, "transitivity": 0.5, "average": 0.5238095238095237},
		"mixing": {"kindAssortativity": -0.07692307692307698, "kinds": [{"from": "Person", "to": "Person", "pairs": 6}, {"from": "Company", "to": "Person", "pairs": 1}]},
		"centralization": {"degree": 0.4666666666666667, "betweenness": 0.35555555555555557, "closeness": null, "unavailableBecause": "closeness: the network is in pieces"},
		"computedOn": {"nodes": 7, "links": 8, "exact": true}}}`)
	a.expect(`{ networkFigures(mode: SAMPLED, seed: 3, `+people+`) { distances { exact sources diameter radius mean meanLow } centralization { betweenness unavailableBecause } } }`,
		// A sample of 1,024 is all of them.
		`{"networkFigures": {"distances": {"exact": false, "sources": 7, "diameter": 3, "radius": null, "mean": 1.6666666666666667, "meanLow": 1.6666666666666667},
		"centralization": {"betweenness": null, "unavailableBecause": "betweenness: it takes a search from each of 7 entities over 8 links; ask with mode: EXACT, or narrow the scope; closeness: the network is in pieces"}}}`)
	a.expect(`{ networkFigures(scope: {projection: MONEY, orientation: NATURAL}) { density reciprocity distances { diameter radius } mixing { degreeAssortativity } centralization { degree } } }`,
		`{"networkFigures": {"density": 0.5, "reciprocity": 0, "distances": {"diameter": 1, "radius": null}, "mixing": {"degreeAssortativity": null}, "centralization": {"degree": null}}}`)
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
