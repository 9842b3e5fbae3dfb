package scenario

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chokepoint/chokepoint"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
)

func TestSameSeedSameFiles(t *testing.T) {
	a, b, c := files(t, Options{Seed: 7}), files(t, Options{Seed: 7, Size: Size}), files(t, Options{Seed: 8})
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("one seed, two worlds: %.500s", diff)
	}
	if a["links.csv"] == c["links.csv"] {
		t.Error("two seeds give one world")
	}
}

func files(t *testing.T, o Options) map[string]string {
	t.Helper()
	dir := t.TempDir()
	if _, err := Generate(o).WriteDir(dir); err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, path := range found {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(path)] = string(text)
	}
	return out
}

func TestWriteDir(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	paths, err := Generate(Options{Size: 600}).WriteDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, path := range paths {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		table, err := csv.NewReader(file).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		rows += len(table) - 1
		_ = file.Close()
	}
	text, err := os.ReadFile(filepath.Join(dir, AnswersFile))
	if err != nil {
		t.Fatal(err)
	}
	var answers Answers
	if err := json.Unmarshal(text, &answers); err != nil {
		t.Fatal(err)
	}
	if rows != answers.Nodes+answers.Links || rows == 0 {
		t.Errorf("%d rows, answered %d nodes and %d links", rows, answers.Nodes, answers.Links)
	}
	if slices.Contains(paths, filepath.Join(dir, AnswersFile)) || filepath.Base(paths[len(paths)-1]) != "links.csv" {
		t.Errorf("the files to import are %v", paths)
	}
	if _, err := Generate(Options{Size: 600}).WriteDir(paths[0]); err == nil {
		t.Error("a file passed for a directory")
	}
}

// TestOntology holds every row to the ontology: kinds, ends and canonical values.
func TestOntology(t *testing.T) {
	o, err := ontology.Load(chokepoint.Schema)
	if err != nil {
		t.Fatal(err)
	}
	everySeed(t, func(t *testing.T, w *world, _ uint64) {
		if len(w.byKey) != len(w.nodes) {
			t.Errorf("%d keys for %d nodes", len(w.byKey), len(w.nodes))
		}
		for i := range w.nodes {
			checkNode(t, o, &w.nodes[i])
		}
		for _, l := range w.links {
			from, to, kind := w.byKey[l.From], w.byKey[l.To], o.LinkKind(string(l.Kind))
			if from == nil || to == nil || kind == nil || kind.Name != l.Kind {
				t.Fatalf("%s from %q to %q leads nowhere or is of no kind", l.Kind, l.From, l.To)
			}
			if !kind.Fits(from.Kind, to.Kind) {
				t.Errorf("%s does not join %s and %s", l.Kind, from.Kind, to.Kind)
			}
			if l.From == l.To {
				t.Errorf("%s from %s to itself", l.Kind, l.From)
			}
			if !l.At.IsZero() && (l.At.Before(start.AddDate(0, 0, -5)) || l.At.After(start.AddDate(0, 0, days+cycleDays))) {
				t.Errorf("%s at %v", l.Kind, l.At)
			}
		}
	})
}

func checkNode(t *testing.T, o *ontology.Ontology, n *Node) {
	t.Helper()
	kind := o.Kind(string(n.Kind))
	if kind == nil || kind.Name != n.Kind || n.Name == "" || !strings.HasPrefix(n.Key, prefixes[n.Kind]+"-") {
		t.Fatalf("%s %s %q", n.Kind, n.Key, n.Name)
	}
	for _, p := range n.Properties {
		if kind.Property(p.Name) == nil && p.Name != "openingBalance" {
			t.Errorf("%s has no property %s", n.Kind, p.Name)
		}
	}
	given := append(graph.Properties{}, n.Properties...).Normalize()
	r := graph.Record{Header: graph.Header{
		Dataset: "d", Key: n.Key, Confidence: n.Grade.Confidence, Reliability: n.Grade.Reliability, Credibility: n.Grade.Credibility,
		Markings: graph.NewMarkings(n.Grade.Marking), ValidFrom: graph.NoInstant, ValidTo: graph.NoInstant, Properties: given,
	}, Kind: n.Kind, Name: n.Name, Aliases: n.Aliases}
	if err := o.ValidateRecord(&r); err != nil {
		t.Fatalf("%s: %v", n.Key, err)
	}
	for _, p := range n.Properties {
		if r.Properties.First(p.Name) != p.Values[0] {
			t.Errorf("%s: %s %q is not canonical", n.Key, p.Name, p.Values[0])
		}
	}
}

// TestMoneyAddsUp replays all transfers in the order of time.
func TestMoneyAddsUp(t *testing.T) {
	everySeed(t, func(t *testing.T, w *world, _ uint64) {
		balance := map[string]int64{}
		for i := range w.nodes {
			if n := &w.nodes[i]; n.Kind == "BankAccount" || n.Kind == "CryptoWallet" {
				balance[n.Key] = cents(t, n.Property("openingBalance"))
			}
		}
		moves := w.money()
		slices.SortFunc(moves, func(a, b arc) int { return a.at.Compare(b.at) })
		collected := map[string]int64{} // cash of people who hand on what they take
		for _, m := range moves {
			amount := cents(t, w.byKey[m.fact].Property("amount"))
			if amount <= 0 || !m.at.Equal(instant(t, w.byKey[m.fact], "at")) {
				t.Errorf("transfer %s of %d at %v", m.fact, amount, m.at)
			}
			for party, change := range map[string]int64{m.from: -amount, m.to: amount} {
				if _, ok := balance[party]; !ok {
					collected[party] += change
				} else if balance[party] += change; balance[party] < 0 {
					t.Errorf("%s spends %d that it has not, at %v", party, -balance[party], m.at)
				}
			}
		}
		for key, b := range balance {
			if want := cents(t, w.byKey[key].Property("balance")); b != want {
				t.Errorf("%s closes with %d, says %d", key, b, want)
			}
		}
		for key, left := range collected {
			if left > 0 {
				t.Errorf("%s keeps %d of the proceeds", key, left)
			}
		}
	})
}

