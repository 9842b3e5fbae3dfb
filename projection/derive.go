package projection

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// layer says what a derived network holds: stored links of some kinds, and plain
// links read from facts with two sides.
//
// Only what a link joins is a node. Of a scope, EntityKinds and Within choose
// among the ends of links, not among the transfers, shipments and identifiers
// that links are derived from; LinkKinds chooses among the links of the layer, by
// the kind they have in it; what remains applies to all that is read.
type layer struct {
	kinds       []graph.LinkKind
	ends        []graph.Kind // if set, only stored links between these kinds count
	facts       []fact
	identifiers bool // identifiers become links between those who use them
}

// fact derives a link from every record on its source side to every one on its
// target side. Where a side names both accounts and their owners only the
// accounts count, or one transfer would be told several times.
type fact struct {
	rule           string
	kind           graph.Kind
	source, target graph.LinkKind
}

// The kinds that derived links have.
const (
	Transferred      graph.LinkKind = "TRANSFERRED"
	Shipped          graph.LinkKind = "SHIPPED"
	CommunicatedWith graph.LinkKind = "COMMUNICATED_WITH"
	SharesIdentifier graph.LinkKind = "SHARES_IDENTIFIER"
)

// contains tells what a shipment holds.
const contains graph.LinkKind = "CONTAINS"

// The rules: how a derived link came to be.
const (
	RuleTransfer   = "transfer"             // SENT and RECEIVED of one transfer
	RuleShipment   = "shipment"             // CONSIGNED_BY and CONSIGNED_TO of one shipment
	RuleCall       = "identifiers of users" // a communication between the identifiers of two users
	RuleIdentifier = "shared identifier"    // two users of one identifier
)

var kindOfRule = map[string]graph.LinkKind{
	RuleTransfer: Transferred, RuleShipment: Shipped, RuleCall: CommunicatedWith, RuleIdentifier: SharesIdentifier,
}

// layers holds the derived networks.
var layers = map[Layer]layer{
	People: {
		kinds: []graph.LinkKind{
			"DIRECTS", "EMPLOYS", "MEMBER_OF", "FAMILY_OF", "ASSOCIATE_OF", CommunicatedWith, "CONTROLS",
			"OWNS", "SUPPLIES", "SUPPLIES_WEAPON", "FACILITATES", "BROKERED", graph.LinkedTo,
		},
		ends: []graph.Kind{"Person", "CriminalOrganization", "Company", "FinancialInstitution", "Agency", graph.UnknownKind},
	},
	Money:         {facts: []fact{{rule: RuleTransfer, kind: "Transfer", source: "SENT", target: "RECEIVED"}}},
	Goods:         {kinds: []graph.LinkKind{"SUPPLIES"}, facts: []fact{{rule: RuleShipment, kind: "Shipment", source: "CONSIGNED_BY", target: "CONSIGNED_TO"}}},
	Communication: {identifiers: true},
	Ownership:     {kinds: []graph.LinkKind{"OWNS", "CONTROLS", "DIRECTS", "HOLDS", "SIGNATORY_OF"}},
}

// accountKinds stand for their owners on a side of a transfer.
var accountKinds = []graph.Kind{"BankAccount", "CryptoWallet"}

// derived is a link of a derived layer: one stored link (rule ""), or one read
// from the stored links on the way from its start to its end.
type derived struct {
	rule             string
	links            [3]uint32
	parts            int
	from, to         uint32
	fact             uint32 // the entity in between, noNode if there is none
	call             uint32 // among links, the communication, if the rule is RuleCall
	at               graph.Instant
	amount, quantity float64 // of the fact
}

func newDerived(rule string, from, to, fact uint32, links ...uint32) derived {
	d := derived{rule: rule, from: from, to: to, fact: fact, parts: len(links), at: graph.NoInstant, amount: math.NaN(), quantity: math.NaN()}
	copy(d.links[:], links)
	return d
}

// derivation collects the links of a layer.
type derivation struct {
	*Scoped         // the scope as the caller asked for it
	read    *Scoped // what links are read from: without the choice of ends and link kinds
	found   []derived
	hubs    []uint32
	kindOK  func(graph.LinkKind) bool
}

