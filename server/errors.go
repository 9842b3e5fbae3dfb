package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/chokepoint/chokepoint/graph"
)

// Codes of errors that arise here and nowhere deeper.
const (
	parseFailed      graph.Code = errcode.ParseFailed
	validationFailed graph.Code = errcode.ValidationFailed
	notPersisted     graph.Code = "PERSISTED_QUERY_NOT_FOUND"
	unauthenticated  graph.Code = "UNAUTHENTICATED"
	rateLimited      graph.Code = "RATE_LIMITED"
)

// statuses maps a code to the HTTP status of a request that failed with it before
// execution began. It is also the list of codes that may be shown, which
// docs/http.md explains.
var statuses = map[graph.Code]int{
	parseFailed:        http.StatusBadRequest,
	validationFailed:   http.StatusBadRequest,
	notPersisted:       http.StatusBadRequest,
	graph.BadUserInput: http.StatusBadRequest,
	unauthenticated:    http.StatusUnauthorized,
	rateLimited:        http.StatusTooManyRequests,
	graph.TooComplex:   http.StatusBadRequest,
	graph.Forbidden:    http.StatusForbidden,
	graph.NotFound:     http.StatusNotFound,
	graph.Conflict:     http.StatusConflict,
	graph.Stale:        http.StatusConflict,
	graph.Timeout:      http.StatusGatewayTimeout,
	graph.Unavailable:  http.StatusServiceUnavailable,
	graph.Internal:     http.StatusInternalServerError,
}

const (
	// maxErrors bounds how many errors of one document are listed.
	maxErrors = 20
	// maxMessage bounds a message in bytes: the validator quotes the document.
	maxMessage = 300
)

// newError returns an error as it is shown.
func newError(ctx context.Context, code graph.Code, message string) *gqlerror.Error {
	return &gqlerror.Error{Message: message, Extensions: map[string]any{"code": string(code), "requestId": RequestID(ctx)}}
}

// codeOf returns the code of a shown error.
func codeOf(shown *gqlerror.Error) graph.Code {
	code, _ := shown.Extensions["code"].(string)
	return graph.Code(code)
}

// present returns what is shown of an error: the code and message of a
// *graph.Error in its chain, a word for ended contexts, and otherwise nothing but
// that something failed. What is not shown is logged under the same request id:
// every cause that has no public word, or more behind it than that.
func present(ctx context.Context, err error) *gqlerror.Error {
	code, message := graph.Internal, "Something failed here, not in the request. The server's log tells more under this requestId."
	var public *graph.Error
	switch {
	case errors.As(err, &public) && statuses[public.Code] != 0 && public.Code != graph.Internal:
		code, message = public.Code, public.Message
	case errors.Is(err, context.DeadlineExceeded):
		code, message = graph.Timeout, "The operation took too long and was stopped. Narrow its scope or ask for less."
	case errors.Is(err, context.Canceled):
		code, message = graph.Unavailable, "The operation was cancelled."
	}
	if code == graph.Internal || code == graph.Unavailable && (public == nil || public.Unwrap() != nil) {
		level := slog.LevelError
		if public == nil && isCancelled(ctx) {
			level = slog.LevelInfo
		}
		callOf(ctx).log.Log(ctx, level, "failed", "code", code, "cause", causes(err))
	}
	return newError(ctx, code, message)
}

// isCancelled says whether nobody waits for an answer any more: the client hung up, or
// the server stops.
func isCancelled(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }

// causes returns the text of an error with what *graph.Error keeps from callers.
func causes(err error) string {
	text := err.Error()
	for {
		var public *graph.Error
		if !errors.As(err, &public) || public.Unwrap() == nil {
			return text
		}
		err = public.Unwrap()
		text += ": " + err.Error()
	}
}

// panicked is a recovered panic. It hides what was thrown from errors.As: a panic
// is never a message for the viewer.
type panicked struct{ text string }

func newPanicked(value any) error {
	return panicked{fmt.Sprintf("panic: %v\n%s", value, debug.Stack())}
}

// Error returns what was thrown, and where.
func (p panicked) Error() string { return p.text }

// presenter shows errors of execution.
type presenter struct{ schema *ast.Schema }

func (p presenter) present(ctx context.Context, err error) *gqlerror.Error {
	var shown, located *gqlerror.Error
	isLocated := errors.As(err, &located)
	if field, isArgument := badArgument(ctx, err); isArgument {
		input := located.Path[min(len(field.Path()), len(located.Path)):]
		shown = newError(ctx, graph.BadUserInput, p.argumentMessage(field, input))
		shown.Path = field.Path()
		return shown
	}
	shown = present(ctx, err)
	if isLocated {
		shown.Path, shown.Locations = located.Path, located.Locations
	}
	return shown
}

