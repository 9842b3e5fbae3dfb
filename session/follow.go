package session

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/chokepoint/chokepoint/graph"
)

const (
	// FollowInterval is how often a server looks for what other processes wrote: they
	// see each other's writes well within a second, for four small reads a second.
	FollowInterval = 250 * time.Millisecond
	// patience is how long a store may take to show its change log before it counts
	// as away: longer than a pause of its garbage collector.
	patience = 3 * time.Second
	// maxPause parts the looks at a store that is away, and so bounds how long it is
	// not noticed that it is back.
	maxPause = 2 * time.Second
)

// Follow shows what other processes write to the store, and remembers whether the
// store answers, until ctx ends: it looks at the change log every so often, more and
// more seldom while that fails. One line is logged when it begins to fail and one
// when it works again. Without a follower, a Service shows its own writes alone.
func (s *Service) Follow(ctx context.Context, every time.Duration, log *slog.Logger) {
	timer := time.NewTimer(every)
	defer timer.Stop()
	for pause := every; ; timer.Reset(pause) {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		began := time.Now()
		err := s.projection.Poll(ctx, patience)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			pause = every
			if before := s.store.found(); before != nil {
				log.InfoContext(ctx, "the store answers again")
			}
		default:
			pause = max(every, min(2*pause, maxPause)-time.Since(began))
			if before := s.store.lost(err); before == nil || isAway(before) != isAway(err) {
				warn(ctx, log, err)
			}
		}
	}
}

func warn(ctx context.Context, log *slog.Logger, err error) {
	message := "the change log cannot be followed; answers stay as they are"
	if isAway(err) {
		message = "the store does not answer; what memory holds is answered, writes fail"
	}
	cause := err.Error()
	for err = errors.Unwrap(err); err != nil; err = errors.Unwrap(err) {
		cause += ": " + err.Error()
	}
	log.WarnContext(ctx, message, "cause", cause)
}

// Ready says why not all that this service offers works just now: the store is away,
// or its changes cannot be followed. It asks nobody, and names no host or path. nil
// without a follower.
func (s *Service) Ready() error { return s.store.ready() }

// Bounds of waiting for a revision that another process wrote.
const (
	maxWait   = time.Second
	waitPause = 50 * time.Millisecond
)

var errStale = graph.Errorf(graph.Stale, "the revision of this token has not arrived here yet; try again shortly")

// AtLeast returns a session whose snapshot includes the revision of a token: s
// itself, or one on a newer snapshot. It asks the store, and waits a second for one
// that it knows of and does not show yet; STALE if it is still not there.
func (s *Session) AtLeast(ctx context.Context, token string) (*Session, error) {
	version, err := s.versionOf(token)
	if err != nil || version <= s.view.Version() {
		return s, err
	}
	for begun := time.Now(); ; {
		newer, err := s.newest(ctx)
		if err != nil {
			return nil, err
		}
		if version <= newer.view.Version() {
			return newer.remembering(s.memory), nil
		}
		if time.Since(begun) > maxWait {
			return nil, errStale
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(waitPause):
		}
	}
}
