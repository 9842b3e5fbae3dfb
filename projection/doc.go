// Package projection keeps the structure of a store's graph in memory: always
// current, compact, and readable without copying.
//
// A [Snapshot] is one immutable state: a base in compressed sparse row form plus a
// small delta of what changed since the base was built. [Projection] holds the
// newest one, follows the change log revision by revision and rebuilds the base
// in the background when the delta has grown.
//
// Nothing outside sees a Snapshot's content except through a [View]: the part that
// one clearance may see, with records fused into entities by the judgements that
// are visible to it. A [Scope] narrows a view further. Visibility and scope are
// predicates in the iterator; paths run on them as they are ([Scoped] implements
// network.Adjacency), and whole-graph algorithms materialise a [Graph].
//
// Order is canonical everywhere: by identifier, never by index or arrival. So no
// answer depends on what the viewer may not see, nor on when a base was rebuilt.
package projection
