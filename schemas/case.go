package schemas

import (
	"encoding/json"
	"time"
)

// Opening is the one argument a case workflow starts with. A foreign backend sends {"request": {...}}.
type Opening struct {
	Request     Request      `json:"request"`
	Policy      string       `json:"policy,omitempty"`      // default "default"; "demo" only on a dev stack
	Door        Door         `json:"door,omitempty"`        // the way it came in
	Predecessor *Predecessor `json:"predecessor,omitempty"` // set when one case opens the next
	Carried     *Carried     `json:"carried,omitempty"`     // set when a long case continues as new
}

// Request is what a customer asks for, in the format of requests.jsonl.
type Request struct {
	RequestID   string        `json:"request_id"`
	Kind        Kind          `json:"kind"`
	MerchantID  string        `json:"merchant_id"`
	OrderID     string        `json:"order_id"`
	CustomerID  string        `json:"customer_id"`
	Channel     Channel       `json:"channel,omitempty"` // default "web"
	Reason      Reason        `json:"reason"`
	Lines       []RequestLine `json:"lines"`
	SettleWith  string        `json:"settle_with,omitempty"` // "original" (default) or a payment method id of the customer's
	RefundOnly  bool          `json:"refund_only,omitempty"` // 仅退款: the goods stay where they are
	EvidenceIDs []string      `json:"evidence_ids,omitempty"`
	TextID      string        `json:"text_id,omitempty"` // the customer's own words; the text itself stays in PostgreSQL
}

// RequestLine is one order line of a request.
type RequestLine struct {
	LineID         string `json:"line_id"`
	Quantity       int    `json:"quantity"`
	ReplacementSKU string `json:"replacement_sku,omitempty"` // exchanges only
}

// SettleOriginal asks for the money to go back the way it came.
const SettleOriginal = "original"

