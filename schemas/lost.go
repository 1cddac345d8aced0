package schemas

import "time"

// Nothing dies unseen: a case whose workflow was ended from outside is found, said to be so, and can be gone on with.

// HowLost is what ended the workflow of a case from outside.
type HowLost string

const (
	Terminated HowLost = "terminated" // somebody terminated the workflow
	Failed     HowLost = "failed"     // the workflow failed, which no code of ours lets it do
	TimedOut   HowLost = "timed_out"  // the workflow ran out of the time that somebody had given it
	Canceled   HowLost = "canceled"   // the workflow ended as cancelled; a case of ours refuses that
	Deleted    HowLost = "deleted"    // Temporal does not know the workflow any more
)

// Lost says what ended the workflow of a case from outside. A case that has it is not served by anybody: its row is as the case last
// wrote it, and `starter adopt` goes on with it.
type Lost struct {
	How    HowLost   `json:"how"`
	At     time.Time `json:"at"`               // when it ended, as Temporal has it; of a deleted one: when it was found
	Reason string    `json:"reason,omitempty"` // as whoever ended it gave it
	By     string    `json:"by,omitempty"`     // who ended it, as Temporal knows them
	RunID  string    `json:"run_id,omitempty"`
	// FoundAt is when the sweep found it, by the real clock.
	FoundAt time.Time `json:"found_at"`
	// Settled says that its money, stock and deposits have been dealt with: nothing of it is under way any more.
	Settled bool `json:"settled"`
}

// Fate is how the workflow of a case stands, as Temporal knows it.
type Fate struct {
	CaseID  string
	RunID   string
	Running bool
	// Lost is set where it was ended from outside. A workflow that is neither running nor lost has ended properly.
	Lost *Lost
}

// SweepOrder asks for a sweep: of one case, or of all.
type SweepOrder struct {
	CaseID string `json:"case_id,omitempty"`
}

// Found is what a look at the open cases has brought.
type Found struct {
	Looked  int        `json:"looked"`            // open rows that were compared with their workflows
	Revived []string   `json:"revived,omitempty"` // cases that run on from an earlier point: their rows follow them again
	Mended  []string   `json:"mended,omitempty"`  // cases that had ended properly and whose rows did not say so
	Beside  []string   `json:"beside,omitempty"`  // workflows that run beside the case that goes on from their rows: they were reset too late
	Lost    []LostCase `json:"lost,omitempty"`    // cases that were ended from outside and of which something is under way still
	More    bool       `json:"more,omitempty"`    // there are more of them than one sweep deals with
	// Disputes are those that no open case answers.
	Disputes []AloneDispute `json:"disputes,omitempty"`
}

// LostCase is a case that was ended from outside, with what has to be dealt with for it.
type LostCase struct {
	CaseID     string    `json:"case_id"`
	MerchantID string    `json:"merchant_id"`
	OrderID    string    `json:"order_id"`
	Lost       Lost      `json:"lost"`
	New        bool      `json:"new,omitempty"` // this sweep found it
	At         time.Time `json:"at"`            // business time: the case's own, where that is ahead
	Refunds    []string  `json:"refunds,omitempty"`
	Charges    []string  `json:"charges,omitempty"`  // to be given up, unless they are paid by now
	Deposits   []string  `json:"deposits,omitempty"` // to be given back
	Stock      []string  `json:"stock,omitempty"`    // kept goods to be given back, by key
	// Notice tells the people of the case.
	Notice NoticeOrder `json:"notice"`
}

// LostWords is what was heard of a lost case's money.
type LostWords struct {
	CaseID string `json:"case_id"`
	// NotTaken are refunds of which the provider says that it never took them.
	NotTaken []string `json:"not_taken,omitempty"`
	// Unsettled says that something could not be dealt with: the next sweep tries again.
	Unsettled bool      `json:"unsettled,omitempty"`
	At        time.Time `json:"at"`
}

// LostSettled is how a lost case stands after its money was looked up.
type LostSettled struct {
	CaseID  string `json:"case_id"`
	Settled bool   `json:"settled"`
	// Open are refunds, charges and deposits whose end nobody knows yet.
	Open []string `json:"open,omitempty"`
}

// Swept is what a sweep did.
type Swept struct {
	Looked  int         `json:"looked"`
	Revived []string    `json:"revived"`
	Mended  []string    `json:"mended"`
	Beside  []string    `json:"beside"`
	Lost    []SweptCase `json:"lost"`
	More    bool        `json:"more,omitempty"`
	// Disputes that no open case answers, and of which people were told now.
	Disputes []string `json:"disputes,omitempty"`
}

// SweptCase is one case that was ended from outside.
type SweptCase struct {
	CaseID string   `json:"case_id"`
	Lost   Lost     `json:"lost"`
	New    bool     `json:"new"`            // found by this sweep
	Open   []string `json:"open,omitempty"` // money whose end nobody knows yet; the next sweep asks again
}

// Resumed is what a case goes on with that continues one whose workflow was ended from outside: everything that the rows know, as of
// the last thing the case wrote, and what was heard since.
type Resumed struct {
	// Row is the case as it last wrote itself, without events. Its lines are not in it: intake gives them with the units that could be
	// had again.
	Row  View `json:"row"`
	Lost Lost `json:"lost"`
	// Refunds and Charges are how the ledger has them now.
	Refunds []Refund `json:"refunds,omitempty"`
	Charges []Charge `json:"charges,omitempty"`
	// Facts came when nobody listened.
	Facts []MissedFact `json:"facts,omitempty"`
}

// MissedFact is a fact that reached us while its case was not served by anybody.
type MissedFact struct {
	Name   string `json:"name"`
	Report Report `json:"report"`
}

// WhyAdopt is why a case continues one whose workflow was ended from outside: somebody took it on from its rows.
const WhyAdopt = "adopt"
