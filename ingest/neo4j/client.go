package neo4j

import (
	"context"
	"errors"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/chokepoint/chokepoint/bolt"
)

// pageTimeout ends the transaction of a page on the server. The time that the
// receiver takes for the rows counts too, and a page that is ended is read on.
const pageTimeout = 5 * time.Minute

// Pauses between attempts to reach a server that is away.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 5 * time.Second
)

// client runs statements that read, and runs them again while the server is away.
type client struct {
	server   *bolt.Server
	patience time.Duration
	answered bool // at least once
}

// stopError marks an error of the receiver of rows.
type stopError struct{ error }

func (e stopError) Unwrap() error { return e.error }

// run runs a statement in a transaction of its own and hands its rows to each.
func (c *client) run(ctx context.Context, text cypher, parameters map[string]any, each func([]any) error) error {
	return c.server.Do(ctx, neo4j.AccessModeRead, func(s neo4j.SessionWithContext) error {
		result, err := s.Run(ctx, string(text), parameters, bolt.Named("import", pageTimeout))
		if err != nil {
			return err
		}
		for result.Next(ctx) {
			c.answered = true
			if err := each(result.Record().Values); err != nil {
				return stopError{err}
			}
		}
		return result.Err()
	})
}

// patiently calls work until it succeeds, again after pauses when the server is away,
// and gives up when it has been for the whole patience without progress.
func (c *client) patiently(ctx context.Context, work func() (progress bool, err error)) error {
	since, pause := time.Now(), firstPause
	for {
		progress, err := work()
		var stop stopError
		switch {
		case err == nil:
			return nil
		case errors.As(err, &stop):
			return stop.error
		case progress:
			since, pause = time.Now(), firstPause
		}
		if !c.mayPass(err) || time.Since(since) > c.patience {
			return bolt.Problem(ctx, err)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		pause = min(2*pause, lastPause)
	}
}

// mayPass says whether the same may work later. A server that comes up does not know
// its databases at once.
func (c *client) mayPass(err error) bool {
	switch bolt.CodeOf(err) {
	case "Neo.ClientError.Transaction.TransactionTimedOut", "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration":
		return true
	case "Neo.ClientError.Database.DatabaseNotFound":
		return c.answered
	}
	return bolt.IsAway(err)
}

// rows runs a statement whose answer is small.
func (c *client) rows(ctx context.Context, text cypher, parameters map[string]any) (rows [][]any, err error) {
	err = c.patiently(ctx, func() (bool, error) {
		rows = nil
		return false, c.run(ctx, text, parameters, func(row []any) error {
			rows = append(rows, row)
			return nil
		})
	})
	return rows, err
}

// number runs a statement that answers one number.
func (c *client) number(ctx context.Context, text cypher) (int64, error) {
	rows, err := c.rows(ctx, text, nil)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	n, _ := rows[0][0].(int64)
	return n, nil
}

// names runs a statement that answers names.
func (c *client) names(ctx context.Context, text cypher) ([]string, error) {
	rows, err := c.rows(ctx, text, nil)
	list := make([]string, 0, len(rows))
	for _, row := range rows {
		name, _ := row[0].(string)
		list = append(list, name)
	}
	return list, err
}

// Bounds of a page in rows. A page passes over all that come before it, so pages grow
// with what was read; most of the time goes into rows all the same.
const (
	smallPage = 10_000
	largePage = 500_000
)

// pages runs a statement for one page after the other, by the number in the first
// column of its rows.
func (c *client) pages(ctx context.Context, text cypher, each func([]any) error) error {
	after, total := int64(-1), 0
	for {
		limit := min(max(smallPage, total/2), largePage)
		read := 0
		err := c.patiently(ctx, func() (bool, error) {
			before := read
			err := c.run(ctx, text, map[string]any{"after": after, "limit": limit - read}, func(row []any) error {
				at, _ := row[0].(int64)
				after, read = at, read+1
				return each(row)
			})
			return read > before, err
		})
		if err != nil || read < limit {
			return err
		}
		total += read
	}
}
