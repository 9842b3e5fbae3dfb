package resolvers

import (
	"context"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/resolvers/generated"
	"github.com/chokepoint/chokepoint/resolvers/model"
	"github.com/chokepoint/chokepoint/session"
)

type subscription struct{}

// Subscription returns the resolver of subscriptions.
func (root) Subscription() generated.SubscriptionResolver { return subscription{} }

// Changes resolves Subscription.changes. Nothing is computed before the last event was
// taken, so that whoever is slow costs nothing but a place in the log.
func (subscription) Changes(ctx context.Context, after *string, of []graph.ID, scope *model.Scope) (<-chan model.ChangeEvent, error) {
	r, ok := ctx.Value(contextKey{}).(*request)
	if !ok {
		return nil, errNoSession
	}
	if scope != nil && scope.AsOf != nil {
		return nil, graph.Errorf(graph.BadUserInput, "scope.asOf: what comes has no past; leave it out, or pass the token as after")
	}
	changes, err := r.door.Session.Changes(ctx, text(after), session.ChangeFilter{Of: of, Scope: scopeOf(scope)})
	if err != nil {
		return nil, err
	}
	r.door = door{} // a subscription lives long: it must not hold on to the graph as it was
	events := make(chan model.ChangeEvent)
	go func() {
		defer close(events)
		for {
			event := nextEvent(ctx, changes)
			select {
			case <-ctx.Done():
				return
			case events <- event:
			}
			if event.Err != nil {
				return
			}
		}
	}()
	return events, nil
}

func nextEvent(ctx context.Context, changes *session.Changes) model.ChangeEvent {
	changed, s, err := changes.Next(ctx)
	if err != nil {
		return model.ChangeEvent{Err: err}
	}
	d := newDoor(s)
	return model.ChangeEvent{Changed: changed, Door: d.Loader, Expect: d.Expect, LinksNow: func(ctx context.Context, ids []graph.ID) ([]*model.LinkView, error) {
		links, err := d.StoredLinks(ctx, ids)
		var views []model.LinkView
		for _, l := range links {
			if l != nil {
				views = append(views, *l)
			}
		}
		d.ExpectLinks(views)
		return links, err
	}}
}

// Session returns the session of a request, nil outside of one.
func Session(ctx context.Context) *session.Session {
	if r, ok := ctx.Value(contextKey{}).(*request); ok {
		return r.door.Session
	}
	return nil
}