// Predecessor links a successor case to the one it continues.
type Predecessor struct {
	CaseID          string    `json:"case_id"`
	Why             string    `json:"why"` // request_human, reopen, convert, adopt
	FirstReceivedAt time.Time `json:"first_received_at"`
	AtReview        bool      `json:"at_review"` // a person decides first, whatever the rules propose
	// Disputes and Holds go on in the successor.
	Disputes []Dispute `json:"disputes,omitempty"`
	Holds    []Hold    `json:"holds,omitempty"`
	// Handover is what was decided and where the goods are. Lines that go on as another kind come with it; that of a case which is
	// reopened is made by intake, out of the row of the case that had ended.
	Handover *Handover `json:"handover,omitempty"`
	// By and Reason say who had a case reopened, or took one on whose workflow was ended from outside, and why.
	By     *Actor `json:"by,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// Why a case continues another one.
const (
	WhyRequestHuman = "request_human" // the other could not be a request, and its customer asked for a person
	WhyConvert      = "convert"       // lines of the other go on as another kind
	WhyReopen       = "reopen"        // the other had ended, and somebody says that it should not have
)

// Carried is what survives continue-as-new: the whole state of the case, written and read by workflows alone.
type Carried struct {
	State json.RawMessage `json:"state"`
}

// Door is the way an event came into the case.
type Door string

const (
	DoorUpdate   Door = "update"   // a command sent as a Temporal Update
	DoorSignal   Door = "signal"   // the same sent as a Signal (Temporal UI, a shell)
	DoorCLI      Door = "cli"      // through cases, by the starter
	DoorAPI      Door = "api"      // through cases, by a backend
	DoorNotify   Door = "notify"   // a fact through cases.Notify
	DoorSystem   Door = "system"   // the case itself
	DoorWorkflow Door = "workflow" // another case
)

// Stood is where a line stood before something from outside ended it.
type Stood struct {
	State   State   `json:"state"`
	Outcome Outcome `json:"outcome,omitempty"`
}

// Line is one order line of a case, or a part of one: where quantities part ways, the same line_id stands more than once
// with other units.
type Line struct {
	LineID    string  `json:"line_id"`
	SKU       string  `json:"sku"`
	ProductID string  `json:"product_id,omitempty"`
	Quantity  int     `json:"quantity"`
	Units     []int   `json:"units,omitempty"` // unit numbers claimed, 1…quantity bought
	UnitPrice Money   `json:"unit_price"`
	Payable   Money   `json:"payable"`          // at most this can be paid: the price less what went out for the line before this case
	OnTop     *Money  `json:"on_top,omitempty"` // the part of it that was paid on top for an earlier replacement, and goes back out of that charge
	State     State   `json:"state"`
	Outcome   Outcome `json:"outcome,omitempty"`
	Code      Code    `json:"code,omitempty"`   // why it ended early; or, before a person, what kept it from being a request
	Holder    string  `json:"holder,omitempty"` // the case that holds the units of a merged line, or was asked to take the line
	// Replacement is what an exchange gives instead; nil where the customer gets money.
	Replacement *Replacement `json:"replacement,omitempty"`
	Verdict     Verdict      `json:"verdict"`           // what the rules propose
	Waybill     string       `json:"waybill,omitempty"` // the parcel it travels in
	// GoodsWith says who has the goods now; it decides whether a refusal ends in SEND_BACK.
	GoodsWith   Turn         `json:"goods_with"`
	Deduction   Money        `json:"deduction"` // agreed by the customer, or by policy in the customer's favour; never by silence
	Finding     Finding      `json:"finding,omitempty"`
	Replaced    int          `json:"replaced,omitempty"`    // how often its units were replaced before this request: a further failure
	Unconfirmed string       `json:"unconfirmed,omitempty"` // the approval without which a finding on it does not count
	Disposition Disposition  `json:"disposition,omitempty"`
	PaidLate    bool         `json:"paid_late,omitempty"` // the statutory duty to pay for goods that are here was missed, and the manager told of it
	Disposed    bool         `json:"disposed,omitempty"`  // the goods were moved there; once, however often the money moves
	BackSKU     string       `json:"back_sku,omitempty"`  // what comes back where it is not the article that was bought: a rejected replacement
	Offer       *Offer       `json:"offer,omitempty"`     // the open offer
	Rounds      int          `json:"rounds,omitempty"`    // offers made so far
	Rejection   *Rejection   `json:"rejection,omitempty"`
	Pickups     int          `json:"pickups,omitempty"`     // pick-ups the carrier did not keep
	Returned    int          `json:"returned,omitempty"`    // how often what was sent to the customer came back
	Extended    bool         `json:"extended,omitempty"`    // the one extension of the ship-back was taken
	KeepsGoods  bool         `json:"keeps_goods,omitempty"` // refund-only: nothing comes back
	Approver    *Actor       `json:"approver,omitempty"`    // who approved the request; may not grant the refund above the limit
	Refunded    Money        `json:"refunded"`              // what the provider confirmed
	Short       *Money       `json:"short,omitempty"`       // what was promised and could not be paid, because less was left of the order
	Spent       *Money       `json:"spent,omitempty"`       // what of its price has paid for another article of an exchange, and is not refunded too
	PaidBefore  *Money       `json:"paid_before,omitempty"` // what of its price a case before has paid back as a difference: not its refund, and no more to be had
	BankTook    *Money       `json:"bank_took,omitempty"`   // what a chargeback that was accepted or lost gave the customer for it
	BeforeBank  *Stood       `json:"before_bank,omitempty"` // where it stood when that was counted, to go back there should the bank turn round
	ClockID     string       `json:"clock_id,omitempty"`    // the clock that runs on this line's state
	Since       time.Time    `json:"since"`                 // in this state since
	History     []StateSince `json:"history,omitempty"`     // the states it went through
	LeavesAs    Outcome      `json:"leaves_as,omitempty"`   // the outcome it will have when goods under way have arrived
	Undecided   bool         `json:"undecided,omitempty"`   // handed over by another case, in which nobody had granted it
}

// StateSince is one step of a line's way.
type StateSince struct {
	State State     `json:"state"`
	Since time.Time `json:"since"`
}

// Price is what the line's quantity cost.
func (l Line) Price() Money {
	return Money{Minor: l.UnitPrice.Minor * int64(l.Quantity), Currency: l.UnitPrice.Currency}
}

// Owed is what is still to be paid for the line: what can be paid less the agreed deduction, what was refunded, and what a
// chargeback took.
func (l Line) Owed() Money {
	owed := l.Payable.Sub(l.Deduction).Sub(l.Refunded)
	if l.BankTook != nil {
		owed = owed.Sub(*l.BankTook)
	}
	return owed
}

// Offer is an alternative the merchant put to the customer. It lapses; silence never accepts it.
type Offer struct {
	OfferID   string    `json:"offer_id"`
	What      OfferKind `json:"what"`
	Amount    Money     `json:"amount"` // what the customer would receive for these lines
	TextID    string    `json:"text_id,omitempty"`
	By        Actor     `json:"by"`
	MadeAt    time.Time `json:"made_at"`
	CounterBy *Money    `json:"counter,omitempty"` // what the customer asked for instead
	// ReplacementSKU is the article that an exchange would give.
	ReplacementSKU string `json:"replacement_sku,omitempty"`
}

// OfferKind is what an offer consists of.
type OfferKind string

const (
	OfferPartialRefund OfferKind = "partial_refund" // less money; before inspection the customer keeps the goods
	OfferRefundOnly    OfferKind = "refund_only"    // all the money, the goods stay with the customer
	OfferWithReturn    OfferKind = "with_return"    // a refund-only wish becomes a return with goods
	OfferSendBack      OfferKind = "send_back"      // after a failed inspection: the goods go back to the customer
	OfferExchange      OfferKind = "exchange"       // another article instead of the money
)

// Rejection is a refusal of a line by a person.
type Rejection struct {
	By          Actor     `json:"by"`
	Reason      string    `json:"reason"` // lower snake case
	TextID      string    `json:"text_id,omitempty"`
	EvidenceIDs []string  `json:"evidence_ids,omitempty"`
	At          time.Time `json:"at"`
	Appealed    bool      `json:"appealed,omitempty"`
	Final       bool      `json:"final,omitempty"` // an appeal was decided
}

// Actor is who acts, by role and opaque id.
type Actor struct {
	Role Role   `json:"role"`
	ID   string `json:"id"`
}

func (a Actor) String() string { return string(a.Role) + ":" + a.ID }

// System is the actor of what the case does by itself.
var System = Actor{Role: RoleSystem, ID: "aftercare"}

// Operator is the actor of the last rung.
var Operator = Actor{Role: RoleOperator, ID: "operator"}

// Parcel is one shipment of the case, in either direction.
type Parcel struct {
	Waybill     string       `json:"waybill"`
	Carrier     string       `json:"carrier"`
	Direction   Direction    `json:"direction"`
	Lines       []PickLine   `json:"lines"`
	Label       string       `json:"label,omitempty"` // id of the label, where we booked it
	PaidBy      Turn         `json:"paid_by"`         // customer or merchant
	Status      ParcelStatus `json:"status"`
	ScannedAt   *time.Time   `json:"scanned_at,omitempty"`
	DeliveredAt *time.Time   `json:"delivered_at,omitempty"`
	MovedAt     *time.Time   `json:"moved_at,omitempty"` // the last movement the carrier reported
	// PickupAt is the end of the slot in which the carrier fetches it from the customer.
	PickupAt *time.Time `json:"pickup_at,omitempty"`
	// Superseded marks a label for which another was booked. Should its carrier come after all, it counts again.
	Superseded bool `json:"superseded,omitempty"`
	// Returning marks what could not be handed over to the customer and comes back to the warehouse; Goods are ours in it, which were put
	// away once it is back.
	Returning bool       `json:"returning,omitempty"`
	Goods     []Disposal `json:"goods,omitempty"`
}

// Direction is which way a parcel travels.
type Direction string

const (
	ToMerchant Direction = "to_merchant"
	ToCustomer Direction = "to_customer"
)

// ParcelStatus is what the carrier last said.
type ParcelStatus string

const (
	ParcelExpected  ParcelStatus = "expected"
	ParcelMoving    ParcelStatus = "moving"
	ParcelDelivered ParcelStatus = "delivered"
	ParcelLost      ParcelStatus = "lost"
	ParcelDamaged   ParcelStatus = "damaged"
	ParcelRefused   ParcelStatus = "refused"
)

// Approval is a second person's decision that is open or was made.
type Approval struct {
	ApprovalID string     `json:"approval_id"`
	Subject    string     `json:"subject"` // large_refund, paid_by_hand, other_account, skip_step, chargeback, finding
	Amount     Money      `json:"amount"`
	Lines      []PickLine `json:"lines,omitempty"`
	RefundID   string     `json:"refund_id,omitempty"`
	ProofID    string     `json:"proof_id,omitempty"`
	StepID     string     `json:"step_id,omitempty"` // the parked step that is to be skipped
	Step       string     `json:"step,omitempty"`    // its call
	Method     string     `json:"method,omitempty"`  // the other account
	DisputeID  string     `json:"dispute_id,omitempty"`
	Finding    *Fail      `json:"finding,omitempty"` // what an inspector found, until a second person has confirmed it
	Proposer   Actor      `json:"proposer"`
	Level      int        `json:"level"` // who may decide: 3 supervisor, 4 manager, 5 executive
	Asked      string     `json:"asked"` // the person it waits for
	OpenedAt   time.Time  `json:"opened_at"`
	DecidedBy  *Actor     `json:"decided_by,omitempty"`
	Granted    bool       `json:"granted,omitempty"`
	Reason     string     `json:"reason,omitempty"`
}

// Survey is the follow-up questions and their answer.
type Survey struct {
	SentAt     *time.Time      `json:"sent_at,omitempty"`
	ClosesAt   *time.Time      `json:"closes_at,omitempty"`
	SkippedFor string          `json:"skipped_for,omitempty"` // why it was not sent: asked_recently
	AnsweredAt *time.Time      `json:"answered_at,omitempty"`
	Overall    int             `json:"overall,omitempty"` // 1–5; 0 is unanswered, never a default
	Solved     Solved          `json:"solved,omitempty"`
	Scores     map[string]int  `json:"scores,omitempty"`
	Effort     int             `json:"effort,omitempty"` // 1–7
	NPS        *int            `json:"nps,omitempty"`    // 0–10
	TextID     string          `json:"text_id,omitempty"`
	Mode       string          `json:"mode,omitempty"` // link, phone
	Low        bool            `json:"low,omitempty"`
	Recovery   RecoveryOutcome `json:"recovery,omitempty"`
	RecoveryBy *Actor          `json:"recovery_by,omitempty"`
	// SecondOverall is the score asked again after a recovery. The first one stays in the satisfaction figure.
	SecondOverall int `json:"second_overall,omitempty"`
}
