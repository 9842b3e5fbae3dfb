package ingest

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
)

// MaxExcerpt bounds what a reject keeps of its row, in bytes.
const MaxExcerpt = 1 << 10

// Excerpt returns the row as CSV text, cut at [MaxExcerpt] bytes, valid UTF-8.
func (r Row) Excerpt() string {
	var b strings.Builder
	for i, cell := range r.Cells {
		if i > 0 {
			b.WriteByte(',')
		}
		if b.Len() >= MaxExcerpt {
			break
		}
		cell, cut := clip(strings.ReplaceAll(cell, "\x00", "; "), MaxExcerpt-b.Len())
		if strings.ContainsAny(cell, ",\"\r\n") {
			cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
		b.WriteString(cell)
		if cut {
			b.WriteString("…")
			break
		}
	}
	return strings.ToValidUTF8(b.String(), "�")
}

// clip cuts a text at limit bytes and says whether it did.
func clip(text string, limit int) (string, bool) {
	if len(text) <= limit {
		return text, false
	}
	return strings.ToValidUTF8(text[:limit], ""), true
}

// RejectWriter writes rejects as CSV with the columns file, line, column, code,
// reason, row. It is for one goroutine.
type RejectWriter struct {
	out   *csv.Writer
	begun bool
}

// NewRejectWriter returns a writer of rejects to w. The header is written with the
// first of them.
func NewRejectWriter(w io.Writer) *RejectWriter { return &RejectWriter{out: csv.NewWriter(w)} }

// Write writes rejects and flushes.
func (w *RejectWriter) Write(rejects ...Reject) error {
	if !w.begun && len(rejects) > 0 {
		w.begun = true
		if err := w.out.Write([]string{"file", "line", "column", "code", "reason", "row"}); err != nil {
			return err
		}
	}
	for _, r := range rejects {
		if err := w.out.Write([]string{neutral(r.File), strconv.Itoa(r.Line), strconv.Itoa(r.Column), string(r.Code), neutral(r.Reason), neutral(r.Row)}); err != nil {
			return err
		}
	}
	w.out.Flush()
	return w.out.Error()
}

// neutral keeps a spreadsheet from taking a hostile cell for a formula, by the
// apostrophe that spreadsheets themselves use for that.
func neutral(cell string) string {
	if cell != "" && strings.IndexByte("=+-@\t\r", cell[0]) >= 0 {
		return "'" + cell
	}
	return cell
}
