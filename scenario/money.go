package scenario

import "time"

// vault holds the accounts through which the proceeds flow, upstream first.
type vault struct {
	regional []string // one in each region, fed by its mules
	funnel   string   // fed by all regions, feeds all shells
	shells   []string
	wallets  []string // of the shells
	payees   []string
	mirror   [2]string // in dollars here, in yuan abroad, one owner, no link
	abroad   []string  // makers' accounts in yuan
}

// trailPlan fixes the one trail of money that is planted.
type trailPlan struct {
	cycle, region, shell int
	mule, wallet         string
	coin                 int64 // bought by the shell, in cents
	hops                 []Hop
}

func (s *story) openFor(holder, region string, opening int) string {
	return s.open(s.ledger, holder, region, "USD", pick(s.builder, s.banks), int64(opening)*100)
}

// setMoney opens all accounts.
func (s *story) setMoney() {
	v := &s.vault
	for _, cell := range s.cells {
		var mules []string
		for _, holder := range cell[4:] {
			mules = append(mules, s.openFor(holder, "us", s.between(200, 2500)))
		}
		s.mules = append(s.mules, mules)
		v.regional = append(v.regional, s.openFor(cell[s.rng.IntN(2)], "us", s.between(500, 4000)))
	}
	for i := range s.size.mules { // region by region in turn, so that none outweighs the others
		for _, mules := range s.mules {
			s.upstream = append(s.upstream, mules[i])
		}
	}
	trader := s.company("us", exchangeTrade, &s.launderers)
	v.funnel = s.openFor(trader, "us", s.between(500, 4000))
	for range s.size.shells {
		shell := s.company("us", holdingTrade, &s.launderers)
		s.shells = append(s.shells, shell)
		v.shells = append(v.shells, s.openFor(shell, "us", s.between(500, 4000)))
		v.wallets = append(v.wallets, s.openWallet(s.ledger, shell))
	}
	for i := range s.size.payees {
		payee := s.company("mx", []trade{estateTrade, exchangeTrade}[i%2], &s.core)
		s.payees = append(s.payees, payee)
		v.payees = append(v.payees, s.openFor(payee, "mx", s.between(2000, 9000)))
	}
	s.downstream = append(append(s.downstream, v.shells...), v.payees...)
	broker := s.company("cn", exchangeTrade, &s.procurers)
	v.mirror[0] = s.openFor(broker, "us", s.between(2000, 9000))
	v.mirror[1] = s.open(s.ledger, broker, "cn", "CNY", pick(s.builder, s.banks), int64(s.between(60, 90))*100_000_00)
	s.openForSellers()
	s.trail = trailPlan{cycle: s.size.cycles / 2, region: 1}
	s.trail.shell = s.trail.cycle % len(v.shells)
	s.trail.wallet = s.openWallet(s.ledger, s.routes[0].from[0])
}

// openForSellers opens accounts and wallets for whoever sells goods.
func (s *story) openForSellers() {
	for i, r := range s.routes {
		for j, maker := range r.from {
			if i == 1 {
				s.payTo[maker] = s.openFor(maker, "us", s.between(20000, 90000))
				continue
			}
			s.payTo[maker] = s.openWallet(s.ledger, maker)
			if i == 0 && j < 3 {
				s.vault.abroad = append(s.vault.abroad, s.open(s.ledger, maker, "cn", "CNY", pick(s.builder, s.banks), int64(s.between(2, 9))*10_000_00))
			}
		}
		s.payTo[r.neck] = s.openFor(r.neck, s.region[r.neck], s.between(9000, 40000))
	}
}

// moveMoney runs the cycles: cash is collected and deposited below the reporting
// line, mules feed a regional account, these the funnel, the funnel shells, and
// shells pay for goods and launder the rest. In a cycle each account waits for
// what feeds it, so no account spends what it has not received.
func (s *story) moveMoney() {
	for c := range s.size.cycles {
		day := start.AddDate(0, 0, c*cycleDays)
		collected := s.collect(c, day)
		active := []int{c % len(s.vault.shells), (c + 1) % len(s.vault.shells)}
		s.layer(c, day, collected, active)
		s.settle(c, day, active)
	}
	s.plantMoney()
}

