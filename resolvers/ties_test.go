package resolvers_test

import (
	"fmt"
	"strings"
)

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

func (a *api) distances() {
	place := func(rank int, distance string, hops int, name string) string {
		return fmt.Sprintf(`{"rank": %d, "distance": %s, "hops": %d, "entity": {"name": "N%s"}}`, rank, distance, hops, name)
	}
	nodes := `nodes { rank distance hops entity { name } }`
	a.expect(`{ distances(from: [«f»], first: 3, `+people+`) { totalCount unreachable histogram `+nodes+` pageInfo { hasNextPage } computedOn { nodes exact } } }`,
		`{"distances": {"totalCount": 6, "unreachable": 1, "histogram": [1, 1, 2, 2], "nodes": [`+place(1, "0", 0, "f")+`, `+place(2, "1", 1, "e")+`, `+place(3, "2", 2, lesser("c", "d"))+`],
		"pageInfo": {"hasNextPage": true}, "computedOn": {"nodes": 7, "exact": true}}}`)
	a.expect(`{ distances(from: [«a», «nobody»], weight: CONFIDENCE, first: 3, scope: {linkKinds: [ASSOCIATE_OF, FAMILY_OF], entityKinds: [Person, Company], without: [«b», «d»]}) { totalCount unreachable histogram `+nodes+` } }`,
		`{"distances": {"totalCount": 4, "unreachable": 1, "histogram": [1, 1, 1, 1], "nodes": [`+place(1, "1", 0, "a")+`, `+inOrder("c", "e", func(name string) string {
			return place(map[bool]int{true: 2, false: 3}[name == lesser("c", "e")], "0.5", map[string]int{"c": 1, "e": 2}[name], name)
		})+`]}}`)
	a.expect(`{ distances(from: [«e»], weight: PROPERTY, weightProperty: "weight", first: 2, `+people+`) { nodes { distance hops } } }`, `{"distances": {"nodes": [{"distance": 0, "hops": 0}, {"distance": 2, "hops": 1}]}}`)
	a.expect(`{ distances(from: [«nobody»], `+people+`) { totalCount unreachable histogram } }`, `{"distances": {"totalCount": 0, "unreachable": 7, "histogram": []}}`)
	a.values()
}

// values asks how many links lack a number that was asked for, and what is not there.
func (a *api) values() {
	for question, want := range map[string]string{
		`distances(from: [«e»], `: `null`,
		`distances(from: [«e»], weight: PROPERTY, weightProperty: "weight", `:                                          `0`,
		`distances(from: [«e»], weight: PROPERTY, weightProperty: "wieght", `:                                          `8`,
		`shortestPaths(from: [«a»], to: [«e»], weight: PROPERTY, weightProperty: "wieght", `:                           `8`,
		`allShortestPaths(from: [«a»], to: [«e»], weight: PROPERTY, weightProperty: "wieght", `:                        `8`,
		`linkCentrality(weight: PROPERTY, weightProperty: "wieght", `:                                                  `8`,
		`centrality(measure: BETWEENNESS, pathWeight: PROPERTY, weightProperty: "wieght", `:                            `8`,
		`centrality(measure: STRENGTH, weight: AMOUNT, `:                                                               `8`,
		`communities(weight: WEIGHT, `:                                                                                 `0`,
		`minimumCut(from: [«a»], to: [«f»], targets: LINKS, capacityProperty: "wieght", `:                              `8`,
		`maximumFlow(from: [«a»], to: [«f»], capacityProperty: "weight", `:                                             `0`,
		`minimumCutTree(capacityProperty: "wieght", `:                                                                  `8`,
		`chokepoints(objective: FLOW, budget: 1, from: [«a»], to: [«f»], targets: LINKS, capacityProperty: "wieght", `: `8`,
		`chokepoints(objective: FRAGMENTATION, budget: 1, `:                                                            `null`,
		`temporalPaths(from: [«a»], to: [«f»], durationProperty: "wieght", `:                                           `8`,
	} {
		name := question[:strings.Index(question, "(")]
		a.expect(`{ `+question+people+`) { computedOn { withoutValue } } }`, `{"`+name+`": {"computedOn": {"withoutValue": `+want+`}}}`)
	}
	for question, want := range map[string]string{
		`distances(from: [«e», «nobody»], `:                                                  `«nobody»`,
		`shortestPaths(from: [«a»], to: [«nobody», «e»], via: [«nobody»], avoid: [«h»], `:    `«nobody», «h»`,
		`allShortestPaths(from: [«a»], to: [«e»], `:                                          ``,
		`neighborhood(of: [«nobody»], `:                                                      `«nobody»`,
		`minimumCut(from: [«a»], to: [«f»], protect: [«nobody»], `:                           `«nobody»`,
		`minimumCut(from: [«a»], to: [«f»], targets: LINKS, costs: [{id: «e>f», cost: 9}], `: ``,
		`maximumFlow(from: [«a»], to: [«nobody»], `:                                          `«nobody»`,
		`connectivity(from: [«nobody»], to: [«f»], `:                                         `«nobody»`,
		`reliability(from: [«nobody»], to: [«f»], `:                                          `«nobody»`,
		`dominators(from: [«a»], to: [«nobody»], `:                                           `«nobody»`,
		`groupCentrality(of: [«nobody», «a»], `:                                              `«nobody»`,
		`communities(of: [«nobody»], `:                                                       `«nobody»`,
		`chokepoints(objective: FRAGMENTATION, budget: 1, protect: [«nobody», «a»], `:        `«nobody»`,
		`temporalPaths(from: [«a»], to: [«nobody»], `:                                        `«nobody»`,
		`centrality(measure: PAGERANK, from: [«a», «nobody»], `:                              `«nobody»`,
		`maximumFlow(from: [«a», "typo", «nobody»], to: ["no id"], `:                         `null, «nobody»`,
	} {
		name := question[:strings.Index(question, "(")]
		a.expect(`{ `+question+people+`) { computedOn { absent } } }`, `{"`+name+`": {"computedOn": {"absent": [`+want+`]}}}`)
	}
}
