package neo4j

import (
	"context"
	"encoding/binary"
	"slices"
	"sync/atomic"

	"github.com/chokepoint/chokepoint/graph"
)

// standing is where the store stood when it was last looked at.
type standing struct {
	head graph.Revision
	// Sizes of the classes, about: placeholders count as records.
	records, links, versions int64
	// kinds are those that links have had up to the head, and linkReaders the
	// statements for them.
	kinds       []graph.LinkKind
	linkReaders *itemReaders
}

const readStanding cypher = "MATCH (h:_Head {id: 'head'}) RETURN h.revision AS revision, " +
	"COLLECT { MATCH (d:_Dataset) UNWIND d.kinds AS kind RETURN DISTINCT kind } AS kinds, " +
	"COUNT { MATCH (:Entity) } AS records, COUNT { MATCH ()-->() } AS links, COUNT { MATCH (:_Version) } AS versions"

// look finds out where the store stands: in one round trip, or two when there is a new
// revision.
//
// Whatever is read later shows all of that revision, though Neo4j makes a commit
// visible piece by piece: the server answers each statement with a bookmark of the
// newest commit that it had begun to make visible, and lets the next statement wait
// until that commit is visible as a whole.
func (d *Driver) look(ctx context.Context) (*standing, error) {
	rows, err := d.steadily(ctx, "head", readStanding, nil)
	if err != nil {
		return nil, err
	}
	if len(rows) != 1 {
		return nil, errHead
	}
	s := &standing{head: graph.Revision(integer(rows[0].Values[0]))}
	known := d.standing.Load()
	if known == nil || known.head != s.head { // what stands beside a new head may be older than it
		if rows, err = d.steadily(ctx, "head", readStanding, nil); err != nil {
			return nil, err
		}
		if len(rows) != 1 {
			return nil, errHead
		}
	}
	for _, kind := range texts(rows[0].Values[1]) {
		s.kinds = append(s.kinds, graph.LinkKind(kind))
	}
	slices.Sort(s.kinds)
	s.records, s.links, s.versions = integer(rows[0].Values[2]), integer(rows[0].Values[3]), integer(rows[0].Values[4])
	if known != nil && slices.Equal(known.kinds, s.kinds) {
		s.linkReaders = known.linkReaders
	} else {
		s.linkReaders = d.statements.linkReaders(s.kinds)
	}
	d.standing.Store(s)
	return s, nil
}

var errHead = graph.Errorf(graph.Internal, "the Neo4j database has lost the head of the store; restore a backup")

// stood returns where the store stood when it was last looked at.
func (d *Driver) stood(ctx context.Context) (*standing, error) {
	if s := d.standing.Load(); s != nil {
		return s, nil
	}
	return d.look(ctx)
}

func integer(value any) int64 {
	n, _ := value.(int64)
	return n
}

// hints remember the kinds of links, with which each is found by one look into one
// index. A hint may be missing or out of date: links not found by it are looked for
// under every kind. The memory is fixed: newer links displace older ones.
type hints struct {
	table [hintSlots]atomic.Uint64 // the upper bytes of what follows in the ID; the number of the kind, from 1
}

// hintSlots make 8 MB.
const hintSlots = 1 << 20

func (h *hints) slot(id *graph.ID) (*atomic.Uint64, uint64) {
	return &h.table[binary.BigEndian.Uint32(id[:])%hintSlots], binary.BigEndian.Uint64(id[4:]) &^ 0xff
}

// put remembers a kind, given by its number among those of the ontology.
func (h *hints) put(id *graph.ID, kind int) {
	if kind < 0xff {
		slot, tag := h.slot(id)
		slot.Store(tag | uint64(kind+1))
	}
}

// kind returns the number of the kind, false if it is not remembered.
func (h *hints) kind(id *graph.ID) (int, bool) {
	slot, tag := h.slot(id)
	found := slot.Load()
	return int(found&0xff) - 1, found&0xff != 0 && found&^0xff == tag
}
