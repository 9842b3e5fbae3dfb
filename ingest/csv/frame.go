package csv

import (
	"bytes"
	"fmt"
	"io"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/ingest"
)

// maxRow bounds one row in bytes: twice what all properties of an item may hold,
// for quotes. encoding/csv would hold a whole cell, however long.
const maxRow = 2 << 20

// maxUnclosed bounds how many quotes of one file may open and never close before
// it is given up: each of them costs a look at up to maxRow bytes.
const maxUnclosed = 64

// framer passes on a table row by row and leaves out, as empty lines so that
// lines keep their numbers, the rows that encoding/csv must not see: those longer
// than limit and those whose quote never closes. It follows encoding/csv's idea
// of where a row ends. Memory is bounded by twice the limit.
type framer struct {
	src    io.Reader
	comma  byte
	limit  int
	reject func(line int, code ingest.RejectCode, reason, row string)

	base     []byte // the memory behind buf
	buf      []byte // read and not passed on
	ready    int    // leading bytes of buf that may be passed on
	line     int    // of buf[ready]
	eof      bool
	err      error
	unclosed int
	unsound  map[int]string // rows passed on that encoding/csv will refuse, by line
	blank    int            // newlines to pass on for what was left out
	skipping skip           // inside a row that is too long
}

// skip says where in the row that is being left out the framer stands: at the
// start of a cell, inside quotes, behind a quote that closes or is doubled, or
// behind a stray quote, after which only the line end counts.
type skip struct{ active, start, quoted, pending, broken bool }

func newFramer(src io.Reader, comma byte, reject func(int, ingest.RejectCode, string, string)) *framer {
	base := make([]byte, 2*sampleSize)
	return &framer{src: src, comma: comma, limit: maxRow, reject: reject, line: 1, base: base, buf: base[:0], unsound: map[int]string{}}
}

// Read implements io.Reader.
func (f *framer) Read(p []byte) (int, error) {
	for f.ready == 0 && f.blank == 0 {
		if f.err != nil {
			return 0, f.err
		}
		f.advance()
	}
	if f.blank > 0 {
		n := min(f.blank, len(p))
		for i := range n {
			p[i] = '\n'
		}
		f.blank -= n
		return n, nil
	}
	n := copy(p, f.buf[:f.ready])
	f.drop(n)
	f.ready -= n
	return n, nil
}

// drop forgets the first n bytes of buf without moving the rest.
func (f *framer) drop(n int) { f.buf = f.buf[n:] }

// advance finds rows to pass on in what is there, or reads more.
func (f *framer) advance() {
	switch {
	case f.skipping.active:
		f.skip()
	case f.frame():
	case f.eof && len(f.buf) == 0:
		f.err = io.EOF
	case f.eof:
		f.leaveOpen()
	case len(f.buf) >= f.limit:
		f.leaveOut()
	default:
		f.fill()
	}
}

// fill reads once, after making room by moving what is there, or more memory.
func (f *framer) fill() {
	if cap(f.buf)-len(f.buf) < sampleSize {
		if len(f.buf) > len(f.base)-sampleSize {
			f.base = make([]byte, 2*len(f.base))
		}
		f.buf = f.base[:copy(f.base, f.buf)]
	}
	n, err := f.src.Read(f.buf[len(f.buf):cap(f.buf)])
	f.buf = f.buf[:len(f.buf)+n]
	if err == io.EOF {
		f.eof = true
	} else if err != nil {
		f.err = err
	}
}

// frame marks the whole rows in buf as ready and says whether there are any.
func (f *framer) frame() bool {
	end := bytes.LastIndexByte(f.buf, '\n') + 1
	if f.eof {
		end = len(f.buf)
	}
	if bytes.IndexByte(f.buf[:end], '"') >= 0 {
		end = f.rows(end)
	}
	f.ready = end
	f.line += bytes.Count(f.buf[:end], []byte{'\n'})
	return end > 0
}

// rows returns the length of the whole rows in the first end bytes of buf, and
// notes the text of those that encoding/csv will refuse and not show.
func (f *framer) rows(end int) int {
	whole, line := 0, f.line
	for whole < end {
		n, sound := rowEnd(f.buf[whole:], f.comma, f.eof)
		if n == 0 {
			break
		}
		row := f.buf[whole : whole+n]
		if !sound {
			f.unsound[line] = string(row[:min(n, ingest.MaxExcerpt)])
		}
		line += bytes.Count(row, []byte{'\n'})
		whole += n
	}
	return whole
}

