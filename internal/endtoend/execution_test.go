package endtoend

import "go.temporal.io/api/common/v1"

// execution names a workflow as Temporal's service does; without a run it is the current one.
func execution(caseID, runID string) *common.WorkflowExecution {
	return &common.WorkflowExecution{WorkflowId: caseID, RunId: runID}
}
