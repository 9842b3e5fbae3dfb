package sqlite

import (
	"context"
	"database/sql"
	"strings"
	"unicode/utf8"

	"github.com/chokepoint/chokepoint/graph"
)

// Match implements [store.Driver].
func (d *Driver) Match(ctx context.Context, terms []string, after graph.ID, limit int) (ids []graph.ID, err error) {
	if err := d.usable(ctx); err != nil || len(terms) == 0 || limit <= 0 {
		return nil, err
	}
	query, err := matchQuery(terms)
	if err != nil {
		return nil, err
	}
	// The row of the index says the first 63 bits of the ID, the rest is compared.
	rows, err := d.statements.query(ctx, "SELECT id FROM keys WHERE keys MATCH ? AND rowid >= ? AND id > ? ORDER BY rowid LIMIT ?",
		query, keyRow(after), after[:], limit)
	if err != nil {
		return nil, failure(ctx, err)
	}
	err = visitAll(ctx, rows, func(rows *sql.Rows) error {
		var id graph.ID
		err := rows.Scan((*idColumn)(&id))
		ids = append(ids, id)
		return err
	})
	return ids, failure(ctx, err)
}

// matchQuery writes terms in the language of FTS5. Every term is quoted and holds
// word characters only, so that none can be taken for an operator.
func matchQuery(terms []string) (string, error) {
	parts := make([]string, len(terms))
	for i, term := range terms {
		choices := strings.Split(term, "|")
		for j, choice := range choices {
			word, prefix := strings.CutSuffix(choice, "*")
			if word == "" || !utf8.ValidString(word) || strings.ContainsFunc(word, func(r rune) bool { return !wordRune(r) }) {
				return "", unfit("%q is not a search term", term)
			}
			if choices[j] = `"` + word + `"`; prefix {
				choices[j] += "*"
			}
		}
		parts[i] = "(" + strings.Join(choices, " OR ") + ")"
	}
	return strings.Join(parts, " AND "), nil
}

func wordRune(r rune) bool {
	return r >= 0x80 || r == '_' || 'a' <= r && r <= 'z' || '0' <= r && r <= '9'
}
