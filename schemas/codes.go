package schemas

// Code is a machine-readable reason; a sentence for people always stands beside it. Codes are wire names.
type Code string

// Codes of input that cannot be read. Nothing starts and nothing changes.
const (
	CodeMalformed     Code = "malformed"        // not JSON
	CodeUnknownField  Code = "unknown_field"    // a field this version does not know
	CodeWrongType     Code = "wrong_type"       // a field of another type
	CodeTooLarge      Code = "too_large"        // above the size limits of decode.go
	CodeMissingField  Code = "missing_field"    // a field without which nothing can be done
	CodeBadID         Code = "bad_id"           // an id outside [A-Za-z0-9_-]{1,64}
	CodeBadValue      Code = "bad_value"        // a value outside the allowed ones
	CodeBadAmount     Code = "bad_amount"       // negative, zero where that means nothing, or above what is possible
	CodeOtherCurrency Code = "other_currency"   // another currency than the order's
	CodeBadQuantity   Code = "bad_quantity"     // zero, negative, or more than there is
	CodeUnsupported   Code = "unsupported_kind" // a kind this version has no story for
	CodeUnknownPolicy Code = "unknown_policy"   // no such policy here, or one that only a dev stack accepts
	CodeWrongCaseID   Code = "wrong_case_id"    // the workflow id is not merchant:request
	CodeOtherRequest  Code = "other_request"    // this id was opened before with another request
)

// Codes of what cannot be a request (ruling 2): the system closes the case as INVALID, with a way to a person.
const (
	CodeUnknownOrder   Code = "unknown_order"   // unknown and foreign orders and lines read the same, so that ids cannot be probed
	CodeNotDelivered   Code = "not_delivered"   // the order was not delivered, or was cancelled
	CodeNothingLeft    Code = "nothing_left"    // more than was bought or is left
	CodeAlreadySettled Code = "already_settled" // these units were refunded or replaced before
	CodeHeldElsewhere  Code = "held_elsewhere"  // an open case holds these units; the wish was appended there
	CodeUnknownArticle Code = "unknown_article" // an exchange for an article that the merchant does not have
	CodeOtherProduct   Code = "other_product"   // an exchange for an article of another product
)

// Codes of a command that was refused. Nothing changed.
const (
	CodeWrongState     Code = "wrong_state"      // no line stands in a state that hears this command
	CodeWrongRole      Code = "wrong_role"       // another role decides this
	CodeNotYours       Code = "not_yours"        // a customer and another customer's case
	CodeStale          Code = "stale"            // decided on an older revision than the current one
	CodeCaseClosed     Code = "case_closed"      // the case has ended
	CodeOverLimit      Code = "over_limit"       // above what this role may decide alone
	CodeFourEyes       Code = "four_eyes"        // the proposer may not approve
	CodeUnknownLine    Code = "unknown_line"     // no line of this case has this id
	CodeAlreadyDone    Code = "already_done"     // the same thing was done before under another command id
	CodeNoRounds       Code = "no_rounds_left"   // three offers were made; decide or escalate
	CodeTooLate        Code = "too_late"         // money or goods have moved; see the sentence for what is possible
	CodeUnknownName    Code = "unknown_command"  // no command or fact has this name
	CodeUnknownCase    Code = "unknown_case"     // no case has this id
	CodeUnknownRefund  Code = "unknown_refund"   // no failed refund of this case has this number
	CodeUnknownCharge  Code = "unknown_charge"   // no charge or deposit has this number
	CodeUnknownStep    Code = "unknown_step"     // no step of this case is parked under this id
	CodeNotSkipped     Code = "not_skippable"    // this step is not skipped: somebody would be owed without a record, or nothing else could go on
	CodeUnknownDispute Code = "unknown_dispute"  // no dispute of this case has this number, or none is open
	CodeOnHold         Code = "on_hold"          // a hold keeps this from being done; the sentence says which
	CodeInFlight       Code = "refund_in_flight" // a refund is under way; its end is waited for
	CodeUnavailable    Code = "unavailable"      // a server that is needed does not answer; the same call may be repeated
)

// Codes of money that did not move, and of goods that are not there. They tell which way out there is.
const (
	CodeBalance       Code = "insufficient_balance" // not enough there: on the merchant's side of a refund (retry with the same number), on the customer's of a charge
	CodeAccountClosed Code = "account_closed"       // the card or account is gone; another account, or by hand
	CodeDeclined      Code = "declined"             // the provider or the bank said no
	CodeExpired       Code = "payment_expired"      // the provider's own window is over: for a refund, or for holding a deposit
	CodeNotKept       Code = "not_kept"             // the warehouse does not keep these goods, or not any more
	CodeNoAnswer      Code = "no_answer"            // nothing known yet
	CodeReversed      Code = "reversed"             // came back after success
	CodeSkipped       Code = "skipped"              // a second person has granted that it is done without; the merchant bears it
	CodeNoMoneyLeft   Code = "no_money_left"        // less is left of the payment or of the line than was to be paid; no provider was asked
)

// Refusal says why something was not done: a code for programs and a sentence a person can act on.
type Refusal struct {
	Code     Code   `json:"code"`
	Message  string `json:"message"`
	Field    string `json:"field,omitempty"`    // the field at fault, as a JSON path
	Revision int64  `json:"revision,omitempty"` // the case's current revision, where the refusal came from a case
}

func (r *Refusal) Error() string {
	if r.Field != "" {
		return string(r.Code) + ": " + r.Field + ": " + r.Message
	}
	return string(r.Code) + ": " + r.Message
}

// ErrorTypeRefused is the Temporal error type under which a case answers a refused command; its details hold the Refusal.
const ErrorTypeRefused = "refused"
