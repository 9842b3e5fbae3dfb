// Package scenario makes up one coherent, fictitious supply network of synthetic
// opioids: makers abroad, brokers, front firms, laboratories, distribution, and
// the money that flows back, in the midst of far more licit trade. Every name is
// an invented combination; chemicals, ports and cities are real.
//
// Chokepoints are planted so that they hold by construction at every seed and
// size: the story is built from parts that meet in chosen nodes only, and licit
// noise is joined where it cannot lead around them. [Answers] says what an
// analysis must find; nothing in the generated files tells.
//
// Equal options give equal bytes. Licit communities are generated one by one and
// forgotten, so memory does not grow with the size.
package scenario
