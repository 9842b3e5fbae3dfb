package scenario

import (
	"fmt"
	"time"
)

// route is one way goods take, in five stages. Everything passes neck, and at
// least two firms work in each stage beside it, so neck alone dominates.
type route struct {
	from, first, last, to []string
	neck                  string
	cargo                 []substance
	machines              bool
	lots                  []*lot
}

// lot is one deal: the same quantity from a source to a sink in four shipments.
type lot struct {
	route                    *route
	source, first, last, end int
	cycle                    int
	goods                    substance
	kg                       float64
	paid, arrived            time.Time
	shipments                []string
	left                     []time.Time // of each shipment
	machine                  string
}

func (l *lot) stops() []string {
	r := l.route
	return []string{r.from[l.source], r.first[l.first], r.neck, r.last[l.last], r.to[l.end]}
}

// setRoutes adds the firms and sites of the three routes: precursors from makers
// abroad, licit chemicals from exporters at home, and pill presses.
func (s *story) setRoutes() {
	m, buy, local := s.size, &s.procurers, &s.core
	for i := range m.labs {
		s.labs = append(s.labs, s.workplace("laboratory", "lab", i))
	}
	for i := range m.presses {
		s.mills = append(s.mills, s.workplace("pill mill", "press site", i))
	}
	abroad := &route{
		from: s.companies(m.makers, "cn", makerTrade, buy), first: s.companies(m.forwarders, "cn", forwarderTrade, buy),
		neck: s.company("cn", forwarderTrade, buy), last: s.companies(m.importers, "mx", importerTrade, local), to: s.labs, cargo: precursors,
	}
	home := &route{
		from: s.companies(m.exporters, "us", exporterTrade, buy), first: s.companies(m.resellers, "us", exchangeTrade, buy),
		neck: s.company("us", exporterTrade, buy), last: s.companies(m.fronts, "mx", importerTrade, local), to: s.labs, cargo: licits[:9],
	}
	machines := &route{
		from: s.companies(3, "cn", machineTrade, buy), first: s.companies(2, "cn", exchangeTrade, buy),
		neck: s.company("us", importerTrade, buy), last: s.companies(2, "mx", importerTrade, local), to: s.mills, machines: true,
	}
	s.routes = []*route{abroad, home, machines}
	for i, r := range s.routes {
		s.planLots(r, m.lots[i])
		for _, firms := range [][]string{r.from, r.first, {r.neck}, r.last} {
			s.merchants = append(s.merchants, firms...)
		}
	}
	s.license(append(append([]string{}, home.from...), home.neck, home.first[0], abroad.from[0], abroad.from[1]))
	s.plantGoods()
}

// workplace adds a site that the core's organization or one of its people runs.
func (s *story) workplace(siteType, role string, i int) string {
	key := s.site("mx", siteType, role)
	s.region[key] = "mx"
	operator := s.orgs[0]
	if i%2 == 1 {
		operator = pick(s.builder, s.core.people)
	}
	s.join("OPERATES", operator, key)
	s.join("USES", pick(s.builder, s.core.people), key)
	return key
}

// planLots spreads lots over firms and cycles. The first source sells to the
// first buyer only, and the first sink is served by the first deliverer only:
// this makes the shortest path between the two the only one.
func (s *story) planLots(r *route, n int) {
	for i := range n {
		l := &lot{route: r, source: i % len(r.from), first: i % len(r.first), last: i % len(r.last), end: i % len(r.to), cycle: 1 + i*(s.size.cycles-4)/n}
		if l.source == 0 {
			l.first = 0
		}
		if l.end == 0 {
			l.last = 0
		}
		l.kg = float64(s.between(20, 240)) / 2
		if r.machines {
			l.goods, l.kg = substance{name: "pill press", hs: "8479.82"}, float64(s.between(300, 900))/2
		} else {
			l.goods = r.cargo[s.rng.IntN(len(r.cargo))]
		}
		r.lots = append(r.lots, l)
	}
}

// moveGoods ships every lot after it was paid.
func (s *story) moveGoods() {
	for _, r := range s.routes {
		for _, l := range r.lots {
			at, stops := l.paid, l.stops()
			if r.machines {
				l.machine = s.machine(r.from[l.source])
			}
			for i := range 4 {
				s.deliver(l, stops[i], stops[i+1], &at)
			}
			l.arrived = at
			if r.machines {
				s.join("USES", stops[4], l.machine)
			}
		}
	}
}

