package workflows

import "go.temporal.io/sdk/workflow"

// Changes to running workflow code go through this file: one named predicate a change, with its date and its reason, over
// workflow.GetVersion.

// undeliveredIsATask tells the owner of a case when a message to the customer reached nobody. 2026-11-25: until then it was an event and
// nothing more, so that a customer whom no channel reaches was told nothing by anybody. A case that kept such an event before
// goes on as it began, until it continues in a new run.
func undeliveredIsATask(ctx workflow.Context) bool {
	return workflow.GetVersion(ctx, "undelivered-notice-is-a-task", workflow.DefaultVersion, 1) >= 1
}
