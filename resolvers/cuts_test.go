package resolvers_test

// cuts asks what parts the ends of the kite.
func (a *api) cuts() {
	cut := `value unique nearFrom { entity { name } link { id } } nearTo { entity { name } link { id } } nearFromTotal openPath { hops entities { name } } truncatedBecause } }`
	entity := func(name string) string { return `{"entity": {"name": "` + name + `"}, "link": null}` }
	link := func(id string) string { return `{"entity": null, "link": {"id": «` + id + `»}}` }
	a.expect(`{ minimumCut(from: [«a»], to: [«f»], `+people+`) { `+cut,
		`{"minimumCut": {"value": 1, "unique": false, "nearFrom": [`+entity("Nc")+`], "nearTo": [`+entity("Ne")+`], "nearFromTotal": 1, "openPath": null, "truncatedBecause": null}}`)
	a.expect(`{ minimumCut(from: [«a»], to: [«f»], protect: [«c», «nobody»], `+people+`) { `+cut,
		`{"minimumCut": {"value": 1, "unique": true, "nearFrom": [`+entity("Ne")+`], "nearTo": [`+entity("Ne")+`], "nearFromTotal": 1, "openPath": null, "truncatedBecause": null}}`)
	a.expect(`{ minimumCut(from: [«a»], to: [«f»], protect: [«c», «e»], `+people+`) { `+cut,
		`{"minimumCut": {"value": null, "unique": false, "nearFrom": [], "nearTo": [], "nearFromTotal": 0, "truncatedBecause": null,
		"openPath": {"hops": 3, "entities": [{"name": "Na"}, {"name": "Nc"}, {"name": "Ne"}, {"name": "Nf"}]}}}`)
	a.expect(`{ minimumCut(from: [«a»], to: [«f»], costs: [{id: «c», cost: 0.5}, {id: «nobody», cost: 9}], `+people+`) { `+cut,
		`{"minimumCut": {"value": 0.5, "unique": true, "nearFrom": [`+entity("Nc")+`], "nearTo": [`+entity("Nc")+`], "nearFromTotal": 1, "openPath": null, "truncatedBecause": null}}`)
	a.expect(`{ minimumCut(from: [«a»], to: [«f»], costs: [{id: «c», cost: 3}], protect: [«e», «c»], `+people+`) { value } }`, `{"minimumCut": {"value": null}}`)
	a.expect(`{ minimumCut(from: [«a»], to: [«f»], targets: LINKS, costs: [{id: «e>f», cost: 1.5}], `+people+`) { value unique } }`, `{"minimumCut": {"value": 1.5, "unique": true}}`)
	a.expect(`{ minimumCut(from: [«a»], to: [«f»], targets: LINKS, capacityProperty: "weight", costs: [{id: «e>f», cost: 9}], `+people+`) { value unique } }`, `{"minimumCut": {"value": 4, "unique": false}}`)
	a.expect(`{ minimumCut(from: [«a»], to: [«f»], targets: LINKS, first: 0, `+people+`) { `+cut,
		`{"minimumCut": {"value": 1, "unique": true, "nearFrom": [], "nearTo": [], "nearFromTotal": 1, "openPath": null, "truncatedBecause": "first: 0 of 1 near `+"`from`, 0 of 1 near `to`"+`"}}`)
	a.expect(`{ minimumCut(from: [«a»], to: [«f»], targets: LINKS, capacityProperty: "weight", protect: [«e>f»], `+people+`) { value nearFromTotal nearTo { link { id } } unique computedOn { nodes exact } } }`,
		`{"minimumCut": {"value": 4, "nearFromTotal": 2, "nearTo": [`+inOrder("b>c", "c>a", func(id string) string { return `{"link": {"id": «` + id + `»}}` })+`], "unique": false, "computedOn": {"nodes": 7, "exact": true}}}`)
	a.expect(`{ minimumCut(from: [«e»], to: [«f»], targets: LINKS, `+people+`) { nearFrom { entity { name } link { id } } } }`,
		`{"minimumCut": {"nearFrom": [`+link("e>f")+`]}}`)
	a.expect(`{ minimumCut(from: [«a»], to: [«z»], `+people+`) { value unique nearFrom { link { id } } } }`, `{"minimumCut": {"value": 0, "unique": true, "nearFrom": []}}`)

	a.expect(`{ maximumFlow(from: [«a»], to: [«f»], capacityProperty: "weight", `+people+`) { value totalLinks totalPaths truncated
		paths { hops amount entities { name } } } }`,
		`{"maximumFlow": {"value": 2, "totalLinks": 3, "totalPaths": 1, "truncated": false, "paths": [{"hops": 3, "amount": 2, "entities": [{"name": "Na"}, {"name": "Nc"}, {"name": "Ne"}, {"name": "Nf"}]}]}}`)
	a.expect(`{ maximumFlow(from: [«f»], to: [«e»], first: 1, `+people+`) { value links { amount link { id from { name } } from { name } to { name } } } }`,
		`{"maximumFlow": {"value": 1, "links": [{"amount": 1, "link": {"id": «e>f», "from": {"name": "Ne"}}, "from": {"name": "Nf"}, "to": {"name": "Ne"}}]}}`)
	a.expect(`{ maximumFlow(from: [«a»], to: [«e»], capacityProperty: "weight", first: 1, `+people+`) { value totalPaths truncatedBecause } }`,
		`{"maximumFlow": {"value": 4, "totalPaths": 2, "truncatedBecause": "first: 1 of 4 links, 1 of 2 paths"}}`)

	a.expect(`{ connectivity(from: [«a»], to: [«c»], `+people+`) { links entities linkDisjointPaths { hops } entityDisjointPaths { cost entities { name } } truncated } }`,
		`{"connectivity": {"links": 2, "entities": 2, "linkDisjointPaths": [`+inOrder("b", "c", hopsBy)+`], "truncated": false, "entityDisjointPaths": [`+inOrder("b", "c", waysBy)+`]}}`)
	a.expect(`{ connectivity(from: [«a»], to: [«e», «nobody»], first: 1, `+people+`) { links entities truncatedBecause } }`,
		`{"connectivity": {"links": 2, "entities": 1, "truncatedBecause": "first: 1 of 2 paths without a common link, 1 of 1 without a common entity"}}`)

	// a and c are joined with 1 - 0.5·0.75, c and e for certain, e and f with 0.5.
	answer := func(probability, exact string) string {
		return `{"reliability": {"probability": ` + probability + `, "low": ` + probability + `, "high": ` + probability + `, "computedOn": {"nodes": 7, ` + exact + `}}}`
	}
	const exactly = `"exact": true, "samples": null, "error": null, "confidence": null, "seed": null`
	asked := `) { probability low high computedOn { nodes exact samples error confidence seed } } }`
	a.expect(`{ reliability(from: [«a», «nobody»], to: [«f»], `+people+asked, answer("0.3125", exactly))
	a.expect(`{ reliability(from: [«a»], to: [«f»], approximation: {mode: EXACT}, `+people+asked, answer("0.3125", exactly))
	a.expect(`{ reliability(from: [«a»], to: [«f»], dependence: SOURCE, `+people+asked, answer("0.5", exactly))
	a.expect(`{ reliability(from: [«c»], to: [«e»], approximation: {mode: SAMPLED}, `+people+asked, answer("1", exactly))
	a.expect(`{ reliability(from: [«nobody»], to: [«e»], `+people+asked, answer("0", exactly))
	a.expect(`{ reliability(from: [«a»], to: [«f»], approximation: {mode: SAMPLED, maxError: 0.02, confidence: 0.99, seed: 5}, `+people+`) { computedOn { exact samples confidence seed } } }`,
		`{"reliability": {"computedOn": {"exact": false, "samples": 4147, "confidence": 0.99, "seed": 5}}}`)

	a.expect(`{ minimumCutTree(first: 2, `+people+`) { totalCount nodes { cost } pageInfo { hasNextPage } computedOn { links } } }`,
		`{"minimumCutTree": {"totalCount": 6, "nodes": [{"cost": 0}, {"cost": 1}], "pageInfo": {"hasNextPage": true}, "computedOn": {"links": 8}}}`)
	a.expect(`{ minimumCutTree(capacityProperty: "weight", scope: {within: [«e», «f»]}) { nodes { cost entity { name } parent { name } } } }`,
		`{"minimumCutTree": {"nodes": [{"cost": 2, "entity": {"name": "N`+other("e", "f")+`"}, "parent": {"name": "N`+lesser("e", "f")+`"}}]}}`)
}

