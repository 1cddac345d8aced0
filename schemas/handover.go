package schemas

import "slices"

// Handover is what a case gives its successor, beside the units that the successor's intake takes over.
type Handover struct {
	Lines    []HandedLine `json:"lines"`
	Parcels  []Parcel     `json:"parcels,omitempty"`
	Owner    string       `json:"owner,omitempty"`
	Priority Priority     `json:"priority,omitempty"`
	Level    int          `json:"level,omitempty"`
	Evidence []string     `json:"evidence_ids,omitempty"`
	Messages []Posted     `json:"messages,omitempty"`
	// Replied and Decided say that the customer has had a first, and a definite, answer: nobody owes it again.
	Replied bool `json:"replied,omitempty"`
	Decided bool `json:"decided,omitempty"`
	// Done names the duties of the law which count from the request and are done. The others go on from when the first case was
	// received, so that going on in another case gives nobody more time.
	Done []string `json:"done,omitempty"`
	// Refunds and Charges are the money that has moved for these lines: a refund may still come back, and what was paid on top is
	// given back where the customer wants the money after all.
	Refunds []Refund `json:"refunds,omitempty"`
	Charges []Charge `json:"charges,omitempty"`
	// Reopened counts how often the wish was reopened.
	Reopened int `json:"reopened,omitempty"`
}

// Has reports whether a parcel is handed over.
func (h Handover) Has(waybill string) bool {
	for _, p := range h.Parcels {
		if p.Waybill == waybill {
			return true
		}
	}
	return false
}

// TakeParcel adds a parcel that lines handed over are in, or may still come in: the customer may use whichever label was ever given, also
// one whose approval was taken back.
func (h *Handover) TakeParcel(p Parcel) {
	if !h.Has(p.Waybill) && slices.ContainsFunc(h.Lines, func(l HandedLine) bool { return l.Waybill == p.Waybill || p.mayBring(l) }) {
		h.Parcels = append(h.Parcels, p)
	}
}

// mayBring reports whether goods that were last seen at the customer may come in a parcel, or have come in it unseen.
func (p Parcel) mayBring(l HandedLine) bool {
	return p.Direction == ToMerchant && p.Status == ParcelExpected && l.GoodsWith == TurnCustomer &&
		slices.ContainsFunc(p.Lines, func(pick PickLine) bool { return pick.LineID == l.LineID })
}

// HandedLine is how far a line has come. Unless it is undecided or has ended, its wish is granted, and the successor does not decide it
// again. A line that was split stands once for each of its parts.
type HandedLine struct {
	LineID      string      `json:"line_id"`
	Quantity    int         `json:"quantity,omitempty"` // absent where the line has one part alone
	Units       []int       `json:"units,omitempty"`
	GoodsWith   Turn        `json:"goods_with"`
	Waybill     string      `json:"waybill,omitempty"`
	BackSKU     string      `json:"back_sku,omitempty"`
	Inspected   bool        `json:"inspected,omitempty"`
	Disposition Disposition `json:"disposition,omitempty"`
	Finding     Finding     `json:"finding,omitempty"`
	Freight     Turn        `json:"freight,omitempty"`
	Rule        string      `json:"rule,omitempty"` // by which it was granted
	Approver    *Actor      `json:"approver,omitempty"`
	Undecided   bool        `json:"undecided,omitempty"`   // nobody has granted it: the successor's rules and people do
	Deduction   Money       `json:"deduction,omitzero"`    // agreed by the customer
	Offer       *Offer      `json:"offer,omitempty"`       // what the customer was offered after a failed inspection
	Spent       Money       `json:"spent,omitzero"`        // what of its price has paid for another article of an exchange
	PaidBefore  *Money      `json:"paid_before,omitempty"` // what of its price was paid back as a difference, in this case or before it
	// Of a line that had ended: how, what was paid for it, and what it got instead. Of one that goes on as a return because that was rejected too, it
	// is what is to come back.
	Outcome     Outcome      `json:"outcome,omitempty"`
	DecidedBy   *Actor       `json:"decided_by,omitempty"` // who refused it, or else granted it
	Refunded    Money        `json:"refunded,omitzero"`
	Replacement *Replacement `json:"replacement,omitempty"`
}

// Settled reports whether a line had ended with money or an article, so that nothing more is owed unless a person says so.
func (l HandedLine) Settled() bool { return l.Outcome == Completed || l.Outcome == CompletedPartial }

// Parts lists the parts of a line that are handed over.
func (h *Handover) Parts(lineID string) []HandedLine {
	var parts []HandedLine
	if h == nil {
		return nil
	}
	for _, l := range h.Lines {
		if l.LineID == lineID {
			parts = append(parts, l)
		}
	}
	return parts
}
