package workflows_test

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/aftercare/aftercare/schemas"
)

// A case of a walk that has ended is reopened in one of three walks: some days later, by its customer, for everything that ended in it. It is
// another case, in which people and machines act anew; the laws hold over both.

// reopening is what is drawn of that.
type reopening struct {
	after time.Duration
	steps []stepDrawn
}

func drawReopening(rt *rapid.T) *reopening {
	if rapid.IntRange(0, 2).Draw(rt, "reopened") < 2 {
		return nil
	}
	day := 24 * time.Hour
	return &reopening{after: rapid.SampledFrom([]time.Duration{time.Hour, 5 * day, 14 * day}).Draw(rt, "reopened after"), steps: drawSteps(rt)}
}

// reopens makes the opening that continues the last case of a walk, and says when, where it may be reopened then.
func (w *walk) reopens(ended time.Time) (schemas.Opening, time.Time, bool) {
	if w.reopening == nil || w.last == nil || !w.knownHere(*w.last) {
		return schemas.Opening{}, ended, false
	}
	at := ended.Add(w.reopening.after)
	if w.last.MayReopen(at) != nil {
		return schemas.Opening{}, ended, false
	}
	request, refusal := w.last.Reopening(schemas.Reopen{Reason: "not_solved"})
	if refusal != nil {
		w.fail("The case may be reopened, and cannot be: %v", refusal)
		return schemas.Opening{}, ended, false
	}
	row, by := *w.last, theCustomer
	w.ended, w.steps, w.silent, w.reopening = &row, w.reopening.steps, false, nil
	w.stories[len(w.stories)-1].Reopened = true
	w.tell("the case is reopened, at %s", at)
	return schemas.Opening{Request: request, Predecessor: &schemas.Predecessor{
		CaseID: row.CaseID, Why: schemas.WhyReopen, FirstReceivedAt: row.FirstReceived(), AtReview: true, By: &by, Reason: "not_solved",
	}}, at, true
}

// knownHere reports whether intake of a walk can tell what a case hands over: what an article is worth that came instead of another one is told
// by an order and a ledger that know more than these books.
func (w *walk) knownHere(v schemas.View) bool {
	replaced := slices.ContainsFunc(v.Lines, func(l schemas.Line) bool { return l.Replacement != nil && l.Replacement.ConfirmedAt != nil })
	taken := slices.ContainsFunc(v.Money.Charges, func(c schemas.Charge) bool { return c.Status == schemas.ChargeCaptured })
	return !replaced && !taken
}

// takeInAgain is intake for a case that is reopened: each part of a line as it had ended, with what is left of it.
func (o *outside) takeInAgain(in schemas.IntakeOrder, got *schemas.Intake) {
	over := o.ended.HandOver(in.Request)
	got.Handover = &over
	used := map[string]int64{}
	for _, bought := range o.setup.lines {
		for _, part := range over.Parts(bought.LineID) {
			l := bought
			l.Quantity, l.Units, l.Refunded = part.Quantity, part.Units, usd(part.Refunded.Minor)
			room := o.books.Lines[l.LineID].Price - o.books.promisedFor(l.LineID, "") - used[l.LineID]
			left := max(0, min(room, l.Price().Minor-o.books.promisedForUnits(l)))
			used[l.LineID] += left
			l.Payable = usd(l.Refunded.Minor + left).Min(l.Price())
			if in.Request.Kind == schemas.KindReturn {
				l.Replacement = nil
			} else if l.Replacement != nil {
				fresh := *l.Replacement
				l.Replacement = &fresh
			}
			got.Lines = append(got.Lines, l)
		}
	}
}
