package schemas

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A dispute is what somebody outside decides beside the case: a bank, a platform, an authority. A hold keeps the case from doing
// something. Both are regions of their own: no state of a case says anything of them, and several may stand at once.

// DisputeKind is before whom a dispute is.
type DisputeKind string

const (
	DisputePlatform  DisputeKind = "platform"      // 平台介入: a marketplace looks at the case
	DisputePSP       DisputeKind = "psp_complaint" // 支付投诉: a complaint with the payment provider
	DisputeRegulator DisputeKind = "regulator"     // 监管投诉: a complaint with an authority, such as 12315
	DisputeADR       DisputeKind = "adr"           // 第三方调解: a body for dispute resolution
	Chargeback       DisputeKind = "chargeback"    // 拒付: the customer's bank takes a payment back
	DisputeCourt     DisputeKind = "court"         // 诉讼: a court
)

// DisputeKinds lists every kind.
var DisputeKinds = []DisputeKind{DisputePlatform, DisputePSP, DisputeRegulator, DisputeADR, Chargeback, DisputeCourt}

// DisputeStatus is how a dispute stands.
type DisputeStatus string

const (
	DisputeOpen      DisputeStatus = "open"      // 待答复: our answer is due
	DisputeAnswered  DisputeStatus = "answered"  // 已答复: our answer is with them; they decide
	DisputeMissed    DisputeStatus = "missed"    // 逾期未答复: our answer was not given in time; they decide without it
	DisputeAccepted  DisputeStatus = "accepted"  // 已接受: the merchant agreed; the money is the customer's
	DisputeWon       DisputeStatus = "won"       // 商家胜诉: decided for the merchant
	DisputeLost      DisputeStatus = "lost"      // 商家败诉: decided for the customer
	DisputeWithdrawn DisputeStatus = "withdrawn" // 已撤回: the customer took it back
	DisputeSettled   DisputeStatus = "settled"   // 已和解: both sides agreed
	DisputeClosed    DisputeStatus = "closed"    // 已终止: ended without a decision
)

// Decisions are the statuses somebody outside can end a dispute with.
var Decisions = []DisputeStatus{DisputeWon, DisputeLost, DisputeWithdrawn, DisputeSettled, DisputeClosed}

// Over reports whether a dispute has ended.
func (s DisputeStatus) Over() bool {
	switch s {
	case DisputeOpen, DisputeAnswered, DisputeMissed:
		return false
	case DisputeAccepted, DisputeWon, DisputeLost, DisputeWithdrawn, DisputeSettled, DisputeClosed:
		return true
	}
	return true
}

// Takes reports whether a dispute of this status has taken its money for good.
func (s DisputeStatus) Takes() bool { return s == DisputeAccepted || s == DisputeLost }

// HoldKind is what a hold keeps the case from.
type HoldKind string

const (
	RefundHold     HoldKind = "REFUND_HOLD"     // 暂停退款: no refund is ordered
	ShipmentHold   HoldKind = "SHIPMENT_HOLD"   // 暂停发货: no replacement is sent
	AutomationHold HoldKind = "AUTOMATION_HOLD" // 暂停自动处理: no rule and no silence grants anything; a person decides
	LegalHold      HoldKind = "LEGAL_HOLD"      // 法律保全: nothing of the customer's is erased
)

// HoldKinds lists every kind.
var HoldKinds = []HoldKind{RefundHold, ShipmentHold, AutomationHold, LegalHold}

