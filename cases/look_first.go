package cases

import (
	"context"
	"errors"

	"github.com/aftercare/aftercare/schemas"
)

// lookFirst refuses at once what the case itself could only find out after it has accepted the command, because a case decides without
// asking the outside: a merge into a case that is not there, another customer's parcel, a payment method nobody has. Where nothing can
// be found out, the case has the word; it asks the same again.
func (c *Client) lookFirst(ctx context.Context, caseID, command string, order schemas.Order) *schemas.Refusal {
	switch command {
	case schemas.CaseMerge.Name:
		m, refusal := schemas.Decode[schemas.Merge](order.Body)
		if refusal != nil || m.Check() != nil {
			return nil // the case says it better
		}
		return c.lookAtMerge(ctx, caseID, order, m)
	case schemas.RefundRetry.Name:
		d, refusal := schemas.Decode[schemas.RetryRefund](order.Body)
		lookups, can := c.records.(Lookups)
		if refusal != nil || d.Method == "" || !can {
			return nil
		}
		return c.against(ctx, caseID, order, func(v schemas.View) (*schemas.Refusal, error) {
			return lookups.KnowsMethod(ctx, schemas.MethodQuestion{MerchantID: v.MerchantID, OrderID: v.OrderID, CustomerID: v.CustomerID, Method: d.Method})
		})
	case schemas.StepCorrect.Name:
		d, refusal := schemas.Decode[schemas.CorrectStep](order.Body)
		lookups, can := c.records.(Lookups)
		if refusal != nil || d.Method == "" || !can {
			return nil
		}
		return c.against(ctx, caseID, order, func(v schemas.View) (*schemas.Refusal, error) {
			return lookups.KnowsMethod(ctx, schemas.MethodQuestion{MerchantID: v.MerchantID, OrderID: v.OrderID, CustomerID: v.CustomerID, Method: d.Method})
		})
	case schemas.ReturnSubmitWaybill.Name:
		d, refusal := schemas.Decode[schemas.SubmitWaybill](order.Body)
		lookups, can := c.records.(Lookups)
		if refusal != nil || d.Waybill == "" || !can {
			return nil
		}
		return c.against(ctx, caseID, order, func(v schemas.View) (*schemas.Refusal, error) {
			return lookups.WaybillFree(ctx, schemas.WaybillQuestion{CaseID: caseID, MerchantID: v.MerchantID, CustomerID: v.CustomerID, Waybill: d.Waybill})
		})
	}
	return nil
}

func (c *Client) lookAtMerge(ctx context.Context, caseID string, order schemas.Order, m schemas.Merge) *schemas.Refusal {
	return c.against(ctx, caseID, order, func(v schemas.View) (*schemas.Refusal, error) {
		q := schemas.MergeQuestion{CaseID: caseID, MerchantID: v.MerchantID, OrderID: v.OrderID, Into: m.Into, Lines: m.Lines}
		if len(q.Lines) == 0 {
			for _, l := range v.Lines {
				if l.State != schemas.Closed {
					q.Lines = append(q.Lines, schemas.PickLine{LineID: l.LineID})
				}
			}
		}
		if merchantOf(m.Into) != v.MerchantID || m.Into == caseID {
			return q.Judge(schemas.View{CaseID: m.Into, MerchantID: merchantOf(m.Into)}), nil // nobody else's cases are looked at
		}
		into, err := c.View(ctx, m.Into)
		var refusal *schemas.Refusal
		if errors.As(err, &refusal) && refusal.Code == schemas.CodeUnknownCase {
			refusal.Field = "into"
			return refusal, nil
		}
		if err != nil {
			return nil, err
		}
		return q.Judge(into), nil
	})
}

// against asks what speaks against a command, unless the case has answered it before: the same command gets the same answer.
func (c *Client) against(ctx context.Context, caseID string, order schemas.Order, ask func(schemas.View) (*schemas.Refusal, error)) *schemas.Refusal {
	v, err := c.View(ctx, caseID)
	if err != nil || v.ClosedAt != nil {
		return nil
	}
	for _, e := range v.Events {
		if e.CommandID == order.CommandID {
			return nil
		}
	}
	refusal, err := ask(v)
	if err != nil || refusal == nil {
		return nil
	}
	refusal.Revision = v.Revision
	return refusal
}
