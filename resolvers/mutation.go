package resolvers

import (
	"context"
	"math"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/resolvers/model"
	"github.com/chokepoint/chokepoint/session"
	"github.com/chokepoint/chokepoint/store"
)

// UpsertRecords resolves Mutation.upsertRecords.
func (mutation) UpsertRecords(ctx context.Context, input model.UpsertRecordsInput) (model.WritePayload, error) {
	w := session.Writing{Reason: text(input.Reason)}
	for i := range input.Records {
		in := &input.Records[i]
		w.Records = append(w.Records, graph.Record{
			Header: header{in.Dataset, in.Key, in.Properties, in.Markings, in.Reliability, in.Credibility, in.Confidence, in.ValidFrom, in.ValidTo, in.SourceRef}.graph(),
			Kind:   graph.Kind(in.Kind), Name: text(in.Name), Aliases: in.Aliases,
		})
	}
	return write(ctx, w)
}

// UpsertLinks resolves Mutation.upsertLinks.
func (mutation) UpsertLinks(ctx context.Context, input model.UpsertLinksInput) (model.WritePayload, error) {
	w := session.Writing{Reason: text(input.Reason)}
	for i := range input.Links {
		in := &input.Links[i]
		from, err := in.From.Record()
		if err != nil {
			return model.WritePayload{}, err
		}
		to, err := in.To.Record()
		if err != nil {
			return model.WritePayload{}, err
		}
		l := graph.Link{
			Header: header{in.Dataset, text(in.Key), in.Properties, in.Markings, in.Reliability, in.Credibility, in.Confidence, in.ValidFrom, in.ValidTo, in.SourceRef}.graph(),
			Kind:   graph.LinkKind(in.Kind), From: from, To: to, At: instant(in.At),
			Currency: text(in.Currency), Quantity: in.Quantity, Unit: text(in.Unit), Weight: in.Weight,
		}
		if in.Amount != nil {
			l.Amount = *in.Amount
		}
		w.Links = append(w.Links, l)
	}
	return write(ctx, w)
}

// DeleteRecords resolves Mutation.deleteRecords.
func (mutation) DeleteRecords(ctx context.Context, input model.DeleteRecordsInput) (model.WritePayload, error) {
	return write(ctx, session.Writing{Deletes: input.Ids, Reason: text(input.Reason)})
}

// RevertBatch resolves Mutation.revertBatch.
func (mutation) RevertBatch(ctx context.Context, input model.RevertBatchInput) (model.WritePayload, error) {
	d, err := open(ctx, nil, nil)
	if err != nil {
		return model.WritePayload{}, err
	}
	return payload(d.Revert(ctx, input.Revision, text(input.Reason)))
}

func write(ctx context.Context, w session.Writing) (model.WritePayload, error) {
	d, err := open(ctx, nil, nil)
	if err != nil {
		return model.WritePayload{}, err
	}
	return payload(d.Write(ctx, w))
}

// payload counts what became of the items.
func payload(w *session.Written, err error) (model.WritePayload, error) {
	if err != nil {
		return model.WritePayload{}, err
	}
	out := model.WritePayload{Revision: w.Token, Items: make([]model.WriteItem, len(w.Items))}
	for i, item := range w.Items {
		out.Items[i] = model.WriteItem{Index: i, Outcome: model.Outcome(item.Outcome)}
		if item.Err != nil {
			out.Items[i].Outcome = model.OutcomeRejected
			out.Items[i].Error = &model.WriteError{Code: string(item.Err.Code), Message: item.Err.Message}
			out.Rejected++
			continue
		}
		out.Items[i].ID = &w.Items[i].ID
		switch item.Outcome {
		case store.Created:
			out.Created++
		case store.Updated:
			out.Updated++
		case store.Unchanged:
			out.Unchanged++
		case store.Deleted:
			out.Deleted++
		case store.Missing:
			out.NotFound++
		}
	}
	return out, nil
}

// header is what the inputs of records and links have in common.
type header struct {
	dataset, key       string
	properties         []model.PropertyInput
	markings           []graph.Marking
	reliability        *byte
	credibility        *int
	confidence         float64
	validFrom, validTo *graph.Instant
	sourceRef          *string
}

func (h header) graph() graph.Header {
	out := graph.Header{
		Dataset: h.dataset, Key: h.key, SourceRef: text(h.sourceRef), Confidence: h.confidence,
		Markings: graph.NewMarkings(h.markings...), ValidFrom: instant(h.validFrom), ValidTo: instant(h.validTo),
		Properties: model.PropertiesOf(h.properties),
	}
	if h.reliability != nil {
		out.Reliability = *h.reliability
	}
	if h.credibility != nil { // what is out of range is refused when it is validated
		out.Credibility = math.MaxUint8
		if c := *h.credibility; c >= 1 && c <= 6 {
			out.Credibility = uint8(c)
		}
	}
	return out
}
