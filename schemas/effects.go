package schemas

import (
	"strconv"
	"strings"
	"time"
)

// IntakeOrder asks for everything a case must know before its first decision.
type IntakeOrder struct {
	CaseID      string       `json:"case_id"`
	RunID       string       `json:"run_id"`
	Request     Request      `json:"request"`
	Policy      string       `json:"policy"`
	At          time.Time    `json:"at"` // the case's own time
	Predecessor *Predecessor `json:"predecessor,omitempty"`
}

// Intake is what is known of the request after looking at the order, the claims and the rules.
type Intake struct {
	// Refusal is set when the request as a whole cannot be one; the case ends INVALID with it.
	Refusal *Refusal `json:"refusal,omitempty"`
	// Closed is set when this case had ended before (started again after its end): its old row, unchanged.
	Closed    *View     `json:"closed,omitempty"`
	Currency  string    `json:"currency"`
	Lines     []Line    `json:"lines"` // with units, verdict, and state SUBMITTED; or with an outcome where they do not go on
	Payments  []Payment `json:"payments"`
	Plan      Plan      `json:"plan"`
	Owner     string    `json:"owner"`              // the agent with fewest open cases
	Method    string    `json:"method,omitempty"`   // the wish of settle_with where it can be kept
	Fallback  bool      `json:"fallback,omitempty"` // the wish could not be kept: original method, the customer is told
	Delivered time.Time `json:"delivered_at"`
	// Handover is what the case that had ended gives the one that reopens it, in place of what such a case was started with.
	Handover *Handover `json:"handover,omitempty"`
	// Resumed is set where the case goes on from the rows of one whose workflow was ended from outside. Its lines stand where they stood.
	Resumed *Resumed `json:"resumed,omitempty"`
	// Edition says by which edition of the stories the case lives; absent in cases taken in before there was one. See
	// workflows/versions.go.
	Edition int `json:"edition,omitempty"`
}

// Edition is the edition of the stories that intake gives to a case. A case keeps its own until it ends.
const Edition = 6

// WorkerDeployment is what Temporal knows our workers by, and BuildID the code that they run: the edition of the stories. Temporal keeps it with every
// workflow task, and shows it in its UI.
const WorkerDeployment = "aftercare"

const buildPrefix = "edition-"

// BuildID is the build of workers of this code.
func BuildID() string { return buildPrefix + strconv.Itoa(Edition) }

// EditionOfBuild reads the edition off a build id: 0 for any other, such as those of workers before the sixth edition, which had none of their own.
func EditionOfBuild(id string) int {
	number, ours := strings.CutPrefix(id, buildPrefix)
	edition, err := strconv.Atoi(number)
	if !ours || err != nil {
		return 0
	}
	return edition
}

// Payment is one captured payment of an order.
type Payment struct {
	PaymentID  string `json:"payment_id"`
	Method     string `json:"method"`
	Captured   Money  `json:"captured"`
	Refundable Money  `json:"refundable"` // captured less what was refunded or reserved before
	// Charged marks what the customer paid on top in an exchange: PaymentID is the charge's number. It is given back for the lines
	// it was paid for, beside what those cost.
	Charged bool     `json:"charged,omitempty"`
	Lines   []string `json:"lines,omitempty"`
}

// ReleaseOrder frees the unit claims of lines that leave the goods with the customer.
type ReleaseOrder struct {
	CaseID string      `json:"case_id"`
	Units  []LineUnits `json:"units"`
	At     time.Time   `json:"at"`
}

// LineUnits are claimed units of one order line.
type LineUnits struct {
	LineID string `json:"line_id"`
	Units  []int  `json:"units"`
}

// ParcelOrder books, registers or sends a parcel. Key makes it once.
type ParcelOrder struct {
	Key        string     `json:"key"` // case/parcel/sequence
	CaseID     string     `json:"case_id"`
	MerchantID string     `json:"merchant_id"`
	OrderID    string     `json:"order_id"`
	CustomerID string     `json:"customer_id"`
	Direction  Direction  `json:"direction"`
	Carrier    string     `json:"carrier,omitempty"`
	Waybill    string     `json:"waybill,omitempty"`   // register: the number the customer gave
	OnlyFree   bool       `json:"only_free,omitempty"` // register: refuse a parcel that another customer's open case has
	Avoid      []string   `json:"avoid,omitempty"`     // label: carriers that did not come; another one where there is one
	Lines      []PickLine `json:"lines"`
	PaidBy     Turn       `json:"paid_by"`
	At         time.Time  `json:"at"`
}

// Registered is the customer's parcel as its carrier knows it; with a refusal, the carrier was not asked.
type Registered struct {
	Parcel
	Refusal *Refusal `json:"refusal,omitempty"`
}

// TraceOrder asks the carrier where a parcel is.
type TraceOrder struct {
	Key        string    `json:"key"`
	CaseID     string    `json:"case_id"`
	MerchantID string    `json:"merchant_id"`
	Carrier    string    `json:"carrier"`
	Waybill    string    `json:"waybill"`
	At         time.Time `json:"at"`
}

