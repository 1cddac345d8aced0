package schemas

import (
	"encoding/json"
	"time"
)

// Order is the envelope of a command.
type Order struct {
	CommandID string          `json:"command_id"`         // same id, same answer once accepted
	Actor     Actor           `json:"actor"`              // who decides, in which role
	Revision  int64           `json:"revision,omitempty"` // the revision looked at; 0 means not given
	Door      Door            `json:"door,omitempty"`     // through which client; update or signal where absent
	Body      json.RawMessage `json:"body,omitempty"`     // the command's own fields
}

// Receipt is the answer to a command once it is recorded and visible.
type Receipt struct {
	CaseID   string  `json:"case_id"`
	Command  string  `json:"command"`
	Revision int64   `json:"revision"`
	State    State   `json:"state"`
	Turn     Turn    `json:"turn"`
	Outcome  Outcome `json:"outcome,omitempty"`
	Message  string  `json:"message"` // what happened, as a sentence
}

// PickLine names a line and, where only a part of it is meant, how many.
type PickLine struct {
	LineID   string `json:"line_id"`
	Quantity int    `json:"quantity,omitempty"` // left out: all of it
}

// OnLines is embedded by every command that acts on lines. Left out, lines are every line that can hear the command; an empty list is
// refused.
type OnLines struct {
	Lines []PickLine `json:"lines,omitempty"`
}

// Picked returns the chosen lines; it lets one piece of code read the choice of any command.
func (o OnLines) Picked() []PickLine { return o.Lines }

// ProvideInfo answers a question for facts or evidence.
type ProvideInfo struct {
	EvidenceIDs []string `json:"evidence_ids,omitempty"`
	TextID      string   `json:"text_id,omitempty"`
}

// RequestHuman asks for a person instead of an automatic decision. It can never be declined.
type RequestHuman struct {
	TextID string `json:"text_id,omitempty"`
}

// Withdraw takes the wish back, for one line or all.
type Withdraw struct {
	OnLines
	Reason string `json:"reason,omitempty"`
}

// Message is words or evidence, by id: the words themselves stay in PostgreSQL where they can be erased.
type Message struct {
	TextID      string   `json:"text_id,omitempty"`
	EvidenceIDs []string `json:"evidence_ids,omitempty"`
}

// Transfer gives the case to another person.
type Transfer struct {
	To     string `json:"to"`
	Reason string `json:"reason"`
}

// Why is the payload of a command that only needs a reason.
type Why struct {
	Reason string `json:"reason"`
}

// Escalate raises the case to a level.
type Escalate struct {
	Level  int    `json:"level,omitempty"` // 2…5; 0 is one level up
	Reason string `json:"reason"`
}

// Merge ends lines as duplicates of another case, once that case was found open and has the wish.
type Merge struct {
	OnLines
	Into   string `json:"into"` // an open case of the same merchant and order that has these lines too
	Reason string `json:"reason"`
}

// Approve accepts the wish.
type Approve struct {
	OnLines
	RefundOnly *bool  `json:"refund_only,omitempty"` // the goods need not come back; absent leaves it as asked
	Freight    Turn   `json:"freight,omitempty"`     // customer or merchant; absent leaves it to the rule
	Advance    bool   `json:"advance,omitempty"`     // exchange: the replacement is sent before the old goods are back, against a deposit
	Reason     string `json:"reason,omitempty"`
}

// Reject refuses the wish. Only a person can.
type Reject struct {
	OnLines
	Reason      string   `json:"reason"`
	TextID      string   `json:"text_id,omitempty"`
	EvidenceIDs []string `json:"evidence_ids,omitempty"`
}

// Revoke takes a mistaken decision back before goods or money have moved by it.
type Revoke struct {
	OnLines
	Reason string `json:"reason"`
}

// RequestInfo asks the customer for facts or evidence.
type RequestInfo struct {
	OnLines
	Wanted []string `json:"wanted"` // lower snake case: photo, invoice, serial_number, …
	TextID string   `json:"text_id,omitempty"`
}

// MakeOffer puts an alternative to the customer.
type MakeOffer struct {
	OnLines
	What           OfferKind `json:"what"`
	Amount         *Money    `json:"amount,omitempty"`          // partial_refund: what the customer receives for these lines together
	ReplacementSKU string    `json:"replacement_sku,omitempty"` // exchange: the article that is offered instead of the money
	TextID         string    `json:"text_id,omitempty"`
}

// Convert lets lines of a return go on as an exchange, in a case of its own.
type Convert struct {
	OnLines
	To             Kind   `json:"to"`                // exchange
	ReplacementSKU string `json:"replacement_sku"`   // the article that is wanted instead, for all of these lines; the same one for a faulty one
	TextID         string `json:"text_id,omitempty"` // what the customer said; staff must give it
}

// AnswerOffer accepts or declines the open offer.
type AnswerOffer struct {
	OnLines
	// Choice is what the customer wants. After a failed inspection: partial_refund (default) or send_back. Of an exchange, out of
	// stock: wait, other_model, refund; where a payment is waited for: pay, refund, send_back_first; lost on its way: reship, refund.
	Choice         string `json:"choice,omitempty"`
	ReplacementSKU string `json:"replacement_sku,omitempty"` // other_model
	Method         string `json:"method,omitempty"`          // pay: with another method
	TextID         string `json:"text_id,omitempty"`
}

