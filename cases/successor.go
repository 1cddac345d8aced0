package cases

import (
	"context"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// successorOf makes the opening of a case that continues another, from that one's rows: its request, and the time at which it was first
// received, so that nobody's windows grow shorter. The case gets the next free number of the request.
func (c *Client) successorOf(ctx context.Context, v schemas.View, why string) (caseID string, opening schemas.Opening) {
	request := schemas.Request{
		RequestID: v.RequestID, Kind: v.Kind, MerchantID: v.MerchantID, OrderID: v.OrderID, CustomerID: v.CustomerID,
		Channel: v.Channel, Reason: v.Reason, RefundOnly: v.RefundOnly, EvidenceIDs: v.EvidenceIDs,
	}
	request.Lines = append(request.Lines, v.Requested...)
	for _, e := range v.Events {
		if e.Name == schemas.EventOpened && request.SettleWith == "" {
			request.SettleWith = e.Data["settle_with"]
		}
	}
	last := v.CaseID
	if v.SuccessorID != "" && v.ClosedAt == nil {
		last = v.SuccessorID // lines of it go on there already
	}
	return schemas.SuccessorID(last), schemas.Opening{
		Request: request, Policy: v.Policy, Door: c.door,
		Predecessor: &schemas.Predecessor{CaseID: v.CaseID, Why: why, FirstReceivedAt: c.firstReceived(ctx, v)},
	}
}

// firstReceived is when the wish came in: with the first of the cases that continue each other. What cannot be read any more does not
// make it later than is known.
func (c *Client) firstReceived(ctx context.Context, v schemas.View) time.Time {
	first := v.OpenedAt
	for range 100 {
		if v.PredecessorID == "" || c.records == nil {
			return first
		}
		before, err := c.records.CaseRow(ctx, v.PredecessorID)
		if err != nil {
			return first
		}
		if v = before; v.OpenedAt.Before(first) {
			first = v.OpenedAt
		}
	}
	return first
}
