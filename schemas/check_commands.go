package schemas

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Checker is what a payload implements that has rules of its own, beyond its shape.
type Checker interface{ Check() *Refusal }

// Check judges the envelope of a command.
func (o Order) Check() *Refusal {
	switch {
	case o.CommandID == "":
		return missing("command_id", "give every command an id of its own; the same id gets the same answer.")
	case len(o.CommandID) > 128:
		return &Refusal{Code: CodeTooLarge, Field: "command_id", Message: "at most 128 characters are allowed."}
	case o.Actor.Role == "" || o.Actor.ID == "":
		return missing("actor", "say who decides: role and id.")
	case !slices.Contains(Roles, o.Actor.Role):
		return &Refusal{Code: CodeBadValue, Field: "actor.role", Message: fmt.Sprintf("%q is not a role; use one of %v.", short(string(o.Actor.Role)), Roles)}
	case !ValidID(o.Actor.ID):
		return badID("actor.id", o.Actor.ID)
	case o.Revision < 0:
		return &Refusal{Code: CodeBadValue, Field: "revision", Message: "a revision is a positive number."}
	}
	return nil
}

// Check judges the envelope of a fact.
func (r Report) Check() *Refusal {
	switch {
	case r.Source == "":
		return missing("source", "say which system reports.")
	case !ValidID(r.Source):
		return badID("source", r.Source)
	case r.EventID == "":
		return missing("event_id", "give the source's own id of this event; the same id counts once.")
	case len(r.EventID) > 256:
		return &Refusal{Code: CodeTooLarge, Field: "event_id", Message: "at most 256 characters of event_id are allowed."}
	case r.OccurredAt.IsZero():
		return missing("occurred_at", "say when it happened.")
	}
	return nil
}

// CheckChoice refuses a choice of lines that says none in so many words: a list without entries, or a quantity of 0. Left out, both
// mean all; to write none and get all is what nobody expects. It reads the raw body, because decoded the two are the same.
func CheckChoice(body json.RawMessage) *Refusal {
	var choice struct {
		Lines *[]struct {
			Quantity *int `json:"quantity"`
		} `json:"lines"`
	}
	if len(body) == 0 || json.Unmarshal(body, &choice) != nil || choice.Lines == nil {
		return nil // what cannot be read is refused by whoever reads it
	}
	if len(*choice.Lines) == 0 {
		return &Refusal{Code: CodeBadValue, Field: "lines", Message: "no line is named; leave lines out for every line that can hear the command."}
	}
	for i, l := range *choice.Lines {
		if l.Quantity != nil && *l.Quantity == 0 {
			return &Refusal{Code: CodeBadQuantity, Field: fmt.Sprintf("lines[%d].quantity", i), Message: "0 is not a quantity; leave it out for all of the line."}
		}
	}
	return nil
}

// Check judges the choice of lines.
func (o OnLines) Check() *Refusal {
	seen := map[string]bool{}
	for i, l := range o.Lines {
		field := fmt.Sprintf("lines[%d]", i)
		switch {
		case l.LineID == "":
			return missing(field+".line_id", "this field is needed.")
		case l.Quantity < 0:
			return &Refusal{Code: CodeBadQuantity, Field: field + ".quantity", Message: fmt.Sprintf("%d is not a quantity.", l.Quantity)}
		case seen[l.LineID]:
			return &Refusal{Code: CodeBadValue, Field: field + ".line_id", Message: fmt.Sprintf("line %s is named twice.", short(l.LineID))}
		}
		seen[l.LineID] = true
	}
	return nil
}

// Check wants something to be provided.
func (p ProvideInfo) Check() *Refusal {
	if p.TextID == "" && len(p.EvidenceIDs) == 0 {
		return missing("evidence_ids", "send evidence_ids or a text_id.")
	}
	return first(checkTextID(p.TextID), checkIDs("evidence_ids", p.EvidenceIDs))
}

// Check judges the text id.
func (p RequestHuman) Check() *Refusal { return checkTextID(p.TextID) }

// Check wants words or evidence.
func (m Message) Check() *Refusal {
	if m.TextID == "" && len(m.EvidenceIDs) == 0 {
		return missing("text_id", "send a text_id (the client makes one from \"text\") or evidence_ids.")
	}
	return first(checkTextID(m.TextID), checkIDs("evidence_ids", m.EvidenceIDs))
}

