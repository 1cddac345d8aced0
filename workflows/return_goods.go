package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// The verbs of a return while the goods travel: the way back, the inspection, what happens when it fails, and the goods'
// way home again.

// bookLabel books the way back where the merchant pays for it. Where the customer pays, the customer chooses the carrier.
func (r *returns) bookLabel(s *step) {
	ours, _ := sort2(s.lines, func(l *schemas.Line) bool { return l.Verdict.Freight == schemas.TurnMerchant && l.Waybill == "" })
	if len(ours) == 0 {
		return
	}
	order := r.parcelOrder(ours, schemas.ToMerchant, schemas.TurnMerchant)
	r.effect(schemas.ParcelLabel.Name, order.Key, func(ctx workflow.Context) {
		parcel, err := do(ctx, r.Case, schemas.ParcelLabel, order.Key, order)
		if r.stuckOn(err, schemas.ParcelLabel.Name, order.Key) {
			return // the customer can still choose a carrier; the owner has a task
		}
		waiting, _ := sort2(ours, func(l *schemas.Line) bool { return l.State == schemas.WaitShipback && l.Waybill == "" })
		if len(waiting) == 0 {
			return
		}
		s := r.begin(schemas.EventLabelBooked, schemas.System, schemas.DoorSystem)
		s.lines = waiting
		r.addParcel(parcel, waiting)
		s.note("waybill", parcel.Waybill)
		s.say("The way back is booked with %s, waybill %s.", parcel.Carrier, parcel.Waybill)
		s.tell("return.approved", vars{"lines": linesVar(waiting), "freight": string(schemas.TurnMerchant), "label": parcel.Waybill, "due": stamp(r.dueOf(waiting))})
		r.settle(s)
	})
}

func (r *returns) addParcel(parcel schemas.Parcel, lines []*schemas.Line) {
	parcel.Lines = picksOf(lines)
	if parcel.Status == "" {
		parcel.Status = schemas.ParcelExpected
	}
	r.Parcels = append(r.Parcels, &parcel)
	for _, l := range lines {
		l.Waybill = parcel.Waybill
	}
}

// mayShip wants a number that no parcel of the case has, unless it is the label's own.
func (r *returns) mayShip(s *step, d schemas.SubmitWaybill) *schemas.Refusal {
	p := r.parcel(d.Waybill)
	if p == nil {
		return nil
	}
	for _, l := range s.lines {
		if l.Waybill != d.Waybill {
			return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Field: "waybill", Message: fmt.Sprintf("parcel %s is known already and holds other lines.", d.Waybill)}
		}
	}
	return nil
}

// shippedBack takes the customer's word that the goods are on their way, and asks the carrier to report on the parcel.
func (r *returns) shippedBack(s *step, d schemas.SubmitWaybill) {
	s.note("carrier", d.Carrier)
	s.note("waybill", d.Waybill)
	s.say("The customer sent line(s) %s with %s, waybill %s.", lineList(s.lines), d.Carrier, d.Waybill)
	if r.parcel(d.Waybill) == nil {
		order := r.parcelOrder(s.lines, schemas.ToMerchant, schemas.TurnCustomer)
		order.Carrier, order.Waybill = d.Carrier, d.Waybill
		r.addParcel(schemas.Parcel{Waybill: d.Waybill, Carrier: d.Carrier, Direction: schemas.ToMerchant, PaidBy: schemas.TurnCustomer}, s.lines)
		r.effect(schemas.ParcelRegister.Name, order.Key, func(ctx workflow.Context) {
			parcel, err := do(ctx, r.Case, schemas.ParcelRegister, order.Key, order)
			if !r.stuckOn(err, schemas.ParcelRegister.Name, order.Key) {
				r.carrierKnew(parcel)
			}
		})
	}
	r.move(s, s.lines, schemas.ReturnInTransit)
}

