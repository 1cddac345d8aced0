package schemas

import "time"

// Event is a line of a case's own history. Its revision is its number: the first is 1, and none is left out.
type Event struct {
	Revision int64             `json:"revision"`
	At       time.Time         `json:"at"`   // the case's own time
	Name     string            `json:"name"` // a command's, a fact's, or one of the names below
	Actor    Actor             `json:"actor"`
	Door     Door              `json:"door"`
	State    State             `json:"state"` // of the case, after it
	Lines    []string          `json:"lines,omitempty"`
	Rule     string            `json:"rule,omitempty"` // the rule that decided, with version
	Message  string            `json:"message"`        // what happened, as a sentence
	Data     map[string]string `json:"data,omitempty"` // the inputs: ids, codes and amounts, no words of people
	// CommandID or EventID is the id the sender gave.
	CommandID string `json:"command_id,omitempty"`
	EventID   string `json:"event_id,omitempty"`
}

// Names of the events that are neither a command nor a fact.
const (
	EventOpened         = "case.opened"     // a request was opened as a case
	EventIntake         = "intake.done"     // the order was found, units were claimed, the rules were asked
	EventFollowUp       = "follow_up.begun" // every line has ended
	EventSurveyDue      = "survey.due"      // the customer is to be asked
	EventWarned         = "clock.warned"    // a clock warns the owner
	EventReminded       = "clock.reminded"  // a clock reminds the customer
	EventExpired        = "clock.expired"   // a clock ran out; what silence does was done
	EventLastRung       = "ladder.ended"    // nobody on the ladder acted; the operator did, by the plan
	EventMerged         = "merge.done"      // another case has taken lines of this one
	EventRefused        = "refused"         // a command or fact that could not be taken
	EventLateFact       = "fact.late"       // true, but no longer of use
	EventApprovalAsked  = "approval.asked"  // a second person is asked about another account, which is known as the customer's
	EventApprovalMoved  = "approval.moved"  // a second person's decision went to the deputy or the next level
	EventRefundAccepted = "refund.accepted" // the provider took the order; that is not yet paid
	EventRefundWord     = "refund.word"     // what the provider said when it was asked
	EventLabelBooked    = "parcel.booked"   // the way back was booked
	EventLabelLate      = "parcel.delayed"  // there is no label yet; the customer hears of the approval without it
	EventTraced         = "parcel.traced"   // what the carrier said when it was asked
	EventDisposed       = "goods.disposed"  // paid lines are settled in the books
	EventStockAnswered  = "stock.answered"  // what the warehouse said of a replacement
	EventChargeWord     = "payment.word"    // what the provider said of a charge or a deposit
	EventDisputeBooked  = "dispute.booked"  // the ledger has written a dispute down
	EventDisputeWord    = "dispute.word"    // what the provider said of a dispute
	EventEvidenceKept   = "evidence.kept"   // the evidence pack of the case was made for a dispute, and is kept
	EventHoldLifted     = "hold.lifted"     // a hold has ended, and what it kept back goes on
	EventConverted      = "case.converted"  // lines go on in another case
	EventNoticeFailed   = "notice.failed"   // a message reached nobody
	EventSurveySent     = "survey.sent"     // the customer was asked
	EventSurveySkipped  = "survey.skipped"  // the customer was not asked, with the reason
	EventSurveyClosed   = "survey.expired"  // no answer came
	EventStuck          = "step.stuck"      // a call failed in a way that no repetition helps
	EventFreed          = "step.freed"      // a parked step has been done after all, or is not needed any more
	EventOpsAlert       = "ops.alerted"     // a clock of the system's own ran out
	EventLost           = "case.lost"       // the workflow of the case was ended from outside
	EventAdopted        = "case.adopted"    // the case goes on from the rows of one that was ended from outside
	EventClosed         = "case.closed"     // the case ended
)
