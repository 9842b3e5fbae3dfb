package store_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

func company(key, name string, aliases ...string) graph.Record {
	return graph.Record{Header: header("open", key, []graph.Marking{"A"}), Kind: "Company", Name: name, Aliases: aliases}
}

func names(hits []store.Hit) (list []string) {
	for _, h := range hits {
		list = append(list, h.Record.Name)
	}
	return list
}

func TestSearch(t *testing.T) {
	s := open(t)
	numbered := company("6", "Numbered")
	numbered.Properties = graph.Properties{{Name: "registrationNumber", Values: []string{"RX-5521"}}, {Name: "undeclared", Values: []string{"zebra"}}}
	write(t, s, low, store.Batch{Records: []graph.Record{
		company("1", "Harbour Freight Ltd"), company("2", "Harbour Logistics"), company("3", "Freight Harbour Holding of Tijuana"),
		company("4", "Pacífico Químicos S.A.", "Pacific Chemicals"), company("5", "Mohammed & Sons"), numbered,
	}})
	write(t, s, high, store.Batch{Records: []graph.Record{person("closed", "h", "Harbour Freight Ltd", "B")}})
	for text, want := range map[string][]string{
		"harbour freight ltd": {"Harbour Freight Ltd"},
		"harbor frieght":      {"Harbour Freight Ltd", "Freight Harbour Holding of Tijuana"},
		"harb":                {"Harbour Logistics", "Harbour Freight Ltd", "Freight Harbour Holding of Tijuana"},
		"quimicos":            {"Pacífico Químicos S.A."},
		"PACIFIC CHEMICALS":   {"Pacífico Químicos S.A."},
		"muhamad":             {"Mohammed & Sons"},
		"rx 5521":             {"Numbered"},
		"zebra":               nil,
		"harbour nothing":     nil,
		"":                    nil,
		"*":                   nil,
		`" OR "`:              nil,
	} {
		hits, complete, err := s.Search(ctx, low.Clearance, text, 10)
		if err != nil || !complete {
			t.Errorf("%q: %v, complete %v", text, err, complete)
		}
		same(t, text, names(hits), want)
		for i, h := range hits {
			if h.Score <= 0 || h.Score > 1 || i > 0 && h.Score > hits[i-1].Score {
				t.Errorf("%q: score %v at %d", text, h.Score, i)
			}
		}
	}
	exact, _, _ := s.Search(ctx, low.Clearance, "Harbour  FREIGHT ltd.", 1)
	if len(exact) != 1 || exact[0].Score != 1 || fmt.Sprint(exact[0].Matched) != "[Harbour Freight Ltd]" {
		t.Errorf("a whole name: %+v", exact)
	}
	property, _, _ := s.Search(ctx, low.Clearance, "numbered 5521", 1)
	if len(property) != 1 || fmt.Sprint(property[0].Matched) != "[Numbered RX-5521]" {
		t.Errorf("a name and a property: %+v", property)
	}
	if hits, _, _ := s.Search(ctx, access.Clearance{}, "harbour", 5); len(hits) > 0 {
		t.Errorf("nobody finds %v", names(hits))
	}
}

// TestSearchRoughly shows what sounds alike only if beginnings are fewer than asked for.
func TestSearchRoughly(t *testing.T) {
	s := open(t)
	write(t, s, low, store.Batch{Records: []graph.Record{company("1", "Harbourton Freight Lines Incorporated"), company("2", "Harbuor")}})
	for limit, want := range map[int][]string{1: {"Harbourton Freight Lines Incorporated"}, 2: {"Harbourton Freight Lines Incorporated", "Harbuor"}} {
		hits, complete, err := s.Search(ctx, low.Clearance, "harbour", limit)
		if err != nil || !complete {
			t.Errorf("%v, complete %v", err, complete)
		}
		same(t, fmt.Sprint("the first ", limit), names(hits), want)
	}
}

func TestFindByName(t *testing.T) {
	s := open(t)
	write(t, s, low, store.Batch{Records: []graph.Record{
		company("1", "José Pérez"), company("2", "JOSE PEREZ"), company("3", "Other", "Jose  Pérez"), company("4", "Jose Perez Junior"), company("5", "Perez Jose"),
	}})
	write(t, s, high, store.Batch{Records: []graph.Record{person("closed", "h", "Jose Perez", "B")}})
	for limit, wantComplete := range map[int]bool{2: false, 3: true, 10: true} {
		found, complete, err := s.FindByName(ctx, low.Clearance, "jose perez", limit)
		if err != nil || complete != wantComplete || len(found) != min(3, limit) {
			t.Errorf("limit %d: %d found, complete %v, %v", limit, len(found), complete, err)
		}
		for i := range found {
			if i > 0 && found[i-1].ID.Compare(found[i].ID) >= 0 {
				t.Errorf("limit %d: not in the order of IDs", limit)
			}
		}
	}
	if found, complete, err := s.FindByName(ctx, low.Clearance, "—", 5); len(found) > 0 || !complete || err != nil {
		t.Errorf("nothing: %v %v %v", found, complete, err)
	}
}