// CounterOffer declines the open offer and names another amount.
type CounterOffer struct {
	OnLines
	Amount Money  `json:"amount"`
	TextID string `json:"text_id,omitempty"`
}

// FileAppeal asks a supervisor to look again at a refusal.
type FileAppeal struct {
	OnLines
	TextID      string   `json:"text_id,omitempty"`
	EvidenceIDs []string `json:"evidence_ids,omitempty"`
}

// DecideAppeal ends an appeal.
type DecideAppeal struct {
	OnLines
	Grant  bool   `json:"grant"`
	Reason string `json:"reason"`
	TextID string `json:"text_id,omitempty"`
}

// SubmitWaybill says in which parcel the goods come back.
type SubmitWaybill struct {
	OnLines
	Carrier string `json:"carrier"`
	Waybill string `json:"waybill"`
}

// Pass accepts inspected goods.
type Pass struct {
	OnLines
	Disposition Disposition `json:"disposition,omitempty"` // default restock
	EvidenceIDs []string    `json:"evidence_ids,omitempty"`
}

// Fail says what is not as declared, with evidence and a proposed deduction.
type Fail struct {
	OnLines
	Finding     Finding     `json:"finding"`
	Grade       Grade       `json:"grade,omitempty"`     // A as new, B opened, C used, D damaged: the policy's table says what it takes off
	Deduction   *Money      `json:"deduction,omitempty"` // proposed, for these lines together; absent means by the grade, without one the whole price
	Disposition Disposition `json:"disposition,omitempty"`
	EvidenceIDs []string    `json:"evidence_ids"`
	TextID      string      `json:"text_id,omitempty"`
}

// DecideApproval is the second person's word.
type DecideApproval struct {
	ApprovalID string `json:"approval_id,omitempty"` // absent: the only open one
	Reason     string `json:"reason,omitempty"`
}

// RetryRefund sends a failed refund again, with the same number; a new destination gets a number of its own.
type RetryRefund struct {
	RefundID string `json:"refund_id,omitempty"` // absent: every failed one
	Method   string `json:"method,omitempty"`    // another payment method of the customer's
}

// ManualPaid records that finance paid outside the provider. It counts once a second person has granted it.
type ManualPaid struct {
	RefundID string `json:"refund_id,omitempty"`
	ProofID  string `json:"proof_id"`
}

// AnswerSurvey is the customer's answer.
type AnswerSurvey struct {
	Overall int            `json:"overall"` // 1–5
	Solved  Solved         `json:"solved"`
	Scores  map[string]int `json:"scores,omitempty"` // response, attitude, expertise, speed, quality, logistics: 1–5
	Effort  int            `json:"effort,omitempty"` // 1–7
	NPS     *int           `json:"nps,omitempty"`    // 0–10
	TextID  string         `json:"text_id,omitempty"`
	Mode    string         `json:"mode,omitempty"` // link (default), phone
}

// CloseRecovery ends the follow-up of a low score.
type CloseRecovery struct {
	Outcome RecoveryOutcome `json:"outcome"`
	TextID  string          `json:"text_id,omitempty"`
}

// Report is the envelope of a fact.
type Report struct {
	Source     string          `json:"source"`      // courier, payments, warehouse, …
	EventID    string          `json:"event_id"`    // the source's own id; (source, event_id) comes once
	OccurredAt time.Time       `json:"occurred_at"` // when it happened, by the source
	ReceivedAt time.Time       `json:"received_at"` // when it reached us
	Door       Door            `json:"door,omitempty"`
	Body       json.RawMessage `json:"body"`
}

// ParcelWord is what a carrier or warehouse says of a parcel.
type ParcelWord struct {
	Waybill string `json:"waybill"`
	Carrier string `json:"carrier,omitempty"`
	Code    string `json:"code,omitempty"`  // the carrier's raw code
	Place   string `json:"place,omitempty"` // a hub or depot, never an address
	// From and Until are the slot in which the carrier fetches a parcel; pickup.booked alone.
	From  *time.Time `json:"from,omitempty"`
	Until *time.Time `json:"until,omitempty"`
}

// RefundWord is what a payment provider says of a refund.
type RefundWord struct {
	RefundID string `json:"refund_id"`
	Code     Code   `json:"code,omitempty"`   // why it failed
	Amount   *Money `json:"amount,omitempty"` // what moved, where the provider says so
}

// MergedIn tells the holder of units that another request for them was merged into it.
type MergedIn struct {
	CaseID string     `json:"case_id"`
	Kind   Kind       `json:"kind"`
	Reason Reason     `json:"reason"`            // why its customer asks
	TextID string     `json:"text_id,omitempty"` // what its customer wrote
	Lines  []PickLine `json:"lines"`             // the lines they share
	Also   []Wish     `json:"also,omitempty"`    // wishes that had been merged into it before
}

// Wish is what another case had asked for before it was merged.
type Wish struct {
	CaseID string `json:"case_id"`
	TextID string `json:"text_id,omitempty"`
}
