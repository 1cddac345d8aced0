package cases

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// Noted says what became of a fact.
type Noted struct {
	Cases     []string `json:"cases"`     // the cases that were told
	Duplicate bool     `json:"duplicate"` // it had come before
	Unknown   bool     `json:"unknown"`   // no case knows the waybill or refund; the fact is kept
	Late      bool     `json:"late"`      // its case has ended; the fact is kept
}

// Notify takes a fact from a machine: it is kept, its case is found by waybill or refund number, and the case is told. It
// may be repeated: the same source and event id count once.
func Notify[In any](ctx context.Context, c *Client, fact schemas.Fact[In], report schemas.Report, body In) (Noted, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return Noted{}, fmt.Errorf("fact %s: %w", fact.Name, err)
	}
	report.Body = raw
	return c.Report(ctx, fact.Name, report)
}

// Report is Notify for a fact whose body is JSON already.
func (c *Client) Report(ctx context.Context, fact string, report schemas.Report) (Noted, error) {
	if c.records == nil {
		return Noted{}, errNoDatabase
	}
	if report.ReceivedAt.IsZero() {
		report.ReceivedAt = time.Now().UTC()
	}
	if report.Door == "" {
		report.Door = schemas.DoorNotify
	}
	if refusal := report.Check(); refusal != nil {
		return Noted{}, refusal
	}
	if !schemas.IsFact(fact) {
		return Noted{}, &schemas.Refusal{Code: schemas.CodeUnknownName, Message: fmt.Sprintf("%q is not a fact; docs/words.md lists them.", fact)}
	}
	tell, duplicate, unknown, late, err := c.records.RecordFact(ctx, fact, report)
	if err != nil {
		return Noted{}, err
	}
	noted := Noted{Cases: []string{}, Duplicate: duplicate, Unknown: unknown, Late: late}
	if duplicate || len(tell) == 0 {
		// What nobody was told of stays open: sent again, it is routed anew, and may find its parcel known by then.
		return noted, nil
	}
	for _, caseID := range tell {
		err := fault(caseID, c.temporal.SignalWorkflow(ctx, caseID, "", fact, report))
		var refusal *schemas.Refusal
		if errors.As(err, &refusal) && refusal.Code == schemas.CodeUnknownCase {
			noted.Late = true // it ended between the look-up and the signal; the fact is kept with it
			continue
		}
		if err != nil {
			return noted, err
		}
		noted.Cases = append(noted.Cases, caseID)
	}
	return noted, c.records.MarkFactSignalled(ctx, report.Source, report.EventID, report.ReceivedAt)
}
