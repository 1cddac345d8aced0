package workflows

import (
	"encoding/json"
	"sort"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// listen is the one coroutine that hears all signals: facts, and commands of clients that can only signal. Signals arrive
// raw, because the SDK drops one that does not decode into a typed channel; here nothing is dropped without a trace.
func (c *Case) listen(ctx workflow.Context) {
	for {
		if workflow.Await(ctx, func() bool { return len(c.hearable(ctx)) > 0 }) != nil {
			return
		}
		// What has come back from the outside in the same task is applied first: a fact may be about a parcel whose number
		// this very answer brings, when the task that brought it before was lost.
		if letOthersRun(ctx) != nil {
			return
		}
		c.hearAll()
	}
}

// letOthersRun lets every other coroutine of the case run once more in this workflow task.
func letOthersRun(ctx workflow.Context) error {
	everybodyRan := false
	workflow.Go(ctx, func(workflow.Context) { everybodyRan = true })
	return workflow.Await(ctx, func() bool { return everybodyRan })
}

// ready reports whether the case has been taken in. A fact that comes earlier waits in its channel: nothing is known yet
// that it could be judged by.
func (c *Case) ready() bool { return len(c.Lines) > 0 || c.ClosedAt != nil }

// hearable lists the signals that have arrived and can be judged, by their names. Of a case whose intake is parked, that is what frees it.
func (c *Case) hearable(ctx workflow.Context) []string {
	names := workflow.GetUnhandledSignalNames(ctx)
	if !c.ready() {
		kept := names[:0]
		for _, name := range names {
			if name == schemas.StepRetry.Name && len(c.Parked) > 0 {
				kept = append(kept, name)
			}
		}
		names = kept
	}
	sort.Strings(names)
	return names
}

// hearAll hears every signal that has arrived, in the order of their names, and says how many there were.
func (c *Case) hearAll() int {
	heard := 0
	for _, name := range c.hearable(c.ctx) {
		ch := workflow.GetSignalChannel(c.ctx, name)
		var raw converter.RawValue
		for ch.ReceiveAsync(&raw) {
			heard++
			c.hear(name, raw.Payload().GetData())
		}
	}
	return heard
}

// hear takes one signal. Whatever it is, an event tells of it.
func (c *Case) hear(name string, raw json.RawMessage) {
	known := c.story.anywhere(name)
	switch {
	case known == nil:
		c.refuse(name, schemas.Actor{}, &schemas.Refusal{Code: schemas.CodeUnknownName, Message: "no command or fact has this name."})
	case known.fact:
		c.hearFact(name, raw)
	default:
		c.hearCommand(name, raw)
	}
}

// hearCommand carries a command out that came as a signal. Nobody waits for its answer, so a refusal becomes an event.
func (c *Case) hearCommand(name string, raw json.RawMessage) {
	order, refusal := schemas.Decode[schemas.Order](raw)
	if refusal == nil {
		refusal = order.Check()
	}
	if refusal == nil {
		var done bool
		if _, done, refusal = c.answeredBefore(name, order); done {
			return
		}
	}
	if refusal == nil {
		if order.Door == "" {
			order.Door = schemas.DoorSignal
		}
		if c.judgesParts() {
			_, refusal = c.permit(name, order, true)
		}
		if refusal == nil {
			var a asked
			if a, refusal = c.permit(name, order, false); refusal == nil {
				c.carryOut(name, a)
				return
			}
		}
	}
	c.refuse(name, order.Actor, refusal)
}

// hearFact takes what a machine reports: once, by its source and event id, and judged by what the case can still make of it.
func (c *Case) hearFact(name string, raw json.RawMessage) {
	report, refusal := schemas.Decode[schemas.Report](raw)
	if refusal == nil {
		refusal = report.Check()
	}
	if refusal != nil {
		c.refuse(name, schemas.Actor{}, refusal)
		return
	}
	c.hearReport(name, report)
}

// hearReport takes a report that can be read.
func (c *Case) hearReport(name string, report schemas.Report) {
	once := report.Source + "/" + report.EventID
	if c.Heard[once] {
		return
	}
	body, refusal := c.story.anywhere(name).read(report.Body)
	if refusal != nil {
		c.refuse(name, schemas.Actor{Role: schemas.RoleSystem, ID: report.Source}, refusal)
		return
	}
	c.Heard[once] = true
	s := c.begin(name, schemas.Actor{Role: schemas.RoleSystem, ID: report.Source}, report.Door)
	if s.door == "" {
		s.door = schemas.DoorSignal
	}
	s.eventID, s.report = report.EventID, &report
	s.note("occurred_at", stamp(report.OccurredAt))
	gone, others := c.foundTooLate(name, body)
	if len(gone) > 0 {
		s.note("waybill", body.(schemas.ParcelWord).Waybill)
		c.tellReturns(s, report, gone)
	}
	if len(gone) > 0 && !others {
		s.lines = gone
	} else if c.foundAfterTheChange(s, name, body) {
		c.bookWord(s, body)
	} else if gone := c.goesOn(body); len(gone) > 0 {
		c.bookWord(s, body)
		c.forward(s, report, gone)
	} else if whole := c.story.ofCase(name); whole != nil && c.ClosedAt == nil {
		whole.act(s, body)
	} else {
		again := c.arrivedBefore(name, body)
		ended := c.bookWord(s, body)
		if c.ClosedAt == nil && c.onItsWayBack(s, name, body) {
			c.settle(s)
			return
		}
		c.fetchedAfterAll(name, body)
		c.foundAfterAll(s, name, body)
		lines := c.linesOf(name, body)
		if len(lines) == 0 || c.ClosedAt != nil {
			s.note("fact", name)
			s.name = schemas.EventLateFact
			s.say("%s came when nothing waits for it; it is kept.", name)
			if c.ClosedAt == nil && !again && !c.hadHeard(name, body) {
				s.staff("staff.task", c.Owner, vars{"task": "late_fact", "due": ""})
			}
			c.settle(s)
			return
		}
		if len(ended) > 0 {
			s.say("The goods of line(s) %s, which had ended, came along.", lineList(ended))
			s.staff("staff.task", c.Owner, vars{"task": "late_fact", "due": ""})
		}
		// Lines of one parcel may stand in different states, each of which makes its own of the fact.
		for len(lines) > 0 {
			var group []*schemas.Line
			group, lines = sort2(lines, func(l *schemas.Line) bool { return l.State == lines[0].State })
			s.lines = group
			c.story.row(group[0].State).hearing(name).act(s, body)
		}
		s.lines = c.linesNamed(body)
	}
	if s.message == "" {
		s.say("%s.", name)
	}
	c.settle(s)
}

// bookWord keeps what a fact says of a parcel, whether or not a line still waits for it, and lists the lines that had ended without it.
func (c *Case) bookWord(s *step, body any) (ended []*schemas.Line) {
	word, ok := body.(schemas.ParcelWord)
	if !ok {
		return nil
	}
	if p := c.parcel(word.Waybill); p != nil {
		if s.name != schemas.ParcelException.Name {
			c.takeUp(p)
		}
		p.book(s.name, s.report.OccurredAt)
		ended = c.cameUnasked(word)
		s.note("waybill", word.Waybill)
	}
	return ended
}

// takeUp lets the word on a parcel that was booked for lines before count for them, where it is the first that moves of all their parcels:
// whatever number was given later, the goods are in this one.
func (c *Case) takeUp(p *parcelRecord) {
	inIt, _ := sort2(c.linesNamed(schemas.ParcelWord{Waybill: p.Waybill}), func(l *schemas.Line) bool {
		return l.State != schemas.Closed || c.leftTooEarly(l)
	})
	if !c.knowsEarlierParcels() || p.Direction != schemas.ToMerchant || len(inIt) > 0 && !c.takesUpBesideOthers() {
		return
	}
	ids := lineIDs(inIt) // another part of a line that is in it may have stayed at home
	c.putIntoOf(p, func(l *schemas.Line) bool { return len(inIt) == 0 || l.Waybill == "" && !contains(ids, l.LineID) })
}

// putInto counts the lines that a parcel was booked for as in it, but those of which another parcel has moved.
func (c *Case) putInto(p *parcelRecord) {
	c.putIntoOf(p, func(*schemas.Line) bool { return true })
}

func (c *Case) putIntoOf(p *parcelRecord, may func(*schemas.Line) bool) {
	for _, l := range c.Lines {
		if !may(l) {
			continue
		}
		later := c.parcel(l.Waybill)
		waits := l.State == schemas.WaitShipback || l.State == schemas.ReturnInTransit
		takenBack := (beforeADecision(l.State) || c.beforeItsReplacement(l)) && l.GoodsWith == schemas.TurnCustomer && c.noticesGoodsUnasked()
		if (waits || takenBack || c.leftTooEarly(l)) && picksContain(p.Lines, l.LineID) && (later == nil || later.MovedAt == nil) {
			l.Waybill = p.Waybill
		}
	}
}

// linesOf lists the lines a fact is about whose state hears it.
func (c *Case) linesOf(name string, body any) []*schemas.Line {
	lines, _ := sort2(c.linesNamed(body), func(l *schemas.Line) bool {
		if l.State == schemas.WaitShipback && endsTheWay(name) && !c.hearsOfLostLabels() {
			return false
		}
		return c.hears(l, name)
	})
	return lines
}

// endsTheWay tells words on a parcel that does not arrive.
func endsTheWay(name string) bool {
	return name == schemas.ParcelLoss.Name || name == schemas.ParcelDamage.Name || name == schemas.ParcelRefusal.Name
}

// hadHeard tells the carrier's word on a replacement that the customer has confirmed before: it says nothing new, so that nobody
// needs to look at it.
func (c *Case) hadHeard(name string, body any) bool {
	if sent, is := body.(schemas.ShipmentWord); is && c.asksAboutLostFacts() {
		return c.parcel(sent.Waybill) != nil // the warehouse had said so when it was asked
	}
	word, ok := body.(schemas.ParcelWord)
	if !ok || (name != schemas.ParcelScanned.Name && name != schemas.ParcelDeliver.Name && name != schemas.GoodsReceived.Name) {
		return false
	}
	return len(c.linesWhere(func(r *schemas.Replacement) bool { return r.Waybill == word.Waybill && r.ConfirmedAt != nil })) > 0
}

// linesNamed lists the lines a fact is about: those in the parcel, or those the refund pays. The parcel of a replacement is that of its
// lines only while it is on its way: afterwards they are in the parcel of the old goods, or in none.
func (c *Case) linesNamed(body any) []*schemas.Line {
	var named []*schemas.Line
	switch word := body.(type) {
	case schemas.ParcelWord:
		for _, l := range c.Lines {
			replaces := l.State == schemas.ReplacementInTransit && l.Replacement != nil && l.Replacement.Waybill == word.Waybill
			if l.Waybill == word.Waybill || replaces {
				named = append(named, l)
			}
		}
	case schemas.RefundWord:
		if r := c.refund(word.RefundID); r != nil {
			named = c.linesPaidBy(r)
		}
	case schemas.StockWord:
		named = c.linesWhere(func(r *schemas.Replacement) bool { return r.StockKey == word.Key })
	case schemas.ShipmentWord:
		named = c.linesWhere(func(r *schemas.Replacement) bool { return r.ShipmentID == word.ShipmentID })
	}
	return named
}

// linesWhere lists the lines whose replacement is meant.
func (c *Case) linesWhere(is func(*schemas.Replacement) bool) []*schemas.Line {
	lines, _ := sort2(c.Lines, func(l *schemas.Line) bool { return l.Replacement != nil && is(l.Replacement) })
	return lines
}

// refuse keeps what could not be taken, with its reason.
func (c *Case) refuse(name string, who schemas.Actor, refusal *schemas.Refusal) {
	if who.ID == "" {
		who = schemas.Actor{Role: schemas.RoleSystem, ID: "unknown"}
	}
	s := c.begin(schemas.EventRefused, who, schemas.DoorSignal)
	s.note("name", name)
	s.note("code", string(refusal.Code))
	s.say("%s was refused: %s", name, refusal.Error())
	c.settle(s)
}
