package workflows

import (
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// State is the whole truth of a case. It is all that survives continue-as-new; everything else can be derived from it.
type State struct {
	Opening    schemas.Opening            `json:"opening"`
	CaseID     string                     `json:"case_id"`
	OpenedAt   time.Time                  `json:"opened_at"`
	ClosedAt   *time.Time                 `json:"closed_at,omitempty"`
	Outcome    schemas.Outcome            `json:"outcome,omitempty"`
	Refusal    *schemas.Refusal           `json:"refusal,omitempty"`
	Currency   string                     `json:"currency"`
	Method     string                     `json:"method,omitempty"` // where the money goes instead of back the way it came
	Fallback   bool                       `json:"fallback,omitempty"`
	Owner      string                     `json:"owner"`
	Owners     []string                   `json:"owners"` // everybody who owned the case, to notice a transfer back
	Priority   schemas.Priority           `json:"priority"`
	Level      int                        `json:"level"`
	Ladder     *Ladder                    `json:"ladder,omitempty"`
	Plan       schemas.Plan               `json:"plan"`
	Payments   []schemas.Payment          `json:"payments"`
	Lines      []*schemas.Line            `json:"lines"`
	Parcels    []*schemas.Parcel          `json:"parcels"`
	Clocks     []*schemas.Clock           `json:"clocks"`
	Refunds    []*schemas.Refund          `json:"refunds"`
	Charges    []*schemas.Charge          `json:"charges,omitempty"`
	Successor  string                     `json:"successor,omitempty"` // the case that goes on with lines of this one
	Approvals  []*schemas.Approval        `json:"approvals"`
	Messages   []schemas.Posted           `json:"messages"`
	Held       []schemas.Notice           `json:"held,omitempty"` // messages that leave with the next ones
	Evidence   []string                   `json:"evidence"`
	Survey     *schemas.Survey            `json:"survey,omitempty"`
	Following  bool                       `json:"following,omitempty"` // every line has ended and the follow-up runs
	Stuck      []schemas.Work             `json:"stuck,omitempty"`     // of cases that began before steps were parked
	Parked     []*Parked                  `json:"parked,omitempty"`
	Shelving   []*schemas.Shelving        `json:"shelving,omitempty"` // what the warehouse was asked to bring away, and has not
	Closing    bool                       `json:"closing,omitempty"`  // the case ends as soon as nothing is parked any more
	Events     []schemas.Event            `json:"events"`             // the last ones; all of them are in PostgreSQL
	Earlier    int64                      `json:"earlier"`            // events before those, left behind by a continue-as-new
	Answered   map[string]schemas.Receipt `json:"answered"`           // accepted commands by id
	Commands   []string                   `json:"commands"`           // their ids, oldest first
	Given      map[string]Given           `json:"given,omitempty"`
	Heard      map[string]bool            `json:"heard"` // facts by source and event id
	Sequences  map[string]int             `json:"sequences"`
	Breach     bool                       `json:"breach,omitempty"`
	Missed     map[string]time.Time       `json:"missed,omitempty"` // the duties of the law that were missed, and when they were due
	HumanAsked bool                       `json:"human_asked,omitempty"`
	// Unreachable is set while the customer cannot be reached.
	Unreachable *schemas.Unreachable `json:"unreachable,omitempty"`
	Flushed     int64                `json:"flushed"` // the revision PostgreSQL has
	Edition     int                  `json:"edition,omitempty"`
	Disputes    []*schemas.Dispute   `json:"disputes,omitempty"`
	Holds       []schemas.Hold       `json:"holds,omitempty"`
	EndsLater   bool                 `json:"ends_later,omitempty"` // the case would have ended, and a dispute is open
}

// Given is what a command id was used for.
type Given struct {
	By   string `json:"by"`
	Body string `json:"body"` // a short hash: enough to tell one body from another
}

// Ladder is an escalation under way.
type Ladder struct {
	Level    int           `json:"level"`
	Deputy   bool          `json:"deputy,omitempty"` // the deputy of that level has been asked
	Person   string        `json:"person"`
	Cause    string        `json:"cause"`           // the clock or command it came from
	State    schemas.State `json:"state,omitempty"` // the state its lines stood in
	Lines    []string      `json:"lines,omitempty"`
	Accepted bool          `json:"accepted,omitempty"`
}

func (st *State) revision() int64 { return st.Earlier + int64(len(st.Events)) }

// since lists the events after a revision.
func (st *State) since(revision int64) []schemas.Event {
	return append([]schemas.Event(nil), st.Events[max(0, revision-st.Earlier):]...)
}

// next counts up a sequence of the case; derived keys and ids are made of it.
func (st *State) next(name string) int {
	st.Sequences[name]++
	return st.Sequences[name]
}

// currency makes an amount in the currency of the case.
func (st *State) money(minor int64) schemas.Money {
	return schemas.Money{Minor: minor, Currency: st.Currency}
}
