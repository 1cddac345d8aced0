package cases

import (
	"context"
	"fmt"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/converter"

	"github.com/aftercare/aftercare/schemas"
)

// Opening answers what a case was opened with, as Temporal keeps it: with it a request that was opened before can be told from
// another one under the same id. A case that Temporal has forgotten is refused as unknown.
func (c *Client) Opening(ctx context.Context, caseID string) (schemas.Opening, error) {
	started, err := c.started(ctx, caseID, "")
	if err == nil && started.GetContinuedExecutionRunId() != "" {
		// A long case has gone on as new; its first run was opened with the request.
		started, err = c.started(ctx, caseID, started.GetFirstExecutionRunId())
	}
	if err != nil {
		return schemas.Opening{}, fault(caseID, err)
	}
	var opening schemas.Opening
	if err := converter.GetDefaultDataConverter().FromPayloads(started.GetInput(), &opening); err != nil {
		return schemas.Opening{}, fmt.Errorf("read what case %s was opened with: %w", caseID, err)
	}
	return opening, nil
}

func (c *Client) started(ctx context.Context, caseID, runID string) (*history.WorkflowExecutionStartedEventAttributes, error) {
	events := c.temporal.GetWorkflowHistory(ctx, caseID, runID, false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	if !events.HasNext() {
		return nil, fmt.Errorf("its history is empty")
	}
	first, err := events.Next()
	if err != nil {
		return nil, err
	}
	return first.GetWorkflowExecutionStartedEventAttributes(), nil
}
