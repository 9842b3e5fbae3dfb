package resolvers_test

import (
	"fmt"
	"strings"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/networktest"
)

// pay writes transfers of dollars among bank accounts, each on a day of its own.
func (a *api) pay(transfers ...string) {
	a.t.Helper()
	var records, links []string
	accounts := map[string]bool{}
	for i, text := range transfers {
		var from, to, amount string
		if _, err := fmt.Sscan(text, &from, &to, &amount); err != nil {
			a.t.Fatal(err)
		}
		for _, key := range []string{from, to} {
			if !accounts[key] {
				accounts[key] = true
				records = append(records, fmt.Sprintf(`{dataset: "tips", key: %q, kind: "BankAccount", name: %q}`, key, key))
			}
		}
		key := fmt.Sprintf("pay%d", i)
		records = append(records, fmt.Sprintf(`{dataset: "tips", key: %q, kind: "Transfer", name: %q, properties: [
			{name: "amount", values: [%q]}, {name: "currency", values: ["USD"]}, {name: "at", values: ["2024-03-%02d"]}]}`, key, key, amount, i+1))
		for kind, end := range map[string]string{"SENT": from, "RECEIVED": to} {
			links = append(links, fmt.Sprintf(`{dataset: "tips", key: "%s%s", kind: %q, from: {id: %s}, to: {id: %s}, at: "2024-03-%02d"}`,
				key, kind, kind, ids("«"+end+"»"), ids("«"+key+"»"), i+1))
		}
	}
	var written struct {
		R, L struct{ Created, Rejected int }
	}
	a.ask(`mutation { R: upsertRecords(input: {records: [`+strings.Join(records, ", ")+`]}) { created rejected }
		L: upsertLinks(input: {links: [`+strings.Join(links, ", ")+`]}) { created rejected } }`, nil, &written)
	if written.L.Created != len(links) || written.R.Rejected+written.L.Rejected > 0 {
		a.t.Fatalf("written: %+v", written)
	}
}

