package server

import (
	"context"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/vektah/gqlparser/v2/ast"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/chokepoint/chokepoint/graph"
)

// metrics are what operators count and time. Their labels are words of the schema
// and of this package: types of operations, root fields, codes. Nothing of the graph,
// of its viewers or of what they ask gets into them.
type metrics struct {
	registry   *prometheus.Registry
	operations *prometheus.CounterVec
	fields     *prometheus.CounterVec
	seconds    *prometheus.HistogramVec
	cost       *prometheus.HistogramVec
	events     prometheus.Counter
	cut        *prometheus.CounterVec
}

func newMetrics(s *Server) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		operations: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "chokepoint_operations_total", Help: "Operations answered, by type (unknown before it is known) and code of the first error (OK for none).",
		}, []string{"type", "code"}),
		fields: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "chokepoint_root_fields_total", Help: "Root fields asked for in operations that ran.",
		}, []string{"type", "field"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "chokepoint_operation_seconds", Help: "Time from a request that was read to its answer, waiting included.",
			Buckets: []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"type"}),
		cost: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "chokepoint_operation_cost", Help: "What operations that ran came to, in units of cost.",
			Buckets: prometheus.ExponentialBuckets(1, 10, 7),
		}, []string{"type"}),
		events: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "chokepoint_events_total", Help: "Events told to subscribers.",
		}),
		cut: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "chokepoint_streams_cut_total", Help: "Streams that the server ended, by why.",
		}, []string{"reason"}),
	}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		m.operations, m.fields, m.seconds, m.cost, m.events, m.cut)
	for name, lane := range map[string]*lane{"lookups": s.lookups, "analyses": s.analyses, "events": s.events} {
		labels := prometheus.Labels{"lane": name}
		m.registry.MustRegister(
			prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "chokepoint_running", Help: "Operations that run, and events that are computed.", ConstLabels: labels}, func() float64 { return float64(len(lane.slots)) }),
			prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "chokepoint_admitted", Help: "The same, with those that wait.", ConstLabels: labels}, func() float64 { return float64(lane.under.Load()) }))
	}
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "chokepoint_streams", Help: "Streams that are open."}, func() float64 { return float64(s.streams.count()) }))
	return m
}

// watched is an operation that is counted, timed and traced.
type watched struct {
	metrics *metrics
	span    trace.Span
	begun   time.Time
	op      *graphql.OperationContext // nil until it is known
}

// watch begins to watch an operation.
func (s *Server) watch(ctx context.Context) (context.Context, *watched) {
	w := &watched{metrics: s.metrics, begun: time.Now()}
	ctx, w.span = s.options.Tracer.Start(ctx, "operation", trace.WithSpanKind(trace.SpanKindServer))
	w.span.SetAttributes(attribute.String("chokepoint.request_id", RequestID(ctx)))
	return ctx, w
}

// cancelled stands for the code of operations for which nobody waits any more: they
// are no failures that an operator needs to know of.
const cancelled = "CANCELLED"

// done counts the operation, whose request is ctx's, with its answer, and tells the line
// of the log what it was.
func (w *watched) done(ctx context.Context, a answer) {
	defer w.span.End()
	kind, code := "unknown", "OK"
	if w.op != nil && w.op.Operation != nil {
		kind = string(w.op.Operation.Operation)
	}
	if len(a.errors) > 0 {
		if code = string(codeOf(a.errors[0])); code == string(graph.Unavailable) && isCancelled(ctx) {
			code = cancelled
		}
		w.span.SetStatus(codes.Error, code)
	}
	c := callOf(ctx)
	c.operation, c.code = kind, code
	w.metrics.operations.WithLabelValues(kind, code).Inc()
	if kind == string(ast.Subscription) {
		return // lasts as long as the client likes
	}
	w.metrics.seconds.WithLabelValues(kind).Observe(time.Since(w.begun).Seconds())
	if a.data != nil {
		w.metrics.cost.WithLabelValues(kind).Observe(float64(spendingOf(w.op).used.Load()))
	}
}

// refused counts an operation that there was no room to read.
func (m *metrics) refused() {
	m.operations.WithLabelValues("unknown", string(errOverload.code)).Inc()
}

// known says what the operation is, once it passed the gate.
func (w *watched) known(op *graphql.OperationContext) {
	w.op = op
	kind := string(op.Operation.Operation)
	fields := rootFieldsOf(op.Operation.SelectionSet, nil)
	for _, field := range fields {
		w.metrics.fields.WithLabelValues(kind, field).Inc()
	}
	w.span.SetName(kind)
	w.span.SetAttributes(attribute.String("graphql.operation.type", kind), attribute.StringSlice("graphql.operation.fields", fields),
		attribute.Int("chokepoint.cost", spendingOf(op).estimated))
}

// rootFieldsOf lists the fields of a root type, as the schema names them.
func rootFieldsOf(set ast.SelectionSet, fields []string) []string {
	for _, selection := range set {
		switch selection := selection.(type) {
		case *ast.Field:
			fields = append(fields, selection.Name)
		case *ast.InlineFragment:
			fields = rootFieldsOf(selection.SelectionSet, fields)
		case *ast.FragmentSpread:
			fields = rootFieldsOf(selection.Definition.SelectionSet, fields)
		}
	}
	return fields
}

// InterceptRootField traces the fields of an operation one by one.
func (g gate) InterceptRootField(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	if !trace.SpanFromContext(ctx).IsRecording() {
		return next(ctx)
	}
	ctx, span := g.tracer.Start(ctx, graphql.GetRootFieldContext(ctx).Field.Name)
	defer span.End()
	return next(ctx)
}

// traced takes over the trace that a caller began.
func traced(r *http.Request) context.Context {
	return propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
}

// Operations returns the handler for operators: metrics and health. It belongs on a
// listener of its own.
func (s *Server) Operations() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", serveHealth)
	mux.HandleFunc("GET /readyz", s.serveReady)
	return s.observe(loopbackOnly(mux))
}