// carrierKnew applies what a parcel had done before its number reached us: its facts found no case then, and do not come again.
func (r *returns) carrierKnew(told schemas.Parcel) {
	p := r.parcel(told.Waybill)
	word := schemas.ParcelWord{Waybill: told.Waybill}
	lines, _ := sort2(r.linesNamed(word), func(l *schemas.Line) bool { return l.State == schemas.ReturnInTransit })
	if p == nil || len(lines) == 0 {
		return
	}
	switch told.Status {
	case schemas.ParcelDelivered, schemas.ParcelLost, schemas.ParcelDamaged:
	case schemas.ParcelMoving:
		if told.ScannedAt != nil {
			p.book(schemas.ParcelScanned.Name, *told.ScannedAt)
		}
		return
	default:
		return
	}
	s := r.begin(schemas.EventTraced, schemas.System, schemas.DoorSystem)
	s.lines = lines
	s.note("waybill", told.Waybill)
	s.say("The carrier knew parcel %s already: %s.", told.Waybill, told.Status)
	if told.DeliveredAt != nil {
		s.report = &schemas.Report{Source: told.Carrier, OccurredAt: *told.DeliveredAt}
		p.book(schemas.ParcelDeliver.Name, *told.DeliveredAt)
	}
	r.applyTrace(s, schemas.TraceAnswer{Known: true, Status: told.Status, MovedAt: told.MovedAt}, word)
	r.settle(s)
}

// mayExtend gives one extension.
func (r *returns) mayExtend(s *step, _ schemas.OnLines) *schemas.Refusal {
	for _, l := range s.lines {
		if l.Extended {
			return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Message: fmt.Sprintf("line %s was extended once already.", l.LineID)}
		}
	}
	return nil
}

// extended gives the customer more time, once, counted from the end of the first.
func (r *returns) extended(s *step, _ schemas.OnLines) {
	due := r.dueOf(s.lines)
	k := r.startOn(s, s.lines, "return.shipback_extension", "the request expires; a new one can be made while the right lasts")
	k.Due = due.Add(k.Spec.After.D())
	for _, l := range s.lines {
		l.Extended = true
	}
	s.say("The way back was extended until %s.", stamp(k.Due))
	s.tell("return.extended", vars{"due": stamp(k.Due)})
}

// handedOver is the carrier's first scan of a parcel that we booked.
func (r *returns) handedOver(s *step, w schemas.ParcelWord) {
	s.say("Parcel %s is on its way back.", w.Waybill)
	for _, l := range s.lines {
		l.GoodsWith = schemas.TurnCarrier
	}
	r.move(s, s.lines, schemas.ReturnInTransit)
}

// moved restarts the clock on the parcel's next movement, in either direction.
func (r *returns) moved(s *step, w schemas.ParcelWord) {
	s.say("Parcel %s moved.", w.Waybill)
	for _, l := range s.lines {
		l.GoodsWith = schemas.TurnCarrier
	}
	row := r.story.row(s.lines[0].State)
	r.startOn(s, s.lines, row.clock, row.silence.says)
}

// arrived is the delivery at the warehouse: the statutory clock on the refund starts here. What was withdrawn on the way
// goes straight back.
func (r *returns) arrived(s *step, w schemas.ParcelWord) {
	s.say("Parcel %s arrived.", w.Waybill)
	for _, l := range s.lines {
		l.GoodsWith = schemas.TurnWarehouse
	}
	home, stay := sort2(s.lines, func(l *schemas.Line) bool { return l.LeavesAs != schemas.OutcomeNone })
	if len(stay) > 0 {
		if r.clock("law.refund") == nil {
			k := r.startClock(s, "law.refund", caseExpiries["law.refund"].says)
			if s.report != nil && s.report.OccurredAt.Before(s.at) {
				// The duty counts from the delivery, not from when we heard of it.
				k.StartedAt, k.Due = s.report.OccurredAt, s.report.OccurredAt.Add(k.Spec.After.D())
			}
		}
		r.move(s, stay, schemas.Received)
		s.tell("return.received", vars{"lines": linesVar(stay), "due": stamp(r.dueOf(stay))})
	}
	r.move(s, home, schemas.SendBack)
}

func (r *returns) parcelTrouble(s *step, w schemas.ParcelWord) {
	s.note("code", w.Code)
	s.say("The carrier reports trouble with parcel %s: %s.", w.Waybill, w.Code)
	s.tell("logistics.exception", vars{"waybill": w.Waybill, "status": "exception"})
	s.staff("staff.task", r.Owner, vars{"task": "parcel_exception", "due": stamp(r.dueOf(s.lines))})
}

