package schemas

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Plan is everything the rules decided for one case, computed once at intake from one policy version. The workflow
// depends on the plan alone.
type Plan struct {
	Policy    string               `json:"policy"`
	Version   string               `json:"version"` // hash of the policy file
	Currency  string               `json:"currency"`
	Priority  Priority             `json:"priority"`
	Clocks    map[string]ClockSpec `json:"clocks"` // by rule id: ack, first_reply, return.review, law.refund, …
	Limits    Limits               `json:"limits"`
	People    map[Role][]Person    `json:"people"`
	Ladder    []Rung               `json:"ladder"`    // L2…L5, in order
	LastRung  LastRung             `json:"last_rung"` // what the operator does when L5's clock has run out
	Survey    SurveySpec           `json:"survey"`
	MaxRounds int                  `json:"max_rounds"` // offers per line
	// Quiet are the hours in which a message to a customer that can wait does not ring.
	Quiet QuietHours `json:"quiet,omitzero"`
	// Calendars are the days that the clocks count with, by calendar id, for as long as almost every case lives.
	Calendars map[string]Horizon `json:"calendars,omitempty"`
	// Suspicion is set where a rule wants a person to look before any rule or silence grants anything.
	Suspicion *Suspicion `json:"suspicion,omitempty"`
}

// Suspicion is the rule that wants a person to look at a request, and what it rests on: how many other requests of the customer within so
// many days were of which sort. It decides nothing, and no customer is told of it.
type Suspicion struct {
	Rule        string `json:"rule"` // id and version: "H-OTHER-GOODS@1"
	Days        int    `json:"days"`
	NotReceived int    `json:"not_received,omitempty"`
	RefundOnly  int    `json:"refund_only,omitempty"`
	OtherGoods  int    `json:"other_goods,omitempty"`
	Chargebacks int    `json:"chargebacks,omitempty"`
}

// ClockSpec is one clock of a plan, already scaled to the case's priority.
type ClockSpec struct {
	Rule    string     `json:"rule"` // rule id, with its version: "D-REVIEW@1"
	After   Duration   `json:"after"`
	Warn    []Duration `json:"warn,omitempty"`    // since the start: the owner is told
	Remind  []Duration `json:"remind,omitempty"`  // since the start: the customer is reminded
	Basis   string     `json:"basis,omitempty"`   // law, platform, promise, default
	Trigger string     `json:"trigger,omitempty"` // law clocks: the event whose time starts it
	// Layers are what each layer says of the clock, where a calendar counts or more than one layer speaks; After is then its
	// usual length. Without them After is all there is.
	Layers []ClockLayer `json:"layers,omitempty"`
	Latest bool         `json:"latest,omitempty"` // a right, of which the latest end counts; of a duty it is the earliest due
}

// ClockLayer is what one layer says of a clock: the law, a platform, or the policy itself.
type ClockLayer struct {
	Rule  string   `json:"rule"`
	Basis string   `json:"basis"`
	After Duration `json:"after,omitempty"` // time that simply passes
	Term  *Term    `json:"term,omitempty"`  // or what a calendar counts
}

// Limits say what a role may decide alone, in the case's currency.
type Limits struct {
	LargeRefund Money          `json:"large_refund"` // above it a second person decides
	Goodwill    map[Role]int64 `json:"goodwill"`     // minor units a role may grant beyond what is owed
}

// Person is one member of staff, by opaque id, with the deputy who is asked next.
type Person struct {
	ID     string `json:"id"`
	Deputy string `json:"deputy,omitempty"`
}

// Rung is one level of the escalation ladder.
type Rung struct {
	Level int  `json:"level"`
	Role  Role `json:"role"`
}

// LastRung is what happens when nobody on the ladder acted.
type LastRung string

// GrantOwed grants what the customer is owed and lets goodwill lapse. It never refuses.
const GrantOwed LastRung = "grant_owed"

// SurveySpec says when the follow-up questions are asked and what counts as a low score.
type SurveySpec struct {
	LowOverall int `json:"low_overall"` // this score and below
	LowNPS     int `json:"low_nps"`     // this score and below, with words
	QuietDays  int `json:"quiet_days"`  // a customer asked within these days is not asked again
}

// QuietHours are hours of the customer's local day, such as 21:00 to 09:00; equal hours are none.
type QuietHours struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Verdict is what the rules propose for one line; a person may decide otherwise, a silence never refuses.
type Verdict struct {
	Proposal Proposal `json:"proposal"`
	Rule     string   `json:"rule"`               // id and version of the rule that matched
	Owed     bool     `json:"owed"`               // the customer has a right to it: silence approves
	Auto     bool     `json:"auto,omitempty"`     // clear and low risk: approved without waiting for a person
	Freight  Turn     `json:"freight"`            // who pays the way back
	Reason   string   `json:"reason,omitempty"`   // in_window, out_of_window, …
	Evidence []string `json:"evidence,omitempty"` // what must be shown before a person decides
	Second   string   `json:"second,omitempty"`   // the rule by which a second person decides, whatever the amount
	Rules    []string `json:"rules,omitempty"`    // rules of law and of platforms that speak about this line
	// Deduction is the share of the price, in hundredths of a percent, that is taken off for each grade an inspection finds.
	Deduction map[Grade]int64 `json:"deduction,omitempty"`
}

// Grade is the condition in which goods came back.
type Grade string

const (
	GradeNew     Grade = "A" // 全新: as new, unopened
	GradeOpened  Grade = "B" // 已拆封: opened, complete, unused
	GradeUsed    Grade = "C" // 有使用痕迹: used
	GradeDamaged Grade = "D" // 损坏: damaged or incomplete
)

// Grades lists them.
var Grades = []Grade{GradeNew, GradeOpened, GradeUsed, GradeDamaged}

// Proposal is what a rule recommends.
type Proposal string

const (
	ProposeApprove Proposal = "approve"
	ProposeReject  Proposal = "reject"
	ProposeReview  Proposal = "review" // no recommendation
)

// Duration is a length of time that reads as people write it: "20h", "72h", "7d", "90s".
type Duration time.Duration

// D returns the duration for arithmetic.
func (d Duration) D() time.Duration { return time.Duration(d) }

// maxDays is as far as a duration of Go's reaches.
const maxDays = 100_000

// MarshalText writes the duration in the largest whole unit.
func (d Duration) MarshalText() ([]byte, error) {
	t := time.Duration(d)
	switch {
	case t == 0:
		return []byte("0s"), nil
	case t%(24*time.Hour) == 0:
		return fmt.Appendf(nil, "%dd", t/(24*time.Hour)), nil
	case t%time.Hour == 0:
		return fmt.Appendf(nil, "%dh", t/time.Hour), nil
	case t%time.Minute == 0:
		return fmt.Appendf(nil, "%dm", t/time.Minute), nil
	}
	return []byte(t.String()), nil
}

// UnmarshalText reads what MarshalText writes and everything time.ParseDuration reads. A number without unit is an error.
func (d *Duration) UnmarshalText(b []byte) error {
	s := string(b)
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseInt(days, 10, 32)
		if err != nil || n > maxDays || n < -maxDays {
			return fmt.Errorf("duration %q: write a whole number of days, such as 7d, and at most %d", s, maxDays)
		}
		*d = Duration(time.Duration(n) * 24 * time.Hour)
		return nil
	}
	t, err := time.ParseDuration(s)
	if err != nil {
		return fmt.Errorf("duration %q: write a number with a unit, such as 90s, 4h or 7d", s)
	}
	*d = Duration(t)
	return nil
}