// Check wants a person and a reason.
func (t Transfer) Check() *Refusal {
	if !ValidID(t.To) {
		return badID("to", t.To)
	}
	return checkReason(t.Reason)
}

// Check wants a reason.
func (w Why) Check() *Refusal { return checkReason(w.Reason) }

// Check judges the level.
func (e Escalate) Check() *Refusal {
	if e.Level != 0 && (e.Level < 2 || e.Level > 5) {
		return &Refusal{Code: CodeBadValue, Field: "level", Message: "levels above the agent's are 2, 3, 4 and 5."}
	}
	return checkReason(e.Reason)
}

// Check wants a case to merge into.
func (m Merge) Check() *Refusal {
	if _, _, _, ok := SplitCaseID(m.Into); !ok {
		return &Refusal{Code: CodeBadID, Field: "into", Message: "give a case id, such as shop:r-1."}
	}
	return first(m.OnLines.Check(), checkReason(m.Reason))
}

// Check judges who pays the freight.
func (a Approve) Check() *Refusal {
	if a.Freight != "" && a.Freight != TurnCustomer && a.Freight != TurnMerchant {
		return &Refusal{Code: CodeBadValue, Field: "freight", Message: "the freight is paid by customer or merchant."}
	}
	return a.OnLines.Check()
}

// Check wants a reason: a refusal without one cannot be appealed against.
func (r Reject) Check() *Refusal {
	return first(r.OnLines.Check(), checkReason(r.Reason), checkTextID(r.TextID), checkIDs("evidence_ids", r.EvidenceIDs))
}

// Check wants a reason: the customer is told.
func (r Revoke) Check() *Refusal { return first(r.OnLines.Check(), checkReason(r.Reason)) }

// Check wants to know what is asked for.
func (r RequestInfo) Check() *Refusal {
	if len(r.Wanted) == 0 {
		return missing("wanted", "say what the customer should send, such as photo or invoice.")
	}
	return first(r.OnLines.Check(), checkIDs("wanted", r.Wanted), checkTextID(r.TextID))
}

// Check judges an offer by itself; whether the amount fits the lines is judged by the case.
func (m MakeOffer) Check() *Refusal {
	switch m.What {
	case OfferPartialRefund:
		if m.Amount == nil {
			return missing("amount", "say how much the customer would receive for these lines.")
		}
		if m.Amount.Minor <= 0 {
			return &Refusal{Code: CodeBadAmount, Field: "amount", Message: "an offer is more than nothing."}
		}
	case OfferRefundOnly, OfferWithReturn, OfferSendBack, OfferExchange:
		if m.Amount != nil {
			return &Refusal{Code: CodeBadValue, Field: "amount", Message: fmt.Sprintf("%s has no amount of its own; leave it out.", m.What)}
		}
	default:
		return &Refusal{Code: CodeBadValue, Field: "what", Message: "offer partial_refund, refund_only, with_return, send_back or exchange."}
	}
	if m.What == OfferExchange {
		if refusal := checkReplacement(m.ReplacementSKU); refusal != nil {
			return refusal
		}
	} else if m.ReplacementSKU != "" {
		return &Refusal{Code: CodeBadValue, Field: "replacement_sku", Message: "only an exchange gives another article; leave it out."}
	}
	return first(m.OnLines.Check(), checkTextID(m.TextID))
}

// Check wants an article. A return goes on as an exchange; an exchange goes on as a return by the customer's own choices.
func (c Convert) Check() *Refusal {
	if c.To != KindExchange {
		return &Refusal{Code: CodeBadValue, Field: "to", Message: "a return goes on as an exchange; an exchange goes on as a return when its customer chooses the money."}
	}
	return first(c.OnLines.Check(), checkReplacement(c.ReplacementSKU), checkTextID(c.TextID))
}

func checkReplacement(sku string) *Refusal {
	if sku == "" {
		return missing("replacement_sku", "name the article that is given instead; the same one for a faulty one.")
	}
	if len(sku) > 128 {
		return &Refusal{Code: CodeTooLarge, Field: "replacement_sku", Message: "at most 128 characters are allowed."}
	}
	return nil
}

