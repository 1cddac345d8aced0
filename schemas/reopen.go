package schemas

import (
	"fmt"
	"strings"
	"time"
)

// ReopenWithin is how long after its end a case can be reopened: 15 days, whatever days they are. It is the merchant's own promise to its
// customers; the law knows no such thing. Afterwards a new request is made, which is judged by its own day.
const ReopenWithin = 15 * 24 * time.Hour

// Reopeners are the roles that may have a case reopened: its own customer, and staff for a customer on the phone.
var Reopeners = []Role{RoleCustomer, RoleAgent, RoleHandler, RoleTeamLead, RoleSupervisor, RoleManager, RoleExecutive, RoleOperator}

// Reopen says why a case should not have ended. Left out, lines are all that ended in this case.
type Reopen struct {
	Lines       []PickLine `json:"lines,omitempty"`
	Reason      string     `json:"reason"` // lower snake case, such as not_solved
	TextID      string     `json:"text_id,omitempty"`
	EvidenceIDs []string   `json:"evidence_ids,omitempty"`
}

// Check wants a reason.
func (r Reopen) Check() *Refusal {
	return first(OnLines{Lines: r.Lines}.Check(), checkReason(r.Reason), checkTextID(r.TextID), checkIDs("evidence_ids", r.EvidenceIDs))
}

// MayReopen says at an instant why a case that is seen as it stands cannot be reopened, or nil.
func (v View) MayReopen(at time.Time) *Refusal {
	no := func(code Code, format string, args ...any) *Refusal {
		return &Refusal{Code: code, Message: fmt.Sprintf(format, args...), Revision: v.Revision}
	}
	switch {
	case v.ClosedAt == nil:
		return stillOpen(v.Revision)
	case v.SuccessorID != "":
		return no(CodeAlreadyDone, "case %s continues this one; look there.", v.SuccessorID)
	case v.Outcome == Invalid:
		return no(CodeCaseClosed, "this case could not be a request; send case.request_human to have a person look at it.")
	case v.Outcome == Merged:
		return no(CodeCaseClosed, "this case was merged into %s; write there.", orUnknown(v.holders()))
	case v.Outcome == SettledExternally:
		return no(CodeCaseClosed, "a bank, a platform or a court has decided this; that decision stands here.")
	case len(v.ended()) == 0:
		return no(CodeCaseClosed, "no line has ended in this case; open a new one.")
	case at.After(v.ClosedAt.Add(ReopenWithin)):
		return no(CodeTooLate, "this case ended %s, and can be reopened for %d days; open a new one.", v.ClosedAt.UTC().Format(time.DateOnly), int(ReopenWithin.Hours()/24))
	case v.Reopened > 0 && !v.reopensFreely():
		return no(CodeAlreadyDone, "this was reopened once before; open a new case, or file a complaint.")
	}
	return nil
}

// StillOpen is the refusal of a case that has not ended: there is nothing to reopen.
func StillOpen() *Refusal { return stillOpen(0) }

func stillOpen(revision int64) *Refusal {
	return &Refusal{Code: CodeWrongState, Revision: revision, Message: "this case is open: write with case.message, ask for a person with case.request_human, or answer the survey with solved \"no\"."}
}

// FirstReceived is when the wish was received, in whichever case that was.
func (v View) FirstReceived() time.Time {
	if !v.FirstReceivedAt.IsZero() {
		return v.FirstReceivedAt
	}
	return v.OpenedAt
}

// reopensFreely tells ends that decided nothing: a customer who was silent, or could not be reached, has had no answer that would be
// looked at a second time. Such a reopening does not count.
func (v View) reopensFreely() bool { return v.Outcome == Expired || v.Outcome == Unresolvable }

// ended lists the lines that ended in this case, and not in another one or by somebody else's decision.
func (v View) ended() []Line {
	var lines []Line
	for _, l := range v.Lines {
		switch l.Outcome {
		case OutcomeNone, Merged, Invalid, Converted, SettledExternally:
		default:
			lines = append(lines, l)
		}
	}
	return lines
}

func (v View) holders() string {
	var holders []string
	for _, l := range v.Lines {
		if l.Holder != "" {
			holders = append(holders, l.Holder)
		}
	}
	return strings.Join(holders, ", ")
}

func orUnknown(s string) string {
	if s == "" {
		return "another case"
	}
	return s
}