// refusedAtWarehouse is our own house turning the parcel away: the owner has a day to put that right.
func (r *returns) refusedAtWarehouse(s *step, w schemas.ParcelWord) {
	s.say("Our warehouse refused parcel %s.", w.Waybill)
	k := r.startOn(s, s.lines, "refused_at_warehouse", "the supervisor is asked")
	s.staff("staff.task", r.Owner, vars{"task": "refused_at_warehouse", "due": stamp(k.Due)})
}

// toSupervisor asks for help with lines that lie too long. While a second person's decision is open its own clocks go on,
// and nobody else is asked.
func (r *returns) toSupervisor(s *step) {
	state := s.lines[0].State
	row := r.story.row(state)
	if state == schemas.RefundApproved && r.openOne("") != nil {
		r.startOn(s, s.lines, row.clock, row.silence.says)
		return
	}
	r.escalate(s, 3, s.clock.Name)
	if state == schemas.ReturnInTransit {
		r.startOn(s, s.lines, row.clock, row.silence.says)
	}
}

// lost is a parcel that will not arrive. Where the way back was ours, or the fault is, the customer is paid now; otherwise a
// person decides on the proof of handing over.
func (r *returns) lost(s *step, w schemas.ParcelWord) {
	if p := r.parcel(w.Waybill); p != nil {
		p.setUnlessDelivered(schemas.ParcelLost)
	}
	s.say("Parcel %s is lost.", w.Waybill)
	s.tell("logistics.exception", vars{"waybill": w.Waybill, "status": "lost"})
	for _, l := range s.lines {
		l.GoodsWith = schemas.TurnCarrier
	}
	gone, rest := sort2(s.lines, func(l *schemas.Line) bool { return l.LeavesAs != schemas.OutcomeNone })
	r.end(s, gone, schemas.Withdrawn)
	pay, judge := sort2(rest, func(l *schemas.Line) bool {
		return l.Verdict.Freight == schemas.TurnMerchant || r.Opening.Request.Reason.MerchantsFault()
	})
	if len(pay) > 0 {
		r.goOn(s, pay)
	}
	if len(judge) > 0 {
		r.move(s, judge, schemas.Review)
		s.staff("staff.task", r.Owner, vars{"task": "lost_parcel", "due": stamp(r.dueOf(judge))})
	}
}

// trace asks the carrier about a parcel that has not moved. A parcel that has been away for too long counts as lost.
func (r *returns) trace(s *step) {
	s.say("The carrier is asked where the parcel is.")
	tooLong := r.Plan.Clocks["return.in_transit_max"].After.D()
	if oldest(s.lines).Add(tooLong).Before(s.at) {
		r.lost(s, schemas.ParcelWord{Waybill: s.lines[0].Waybill})
		return
	}
	r.startOn(s, s.lines, "return.in_transit", "the carrier is asked where the parcel is; a parcel that stays away for too long counts as lost")
	r.askCarrier(s.lines[0].Waybill, r.applyTrace)
}

// askCarrier asks about one parcel and lets the verb make something of the answer.
func (r *returns) askCarrier(waybill string, apply func(*step, schemas.TraceAnswer, schemas.ParcelWord)) {
	p := r.parcel(waybill)
	if p == nil {
		return
	}
	order := schemas.TraceOrder{Key: fmt.Sprintf("%s/trace/%d", r.CaseID, r.next("trace")), CaseID: r.CaseID, MerchantID: r.Opening.Request.MerchantID, Carrier: p.Carrier, Waybill: waybill, At: r.now()}
	r.effect(schemas.ParcelTrace.Name, order.Key, func(ctx workflow.Context) {
		answer, err := do(ctx, r.Case, schemas.ParcelTrace, order.Key, order)
		if r.stuckOn(err, schemas.ParcelTrace.Name, order.Key) {
			return
		}
		s := r.begin(schemas.EventTraced, schemas.System, schemas.DoorSystem)
		s.lines, _ = sort2(r.linesNamed(schemas.ParcelWord{Waybill: waybill}), func(l *schemas.Line) bool {
			return l.State == schemas.ReturnInTransit || l.State == schemas.SendBack
		})
		s.note("waybill", waybill)
		s.say("The carrier says of parcel %s: %s.", waybill, traceWord(answer))
		if len(s.lines) > 0 {
			apply(s, answer, schemas.ParcelWord{Waybill: waybill})
		}
		r.settle(s)
	})
}

