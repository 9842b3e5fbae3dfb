package projection

import (
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
)

// maxUsers is how many users an identifier may have to be replaced by links
// between them: 120 pairs at most, and 256 links for a call between two such. An
// identifier with more, such as a switchboard or a market's handle, stays a node
// joined to each of its users, so that nothing is lost.
const maxUsers = 16

const (
	identifier     graph.Kind     = "Identifier"
	usesIdentifier graph.LinkKind = "USES_IDENTIFIER"
)

// user is one who uses an identifier, with the least link that says so.
type user struct{ node, link uint32 }

// readIdentifiers derives the layer COMMUNICATION. Users of one identifier are
// linked pair by pair; sharing has no direction, so that link starts at the user
// whose own link has the lesser ID. A communication of an identifier is one of its
// users. An identifier without a user in scope stands for itself.
func (d *derivation) readIdentifiers(ctx context.Context) error {
	users := map[uint32][]user{}
	err := d.eachOfKind(ctx, identifier, func(e Entity) {
		found := d.usersOf(e)
		if len(found) > maxUsers {
			d.addHub(e, found)
			return
		}
		users[e.node] = found
		for i, a := range found {
			for _, b := range found[:i] {
				if d.kindOK(SharesIdentifier) {
					d.add(newDerived(RuleIdentifier, b.node, a.node, e.node, b.link, a.link))
				}
			}
		}
	})
	if err != nil || !d.kindOK(CommunicatedWith) {
		return err
	}
	return d.readCalls(ctx, users)
}

// usersOf lists the users of an identifier in scope, each once, by link ID.
func (d *derivation) usersOf(e Entity) []user {
	var users []user
	for _, l := range d.read.LinksOf(e, false, true) {
		_, ok := d.admits(l.Far.node)
		if ok && l.Kind == usesIdentifier && l.Far != e && !slices.ContainsFunc(users, func(u user) bool { return u.node == l.Far.node }) {
			users = append(users, user{l.Far.node, l.link})
		}
	}
	return users
}

func (d *derivation) addHub(e Entity, users []user) {
	if _, ok := d.admits(e.node); !ok || !d.kindOK(usesIdentifier) {
		return
	}
	d.hubs = append(d.hubs, e.node)
	for _, u := range users {
		d.add(newDerived("", u.node, e.node, noNode, u.link))
	}
}

// readCalls puts the users of identifiers at the ends of communications.
func (d *derivation) readCalls(ctx context.Context, users map[uint32][]user) error {
	s := d.snap
	calls := admitted(s.linkKinds, []graph.LinkKind{CommunicatedWith})
	starts := s.base.starts()
	count := 0
	s.eachLink(func(i uint32) bool {
		if count++; count%stride == 0 && ctx.Err() != nil {
			return false
		}
		if !calls[s.linkClasses[s.linkClass(i)].kind] || !d.read.admitsLink(i) {
			return true
		}
		from, to := s.endsOf(i, starts)
		a, okA := d.read.admits(from)
		b, okB := d.read.admits(to)
		if okA && okB {
			d.addCall(i, a, b, users[a], users[b])
		}
		return true
	})
	return ctx.Err()
}

func (d *derivation) addCall(call, from, to uint32, fromUsers, toUsers []user) {
	if len(fromUsers)+len(toUsers) == 0 {
		d.add(newDerived("", from, to, noNode, call))
		return
	}
	for _, a := range orSelf(fromUsers, from) {
		for _, b := range orSelf(toUsers, to) {
			if a.node == b.node { // between two phones of one person
				continue
			}
			way := make([]uint32, 0, 3)
			if len(fromUsers) > 0 {
				way = append(way, a.link)
			}
			way = append(way, call)
			if len(toUsers) > 0 {
				way = append(way, b.link)
			}
			link := newDerived(RuleCall, a.node, b.node, noNode, way...)
			link.call = call
			d.add(link)
		}
	}
}

func orSelf(users []user, node uint32) []user {
	if len(users) == 0 {
		return []user{{node: node}}
	}
	return users
}
