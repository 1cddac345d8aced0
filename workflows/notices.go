package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// send lets the notices of a step leave together. Nothing waits for them; a message that reached nobody becomes an event, and a
// task for the owner where it was the customer's.
func (c *Case) send(s *step) {
	order := c.noticeOrder(s.name, s.at, append(c.Held, s.notices...))
	c.Held = nil
	first := c.State.Sequences["notice"] == 1
	c.effect(schemas.NoticeSend.Name, order.Step, func(ctx workflow.Context) {
		got, err := do(ctx, c, schemas.NoticeSend, order.Step, order)
		if first {
			c.stopClock("ack")
		}
		switch {
		case err != nil:
			customer := !temporal.IsCanceledError(err) && toCustomer(order.Messages, nil)
			c.noticeFailed(ctx, order.Step, asRefusal(err).Message, customer)
		case len(got.Undelivered) > 0:
			c.noticeFailed(ctx, order.Step, fmt.Sprintf("no channel reached the recipient of %v.", got.Undelivered), toCustomer(order.Messages, got.Undelivered))
		}
	})
}

func (c *Case) noticeOrder(name string, at time.Time, messages []schemas.Notice) schemas.NoticeOrder {
	r := c.Opening.Request
	return schemas.NoticeOrder{
		CaseID: c.CaseID, MerchantID: r.MerchantID, OrderID: r.OrderID, CustomerID: r.CustomerID, Channel: r.Channel,
		Step: fmt.Sprintf("%03d-%s", c.next("notice"), name), Messages: messages, At: at, Priority: c.Priority, Quiet: c.Plan.Quiet,
	}
}

// toCustomer reports whether one of the messages is the customer's: of those named, or of all where none is named.
func toCustomer(messages []schemas.Notice, templates []string) bool {
	for _, m := range messages {
		if m.To.Role == schemas.RoleCustomer && (templates == nil || contains(templates, m.Template)) {
			return true
		}
	}
	return false
}

// undeliveredDue is the time for reaching a customer another way where the case has no clock of its own any more.
const undeliveredDue = 24 * time.Hour

// noticeFailed keeps the failure in the history. Where the customer was not reached, the owner is to reach them another way; that
// is told over the work app, which does not fail for the same reason. A message to staff that fails is told to nobody: the
// next one would go the same way.
func (c *Case) noticeFailed(ctx workflow.Context, stepKey, why string, customer bool) {
	s := c.begin(schemas.EventNoticeFailed, schemas.System, schemas.DoorSystem)
	s.say("The messages of %s did not all leave: %s", stepKey, why)
	if customer && c.Owner != "" && undeliveredIsATask(ctx) {
		due := s.at.Add(undeliveredDue)
		if nearest := c.due(); nearest != nil {
			due = *nearest
		}
		s.say("%s is to reach the customer another way.", c.Owner)
		s.staff("staff.task", c.Owner, vars{"task": "undelivered_notice", "due": stamp(due)})
	}
	c.settle(s)
}