func traceWord(a schemas.TraceAnswer) string {
	if !a.Known {
		return "not known"
	}
	return string(a.Status)
}

func (r *returns) applyTrace(s *step, a schemas.TraceAnswer, w schemas.ParcelWord) {
	p := r.parcel(w.Waybill)
	switch {
	case !a.Known && p.ScannedAt == nil:
		// The number was wrong, or the parcel was never handed over: it is the customer's turn again.
		for _, l := range s.lines {
			l.Waybill = ""
		}
		s.tell("logistics.exception", vars{"waybill": w.Waybill, "status": "unknown"})
		r.move(s, s.lines, schemas.WaitShipback)
	case a.Status == schemas.ParcelDelivered:
		p.book(schemas.ParcelDeliver.Name, s.at)
		r.arrived(s, w)
	case a.Status == schemas.ParcelLost, a.Status == schemas.ParcelDamaged:
		r.lost(s, w)
	case a.MovedAt != nil && (p.MovedAt == nil || a.MovedAt.After(*p.MovedAt)):
		p.book(schemas.ParcelScanned.Name, *a.MovedAt)
	default:
		s.tell("logistics.exception", vars{"waybill": w.Waybill, "status": "stuck"})
	}
}

func (r *returns) passed(s *step, d schemas.Pass) {
	for _, l := range s.lines {
		l.Disposition, l.Finding, l.Deduction, l.Offer = d.Disposition, "", r.money(0), nil
		if l.Disposition == "" {
			l.Disposition = schemas.Restock
		}
	}
	r.post(schemas.Posted{At: s.at, By: s.actor, Kind: "note", Evidence: d.EvidenceIDs})
	s.say("%s passed line(s) %s.", s.actor, lineList(s.lines))
	r.tellPassed(s)
	r.move(s, s.lines, schemas.RefundApproved)
}

// tellPassed tells the customer that the goods are accepted: together with the start of the refund where that follows at
// once, and by itself where a second person must grant it first.
func (r *returns) tellPassed(s *step) {
	v := vars{"lines": linesVar(s.lines)}
	if r.needsSecond(s.lines) || r.owedFor(s.lines).Minor <= 0 {
		s.tell("inspect.pass", v)
		return
	}
	s.tellSoon("inspect.pass", v)
}

// acceptedAsDeclared is the warehouse's silence: the customer is not made to wait for it.
func (r *returns) acceptedAsDeclared(s *step) {
	for _, l := range s.lines {
		l.Disposition = schemas.Quarantine // nobody has looked at the goods yet, so they are not for sale
	}
	s.say("Nobody inspected line(s) %s in time; accepted as declared.", lineList(s.lines))
	r.tellPassed(s)
	r.move(s, s.lines, schemas.RefundApproved)
}

// mayFail keeps a proposed deduction between nothing and what is owed, in the case's currency.
func (r *returns) mayFail(s *step, d schemas.Fail) *schemas.Refusal {
	if d.Deduction == nil {
		return nil
	}
	if d.Deduction.Currency != r.Currency {
		return &schemas.Refusal{Code: schemas.CodeOtherCurrency, Field: "deduction", Message: fmt.Sprintf("this case is in %s.", r.Currency)}
	}
	if total := r.owedFor(s.lines); d.Deduction.Minor > total.Minor {
		return &schemas.Refusal{Code: schemas.CodeBadAmount, Field: "deduction", Message: fmt.Sprintf("these lines cost %s.", total)}
	}
	return nil
}

