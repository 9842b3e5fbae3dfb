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
		distances { exact sources confidence diameter diameterAtLeast diameterAtMost radius radiusAtLeast radiusAtMost mean meanLow meanHigh efficiency efficiencyLow efficiencyHigh }
		clustering { triangles transitivity average } mixing { kindAssortativity kinds { from to pairs } }
		centralization { degree betweenness betweennessLow betweennessHigh closeness closenessLow closenessHigh confidence unavailableBecause } computedOn { nodes links exact } } }`,
		`{"networkFigures": {"nodes": 7, "links": 8, "density": 0.3333333333333333, "reciprocity": 1, "components": 2, "largestComponent": 6, "connectedPairs": 15, "fragmentation": 0.2857142857142857,
		"distances": {"exact": true, "sources": 7, "confidence": null, "diameter": 3, "diameterAtLeast": 3, "diameterAtMost": 3, "radius": 2, "radiusAtLeast": 2, "radiusAtMost": 2, "mean": 1.6666666666666667, "meanLow": 1.6666666666666667, "meanHigh": 1.6666666666666667,
			"efficiency": 0.5079365079365079, "efficiencyLow": 0.5079365079365079, "efficiencyHigh": 0.5079365079365079},
		"clustering": {"triangles": 2, "transitivity": 0.5, "average": 0.5238095238095237},
		"mixing": {"kindAssortativity": -0.07692307692307698, "kinds": [{"from": "Person", "to": "Person", "pairs": 6}, {"from": "Company", "to": "Person", "pairs": 1}]},
		"centralization": {"degree": 0.4666666666666667, "betweenness": 0.35555555555555557, "betweennessLow": 0.35555555555555557, "betweennessHigh": 0.35555555555555557,
			"closeness": null, "closenessLow": null, "closenessHigh": null, "confidence": null, "unavailableBecause": "closeness: the network is in pieces"},
		"computedOn": {"nodes": 7, "links": 8, "exact": true}}}`)
	a.expect(`{ networkFigures(mode: SAMPLED, seed: 3, `+people+`) { distances { exact sources diameter radius mean meanLow } centralization { betweenness confidence unavailableBecause } } }`,
		// A sample of 1,024 is all of them.
		`{"networkFigures": {"distances": {"exact": false, "sources": 7, "diameter": 3, "radius": 2, "mean": 1.6666666666666667, "meanLow": 1.6666666666666667},
		"centralization": {"betweenness": 0.35555555555555557, "confidence": 0.95, "unavailableBecause": "closeness: the network is in pieces"}}}`)
	a.expect(`{ networkFigures(scope: {projection: MONEY, orientation: NATURAL}) { density reciprocity distances { diameter radius radiusAtMost } mixing { degreeAssortativity } centralization { degree } } }`,
		`{"networkFigures": {"density": 0.5, "reciprocity": 0, "distances": {"diameter": 1, "radius": null, "radiusAtMost": null}, "mixing": {"degreeAssortativity": null}, "centralization": {"degree": null}}}`)
}

// roles asks who is alike in the kite: a and b, whose neighbours are each other and c.
func (a *api) roles() {
	a.expect(`{ roles(equivalence: STRUCTURAL, `+people+`) { totalCount equivalence classes nodes { rank size members { nodes { name } } } computedOn { nodes } } }`,
		`{"roles": {"totalCount": 1, "equivalence": "STRUCTURAL", "classes": 6, "nodes": [{"rank": 1, "size": 2, "members": {"nodes": [`+pair("a", "b")+`]}}], "computedOn": {"nodes": 7}}}`)
	a.expect(`{ roles(minSize: 1, of: [«c», «nobody»], `+people+`) { totalCount equivalence edges { node { size members { totalCount } } } } }`,
		`{"roles": {"totalCount": 1, "equivalence": "EQUITABLE", "edges": [{"node": {"size": 1, "members": {"totalCount": 1}}}]}}`)
	a.expect(`{ roles(equivalence: REGULAR, minSize: 1, `+people+`) { classes nodes { size } } }`,
		`{"roles": {"classes": 2, "nodes": [{"size": 6}, {"size": 1}]}}`)
	a.expect(`{ roles(minSize: 1, scope: {projection: MONEY, orientation: NATURAL}) { equivalence classes } }`,
		`{"roles": {"equivalence": "REGULAR", "classes": 2}}`)
	a.refused(`{ roles(minSize: 0) { classes } }`, graph.BadUserInput)

	a.expect(`{ similarNodes(to: «f», `+people+`) { totalCount nodes { rank score entity { name } } computedOn { exact } } }`,
		// f knows e alone, whom d and c know too.
		`{"similarNodes": {"totalCount": 2, "nodes": [{"rank": 1, "score": 0.5, "entity": {"name": "Nd"}}, {"rank": 2, "score": 0.25, "entity": {"name": "Nc"}}], "computedOn": {"exact": true}}}`)
	a.expect(`{ similarNodes(to: «nobody», measure: COSINE) { totalCount nodes { rank } } }`, `{"similarNodes": {"totalCount": 0, "nodes": []}}`)

	a.expect(`{ missingLinks(measure: COMMON_NEIGHBOURS, first: 1, `+people+`) { predictions { rank score one { __typename } other { __typename } } truncated truncatedBecause computedOn { nodes links } } }`,
		`{"missingLinks": {"predictions": [{"rank": 1, "score": 1, "one": {"__typename": "`+kindOf(leastPair())+`"}, "other": {"__typename": "`+kindOf(otherOfLeastPair())+`"}}], "truncated": true, "truncatedBecause": "first: 1",
		"computedOn": {"nodes": 7, "links": 8}}}`)
	a.expect(`{ missingLinks(first: 500, `+people+`) { predictions { score } truncated } }`,
		// By c, who has four neighbours: a and b to d and e; by e, who has three: f to c and d.
		`{"missingLinks": {"predictions": [{"score": 0.3333333333333333}, {"score": 0.3333333333333333}, {"score": 0.25}, {"score": 0.25}, {"score": 0.25}, {"score": 0.25}], "truncated": false}}`)
	a.refused(`{ missingLinks(first: 501) { truncated } }`, graph.BadUserInput)
}

// leastPair returns the lesser end of the first of the pairs of the kite that share a
// neighbour, by ID; otherOfLeastPair the other.
func leastPair() string        { return firstPair()[0] }
func otherOfLeastPair() string { return firstPair()[1] }

func firstPair() (first [2]string) {
	for i, p := range [][2]string{{"a", "d"}, {"a", "e"}, {"b", "d"}, {"b", "e"}, {"c", "f"}, {"d", "f"}} {
		p = [2]string{lesser(p[0], p[1]), other(p[0], p[1])}
		if i == 0 || p[0] != first[0] && lesser(p[0], first[0]) == p[0] || p[0] == first[0] && lesser(p[1], first[1]) == p[1] {
			first = p
		}
	}
	return first
}

func kindOf(key string) string {
	if key == "f" {
		return "Company"
	}
	return "Person"
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
