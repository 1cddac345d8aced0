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
	EventOpened         = "case.opened"
	EventIntake         = "intake.done"
	EventAssigned       = "case.assigned"
	EventFollowUp       = "follow_up.begun"
	EventSurveyDue      = "survey.due"
	EventWarned         = "clock.warned"
	EventReminded       = "clock.reminded"
	EventExpired        = "clock.expired"
	EventEscalated      = "case.escalated"
	EventLastRung       = "ladder.ended"
	EventRefused        = "refused"   // a command or fact that could not be taken
	EventLateFact       = "fact.late" // true, but no longer of use
	EventApprovalOpen   = "approval.opened"
	EventApprovalMoved  = "approval.moved" // to the deputy or the next level
	EventRefundOrdered  = "refund.ordered"
	EventRefundAccepted = "refund.accepted"
	EventRefundWord     = "refund.word" // what a look-up found
	EventLabelBooked    = "parcel.booked"
	EventTraced         = "parcel.traced"
	EventDisposed       = "goods.disposed"
	EventReleased       = "claims.released"
	EventNoticeFailed   = "notice.failed"
	EventSurveySent     = "survey.sent"
	EventSurveySkipped  = "survey.skipped"
	EventSurveyClosed   = "survey.expired"
	EventLowScore       = "survey.low_score"
	EventStuck          = "step.stuck"  // a call failed in a way that no repetition helps
	EventOpsAlert       = "ops.alerted" // a clock of the system's own ran out
	EventClosed         = "case.closed"
)
