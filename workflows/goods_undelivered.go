package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// What could not be handed over to the customer: it comes back to the warehouse, the customer is asked within a day, and chooses again.

// contactWithin is how soon somebody of ours speaks to a customer to whom something could not be handed over.
const contactWithin = 24 * time.Hour

// comesBack turns a parcel around. Goods are ours in it: they are booked when it is here.
func (c *Case) comesBack(waybill string, goods []schemas.Disposal) {
	if p := c.parcel(waybill); p != nil {
		p.Returning, p.Goods, p.Direction = true, goods, schemas.ToMerchant
		p.DeliveredAt = nil
		p.Status = schemas.ParcelRefused
	}
}

// onItsWayBack takes what a carrier or the warehouse says of a parcel that comes back, whoever still waits for it. A loss is left to the
// state: the customer's goods in it are paid for, ours are the merchant's loss.
func (c *Case) onItsWayBack(s *step, name string, body any) bool {
	word, ok := body.(schemas.ParcelWord)
	if !ok {
		return false
	}
	p := c.parcel(word.Waybill)
	if p == nil || !p.Returning {
		arrival := name == schemas.ParcelDeliver.Name || name == schemas.GoodsReceived.Name
		return p != nil && arrival && len(p.Goods) > 0 // the warehouse and the carrier both say that it is back
	}
	theirs, _ := sort2(c.Lines, func(l *schemas.Line) bool { return l.State == schemas.SendBack && l.Waybill == word.Waybill })
	switch name {
	case schemas.ParcelDeliver.Name, schemas.GoodsReceived.Name:
		s.say("Parcel %s is back at the warehouse.", word.Waybill)
		p.Returning = false
		for _, l := range theirs {
			l.GoodsWith = schemas.TurnWarehouse
		}
		if len(p.Goods) > 0 {
			c.putAway(p.Goods)
		}
		return true
	case schemas.ParcelScanned.Name, schemas.ParcelException.Name, schemas.ParcelRefusal.Name, schemas.ParcelReturns.Name:
		s.say("Parcel %s is on its way back.", word.Waybill)
		return true
	case schemas.ParcelLoss.Name, schemas.ParcelDamage.Name:
		p.Returning, p.Goods = false, nil
		if len(theirs) > 0 {
			return false
		}
		s.say("Parcel %s was lost on its way back; the loss is the merchant's.", word.Waybill)
		c.claimFromCarrier(s, word.Waybill)
		return true
	}
	return false
}

// putAway brings goods that came back where they belong, beside everything else.
func (c *Case) putAway(goods []schemas.Disposal) {
	if len(goods) == 0 {
		return
	}
	order := c.disposal(fmt.Sprintf("%s/back/%d", c.CaseID, c.next("back")), goods)
	away := c.shelves(order)
	c.effect(schemas.GoodsDispose.Name, order.Key, func(ctx workflow.Context) {
		_, err := insist(ctx, c, schemas.GoodsDispose, order.Key, order, parking[schemas.DisposeOrder]{correct: func(o *schemas.DisposeOrder, d schemas.CorrectStep) {
			o.Key = fmt.Sprintf("%s/back/%d", c.CaseID, c.next("back"))
			o.Goods = placedIn(o.Goods, d.Disposition)
			away.Key, away.Goods = o.Key, o.Goods
		}})
		c.shelved(away)
		c.stuckOn(err, schemas.GoodsDispose.Name, order.Key)
	})
}

// notHandedOver is the customer's own goods that did not reach them. They are kept like goods whose owner is silent; the second time
// they are not sent again.
func (g *goods) notHandedOver(s *step, w schemas.ParcelWord) {
	if !g.takesBackUndelivered() {
		g.parcelTrouble(s, w)
		return
	}
	s.note("code", w.Code)
	s.say("Parcel %s could not be handed over; it comes back to the warehouse.", w.Waybill)
	g.comesBack(w.Waybill, nil)
	for _, l := range s.lines {
		l.Returned++
		l.GoodsWith = schemas.TurnCarrier
	}
	s.staff("staff.task", g.Owner, vars{"task": "undelivered", "due": stamp(s.at.Add(contactWithin))})
	twice, once := sort2(s.lines, func(l *schemas.Line) bool { return l.Returned > 1 })
	if len(once) > 0 {
		k := g.startOn(s, once, g.named("goods_kept"), "one last notice is sent")
		s.tell("goods.returned", vars{"lines": linesVar(once), "waybill": w.Waybill, "due": stamp(k.Due)})
	}
	if len(twice) > 0 {
		s.say("It is the second time: the goods of line(s) %s stay at the warehouse until their owner asks for them.", lineList(twice))
		s.tell("case.expired", vars{"lines": linesVar(twice)})
		g.end(s, twice, schemas.Unresolvable)
	}
}

// maySendAgain wants goods that came back.
func (g *goods) maySendAgain(s *step, d schemas.AnswerOffer) *schemas.Refusal {
	if d.Choice != choiceReship && d.Choice != "" {
		return wrongChoice(choiceReship)
	}
	for _, l := range s.lines {
		if l.Returned == 0 {
			return &schemas.Refusal{Code: schemas.CodeWrongState, Message: fmt.Sprintf("the goods of line %s are on their way to you.", l.LineID)}
		}
		if l.GoodsWith != schemas.TurnWarehouse {
			return &schemas.Refusal{Code: schemas.CodeWrongState, Message: fmt.Sprintf("the goods of line %s are not back at the warehouse yet; choose when they are.", l.LineID)}
		}
	}
	return nil
}

func (g *goods) sendAgain(s *step, _ schemas.AnswerOffer) {
	s.say("The customer wants line(s) %s sent again.", lineList(s.lines))
	g.move(s, s.lines, schemas.SendBack)
}