// Check judges the choice.
func (a AnswerOffer) Check() *Refusal {
	if a.Choice != "" && !slices.Contains(Choices, a.Choice) {
		return &Refusal{Code: CodeBadValue, Field: "choice", Message: fmt.Sprintf("choose one of %v, as the state has it, or leave it out to take the offer as it stands.", Choices)}
	}
	if a.Method != "" && !ValidID(a.Method) {
		return badID("method", a.Method)
	}
	if a.ReplacementSKU != "" && !ValidID(a.ReplacementSKU) {
		return badID("replacement_sku", a.ReplacementSKU)
	}
	return first(a.OnLines.Check(), checkTextID(a.TextID))
}

// Choices are what a customer can choose, each in its own states.
var Choices = []string{string(OfferPartialRefund), string(OfferSendBack), "wait", "other_model", "refund", "pay", "send_back_first", "reship"}

// Check wants to know what is wrong.
func (r RejectReplacement) Check() *Refusal {
	if !slices.Contains(Reasons, r.Reason) {
		return &Refusal{Code: CodeBadValue, Field: "reason", Message: fmt.Sprintf("use one of %v.", Reasons)}
	}
	return first(r.OnLines.Check(), checkIDs("evidence_ids", r.EvidenceIDs), checkTextID(r.TextID))
}

// Check wants the number of a charge.
func (w ChargeWord) Check() *Refusal {
	if w.ChargeID == "" {
		return missing("charge_id", "say which charge.")
	}
	return nil
}

// Check wants the number of a reservation.
func (w StockWord) Check() *Refusal {
	if w.Key == "" {
		return missing("key", "say which reservation.")
	}
	return nil
}

// Check wants the number of the shipment and the parcel.
func (w ShipmentWord) Check() *Refusal {
	switch {
	case w.ShipmentID == "":
		return missing("shipment_id", "say which shipment.")
	case !ValidID(w.Waybill):
		return badID("waybill", w.Waybill)
	case !ValidID(w.Carrier):
		return badID("carrier", w.Carrier)
	}
	return nil
}

// Check wants an amount.
func (c CounterOffer) Check() *Refusal {
	if c.Amount.Minor <= 0 {
		return &Refusal{Code: CodeBadAmount, Field: "amount", Message: "name an amount above zero."}
	}
	return first(c.OnLines.Check(), checkTextID(c.TextID))
}

// Check judges the ids.
func (f FileAppeal) Check() *Refusal {
	return first(f.OnLines.Check(), checkTextID(f.TextID), checkIDs("evidence_ids", f.EvidenceIDs))
}

// Check wants a reason either way.
func (d DecideAppeal) Check() *Refusal {
	return first(d.OnLines.Check(), checkReason(d.Reason), checkTextID(d.TextID))
}

// Check wants a carrier and a number.
func (w SubmitWaybill) Check() *Refusal {
	if w.Carrier == "" {
		return missing("carrier", "say which carrier has the parcel.")
	}
	return first(w.OnLines.Check(), checkIDs("carrier", []string{w.Carrier}), checkIDs("waybill", []string{w.Waybill}))
}

// Check judges where the goods go.
func (p Pass) Check() *Refusal {
	return first(p.OnLines.Check(), checkDisposition(p.Disposition), checkIDs("evidence_ids", p.EvidenceIDs))
}

// Check wants a finding and evidence: a deduction without proof would be the warehouse's word against the customer's.
func (f Fail) Check() *Refusal {
	switch {
	case !slices.Contains(Findings, f.Finding):
		return &Refusal{Code: CodeBadValue, Field: "finding", Message: fmt.Sprintf("use one of %v.", Findings)}
	case len(f.EvidenceIDs) == 0:
		return missing("evidence_ids", "a failed inspection needs evidence: photos, weight or serial.")
	case f.Grade != "" && !slices.Contains(Grades, f.Grade):
		return &Refusal{Code: CodeBadValue, Field: "grade", Message: fmt.Sprintf("use one of %v.", Grades)}
	case f.Deduction != nil && f.Deduction.Minor < 0:
		return &Refusal{Code: CodeBadAmount, Field: "deduction", Message: "a deduction is not negative."}
	}
	return first(f.OnLines.Check(), checkDisposition(f.Disposition), checkIDs("evidence_ids", f.EvidenceIDs), checkTextID(f.TextID))
}