// Dispute is one dispute of a case.
type Dispute struct {
	DisputeID string        `json:"dispute_id"` // the outside's own number
	Kind      DisputeKind   `json:"kind"`
	Status    DisputeStatus `json:"status"`
	PaymentID string        `json:"payment_id,omitempty"`
	RefundID  string        `json:"refund_id,omitempty"` // the refund of ours it is about, where the outside said so
	Amount    Money         `json:"amount"`              // what is disputed; zero where nobody said
	Reason    string        `json:"reason,omitempty"`
	Safety    bool          `json:"safety,omitempty"`
	OpenedAt  time.Time     `json:"opened_at"`
	DueAt     *time.Time    `json:"due_at,omitempty"` // of our answer
	// Heard is the event time of the newest word: an older one that comes later changes nothing.
	Heard      time.Time  `json:"heard"`
	AnsweredAt *time.Time `json:"answered_at,omitempty"`
	AnsweredBy *Actor     `json:"answered_by,omitempty"`
	AnsweredIn string     `json:"answered_in,omitempty"` // another open case of the order, whose answer the bank has
	Evidence   []string   `json:"evidence_ids,omitempty"`
	Kept       string     `json:"kept,omitempty"`    // the hash of the evidence pack that was made when it began
	Pack       string     `json:"pack,omitempty"`    // the hash of the evidence pack that was handed in
	Refunds    []string   `json:"refunds,omitempty"` // refunds that had reached the customer, handed in as proof
	Asked      int        `json:"asked,omitempty"`   // how often people asked in vain how it stands
	DecidedAt  *time.Time `json:"decided_at,omitempty"`
	// Taken is what the ledger keeps for it, of the payment and, by Shares, of the lines. Over is what was disputed beyond that: it had
	// been refunded, or was never ours to lose. Counted are the shares that have paid for lines of this case.
	Taken   Money   `json:"taken"`
	Over    Money   `json:"over"`
	Shares  []Share `json:"shares,omitempty"`
	Counted []Share `json:"counted,omitempty"`
	Booked  bool    `json:"booked,omitempty"`
	// Pays is set once the money has gone this way for good: accepted, or lost.
	Pays bool `json:"pays,omitempty"`
}

// Hold is one hold of a case.
type Hold struct {
	Kind   HoldKind  `json:"kind"`
	Reason string    `json:"reason"`
	By     Actor     `json:"by"`
	At     time.Time `json:"at"`
	// DisputeID is set where a dispute keeps it: it ends with that dispute, and by nobody's hand.
	DisputeID string `json:"dispute_id,omitempty"`
	// Lines are the units it keeps back; absent: all of the case.
	Lines []LineUnits `json:"lines,omitempty"`
	Asked bool        `json:"asked,omitempty"` // nobody decided in its time, and level 4 was asked
}

// ExternalWord is what somebody outside says of a dispute, or what a person enters who heard of one. It finds its case by the refund, the
// payment or the order; the merchant's id tells orders of two merchants apart.
type ExternalWord struct {
	DisputeID  string        `json:"dispute_id"`
	Kind       DisputeKind   `json:"kind"`
	MerchantID string        `json:"merchant_id,omitempty"`
	OrderID    string        `json:"order_id,omitempty"`
	PaymentID  string        `json:"payment_id,omitempty"` // a payment of the order, or a charge of ours
	RefundID   string        `json:"refund_id,omitempty"`
	Amount     *Money        `json:"amount,omitempty"`
	DueAt      *time.Time    `json:"due_at,omitempty"` // until when our answer is due; absent: the policy's own time
	Reason     string        `json:"reason,omitempty"`
	Safety     bool          `json:"safety,omitempty"`   // somebody was hurt, or could be
	Decision   DisputeStatus `json:"decision,omitempty"` // external.decided: won, lost, withdrawn, settled or closed
	// AnsweredIn is what one case of ours tells the others of its order: it has answered, and they need not. Nobody else says so.
	AnsweredIn string `json:"answered_in,omitempty"`
	Answered   bool   `json:"answered,omitempty"` // external.updated: our answer was given elsewhere, in the bank's own portal for example
	// Paid is set where whoever decided has taken the money from the merchant already. Of a chargeback that goes without saying.
	Paid bool `json:"paid,omitempty"`
}

