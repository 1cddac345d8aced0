package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// Several open cases of one order hear of one chargeback, because they share what the order holds. A bank reads one answer: the case that
// gives it tells the others, so that nobody is asked for another one.

// tellSisters tells the other open cases of the order that this one has answered.
func (c *Case) tellSisters(d *schemas.Dispute, sisters []string) {
	r := c.Opening.Request
	for _, sister := range sisters {
		word := schemas.ExternalWord{
			DisputeID: d.DisputeID, Kind: d.Kind, MerchantID: r.MerchantID, OrderID: r.OrderID, PaymentID: d.PaymentID, RefundID: d.RefundID,
			Reason: d.Reason, DueAt: d.DueAt, AnsweredIn: c.CaseID,
		}
		if d.Amount.Minor > 0 {
			sum := d.Amount
			word.Amount = &sum
		}
		report := factFrom(c, schemas.ExternalUpdated, word)
		report.EventID += "/" + d.DisputeID
		c.effect(schemas.ExternalUpdated.Name, sister, func(ctx workflow.Context) {
			if err := workflow.SignalExternalWorkflow(ctx, sister, "", schemas.ExternalUpdated.Name, report).Get(ctx, nil); err != nil {
				c.log.Info("another case of the order has ended, and need not be told", "case_id", sister)
			}
		})
	}
}

// answeredElsewhere is the word of another case of the order that it has answered: nobody is asked for an answer here any more.
func (c *Case) answeredElsewhere(s *step, d *schemas.Dispute, w schemas.ExternalWord) {
	if d == nil {
		d = c.begins(s, w)
	}
	s.note("dispute_id", d.DisputeID)
	s.note("answered_in", w.AnsweredIn)
	d.AnsweredIn = w.AnsweredIn
	if d.Status != schemas.DisputeOpen && d.Status != schemas.DisputeMissed {
		s.say("Case %s has answered %s, which is known here as %s.", w.AnsweredIn, d.DisputeID, d.Status)
		return
	}
	who := schemas.System
	d.Status, d.AnsweredAt, d.AnsweredBy = schemas.DisputeAnswered, at(s.saidAt()), &who
	s.say("Case %s has answered the %s %s; the bank reads one answer, and none is asked for here.", w.AnsweredIn, disputeWord(d.Kind), d.DisputeID)
	c.awaitDecision(s, d)
}

// answeredOutsideUs is the word that our answer was given where this case does not reach: in the bank's own portal, or by letter. Nothing is handed
// in by the case then, and nobody is asked for an answer.
func (c *Case) answeredOutsideUs(s *step, d *schemas.Dispute) {
	s.note("dispute_id", d.DisputeID)
	d.Heard = s.saidAt()
	if d.Status != schemas.DisputeOpen && d.Status != schemas.DisputeMissed {
		s.say("%s was answered elsewhere, and is known here as %s.", d.DisputeID, d.Status)
		return
	}
	who := schemas.System
	d.Status, d.AnsweredAt, d.AnsweredBy = schemas.DisputeAnswered, at(s.saidAt()), &who
	s.say("The %s %s was answered elsewhere; no answer is asked for here.", disputeWord(d.Kind), d.DisputeID)
	c.awaitDecision(s, d)
	c.book(d)
}