// failed shows the customer what is not as declared and what would be paid. It is a proposal: silence never accepts it.
func (r *returns) failed(s *step, d schemas.Fail) {
	total := r.owedFor(s.lines)
	deduction := total
	if d.Deduction != nil {
		deduction = *d.Deduction
	}
	grants := total.Sub(deduction)
	id := fmt.Sprintf("o%d", r.next("offer"))
	for i, part := range shareOut(grants.Minor, s.lines) {
		l := s.lines[i]
		l.Finding, l.Disposition = d.Finding, d.Disposition
		if l.Disposition == "" {
			l.Disposition = schemas.Quarantine
		}
		l.Offer = &schemas.Offer{OfferID: id, What: schemas.OfferPartialRefund, Amount: r.money(part), TextID: d.TextID, By: s.actor, MadeAt: s.at}
	}
	r.post(schemas.Posted{At: s.at, By: s.actor, Kind: "note", TextID: d.TextID, Evidence: d.EvidenceIDs})
	s.note("finding", string(d.Finding))
	s.note("deduction", deduction.String())
	s.say("%s found line(s) %s %s and proposes %s less.", s.actor, lineList(s.lines), d.Finding, deduction)
	r.move(s, s.lines, schemas.InspectionFailed)
	// A person has shown with evidence that the goods are not as declared: the duty to refund them in full is in dispute.
	r.stopClock("law.refund")
	s.tell("inspect.fail", vars{"lines": linesVar(s.lines), "finding": string(d.Finding), "deduction": amount(deduction), "amount": amount(grants), "due": stamp(r.dueOf(s.lines))})
}

// mayAnswerDeduction keeps the choice to what there is.
func (r *returns) mayAnswerDeduction(s *step, d schemas.AnswerOffer) *schemas.Refusal {
	for _, l := range s.lines {
		if d.Choice == string(schemas.OfferSendBack) && noGoods(l) {
			return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "choice", Message: fmt.Sprintf("there are no goods of line %s to send back.", l.LineID)}
		}
	}
	return nil
}

// deductionAnswered is the customer's choice after a failed inspection: less money, or the goods.
func (r *returns) deductionAnswered(s *step, d schemas.AnswerOffer) {
	if d.Choice == string(schemas.OfferSendBack) || s.lines[0].Offer.What == schemas.OfferSendBack {
		s.say("The customer wants line(s) %s back.", lineList(s.lines))
		r.leave(s, s.lines, schemas.CompletedPartial)
		return
	}
	s.say("The customer accepts the deduction for line(s) %s.", lineList(s.lines))
	for _, l := range s.lines {
		l.Deduction = l.Payable.Sub(l.Refunded).Sub(l.Offer.Amount)
		l.Offer = nil
	}
	pay, nothing := sort2(s.lines, func(l *schemas.Line) bool { return l.Owed().Minor > 0 })
	r.move(s, pay, schemas.RefundApproved)
	r.end(s, nothing, schemas.CompletedPartial)
}

// mayDispute gives one appeal against an inspection.
func (r *returns) mayDispute(s *step, _ schemas.AnswerOffer) *schemas.Refusal {
	return r.mayAppeal(s, schemas.FileAppeal{})
}

func (r *returns) deductionDisputed(s *step, d schemas.AnswerOffer) {
	if d.TextID != "" {
		r.post(schemas.Posted{At: s.at, By: s.actor, Kind: "message", TextID: d.TextID})
	}
	s.say("The customer disputes the inspection of line(s) %s.", lineList(s.lines))
	for _, l := range s.lines {
		if l.Rejection == nil && l.Offer != nil {
			l.Rejection = &schemas.Rejection{By: l.Offer.By, Reason: string(l.Finding), At: s.at}
		}
	}
	r.toAppeal(s)
}

// deductionOffered puts better terms to the customer after a failed inspection.
func (r *returns) deductionOffered(s *step, d schemas.MakeOffer) {
	total := r.putOffer(s, d)
	s.say("%s offers %s (%s) for line(s) %s.", s.actor, d.What, total, lineList(s.lines))
	row := r.story.row(schemas.InspectionFailed)
	r.startOn(s, s.lines, row.clock, row.silence.says)
	s.tell("offer.made", vars{"lines": linesVar(s.lines), "what": string(d.What), "amount": amount(total), "due": stamp(r.dueOf(s.lines))})
}

