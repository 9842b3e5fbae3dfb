package graph

import (
	"errors"
	"fmt"
)

// Code is a stable error code, as it stands in extensions.code of an answer.
type Code string

// The closed set of codes that cross package borders.
const (
	BadUserInput Code = "BAD_USER_INPUT"
	NotFound     Code = "NOT_FOUND"
	Conflict     Code = "CONFLICT"
	Stale        Code = "STALE"
	Forbidden    Code = "FORBIDDEN"
	TooComplex   Code = "COMPLEXITY_LIMIT_EXCEEDED"
	Timeout      Code = "TIMEOUT"
	Unavailable  Code = "UNAVAILABLE"
	Internal     Code = "INTERNAL"
)

// Error is the only error type that callers of another package branch on.
// Message is public: it says what is wrong and what to do next, and never names
// hosts, paths, queries or anything the viewer may not see. The cause is for the
// log alone.
type Error struct {
	Code    Code
	Message string
	cause   error
}

// Errorf returns an Error with a public message.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Because returns a copy of e with an internal cause.
func (e *Error) Because(cause error) *Error {
	return &Error{Code: e.Code, Message: e.Message, cause: cause}
}

// Error returns the public message.
func (e *Error) Error() string { return e.Message }

// Unwrap returns the internal cause.
func (e *Error) Unwrap() error { return e.cause }

// CodeOf finds the code in an error chain; Internal if it has none.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}
