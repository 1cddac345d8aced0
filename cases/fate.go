package cases

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/aftercare/aftercare/schemas"
)

// Fate says how the workflow of a case stands, as Temporal has it now: whether it runs, and what ended it where that was not the case
// itself. One that Temporal does not know was deleted.
func (c *Client) Fate(ctx context.Context, caseID string) (schemas.Fate, error) {
	described, err := c.temporal.DescribeWorkflowExecution(ctx, caseID, "")
	var notFound *serviceerror.NotFound
	if errors.As(err, &notFound) {
		return schemas.Fate{CaseID: caseID, Lost: &schemas.Lost{How: schemas.Deleted, At: time.Now().UTC()}}, nil
	}
	if err != nil {
		return schemas.Fate{}, fault(caseID, err)
	}
	info := described.GetWorkflowExecutionInfo()
	fate := schemas.Fate{CaseID: caseID, RunID: info.GetExecution().GetRunId()}
	lost := &schemas.Lost{RunID: fate.RunID, At: info.GetCloseTime().AsTime().UTC()}
	switch info.GetStatus() {
	case enums.WORKFLOW_EXECUTION_STATUS_TERMINATED:
		lost.How = schemas.Terminated
	case enums.WORKFLOW_EXECUTION_STATUS_FAILED:
		lost.How = schemas.Failed
	case enums.WORKFLOW_EXECUTION_STATUS_TIMED_OUT:
		lost.How = schemas.TimedOut
	case enums.WORKFLOW_EXECUTION_STATUS_CANCELED:
		lost.How = schemas.Canceled
	case enums.WORKFLOW_EXECUTION_STATUS_COMPLETED:
		return fate, nil
	default:
		fate.Running = true // also one that is paused, or goes on in a new run
		return fate, nil
	}
	fate.Lost = lost
	lost.Reason, lost.By, err = c.lastWords(ctx, caseID, fate.RunID)
	return fate, err
}

// lastWords reads from the history what whoever ended a workflow gave as the reason, and who that was.
func (c *Client) lastWords(ctx context.Context, caseID, runID string) (reason, by string, err error) {
	events := c.temporal.GetWorkflowHistory(ctx, caseID, runID, false, enums.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT)
	for events.HasNext() {
		e, err := events.Next()
		var notFound *serviceerror.NotFound
		if errors.As(err, &notFound) {
			return "", "", nil // deleted in this very moment
		}
		if err != nil {
			return "", "", fault(caseID, err)
		}
		if t := e.GetWorkflowExecutionTerminatedEventAttributes(); t != nil {
			reason, by = t.GetReason(), t.GetIdentity()
		}
		if f := e.GetWorkflowExecutionFailedEventAttributes(); f != nil {
			reason = f.GetFailure().GetMessage()
		}
	}
	return reason, by, nil
}

// WasReset reports whether a run of a case's workflow goes on from an earlier point of another run.
func (c *Client) WasReset(ctx context.Context, caseID, runID string) (bool, error) {
	started, err := c.started(ctx, caseID, runID)
	if err != nil {
		return false, fault(caseID, err)
	}
	return started.GetOriginalExecutionRunId() != runID, nil
}

// Running goes through the cases that run, as Temporal lists them; the list may lag behind by moments.
func (c *Client) Running(ctx context.Context) iter.Seq2[schemas.Fate, error] {
	return func(yield func(schemas.Fate, error) bool) {
		for e, err := range c.listed(ctx, "ExecutionStatus = 'Running'") {
			if !yield(schemas.Fate{CaseID: e.GetExecution().GetWorkflowId(), RunID: e.GetExecution().GetRunId(), Running: true}, err) || err != nil {
				return
			}
		}
	}
}

// Dead goes through the ids of the cases whose workflow was ended from outside, as long as Temporal remembers them.
func (c *Client) Dead(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for e, err := range c.listed(ctx, "ExecutionStatus IN ('Terminated', 'Failed', 'TimedOut', 'Canceled')") {
			if !yield(e.GetExecution().GetWorkflowId(), err) || err != nil {
				return
			}
		}
	}
}

// listed goes through the executions of cases that a query finds. After an error there is nothing more.
func (c *Client) listed(ctx context.Context, query string) iter.Seq2[*workflow.WorkflowExecutionInfo, error] {
	return func(yield func(*workflow.WorkflowExecutionInfo, error) bool) {
		query = fmt.Sprintf("%s AND WorkflowType IN (%s)", query, caseTypes())
		var next []byte
		for {
			page, err := c.temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: query, PageSize: 500, NextPageToken: next})
			if err != nil {
				yield(nil, fmt.Errorf("list cases: %w", err))
				return
			}
			for _, e := range page.GetExecutions() {
				if !yield(e, nil) {
					return
				}
			}
			if next = page.GetNextPageToken(); len(next) == 0 {
				return
			}
		}
	}
}