func (s *story) deliver(l *lot, from, to string, at *time.Time) {
	v := s.ship(consignment{from: from, to: to, fromRegion: s.region[from], toRegion: s.region[to], goods: l.goods.name, hs: l.goods.hs, kg: l.kg, after: *at, hidden: !l.route.machines && s.chance(0.5)})
	if l.machine != "" {
		s.link(Link{Kind: "CONTAINS", From: v.shipment, To: l.machine, Quantity: 1, Unit: "pieces", At: v.departed})
	} else {
		s.link(Link{Kind: "CONTAINS", From: v.shipment, To: s.shop[l.goods.name], Quantity: l.kg, Unit: "kg", At: v.departed})
	}
	if s.chance(0.3) {
		s.join("BROKERED", pick(s.builder, s.procurers.people), v.shipment)
	}
	l.shipments, l.left = append(l.shipments, v.shipment), append(l.left, v.departed)
	*at = v.arrived
}

func (s *story) machine(maker string) string {
	serial := s.letters(2) + s.digits(5)
	key := s.add("Equipment", "Rotary press "+serial, "equipmentType", "pill press", "model", pick(s.builder, []string{"ZP-9", "ZP-17", "TDP-5"}),
		"serialNumber", serial, "outputPerHour", fmt.Sprint(s.between(5, 40)*1000))
	die := s.add("Equipment", "Die M30 "+s.digits(4), "equipmentType", "die", "serialNumber", s.letters(1)+s.digits(6))
	s.join("PRODUCES", maker, key)
	s.join("CONTAINS", key, die)
	return key
}

// consignment is what ship needs to know.
type consignment struct {
	from, to, fromRegion, toRegion string
	goods, hs                      string
	kg                             float64
	after                          time.Time
	hidden                         bool // declared as something else
	conveyance                     string
}

// voyage is what came of a consignment.
type voyage struct {
	shipment, mode, entered string // entered is the port, "" inland
	departed, arrived       time.Time
}

// consign adds a shipment with its declaration. What arrives leaves days later.
func (b *builder) consign(c consignment) voyage {
	mode, low, high := b.way(c.fromRegion, c.toRegion)
	departed := b.within(c.after, 2, 9)
	arrived := b.within(departed, low, high)
	goods, hs := c.goods, c.hs
	if c.hidden {
		cover := pick(b, covers)
		goods, hs = cover[0], cover[1]
	}
	number := b.letters(2) + b.digits(9)
	key := b.add("Shipment", map[string]string{"sea": "Bill of lading ", "air": "Air waybill ", "road": "Consignment ", "mail": "Parcel "}[mode]+number,
		"trackingNumber", number, "hsCode", hs, "declaredGoods", goods, "declaredValue", fmt.Sprint(int(c.kg*float64(b.between(8, 90)))), "currency", "USD",
		"grossWeight", degrees(c.kg+float64(b.between(1, 20))/2), "departedAt", departed.Format(time.RFC3339), "arrivedAt", arrived.Format(time.RFC3339), "mode", mode,
		"originCountry", countries[c.fromRegion], "destinationCountry", countries[c.toRegion])
	b.link(Link{Kind: "CONSIGNED_BY", From: key, To: c.from, At: departed, Quantity: c.kg, Unit: "kg"})
	b.link(Link{Kind: "CONSIGNED_TO", From: key, To: c.to, At: arrived, Quantity: c.kg, Unit: "kg"})
	return voyage{shipment: key, mode: mode, departed: departed, arrived: arrived}
}

// way returns the mode between two regions and the least and most days it takes.
func (b *builder) way(from, to string) (mode string, low, high int) {
	switch {
	case from == to, from == "us" && to == "mx", from == "mx" && to == "us":
		return "road", 1, 3
	case b.chance(0.25):
		return "air", 3, 6
	case to == "us" && b.chance(0.3):
		return "mail", 7, 14
	default:
		return "sea", 22, 34
	}
}

// ship adds a shipment with its way and carrier.
func (s *story) ship(c consignment) voyage { return s.carryOut(s.builder, c) }

// carryOut adds a shipment to b and tells how it went: through which ports, by
// which conveyance.
func (s *story) carryOut(b *builder, c consignment) voyage {
	v := b.consign(c)
	if c.fromRegion != c.toRegion {
		v.entered = s.gates.any(b, c.toRegion, entryMode(v.mode))
		b.link(Link{Kind: "ENTERED_AT", From: v.shipment, To: v.entered, At: v.arrived})
		if v.mode == "sea" {
			b.link(Link{Kind: "ROUTED_VIA", From: v.shipment, To: s.gates.any(b, c.fromRegion, v.mode), At: v.departed})
		}
	}
	if c.conveyance != "" {
		b.join("CARRIED_BY", v.shipment, c.conveyance)
	} else if by := s.carry[v.mode]; len(by) > 0 {
		b.join("CARRIED_BY", v.shipment, pick(b, by))
	}
	return v
}

func entryMode(mode string) string {
	if mode == "road" {
		return "land"
	}
	return mode
}