// linkRankings asks which links the pairs of the kite need. From c to e there are two
// links: one of weight 2 and confidence 0.5, one of weight 5 and confidence 1.
func (a *api) linkRankings() {
	place := func(rank, score string) func(string) string {
		return func(id string) string {
			return `{"rank": ` + rank + `, "score": ` + score + `, "link": {"id": «` + id + `»}}`
		}
	}
	a.expect(`{ linkCentrality(first: 3, `+people+`) { totalCount nodes { score link { from { name } to { name } } } pageInfo { hasNextPage } computedOn { nodes links exact } } }`,
		`{"linkCentrality": {"totalCount": 8, "nodes": [`+inOrder("c>e", "e>c", func(id string) string {
			return `{"score": 6, "link": {"from": {"name": "N` + id[:1] + `"}, "to": {"name": "N` + id[2:] + `"}}}`
		})+`, {"score": 5, "link": {"from": {"name": "Ne"}, "to": {"name": "Nf"}}}], "pageInfo": {"hasNextPage": true}, "computedOn": {"nodes": 7, "links": 8, "exact": true}}}`)
	a.expect(`{ linkCentrality(weight: PROPERTY, weightProperty: "weight", first: 2, `+people+`) { nodes { rank score link { id } } } }`,
		`{"linkCentrality": {"nodes": [`+place("1", "6")("e>c")+`, `+place("2", "5")("e>f")+`]}}`)
	a.expect(`{ linkCentrality(weight: CONFIDENCE, normalized: true, first: 1, `+people+`) { edges { node { rank score link { id } } } } }`,
		`{"linkCentrality": {"edges": [{"node": `+place("1", "0.2857142857142857")("c>e")+`}]}}`)
	a.expect(`{ linkCentrality(scope: {projection: MONEY, orientation: NATURAL}) { nodes { score link { amount } } } }`,
		`{"linkCentrality": {"nodes": [{"score": 1, "link": {"amount": "70.5"}}]}}`)
}

