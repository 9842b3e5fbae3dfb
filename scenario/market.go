package scenario

import (
	"fmt"
	"time"
)

// load is a shipment of drugs from a laboratory or press site to a stash.
type load struct {
	voyage
	product, stash, carrier string
	kg                      float64
	taken                   bool // seized on the way
}

// moveDrugs has every lot that reached a site followed by drugs that leave it,
// over the border to a stash and, unless seized, on to distributors.
func (s *story) moveDrugs() {
	for range max(3, len(s.cells)*2) {
		stash := s.site("us", "stash house", "stash")
		s.region[stash] = "us"
		s.join("OPERATES", pick(s.builder, s.sellers.people), stash)
		s.stashes = append(s.stashes, stash)
	}
	for i, lab := range append(append([]string{}, s.labs...), s.mills...) {
		s.join("PRODUCES", lab, s.shop[products[i%len(products)].name])
	}
	every := max(2, (len(s.routes[0].lots)+len(s.routes[1].lots))/s.size.seizures)
	for i, r := range s.routes {
		for j, l := range r.lots {
			s.send(l, s.shop[products[(i+j)%len(products)].name], (i+j)%every == 0)
		}
	}
	s.plantDiversion()
	s.supplyStreets()
}

func (s *story) send(l *lot, product string, taken bool) {
	from, r := l.stops()[4], s.rng.IntN(len(s.cells))
	carrier := pick(s.builder, s.core.people)
	d := load{product: product, stash: s.stashes[(2*r+s.rng.IntN(2))%len(s.stashes)], carrier: carrier, kg: float64(s.between(8, 80)) / 2, taken: taken}
	c := consignment{from: from, to: d.stash, fromRegion: "mx", toRegion: "us", kg: d.kg, after: l.arrived.AddDate(0, 0, 4), hidden: true}
	if s.chance(0.3) {
		c.conveyance = carrier
	}
	d.voyage = s.ship(c)
	s.link(Link{Kind: "CONTAINS", From: d.shipment, To: product, Quantity: d.kg, Unit: "kg", At: d.departed})
	s.loads = append(s.loads, d)
	if !taken {
		cell := s.cells[r]
		onward := s.ship(consignment{from: d.stash, to: cell[2+s.rng.IntN(2)], fromRegion: "us", toRegion: "us", kg: d.kg, after: d.arrived, hidden: true})
		s.link(Link{Kind: "CONTAINS", From: onward.shipment, To: product, Quantity: d.kg, Unit: "kg", At: onward.departed})
	}
}

// supplyStreets states who supplies whom at the end of the chain, offers on
// markets, and who vouches for whom.
func (s *story) supplyStreets() {
	for r, cell := range s.cells {
		s.join("SUPPLIES", s.stashes[2*r%len(s.stashes)], cell[2], cell[3])
		s.join("SUPPLIES", s.orgs[1], cell[2])
	}
	s.join("SUPPLIES", s.labs[0], s.orgs[1])
	for i := range s.size.ads {
		seller, c := s.routes[0].from[i%len(s.routes[0].from)], precursors[i%len(precursors)]
		listing := s.add("MarketListing", c.name+", 25 kg drums", "market", pick(s.builder, []string{"ChemBazaar", "LabTradeHub", "OpenReagent"}), "vendor", s.letters(4)+s.digits(3),
			"product", c.name, "casNumber", c.cas, "price", fmt.Sprint(s.between(40, 300)), "currency", "USD", "unit", "kg", "listedOn", s.within(start, 0, days/2).Format(time.DateOnly))
		s.join("ADVERTISES", seller, listing)
		s.join("ADVERTISES", listing, s.shop[c.name])
		s.join("USES_IDENTIFIER", listing, s.phone("cn"))
	}
}

var firearms = [][4]string{{"rifle", "7.62x39", "AK pattern", "RO"}, {"rifle", "5.56x45", "AR pattern", "US"}, {"pistol", "9x19", "compact", "US"}, {"rifle", ".50 BMG", "long range", "US"}}

// moveWeapons sends firearms south: bought by people of the cells' circle, carried
// by the liaison, held by the core.
func (s *story) moveWeapons() {
	for range s.size.weapons {
		f, serial := pick(s.builder, firearms), s.letters(2)+s.digits(6)
		weapon := s.add("Weapon", title(f[0])+" "+serial, "weaponType", f[0], "calibre", f[1], "model", f[2], "serialNumber", serial, "originCountry", f[3])
		buyer := pick(s.builder, s.cells[s.rng.IntN(len(s.cells))])
		at := s.within(start, 0, days-40)
		s.link(Link{Kind: "SUPPLIES_WEAPON", From: buyer, To: weapon, At: at})
		s.link(Link{Kind: "SUPPLIES_WEAPON", From: buyer, To: s.liaisons[1], At: at.AddDate(0, 0, 9), Quantity: 1, Unit: "pieces"})
		s.link(Link{Kind: "HOLDS", From: pick(s.builder, s.core.people), To: weapon, At: at.AddDate(0, 0, 12)})
	}
}

