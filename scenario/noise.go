package scenario

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/chokepoint/chokepoint/graph"
)

// A community is a small licit economy. All have the same number of nodes of each
// kind, so that one may trade with another whose keys were never kept.
//
// Where it touches the story it leads nowhere. Its people and firms know one person
// of the story at most. Its money meets one account, upstream or downstream of the
// funnel. Of its firms, sources are never reached by goods of the story and
// buyers never sell to anybody but buyers.
const (
	communityPeople    = 11
	communityFirms     = 8 // the first half are sources, the second half buyers
	communityTransfers = 64
	communityShipments = 20
	communityNodes     = communityPeople + communityFirms + 12 + communityTransfers + communityShipments + 8 + 5 + 2 + 2 + 2
)

// touch is where a community meets the money of the story.
type touch struct {
	account string // of the story, "" if none
	inward  bool   // the community pays
	cents   int64
	at      time.Time
}

// country is what communities know of the story and of each other.
type country struct {
	seed        uint64
	keys        keyer
	base        map[graph.Kind]int // nodes of each kind in the story
	communities int
	story       *story
}

// touch is drawn from its own stream, for the story's balances need it before the
// community exists.
func (x *country) touch(i int) touch {
	rng := rand.New(rand.NewPCG(x.seed^0xa5a5, uint64(i)))
	side, turn := i%3, i/3
	t := touch{inward: side == 0, cents: int64(600+rng.IntN(4200)) * 100, at: start.AddDate(0, 0, rng.IntN(days-20)).Add(time.Duration(9+rng.IntN(8)) * time.Hour)}
	switch side {
	case 0:
		t.account = x.story.upstream[turn%len(x.story.upstream)]
	case 1:
		t.account = x.story.downstream[turn%len(x.story.downstream)]
	}
	return t
}

// acquaintance returns the one person of the story whom a community's first
// person knows, or "": procurers, core and sellers in turn.
func (x *country) acquaintance(i int) string {
	crews := [][]string{x.story.procurers.people, x.story.core.people, x.story.sellers.people}
	if i%4 == 3 {
		return ""
	}
	people := crews[i%4]
	return people[(i/4*7)%len(people)]
}

// firm returns the key of a firm of community i.
func (x *country) firm(i, number int) string {
	return x.keys.key("Company", x.base["Company"]+i*communityFirms+number)
}

// community is one licit economy in the making.
type community struct {
	*builder
	*country
	number   int
	region   string
	people   []string
	firms    []string
	accounts []string
	ledger   ledger
}

var communityRegions = []string{"us", "mx", "us", "cn", "mx", "us", "in", "cn"}

// build generates community i into the builder, which is emptied first.
func (x *country) build(b *builder, i int) {
	b.rng = rand.New(rand.NewPCG(x.seed, uint64(i)+2))
	b.nodes, b.links = b.nodes[:0], b.links[:0]
	c := &community{builder: b, country: x, number: i, region: communityRegions[i%len(communityRegions)], ledger: ledger{}}
	for kind, n := range perCommunity {
		b.count[kind] = x.base[kind] + i*n
	}
	c.addPeople()
	c.addFirms()
	c.openAccounts()
	c.moveMoney()
	c.moveGoods()
	b.close(c.ledger)
}

// perCommunity counts the nodes of each kind in a community.
var perCommunity = map[graph.Kind]int{
	"Person": communityPeople, "Company": communityFirms, "BankAccount": 12, "Transfer": communityTransfers, "Shipment": communityShipments,
	"Identifier": 8, "Location": 5, "Licence": 2, "Document": 2, "Site": 2,
}

// addPeople adds people who are all connected among themselves.
func (c *community) addPeople() {
	var phones []string
	for i := range communityPeople {
		p := c.add("Person", c.personName(c.region), "birthDate", c.birthDate(), "nationality", countries[c.region], "gender", pick(c.builder, []string{"male", "female"}), "occupation", pick(c.builder, occupations))
		if i > 0 {
			c.know(p, c.people[c.rng.IntN(i)])
		}
		if i < 6 {
			phones = append(phones, c.phone(c.region))
			c.join("USES_IDENTIFIER", p, phones[i])
			if i > 0 {
				c.link(Link{Kind: "COMMUNICATED_WITH", From: phones[i], To: phones[c.rng.IntN(i)], Weight: float64(c.between(1, 20)), At: c.within(start, 0, days)})
			}
		}
		c.people = append(c.people, p)
	}
	for range 5 {
		if a, b := pick(c.builder, c.people), pick(c.builder, c.people); a != b {
			c.know(a, b)
		}
	}
	if known := c.acquaintance(c.number); known != "" {
		c.link(Link{Kind: "COMMUNICATED_WITH", From: c.people[0], To: known, Weight: float64(c.between(1, 5)), At: c.within(start, 0, days)})
	}
}

func (c *community) know(a, b string) {
	c.join(pick(c.builder, []graph.LinkKind{"FAMILY_OF", "ASSOCIATE_OF", "ASSOCIATE_OF", "COMMUNICATED_WITH"}), a, b)
}

