package workflows

import (
	"fmt"

	"github.com/aftercare/aftercare/schemas"
)

// The verbs of a return at the warehouse: the inspection, and what happens when it fails.

func (g *goods) passed(s *step, d schemas.Pass) {
	for _, l := range s.lines {
		l.Disposition, l.Finding, l.Deduction, l.Offer = d.Disposition, "", g.money(0), nil
		if l.Disposition == "" {
			l.Disposition = schemas.Restock
		}
	}
	g.post(schemas.Posted{At: s.at, By: s.actor, Kind: "note", Evidence: d.EvidenceIDs})
	s.say("%s passed line(s) %s.", s.actor, lineList(s.lines))
	g.tellPassed(s)
	g.move(s, s.lines, schemas.RefundApproved)
}

// tellPassed tells the customer that the goods are accepted: together with the start of the refund where that follows at
// once, and by itself where a second person must grant it first.
func (g *goods) tellPassed(s *step) {
	v := vars{"lines": linesVar(s.lines)}
	if g.needsSecond(s.lines) || g.owedFor(s.lines).Minor <= 0 {
		s.tell("inspect.pass", v)
		return
	}
	s.tellSoon("inspect.pass", v)
}

// acceptedAsDeclared is the warehouse's silence: the customer is not made to wait for it.
func (g *goods) acceptedAsDeclared(s *step) {
	if g.held(schemas.AutomationHold) {
		s.say("Nobody inspected line(s) %s, and a %s stands.", lineList(s.lines), schemas.AutomationHold)
		g.escalate(s, 3, g.named("received"))
		return
	}
	for _, l := range s.lines {
		l.Disposition = schemas.Quarantine // nobody has looked at the goods yet, so they are not for sale
	}
	s.say("Nobody inspected line(s) %s in time; accepted as declared.", lineList(s.lines))
	g.tellPassed(s)
	g.move(s, s.lines, schemas.RefundApproved)
}

// mayFail keeps a proposed deduction between nothing and what is owed, in the case's currency.
func (g *goods) mayFail(s *step, d schemas.Fail) *schemas.Refusal {
	for _, l := range s.lines {
		if l.Unconfirmed != "" {
			return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Field: "lines", Message: fmt.Sprintf("a second person's look at line %s is open (%s); it is decided with approval.grant or approval.refuse.", l.LineID, l.Unconfirmed)}
		}
	}
	if d.Deduction == nil {
		return nil
	}
	if d.Deduction.Currency != g.Currency {
		return &schemas.Refusal{Code: schemas.CodeOtherCurrency, Field: "deduction", Message: fmt.Sprintf("this case is in %s.", g.Currency)}
	}
	if total := g.owedFor(s.lines); d.Deduction.Minor > total.Minor {
		return &schemas.Refusal{Code: schemas.CodeBadAmount, Field: "deduction", Message: fmt.Sprintf("these lines cost %s.", total)}
	}
	return nil
}

// failed is an inspector's finding. On costly goods a second person looks before it counts.
func (g *goods) failed(s *step, d schemas.Fail) {
	g.post(schemas.Posted{At: s.at, By: s.actor, Kind: "note", TextID: d.TextID, Evidence: d.EvidenceIDs})
	if g.needsSecondLook(s.lines, d) {
		g.askSecondLook(s, d)
		return
	}
	g.found(s, d, s.actor)
}

// found shows the customer what is not as declared and what would be paid. It is a proposal: silence never accepts it.
func (g *goods) found(s *step, d schemas.Fail, by schemas.Actor) {
	total := g.owedFor(s.lines)
	deduction := g.deductionFor(s.lines, d)
	grants := total.Sub(deduction)
	id := fmt.Sprintf("o%d", g.next("offer"))
	for i, part := range shareOut(grants.Minor, s.lines) {
		l := s.lines[i]
		l.Finding, l.Disposition = d.Finding, d.Disposition
		if l.Disposition == "" {
			l.Disposition = schemas.Quarantine
		}
		l.Offer = &schemas.Offer{OfferID: id, What: schemas.OfferPartialRefund, Amount: g.money(part), TextID: d.TextID, By: by, MadeAt: s.at}
	}
	s.note("finding", string(d.Finding))
	if d.Grade != "" {
		s.note("grade", string(d.Grade))
	}
	s.note("deduction", deduction.String())
	s.say("%s found line(s) %s %s and proposes %s less.", by, lineList(s.lines), d.Finding, deduction)
	g.move(s, s.lines, schemas.InspectionFailed)
	// A person has shown with evidence that the goods are not as declared: the duty to refund them in full is in dispute.
	g.endRefundDuty(s)
	if g.startsDutiesOnArrival() {
		g.stopClock("law.remedy")
	}
	s.tell(g.textOf("inspect.fail", "exchange.finding"), vars{"lines": linesVar(s.lines), "finding": string(d.Finding), "deduction": amount(deduction), "amount": amount(grants), "due": stamp(g.dueOf(s.lines))})
}