// money asks the API for the answers of the known case.
func (a *api) money() {
	var c struct {
		Transfers []struct {
			From, To string
			Amount   float64
		}
		Expected map[string]any
	}
	networktest.DecodeCase(a.t, "taint_methods", &c)
	var list []string
	for _, tr := range c.Transfers {
		list = append(list, fmt.Sprint(tr.From, " ", tr.To, " ", tr.Amount))
	}
	list[0] = strings.Replace(list[0], " 5", " 5.00", 1)
	list = append(list, "elsewhere DIRTY 0.25") // so that cents are counted
	a.pay(list...)

	type trace struct {
		Policy               string
		Received, Paid, Held float64 `json:",string"`
	}
	type account struct {
		Entity struct{ Name string }
		Traces []trace
	}
	var got struct {
		TraceMoney struct {
			Currency string
			Totals   []struct {
				Policy         string
				Injected, Held float64 `json:",string"`
			}
			Accounts                                   []account
			TotalAccounts, TotalTransfers, WithoutTime int
			ComputedOn                                 struct{ Projection string }
		}
	}
	a.ask(ids(`{ traceMoney(from: [«DIRTY»]) { currency totals { policy injected held } accounts { entity { name } opening balance traces { policy received paid held } }
		transfers { link { amount } tainted { policy amount } } totalAccounts totalTransfers withoutTime withoutAmount truncated truncatedBecause computedOn { projection } } }`), nil, &got)
	for _, acc := range got.TraceMoney.Accounts {
		for _, tr := range acc.Traces {
			want, known := c.Expected[strings.ToLower(tr.Policy)].(map[string]any)[acc.Entity.Name].(float64)
			if known && want != tr.Held {
				a.t.Errorf("%s: %s holds %v, not %v", tr.Policy, acc.Entity.Name, tr.Held, want)
			}
		}
	}
	if got := got.TraceMoney; got.Currency != "USD" || got.TotalAccounts != 5 || got.TotalTransfers != 5 || got.ComputedOn.Projection != "MONEY" || got.WithoutTime != 1 {
		a.t.Errorf("%+v", got)
	}
	for _, total := range got.TraceMoney.Totals {
		if total.Injected != 5.25 || (total.Held != 5.25) != (total.Policy == "POISON") {
			a.t.Errorf("%+v", total)
		}
	}
	a.expect(`{ traceMoney(from: [«G»], policies: [FIFO], direction: BACKWARD, first: 1) { accounts { entity { name } traces { held } } transfers { link { from { name } to { name } } tainted { amount } }
		totalAccounts totalTransfers truncatedBecause } }`,
		`{"traceMoney": {"accounts": [{"entity": {"name": "CLEAN"}, "traces": [{"held": "4"}]}], "transfers": [{"link": {"from": {"name": "E"}, "to": {"name": "G"}}, "tainted": [{"amount": "4"}]}],
		"totalAccounts": 4, "totalTransfers": 3, "truncatedBecause": "first: 1 of 4 accounts, 1 of 3 transfers"}}`)
	money := `scope: {projection: MONEY, orientation: NATURAL}`
	a.expect(`{ temporalPaths(from: [«DIRTY»], to: [«G», «CLEAN»], `+money+`) { paths { hops departs arrives entities { name } links { amount } } totalCount withoutTime truncated computedOn { projection } } }`,
		`{"temporalPaths": {"paths": [{"hops": 3, "departs": "2024-03-01T00:00:00Z", "arrives": "2024-03-05T00:00:00Z", "entities": [{"name": "DIRTY"}, {"name": "C"}, {"name": "E"}, {"name": "G"}],
		"links": [{"amount": "5"}, {"amount": "10"}, {"amount": "4"}]}], "totalCount": 1, "withoutTime": 1, "truncated": false, "computedOn": {"projection": "MONEY"}}}`)
	a.expect(`{ temporalPaths(from: [«DIRTY»], maxWait: 36, timeUnit: HOURS, criterion: FEWEST_HOPS, first: 1, `+money+`) { paths { hops } totalCount truncatedBecause } }`,
		`{"temporalPaths": {"paths": [{"hops": 1}], "totalCount": 1, "truncatedBecause": null}}`) // C pays two days later
	a.refused(`{ temporalPaths(from: [«G»], minWait: -1) { totalCount } }`, graph.BadUserInput)
	a.refused(`{ temporalPaths(from: [«G»], minWait: 2, maxWait: 1) { totalCount } }`, graph.BadUserInput)
	a.expect(`{ moneyPatterns(kinds: [FAN_OUT, FAN_IN, CYCLE], minFan: 2, window: 2, first: 1) { totalCount nodes { kind layers { entities { name } } transfers { amount } transferCount startsAt endsAt amount }
		pageInfo { hasNextPage } currency considered hubs withoutTime truncated } }`,
		`{"moneyPatterns": {"totalCount": 2, "nodes": [{"kind": "FAN_OUT", "layers": [{"entities": [{"name": "C"}]}, {"entities": [`+pairOf("D", "E")+`]}],
		"transfers": [{"amount": "10"}, {"amount": "10"}], "transferCount": 2, "startsAt": "2024-03-03T00:00:00Z", "endsAt": "2024-03-04T00:00:00Z", "amount": "20"}],
		"pageInfo": {"hasNextPage": true}, "currency": "USD", "considered": 6, "hubs": 0, "withoutTime": 1, "truncated": false}}`)
	a.expect(`{ moneyPatterns(minFan: 2, hubCap: 3, minAmount: "4.5") { totalCount hubs hubAccounts { name } hubTransfers } }`, `{"moneyPatterns": {"totalCount": 0, "hubs": 1, "hubAccounts": [{"name": "C"}], "hubTransfers": 4}}`)
	a.expect(`{ moneyPatterns(currency: "EUR") { totalCount currency considered } }`, `{"moneyPatterns": {"totalCount": 0, "currency": "EUR", "considered": 0}}`)
	a.refused(`{ moneyPatterns(kinds: []) { totalCount } }`, graph.BadUserInput)
	a.refused(`{ moneyPatterns(window: -1) { totalCount } }`, graph.BadUserInput)
	a.expect(`{ traceMoney(from: [«DIRTY», «nobody»], currency: "EUR") { currency considered totalAccounts totalTransfers } }`, `{"traceMoney": {"currency": "EUR", "considered": 0, "totalAccounts": 1, "totalTransfers": 0}}`)
	a.refused(`{ traceMoney(from: []) { currency } }`, graph.BadUserInput)
	a.refused(`{ traceMoney(from: [«G»], policies: []) { currency } }`, graph.BadUserInput)
}

// pairOf is two accounts by name, in the order of their ids.
func pairOf(a, b string) string {
	if least(a, b) == "«"+b+"»" {
		a, b = b, a
	}
	return fmt.Sprintf(`{"name": %q}, {"name": %q}`, a, b)
}