// keepGoods is the customer's silence on a failed inspection. It consents to nothing: the goods are kept, and a supervisor
// tries to reach the customer.
func (r *returns) keepGoods(s *step) {
	s.say("The customer did not answer on line(s) %s; the goods are kept.", lineList(s.lines))
	k := r.startOn(s, s.lines, "return.goods_kept", "one last notice is sent")
	r.raise(s, 3, "inspection_failed")
	s.tell("goods.kept", vars{"lines": linesVar(s.lines), "due": stamp(k.Due)})
}

func (r *returns) lastNotice(s *step) {
	k := r.startOn(s, s.lines, "return.goods_notice", "the goods are sent back")
	s.say("Last notice: line(s) %s will be sent back.", lineList(s.lines))
	s.tell("goods.kept", vars{"lines": linesVar(s.lines), "due": stamp(k.Due)})
}

func (r *returns) sendBackUnasked(s *step) {
	s.say("The customer stayed silent; line(s) %s go back.", lineList(s.lines))
	r.leave(s, s.lines, schemas.Expired)
}

// sendBack sends goods that stay the customer's home again, at the merchant's cost.
func (r *returns) sendBack(s *step) {
	lines := s.lines
	order := r.parcelOrder(lines, schemas.ToCustomer, schemas.TurnMerchant)
	for _, l := range lines {
		l.Waybill = ""
	}
	r.effect(schemas.ParcelSendBack.Name, order.Key, func(ctx workflow.Context) {
		parcel, err := do(ctx, r.Case, schemas.ParcelSendBack, order.Key, order)
		if r.stuckOn(err, schemas.ParcelSendBack.Name, order.Key) {
			return // the clock on the state comes back to it
		}
		s := r.begin(schemas.EventLabelBooked, schemas.System, schemas.DoorSystem)
		s.lines = lines
		r.addParcel(parcel, lines)
		s.note("waybill", parcel.Waybill)
		s.say("Line(s) %s go back to the customer, waybill %s.", lineList(lines), parcel.Waybill)
		s.tell("goods.sent_back", vars{"lines": linesVar(lines), "waybill": parcel.Waybill})
		r.settle(s)
	})
}

func (r *returns) handedBack(s *step, w schemas.ParcelWord) {
	s.say("Parcel %s reached the customer.", w.Waybill)
	for _, l := range s.lines {
		l.GoodsWith = schemas.TurnCustomer
		r.end(s, []*schemas.Line{l}, firstOutcome(l.LeavesAs, schemas.Withdrawn))
	}
}

// lostOnTheWayBack is the merchant's loss: the goods were in its hands, so the customer is paid the price.
func (r *returns) lostOnTheWayBack(s *step, w schemas.ParcelWord) {
	s.say("Parcel %s was lost on its way to the customer; the price is refunded.", w.Waybill)
	s.tell("logistics.exception", vars{"waybill": w.Waybill, "status": "lost"})
	for _, l := range s.lines {
		l.GoodsWith, l.LeavesAs, l.Deduction = schemas.TurnCarrier, schemas.OutcomeNone, r.money(0)
	}
	r.goOn(s, s.lines)
}

// traceBack asks about a parcel that has not reached the customer; the second time it counts as lost.
func (r *returns) traceBack(s *step) {
	row := r.story.row(schemas.SendBack)
	if oldest(s.lines).Add(2*r.Plan.Clocks[row.clock].After.D()).After(s.at) && s.lines[0].Waybill != "" {
		s.say("The carrier is asked where the parcel is.")
		r.startOn(s, s.lines, row.clock, row.silence.says)
		r.askCarrier(s.lines[0].Waybill, r.applyTraceBack)
		return
	}
	r.lostOnTheWayBack(s, schemas.ParcelWord{Waybill: s.lines[0].Waybill})
}

func (r *returns) applyTraceBack(s *step, a schemas.TraceAnswer, w schemas.ParcelWord) {
	p := r.parcel(w.Waybill)
	switch a.Status {
	case schemas.ParcelDelivered:
		p.book(schemas.ParcelDeliver.Name, s.at)
		r.handedBack(s, w)
	case schemas.ParcelLost, schemas.ParcelDamaged:
		r.lostOnTheWayBack(s, w)
	case schemas.ParcelExpected, schemas.ParcelMoving, schemas.ParcelRefused:
	}
}
