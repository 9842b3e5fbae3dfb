package projection

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// layer says what a derived network holds: stored links of some kinds, and plain
// links read from facts with two sides.
type layer struct {
	kinds []graph.LinkKind
	ends  []graph.Kind // if set, only stored links between these kinds count
	facts []fact
}

// fact derives a link from every record on its source side to every one on its
// target side. Where a side names both accounts and their owners only the
// accounts count, or one transfer would be told several times.
type fact struct {
	rule           string
	kind           graph.Kind
	source, target graph.LinkKind
}

// layers holds the derived networks.
var layers = map[Layer]layer{
	People: {
		kinds: []graph.LinkKind{"DIRECTS", "EMPLOYS", "MEMBER_OF", "FAMILY_OF", "ASSOCIATE_OF", "COMMUNICATED_WITH", "CONTROLS", "SUPPLIES", "LINKED_TO"},
		ends:  []graph.Kind{"Person", "CriminalOrganization"},
	},
	Money:         {facts: []fact{{rule: "TRANSFERRED", kind: "Transfer", source: "SENT", target: "RECEIVED"}}},
	Goods:         {kinds: []graph.LinkKind{"SUPPLIES"}, facts: []fact{{rule: "SHIPPED", kind: "Shipment", source: "CONSIGNED_BY", target: "CONSIGNED_TO"}}},
	Communication: {kinds: []graph.LinkKind{"COMMUNICATED_WITH", "USES_IDENTIFIER"}},
	Ownership:     {kinds: []graph.LinkKind{"OWNS", "CONTROLS", "DIRECTS", "HOLDS", "SIGNATORY_OF"}},
}

// accountKinds stand for their owners on a side of a transfer.
var accountKinds = []graph.Kind{"BankAccount", "CryptoWallet"}

// derived is a link of a derived layer: a stored link (rule "", first), or one
// read from the two links first and second of a fact.
type derived struct {
	rule          string
	first, second uint32
	from, to      uint32
}

func (c *Scoped) derive(ctx context.Context, l layer) (*Graph, error) {
	var found []derived
	kinds, ends := admitted(c.snap.linkKinds, l.kinds), admitted(c.snap.kinds, l.ends)
	starts := c.snap.base.starts()
	c.snap.eachLink(func(i uint32) {
		if kinds == nil || !kinds[c.snap.linkKindOf(i)] || !c.admitsLink(i) {
			return
		}
		from, to := c.snap.endsOf(i, starts)
		a, okA := c.admits(from)
		b, okB := c.admits(to)
		if okA && okB && (ends == nil || ends[c.kindOf(a)] && ends[c.kindOf(b)]) {
			found = append(found, derived{first: i, second: i, from: a, to: b})
		}
	})
	for _, f := range l.facts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		found = append(found, c.readFacts(f)...)
	}
	slices.SortFunc(found, func(a, b derived) int {
		x, y := c.snap.linkID(a.first), c.snap.linkID(b.first)
		return cmp.Or(bytes.Compare(x[:], y[:]), c.compareLinks(a.second, b.second))
	})
	return c.graphOf(found)
}

func (c *Scoped) graphOf(found []derived) (*Graph, error) {
	used := map[uint32]uint32{}
	for _, d := range found {
		used[d.from], used[d.to] = 0, 0
	}
	g := &Graph{snap: c.snap, derived: found}
	if g.derived == nil {
		g.derived = []derived{}
	}
	for _, n := range c.snap.sortNodes(used) {
		g.Nodes = append(g.Nodes, c.snap.nodeID(n))
	}
	links := make([]network.Link, len(found))
	for i, d := range found {
		links[i] = network.Link{From: network.NodeIndex(used[d.from]), To: network.NodeIndex(used[d.to])}
	}
	return g, g.build(links, c.scope.Orientation)
}

// readFacts derives the links of one rule. Facts need only be visible: a scope's
// entity kinds choose among the ends, not among transfers or shipments.
func (c *Scoped) readFacts(f fact) []derived {
	var out []derived
	c.Entities(func(e Entity) bool {
		if c.Kind(e) != f.kind || c.without.has(e.node) || !c.admitsStatement(e.node) {
			return true
		}
		var sources, targets []LinkAt
		for _, l := range c.LinksOf(e, true, true) {
			switch l.Kind {
			case f.source:
				sources = append(sources, l)
			case f.target:
				targets = append(targets, l)
			}
		}
		for _, s := range c.accountsFirst(sources) {
			for _, t := range c.accountsFirst(targets) {
				if s.Far != t.Far {
					first, _ := c.snap.findLink(s.ID)
					second, _ := c.snap.findLink(t.ID)
					out = append(out, derived{rule: f.rule, first: first, second: second, from: s.Far.node, to: t.Far.node})
				}
			}
		}
		return true
	})
	return out
}

func (c *Scoped) accountsFirst(side []LinkAt) []LinkAt {
	isAccount := func(l LinkAt) bool { return slices.Contains(accountKinds, c.Kind(l.Far)) }
	if !slices.ContainsFunc(side, isAccount) {
		return side
	}
	return slices.DeleteFunc(slices.Clone(side), func(l LinkAt) bool { return !isAccount(l) })
}

func (s *Snapshot) linkKindOf(i uint32) uint16 {
	if m := s.base.numLinks(); int(i) >= m {
		return s.delta.links[int(i)-m].kind
	}
	return s.base.links.kind[i]
}