// Check judges the other method.
func (r RetryRefund) Check() *Refusal {
	if r.Method != "" && !ValidID(r.Method) {
		return badID("method", r.Method)
	}
	return nil
}

// Check wants a proof.
func (m ManualPaid) Check() *Refusal {
	if m.ProofID == "" {
		return missing("proof_id", "a payment by hand needs a proof.")
	}
	return checkIDs("proof_id", []string{m.ProofID})
}

// Check judges the scores; what is not answered stays out and never counts as a score.
func (a AnswerSurvey) Check() *Refusal {
	if a.Overall < 1 || a.Overall > 5 {
		return &Refusal{Code: CodeBadValue, Field: "overall", Message: "overall satisfaction is 1 to 5."}
	}
	if a.Solved != SolvedYes && a.Solved != SolvedPartly && a.Solved != SolvedNo {
		return &Refusal{Code: CodeBadValue, Field: "solved", Message: "solved is yes, partly or no."}
	}
	if a.Effort < 0 || a.Effort > 7 {
		return &Refusal{Code: CodeBadValue, Field: "effort", Message: "effort is 1 to 7, or left out."}
	}
	if a.NPS != nil && (*a.NPS < 0 || *a.NPS > 10) {
		return &Refusal{Code: CodeBadValue, Field: "nps", Message: "nps is 0 to 10, or left out."}
	}
	// The known items are counted instead of walking the map: workflow code must not depend on the order of a map.
	known := 0
	for _, name := range SurveyItems {
		score, given := a.Scores[name]
		if !given {
			continue
		}
		known++
		if score < 1 || score > 5 {
			return &Refusal{Code: CodeBadValue, Field: "scores." + name, Message: "a score is 1 to 5."}
		}
	}
	if known != len(a.Scores) {
		return &Refusal{Code: CodeBadValue, Field: "scores", Message: fmt.Sprintf("something is scored that is not asked; use %v.", SurveyItems)}
	}
	return checkTextID(a.TextID)
}

// SurveyItems are the parts of the service that can be scored on their own.
var SurveyItems = []string{"response", "attitude", "expertise", "speed", "quality", "logistics"}

// Check judges the outcome.
func (c CloseRecovery) Check() *Refusal {
	if !slices.Contains(RecoveryOutcomes, c.Outcome) {
		return &Refusal{Code: CodeBadValue, Field: "outcome", Message: fmt.Sprintf("use one of %v.", RecoveryOutcomes)}
	}
	return checkTextID(c.TextID)
}

// Check wants the parcel's number.
func (p ParcelWord) Check() *Refusal {
	if p.Waybill == "" {
		return missing("waybill", "say which parcel.")
	}
	return checkIDs("waybill", []string{p.Waybill})
}

// Check wants the refund's number, and an amount that can be one where there is any. Whether it is the refund's is for the ledger
// to say.
func (r RefundWord) Check() *Refusal {
	switch {
	case r.RefundID == "":
		return missing("refund_id", "say which refund.")
	case r.Amount == nil:
		return nil
	case r.Amount.Minor <= 0:
		return &Refusal{Code: CodeBadAmount, Field: "amount.minor", Message: "what moved is more than nothing; leave the amount out where it is not known."}
	case r.Amount.Currency == "":
		return missing("amount.currency", "say in which currency.")
	}
	return nil
}

func missing(field, message string) *Refusal {
	return &Refusal{Code: CodeMissingField, Field: field, Message: message}
}

func checkTextID(id string) *Refusal {
	if id != "" && !ValidID(id) {
		return badID("text_id", id)
	}
	return nil
}

func checkReason(reason string) *Refusal {
	if reason == "" {
		return missing("reason", "say why.")
	}
	if !ValidID(reason) {
		return &Refusal{Code: CodeBadValue, Field: "reason", Message: "a reason is a short code such as out_of_window; longer words go into a text_id."}
	}
	return nil
}

func checkDisposition(d Disposition) *Refusal {
	if d != "" && !slices.Contains(Dispositions, d) {
		return &Refusal{Code: CodeBadValue, Field: "disposition", Message: fmt.Sprintf("use one of %v.", Dispositions)}
	}
	return nil
}

// first returns the first refusal there is.
func first(refusals ...*Refusal) *Refusal {
	for _, r := range refusals {
		if r != nil {
			return r
		}
	}
	return nil
}
