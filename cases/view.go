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
	if err == nil && v.Revision > 0 {
		return v, nil
	}
	if c.records == nil {
		return v, err
	}
	row, rowErr := c.records.CaseRow(ctx, caseID)
	if rowErr == nil {
		return row, nil
	}
	var refusal *schemas.Refusal
	if err == nil || (errors.As(err, &refusal) && refusal.Code == schemas.CodeUnknownCase) {
		return schemas.View{}, &schemas.Refusal{Code: schemas.CodeUnknownCase, Message: fmt.Sprintf("there is no case %s; `starter list --merchant ID` shows what there is.", caseID)}
	}
	return schemas.View{}, err
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
