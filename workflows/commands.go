package workflows

import (
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
// update-with-start a handler runs inside SetUpdateHandler, and must find the case complete.
func (c *Case) takeCommands() {
	commands, _ := c.story.names()
	for _, name := range commands {
		name := name
		err := workflow.SetUpdateHandlerWithOptions(c.ctx, name,
			func(ctx workflow.Context, raw converter.RawValue) (schemas.Receipt, error) {
				return c.handle(ctx, name, raw)
			},
			workflow.UpdateHandlerOptions{Validator: func(raw converter.RawValue) error { return c.validate(name, raw) }})
		if err != nil {
			panic(fmt.Errorf("register command %s: %w", name, err))
		}
	}
}

// validate refuses what may not be done, before it leaves a trace in the history. It changes nothing. A command that was
// accepted before under the same id is let through, to be given the same answer.
func (c *Case) validate(name string, raw converter.RawValue) error {
	order, refusal := readOrder(raw)
	if refusal == nil {
		if _, done := c.Answered[order.CommandID]; done {
			return nil
		}
		_, refusal = c.permit(name, order, true)
	}
	if refusal != nil {
		return refused(refusal)
	}
	return nil
}

// handle carries a permitted command out. It changes the state before it waits for anything, so that the next validator
// sees the change and no lock is needed; then it waits until the decision is recorded, and answers.
func (c *Case) handle(ctx workflow.Context, name string, raw converter.RawValue) (schemas.Receipt, error) {
	order, refusal := readOrder(raw)
	if refusal != nil {
		return schemas.Receipt{}, refused(refusal)
	}
	if receipt, done := c.Answered[order.CommandID]; done {
		return receipt, nil
	}
	if order.Door == "" {
		order.Door = schemas.DoorUpdate
	}
	a, refusal := c.permit(name, order, false)
	if refusal != nil {
		return schemas.Receipt{}, refused(refusal)
	}
	receipt := c.carryOut(name, a)
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
	return receipt
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