// license gives firms licences for licit chemicals.
func (s *story) license(firms []string) {
	for i, firm := range firms {
		number := s.letters(2) + "-" + s.digits(6)
		licence := s.add("Licence", "Licence "+number, "authority", []string{"DEA Diversion Control", "COFEPRIS", "Provincial bureau"}[i%3], "licenceNumber", number, "licenceType", "precursor trade",
			"chemicals", pick(s.builder, licits).name, "issuedOn", s.within(start, -900, -100).Format(time.DateOnly), "expiresOn", s.within(start, 500, 1200).Format(time.DateOnly), "status", "valid")
		s.join("LICENSED", firm, licence)
	}
}

// investigate adds what authorities did: seizures of loads, arrests of carriers
// days later, one designation, reports and cases.
func (s *story) investigate() {
	agencies := []string{
		s.add("Agency", "Border Investigations Unit", "country", "US", "level", "federal", "remit", "customs and narcotics", "acronym", "BIU"),
		s.add("Agency", "Fiscalía de Puertos", "country", "MX", "level", "federal", "remit", "ports"),
		s.add("Agency", "Financial Analysis Desk", "country", "US", "level", "federal", "remit", "money laundering", "acronym", "FAD"),
	}
	var cases []string
	for i, agency := range agencies {
		number := fmt.Sprintf("2024-%s", s.digits(3))
		c := s.add("Case", number+" "+[]string{"Copper Tide", "Quiet Harbour", "Paper Lantern"}[i], "caseNumber", number, "caseType", []string{"narcotics", "customs", "laundering"}[i],
			"status", "open", "openedOn", s.within(start, 20, 120).Format(time.DateOnly))
		s.join("MEMBER_OF", agency, c)
		cases = append(cases, c)
	}
	for _, d := range s.loads {
		if d.taken {
			s.seize(d, cases[0])
		}
	}
	s.designate()
	s.report(cases)
}

func (s *story) seize(d load, file string) {
	ref := "SZ-" + s.digits(6)
	at := d.arrived.Add(time.Duration(s.between(1, 9)) * time.Hour)
	seizure := s.add("Seizure", fmt.Sprintf("Seizure %s, %g kg", at.Format(time.DateOnly), d.kg), "at", at.Format(time.RFC3339), "goods", "fentanyl", "quantity", degrees(d.kg), "unit", "kg",
		"method", pick(s.builder, []string{"X-ray", "canine", "tip", "inspection"}), "referenceNumber", ref)
	s.link(Link{Kind: "SEIZED_IN", From: d.shipment, To: seizure, At: at, Quantity: d.kg, Unit: "kg"})
	s.link(Link{Kind: "SEIZED_IN", From: d.product, To: seizure, At: at, Quantity: d.kg, Unit: "kg"})
	s.link(Link{Kind: "SEIZED_AT", From: seizure, To: d.entered, At: at})
	s.link(Link{Kind: "SEIZED_FROM", From: seizure, To: d.carrier, At: at})
	s.join("MENTIONED_IN", seizure, file)
	if s.chance(0.7) {
		when := s.within(at, 1, 6)
		arrest := s.add("Arrest", "Arrest "+when.Format(time.DateOnly), "at", when.Format(time.RFC3339), "charges", "trafficking", "outcome", pick(s.builder, []string{"charged", "released", "convicted"}),
			"authority", "Border Investigations Unit", "referenceNumber", "AR-"+s.digits(6))
		s.link(Link{Kind: "ARRESTED_IN", From: d.carrier, To: arrest, At: when})
		s.join("MENTIONED_IN", d.carrier, file)
	}
}

// designate lists one maker, and has some firms share its address: the pattern of
// a listed firm that trades on under other names.
func (s *story) designate() {
	abroad := s.routes[0]
	maker := abroad.from[1]
	on := s.within(start, days/2, days/2+30)
	s.link(Link{Kind: "DESIGNATED", From: maker, At: on, To: s.add("Designation", "Listing of "+on.Format(time.DateOnly), "authority", "OFAC", "program", "SDNTK",
		"listNumber", s.digits(5), "listedOn", on.Format(time.DateOnly), "reason", "supplier of precursors", "country", "US")})
	office := s.address("cn")
	sharing := []string{maker, abroad.from[2], abroad.first[1], s.routes[2].first[0]}
	for _, firm := range sharing {
		s.join("REGISTERED_AT", firm, office)
	}
	s.plant(Planted{
		Name: "shared-address", Question: "Which firms share an address with the designated supplier?", Operation: "pattern",
		Scope: Scope{Projection: "ALL", Orientation: "UNDIRECTED"}, From: sharing[:1], Expected: sharing[1:],
	})
}

// report adds documents that mention people, firms and shipments.
func (s *story) report(cases []string) {
	pool := [][]string{s.procurers.people, s.core.people, s.sellers.people, s.merchants, s.labs, s.stashes, s.shells, s.payees}
	for i := range 6 + len(s.loads)/2 {
		on := s.within(start, 60, days)
		number := s.digits(4)
		doc := s.add("Document", "Report "+number, "title", "Report "+number+" of "+on.Format(time.DateOnly), "author", pick(s.builder, []string{"Border Investigations Unit", "Fiscalía de Puertos", "liaison officer"}),
			"publishedOn", on.Format(time.DateOnly), "language", pick(s.builder, []string{"en", "es"}), "mimeType", "application/pdf", "abstract", "Observations on persons, firms and consignments.")
		s.join("CONTAINS", cases[i%len(cases)], doc)
		for _, of := range pool {
			if s.chance(0.4) {
				s.join("MENTIONED_IN", pick(s.builder, of), doc)
			}
		}
	}
}
