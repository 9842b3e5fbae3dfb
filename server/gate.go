package server

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/lexer"
	"github.com/vektah/gqlparser/v2/parser"
	"go.opentelemetry.io/otel/trace"

	"github.com/chokepoint/chokepoint/graph"
)

// Limits on the form of a document, checked before it is validated: validation
// itself is quadratic in places. Each admits far more than a person or a client
// library writes.
const (
	// maxDocument bounds its text in bytes: maxTokens make some 100 kB. What is longer is
	// a value, and the lexer takes its time with long ones: 90 ms for 1 MiB of short lines.
	maxDocument = 256 << 10
	// maxTokens: a document of 500 ids and every field of every kind has 2,000.
	maxTokens = 5_000
	// maxDepth: introspection goes 16 deep; an entity's links' entities' links, 9.
	maxDepth = 20
	// maxAliases: a script that asks for many things has `nodes` and `names`.
	maxAliases = 100
	// maxSelections, with fragments written out: all properties of all 26 kinds
	// are about 250, in a dozen places.
	maxSelections = 3_000
	// maxMerges: pairs of fields that the validator must compare since both answer
	// under one name. Every kind's fragment with ten fields of one name has 3,250.
	maxMerges = 10_000
)

// gate bounds an operation before it is validated, and its cost before it is
// executed.
type gate struct {
	schema    *ast.Schema
	serial    serialWriter // nil if the schema has none
	documents documents    // valid ones, which were surveyed before
	costLimit int
	tracer    trace.Tracer
}

// ExtensionName identifies the gate to gqlgen.
func (gate) ExtensionName() string { return "Gate" }

// Validate accepts every schema.
func (gate) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters refuses a document by its form, and variables that do
// not fit. What does not parse is left for the executor to report.
func (g gate) MutateOperationParameters(ctx context.Context, p *graphql.RawParams) *gqlerror.Error {
	doc, known := g.documents.Get(ctx, p.Query)
	if !known {
		var err *gqlerror.Error
		if doc, err = surveyed(p.Query); doc == nil || err != nil {
			return err
		}
	}
	op := doc.Operations.ForName(p.OperationName)
	switch {
	case len(doc.Operations) == 0:
		return errNoOperation()
	case op == nil && p.OperationName == "":
		return invalid(nil, "The document has several operations: name one as operationName.")
	case op == nil:
		return invalid(nil, "The document has no operation of the name that operationName gives.")
	}
	if err := checkVariables(g.schema, op, p.Variables); err != nil {
		return refusal(err)
	}
	return nil
}

func errNoOperation() *gqlerror.Error {
	return invalid(nil, "The document has no operation, such as { datasets { name } }.")
}

// surveyed parses a document whose form is within the limits; nil if it does not
// parse.
func surveyed(document string) (*ast.QueryDocument, *gqlerror.Error) {
	if len(document) > maxDocument {
		return nil, tooComplex("The document has more than %d bytes. Pass values as variables.", maxDocument)
	}
	if tokens(document) > maxTokens {
		return nil, tooComplex("The document has more than %d tokens. Pass values as variables.", maxTokens)
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: document})
	if err != nil {
		return nil, nil //nolint:nilerr,nilnil // the executor parses again and says where
	}
	_, refused := surveyOf(doc)
	return doc, refused
}

// invalid is an error as the validator reports them.
func invalid(at *ast.Position, format string, args ...any) *gqlerror.Error {
	err := gqlerror.Errorf(format, args...)
	if at != nil {
		err = gqlerror.ErrorPosf(at, format, args...)
	}
	err.Extensions = map[string]any{"code": string(validationFailed)}
	return err
}

// MutateOperationContext refuses a valid operation by what it would cost, and lets
// it look at the schema, which is no secret.
func (g gate) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	op.DisableIntrospection = false
	if err := checkStream(op.Operation); err != nil {
		return err
	}
	c := costing{variables: op.Variables}
	cost := c.operation(op.Operation)
	op.Stats.SetExtension(spendingKey, &spending{estimated: cost, limit: g.costLimit})
	if cost > g.costLimit {
		return tooComplex("The operation may cost %d, and at most %d is allowed. Ask for fewer rows (first), fewer lists within lists, "+
			"or fewer analyses at once.", cost, g.costLimit)
	}
	return nil
}

// checkStream refuses a subscription to more than one stream of events.
func checkStream(op *ast.OperationDefinition) *gqlerror.Error {
	if op.Operation != ast.Subscription || isOneStream(op.SelectionSet) {
		return nil
	}
	return invalid(op.Position, "A subscription selects one field of Subscription, and none beside it.")
}

// isOneStream says whether all that is selected is one stream of events.
func isOneStream(set ast.SelectionSet) bool {
	if len(set) != 1 {
		return false
	}
	switch selection := set[0].(type) {
	case *ast.Field:
		return !strings.HasPrefix(selection.Name, "__")
	case *ast.InlineFragment:
		return isOneStream(selection.SelectionSet)
	case *ast.FragmentSpread:
		return isOneStream(selection.Definition.SelectionSet)
	}
	return false
}

// serialWriter is an executable schema that can write what a field resolved to by itself,
// in one pass, and tells what the fields below it cost.
type serialWriter interface {
	WriteSerial(ctx context.Context, value any, weigh func(*ast.Field) int) (written graphql.Marshaler, used int, ok bool)
}

// InterceptField counts what a field came to, and has it written in one pass where that
// is possible. The first field of an event waits for its turn.
func (g gate) InterceptField(ctx context.Context, next graphql.Resolver) (any, error) {
	spent := spendingOf(graphql.GetOperationContext(ctx))
	if spent == nil {
		return next(ctx)
	}
	if spent.turn != nil {
		if err := spent.turn.take(ctx); err != nil {
			return nil, err
		}
	}
	result, err := next(ctx)
	spent.count(graphql.GetFieldContext(ctx).Field.Field, result)
	if g.serial == nil || err != nil || result == nil {
		return result, err
	}
	if written, used, ok := g.serial.WriteSerial(ctx, result, weightOf); ok {
		spent.used.Add(int64(used))
		return written, nil
	}
	return result, nil
}

func tooComplex(format string, args ...any) *gqlerror.Error {
	return refusal(graph.Errorf(graph.TooComplex, format, args...))
}

func refusal(err *graph.Error) *gqlerror.Error {
	return &gqlerror.Error{Err: err, Message: err.Message}
}

// tokens counts the tokens of a document, up to one more than maxTokens.
func tokens(document string) int {
	lex := lexer.New(&ast.Source{Input: document})
	for n := 0; ; n++ {
		if token, err := lex.ReadToken(); n > maxTokens || err != nil || token.Kind == lexer.EOF {
			return n
		}
	}
}
