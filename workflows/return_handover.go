package workflows

import (
	"github.com/aftercare/aftercare/schemas"
)

// begun takes a request in, or goes on where another case has left off.
func (r *returns) begun(s *step) {
	if p := r.Opening.Predecessor; p != nil && p.Handover != nil {
		r.takenOver(s, p.CaseID, *p.Handover)
		return
	}
	r.takenIn(s)
}

// takenOver goes on with lines of another case. Their wish was granted there, so that nobody decides it again; each goes on where
// its goods are.
func (r *returns) takenOver(s *step, from string, h schemas.Handover) {
	r.Priority, r.Level = h.Priority, max(r.Level, h.Level)
	if h.Owner != "" {
		r.Owner, r.Owners = h.Owner, []string{h.Owner}
	}
	r.Evidence = append(r.Evidence, h.Evidence...)
	for i := range h.Parcels {
		p := h.Parcels[i]
		r.Parcels = append(r.Parcels, &p)
	}
	for _, l := range s.lines {
		for _, handed := range h.Lines {
			if handed.LineID == l.LineID && (len(handed.Units) == 0 || sameUnits(handed.Units, l.Units)) {
				l.GoodsWith, l.Waybill, l.Disposition, l.Finding, l.Approver = handed.GoodsWith, handed.Waybill, handed.Disposition, handed.Finding, handed.Approver
				l.Verdict.Owed, l.Verdict.Proposal, l.Verdict.Rule = true, schemas.ProposeApprove, or(handed.Rule, l.Verdict.Rule)
				l.Verdict.Freight = handed.Freight
			}
		}
	}
	s.note("predecessor_id", from)
	s.say("Goes on from case %s with %d line(s), with %s.", from, len(s.lines), r.Owner)
	r.answered(true)
	travelling, rest := sort2(s.lines, func(l *schemas.Line) bool { return l.GoodsWith == schemas.TurnCarrier && l.Waybill != "" })
	unseen, ready := sort2(rest, func(l *schemas.Line) bool { return l.GoodsWith == schemas.TurnWarehouse && l.Disposition == "" })
	r.move(s, travelling, schemas.ReturnInTransit)
	if len(unseen) > 0 {
		r.move(s, unseen, schemas.Received)
	}
	r.startRefundDuty(s, append(unseen, ready...))
	if len(ready) > 0 {
		r.goOn(s, ready)
	}
}
