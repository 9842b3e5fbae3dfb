package access

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"strings"
)

// Sealer makes opaque tokens: authenticated, encrypted and deterministic, so that
// equal content gives equal bytes and a viewer learns nothing from them. It is
// the synthetic-IV construction of Rogaway and Shrimpton (2006): the tag is
// HMAC-SHA-256 over the length-prefixed context and the content, and serves as
// the IV of AES-256 in counter mode. Safe for concurrent use.
type Sealer struct {
	macKey []byte
	block  cipher.Block
}

// tagSize is the length of the synthetic IV in bytes.
const tagSize = aes.BlockSize

// NewSealer returns a Sealer under a secret key of any length; use at least 32
// random bytes.
func NewSealer(key []byte) *Sealer {
	expand := func(label string) []byte {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(label))
		return mac.Sum(nil)
	}
	block, err := aes.NewCipher(expand("chokepoint token encryption"))
	if err != nil { // the key is 32 bytes by construction
		panic(err)
	}
	return &Sealer{macKey: expand("chokepoint token authentication"), block: block}
}

// Seal returns the token of content in the given context. The context (class,
// operation, filter …) is not in the token but must be the same at [Sealer.Open].
func (s *Sealer) Seal(content []byte, context ...[]byte) string {
	tag := s.tag(content, context)
	token := make([]byte, tagSize+len(content))
	copy(token, tag)
	cipher.NewCTR(s.block, tag).XORKeyStream(token[tagSize:], content)
	return base64.RawURLEncoding.EncodeToString(token)
}

// Open returns the content of a token made by Seal with the same context. It
// reports false for every other text.
func (s *Sealer) Open(token string, context ...[]byte) ([]byte, bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) < tagSize || strings.ContainsAny(token, "\r\n") { // line ends are skipped by the decoder
		return nil, false
	}
	content := make([]byte, len(raw)-tagSize)
	cipher.NewCTR(s.block, raw[:tagSize]).XORKeyStream(content, raw[tagSize:])
	if subtle.ConstantTimeCompare(s.tag(content, context), raw[:tagSize]) != 1 {
		return nil, false
	}
	return content, true
}

func (s *Sealer) tag(content []byte, context [][]byte) []byte {
	mac := hmac.New(sha256.New, s.macKey)
	var length [8]byte
	for _, part := range append(context[:len(context):len(context)], content) {
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		mac.Write(length[:])
		mac.Write(part)
	}
	return mac.Sum(nil)[:tagSize]
}