// hopsBy and waysBy are the paths of the kite from a by way of b, and straight to c.
func hopsBy(key string) string {
	if key == "b" {
		return `{"hops": 2}`
	}
	return `{"hops": 1}`
}

func waysBy(key string) string {
	if key == "b" {
		return `{"cost": 2, "entities": [{"name": "Na"}, {"name": "Nb"}, {"name": "Nc"}]}`
	}
	return `{"cost": 1, "entities": [{"name": "Na"}, {"name": "Nc"}]}`
}

func lesser(x, y string) string {
	if ids("«"+x+"»") < ids("«"+y+"»") {
		return x
	}
	return y
}

func other(x, y string) string {
	if lesser(x, y) == x {
		return y
	}
	return x
}

// inOrder shows two things in the order of their ids.
func inOrder(x, y string, show func(string) string) string {
	return show(lesser(x, y)) + ", " + show(other(x, y))
}

// parts asks what the kite is made of.
func (a *api) parts() {
	a.expect(`{ dominators(from: [«a»], `+people+`) { totalCount nodes { rank dominated entity { name } above { name } } } }`,
		`{"dominators": {"totalCount": 2, "nodes": [{"rank": 1, "dominated": 3, "entity": {"name": "Nc"}, "above": null}, {"rank": 2, "dominated": 1, "entity": {"name": "Ne"}, "above": {"name": "Nc"}}]}}`)
	a.expect(`{ dominators(from: [«a»], to: [«d», «f»], `+people+`) { totalCount nodes { entity { name } } } }`,
		`{"dominators": {"totalCount": 1, "nodes": [{"entity": {"name": "Nc"}}]}}`)
	a.expect(`{ dominators(from: [«a», «d»], to: [«f», «z»], `+people+`) { nodes { entity { name } } computedOn { nodes } } }`,
		`{"dominators": {"nodes": [{"entity": {"name": "Ne"}}], "computedOn": {"nodes": 7}}}`)
	a.expect(`{ components(`+people+`) { totalCount nodes { rank size } edges { node { members(first: 1) { __typename } } } } }`,
		`{"components": {"totalCount": 2, "nodes": [{"rank": 1, "size": 6}, {"rank": 2, "size": 1}], "edges": [{"node": {"members": [{"__typename": "`+kindOfLeast()+`"}]}}, {"node": {"members": [{"__typename": "Person"}]}}]}}`)
	a.expect(`{ components(strong: true, scope: {orientation: NATURAL, linkKinds: [ASSOCIATE_OF, FAMILY_OF], entityKinds: [Person, Company]}) { totalCount nodes { size } } }`,
		`{"components": {"totalCount": 3, "nodes": [{"size": 5}, {"size": 1}, {"size": 1}]}}`)
	a.expect(`{ blocks(`+people+`) { totalCount nodes { size totalArticulationPoints } } }`,
		`{"blocks": {"totalCount": 3, "nodes": [`+inBlocks()+`, {"size": 2, "totalArticulationPoints": 1}]}}`)
	a.expect(`{ blocks(scope: {within: [«e», «f», «z»]}) { nodes { members { id } articulationPoints { id } } } }`,
		`{"blocks": {"nodes": [{"members": [`+inOrder("e", "f", func(key string) string { return `{"id": «` + key + `»}` })+`], "articulationPoints": []}]}}`)
}

// kindOfLeast is the kind of the first of a to f by id.
func kindOfLeast() string {
	first := "a"
	for _, key := range []string{"b", "c", "d", "e", "f"} {
		first = lesser(first, key)
	}
	if first == "f" {
		return "Company"
	}
	return "Person"
}

// inBlocks is the two triangles in the order of their least members.
func inBlocks() string {
	abc, cde := `{"size": 3, "totalArticulationPoints": 1}`, `{"size": 3, "totalArticulationPoints": 2}`
	ab, de := lesser("a", "b"), lesser("d", "e")
	if lesser("c", ab) == "c" && lesser("c", de) == "c" { // c leads both
		if lesser(ab, de) == ab {
			return abc + ", " + cde
		}
		return cde + ", " + abc
	}
	if lesser(lesser(ab, "c"), lesser(de, "c")) == lesser(ab, "c") {
		return abc + ", " + cde
	}
	return cde + ", " + abc
}
