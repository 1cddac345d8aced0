package schemas

import "time"

// View answers the whole case. The query case.show, the case's row and `starter show --json` all give this shape.
type View struct {
	CaseID        string        `json:"case_id"`
	RequestID     string        `json:"request_id"`
	Kind          Kind          `json:"kind"`
	MerchantID    string        `json:"merchant_id"`
	OrderID       string        `json:"order_id"`
	CustomerID    string        `json:"customer_id"`
	Channel       Channel       `json:"channel"`
	Reason        Reason        `json:"reason"`
	RefundOnly    bool          `json:"refund_only"`
	Stage         Stage         `json:"stage"`
	State         State         `json:"state"`
	Outcome       Outcome       `json:"outcome"`
	Refusal       *Refusal      `json:"refusal,omitempty"` // why the case is INVALID
	Priority      Priority      `json:"priority"`
	Level         int           `json:"level"` // escalation, 1…5
	Turn          Turn          `json:"turn"`
	Owner         string        `json:"owner"`
	Asked         string        `json:"asked"`   // the person of the escalation who has not accepted yet
	DueAt         *time.Time    `json:"due_at"`  // the nearest due of the clocks that decide something
	DueFor        string        `json:"due_for"` // that clock's name
	Waiting       string        `json:"waiting"` // what for, on whom, until when, and what happens if nobody acts
	Now           time.Time     `json:"now"`     // the case's own time; ahead of the wall clock in a fast-forwarded case
	Revision      int64         `json:"revision"`
	OpenedAt      time.Time     `json:"opened_at"`
	ClosedAt      *time.Time    `json:"closed_at"`
	Requested     []RequestLine `json:"requested"` // as the request named them
	Lines         []Line        `json:"lines"`
	Money         Accounts      `json:"money"`
	Parcels       []Parcel      `json:"parcels"`
	Clocks        []Clock       `json:"clocks"`
	Approvals     []Approval    `json:"approvals"`
	Work          []Work        `json:"work"`   // calls under way; of older cases also the ones that are stuck, with their cause
	Parked        []Parked      `json:"parked"` // steps that failed for ever, with the cause and the commands that free them
	Shelving      []Shelving    `json:"shelving"`
	Messages      []Posted      `json:"messages"`
	EvidenceIDs   []string      `json:"evidence_ids"`
	Events        []Event       `json:"events"`
	Survey        *Survey       `json:"survey"`
	Allowed       []Permit      `json:"allowed"` // the commands that can be given now, by role
	Policy        string        `json:"policy"`
	PolicyVersion string        `json:"policy_version"`
	LegalBreach   bool          `json:"legal_breach"`
	Disputes      []Dispute     `json:"disputes,omitempty"` // before banks, platforms and authorities
	Holds         []Hold        `json:"holds,omitempty"`
	Unreachable   *Unreachable  `json:"unreachable,omitempty"` // the customer cannot be reached
	PredecessorID string        `json:"predecessor_id"`
	Continues     string        `json:"continues,omitempty"` // why it continues that case: request_human, convert or reopen
	Reopened      int           `json:"reopened,omitempty"`  // how often the wish was reopened
	// FirstReceivedAt is when the first of the cases was received that this one continues; absent where it continues none.
	FirstReceivedAt time.Time `json:"first_received_at,omitzero"`
	SuccessorID     string    `json:"successor_id"`
	// Lost is set in the row of a case whose workflow was ended from outside: nobody serves it until somebody takes it on.
	Lost *Lost `json:"lost,omitempty"`
}

// Accounts is the money of a case.
type Accounts struct {
	Refunded Money    `json:"refunded"` // what the provider confirmed, payments by hand with proof included
	Charged  Money    `json:"charged"`  // what the customer paid on top
	Entries  []Refund `json:"entries"`
	Charges  []Charge `json:"charges,omitempty"` // what the customer was asked to pay on top, and deposits
}

// Clock is a running or paused clock with the answer to "why this time".
type Clock struct {
	ClockID   string       `json:"clock_id"`
	Name      string       `json:"name"` // ack, first_reply, return.review, escalation, law.refund, …
	Rule      string       `json:"rule"`
	Trigger   string       `json:"trigger"` // the event it started from
	StartedAt time.Time    `json:"started_at"`
	Spec      ClockSpec    `json:"spec"`
	Due       time.Time    `json:"due"` // absolute; of a paused clock: the due it had when it was paused
	Paused    bool         `json:"paused,omitempty"`
	Left      Duration     `json:"left,omitempty"` // of a paused clock
	Pauses    []ClockPause `json:"pauses,omitempty"`
	Lines     []string     `json:"lines,omitempty"` // the lines whose state it runs on
	Expiry    string       `json:"expiry"`          // what happens if nobody acts, as a sentence
	Fired     int          `json:"fired,omitempty"` // warnings and reminders given so far
	// Layers are what each layer of the rules said of the due, the one that counted and the others; absent where one spoke alone.
	Layers      []LayerDue `json:"layers,omitempty"`
	Provisional bool       `json:"provisional,omitempty"` // rests on a year without published holidays; reckoned anew when they come
	Remaining   *Left      `json:"remaining,omitempty"`   // of a paused clock that a calendar counts
}

// ClockPause is one pause with its reason.
type ClockPause struct {
	From   time.Time  `json:"from"`
	To     *time.Time `json:"to,omitempty"`
	Reason string     `json:"reason"`
}

// Work is a call to the outside that is under way, or stuck.
type Work struct {
	Name  string    `json:"name"`
	Key   string    `json:"key"`
	Since time.Time `json:"since"`
	Cause string    `json:"cause,omitempty"` // set when it is stuck: repeating it does not help
}

// Shelving is what the warehouse was asked to bring where it belongs, and has not.
type Shelving struct {
	Key   string     `json:"key"`
	Goods []Disposal `json:"goods"`
}

// Posted is a message in the case, by id.
type Posted struct {
	At       time.Time `json:"at"`
	By       Actor     `json:"by"`
	Kind     string    `json:"kind"` // message, reply, note, merged
	TextID   string    `json:"text_id,omitempty"`
	Evidence []string  `json:"evidence_ids,omitempty"`
	CaseID   string    `json:"case_id,omitempty"` // merged: the duplicate
}

// Permit is a command and the roles that may give it now.
type Permit struct {
	Command string   `json:"command"`
	Roles   []Role   `json:"roles"`
	Lines   []string `json:"lines,omitempty"`
}
