package workflows

import (
	"encoding/json"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// tooLong reports whether the history has grown so long that the case should go on in a new run. It waits for a quiet
// moment: with a call under way there is nobody who could hear its answer in the next run.
func (c *Case) tooLong() bool {
	return c.ClosedAt == nil && workflow.GetInfo(c.ctx).GetContinueAsNewSuggested() && len(c.calls) == 0 && c.written()
}

// continueAsNew goes on in a new run with the whole state.
func (c *Case) continueAsNew() error {
	state, err := json.Marshal(c.State)
	if err != nil {
		return err
	}
	return workflow.NewContinueAsNewError(c.ctx, workflow.GetInfo(c.ctx).WorkflowType.Name, schemas.Opening{
		Request: c.Opening.Request, Policy: c.Opening.Policy, Carried: &schemas.Carried{State: state},
	})
}

// carriedState reads what the run before has written. Fields of a later version are ignored, so that a roll-back of the
// worker does not close a case that has nothing wrong with it.
func carriedState(raw json.RawMessage) (*State, *schemas.Refusal) {
	var st State
	if err := json.Unmarshal(raw, &st); err != nil {
		return nil, &schemas.Refusal{Code: schemas.CodeMalformed, Message: "the carried state cannot be read."}
	}
	return &st, nil
}
