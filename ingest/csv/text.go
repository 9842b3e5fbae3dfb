package csv

import (
	"bufio"
	"bytes"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// sampleSize is how much of a file is looked at to tell its encoding and delimiter.
const sampleSize = 64 << 10

// plainText returns the text of src as UTF-8 without a byte order mark. UTF-16 is
// known by its mark, or by the zero bytes of the first two characters.
func plainText(src io.Reader) *bufio.Reader {
	in := bufio.NewReaderSize(src, sampleSize)
	head, _ := in.Peek(4) // an error shows again at the next read
	switch {
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		_, _ = in.Discard(3)
		return in
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}), len(head) == 4 && head[0] != 0 && head[1] == 0 && head[2] != 0 && head[3] == 0:
		return decoded(in, unicode.LittleEndian)
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}), len(head) == 4 && head[0] == 0 && head[1] != 0 && head[2] == 0 && head[3] != 0:
		return decoded(in, unicode.BigEndian)
	}
	return in
}

func decoded(in io.Reader, order unicode.Endianness) *bufio.Reader {
	utf16 := unicode.UTF16(order, unicode.UseBOM)
	return bufio.NewReaderSize(transform.NewReader(in, utf16.NewDecoder()), sampleSize)
}

// delimiters in the order of preference when counts are equal.
const delimiters = ",;\t|"

// sniff returns the delimiter of a table: what a first line "sep=;" says, which
// is consumed, or else the candidate that stands most often outside quotes in
// the first line.
func sniff(in *bufio.Reader) byte {
	sample, _ := in.Peek(sampleSize)
	line, _, _ := bytes.Cut(bytes.TrimLeft(sample, "\r\n"), []byte("\n"))
	if rest, ok := bytes.CutPrefix(bytes.TrimRight(line, "\r"), []byte("sep=")); ok && len(rest) == 1 && bytes.Contains([]byte(delimiters), rest) {
		_, _ = in.Discard(bytes.Index(sample, []byte("sep=")) + len("sep=") + 1)
		return rest[0]
	}
	best, most := byte(','), 0
	for _, candidate := range []byte(delimiters) {
		if n := countOutsideQuotes(line, candidate); n > most {
			best, most = candidate, n
		}
	}
	return best
}

func countOutsideQuotes(line []byte, wanted byte) int {
	n, quoted := 0, false
	for _, c := range line {
		switch c {
		case '"':
			quoted = !quoted
		case wanted:
			if !quoted {
				n++
			}
		}
	}
	return n
}
