package cases

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// Reopen has a case that has ended looked at again, by a person: a new case continues it under the id merchant:request:2 (:3, …), which
// the receipt names. The case's own customer may ask for it, and staff who were asked; once, and within schemas.ReopenWithin of the
// end. A case that merely expired may be reopened again.
//
// It is safe to repeat: a case that was reopened answers with the one that continues it. A case that cannot be reopened is refused with
// a *schemas.Refusal that says where to go instead.
func (c *Client) Reopen(ctx context.Context, caseID string, d Decision, body schemas.Reopen) (schemas.Receipt, error) {
	return Decide(ctx, c, caseID, schemas.CaseReopen, d, body)
}

// reopen opens the case that continues one that has ended. Temporal may have forgotten that one: its row is all that is needed.
func (c *Client) reopen(ctx context.Context, view schemas.View, order schemas.Order) (schemas.Receipt, error) {
	body, refusal := schemas.Decode[schemas.Reopen](order.Body)
	if refusal == nil {
		refusal = body.Check()
	}
	if refusal == nil {
		refusal = mayAskToReopen(view, order.Actor)
	}
	if refusal != nil {
		refusal.Revision = view.Revision
		return schemas.Receipt{}, refusal
	}
	if next := view.SuccessorID; next != "" {
		if continues, err := c.continues(ctx, next, view.CaseID); err != nil || continues {
			return reopenedAs(next), err
		}
	}
	if refusal := view.MayReopen(time.Now()); refusal != nil {
		return schemas.Receipt{}, refusal
	}
	request, refusal := view.Reopening(body)
	if refusal != nil {
		refusal.Revision = view.Revision
		return schemas.Receipt{}, refusal
	}
	next := schemas.SuccessorID(view.CaseID)
	door := order.Door
	if door == "" {
		door = c.door
	}
	by := order.Actor
	opened, err := c.start(ctx, next, schemas.Opening{
		Request: request, Policy: view.Policy, Door: door,
		Predecessor: &schemas.Predecessor{
			CaseID: view.CaseID, Why: schemas.WhyReopen, FirstReceivedAt: view.FirstReceived(), AtReview: true, By: &by, Reason: body.Reason,
		},
	})
	if err != nil {
		return schemas.Receipt{}, err
	}
	if opened.Existed {
		continues, err := c.continues(ctx, next, view.CaseID)
		if err == nil && !continues {
			err = &schemas.Refusal{Code: schemas.CodeAlreadyDone, Message: fmt.Sprintf("case %s is there already, and continues this one for another reason; look there.", next), Revision: view.Revision}
		}
		if err != nil {
			return schemas.Receipt{}, err
		}
	}
	return reopenedAs(next), nil
}

func reopenedAs(next string) schemas.Receipt {
	return schemas.Receipt{
		CaseID: next, Command: schemas.CaseReopen.Name, State: schemas.Submitted, Turn: schemas.TurnSystem,
		Message: fmt.Sprintf("It goes on in case %s; a person looks at it.", next),
	}
}

// mayAskToReopen judges who asks. A case that has ended cannot judge it any more.
func mayAskToReopen(view schemas.View, who schemas.Actor) *schemas.Refusal {
	switch {
	case !slices.Contains(schemas.Reopeners, who.Role):
		return &schemas.Refusal{Code: schemas.CodeWrongRole, Message: fmt.Sprintf("the role %s may not give %s; one of %v may.", who.Role, schemas.CaseReopen.Name, schemas.Reopeners)}
	case who.Role == schemas.RoleCustomer && who.ID != view.CustomerID:
		return &schemas.Refusal{Code: schemas.CodeNotYours, Message: "this case belongs to another customer."}
	}
	return nil
}

// continues reports whether a case reopens another one. One that has only just started has no row yet, and is asked for what it was
// started with.
func (c *Client) continues(ctx context.Context, next, caseID string) (bool, error) {
	view, err := c.View(ctx, next)
	if err == nil && view.PredecessorID != "" {
		return view.PredecessorID == caseID && view.Continues == schemas.WhyReopen, nil
	}
	opening, openingErr := c.Opening(ctx, next)
	if openingErr == nil {
		p := opening.Predecessor
		return p != nil && p.CaseID == caseID && p.Why == schemas.WhyReopen, nil
	}
	return false, errors.Join(err, openingErr)
}