func (c *community) addFirms() {
	var offices []string
	for range 5 {
		offices = append(offices, c.address(c.region))
	}
	for i := range communityFirms {
		t := pick(c.builder, honest)
		name, form := c.companyName(c.region, t)
		key := c.add("Company", name, "registrationNumber", countries[c.region]+c.digits(9), "jurisdiction", countries[c.region],
			"sector", t.sector, "incorporationDate", c.within(start, -6000, -300).Format("2006-01"), "status", "active", "legalForm", form)
		c.firms = append(c.firms, key)
		c.join("DIRECTS", c.people[i], key)
		c.join("EMPLOYS", key, c.people[(i+3)%communityPeople])
		c.join("REGISTERED_AT", key, offices[i%5])
		if c.chance(0.5) {
			c.join("OWNS", c.people[i], key)
		}
	}
	for i := range 2 {
		c.join("USES_IDENTIFIER", c.firms[i], c.phone(c.region))
		number := c.letters(2) + "-" + c.digits(6)
		c.join("LICENSED", c.firms[i], c.add("Licence", "Licence "+number, "licenceNumber", number, "licenceType", pick(c.builder, []string{"precursor trade", "import", "warehouse"}), "chemicals", pick(c.builder, licits).name, "status", "valid"))
		c.join("OPERATES", c.firms[4+i], c.site(c.region, "warehouse", "storage"))
		doc := c.add("Document", "Trade register extract "+c.digits(6), "title", "Trade register extract", "publishedOn", c.within(start, 0, days).Format(time.DateOnly), "language", "en")
		c.join("MENTIONED_IN", c.firms[c.rng.IntN(communityFirms)], doc)
		c.join("MENTIONED_IN", c.people[i], doc)
	}
}

func (c *community) openAccounts() {
	for i := range 12 {
		holder, opening := c.people[i%communityPeople], c.between(800, 30000)
		if i < communityFirms {
			holder, opening = c.firms[i], c.between(20000, 400000)
		}
		c.accounts = append(c.accounts, c.open(c.ledger, holder, c.region, "USD", pick(c.builder, c.story.banks), int64(opening)*100))
	}
}

// moveMoney makes payments in the order of time among the community's accounts,
// and the one that touches the story.
func (c *community) moveMoney() {
	t, n := c.touch(c.number), communityTransfers
	if t.account != "" {
		n--
	}
	first := c.ledger[c.accounts[0]]
	if t.account != "" && t.inward {
		first.opening += t.cents
		first.balance += t.cents
		c.pay(c.ledger, payment{from: c.accounts[0], to: t.account, cents: t.cents, at: t.at, rail: "wire", purpose: "wages"})
	}
	at := make([]time.Time, n)
	for i := range at {
		at[i] = c.within(start, 0, days-1)
	}
	slices.SortFunc(at, time.Time.Compare)
	for _, when := range at {
		from := c.rng.IntN(len(c.accounts))
		to := (from + c.between(1, len(c.accounts)-1)) % len(c.accounts)
		cents := min(int64(c.between(40, 9000))*100, c.ledger[c.accounts[from]].balance/4)
		c.pay(c.ledger, payment{from: c.accounts[from], to: c.accounts[to], cents: max(cents, 1), at: when, rail: pick(c.builder, []string{"wire", "wire", "card", "peer-to-peer"}), purpose: pick(c.builder, purposes)})
	}
	if t.account != "" && !t.inward { // last, for nothing here may count on it
		c.pay(c.ledger, payment{from: t.account, to: c.accounts[0], cents: t.cents, at: t.at, rail: "wire", purpose: "invoice"})
	}
}

// moveGoods ships among the community's firms, to buyers elsewhere, and with the
// merchants of the story, who have honest business too.
func (c *community) moveGoods() {
	half := communityFirms / 2
	for i := range communityShipments {
		a, b := c.rng.IntN(half), half+c.rng.IntN(half)
		d := consignment{from: c.firms[a], to: c.firms[b], fromRegion: c.region, toRegion: c.region}
		switch {
		case i < 4 && a > 0:
			d.to = c.firms[c.rng.IntN(a)]
		case i < 8 && b > half:
			d.from = c.firms[half+c.rng.IntN(b-half)]
		case i >= 17:
			d.from = pick(c.builder, c.story.merchants)
			d.fromRegion = c.story.region[d.from]
		case i >= 15:
			d.to = pick(c.builder, c.story.merchants)
			d.toRegion = c.story.region[d.to]
		case i >= 11:
			j := c.rng.IntN(c.communities)
			d.to, d.toRegion = c.firm(j, half+c.rng.IntN(half)), communityRegions[j%len(communityRegions)]
		}
		if d.from == d.to { // a neighbour turned out to be itself
			d.from = c.firms[a]
		}
		c.shipGoods(d)
	}
	for range 2 {
		c.join("SUPPLIES", c.firms[c.rng.IntN(half)], c.firms[half+c.rng.IntN(half)])
	}
}

func (c *community) shipGoods(d consignment) {
	chemical := pick(c.builder, licits)
	d.kg, d.after, d.goods, d.hs = float64(c.between(10, 4000))/2, c.within(start, -5, days-50), chemical.name, chemical.hs
	v := c.story.carryOut(c.builder, d)
	c.link(Link{Kind: "CONTAINS", From: v.shipment, To: c.story.shop[chemical.name], Quantity: d.kg, Unit: "kg", At: v.departed})
}
