// Package access holds who asks and what they may see: viewers, clearances,
// authorization classes, and the sealed tokens handed out to them.
//
// There are grants only. Nothing denies, so nothing can fail open.
package access

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
)

// Clearance is the set of markings a viewer holds. The zero Clearance sees
// nothing at all.
type Clearance struct {
	everything bool
	held       graph.Markings
}

// Grant returns the clearance that holds the given markings.
func Grant(markings ...graph.Marking) Clearance {
	return Clearance{held: graph.NewMarkings(markings...)}
}

// Everything returns the clearance of the one local viewer of a store, who holds
// whatever marking there is.
func Everything() Clearance { return Clearance{everything: true} }

// Sees says whether an item with these markings may be seen: all of them must be
// held. An item without markings is seen by nobody, whatever the clearance.
func (c Clearance) Sees(m graph.Markings) bool {
	return len(m) > 0 && (c.everything || m.SubsetOf(c.held))
}

// IsEverything says whether c is the clearance of [Everything].
func (c Clearance) IsEverything() bool { return c.everything }

// Markings returns the markings held; nil for Everything.
func (c Clearance) Markings() graph.Markings { return slices.Clone(c.held) }

// Class identifies an authorization class: viewers with the same grants see the
// same and share views and results. It is comparable and serves as a cache key.
type Class [32]byte

// Class returns the authorization class of c: a hash over the length-prefixed
// grants, so that no two sets of grants collide by joining.
func (c Clearance) Class() Class {
	buf := []byte{0}
	if c.everything {
		buf[0] = 1
	}
	for _, m := range c.held {
		buf = binary.AppendUvarint(buf, uint64(len(m)))
		buf = append(buf, m...)
	}
	return sha256.Sum256(buf)
}

// Viewer is who asks: a name for the change log and the audit, and a clearance.
type Viewer struct {
	Name      string
	Clearance Clearance
}
