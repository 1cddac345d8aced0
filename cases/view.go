package cases

import (
	"context"
	"errors"
	"fmt"

	"github.com/aftercare/aftercare/schemas"
)

// View answers the whole case: from the case itself while it can be asked, else from its rows, which are the archive of what
// Temporal has forgotten.
func (c *Client) View(ctx context.Context, caseID string) (schemas.View, error) {
	v, err := c.Ask(ctx, caseID)
	// A case that has ended is read from its rows, which know what has happened since: the case that continues it.
	if err == nil && v.Revision > 0 && (v.ClosedAt == nil || c.records == nil) {
		if row, lost := c.lostRow(ctx, caseID); lost {
			return row, nil
		}
		return c.withEarlier(ctx, v), nil
	}
	if c.records == nil {
		return v, err
	}
	row, rowErr := c.records.CaseRow(ctx, caseID)
	if rowErr == nil && (err != nil || row.Revision >= v.Revision) {
		return row, nil
	}
	if err == nil && v.Revision > 0 {
		return v, nil
	}
	var refusal *schemas.Refusal
	if err == nil || (errors.As(err, &refusal) && refusal.Code == schemas.CodeUnknownCase) {
		return schemas.View{}, &schemas.Refusal{Code: schemas.CodeUnknownCase, Message: fmt.Sprintf("there is no case %s; `starter list` shows what there is.", caseID)}
	}
	return schemas.View{}, err
}

// lostRow reads the row of a case whose workflow was ended from outside: Temporal still answers for the workflow, as if it were open.
func (c *Client) lostRow(ctx context.Context, caseID string) (schemas.View, bool) {
	if c.records == nil {
		return schemas.View{}, false
	}
	row, err := c.records.CaseRow(ctx, caseID)
	return row, err == nil && row.Lost != nil
}

// withEarlier puts the events in front that a long case has left behind; they are in the archive alone.
func (c *Client) withEarlier(ctx context.Context, v schemas.View) schemas.View {
	if len(v.Events) == 0 || v.Events[0].Revision == 1 || c.records == nil {
		return v
	}
	row, err := c.records.CaseRow(ctx, v.CaseID)
	if err != nil {
		return v
	}
	for i, e := range row.Events {
		if e.Revision == v.Events[0].Revision {
			v.Events = append(row.Events[:i:i], v.Events...)
			break
		}
	}
	return v
}

// Ask asks the case itself, and nobody else.
func (c *Client) Ask(ctx context.Context, caseID string) (schemas.View, error) {
	var v schemas.View
	answer, err := c.temporal.QueryWorkflow(ctx, caseID, "", schemas.CaseShow.Name)
	if err == nil {
		err = answer.Get(&v)
	}
	return v, fault(caseID, err)
}
