package server

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
)

// Execute answers one operation for the local viewer without HTTP, under the same
// limits. variables is a JSON object or empty. It returns the answer as JSON, and
// whether it is free of errors.
func (s *Server) Execute(ctx context.Context, query, operation string, variables json.RawMessage) ([]byte, bool) {
	ctx, c := s.begin(ctx)
	c.viewer = s.local.Name
	members := map[string]any{"query": query, "operationName": operation}
	if len(variables) > 0 {
		value, err := readJSON(variables)
		if err != nil {
			return encode(answer{errors: errorList(ctx, malformed("The variables are not a valid JSON object."))}), false
		}
		members["variables"] = value
	}
	p, fail := parameters(members)
	if fail != nil {
		return encode(answer{errors: errorList(ctx, fail)}), false
	}
	a := s.execute(ctx, s.local, p)
	return encode(a), len(a.errors) == 0
}

// execute takes an operation that has one answer through the gate, the executor and
// the session.
func (s *Server) execute(ctx context.Context, viewer access.Viewer, p *asked) (a answer) {
	ctx, w := s.watch(ctx)
	defer func() { w.done(ctx, a) }()
	op, fail := s.prepare(ctx, viewer, p)
	if fail != nil {
		return *fail
	}
	w.known(op)
	if op.Operation.Operation == ast.Subscription {
		return refused(gqlerror.List{newError(ctx, graph.BadUserInput, "A subscription has many answers: ask for them with Accept: text/event-stream, "+
			"or over a WebSocket that speaks graphql-transport-ws.")})
	}
	return s.run(ctx, viewer, op)
}

// run answers a prepared operation that has one answer. Its context ends with the
// client's connection or after Options.Timeout.
func (s *Server) run(ctx context.Context, viewer access.Viewer, op *graphql.OperationContext) answer {
	ctx, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	leave, within, fail := s.admit(ctx, viewer, op)
	if fail != nil {
		return *fail
	}
	defer leave()
	respond, ctx, fail := s.dispatch(ctx, viewer, op)
	if fail != nil {
		return *fail
	}
	a := answerOf(ctx, op, respond(ctx))
	a.limits = within
	return a
}

// prepare takes a request through the gate.
func (s *Server) prepare(ctx context.Context, viewer access.Viewer, p *asked) (*graphql.OperationContext, *answer) {
	class := viewer.Clearance.Class()
	if fail := s.shelf.find(class, p); fail != nil {
		a := refused(errorList(ctx, fail))
		return nil, &a
	}
	if s.lanes.areFull(p.Query) {
		a := refused(errorList(ctx, errOverload))
		a.limits = s.overloaded()
		return nil, &a
	}
	op, errs := s.exec.CreateOperationContext(graphql.StartOperationTrace(ctx), p.RawParams)
	if len(errs) > 0 {
		a := refused(presentRequest(ctx, errs))
		if spent := spendingOf(op); spent != nil {
			a.extensions = spent.extension()
		}
		return nil, &a
	}
	if p.queriesOnly && op.Operation.Operation == ast.Mutation {
		a := refused(errorList(ctx, errQueriesOnly))
		a.status = errQueriesOnly.status
		return nil, &a
	}
	s.shelf.keep(class, p)
	return op, nil
}

// dispatch begins a prepared operation in the viewer's session. Each call of what it
// returns gives one response, nil after the last.
func (s *Server) dispatch(ctx context.Context, viewer access.Viewer, op *graphql.OperationContext) (graphql.ResponseHandler, context.Context, *answer) {
	if s.options.Session != nil {
		var err error
		if ctx, err = s.options.Session(graphql.WithOperationContext(ctx, op), viewer); err != nil {
			a := refused(gqlerror.List{present(ctx, err)})
			return nil, ctx, &a
		}
	}
	respond, ctx := s.exec.DispatchOperation(ctx, op)
	return respond, ctx, nil
}

// answerOf returns what a response of an operation comes to.
func answerOf(ctx context.Context, op *graphql.OperationContext, response *graphql.Response) answer {
	if response == nil { // gqlgen's word for an ended context
		return refused(gqlerror.List{present(ctx, fmt.Errorf("no response: %w", context.Cause(ctx)))})
	}
	inOrder(response.Errors)
	if response.Data == nil {
		return refused(response.Errors)
	}
	return answer{status: 200, errors: response.Errors, data: response.Data, extensions: spendingOf(op).extension()}
}