func (c *Scoped) derive(ctx context.Context, l layer) (*Graph, error) {
	open := c.scope
	open.EntityKinds, open.LinkKinds, open.Within = nil, nil, nil
	d := &derivation{Scoped: c, read: c.View.Scoped(open)}
	d.kindOK = func(kind graph.LinkKind) bool {
		return len(c.scope.LinkKinds) == 0 || slices.Contains(c.scope.LinkKinds, kind)
	}
	if err := d.readStored(ctx, l); err != nil {
		return nil, err
	}
	for _, f := range l.facts {
		if err := d.readFacts(ctx, f); err != nil {
			return nil, err
		}
	}
	if l.identifiers {
		if err := d.readIdentifiers(ctx); err != nil {
			return nil, err
		}
	}
	return d.graph()
}

// add keeps a derived link if the scope takes its ends, its kind and itself.
func (d *derivation) add(link derived) {
	_, fromOK := d.admits(link.from)
	_, toOK := d.admits(link.to)
	if fromOK && toOK && (d.unnamed == nil || !d.unnamed[d.snap.derivedID(&link)]) {
		d.found = append(d.found, link)
	}
}

// readStored reads the stored links that are in the layer as they are.
func (d *derivation) readStored(ctx context.Context, l layer) error {
	s := d.snap
	kinds := slices.DeleteFunc(slices.Clone(l.kinds), func(k graph.LinkKind) bool { return !d.kindOK(k) })
	if len(kinds) == 0 {
		return nil
	}
	wanted, ends := admitted(s.linkKinds, kinds), admitted(s.kinds, l.ends)
	starts := s.base.starts()
	count := 0
	s.eachLink(func(i uint32) bool {
		if count++; count%stride == 0 && ctx.Err() != nil {
			return false
		}
		if !wanted[s.linkClasses[s.linkClass(i)].kind] || !d.read.admitsLink(i) {
			return true
		}
		from, to := s.endsOf(i, starts)
		a, okA := d.admits(from)
		b, okB := d.admits(to)
		if okA && okB && (ends == nil || ends[d.kindOf(a)] && ends[d.kindOf(b)]) {
			d.found = append(d.found, newDerived("", a, b, noNode, i))
		}
		return true
	})
	return ctx.Err()
}

// eachOfKind hands the entities of a kind that links are read from to visit.
func (d *derivation) eachOfKind(ctx context.Context, kind graph.Kind, visit func(Entity)) error {
	count := 0
	d.Entities(func(e Entity) bool {
		if count++; count%stride == 0 && ctx.Err() != nil {
			return false
		}
		if d.Kind(e) == kind {
			if _, ok := d.read.admits(e.node); ok {
				visit(e)
			}
		}
		return true
	})
	return ctx.Err()
}

// readFacts derives the links of one rule.
func (d *derivation) readFacts(ctx context.Context, f fact) error {
	if !d.kindOK(kindOfRule[f.rule]) {
		return nil
	}
	return d.eachOfKind(ctx, f.kind, func(e Entity) {
		var sources, targets []LinkAt
		contents := math.NaN()
		for _, l := range d.read.LinksOf(e, true, true) {
			switch l.Kind {
			case f.source:
				sources = append(sources, l)
			case f.target:
				targets = append(targets, l)
			case contains:
				if q := d.snap.number(l.link, Quantity); l.Out && !math.IsNaN(q) {
					contents = orElse(contents, 0) + q
				}
			}
		}
		at, amount, quantity := d.figuresOf(e)
		for _, s := range d.accountsFirst(sources) {
			for _, t := range d.accountsFirst(targets) {
				if s.Far == t.Far {
					continue
				}
				link := newDerived(f.rule, s.Far.node, t.Far.node, e.node, s.link, t.link)
				link.at, link.amount, link.quantity = at, amount, orElse(contents, quantity)
				d.add(link)
			}
		}
	})
}

// figuresOf reads the figures of a fact from the first of its records that has
// them, the one that stands for the entity before the others.
func (d *derivation) figuresOf(e Entity) (at graph.Instant, amount, quantity float64) {
	row := d.snap.node(d.best(e.node))
	at, amount, quantity = row.at, row.amount, row.quantity
	for _, m := range d.fused.members(e.node, nil) {
		row := d.snap.node(m)
		if at == graph.NoInstant {
			at = row.at
		}
		amount, quantity = orElse(amount, row.amount), orElse(quantity, row.quantity)
	}
	return at, amount, quantity
}

