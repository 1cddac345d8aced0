package schemas

import "time"

// Replacement is what a line of an exchange gets instead.
type Replacement struct {
	SKU       string `json:"sku"`
	ProductID string `json:"product_id,omitempty"`
	UnitPrice Money  `json:"unit_price"` // what one costs now
	// Same marks the same article again for one that was faulty: it costs nothing more and nothing less, whatever it costs now.
	Same bool `json:"same,omitempty"`
	// StockKey is the reservation that keeps it; empty while there is none.
	StockKey   string     `json:"stock_key,omitempty"`
	Waiting    bool       `json:"waiting,omitempty"`     // out of stock: the warehouse keeps the next ones under that key
	ExpectedAt *time.Time `json:"expected_at,omitempty"` // out of stock: when there should be some again
	// Parted marks a part of a line that was split after it was kept: it is kept for each part anew before it is sent.
	Parted bool `json:"parted,omitempty"`
	// Asking marks a line for which the warehouse is being asked: nothing else can be chosen until it has answered.
	Asking     bool   `json:"asking,omitempty"`
	ShipmentID string `json:"shipment_id,omitempty"` // the warehouse's order to send it
	Waybill    string `json:"waybill,omitempty"`
	Serial     string `json:"serial,omitempty"`
	Advance    bool   `json:"advance,omitempty"` // sent before the old goods are back (极速换货)
	Attempts   int    `json:"attempts,omitempty"`
	// Undelivered marks one that the customer did not take, or that could not be handed over: it comes back to the warehouse.
	Undelivered bool `json:"undelivered,omitempty"`
	// Settled is what has been paid for the difference so far: by the customer above zero, to the customer below.
	Settled int64 `json:"settled,omitempty"`
	// GivesBack is what the customer is owed of the difference, in minor units.
	GivesBack int64 `json:"gives_back,omitempty"`
	// Refused is what a second person has refused of that after the line had left, in minor units, while it can be appealed against.
	Refused int64 `json:"refused,omitempty"`
	// Netted is what other lines of the exchange have paid of the difference, because their replacements cost less: above zero of the one that
	// is dearer, below zero of the ones that paid for it. In minor units; over all lines it is nothing.
	Netted int64 `json:"netted,omitempty"`
	// PaidBy says, once the replacement is settled for good, which lines have paid how much of it in the end.
	PaidBy []Share `json:"paid_by,omitempty"`
	// BankSeen is what of its price a bank has kept, in minor units, of which people know: they say whether it is sent all the same.
	BankSeen int64 `json:"bank_seen,omitempty"`
	// Both marks a customer who has an article more than was paid for: what was sent in advance, and still the old one.
	Both bool `json:"both,omitempty"`
	// BroughtAway is how many pieces were put into their place before what comes back now: the old ones, and those rejected before.
	BroughtAway int `json:"brought_away,omitempty"`
	// FromDeposit is what is to be taken out of the deposit, in minor units; the rest of it goes back.
	FromDeposit int64 `json:"from_deposit,omitempty"`
	// ConfirmedAt is when the customer has it, or counts as having it; a warranty begins anew.
	ConfirmedAt *time.Time `json:"confirmed_at,omitempty"`
}

// StockOrder asks the warehouse to keep goods for a case. The key makes it once.
type StockOrder struct {
	Key        string    `json:"key"` // case/stock/sequence
	CaseID     string    `json:"case_id"`
	MerchantID string    `json:"merchant_id"`
	SKU        string    `json:"sku"`
	Quantity   int       `json:"quantity"`
	Wait       bool      `json:"wait,omitempty"` // out of stock: keep the next ones, and report stock.reserved
	Until      time.Time `json:"until"`          // the warehouse may give them to others after that
	At         time.Time `json:"at"`
}

// StockReceipt is the warehouse's answer. Not having enough is an answer and no error.
type StockReceipt struct {
	Key        string     `json:"key"`
	Held       bool       `json:"held"`
	ExpectedAt *time.Time `json:"expected_at,omitempty"`
}

// StockReleaseOrder gives kept goods back. A key that holds nothing changes nothing.
type StockReleaseOrder struct {
	CaseID     string    `json:"case_id"`
	MerchantID string    `json:"merchant_id"`
	Keys       []string  `json:"keys"`
	At         time.Time `json:"at"`
}

// ShipOrder asks the warehouse to send goods that it keeps. It answers later, with replacement.shipped or stock.lost.
type ShipOrder struct {
	ShipmentID string     `json:"shipment_id"` // case/ship/sequence
	CaseID     string     `json:"case_id"`
	MerchantID string     `json:"merchant_id"`
	OrderID    string     `json:"order_id"`
	CustomerID string     `json:"customer_id"`
	Goods      []ShipLine `json:"goods"`
	At         time.Time  `json:"at"`
}

// ShipLine is one line's goods in a shipment.
type ShipLine struct {
	LineID   string `json:"line_id"`
	SKU      string `json:"sku"`
	Quantity int    `json:"quantity"`
	StockKey string `json:"stock_key"` // used up by the shipment
}

// ShipReceipt is the warehouse's word on a shipment order. Refused means that the kept goods are not there: nothing is sent.
type ShipReceipt struct {
	ShipmentID string `json:"shipment_id"`
	Refused    bool   `json:"refused,omitempty"`
	Code       Code   `json:"code,omitempty"`
	// Waybill and Carrier are there once it has left: the order given again under its number tells what became of it.
	Waybill string `json:"waybill,omitempty"`
	Carrier string `json:"carrier,omitempty"`
}

