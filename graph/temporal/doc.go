// Package temporal finds paths that respect time: each contact departs only when
// the one before it has arrived.
//
// A contact is one event between two nodes, such as a transfer, a call or a
// shipment: it departs at an instant and takes a duration, which may be none. Between
// an arrival and the next departure lies a wait, for which there may be limits. In
// the strict order contacts of no duration must follow one another at later
// instants; otherwise they may share one.
//
// A contact may also be able to depart for a time, its window: a link that holds from one
// day to another. It then departs at any one instant of it, which the path chooses.
//
// With no limit on waiting every answer is a path that repeats no node. With one, it
// may have to go round in circles until a contact departs: to avoid that is NP-hard
// (Casteigts, Himmel, Molter and Zschoche 2021, Algorithmica 83:2754), and answers are
// then walks. Waiting at the start is never limited.
//
// Definitions are those of Wu, Cheng, Huang, Ke, Lu and Xu 2014, PVLDB 7(9):721. Their
// one pass over contacts is extended by limits of waiting: what has arrived at a node
// waits in a queue that keeps the best of each window.
package temporal
