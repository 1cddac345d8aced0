package workflows

import (
	"fmt"

	"github.com/aftercare/aftercare/schemas"
)

// The verbs of a return about offers: an alternative the merchant puts to the customer.

// mayOffer judges an alternative: rounds, amount, currency, and the limit of the role.
func (g *goods) mayOffer(s *step, d schemas.MakeOffer) *schemas.Refusal {
	total := g.owedFor(s.lines)
	if empty, _ := sort2(s.lines, g.nothingToGrant); len(empty) > 0 {
		return g.refuseEmpty(empty)
	}
	for _, l := range s.lines {
		if l.Rounds >= g.Plan.MaxRounds {
			return &schemas.Refusal{Code: schemas.CodeNoRounds, Message: fmt.Sprintf("%d offers were made for line %s; approve, reject or escalate.", l.Rounds, l.LineID)}
		}
		switch {
		case d.What == schemas.OfferRefundOnly && (l.KeepsGoods || l.GoodsWith != schemas.TurnCustomer):
			return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "what", Message: fmt.Sprintf("line %s does not come back anyway.", l.LineID)}
		case d.What == schemas.OfferWithReturn && (!l.KeepsGoods || l.Replacement != nil):
			return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "what", Message: fmt.Sprintf("line %s comes back anyway.", l.LineID)}
		case d.What == schemas.OfferExchange && (g.story.kind != schemas.KindReturn || l.LeavesAs != schemas.OutcomeNone):
			return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "what", Message: fmt.Sprintf("line %s is exchanged already, or settled.", l.LineID)}
		case d.What == schemas.OfferSendBack && l.GoodsWith != schemas.TurnWarehouse:
			return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "what", Message: fmt.Sprintf("the goods of line %s are not at the warehouse.", l.LineID)}
		}
	}
	grants := total
	if d.Amount != nil {
		if d.Amount.Currency != g.Currency {
			return &schemas.Refusal{Code: schemas.CodeOtherCurrency, Field: "amount", Message: fmt.Sprintf("this case is in %s.", g.Currency)}
		}
		if d.Amount.Minor > total.Minor {
			return &schemas.Refusal{Code: schemas.CodeBadAmount, Field: "amount", Message: fmt.Sprintf("at most %s is left for these lines.", total)}
		}
		grants = *d.Amount
	}
	if d.What == schemas.OfferSendBack {
		return nil
	}
	return g.withinGoodwill(s, grants.Min(g.notOwed(s.lines)))
}

func (g *goods) offered(s *step, d schemas.MakeOffer) {
	total := g.putOffer(s, d)
	s.say("%s offers %s (%s) for line(s) %s.", s.actor, d.What, total, lineList(s.lines))
	g.answered(true)
	g.move(s, s.lines, schemas.Negotiating)
	g.tellOffer(s, d, total)
}

// tellOffer puts an offer into words: an article by its name, everything else by what the customer would receive.
func (g *goods) tellOffer(s *step, d schemas.MakeOffer, total schemas.Money) {
	due := stamp(g.dueOf(s.lines))
	if d.What == schemas.OfferExchange {
		s.tell("return.exchange_offered", vars{"lines": linesVar(s.lines), "sku": d.ReplacementSKU, "due": due})
		return
	}
	s.tell("offer.made", vars{"lines": linesVar(s.lines), "what": string(d.What), "amount": amount(total), "due": due})
}

// putOffer lays an offer on lines, its amount shared in the proportion of what each is owed.
func (g *goods) putOffer(s *step, d schemas.MakeOffer) schemas.Money {
	total := g.owedFor(s.lines)
	grants := total
	if d.Amount != nil {
		grants = *d.Amount
	}
	id := fmt.Sprintf("o%d", g.next("offer"))
	for i, part := range shareOut(grants.Minor, s.lines) {
		l := s.lines[i]
		l.Rounds++
		l.Offer = &schemas.Offer{OfferID: id, What: d.What, Amount: g.money(part), TextID: d.TextID, By: s.actor, MadeAt: s.at, ReplacementSKU: d.ReplacementSKU}
	}
	s.note("offer_id", id)
	return grants
}

// shareOut spreads an amount over lines in proportion to what each is owed; the last takes what rounding leaves over.
func shareOut(total int64, lines []*schemas.Line) []int64 {
	var weight int64
	for _, l := range lines {
		weight += l.Owed().Minor
	}
	parts := make([]int64, len(lines))
	left := total
	for i, l := range lines {
		if i == len(lines)-1 {
			parts[i] = left
			break
		}
		if weight > 0 {
			parts[i] = total * l.Owed().Minor / weight
		}
		left -= parts[i]
	}
	return parts
}

// mayAcceptOffer keeps the answer to what was offered: before an inspection there is no other choice.
func (g *goods) mayAcceptOffer(s *step, d schemas.AnswerOffer) *schemas.Refusal {
	if d.Choice != "" && s.lines[0].Offer != nil && d.Choice != string(s.lines[0].Offer.What) {
		return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "choice", Message: fmt.Sprintf("%s was offered.", s.lines[0].Offer.What)}
	}
	return nil
}

func (g *goods) offerAccepted(s *step, _ schemas.AnswerOffer) {
	s.say("The customer accepts the offer for line(s) %s.", lineList(s.lines))
	for _, l := range s.lines {
		by := l.Offer.By
		l.Approver = &by
		switch l.Offer.What {
		case schemas.OfferPartialRefund:
			l.Deduction = l.Payable.Sub(l.Refunded).Sub(l.Offer.Amount)
			l.KeepsGoods = true
		case schemas.OfferRefundOnly:
			l.KeepsGoods = true
		case schemas.OfferWithReturn:
			l.KeepsGoods = false
		case schemas.OfferSendBack:
		}
	}
	g.goOn(s, s.lines)
}

func (g *goods) offerDeclined(s *step, d schemas.AnswerOffer) {
	s.say("The customer declines the offer for line(s) %s.", lineList(s.lines))
	g.backToReview(s, d.TextID)
}

func (g *goods) mayCounter(s *step, d schemas.CounterOffer) *schemas.Refusal {
	if d.Amount.Currency != g.Currency {
		return &schemas.Refusal{Code: schemas.CodeOtherCurrency, Field: "amount", Message: fmt.Sprintf("this case is in %s.", g.Currency)}
	}
	if total := g.owedFor(s.lines); d.Amount.Minor > total.Minor {
		return &schemas.Refusal{Code: schemas.CodeBadAmount, Field: "amount", Message: fmt.Sprintf("these lines cost %s.", total)}
	}
	return nil
}

func (g *goods) offerCountered(s *step, d schemas.CounterOffer) {
	s.note("counter", d.Amount.String())
	s.say("The customer declines the offer and asks for %s.", d.Amount)
	g.backToReview(s, d.TextID)
}

func (g *goods) backToReview(s *step, textID string) {
	if textID != "" {
		g.post(schemas.Posted{At: s.at, By: s.actor, Kind: "message", TextID: textID})
	}
	for _, l := range s.lines {
		l.Offer = nil
	}
	g.move(s, s.lines, schemas.Review)
	s.staff("staff.task", g.Owner, vars{"task": "offer_answered", "due": stamp(g.dueOf(s.lines))})
}

// offerLapses is the customer's silence on an offer. It never consents; the original wish stands.
func (g *goods) offerLapses(s *step) {
	s.say("The offer for line(s) %s lapses.", lineList(s.lines))
	g.backToReview(s, "")
	s.tell("offer.lapsed", vars{"lines": linesVar(s.lines)})
}