// ArticleQuestion asks for an article of the catalogue.
type ArticleQuestion struct {
	MerchantID string `json:"merchant_id"`
	SKU        string `json:"sku"`
	Currency   string `json:"currency"` // of the case; an article in another one is not known
}

// ArticleAnswer is what the catalogue says.
type ArticleAnswer struct {
	Known     bool   `json:"known"`
	ProductID string `json:"product_id,omitempty"`
	UnitPrice Money  `json:"unit_price,omitzero"`
}

// SettleOrder marks units of an order as replaced for good.
type SettleOrder struct {
	CaseID string      `json:"case_id"`
	Units  []LineUnits `json:"units"`
	At     time.Time   `json:"at"`
	// Replaced says of these units what the customer has now: that can be claimed anew.
	Replaced []Replaced `json:"replaced,omitempty"`
}

// Replaced is the article that a customer has for units that were exchanged.
type Replaced struct {
	LineID    string `json:"line_id"`
	Units     []int  `json:"units"`
	SKU       string `json:"sku"`
	ProductID string `json:"product_id,omitempty"`
	UnitPrice Money  `json:"unit_price"` // what counts as the price of one
	OnTop     Money  `json:"on_top"`     // what was paid for all of them beyond what the old ones counted for
	// PaidBy is the part of that which other lines have paid: it can be paid out of this one from now on, and not of those.
	PaidBy []Share `json:"paid_by,omitempty"`
}

// ChargeKind tells what a customer pays for good from what is only kept as a security.
type ChargeKind string

const (
	ChargeDifference ChargeKind = "difference" // 补差价: what the replacement costs more
	ChargeDeposit    ChargeKind = "deposit"    // 押金: held while a replacement is sent in advance
)

// ChargeStatus is how far a charge has come.
type ChargeStatus string

const (
	ChargeRequested ChargeStatus = "requested" // in the ledger; the provider may or may not have heard of it
	ChargeAccepted  ChargeStatus = "accepted"  // the provider has it; that is not success
	ChargeSucceeded ChargeStatus = "succeeded" // the customer has paid
	ChargeFailed    ChargeStatus = "failed"    // declined; the code says why
	ChargeLapsed    ChargeStatus = "lapsed"    // given up before it succeeded; it can no longer be paid
	ChargeUnknown   ChargeStatus = "unknown"   // no answer, or one that cannot be read; looked up by its key
	ChargeHeld      ChargeStatus = "held"      // a deposit is held
	ChargeReleased  ChargeStatus = "released"  // a deposit is given back
	ChargeCaptured  ChargeStatus = "captured"  // a deposit is taken
)

// Charge is one amount the customer pays on top, or one deposit. Its key never changes, however often it is tried; another
// method or amount is another charge.
type Charge struct {
	ChargeID  string       `json:"charge_id"` // derived: case/charge/sequence
	Kind      ChargeKind   `json:"kind"`
	Method    string       `json:"method"`
	Amount    Money        `json:"amount"`
	Status    ChargeStatus `json:"status"`
	Code      Code         `json:"code,omitempty"`
	Lines     []string     `json:"lines"`
	Parts     []LineUnits  `json:"parts,omitempty"`      // of lines that had been split when it was asked for: the units it is for
	ChangedAt string       `json:"changed_at,omitempty"` // RFC 3339 UTC, the case's own time
}

// Open reports whether the provider has not spoken its last word: the charge may still be paid.
func (c Charge) Open() bool {
	return c.Status == ChargeRequested || c.Status == ChargeAccepted || c.Status == ChargeUnknown
}

// ChargeOrder asks for a charge: a payment, or a deposit to be held, given back or taken. The ledger has it before the provider
// is asked.
type ChargeOrder struct {
	CaseID     string    `json:"case_id"`
	MerchantID string    `json:"merchant_id"`
	OrderID    string    `json:"order_id"`
	CustomerID string    `json:"customer_id"`
	Charge     Charge    `json:"charge"`
	Until      time.Time `json:"until,omitzero"` // a deposit is held no longer than that
	At         time.Time `json:"at"`
}

// ChargeQuestion asks the provider what became of a charge, and records the answer in the ledger.
type ChargeQuestion struct {
	CaseID     string    `json:"case_id"`
	MerchantID string    `json:"merchant_id"`
	OrderID    string    `json:"order_id"`
	ChargeID   string    `json:"charge_id"`
	At         time.Time `json:"at"`
}

// ChargeReceipt is the provider's word on a charge as the ledger keeps it.
type ChargeReceipt struct {
	ChargeID string       `json:"charge_id"`
	Status   ChargeStatus `json:"status"`
	Code     Code         `json:"code,omitempty"`
	Amount   Money        `json:"amount"`
}

// ChargeWord is what a payment provider says of a charge.
type ChargeWord struct {
	ChargeID string `json:"charge_id"`
	Code     Code   `json:"code,omitempty"`
	Amount   *Money `json:"amount,omitempty"`
}

// StockWord is what a warehouse says of goods it keeps.
type StockWord struct {
	Key string `json:"key"` // the reservation
	SKU string `json:"sku,omitempty"`
}

// ShipmentWord is what a warehouse says of a shipment.
type ShipmentWord struct {
	ShipmentID string `json:"shipment_id"`
	Waybill    string `json:"waybill"`
	Carrier    string `json:"carrier"`
	Serial     string `json:"serial,omitempty"`
}

// RejectReplacement says what is wrong with a replacement.
type RejectReplacement struct {
	OnLines
	Reason      Reason   `json:"reason"` // defective, damaged, not_as_described or wrong_item_sent
	TextID      string   `json:"text_id,omitempty"`
	EvidenceIDs []string `json:"evidence_ids,omitempty"`
}