// badArgument says whether err arose while the arguments of a field were read:
// gqlgen gives the field its arguments only when all could be.
func badArgument(ctx context.Context, err error) (*graphql.FieldContext, bool) {
	field := graphql.GetFieldContext(ctx)
	if field == nil || field.Field.Field == nil || field.Args != nil || len(field.Field.Arguments) == 0 {
		return nil, false
	}
	var thrown panicked
	var public *graph.Error
	var located *gqlerror.Error
	return field, !errors.As(err, &thrown) && !errors.As(err, &public) && errors.As(err, &located)
}

// argumentMessage names the argument at path and its type, and no more: the words
// of the Go code that refused it stay inside.
func (p presenter) argumentMessage(field *graphql.FieldContext, path ast.Path) string {
	var typ *ast.Type
	var inputs ast.FieldList
	for i, step := range path {
		name, isName := step.(ast.PathName)
		switch {
		case i == 0 && isName:
			if argument := field.Field.Definition.Arguments.ForName(string(name)); argument != nil {
				typ = argument.Type
			}
		case isName:
			if input := inputs.ForName(string(name)); input != nil {
				typ = input.Type
			}
		case typ != nil && typ.Elem != nil:
			typ = typ.Elem
		}
		if typ == nil {
			break
		}
		if def := p.schema.Types[typ.Name()]; def != nil {
			inputs = def.Fields
		}
	}
	if typ == nil {
		return "An argument does not fit its type."
	}
	return fmt.Sprintf("Argument %s is not a valid %s.", path, typ)
}

// presentRequest shows why a document was not executed.
func presentRequest(ctx context.Context, errs gqlerror.List) gqlerror.List {
	var shown gqlerror.List
	for _, err := range errs[:min(len(errs), maxErrors)] {
		code, _ := err.Extensions["code"].(string)
		var one *gqlerror.Error
		switch {
		case err.Err != nil:
			one = present(ctx, err)
		case len(err.Path) > 0 && err.Path[0] == ast.PathName("variable"):
			one = newError(ctx, graph.BadUserInput, fmt.Sprintf("Variable $%s does not fit its type.", err.Path[1:]))
		case graph.Code(code) == parseFailed, graph.Code(code) == validationFailed:
			one = newError(ctx, graph.Code(code), shorten(err.Message))
		default:
			one = present(ctx, err)
		}
		one.Locations = err.Locations
		shown = append(shown, one)
	}
	return shown
}

// shorten cuts a message at maxMessage bytes.
func shorten(message string) string {
	if len(message) <= maxMessage {
		return message
	}
	end := maxMessage
	for !utf8.RuneStart(message[end]) {
		end--
	}
	return message[:end] + "…"
}

// inOrder sorts errors by path: fields fail in whatever order they were computed,
// and equal requests get equal bytes.
func inOrder(errs gqlerror.List) {
	slices.SortStableFunc(errs, func(a, b *gqlerror.Error) int {
		return cmp.Or(strings.Compare(a.Path.String(), b.Path.String()), strings.Compare(a.Message, b.Message))
	})
}

// rulesWithoutSuggestions returns the validation rules of GraphQL without guesses
// at what was meant: those cost a distance to every name of the schema each.
func rulesWithoutSuggestions() *rules.Rules {
	r := rules.NewDefaultRules()
	r.RemoveRule(rules.KnownArgumentNamesRule.Name)
	r.RemoveRule(rules.KnownTypeNamesRule.Name)
	r.RemoveRule(rules.ValuesOfCorrectTypeRule.Name)
	r.AddRule(rules.KnownArgumentNamesRuleWithoutSuggestions.Name, rules.KnownArgumentNamesRuleWithoutSuggestions.RuleFunc)
	r.AddRule(rules.KnownTypeNamesRuleWithoutSuggestions.Name, rules.KnownTypeNamesRuleWithoutSuggestions.RuleFunc)
	r.AddRule(rules.ValuesOfCorrectTypeRuleWithoutSuggestions.Name, rules.ValuesOfCorrectTypeRuleWithoutSuggestions.RuleFunc)
	r.AddRule("NumbersInRange", numbersInRange)
	return r
}

// numbersInRange refuses numbers that stand for scalars of our own and that Go has no
// room for: the validator leaves those to the scalars, and the parser's library panics
// before these see them.
func numbersInRange(observers *core.Events, addError core.AddErrFunc) {
	observers.OnValue(func(_ *core.Walker, value *ast.Value) {
		if value.Kind != ast.IntValue && value.Kind != ast.FloatValue || value.Definition != nil && value.Definition.BuiltIn {
			return
		}
		if _, err := value.Value(nil); err != nil {
			addError(core.Message("The number %s is too large.", value.Raw), core.At(value.Position))
		}
	})
}
