package workflows

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// asked is a command that was read and found permitted: what to do, on what.
type asked struct {
	order  schemas.Order
	answer *answer
	body   any
	lines  []*schemas.Line
}

// takeCommands lets the case hear every command of its story as a Temporal Update. They are registered last: with
// update-with-start a handler runs inside SetUpdateHandler, and must find the case complete. All commands share one handler, which
// asks for its name: a handler for each would be a good part of what an open case holds in memory.
func (c *Case) takeCommands() {
	handle, validate := any(c.handle), workflow.UpdateHandlerOptions{Validator: c.validate}
	commands, _ := c.story.names()
	for _, name := range commands {
		if err := workflow.SetUpdateHandlerWithOptions(c.ctx, name, handle, validate); err != nil {
			panic(fmt.Errorf("register command %s: %w", name, err))
		}
	}
}

// validate refuses what may not be done, before it leaves a trace in the history. It changes nothing. A command that was
// accepted before under the same id is let through, to be given the same answer.
func (c *Case) validate(ctx workflow.Context, raw converter.RawValue) error {
	name := workflow.GetCurrentUpdateInfo(ctx).Name
	order, refusal := readOrder(raw)
	if refusal == nil {
		var done bool
		if _, done, refusal = c.answeredBefore(name, order); done {
			return nil
		}
	}
	if refusal == nil {
		_, refusal = c.permit(name, order, true)
	}
	if refusal != nil {
		return refused(refusal)
	}
	return nil
}

// handle carries a permitted command out. It changes the state before it waits for anything, so that the next validator
// sees the change and no lock is needed; then it waits until the decision is recorded, and answers.
func (c *Case) handle(ctx workflow.Context, raw converter.RawValue) (schemas.Receipt, error) {
	name := workflow.GetCurrentUpdateInfo(ctx).Name
	order, refusal := readOrder(raw)
	if refusal != nil {
		return schemas.Receipt{}, refused(refusal)
	}
	receipt, done, refusal := c.answeredBefore(name, order)
	if refusal != nil {
		return schemas.Receipt{}, refused(refusal)
	}
	if done {
		return receipt, nil
	}
	if order.Door == "" {
		order.Door = schemas.DoorUpdate
	}
	a, refusal := c.permit(name, order, false)
	if refusal != nil {
		return schemas.Receipt{}, refused(refusal)
	}
	receipt = c.carryOut(name, a)
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	if err := workflow.Await(ctx, func() bool { return c.recorded(receipt.Revision) }); err != nil {
		return schemas.Receipt{}, err
	}
	return receipt, nil
}

// carryOut does what was asked and keeps the answer under the command's id.
func (c *Case) carryOut(name string, a asked) schemas.Receipt {
	s := c.begin(name, a.order.Actor, a.order.Door)
	s.commandID, s.lines = a.order.CommandID, a.lines
	c.somebodyActed(s)
	c.heardFrom(s)
	a.answer.act(s, a.body)
	if s.message == "" {
		s.say("%s by %s.", name, s.actor)
	}
	c.settle(s)
	receipt := schemas.Receipt{
		CaseID: c.CaseID, Command: name, Revision: c.revision(), State: c.state(), Turn: c.turn(), Outcome: c.Outcome, Message: s.message,
	}
	c.Answered[a.order.CommandID] = receipt
	c.Commands = append(c.Commands, a.order.CommandID)
	if c.Given == nil {
		c.Given = map[string]Given{}
	}
	c.Given[a.order.CommandID] = givenBy(a.order)
	return receipt
}

// answeredBefore finds the answer that a command has had already. The same id for another command, by somebody else, or with another
// body is a mistake of the client's, and answering it as before would let it pass for done.
func (c *Case) answeredBefore(name string, order schemas.Order) (schemas.Receipt, bool, *schemas.Refusal) {
	receipt, done := c.Answered[order.CommandID]
	if !done {
		return receipt, false, nil
	}
	before, known := c.Given[order.CommandID]
	if !c.refusesUsedIDs() || (receipt.Command == name && (!known || before == givenBy(order))) {
		return receipt, true, nil
	}
	who := ""
	if known {
		who = " by " + before.By
	}
	what := "another command"
	if receipt.Command == name {
		what = "another body or another actor"
		if known && before.By == order.Actor.String() {
			what = "another body"
		}
	}
	return receipt, false, &schemas.Refusal{Code: schemas.CodeAlreadyDone, Field: "command_id", Revision: c.revision(), Message: fmt.Sprintf(
		"the command id %s was used for %s%s, answered at revision %d; this is %s, so give it an id of its own.",
		order.CommandID, receipt.Command, who, receipt.Revision, what)}
}

func givenBy(order schemas.Order) Given {
	body := order.Body
	var compact bytes.Buffer
	if json.Compact(&compact, body) == nil {
		body = compact.Bytes()
	}
	if len(body) == 0 {
		body = []byte("{}")
	}
	sum := sha256.Sum256(body)
	return Given{By: order.Actor.String(), Body: hex.EncodeToString(sum[:8])}
}

func readOrder(raw converter.RawValue) (schemas.Order, *schemas.Refusal) {
	order, refusal := schemas.Decode[schemas.Order](raw.Payload().GetData())
	if refusal == nil {
		refusal = order.Check()
	}
	return order, refusal
}

// refused wraps a refusal so that the client finds its code, its sentence and the current revision.
func refused(r *schemas.Refusal) error {
	return temporal.NewNonRetryableApplicationError(r.Message, schemas.ErrorTypeRefused, nil, *r)
}