// rowEnd returns the length of the first row of data with its line end, 0 if the
// row goes on behind data, and whether its quotes make sense.
func rowEnd(data []byte, comma byte, eof bool) (end int, sound bool) {
	for pos := 0; ; {
		if pos < len(data) && data[pos] == '"' {
			next, closed, ended := quotedEnd(data, pos+1, comma, eof)
			if ended || next == 0 {
				return next, len(bytes.TrimRight(data[closed:next], "\r\n")) == 0
			}
			pos = next
			continue
		}
		line := lineEnd(data, pos, eof)
		if line == 0 {
			return 0, true
		}
		i := bytes.IndexByte(data[pos:line], comma)
		cell := line
		if i >= 0 {
			cell = pos + i
		}
		bare := bytes.IndexByte(data[pos:cell], '"') >= 0 // it ends the row with an error
		if i < 0 || bare {
			return line, !bare
		}
		pos += i + 1
	}
}

// quotedEnd returns where the cell after the quoted one that began before pos
// begins, or where the row ends, and where the quote closed; 0 if the data does
// not say.
func quotedEnd(data []byte, pos int, comma byte, eof bool) (next, closed int, ended bool) {
	for {
		i := bytes.IndexByte(data[pos:], '"')
		if i < 0 {
			return 0, 0, false
		}
		pos += i + 1
		switch {
		case pos == len(data):
			if eof {
				return pos, pos, true
			}
			return 0, 0, false
		case data[pos] == '"':
			pos++
		case data[pos] == comma:
			return pos + 1, pos, false
		default: // the line end, or a stray quote, which ends the row with an error
			if end := lineEnd(data, pos, eof); end > 0 {
				return end, pos, true
			}
			return 0, 0, false
		}
	}
}

func lineEnd(data []byte, pos int, eof bool) int {
	if i := bytes.IndexByte(data[pos:], '\n'); i >= 0 {
		return pos + i + 1
	}
	if eof {
		return len(data)
	}
	return 0
}

// leaveOpen leaves out the first line of a row whose quote is still open at the
// end of the file: the lines behind it are more likely rows than one cell.
func (f *framer) leaveOpen() {
	n := lineEnd(f.buf, 0, true)
	f.reject(f.line, ingest.Malformed, "a quote opens in this line and never closes", string(f.buf[:min(n, ingest.MaxExcerpt)]))
	if f.unclosed++; f.unclosed > maxUnclosed {
		f.err = graph.Errorf(graph.BadUserInput, "line %d: more than %d quotes open and never close; is %q the delimiter, and are quotes doubled?", f.line, maxUnclosed, f.comma)
		return
	}
	f.line++
	f.blank++
	f.drop(n)
}

// leaveOut begins to leave out a row that is longer than the limit.
func (f *framer) leaveOut() {
	f.reject(f.line, ingest.TooLarge, fmt.Sprintf("the row is longer than %d bytes", f.limit), string(f.buf[:ingest.MaxExcerpt]))
	f.skipping = skip{active: true, start: true}
	f.skip()
}

// skip drops what is there of a row that is too long, up to its end.
func (f *framer) skip() {
	end, done := f.skipping.through(f.buf, f.comma)
	lines := bytes.Count(f.buf[:end], []byte{'\n'})
	f.blank += lines
	f.line += lines
	f.drop(end)
	switch {
	case done:
		f.skipping = skip{}
	case f.eof && f.skipping.quoted && !f.skipping.pending:
		f.err = graph.Errorf(graph.BadUserInput, "a quote opens before line %d and never closes: what follows it was not read", f.line)
	case f.eof:
		f.err = io.EOF
	default:
		f.buf = f.buf[:0]
		f.fill()
	}
}

// through walks on in a row byte by byte and returns how far it went and whether
// the row ended there.
func (s *skip) through(data []byte, comma byte) (int, bool) {
	for i, c := range data {
		switch {
		case c == '\n' && (!s.quoted || s.pending):
			return i + 1, true
		case s.broken, s.pending && c == '\r':
		case s.quoted && c == '"':
			s.pending = !s.pending
		case s.pending:
			s.quoted, s.pending, s.start, s.broken = false, false, c == comma, c != comma
		case s.quoted:
		case s.start && c == '"':
			s.quoted, s.start = true, false
		default:
			s.start = c == comma
		}
	}
	return len(data), false
}
