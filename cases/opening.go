package cases

import (
	"context"
	"fmt"
	"time"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/converter"

	"github.com/aftercare/aftercare/schemas"
)

// Opening answers what a case was opened with, as Temporal keeps it: with it a request that was opened before can be told from
// another one under the same id. A case that Temporal has forgotten is refused as unknown.
func (c *Client) Opening(ctx context.Context, caseID string) (schemas.Opening, error) {
	opening, _, err := c.Opened(ctx, caseID)
	return opening, err
}

// Opened answers what a case was opened with, and when.
func (c *Client) Opened(ctx context.Context, caseID string) (opening schemas.Opening, at time.Time, err error) {
	first, err := c.firstEvent(ctx, caseID, "")
	if err == nil && first.GetWorkflowExecutionStartedEventAttributes().GetContinuedExecutionRunId() != "" {
		// A long case has gone on as new; its first run was opened with the request.
		first, err = c.firstEvent(ctx, caseID, first.GetWorkflowExecutionStartedEventAttributes().GetFirstExecutionRunId())
	}
	if err != nil {
		return opening, at, fault(caseID, err)
	}
	input := first.GetWorkflowExecutionStartedEventAttributes().GetInput()
	if err := converter.GetDefaultDataConverter().FromPayloads(input, &opening); err != nil {
		return opening, at, fmt.Errorf("read what case %s was opened with: %w", caseID, err)
	}
	return opening, first.GetEventTime().AsTime().UTC(), nil
}

func (c *Client) started(ctx context.Context, caseID, runID string) (*history.WorkflowExecutionStartedEventAttributes, error) {
	first, err := c.firstEvent(ctx, caseID, runID)
	return first.GetWorkflowExecutionStartedEventAttributes(), err
}

func (c *Client) firstEvent(ctx context.Context, caseID, runID string) (*history.HistoryEvent, error) {
	events := c.temporal.GetWorkflowHistory(ctx, caseID, runID, false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	if !events.HasNext() {
		return nil, fmt.Errorf("its history is empty")
	}
	return events.Next()
}
