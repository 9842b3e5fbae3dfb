//go:build !nootel

package main

import (
	"context"
	"net/url"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// tracing returns a tracer that sends traces to a collector of OpenTelemetry, and
// what ends that; nil without an address, and then nothing is sent anywhere.
func tracing(ctx context.Context, collector string) (trace.Tracer, func(context.Context) error, error) {
	if collector == "" {
		return nil, func(context.Context) error { return nil }, nil
	}
	if address, err := url.Parse(collector); err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https" {
		return nil, nil, usage("--trace-to is an address such as http://127.0.0.1:4318")
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(collector))
	if err != nil {
		return nil, nil, usage("--trace-to: %v", err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter),
		sdktrace.WithResource(resource.NewSchemaless(attribute.String("service.name", "chokepoint"), attribute.String("service.version", version()))))
	return provider.Tracer("chokepoint"), provider.Shutdown, nil
}
