//go:build nootel

package main

import (
	"context"

	"go.opentelemetry.io/otel/trace"
)

// tracing is left out of this binary, which is some 10 MB smaller for it.
func tracing(_ context.Context, collector string) (trace.Tracer, func(context.Context) error, error) {
	if collector != "" {
		return nil, nil, usage("--trace-to: this binary was built without tracing")
	}
	return nil, func(context.Context) error { return nil }, nil
}
