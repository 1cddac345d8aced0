package workflows

import (
	"encoding/json"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// tooLong reports whether the history has grown so long that the case should go on in a new run. It waits for a quiet
// moment: with a call under way there is nobody who could hear its answer in the next run.
func (c *Case) tooLong() bool {
	return c.ClosedAt == nil && c.ready() && workflow.GetInfo(c.ctx).GetContinueAsNewSuggested() && len(c.calls) == 0 && c.written()
}

// carriedEvents and carriedCommands are how many of the last events and accepted commands go on into the next run. The events are all
// in PostgreSQL by then; a command that is sent again after so many others finds the case changed, and is judged anew.
const (
	carriedEvents   = 100
	carriedCommands = 1000
)

// continueAsNew goes on in a new run with the whole state, but for events that are written down elsewhere.
func (c *Case) continueAsNew() error {
	// tooLong has made sure that all of them are written.
	if n := len(c.Events) - carriedEvents; n > 0 {
		c.Earlier += int64(n)
		c.Events = c.Events[n:]
	}
	if n := len(c.Commands) - carriedCommands; n > 0 {
		for _, id := range c.Commands[:n] {
			delete(c.Answered, id)
			delete(c.Given, id)
		}
		c.Commands = c.Commands[n:]
	}
	state, err := json.Marshal(c.State)
	if err != nil {
		return err
	}
	return workflow.NewContinueAsNewError(c.ctx, workflow.GetInfo(c.ctx).WorkflowType.Name, schemas.Opening{
		Request: c.Opening.Request, Policy: c.Opening.Policy, Carried: &schemas.Carried{State: state},
	})
}

// carriedState reads what the run before has written. It is ours, so it may be larger than what comes from outside, and
// fields of a later version are ignored: a roll-back of the worker does not close a case that has nothing wrong with it.
func carriedState(raw json.RawMessage) (*State, bool) {
	var opening schemas.Opening
	var st State
	if json.Unmarshal(raw, &opening) != nil || opening.Carried == nil || json.Unmarshal(opening.Carried.State, &st) != nil {
		return nil, false
	}
	return &st, true
}