// The bound counts what the viewer sees and nothing else.
func TestSearchBound(t *testing.T) {
	s := open(t)
	var visible, hidden store.Batch
	for i := range store.MaxCandidates {
		visible.Records = append(visible.Records, company(fmt.Sprint(i), fmt.Sprint("Common ", i)))
	}
	for i := range 3000 {
		hidden.Records = append(hidden.Records, person("closed", fmt.Sprint(i), "Common", "B"))
	}
	write(t, s, low, visible)
	write(t, s, high, hidden)
	hits, complete, err := s.Search(ctx, low.Clearance, "common", 5)
	if err != nil || !complete || len(hits) != 5 {
		t.Errorf("%d hits, complete %v, %v", len(hits), complete, err)
	}
	write(t, s, low, store.Batch{Records: []graph.Record{company("one more", "Common")}})
	_, complete, err = s.Search(ctx, low.Clearance, "common", 5)
	if err != nil || complete {
		t.Errorf("one more: complete %v, %v", complete, err)
	}
}

// Two stores that differ only in what low may not see answer low alike.
func TestHiddenWritesChangeNoAnswer(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		bare, full := open(t), open(t)
		defer bare.Close()
		defer full.Close()
		for range rapid.IntRange(1, 5).Draw(rt, "steps") {
			if rapid.Bool().Draw(rt, "hidden first") {
				write(t, full, high, drawBatch(rt, "closed", "B"))
			}
			b := drawBatch(rt, "open", "A")
			b.Deletes = append(b.Deletes, graph.RecordID("closed", "0")) // hidden or missing
			b.Records = append(b.Records, person("closed", "0", "Mine", "A"))
			other := b
			other.Records = append([]graph.Record(nil), b.Records...)
			other.Links = append([]graph.Link(nil), b.Links...)
			if one, two := told(write(t, bare, low, b)), told(write(t, full, low, other)); one != two {
				rt.Fatalf("a write says\n%s\nand\n%s", one, two)
			}
		}
		if one, two := heard(rt, bare), heard(rt, full); one != two {
			rt.Fatalf("low hears\n%s\nand\n%s", one, two)
		}
	})
}

func drawBatch(rt *rapid.T, dataset string, marking graph.Marking) (b store.Batch) {
	key := rapid.SampledFrom([]string{"0", "1", "2"})
	name := rapid.SampledFrom([]string{"Ana Alba", "Ana Albo", "Bo", "Anna"})
	for range rapid.IntRange(1, 3).Draw(rt, "records") {
		b.Records = append(b.Records, person(dataset, key.Draw(rt, "key"), name.Draw(rt, "name"), marking))
	}
	l := owns(dataset, key.Draw(rt, "link"), "0", "1", marking)
	l.To = graph.RecordID(rapid.SampledFrom([]string{"open", "closed"}).Draw(rt, "of"), key.Draw(rt, "to"))
	b.Links = append(b.Links, l)
	if rapid.Bool().Draw(rt, "delete") {
		b.Deletes = append(b.Deletes, graph.RecordID(dataset, key.Draw(rt, "gone")))
	}
	return b
}

// heard is everything that low can hear of a store, as text, without revisions:
// those never leave the session in the clear.
func heard(rt *rapid.T, s *store.Store) string {
	var text string
	say := func(v any, err error) {
		if err != nil {
			rt.Fatal(err)
		}
		text += fmt.Sprintf("%+v\n", v)
	}
	for _, dataset := range []string{"open", "closed"} {
		for _, key := range []string{"0", "1", "2"} {
			record, link := graph.RecordID(dataset, key), graph.LinkID(dataset, key)
			say(s.Records(ctx, low.Clearance, []graph.ID{record}, store.Latest))
			say(s.Links(ctx, low.Clearance, []graph.ID{link}, store.Latest))
			for _, id := range []graph.ID{record, link} {
				versions, err := s.Versions(ctx, low.Clearance, id)
				for _, v := range versions {
					say(fmt.Sprint(v.Who, v.At, v.Record != nil, v.Link != nil), err)
				}
			}
		}
	}
	for _, query := range []string{"ana", "anna", "alba", "b", "mine"} {
		hits, complete, err := s.Search(ctx, low.Clearance, query, 10)
		say(fmt.Sprint(hits, complete), err)
		found, complete, err := s.FindByName(ctx, low.Clearance, query, 10)
		say(fmt.Sprint(found, complete), err)
	}
	head, err := s.Head(ctx)
	if err != nil {
		rt.Fatal(err)
	}
	for r := range head {
		changes, err := s.Changes(ctx, low.Clearance, r+1)
		for _, c := range changes {
			say(fmt.Sprint(c.RecordBefore, c.RecordAfter, c.LinkBefore != nil, c.LinkAfter != nil), err)
		}
	}
	return text
}