// Check wants to know which dispute it is, of what kind, and about what.
func (w ExternalWord) Check() *Refusal {
	switch {
	case w.DisputeID == "":
		return missing("dispute_id", "say which dispute, by the number of whoever handles it.")
	case !ValidID(w.DisputeID):
		return badID("dispute_id", w.DisputeID)
	case !slices.Contains(DisputeKinds, w.Kind):
		return &Refusal{Code: CodeBadValue, Field: "kind", Message: fmt.Sprintf("use one of %v.", DisputeKinds)}
	case w.Reason != "" && !ValidID(w.Reason):
		return &Refusal{Code: CodeBadValue, Field: "reason", Message: "a reason is a short code such as not_received; longer words go into a text_id."}
	case w.Decision != "" && !slices.Contains(Decisions, w.Decision):
		return &Refusal{Code: CodeBadValue, Field: "decision", Message: fmt.Sprintf("use one of %v.", Decisions)}
	case w.DueAt != nil && w.DueAt.IsZero():
		return &Refusal{Code: CodeBadValue, Field: "due_at", Message: "leave it out where it is not known."}
	}
	if w.AnsweredIn != "" {
		if _, _, _, ok := SplitCaseID(w.AnsweredIn); !ok {
			return badID("answered_in", w.AnsweredIn)
		}
	}
	for _, id := range []struct{ field, value string }{{"merchant_id", w.MerchantID}, {"order_id", w.OrderID}} {
		if id.value != "" && !ValidID(id.value) {
			return badID(id.field, id.value)
		}
	}
	for _, key := range []struct{ field, value string }{{"payment_id", w.PaymentID}, {"refund_id", w.RefundID}} {
		if len(key.value) > 200 || strings.ContainsRune(key.value, 0) {
			return &Refusal{Code: CodeBadID, Field: key.field, Message: "a number has at most 200 bytes, none of them zero."}
		}
	}
	switch {
	case w.Amount == nil:
		return nil
	case w.Amount.Minor <= 0:
		return &Refusal{Code: CodeBadAmount, Field: "amount.minor", Message: "what is disputed is more than nothing; leave the amount out where it is not known."}
	case w.Amount.Currency == "":
		return missing("amount.currency", "say in which currency.")
	}
	return nil
}

// TakesMoney reports whether money has left the merchant by this word, or is kept back: a chargeback does so from its first day.
func (w ExternalWord) TakesMoney() bool {
	return w.Kind == Chargeback || w.Paid && w.Decision == DisputeLost
}

// AnswerDispute hands our answer in. A bank reads one answer only.
type AnswerDispute struct {
	DisputeID   string   `json:"dispute_id,omitempty"` // absent: the only one that is open
	EvidenceIDs []string `json:"evidence_ids,omitempty"`
	TextID      string   `json:"text_id,omitempty"`
	Pack        string   `json:"pack,omitempty"` // the hash that `starter evidence` prints
}

// Check wants something to be answered.
func (a AnswerDispute) Check() *Refusal {
	if a.TextID == "" && len(a.EvidenceIDs) == 0 && a.Pack == "" {
		return missing("evidence_ids", "an answer holds evidence_ids, a text_id, or the hash of an evidence pack.")
	}
	return first(checkDisputeID(a.DisputeID), checkIDs("evidence_ids", a.EvidenceIDs), checkTextID(a.TextID), checkPack(a.Pack))
}

// ConcedeDispute ends a dispute by the merchant's own word: accepted, or settled with the other side.
type ConcedeDispute struct {
	DisputeID string `json:"dispute_id,omitempty"` // absent: the only one that is open
	Reason    string `json:"reason"`
}

// Check wants a reason.
func (c ConcedeDispute) Check() *Refusal {
	return first(checkDisputeID(c.DisputeID), checkReason(c.Reason))
}

// ChangeHold places a hold or lifts it.
type ChangeHold struct {
	Hold   HoldKind `json:"hold"`
	Reason string   `json:"reason"`
}

// Check wants a kind and a reason.
func (h ChangeHold) Check() *Refusal {
	if !slices.Contains(HoldKinds, h.Hold) {
		return &Refusal{Code: CodeBadValue, Field: "hold", Message: fmt.Sprintf("use one of %v.", HoldKinds)}
	}
	return checkReason(h.Reason)
}

func checkDisputeID(id string) *Refusal {
	if id != "" && !ValidID(id) {
		return badID("dispute_id", id)
	}
	return nil
}

