package scenario

import (
	"fmt"
	"time"

	"github.com/chokepoint/chokepoint/graph"
)

// account is what a ledger knows of an account or wallet, in cents.
type account struct {
	node             int // its index among the builder's nodes
	bank             string
	opening, balance int64
}

// bank is a financial institution: its key and name.
type bank struct{ key, name string }

// ledger holds accounts by key. People who hand over cash have none.
type ledger map[string]*account

// open adds a bank account and who holds it. The opening balance stands in the
// property openingBalance, the closing one is filled in by close.
func (b *builder) open(l ledger, holder, region, currency string, at bank, opening int64) string {
	number := b.digits(12)
	key := b.add("BankAccount", "Account "+number, "accountNumber", number, "bankName", at.name, "accountType", "current", "currency", currency,
		"country", countries[region], "openingDate", b.within(start, -1200, -30).Format(time.DateOnly))
	l[key] = &account{node: len(b.nodes) - 1, bank: at.key, opening: opening, balance: opening}
	b.join("HOLDS", holder, key)
	return key
}

const addressLetters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789"

// openWallet adds a stablecoin wallet; one coin counts as one dollar.
func (b *builder) openWallet(l ledger, holder string) string {
	address := []byte("T")
	for range 33 {
		address = append(address, addressLetters[b.rng.IntN(len(addressLetters))])
	}
	key := b.add("CryptoWallet", string(address), "blockchain", "Tron", "cryptoAddress", string(address), "currency", "USDT",
		"firstSeen", b.within(start, -200, 0).Format(time.DateOnly))
	l[key] = &account{node: len(b.nodes) - 1}
	b.join("HOLDS", holder, key)
	return key
}

// payment is a transfer to be made.
type payment struct {
	from, to string
	cents    int64
	at       time.Time
	rail     string
	purpose  string
	currency string // "" is USD
}

// yuan is what a dollar costs throughout the story.
const yuan = 7

// pay moves money, at most what an account holds, and returns the transfer's key
// and what was moved.
func (b *builder) pay(l ledger, p payment) (string, int64) {
	via := ""
	if to := l[p.to]; to != nil {
		via = to.bank
	}
	if from := l[p.from]; from != nil {
		p.cents = min(p.cents, from.balance)
		from.balance -= p.cents
		via = from.bank
	}
	if to := l[p.to]; to != nil {
		to.balance += p.cents
	}
	usd := p.cents
	switch p.currency {
	case "":
		p.currency = "USD"
	case "CNY":
		usd = p.cents / yuan
	}
	key := b.add("Transfer", fmt.Sprintf("%s %s, %s %s", title(p.rail), p.at.Format(time.DateOnly), money(p.cents), p.currency),
		"at", p.at.Format(time.RFC3339), "amount", money(p.cents), "currency", p.currency, "amountUsd", money(usd), "rail", p.rail, "purpose", p.purpose, "transactionId", b.letters(2)+b.digits(10))
	b.link(Link{Kind: "SENT", From: p.from, To: key, At: p.at, Cents: p.cents, Currency: p.currency})
	b.link(Link{Kind: "RECEIVED", From: p.to, To: key, At: p.at, Cents: p.cents, Currency: p.currency})
	if via != "" {
		b.link(Link{Kind: "ROUTED_VIA", From: key, To: via, At: p.at})
	}
	return key, p.cents
}

// close writes opening and closing balances into the account nodes.
func (b *builder) close(l ledger) {
	for _, a := range l {
		n := &b.nodes[a.node]
		n.Properties = append(n.Properties, graph.Property{Name: "balance", Values: []string{money(a.balance)}})
		if n.Kind == "BankAccount" {
			n.Properties = append(n.Properties, graph.Property{Name: "openingBalance", Values: []string{money(a.opening)}})
		}
	}
}

// money writes cents as a decimal in canonical form.
func money(cents int64) string {
	d, _ := graph.ParseDecimal(fmt.Sprintf("%d.%02d", cents/100, cents%100))
	return string(d)
}
