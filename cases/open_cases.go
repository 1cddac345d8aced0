package cases

import (
	"context"
	"fmt"
	"iter"

	"go.temporal.io/api/workflowservice/v1"

	"github.com/aftercare/aftercare/schemas"
)

// OpenCases goes through the ids of all open cases, as Temporal knows them.
func (c *Client) OpenCases(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		query := fmt.Sprintf("ExecutionStatus = 'Running' AND WorkflowType IN ('%s', '%s')", schemas.WorkflowReturn, schemas.WorkflowExchange)
		var next []byte
		for {
			page, err := c.temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: query, PageSize: 500, NextPageToken: next})
			if err != nil {
				yield("", fmt.Errorf("list open cases: %w", err))
				return
			}
			for _, e := range page.GetExecutions() {
				if !yield(e.GetExecution().GetWorkflowId(), nil) {
					return
				}
			}
			if next = page.GetNextPageToken(); len(next) == 0 {
				return
			}
		}
	}
}