func checkPack(hash string) *Refusal {
	if hash != "" && (len(hash) != 64 || strings.Trim(hash, "0123456789abcdef") != "") {
		return &Refusal{Code: CodeBadValue, Field: "pack", Message: "give the hash of an evidence pack: 64 hexadecimal digits, as `starter evidence` prints it."}
	}
	return nil
}

// DisputeOrder writes down in the ledger how a dispute stands.
type DisputeOrder struct {
	CaseID     string      `json:"case_id,omitempty"` // empty: no case is open for the order
	MerchantID string      `json:"merchant_id"`
	OrderID    string      `json:"order_id"`
	CustomerID string      `json:"customer_id,omitempty"`
	Dispute    Dispute     `json:"dispute"`
	Takes      bool        `json:"takes"`             // money is kept for it
	Entered    bool        `json:"entered,omitempty"` // a person has entered it: one that has ended does not begin again by that
	GiveUp     []string    `json:"give_up,omitempty"` // refunds that certainly are not being paid, and will not be
	Units      []LineUnits `json:"units,omitempty"`   // units it settles, once it is accepted or lost
	Lines      []Share     `json:"lines,omitempty"`   // by line, what it may keep of it in all: what the case still owes, and has counted of it before
	At         time.Time   `json:"at"`
}

// DisputeReceipt is a dispute as the ledger keeps it.
type DisputeReceipt struct {
	DisputeID string        `json:"dispute_id"`
	Status    DisputeStatus `json:"status"`
	Taken     Money         `json:"taken"`
	Over      Money         `json:"over"`
	Shares    []Share       `json:"shares,omitempty"`
	GivenUp   []string      `json:"given_up,omitempty"`
	Left      *OrderLeft    `json:"left,omitempty"` // what can still be paid out of the order
	// AnsweredIn is set where another open case of the order has answered: a bank reads one answer. Sisters are those that need not answer
	// any more, because this case has.
	AnsweredIn string   `json:"answered_in,omitempty"`
	Sisters    []string `json:"sisters,omitempty"`
}

// DisputeAnswer hands an answer to whoever takes the money: the payment provider.
type DisputeAnswer struct {
	Key        string    `json:"key"` // case/dispute/sequence
	CaseID     string    `json:"case_id"`
	MerchantID string    `json:"merchant_id"`
	OrderID    string    `json:"order_id"`
	DisputeID  string    `json:"dispute_id"`
	Accept     bool      `json:"accept,omitempty"` // the merchant agrees; else evidence is handed in
	Evidence   []string  `json:"evidence_ids,omitempty"`
	Pack       string    `json:"pack,omitempty"`
	Refunds    []string  `json:"refunds,omitempty"`
	At         time.Time `json:"at"`
}

// EvidenceOrder asks for the evidence pack of a case to be made as of now and kept for a dispute.
type EvidenceOrder struct {
	CaseID     string    `json:"case_id"`
	MerchantID string    `json:"merchant_id"`
	DisputeID  string    `json:"dispute_id"`
	At         time.Time `json:"at"`
}

// EvidenceReceipt is a pack that is kept; `starter evidence CASE --of DISPUTE` writes it.
type EvidenceReceipt struct {
	Pack     string    `json:"pack"`     // its hash
	Revision int64     `json:"revision"` // of the case, when it was made
	At       time.Time `json:"at"`
}

// AloneDispute is a dispute that no open case answers, and of whose newest word nobody has been told, or has been reminded.
type AloneDispute struct {
	MerchantID string    `json:"merchant_id"`
	DisputeID  string    `json:"dispute_id"`
	CaseID     string    `json:"case_id,omitempty"` // the last case of its order, which has ended; empty where there was none
	Heard      time.Time `json:"heard"`             // of that word
	Again      bool      `json:"again,omitempty"`   // people know of it, and our answer is due soon
	// Notice tells those who can answer it.
	Notice NoticeOrder `json:"notice"`
}

// DisputesTold notes up to which word people know of a dispute.
type DisputesTold struct {
	MerchantID string    `json:"merchant_id"`
	DisputeID  string    `json:"dispute_id"`
	Heard      time.Time `json:"heard"`
	Again      bool      `json:"again,omitempty"` // they were reminded of it
}