// Reopening is the request of the case that continues this one, for the lines that are named, or all that ended here.
func (v View) Reopening(in Reopen) (Request, *Refusal) {
	r := Request{
		RequestID: v.RequestID, Kind: v.Kind, MerchantID: v.MerchantID, OrderID: v.OrderID, CustomerID: v.CustomerID, Channel: v.Channel,
		Reason: v.Reason, RefundOnly: v.RefundOnly, SettleWith: v.settleWith(), EvidenceIDs: in.EvidenceIDs, TextID: in.TextID,
	}
	chosen := map[string]bool{}
	for _, p := range in.Lines {
		chosen[p.LineID] = true
	}
	at := map[string]int{}
	for _, l := range v.ended() {
		if len(chosen) > 0 && !chosen[l.LineID] {
			continue
		}
		i, known := at[l.LineID]
		if !known {
			i = len(r.Lines)
			at[l.LineID] = i
			r.Lines = append(r.Lines, RequestLine{LineID: l.LineID, ReplacementSKU: v.replacementOf(l)})
		}
		r.Lines[i].Quantity += l.Quantity
	}
	for _, p := range in.Lines {
		i, known := at[p.LineID]
		if !known {
			return r, &Refusal{Code: CodeUnknownLine, Field: "lines", Message: fmt.Sprintf("line %s did not end in this case.", short(p.LineID))}
		}
		if p.Quantity != 0 && p.Quantity != r.Lines[i].Quantity {
			return r, &Refusal{Code: CodeBadQuantity, Field: "lines", Message: fmt.Sprintf("a line is reopened as a whole; leave the quantity of line %s out.", p.LineID)}
		}
	}
	return r, nil
}

// replacementOf is the article that a line of an exchange is reopened for: the last one that was to be given.
func (v View) replacementOf(l Line) string {
	if v.Kind != KindExchange {
		return ""
	}
	if l.Replacement != nil {
		return l.Replacement.SKU
	}
	for _, r := range v.Requested {
		if r.LineID == l.LineID {
			return r.ReplacementSKU
		}
	}
	return ""
}

// settleWith is where the customer wanted the money; only the event of the opening keeps it.
func (v View) settleWith() string {
	if len(v.Events) == 0 || v.Events[0].Name != EventOpened {
		return ""
	}
	return v.Events[0].Data["settle_with"]
}

// HandOver is what a case that had ended gives the one that continues it, for the lines of a request: everything as it stood at the end.
// What was refused or settled is looked at by somebody on level 3 who did not decide it; what merely expired goes back to its owner.
func (v View) HandOver(r Request) Handover {
	h := Handover{Owner: v.Owner, Priority: v.Priority, Level: v.Level, Evidence: v.EvidenceIDs, Messages: v.Messages, Reopened: v.Reopened}
	if !v.reopensFreely() {
		h.Reopened++
		h.Owner, h.Level = "", max(v.Level, 3)
	}
	wanted := map[string]bool{}
	for _, l := range r.Lines {
		wanted[l.LineID] = true
	}
	for _, l := range v.ended() {
		if !wanted[l.LineID] {
			continue
		}
		handed := HandedLine{
			LineID: l.LineID, Quantity: l.Quantity, Units: l.Units, GoodsWith: l.GoodsWith, Waybill: l.Waybill, BackSKU: l.BackSKU, Inspected: l.Disposition != "",
			Disposition: l.Disposition, Finding: l.Finding, Freight: l.Verdict.Freight, Approver: l.Approver, Undecided: true,
			Outcome: l.Outcome, Refunded: l.Refunded, Replacement: l.Replacement, PaidBefore: l.PaidBefore,
		}
		if l.Spent != nil {
			handed.Spent = *l.Spent
		}
		if handed.DecidedBy = l.Approver; l.Rejection != nil {
			handed.DecidedBy = &l.Rejection.By
		}
		switch {
		case l.Replacement != nil && l.Replacement.ConfirmedAt != nil:
			// The customer has the replacement: that is what would come back now, in a parcel that is not known yet.
			handed.GoodsWith, handed.Waybill, handed.Inspected, handed.Disposition, handed.Finding = TurnCustomer, "", false, "", ""
		case l.Disposed:
			handed.GoodsWith = TurnMerchant // the goods are where they belong, and nobody moves them again
		}
		h.Lines = append(h.Lines, handed)
	}
	for _, p := range v.Parcels {
		h.TakeParcel(p)
	}
	for _, f := range v.Money.Entries {
		if (f.Status == RefundSucceeded || f.Status == RefundManual) && paysAnyOf(f, h.Lines) {
			h.Refunds = append(h.Refunds, f)
		}
	}
	for _, ch := range v.Money.Charges {
		if ch.Kind == ChargeDifference && ch.Status == ChargeSucceeded && chargesAnyOf(ch, h.Lines) {
			h.Charges = append(h.Charges, ch)
		}
	}
	return h
}

func paysAnyOf(f Refund, lines []HandedLine) bool {
	for _, share := range f.Shares {
		for _, l := range lines {
			if share.LineID == l.LineID {
				return true
			}
		}
	}
	return false
}

func chargesAnyOf(ch Charge, lines []HandedLine) bool {
	for _, id := range ch.Lines {
		for _, l := range lines {
			if id == l.LineID {
				return true
			}
		}
	}
	return false
}