// collect takes one cycle's proceeds from the streets to the funnel.
func (s *story) collect(c int, day time.Time) int64 {
	var collected int64
	for r, mules := range s.mules {
		var region int64
		for i, mule := range mules {
			if (i+c)%2 == 1 {
				continue
			}
			got := s.deposit(r, i, mule, day)
			key, sent := s.pay(s.ledger, payment{from: mule, to: s.vault.regional[r], cents: got * int64(s.between(955, 980)) / 1000, at: s.within(day, 8, 9), rail: pick(s.builder, []string{"peer-to-peer", "wire"}), purpose: pick(s.builder, purposes)})
			region += sent
			if c == s.trail.cycle && r == s.trail.region && i == c%2 {
				s.trail.mule = mule
				s.noteHop(mule, s.vault.regional[r], key)
			}
		}
		key, sent := s.pay(s.ledger, payment{from: s.vault.regional[r], to: s.vault.funnel, cents: region * 98 / 100, at: s.within(day, 11, 11), rail: "wire", purpose: pick(s.builder, purposes)})
		collected += sent
		if c == s.trail.cycle && r == s.trail.region {
			s.noteHop(s.vault.regional[r], s.vault.funnel, key)
		}
	}
	return collected
}

var purposes = []string{"invoice", "consulting fee", "rent", "goods", "loan repayment", "deposit", "freight", "family support", ""}

// deposit has a collector take cash from distributors and bring it to a mule's
// account in sums below 10,000 dollars. It returns what was deposited.
func (s *story) deposit(r, i int, mule string, day time.Time) int64 {
	cell := s.cells[r]
	collector, total := cell[i%2], int64(0)
	sums := make([]int64, s.between(2, 3))
	for j := range sums {
		sums[j] = int64(s.between(7100, 9900)) * 100
		total += sums[j]
	}
	s.pay(s.ledger, payment{from: cell[2+s.rng.IntN(2)], to: collector, cents: total, at: s.within(day, 0, 1), rail: "cash", purpose: "proceeds, by intercept"})
	for _, sum := range sums {
		s.pay(s.ledger, payment{from: collector, to: mule, cents: sum, at: s.within(day, 2, 6), rail: "cash", purpose: "counter deposit"})
	}
	return total
}

// layer splits a cycle's proceeds between two shells and from there on.
func (s *story) layer(c int, day time.Time, collected int64, active []int) {
	v := &s.vault
	share := int64(s.between(42, 58))
	for i, shell := range active {
		part := collected * 96 / 100 * share / 100
		share = 100 - share
		key, got := s.pay(s.ledger, payment{from: v.funnel, to: v.shells[shell], cents: part, at: s.within(day, 13, 14), rail: "wire", purpose: pick(s.builder, purposes)})
		coin, bought := s.pay(s.ledger, payment{from: v.shells[shell], to: v.wallets[shell], cents: got * 45 / 100, at: s.within(day, 16, 16), rail: "crypto", purpose: "purchase of USDT"})
		s.pay(s.ledger, payment{from: v.shells[shell], to: v.payees[(c+i)%len(v.payees)], cents: got * 20 / 100, at: s.within(day, 17, 17), rail: "wire", purpose: pick(s.builder, purposes)})
		if c == s.trail.cycle && shell == s.trail.shell {
			s.noteHop(v.funnel, v.shells[shell], key)
			s.noteHop(v.shells[shell], v.wallets[shell], coin)
			s.trail.coin = bought
		}
	}
	if c%3 == 0 {
		s.mirrorTransfer(day, v.shells[active[0]])
	}
}

// mirrorTransfer pays dollars here and the same value in yuan abroad within three
// days; nothing links the two.
func (s *story) mirrorTransfer(day time.Time, shell string) {
	v := &s.vault
	at := s.within(day, 16, 16)
	in, cents := s.pay(s.ledger, payment{from: shell, to: v.mirror[0], cents: int64(s.between(9000, 18000)) * 100, at: at, rail: "wire", purpose: "goods"})
	out, _ := s.pay(s.ledger, payment{from: v.mirror[1], to: pick(s.builder, v.abroad), cents: cents * yuan, at: s.within(at, 1, 3), rail: "wire", purpose: "goods", currency: "CNY"})
	s.mirrors = append(s.mirrors, in, out)
}