func cents(t *testing.T, amount string) int64 {
	t.Helper()
	whole, fraction, _ := strings.Cut(amount, ".")
	var n int64
	for _, digit := range whole + (fraction + "00")[:2] {
		if digit < '0' || digit > '9' {
			t.Fatalf("amount %q", amount)
		}
		n = 10*n + int64(digit-'0')
	}
	return n
}

// TestOrderOfEvents checks that lots are paid before they leave, each leg begins
// after the one before, and nothing is seized before it was sent.
func TestOrderOfEvents(t *testing.T) {
	for seed := range uint64(20) {
		s := Generate(Options{Seed: seed, Size: 600})
		for _, r := range s.story.routes {
			for _, l := range r.lots {
				before := l.paid
				for i, left := range l.left {
					if !left.After(before) {
						t.Errorf("seed %d: leg %d leaves at %v, before %v", seed, i, left, before)
					}
					before = left
				}
				if l.paid.IsZero() || !l.arrived.After(before) {
					t.Errorf("seed %d: paid %v, last left %v, arrived %v", seed, l.paid, before, l.arrived)
				}
			}
		}
	}
	everySeed(t, func(t *testing.T, w *world, _ uint64) {
		seized := map[string]time.Time{}
		for _, l := range w.links {
			if l.Kind == "SEIZED_IN" && w.byKey[l.From].Kind == "Shipment" {
				if at := instant(t, w.byKey[l.To], "at"); !at.After(instant(t, w.byKey[l.From], "departedAt")) || !at.Equal(l.At) {
					t.Errorf("%s was seized at %v", l.From, at)
				}
				seized[l.From] = l.At
			}
		}
		if len(seized) == 0 {
			t.Error("nothing was seized")
		}
		for i := range w.nodes {
			if n := &w.nodes[i]; n.Kind == "Shipment" && !instant(t, n, "arrivedAt").After(instant(t, n, "departedAt")) {
				t.Errorf("%s arrives before it leaves", n.Key)
			}
		}
	})
}

// TestNoGiveaway checks that what is planted has the same properties as its kind.
func TestNoGiveaway(t *testing.T) {
	w := worldOf(t, Options{Seed: 3})
	names := func(n *Node) string {
		var all []string
		for _, p := range n.Properties {
			all = append(all, p.Name)
		}
		return strings.Join(all, ",")
	}
	likes := map[string]int{}
	for i := range w.nodes {
		likes[string(w.nodes[i].Kind)+names(&w.nodes[i])]++
	}
	for _, p := range w.answers {
		for _, key := range p.Expected {
			if n := w.byKey[key]; likes[string(n.Kind)+names(n)] < 5 {
				t.Errorf("%s: only %d others look like %s %s (%s)", p.Name, likes[string(n.Kind)+names(n)]-1, n.Kind, key, names(n))
			}
		}
	}
}

// TestHarmlessMajority checks that most firms, shipments and transfers are licit.
func TestHarmlessMajority(t *testing.T) {
	s := Generate(Options{Size: Size})
	for kind, least := range map[graph.Kind]float64{"Company": 0.5, "Shipment": 0.5, "Transfer": 0.5} {
		licit, story := s.country.communities*perCommunity[kind], s.country.base[kind]
		if share := float64(licit) / float64(licit+story); share < least {
			t.Errorf("only %.2f of %s are licit", share, kind)
		}
	}
}

func TestCommunitiesAreOfOneSize(t *testing.T) {
	s := Generate(Options{Size: 3000})
	b := newBuilder(0, 0, s.country.keys)
	for i := range s.country.communities {
		s.country.build(b, i)
		if len(b.nodes) != communityNodes {
			t.Errorf("community %d has %d nodes", i, len(b.nodes))
		}
		for kind, n := range perCommunity {
			if got := b.count[kind] - s.country.base[kind]; got != (i+1)*n {
				t.Errorf("community %d ends at number %d of %s", i, got, kind)
			}
		}
	}
}

// TestRegistryNumbers checks the check digit of every CAS number: the sum of the
// digits, weighted by their place from the right, modulo ten.
func TestRegistryNumbers(t *testing.T) {
	for _, c := range append(slices.Clone(precursors), licits...) {
		digits := strings.ReplaceAll(c.cas, "-", "")
		sum := 0
		for i, place := len(digits)-2, 1; i >= 0; i, place = i-1, place+1 {
			sum += place * int(digits[i]-'0')
		}
		if sum%10 != int(digits[len(digits)-1]-'0') {
			t.Errorf("%s: %s has a wrong check digit", c.name, c.cas)
		}
	}
}

// BenchmarkEach generates about a million links.
func BenchmarkEach(b *testing.B) {
	for b.Loop() {
		links := 0
		err := Generate(Options{Seed: 1, Size: 455_000}).Each(func(*Node) error { return nil }, func(*Link) error { links++; return nil })
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(links), "links")
	}
}

// BenchmarkWriteDir does the same onto a disk.
func BenchmarkWriteDir(b *testing.B) {
	dir := b.TempDir()
	for b.Loop() {
		if _, err := Generate(Options{Seed: 1, Size: 455_000}).WriteDir(dir); err != nil {
			b.Fatal(err)
		}
	}
}
