// Package resolvers answers the operations of schema.graphqls: arguments in, a call
// of the session, the answer out. It reaches nothing but the session of the request.
package resolvers

import (
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/loaders"
	"github.com/chokepoint/chokepoint/resolvers/generated"
	"github.com/chokepoint/chokepoint/resolvers/model"
	"github.com/chokepoint/chokepoint/resolvers/serial"
	"github.com/chokepoint/chokepoint/session"
)

// Schema returns the executable schema. Its operations need a context made by
// [NewContext].
func Schema() Executable {
	return Executable{generated.NewExecutableSchema(generated.Config{Resolvers: root{}})}
}

// Executable is the executable schema. It can write answers in one pass, beside executing
// operations as gqlgen does.
type Executable struct{ graphql.ExecutableSchema }

// WriteSerial writes what the field of ctx resolved to, if that is a field of Query and
// nothing below it waits for the store, and returns what all fields below cost. ok is
// false if it was not written, as when an error came up: gqlgen writes it then.
func (s Executable) WriteSerial(ctx context.Context, value any, weigh func(*ast.Field) int) (written graphql.Marshaler, used int, ok bool) {
	field := graphql.GetFieldContext(ctx)
	if field.Object != "Query" { // first: it is asked of every field
		return nil, 0, false
	}
	if r, opened := ctx.Value(contextKey{}).(*request); !opened || !r.fromMemory {
		return nil, 0, false
	}
	w := serial.NewWriter(graphql.GetOperationContext(ctx), weigh)
	ctx = graphql.WithResponseContext(ctx, graphql.DefaultErrorPresenter, graphql.DefaultRecover) // errors are not told from here
	if !generated.Serial(ctx, s.ExecutableSchema, w, field.Field, value) || len(graphql.GetErrors(ctx)) > 0 {
		return nil, 0, false
	}
	return w, w.Used(), true
}

// root resolves the fields of Query and Mutation.
type root struct{}

// Query returns the resolver of queries.
func (root) Query() generated.QueryResolver { return query{} }

// Mutation returns the resolver of mutations.
func (root) Mutation() generated.MutationResolver { return mutation{} }

type (
	query    struct{}
	mutation struct{}
)

// request is what the operations of one request share.
type request struct {
	door
	// fromMemory says that no field below the roots waits for the store.
	fromMemory bool

	mu     sync.Mutex
	others map[[2]string]door          // by what they were asked for: atLeast, asOf
	past   map[string]*session.Session // by asOf
}

// door is a session with the loader on it.
type door struct {
	*session.Session
	*loaders.Loader
}

// expect announces the entities of a list.
func expect[T any](d door, list []T, id func(T) graph.ID) {
	ids := make([]graph.ID, len(list))
	for i, item := range list {
		ids[i] = id(item)
	}
	d.Expect(ids...)
}

func newDoor(s *session.Session) door { return door{s, loaders.New(s)} }

type contextKey struct{}

// NewContext gives the operations of a request their session. If the context has the
// operation, and it selects nothing that the store alone knows, the session answers
// without it.
func NewContext(ctx context.Context, s *session.Session) context.Context {
	fromMemory := graphql.HasOperationContext(ctx) && !asksStore(graphql.GetOperationContext(ctx).Operation)
	if fromMemory {
		s = s.FromMemory()
	}
	return context.WithValue(ctx, contextKey{}, &request{door: newDoor(s), fromMemory: fromMemory, others: map[[2]string]door{}, past: map[string]*session.Session{}})
}

var errNoSession = graph.Errorf(graph.Internal, "the request has no session")

// maxStates bounds how many past states one request looks at: each is a graph in
// memory while the request lasts.
const maxStates = 5

// open returns the door of the request, moved to a snapshot that includes one
// revision or shows another, if that is asked for.
func open(ctx context.Context, atLeast, asOf *string) (door, error) {
	r, ok := ctx.Value(contextKey{}).(*request)
	if !ok {
		return door{}, errNoSession
	}
	if atLeast == nil && asOf == nil {
		return r.door, nil
	}
	key := [2]string{text(atLeast), text(asOf)}
	r.mu.Lock()
	defer r.mu.Unlock()
	if d, ok := r.others[key]; ok {
		return d, nil
	}
	s := r.door.Session
	var err error
	if atLeast != nil {
		if s, err = s.AtLeast(ctx, *atLeast); err != nil {
			return door{}, err
		}
	}
	if asOf != nil {
		if s, err = r.asOf(ctx, s, *asOf); err != nil {
			return door{}, err
		}
	}
	d := r.door
	if s != d.Session {
		d = newDoor(s)
	}
	r.others[key] = d
	return d, nil
}

// asOf moves a session to a past state, each read once; the caller holds the lock.
func (r *request) asOf(ctx context.Context, s *session.Session, token string) (*session.Session, error) {
	if then, ok := r.past[token]; ok {
		return then, nil
	}
	if len(r.past) == maxStates {
		return nil, graph.Errorf(graph.TooComplex, "scope.asOf: a request looks at no more than %d states", maxStates)
	}
	then, err := s.AsOf(ctx, token)
	if err == nil {
		r.past[token] = then
	}
	return then, err
}

// scoped opens the door that a scope asks for.
func scoped(ctx context.Context, atLeast *string, scope *model.Scope) (door, error) {
	if scope == nil {
		return open(ctx, atLeast, nil)
	}
	return open(ctx, atLeast, scope.AsOf)
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// optional returns nil for "".
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func page(first int, after *string) session.Page {
	return session.Page{First: first, After: text(after)}
}