// deductionFor is what an inspector proposes to take off: the amount that is named, else what the rules take off for the grade,
// else the whole price. A share of a cent is the customer's.
func (g *goods) deductionFor(lines []*schemas.Line, d schemas.Fail) schemas.Money {
	switch {
	case d.Deduction != nil:
		return *d.Deduction
	case d.Grade == "":
		return g.owedFor(lines)
	}
	sum := g.money(0)
	for _, l := range lines {
		sum.Minor += l.Owed().Minor * l.Verdict.Deduction[d.Grade] / 10_000
	}
	return sum
}

// mayAnswerDeduction keeps the choice to what there is.
func (g *goods) mayAnswerDeduction(s *step, d schemas.AnswerOffer) *schemas.Refusal {
	for _, l := range s.lines {
		if d.Choice == string(schemas.OfferSendBack) && noGoods(l) {
			return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "choice", Message: fmt.Sprintf("there are no goods of line %s to send back.", l.LineID)}
		}
	}
	return nil
}

// deductionAnswered is the customer's choice after a failed inspection: less money, or the goods.
func (g *goods) deductionAnswered(s *step, d schemas.AnswerOffer) {
	if d.Choice == string(schemas.OfferSendBack) || s.lines[0].Offer.What == schemas.OfferSendBack {
		s.say("The customer wants line(s) %s back.", lineList(s.lines))
		g.leave(s, s.lines, schemas.CompletedPartial)
		return
	}
	s.say("The customer accepts the deduction for line(s) %s.", lineList(s.lines))
	for _, l := range s.lines {
		l.Deduction = l.Payable.Sub(l.Refunded).Sub(l.Offer.Amount)
		l.Offer = nil
	}
	pay, nothing := sort2(s.lines, func(l *schemas.Line) bool { return l.Owed().Minor > 0 })
	g.move(s, pay, schemas.RefundApproved)
	if g.booksWhatIsKept() {
		g.putAway(inspectedOf(nothing)) // no payment follows, which would bring them away
	}
	g.end(s, nothing, schemas.CompletedPartial)
}

// mayDispute gives one appeal against an inspection.
func (g *goods) mayDispute(s *step, _ schemas.AnswerOffer) *schemas.Refusal {
	return g.mayAppeal(s, schemas.FileAppeal{})
}

func (g *goods) deductionDisputed(s *step, d schemas.AnswerOffer) {
	if d.TextID != "" {
		g.post(schemas.Posted{At: s.at, By: s.actor, Kind: "message", TextID: d.TextID})
	}
	s.say("The customer disputes the inspection of line(s) %s.", lineList(s.lines))
	for _, l := range s.lines {
		if l.Rejection == nil && l.Offer != nil {
			l.Rejection = &schemas.Rejection{By: l.Offer.By, Reason: string(l.Finding), At: s.at}
		}
	}
	g.toAppeal(s)
}

// deductionOffered puts better terms to the customer after a failed inspection.
func (g *goods) deductionOffered(s *step, d schemas.MakeOffer) {
	total := g.putOffer(s, d)
	s.say("%s offers %s (%s) for line(s) %s.", s.actor, d.What, total, lineList(s.lines))
	row := g.story.row(schemas.InspectionFailed)
	g.startOn(s, s.lines, row.clock, row.silence.says)
	due := stamp(g.dueOf(s.lines))
	if g.story.kind == schemas.KindExchange && d.What == schemas.OfferPartialRefund {
		// In an exchange the amount is what the goods count for; nobody is paid it.
		taken := g.owedFor(s.lines).Sub(total)
		s.tell("exchange.finding", vars{"lines": linesVar(s.lines), "finding": string(s.lines[0].Finding), "deduction": amount(taken), "amount": amount(total), "due": due})
		return
	}
	g.tellOffer(s, d, total)
}

// keepGoods is the customer's silence on a failed inspection. It consents to nothing: the goods are kept, and a supervisor
// tries to reach the customer.
func (g *goods) keepGoods(s *step) {
	s.say("The customer did not answer on line(s) %s; the goods are kept.", lineList(s.lines))
	k := g.startOn(s, s.lines, g.named("goods_kept"), "one last notice is sent")
	g.raise(s, 3, "inspection_failed")
	s.tell("goods.kept", vars{"lines": linesVar(s.lines), "due": stamp(k.Due)})
}

func (g *goods) lastNotice(s *step) {
	k := g.startOn(s, s.lines, g.named("goods_notice"), "the goods are sent back")
	s.say("Last notice: line(s) %s will be sent back.", lineList(s.lines))
	s.tell("goods.kept", vars{"lines": linesVar(s.lines), "due": stamp(k.Due)})
}

func (g *goods) sendBackUnasked(s *step) {
	s.say("The customer stayed silent; line(s) %s go back.", lineList(s.lines))
	again, first := sort2(s.lines, func(l *schemas.Line) bool { return l.Returned > 0 })
	for _, l := range again {
		g.leave(s, []*schemas.Line{l}, firstOutcome(l.LeavesAs, schemas.Expired))
	}
	g.leave(s, first, schemas.Expired)
}
