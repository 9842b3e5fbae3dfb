package scenario

import (
	"time"
)

// start is the first day of the story, days its length: some eighteen months.
var start = time.Date(2024, 1, 8, 0, 0, 0, 0, time.UTC)

const (
	cycleDays = 42
	days      = 546
)

// measures says how large the parts of the story are.
type measures struct {
	core, sellers, regions, mules, cycles  int
	makers, forwarders, importers, labs    int
	exporters, resellers, fronts, presses  int
	lots                                   [3]int // per route, falling
	shells, payees, seizures, weapons, ads int
}

// measure scales the story with the size, between a fifth and three times what it
// is at 3,000 nodes.
func measure(size int) measures {
	scale := min(max(float64(size)/3000, 0.2), 3)
	n := func(demo float64, least int) int { return max(least, int(demo*scale)) }
	m := measures{
		core: n(46, 24), sellers: n(16, 12), regions: n(4, 4), mules: n(4, 4), cycles: min(n(13, 8), 13),
		makers: n(7, 4), forwarders: n(5, 3), importers: n(5, 3), labs: n(6, 3),
		exporters: n(5, 3), resellers: n(4, 3), fronts: n(4, 3), presses: n(3, 2),
		shells: n(6, 5), payees: n(8, 5), seizures: n(12, 4), weapons: n(12, 4), ads: n(8, 3),
	}
	m.lots = [3]int{n(16, 9), n(9, 6), n(5, 4)}
	return m
}

// story is the criminal network and its evidence: small, held in memory.
type story struct {
	*builder
	size    measures
	answers *Answers
	region  map[string]string // of people, firms and sites
	phones  map[string]string // of people
	shop    shop
	gates   gates
	carry   map[string][]string // conveyances by mode
	banks   []bank

	procurers, core, sellers crew
	cells                    [][]string
	launderers               crew // a cell of the core, and the firms it fronts for
	orgs, liaisons           []string
	labs, mills, stashes     []string
	routes                   []*route
	shells, payees           []string
	ledger                   ledger
	mules                    [][]string        // accounts, by region
	payTo                    map[string]string // the account or wallet of a seller
	vault                    vault
	mirrors                  []string // transfers, in pairs
	upstream, downstream     []string // accounts that licit communities deal with
	merchants                []string // firms that trade with licit communities
	trail                    trailPlan
	loads                    []load
}

func newStory(seed uint64, size int, keys keyer, answers *Answers) *story {
	s := &story{
		builder: newBuilder(seed, 1, keys), size: measure(size), answers: answers, region: map[string]string{}, phones: map[string]string{},
		ledger: ledger{}, payTo: map[string]string{}, carry: map[string][]string{},
	}
	s.shop, s.gates = s.stock(), s.openGates()
	s.setFleet()
	s.setBanks()
	s.cast()
	s.setRoutes()
	s.setMoney()
	s.moveMoney()
	s.moveGoods()
	s.moveDrugs()
	s.moveWeapons()
	s.investigate()
	return s
}

// setFleet adds conveyances. Numbers begin with a nought where no real one does.
func (s *story) setFleet() {
	for i := range 4 {
		name := "MV " + title(pick(s.builder, syllables["us"])+pick(s.builder, syllables["cn"])) + " " + pick(s.builder, []string{"Star", "Wave", "Bridge", "Trader"})
		vessel := s.add("Conveyance", name, "conveyanceType", "vessel", "imoNumber", "IMO 0"+s.digits(6), "mmsi", "0"+s.digits(8), "flag", pick(s.builder, []string{"PA", "LR", "HK"}))
		for range 4 {
			number := s.letters(3) + "U" + s.digits(7)
			box := s.add("Conveyance", number, "conveyanceType", "container", "serialNumber", number, "capacity", "26000")
			s.join("CARRIED_BY", box, vessel)
			s.carry["sea"] = append(s.carry["sea"], box)
		}
		plate := s.letters(3) + "-" + s.digits(4)
		s.carry["road"] = append(s.carry["road"], s.add("Conveyance", "Truck "+plate, "conveyanceType", "truck", "registrationNumber", plate, "flag", []string{"MX", "US", "CN", "MX"}[i]))
	}
	for range 3 {
		tail := "N0" + s.digits(2) + s.letters(2)
		s.carry["air"] = append(s.carry["air"], s.add("Conveyance", "Freighter "+tail, "conveyanceType", "aircraft", "registrationNumber", tail, "flag", "US"))
	}
}

func (s *story) setBanks() {
	for i, kind := range []string{"bank", "bank", "bank", "money service business", "exchange", "payment app", "bank"} {
		region := []string{"us", "us", "mx", "us", "us", "us", "cn"}[i]
		name := title(pick(s.builder, syllables[region])+pick(s.builder, syllables[region])) + " " + map[string]string{"bank": "Bank", "money service business": "Remittances", "exchange": "Digital Exchange", "payment app": "Pay"}[kind]
		key := s.add("FinancialInstitution", name, "institutionType", kind, "bic", s.letters(4)+countries[region]+s.letters(2), "jurisdiction", countries[region], "status", "active")
		s.join("REGISTERED_AT", key, s.address(region))
		s.banks = append(s.banks, bank{key, name})
	}
}

// company adds a firm with a register entry, an address, a director and now and
// then an owner, all from one crew.
func (s *story) company(region string, t trade, c *crew) string {
	people := c.people
	c.size++
	name, form := s.companyName(region, t)
	key := s.add("Company", name, "registrationNumber", countries[region]+s.digits(9), "jurisdiction", countries[region],
		"sector", t.sector, "incorporationDate", s.within(start, -3000, -200).Format("2006-01"), "status", "active", "legalForm", form)
	s.region[key] = region
	director := pick(s.builder, people)
	s.join("DIRECTS", director, key)
	if s.chance(0.6) {
		s.join("OWNS", pick(s.builder, people), key)
	}
	if s.chance(0.5) {
		s.join("EMPLOYS", key, pick(s.builder, people))
	}
	s.join("REGISTERED_AT", key, s.address(region))
	if s.chance(0.7) {
		s.join("USES_IDENTIFIER", key, s.phone(region))
	}
	return key
}

func (s *story) companies(n int, region string, t trade, c *crew) []string {
	var keys []string
	for i := range n {
		r := region
		if region == "cn" && i%4 == 3 {
			r = "in"
		}
		keys = append(keys, s.company(r, t, c))
	}
	return keys
}