func (d *derivation) accountsFirst(side []LinkAt) []LinkAt {
	isAccount := func(l LinkAt) bool { return slices.Contains(accountKinds, d.Kind(l.Far)) }
	if !slices.ContainsFunc(side, isAccount) {
		return side
	}
	return slices.DeleteFunc(slices.Clone(side), func(l LinkAt) bool { return !isAccount(l) })
}

// graph numbers the nodes in use and builds the network.
func (d *derivation) graph() (*Graph, error) {
	s := d.snap
	slices.SortFunc(d.found, func(a, b derived) int {
		return cmp.Or(s.compareLinks(a.links[0], b.links[0]), s.compareLinks(a.links[1], b.links[1]),
			s.compareLinks(a.links[2], b.links[2]), cmp.Compare(a.parts, b.parts), cmp.Compare(a.rule, b.rule))
	})
	g := &Graph{snap: s, read: d.read, derived: append([]derived{}, d.found...)}
	dense := map[uint32]uint32{}
	for _, link := range d.found {
		dense[link.from], dense[link.to] = 0, 0
	}
	nodes := make([]uint32, 0, len(dense))
	for i := range dense {
		nodes = append(nodes, i)
	}
	slices.SortFunc(nodes, s.compareNodes)
	for i, n := range nodes {
		dense[n] = uint32(i)
		g.Nodes = append(g.Nodes, s.nodeID(n))
	}
	slices.SortFunc(d.hubs, s.compareNodes)
	for _, n := range d.hubs {
		g.Hubs = append(g.Hubs, s.nodeID(n))
	}
	links := make([]network.Link, len(d.found))
	for i, link := range d.found {
		links[i] = network.Link{From: network.NodeIndex(dense[link.from]), To: network.NodeIndex(dense[link.to])}
	}
	return g, g.build(links, d.scope.Orientation)
}

func (s *Snapshot) derivedKind(d *derived) graph.LinkKind {
	if d.rule == "" {
		return s.linkKind(d.links[0])
	}
	return kindOfRule[d.rule]
}

// derivedID is built as graph.LinkID is, in a key space of its own.
func (s *Snapshot) derivedID(d *derived) graph.ID {
	if d.rule == "" {
		return s.linkID(d.links[0])
	}
	buf := append(make([]byte, 0, 96), 'd')
	buf = binary.AppendUvarint(buf, uint64(len(d.rule)))
	buf = append(buf, d.rule...)
	for _, i := range d.links[:d.parts] {
		id := s.linkID(i)
		buf = append(buf, id[:]...)
	}
	sum := sha256.Sum256(buf)
	return graph.ID(sum[:16])
}

// speakers lists the stored links that tell the figures of a derived link, the
// one to ask first before the others: who received knows best what arrived. That
// somebody uses an identifier tells nothing of what passed over it.
func (d *derived) speakers() []uint32 {
	switch d.rule {
	case "":
		return d.links[:1]
	case RuleCall:
		return []uint32{d.call}
	case RuleIdentifier:
		return nil
	}
	return []uint32{d.links[1], d.links[0]}
}

// derivedNumber is what a column says of a derived link, NaN for nothing.
func (s *Snapshot) derivedNumber(d *derived, c Column) float64 {
	if c == Confidence {
		least := 1.0
		for _, i := range d.links[:d.parts] {
			least = min(least, s.linkConfidence(i))
		}
		return least
	}
	for _, i := range d.speakers() {
		if value := s.number(i, c); !math.IsNaN(value) {
			return value
		}
	}
	switch c {
	case Amount:
		return d.amount
	case Quantity:
		return d.quantity
	}
	return math.NaN()
}

// derivedAt is when a derived link happened.
func (s *Snapshot) derivedAt(d *derived) graph.Instant {
	for _, i := range d.speakers() {
		if at := s.linkAt(i); at != graph.NoInstant {
			return at
		}
	}
	return d.at
}
