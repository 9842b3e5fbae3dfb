package csv

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/ingest"
)

// split cuts the files into chunks of rows. An error that ends the reading travels
// in the last chunk, so that what was read before it is still taken.
func (r *Reader) split(ctx context.Context, emit func(*chunk) error) error {
	for _, file := range r.files {
		s := &splitter{file: file.Name, options: &r.options, emit: emit}
		err := s.run(ctx, file)
		if err == nil {
			continue
		}
		if ctx.Err() != nil {
			return err
		}
		if s.chunk == nil {
			s.next()
		}
		s.chunk.rejects = append(s.chunk.rejects, s.rejects...)
		s.chunk.err = named(file.Name, err)
		return emit(s.chunk)
	}
	return nil
}

// named puts the file before the message of an error.
func named(file string, err error) error {
	var known *graph.Error
	switch {
	case errors.As(err, &known) && strings.HasPrefix(known.Message, file+":"):
		return err
	case errors.As(err, &known):
		return graph.Errorf(known.Code, "%s: %s", file, known.Message).Because(err)
	}
	return graph.Errorf(graph.BadUserInput, "%s: it cannot be read", file).Because(err)
}

// splitter cuts one file into chunks.
type splitter struct {
	file    string
	options *Options
	emit    func(*chunk) error
	plan    *plan
	comma   byte
	framer  *framer
	chunk   *chunk
	cells   []string        // memory of the chunk's cells
	rejects []ingest.Reject // of the framer, which runs ahead
}

func (s *splitter) run(ctx context.Context, file File) error {
	src, err := file.Open()
	if err != nil {
		return graph.Errorf(graph.BadUserInput, "%s: it cannot be opened", file.Name).Because(err)
	}
	defer src.Close() //nolint:errcheck // it was only read
	text := plainText(src)
	s.comma = sniff(text)
	s.framer = newFramer(text, s.comma, s.leftOut)
	table := csv.NewReader(s.framer)
	table.Comma, table.FieldsPerRecord, table.ReuseRecord = rune(s.comma), -1, true
	if err := s.begin(table); err != nil {
		return err
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		more, err := s.fill(table)
		if err != nil || !more {
			return err
		}
	}
}

// leftOut takes a row that the framer does not let through.
func (s *splitter) leftOut(line int, code ingest.RejectCode, reason, row string) {
	s.rejects = append(s.rejects, ingest.Reject{File: s.file, Line: line, Code: code, Reason: reason, Row: excerpt(row)})
}

// begin reads the header and plans by it.
func (s *splitter) begin(table *csv.Reader) error {
	header, err := table.Read()
	var parse *csv.ParseError
	switch {
	case len(s.rejects) > 0: // the line that names the columns was not let through
		wrong := s.rejects[0]
		s.rejects = nil
		return graph.Errorf(graph.BadUserInput, "%s: line %d: %s", s.file, wrong.Line, wrong.Reason)
	case errors.Is(err, io.EOF):
		return graph.Errorf(graph.BadUserInput, "%s: the file is empty: its first line names the columns", s.file)
	case errors.As(err, &parse):
		return graph.Errorf(graph.BadUserInput, "%s: line %d: the header is malformed: %s", s.file, parse.Line, reasonOf(parse))
	case err != nil:
		return err
	}
	header = slices.Clone(header)
	if err := checkHeader(header); err != nil {
		return graph.Errorf(graph.BadUserInput, "%s: %s", s.file, err)
	}
	s.plan, err = s.options.planFor(s.file, header)
	s.next()
	return err
}

// next begins a chunk.
func (s *splitter) next() {
	s.chunk = &chunk{plan: s.plan, done: make(chan struct{}), rejects: s.rejects}
	s.rejects = nil
	if s.plan == nil { // the chunk only bears the error that ends the file
		s.chunk.plan = &plan{file: s.file}
		return
	}
	columns := len(s.plan.header)
	rows := min(chunkRows, s.options.BatchRows, max(chunkCells/columns, 1))
	s.chunk.rows = make([]ingest.Row, 0, rows)
	s.cells = make([]string, 0, rows*columns)
}

// fill reads a chunk of rows, emits it, and says whether there may be more.
func (s *splitter) fill(table *csv.Reader) (bool, error) {
	c := s.chunk
	for cap(c.rows) > len(c.rows)+len(c.rejects) && c.bytes < chunkBytes {
		cells, err := table.Read()
		if err != nil {
			var wrong *csv.ParseError
			if errors.As(err, &wrong) {
				c.rejects = append(c.rejects, s.malformed(cells, wrong))
				continue
			}
			if err != io.EOF {
				return false, err
			}
			return false, s.flush()
		}
		s.row(table, cells)
	}
	return true, s.flush()
}

func (s *splitter) flush() error {
	s.chunk.rejects = append(s.chunk.rejects, s.rejects...)
	s.rejects = nil
	err := s.emit(s.chunk)
	s.next()
	return err
}

// row takes a row that encoding/csv could read.
func (s *splitter) row(table *csv.Reader, cells []string) {
	line, _ := table.FieldPos(0)
	row := ingest.Row{File: s.file, Line: line}
	if len(cells) != len(s.plan.header) {
		row.Cells = cells
		s.chunk.rejects = append(s.chunk.rejects, row.Reject(min(len(cells), len(s.plan.header))+1, ingest.Ragged,
			fmt.Sprintf("the row has %d cells, the header %d", len(cells), len(s.plan.header))))
		return
	}
	from := len(s.cells)
	for _, text := range cells {
		s.chunk.bytes += len(text)
	}
	s.cells = append(s.cells, cells...)
	row.Cells = s.cells[from:len(s.cells):len(s.cells)]
	s.chunk.rows = append(s.chunk.rows, row)
}

// malformed takes a row that encoding/csv could not read.
func (s *splitter) malformed(cells []string, wrong *csv.ParseError) ingest.Reject {
	reason := reasonOf(wrong)
	if wrong.Line > wrong.StartLine {
		reason += fmt.Sprintf(" (the row reaches to line %d)", wrong.Line)
	}
	reject := ingest.Row{File: s.file, Line: wrong.StartLine, Cells: cells}.Reject(len(cells)+1, ingest.Malformed, reason)
	if text, ok := s.framer.unsound[wrong.StartLine]; ok { // cells are only those before the fault
		delete(s.framer.unsound, wrong.StartLine)
		reject.Row = excerpt(text)
	}
	return reject
}

// excerpt makes the text of a row fit to be shown.
func excerpt(row string) string { return strings.ToValidUTF8(strings.TrimRight(row, "\r\n"), "�") }

func reasonOf(wrong *csv.ParseError) string {
	switch {
	case errors.Is(wrong, csv.ErrBareQuote):
		return "a quote stands in a cell that is not quoted: quote the cell and double the quote"
	case errors.Is(wrong, csv.ErrQuote):
		return "text follows the quote that closes a cell, or no quote closes it: double the quotes within a cell"
	}
	return wrong.Err.Error()
}
