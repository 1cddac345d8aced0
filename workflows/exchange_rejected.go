package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// A replacement that its customer has rejected, and keeps: the request expires, or is withdrawn, and the old goods are with the shop for good.

// keepsRejected tells a line that ends while its customer has a replacement that was rejected.
func (c *Case) keepsRejected(l *schemas.Line) bool {
	return c.remembersWhatIsKept() && l.BackSKU != "" && l.GoodsWith == schemas.TurnCustomer && c.rejectedOf(l) != nil
}

// rejectedOf is the replacement of a line that was rejected last: this case's, or that of the exchange which has become this return.
func (c *Case) rejectedOf(l *schemas.Line) *schemas.Replacement {
	if r := l.Replacement; r != nil && r.SKU == l.BackSKU {
		return r
	}
	for _, handed := range c.handover().Lines {
		if r := handed.Replacement; r != nil && r.SKU == l.BackSKU && handed.LineID == l.LineID && within(l.Units, handed.Units) {
			return r
		}
	}
	return nil
}

// settleRejected settles the units of such lines as replaced: that is what can be claimed anew, as the article it is, and for what was paid for it.
// Where the case has become a return, what had been paid on top went back before it began, and the owner recovers what the customer has of it.
func (c *Case) settleRejected(s *step, lines []*schemas.Line) {
	units := unitsOf(lines)
	if len(units) == 0 {
		return
	}
	var has []schemas.Replaced
	if x, is := c.as.(*exchanges); is {
		has = x.nowHas(lines)
	} else {
		has = c.hasUnpaid(s, lines)
	}
	key := fmt.Sprintf("%s/settle/%d", c.CaseID, c.next("settle"))
	order := schemas.SettleOrder{CaseID: c.CaseID, Units: units, Replaced: has, At: c.now()}
	c.effect(schemas.ClaimsSettle.Name, key, func(ctx workflow.Context) {
		_, err := insist(ctx, c, schemas.ClaimsSettle, key, order, parking[schemas.SettleOrder]{lines: lines})
		c.stuckOn(err, schemas.ClaimsSettle.Name, key)
	})
}

// hasUnpaid lists what the customer has of lines for which nothing on top is paid any more.
func (c *Case) hasUnpaid(s *step, lines []*schemas.Line) []schemas.Replaced {
	var all []schemas.Replaced
	dearer := false
	for _, l := range lines {
		r := c.rejectedOf(l)
		now := schemas.Replaced{LineID: l.LineID, Units: l.Units, SKU: r.SKU, ProductID: r.ProductID, UnitPrice: r.UnitPrice, OnTop: c.money(0)}
		if r.Same {
			now.UnitPrice = l.UnitPrice
		}
		all = append(all, now)
		dearer = dearer || now.UnitPrice.Minor > l.UnitPrice.Minor
	}
	if dearer {
		s.staff("staff.task", c.Owner, vars{"task": "recover_goods", "due": stamp(c.firstDue())})
	}
	return all
}