// TraceAnswer is what the carrier found.
type TraceAnswer struct {
	Status  ParcelStatus `json:"status"`
	MovedAt *time.Time   `json:"moved_at,omitempty"`
	Known   bool         `json:"known"` // false: the carrier does not know the number
}

// RefundOrder sends one amount back. The ledger's reservation is made inside the activity, before the provider is asked.
type RefundOrder struct {
	CaseID     string      `json:"case_id"`
	MerchantID string      `json:"merchant_id"`
	OrderID    string      `json:"order_id"`
	CustomerID string      `json:"customer_id"`
	Refund     Refund      `json:"refund"`
	Units      []LineUnits `json:"units"` // the units it settles once it has succeeded
	At         time.Time   `json:"at"`
}

// RefundQuestion asks the provider what became of a refund, and records the answer in the ledger.
type RefundQuestion struct {
	CaseID     string      `json:"case_id"`
	MerchantID string      `json:"merchant_id"`
	OrderID    string      `json:"order_id"`
	RefundID   string      `json:"refund_id"`
	Units      []LineUnits `json:"units,omitempty"` // refund.confirm: units that count as settled from now on
	At         time.Time   `json:"at"`
}

// RefundReceipt is the provider's word on a refund as the ledger keeps it.
type RefundReceipt struct {
	RefundID string       `json:"refund_id"`
	Status   RefundStatus `json:"status"`
	Code     Code         `json:"code,omitempty"`
	Amount   Money        `json:"amount"`
	Left     *OrderLeft   `json:"left,omitempty"` // where the ledger refused for want of money: what can still be paid
}

// OrderLeft is what the ledger can still pay out of an order.
type OrderLeft struct {
	Lines    []Share   `json:"lines"`
	Payments []Payment `json:"payments"`
	Disputes []string  `json:"disputes,omitempty"` // that keep money of the order and are not decided
}

// ByHandOrder records a payment outside the provider in the ledger.
type ByHandOrder struct {
	CaseID     string      `json:"case_id"`
	MerchantID string      `json:"merchant_id"`
	OrderID    string      `json:"order_id"`
	RefundID   string      `json:"refund_id"`
	ProofID    string      `json:"proof_id"`
	Maker      Actor       `json:"maker"`
	Checker    Actor       `json:"checker"`
	Units      []LineUnits `json:"units"`
	// Refund and CustomerID let the ledger book a refund that it had refused before, within the same caps as any.
	Refund     *Refund   `json:"refund,omitempty"`
	CustomerID string    `json:"customer_id,omitempty"`
	At         time.Time `json:"at"`
}

// DisposeOrder moves inspected goods to where they belong.
type DisposeOrder struct {
	Key        string     `json:"key"` // case/dispose/sequence
	CaseID     string     `json:"case_id"`
	MerchantID string     `json:"merchant_id"`
	Goods      []Disposal `json:"goods"`
	At         time.Time  `json:"at"`
	// Settle are units whose replacement is final, marked so in the same call.
	Settle   []LineUnits `json:"settle,omitempty"`
	Replaced []Replaced  `json:"replaced,omitempty"` // of these, what the customer has now
}

// Disposed says what was done beside the goods.
type Disposed struct {
	Settled bool `json:"settled,omitempty"` // the units are settled; a worker that knows nothing of them leaves it out
}

// Disposal is one line's goods and where they go.
type Disposal struct {
	LineID      string      `json:"line_id"`
	SKU         string      `json:"sku"`
	Quantity    int         `json:"quantity"`
	Disposition Disposition `json:"disposition"`
}

// NoticeOrder is every message of one step of a case, sent together.
type NoticeOrder struct {
	CaseID     string    `json:"case_id"`
	MerchantID string    `json:"merchant_id"`
	OrderID    string    `json:"order_id"`
	CustomerID string    `json:"customer_id"`
	Channel    Channel   `json:"channel"`
	Step       string    `json:"step"` // unique in the case: the key is case/notice/step
	Messages   []Notice  `json:"messages"`
	At         time.Time `json:"at"`
	Priority   Priority  `json:"priority,omitempty"` // of the case: P2 and P3 wait for the end of quiet hours
	// Quiet are the plan's quiet hours; without a plan, those of the worker hold.
	Quiet QuietHours `json:"quiet,omitzero"`
}

// NoticeReceipt says how many messages left, and how many reached nobody.
type NoticeReceipt struct {
	Sent        int      `json:"sent"`
	Undelivered []string `json:"undelivered,omitempty"` // template ids; the owner gets a task
}

// SurveyOrder asks for the invitation to be sent unless the customer was asked lately.
type SurveyOrder struct {
	NoticeOrder
	QuietDays int `json:"quiet_days"`
}

// SurveyReceipt says whether the customer was asked.
type SurveyReceipt struct {
	Asked      bool   `json:"asked"`
	SkippedFor string `json:"skipped_for,omitempty"` // asked_recently
}
