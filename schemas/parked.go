package schemas

import (
	"fmt"
	"slices"
	"time"
)

// Parked is a step of a case that failed in a way that no repetition helps. It waits for a person; the clocks of the case go on beside it,
// and it has one of its own.
type Parked struct {
	StepID string `json:"step_id"` // p1, p2, …; of a refund that failed the end of its number, such as refund/1
	Step   string `json:"step"`    // the call that failed, such as parcel.label
	Key    string `json:"key"`     // its key: what the outside system knows it by
	// Cause is why, for programs: the code of the refusal or of the outside system. Steps with one cause are freed together by
	// `starter release --cause`.
	Cause   Code      `json:"cause"`
	Message string    `json:"message"` // why, as a sentence
	Turn    Turn      `json:"turn"`    // whose turn it is
	Since   time.Time `json:"since"`   // when it failed first
	Tries   int       `json:"tries"`   // how often it has failed
	Trying  bool      `json:"trying,omitempty"`
	Lines   []string  `json:"lines,omitempty"`
	// Approval is the open proposal to skip it.
	Approval string     `json:"approval_id,omitempty"`
	DueAt    *time.Time `json:"due_at,omitempty"` // when the next level is told, or the step is skipped
	Frees    []Freeing  `json:"frees"`            // the commands that free it
}

// Freeing is a command that frees a parked step, as it is given.
type Freeing struct {
	Command string `json:"command"`
	With    string `json:"with"` // its fields, as JSON
	Roles   []Role `json:"roles"`
	What    string `json:"what"` // what it does, as a few words
}

// ParkedCase is a case with what is parked in it.
type ParkedCase struct {
	CaseID string   `json:"case_id"`
	Parked []Parked `json:"parked"`
}

// RetryStep tries parked steps again as they are.
type RetryStep struct {
	StepID string `json:"step_id,omitempty"` // absent: every parked one
	Cause  Code   `json:"cause,omitempty"`   // only those with this cause
}

// CorrectStep corrects a datum that a parked step has used, and tries it again with it.
type CorrectStep struct {
	StepID      string      `json:"step_id,omitempty"`     // absent: the only parked one
	Carrier     string      `json:"carrier,omitempty"`     // of a parcel: another carrier
	Disposition Disposition `json:"disposition,omitempty"` // of inspected goods: another place
	Method      string      `json:"method,omitempty"`      // of a refund: another payment method of the customer's; a second person grants it
	Reason      string      `json:"reason"`
}

// SkipStep proposes to do without a parked step. It counts once a second person has granted it.
type SkipStep struct {
	StepID string `json:"step_id,omitempty"` // absent: the only parked one
	Reason string `json:"reason"`
}

// Check judges the cause.
func (r RetryStep) Check() *Refusal {
	return first(checkStepID(r.StepID), checkCause(r.Cause))
}

// Check wants something that is corrected, and why.
func (c CorrectStep) Check() *Refusal {
	switch {
	case c.Carrier == "" && c.Disposition == "" && c.Method == "":
		return missing("carrier", "say what is corrected: the carrier of a parcel, the disposition of goods or the method of a refund; without a correction give step.retry.")
	case c.Carrier != "" && !ValidID(c.Carrier):
		return badID("carrier", c.Carrier)
	case c.Method != "" && !ValidID(c.Method):
		return badID("method", c.Method)
	}
	return first(checkStepID(c.StepID), checkDisposition(c.Disposition), checkReason(c.Reason))
}

// Check wants a reason.
func (s SkipStep) Check() *Refusal { return first(checkStepID(s.StepID), checkReason(s.Reason)) }

func checkStepID(id string) *Refusal {
	if len(id) > 64 {
		return &Refusal{Code: CodeTooLarge, Field: "step_id", Message: "a step has a short id, such as p1 or refund/1."}
	}
	return nil
}

func checkCause(cause Code) *Refusal {
	if cause != "" && !ValidCause(cause) {
		return &Refusal{Code: CodeBadValue, Field: "cause", Message: fmt.Sprintf("%q is not a cause; it is a code in lower snake case, such as unserviceable.", short(string(cause)))}
	}
	return nil
}

// ValidCause reports whether a word can be the cause of a parked step: lower snake case, at most 64 characters.
func ValidCause(cause Code) bool {
	if cause == "" || len(cause) > 64 {
		return false
	}
	return !slices.ContainsFunc([]byte(cause), func(b byte) bool { return b != '_' && (b < 'a' || b > 'z') && (b < '0' || b > '9') })
}
