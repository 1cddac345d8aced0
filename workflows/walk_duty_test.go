package workflows_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// The statutory duty of a return to pay back, held against the parcels: each line has a day of its own, counted from the delivery of its goods,
// one clock stands for the first of those days, and each is missed once.

const refundDuty = "law.refund"

// dutyForEachLine wants a clock that ends no later than the first line is to be paid, and of each day that has passed an event.
func dutyForEachLine(s *sight) string {
	if fault := s.missedTooOften(); fault != "" || s.Now.Kind != schemas.KindReturn || s.Now.ClosedAt != nil {
		return fault
	}
	var first time.Time
	for _, l := range s.Now.Lines {
		due, owes := refundDueOf(s.Now, l)
		switch {
		case !owes || s.missedFor(l, due):
		case due.Before(s.Now.Now.Add(-time.Second)):
			return fmt.Sprintf("line %s %v was to be paid by %s, and nobody was told that it was not.", l.LineID, l.Units, due)
		case first.IsZero() || due.Before(first):
			first = due
		}
	}
	k := clockNamed(s.Now, refundDuty)
	switch {
	case first.IsZero():
		return ""
	case k == nil:
		return fmt.Sprintf("a line is to be paid by %s, and no clock runs on it.", first)
	case !k.Due.Equal(first):
		return fmt.Sprintf("a line is to be paid by %s, and the clock ends %s.", first, k.Due)
	}
	return ""
}

// refundDueOf is by when a line is to be paid whose goods are here, of which nobody has said that they are not as they should be, and which has not
// been paid before.
func refundDueOf(v schemas.View, l schemas.Line) (due time.Time, owes bool) {
	here := []schemas.State{schemas.Received, schemas.RefundApproved, schemas.RefundProcessing, schemas.RefundFailed}
	paid := slices.ContainsFunc(l.History, func(h schemas.StateSince) bool { return h.State == schemas.Refunded })
	if !stands(l.State, here) || l.GoodsWith != schemas.TurnWarehouse || l.Finding != "" || paid {
		return due, false
	}
	for _, p := range v.Parcels {
		if p.Waybill == l.Waybill && p.DeliveredAt != nil {
			return refundDueFrom(*p.DeliveredAt), true
		}
	}
	return due, false
}

func refundDueFrom(delivered time.Time) time.Time {
	plan := thePlan()
	return plan.Due(plan.Clocks[refundDuty], delivered).Due
}

// missedFor reports whether the duty to pay for a line by an instant was missed, and told of, since its goods were known to be here.
func (s *sight) missedFor(l schemas.Line, due time.Time) bool {
	_, since := hereSince(s.Now, l)
	return slices.ContainsFunc(s.All, func(e schemas.Event) bool {
		return e.Name == schemas.EventExpired && e.Data["clock"] == refundDuty && e.Data["due"] == due.UTC().Format(time.RFC3339) && !e.At.Before(since)
	})
}

// ofEachLine tells the end of a duty that is one for each line: missedTooOften counts them.
func ofEachLine(e schemas.Event) bool { return e.Data["clock"] == refundDuty }

// missedTooOften finds a day to pay by that was missed more often than lines were to be paid by it.
func (s *sight) missedTooOften() string {
	for _, e := range s.New {
		if e.Name != schemas.EventExpired || !ofEachLine(e) {
			continue
		}
		times, lines := 0, 0
		for _, was := range s.All[:e.Revision] {
			if was.Name == schemas.EventExpired && ofEachLine(was) && was.Data["due"] == e.Data["due"] {
				times++
			}
		}
		for _, l := range s.Now.Lines {
			if due, _ := hereSince(s.Now, l); due == e.Data["due"] {
				lines++
			}
		}
		if times > lines {
			return fmt.Sprintf("%d line(s) were to be paid by %s, and that was missed %d times.", lines, e.Data["due"], times)
		}
	}
	return ""
}

// hereSince is when a case first knew that it has the goods of a line to pay back, and by when it is to do so; zero where it never did.
func hereSince(v schemas.View, l schemas.Line) (due string, since time.Time) {
	here := []schemas.State{schemas.Received, schemas.RefundApproved, schemas.RefundProcessing}
	for _, h := range append(slices.Clone(l.History), schemas.StateSince{State: l.State, Since: l.Since}) {
		if !stands(h.State, here) {
			continue
		}
		for _, p := range v.Parcels {
			if p.Waybill == l.Waybill && p.DeliveredAt != nil {
				return refundDueFrom(*p.DeliveredAt).UTC().Format(time.RFC3339), h.Since
			}
		}
	}
	return "", time.Time{}
}
