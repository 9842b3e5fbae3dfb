package resolvers_test

import "fmt"

func (a *api) ties() {
	two := pair("a", "b")
	a.expect(`{ allShortestPaths(from: [«a», «b»], to: [«f»], `+people+`) { totalCount pathCount cost nodes { hops cost entities { name } } pageInfo { hasNextPage hasPreviousPage } reachedFrom reachedTo computedOn { nodes exact } } }`,
		fmt.Sprintf(`{"allShortestPaths": {"totalCount": 2, "pathCount": "2", "cost": 3, "nodes": [{"hops": 3, "cost": 3, "entities": [%s, {"name": "Nc"}, {"name": "Ne"}, {"name": "Nf"}]},
		{"hops": 3, "cost": 3, "entities": [%s, {"name": "Nc"}, {"name": "Ne"}, {"name": "Nf"}]}], "pageInfo": {"hasNextPage": false, "hasPreviousPage": false},
		"reachedFrom": null, "reachedTo": null, "computedOn": {"nodes": 7, "exact": true}}}`, two[:len(two)/2-1], two[len(two)/2+1:]))
	a.expect(`{ allShortestPaths(from: [«b»], to: [«f»], via: [«c»], avoid: [«a»], first: 0, `+people+`) { pathCount cost nodes { hops } pageInfo { hasNextPage } } }`,
		`{"allShortestPaths": {"pathCount": "1", "cost": 3, "nodes": [], "pageInfo": {"hasNextPage": true}}}`)
	for _, via := range []string{"«d»", "«nobody»"} {
		a.expect(`{ allShortestPaths(from: [«b»], to: [«f»], via: [`+via+`], `+people+`) { pathCount cost nodes { hops } } }`, `{"allShortestPaths": {"pathCount": "0", "cost": 3, "nodes": []}}`)
	}
	// By c>e nothing is lost; every other link halves the confidence.
	a.expect(`{ allShortestPaths(from: [«b»], to: [«f»], weight: CONFIDENCE, `+people+`) { pathCount cost nodes { cost links { kind } } } }`,
		`{"allShortestPaths": {"pathCount": "1", "cost": 0.25, "nodes": [{"cost": 0.25, "links": [{"kind": "ASSOCIATE_OF"}, {"kind": "FAMILY_OF"}, {"kind": "ASSOCIATE_OF"}]}]}}`)
	a.expect(`{ allShortestPaths(from: [«a»], to: [«e»], weight: PROPERTY, weightProperty: "weight", `+people+`) { pathCount cost } }`, `{"allShortestPaths": {"pathCount": "1", "cost": 4}}`)
	a.expect(`{ allShortestPaths(from: [«a»], to: [«f»], avoid: [«c»], `+people+`) { pathCount cost reachedFrom reachedTo } }`,
		`{"allShortestPaths": {"pathCount": "0", "cost": null, "reachedFrom": 2, "reachedTo": 3}}`)
}
