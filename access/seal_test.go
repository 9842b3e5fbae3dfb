package access_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/chokepoint/chokepoint/access"
	"pgregory.net/rapid"
)

var (
	sealer = access.NewSealer([]byte("a key of this test, 32 bytes long"))
	parts  = rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 6), 0, 4)
)

func TestSealOpens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		content, context := rapid.SliceOf(rapid.Byte()).Draw(t, "content"), parts.Draw(t, "context")
		token := sealer.Seal(content, context...)
		if again := sealer.Seal(content, context...); again != token {
			t.Errorf("sealed twice gives %q and %q", token, again)
		}
		back, ok := sealer.Open(token, context...)
		if !ok || !bytes.Equal(back, content) {
			t.Errorf("Open() = %x, %v, want %x", back, ok, content)
		}
	})
}

// A token opens with its own context and key only, and no other text opens.
func TestSealRefuses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		content, context := rapid.SliceOf(rapid.Byte()).Draw(t, "content"), parts.Draw(t, "context")
		token := sealer.Seal(content, context...)
		other := parts.Draw(t, "other")
		if _, ok := sealer.Open(token, other...); ok && !equal(context, other) {
			t.Errorf("opens with the context %x, not only with %x", other, context)
		}
		if _, ok := access.NewSealer([]byte("another key")).Open(token, context...); ok {
			t.Error("opens with another key")
		}
		at := rapid.IntRange(0, len(token)-1).Draw(t, "at")
		for _, c := range "Az09-_=\n\r" {
			changed := token[:at] + string(c) + token[at+1:]
			if _, ok := sealer.Open(changed, context...); ok && changed != token {
				t.Errorf("%q opens like %q", changed, token)
			}
			longer := token[:at] + string(c) + token[at:]
			if _, ok := sealer.Open(longer, context...); ok {
				t.Errorf("%q opens like %q", longer, token)
			}
		}
		if _, ok := sealer.Open(token[:at], context...); ok {
			t.Errorf("%q opens, which is cut", token[:at])
		}
	})
}

func equal(a, b [][]byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !bytes.Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

// The context is a list, not its parts joined, and content is no part of it.
func TestSealKeepsPartsApart(t *testing.T) {
	token := sealer.Seal([]byte("c"), []byte("ab"), []byte("d"))
	for _, context := range [][][]byte{{[]byte("a"), []byte("bd")}, {[]byte("abd")}, {[]byte("ab"), []byte("d"), nil}, {[]byte("ab")}, nil} {
		if _, ok := sealer.Open(token, context...); ok {
			t.Errorf("opens with %q", context)
		}
	}
}

func TestSealHidesContent(t *testing.T) {
	content := []byte("revision 12345 of all the stores")
	token := sealer.Seal(content)
	raw := []byte(token)
	if bytes.Contains(raw, content[:8]) || strings.Contains(token, "12345") {
		t.Errorf("%q shows its content", token)
	}
}
