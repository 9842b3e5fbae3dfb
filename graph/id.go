package graph

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
)

// ID identifies a record or a link for ever. It is derived from the dataset and
// the key that the source itself uses (see [RecordID]), so importing again meets
// the same ID. IDs order bytewise; their text form orders the same way.
type ID [16]byte

// idText is base32hex in lower case: 26 characters that sort like the bytes.
var idText = base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)

// RecordID returns the ID of the record that dataset knows as key: the first 128
// bits of SHA-256 over the class and both length-prefixed strings. Records and
// links have separate key spaces.
func RecordID(dataset, key string) ID { return derive('r', dataset, key) }

// LinkID returns the ID of the link that dataset knows as key; see [RecordID].
func LinkID(dataset, key string) ID { return derive('l', dataset, key) }

func derive(class byte, dataset, key string) ID {
	buf := make([]byte, 0, 128)
	buf = append(buf, class)
	buf = binary.AppendUvarint(buf, uint64(len(dataset)))
	buf = append(buf, dataset...)
	buf = append(buf, key...)
	sum := sha256.Sum256(buf)
	return ID(sum[:16])
}

// String returns the 26-character text form.
func (id ID) String() string {
	var text [26]byte
	idText.Encode(text[:], id[:])
	return string(text[:])
}

// IsZero says whether id is the zero ID, which identifies nothing.
func (id ID) IsZero() bool { return id == ID{} }

// Compare orders IDs bytewise: -1, 0 or +1.
func (id ID) Compare(other ID) int { return bytes.Compare(id[:], other[:]) }

// ParseID reads the text form. It reports false for anything that String does
// not write; such a text identifies nothing, which is not an error.
func ParseID(text string) (ID, bool) {
	var id ID
	if len(text) != 26 {
		return ID{}, false
	}
	n, err := idText.Decode(id[:], []byte(text))
	if err != nil || n != len(id) || id.String() != text {
		return ID{}, false
	}
	return id, true
}