// settle pays for the lots of a cycle, before their goods move.
func (s *story) settle(c int, day time.Time, active []int) {
	for i, r := range s.routes {
		for j, l := range r.lots {
			if l.cycle != c {
				continue
			}
			shell := active[j%2]
			price := int64(l.kg*float64(s.between(60, 160))) * 100
			if r.machines {
				price = int64(s.between(4000, 14000)) * 100
			}
			s.settleLot(i, l, shell, price, day)
			l.paid = s.within(day, 22, 22)
		}
	}
	if c == s.trail.cycle {
		wallet := s.vault.wallets[s.trail.shell]
		key, _ := s.pay(s.ledger, payment{from: wallet, to: s.trail.wallet, cents: s.trail.coin * 92 / 100, at: s.within(day, 20, 20), rail: "crypto", purpose: "order"})
		s.noteHop(wallet, s.trail.wallet, key)
	}
}

// settleLot pays the source and the broker in between: abroad in coin to the
// maker and by wire to the forwarder, at home by wire through the reseller.
func (s *story) settleLot(route int, l *lot, shell int, price int64, day time.Time) {
	v, maker, neck := &s.vault, s.payTo[l.route.from[l.source]], s.payTo[l.route.neck]
	at := s.within(day, 19, 19)
	if route == 1 {
		_, paid := s.pay(s.ledger, payment{from: v.shells[shell], to: neck, cents: min(price, s.ledger[v.shells[shell]].balance/3), at: at, rail: "wire", purpose: "chemicals"})
		s.pay(s.ledger, payment{from: neck, to: maker, cents: paid * 85 / 100, at: s.within(day, 20, 21), rail: "wire", purpose: "invoice"})
		return
	}
	wallet := v.wallets[shell]
	s.pay(s.ledger, payment{from: wallet, to: maker, cents: min(price, s.ledger[wallet].balance/3), at: at, rail: "crypto", purpose: "order"})
	s.pay(s.ledger, payment{from: v.shells[shell], to: neck, cents: min(price/10, s.ledger[v.shells[shell]].balance/5), at: s.within(day, 18, 18), rail: "wire", purpose: "freight"})
}

// noteHop remembers the transfer just made as a hop of the planted trail.
func (s *story) noteHop(from, to, transfer string) {
	n := s.nodes[len(s.nodes)-1]
	for i := len(s.nodes) - 1; n.Key != transfer; i-- {
		n = s.nodes[i]
	}
	at, _ := time.Parse(time.RFC3339, n.Property("at"))
	s.trail.hops = append(s.trail.hops, Hop{From: from, To: to, Facts: []string{transfer}, At: at, Amount: n.Property("amount"), Currency: n.Property("currency")})
}

// plantMoney states the funnel, and the trail of one cycle: since each account on
// it passes money on once in a cycle, and only one wallet ever pays the last, no
// other transfers in time order lead from the first to the last.
func (s *story) plantMoney() {
	for _, orientation := range []string{"UNDIRECTED", "NATURAL"} {
		s.plant(Planted{
			Name: "funnel-" + map[string]string{"UNDIRECTED": "undirected", "NATURAL": "directed"}[orientation], Question: "Through which account does most of the money pass?",
			Operation: "centrality", Measure: "BETWEENNESS", Scope: Scope{Projection: "MONEY", Orientation: orientation}, Expected: []string{s.vault.funnel}, Margin: 2,
		})
	}
	day := start.AddDate(0, 0, s.trail.cycle*cycleDays)
	trail := Planted{
		Name: "money-trail", Question: "How did this mule's deposits reach this wallet, each step after the one before?", Operation: "moneyTrail",
		Scope: Scope{Projection: "MONEY", Orientation: "NATURAL", During: &Span{Start: day, End: day.AddDate(0, 0, cycleDays)}},
		From:  []string{s.trail.mule}, To: []string{s.trail.wallet}, Hops: s.trail.hops, Expected: []string{s.trail.mule},
	}
	for _, h := range s.trail.hops {
		trail.Expected = append(trail.Expected, h.To)
	}
	s.plant(trail)
	s.plant(Planted{
		Name: "mirror-transfers", Question: "Where do dollars here match yuan abroad within three days, without a link? Pairs in turn: in, out.", Operation: "pattern",
		Scope: Scope{Projection: "MONEY", Orientation: "NATURAL"}, Expected: s.mirrors,
	})
}
