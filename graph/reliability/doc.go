// Package reliability tells how likely it is that something gets through a network
// whose links hold with a probability: two-terminal reliability (Colbourn 1987),
// also between sets of nodes.
//
// Networks that are small or narrow are told exactly; others are drawn at random,
// and the answer says how many and between which limits the truth lies. Work is
// counted in steps, not in seconds, and what is drawn depends on the seed alone, so
// the same input gives the same answer on any number of processors.
package reliability
