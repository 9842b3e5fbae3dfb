// Package similarity compares nodes by their neighbours: how alike two nodes are, which
// links may be missing, and which nodes play the same role.
//
// Functions are pure: the same network, the same answer. Parallel links count as one,
// loops not at all. A score of a missing link is a lead to look into, never a fact.
package similarity
