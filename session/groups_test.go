package session_test

import (
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/community"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
	"github.com/chokepoint/chokepoint/projection"
	"github.com/chokepoint/chokepoint/session"
)

// criminals writes the network caviar and returns it with its nodes in the order of IDs.
func (w world) criminals() (ids []graph.ID, net *network.Network) {
	w.t.Helper()
	d := nt.Dataset(w.t, "caviar")
	var what session.Writing
	for _, key := range d.IDs {
		what.Records = append(what.Records, record(key, "Person"))
		ids = append(ids, id(key))
	}
	slices.SortFunc(ids, graph.ID.Compare)
	g := nt.Graph{Nodes: d.Nodes}
	place := func(v network.NodeIndex) network.NodeIndex {
		i, _ := slices.BinarySearchFunc(ids, id(d.IDs[v]), graph.ID.Compare)
		return network.NodeIndex(i)
	}
	for i, l := range d.Links {
		made := link("ASSOCIATE_OF", d.IDs[l.From], d.IDs[l.To])
		made.Key = strconv.Itoa(i)
		what.Links = append(what.Links, made)
		g.Links = append(g.Links, network.Link{From: place(l.From), To: place(l.To)})
	}
	w.write(what)
	return ids, g.Build(w.t, false)
}

// allMembers joins the pages of a community's members.
func allMembers(t *testing.T, c session.Community) (ids []graph.ID) {
	t.Helper()
	for after := ""; ; {
		page, err := c.Members(session.Page{First: 7, After: after})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, page.Items...)
		if !page.HasNextPage {
			return ids
		}
		after = page.Cursor(len(page.Items) - 1)
	}
}

func TestCommunitiesAreThoseOfTheKernel(t *testing.T) {
	w := newWorld(t)
	ids, net := w.criminals()
	for _, q := range []session.CommunityQuery{
		{Quality: session.ByModularity, Runs: 3, Seed: 5},
		{Quality: session.ByPotts, Runs: 2},
	} {
		opt := community.LeidenOptions{Seed: uint64(q.Seed), Resolution: 1}
		if q.Quality == session.ByPotts {
			opt.Quality, opt.Resolution = community.Potts, 205.0/(110*109/2)
		}
		want, err := community.Stable(t.Context(), net, opt, q.Runs)
		if err != nil {
			t.Fatal(err)
		}
		q.Weight, q.Scope = session.Unweighted, projection.AnyTime()
		got, err := w.as(low).Communities(t.Context(), q, session.Page{First: 500})
		if err != nil {
			t.Fatal(err)
		}
		if got.All.Quality != want.Best.Quality || *got.All.Stability != want.Agreement || got.All.Seed != int64(want.Seed) || got.All.Resolution != opt.Resolution {
			t.Errorf("%+v, want %v %v %d", got.All, want.Best.Quality, want.Agreement, want.Seed)
		}
		if len(got.Items) != len(want.Best.Size) {
			t.Fatalf("%d communities, want %d", len(got.Items), len(want.Best.Size))
		}
		links := 0
		for c, one := range got.Items {
			if one.Rank != c+1 || one.Size != want.Best.Size[c] || *one.Persistence != want.Persistence[c] {
				t.Errorf("community %d: %+v", c, one)
			}
			for _, member := range allMembers(t, one) {
				if v, _ := slices.BinarySearchFunc(ids, member, graph.ID.Compare); want.Best.Of[v] != uint32(c) {
					t.Errorf("%s is in community %d", member, want.Best.Of[v])
				}
			}
			links += 2*one.Internal + one.External
		}
		if links != 2*net.NumLinks() {
			t.Errorf("communities have %d ends of %d links", links, net.NumLinks())
		}
		q.Of = []graph.ID{id("1"), id("nobody")}
		own, err := w.as(low).Communities(t.Context(), q, session.Page{First: 500})
		if err != nil || len(own.Items) != 1 || !slices.Contains(allMembers(t, own.Items[0]), id("1")) {
			t.Errorf("the community of 1: %+v %v", own.Items, err)
		}
	}
}

func TestCohesiveGroupsAreThoseOfTheKernel(t *testing.T) {
	w := newWorld(t)
	_, net := w.criminals()
	for kind, kernel := range map[session.Cohesion]func() (community.Cohesive, error){
		session.KCore:  func() (community.Cohesive, error) { return community.Cores(t.Context(), net, 3) },
		session.KTruss: func() (community.Cohesive, error) { return community.Trusses(t.Context(), net, 3) },
	} {
		want, err := kernel()
		if err != nil {
			t.Fatal(err)
		}
		k := 3
		got, err := w.as(low).CohesiveGroups(t.Context(), kind, &k, nil, projection.AnyTime(), session.Page{First: 500})
		if err != nil {
			t.Fatal(err)
		}
		var sizes []int
		for _, one := range got.Items {
			sizes = append(sizes, one.Size)
		}
		if !slices.Equal(sizes, want.Size) || got.All.K != 3 || got.All.Greatest != want.Greatest || len(sizes) == 0 {
			t.Errorf("%s: %v %+v, want %v %d", kind, sizes, got.All, want.Size, want.Greatest)
		}
	}
}

func TestCommunitiesRefuse(t *testing.T) {
	w := newWorld(t)
	w.chain()
	ask := func(change func(*session.CommunityQuery)) error {
		q := session.CommunityQuery{Quality: session.ByModularity, Weight: session.Unweighted, Runs: 1, Scope: projection.AnyTime()}
		change(&q)
		_, err := w.as(low).Communities(t.Context(), q, session.Page{First: 10})
		return err
	}
	zero, many := 0.0, math.Inf(1)
	requireCode(t, ask(func(q *session.CommunityQuery) { q.Runs = 0 }), graph.BadUserInput)
	requireCode(t, ask(func(q *session.CommunityQuery) { q.Resolution = &zero }), graph.BadUserInput)
	requireCode(t, ask(func(q *session.CommunityQuery) { q.Resolution = &many }), graph.BadUserInput)
	requireCode(t, ask(func(q *session.CommunityQuery) { q.Quality = "BEAUTY" }), graph.BadUserInput)
	requireCode(t, ask(func(q *session.CommunityQuery) { q.Of = make([]graph.ID, 501) }), graph.BadUserInput)
	if err := ask(func(*session.CommunityQuery) {}); err != nil {
		t.Error(err)
	}
	_, err := w.as(low).CohesiveGroups(t.Context(), session.KTruss, new(int), nil, projection.AnyTime(), session.Page{First: 10})
	requireCode(t, err, graph.BadUserInput)
}
