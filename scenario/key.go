package scenario

import (
	"fmt"
	"hash/fnv"

	"github.com/chokepoint/chokepoint/graph"
)

// prefixes begin the keys of each kind.
var prefixes = map[graph.Kind]string{
	"Person": "pe", "CriminalOrganization": "or", "Company": "co", "FinancialInstitution": "fi", "Agency": "ag",
	"BankAccount": "ac", "CryptoWallet": "wa", "Transfer": "tx", "Shipment": "sh", "Conveyance": "cv", "Chemical": "ch",
	"Drug": "dr", "Equipment": "eq", "Weapon": "we", "Site": "si", "PortOfEntry": "po", "Location": "lo", "Seizure": "sz",
	"Arrest": "ar", "Identifier": "in", "MarketListing": "ml", "Licence": "li", "Designation": "ds",
	"IdentityDocument": "id", "Document": "dc", "Case": "ca",
}

// keyer turns the number of a node into a key that tells nothing of the order in
// which nodes were made. It is a bijection for each kind, so no key needs to be
// remembered: x ↦ ax + b and x ↦ x ⊕ (x >> s) are both invertible modulo 2^bits.
type keyer struct {
	bits uint
	salt map[graph.Kind][2]uint64
}

// newKeyer returns a keyer for up to about n nodes of a kind.
func newKeyer(seed uint64, n int) keyer {
	k := keyer{bits: 16, salt: map[graph.Kind][2]uint64{}}
	for 1<<k.bits < 16*n {
		k.bits += 4
	}
	for kind := range prefixes {
		h := fnv.New64a()
		fmt.Fprintf(h, "%d %s", seed, kind)
		k.salt[kind] = [2]uint64{h.Sum64() | 1, h.Sum64() >> 7}
	}
	return k
}

func (k keyer) key(kind graph.Kind, number int) string {
	mask, s := uint64(1)<<k.bits-1, k.salt[kind]
	x := (uint64(number)*s[0] + s[1]) & mask
	x ^= x >> (k.bits / 2)
	x = x * 0x9e3779b97f4a7c15 & mask
	x ^= x >> (k.bits / 2)
	return fmt.Sprintf("%s-%0*x", prefixes[kind], int(k.bits/4), x)
}
