package schemas

import (
	"fmt"
	"slices"
	"time"
)

// Unit is what a term is counted in.
type Unit string

const (
	ElapsedHour  Unit = "elapsed_hour"  // an hour of 3600 seconds, whatever the day
	BusinessHour Unit = "business_hour" // an hour inside open hours
	CalendarDay  Unit = "calendar_day"  // every day
	WorkingDay   Unit = "working_day"   // a day the calendar works
	Month        Unit = "month"         // the same day number, or the last day of a shorter month (民法典 §202)
	Year         Unit = "year"          // twelve months
)

// Units lists them.
var Units = []Unit{ElapsedHour, BusinessHour, CalendarDay, WorkingDay, Month, Year}

// hours tells units that run from an instant from units that count whole days.
func (u Unit) hours() bool { return u == ElapsedHour || u == BusinessHour }

// CountFrom says where counting begins.
type CountFrom string

const (
	FromInstant CountFrom = "instant"  // at the trigger
	FromNextDay CountFrom = "next_day" // at the beginning of the day after it: the day of the trigger is not counted (民法典 §201)
)

// CountFroms lists them.
var CountFroms = []CountFrom{FromInstant, FromNextDay}

// Ends says where in its last day a term ends.
type Ends string

const (
	EndsInstant         Ends = "instant"           // to the second
	EndsEndOfDay        Ends = "end_of_day"        // with the day: at 00:00 of the next one, exclusive (民法典 §203)
	EndsCloseOfBusiness Ends = "close_of_business" // when the last open hour of the day is over; with the day where it is closed
)

// EndsWords lists them.
var EndsWords = []Ends{EndsInstant, EndsEndOfDay, EndsCloseOfBusiness}

// Rollover says what becomes of a term that ends on a day nobody works.
type Rollover string

const (
	RolloverNone           Rollover = "none"
	RolloverNextWorkingDay Rollover = "next_working_day" // it ends with the next working day; a make-up weekend day is one
)

// Rollovers lists them.
var Rollovers = []Rollover{RolloverNone, RolloverNextWorkingDay}

// maxAmount is more than any deadline has, and little enough that no arithmetic overflows.
const maxAmount = 100_000

// Term is a length of time as a rule gives it: seven working days, 168 hours from the next day, six months.
//
// What is left out has its usual meaning. Days, months and years do not count the day of the trigger and end with their last
// day; hours run from the instant to the instant; nothing rolls over. Days that end at an instant are counted from one.
type Term struct {
	Amount    int       `json:"amount"`
	Unit      Unit      `json:"unit"`
	CountFrom CountFrom `json:"count_from,omitempty"`
	Ends      Ends      `json:"ends,omitempty"`
	Rollover  Rollover  `json:"rollover,omitempty"`
	Calendar  string    `json:"calendar,omitempty"` // id of the calendar it is counted with
	// Right marks a right to be kept; a duty is the opposite and the default. It decides one thing: of two equal local times,
	// on the night the clock is set back, a right ends at the later one and a duty at the earlier.
	Right bool `json:"right,omitempty"`
}

// Reckoning is what a term comes to. Times are UTC.
type Reckoning struct {
	Due         time.Time    `json:"due"`                   // the first instant that is too late
	Nominal     time.Time    `json:"nominal"`               // the same before it rolled over a rest day
	Provisional bool         `json:"provisional,omitempty"` // a day it rests on has no published data yet: reckon again when they come
	Skipped     []SkippedDay `json:"skipped,omitempty"`     // days that did not count, or were rolled over
	Begins      time.Time    `json:"begins,omitzero"`       // where hours begin to run later than the trigger: on the next day
}

// SkippedDay is a day that did not count.
type SkippedDay struct {
	Date string `json:"date"` // 2026-02-16
	Why  string `json:"why"`  // 春节, weekend, closed
}

// Check judges a term by itself, and that it names a calendar where it needs one.
func (t Term) Check() *Refusal {
	if ref := t.checkWords(); ref != nil {
		return ref
	}
	if t.Calendar == "" && t.needsCalendar() {
		return &Refusal{Code: CodeMissingField, Field: "calendar", Message: fmt.Sprintf("%s needs a calendar, for its days and its time zone; name one.", t.Unit)}
	}
	if t.Calendar != "" && !ValidID(t.Calendar) {
		return badID("calendar", t.Calendar)
	}
	return nil
}

func (t Term) checkWords() *Refusal {
	switch {
	case t.Unit == "":
		return &Refusal{Code: CodeMissingField, Field: "unit", Message: fmt.Sprintf("this field is needed: one of %v.", Units)}
	case !slices.Contains(Units, t.Unit):
		return badWord("unit", t.Unit, Units)
	case t.CountFrom != "" && !slices.Contains(CountFroms, t.CountFrom):
		return badWord("count_from", t.CountFrom, CountFroms)
	case t.Ends != "" && !slices.Contains(EndsWords, t.Ends):
		return badWord("ends", t.Ends, EndsWords)
	case t.Rollover != "" && !slices.Contains(Rollovers, t.Rollover):
		return badWord("rollover", t.Rollover, Rollovers)
	case t.Amount < 0 || t.Amount > maxAmount:
		return &Refusal{Code: CodeBadValue, Field: "amount", Message: fmt.Sprintf("%d is not an amount; use 0 to %d.", t.Amount, maxAmount)}
	case t.Unit.hours() && t.Ends == EndsCloseOfBusiness:
		return &Refusal{Code: CodeBadValue, Field: "ends", Message: "hours end at their instant or with the day; only days, months and years can end with the close of business."}
	}
	return nil
}

func badWord[T ~string](field string, word T, known []T) *Refusal {
	return &Refusal{Code: CodeBadValue, Field: field, Message: fmt.Sprintf("%q is not known here; use one of %v.", short(string(word)), known)}
}

// needsCalendar reports whether anything but seconds is counted. Even plain days need one: it knows where a day begins.
func (t Term) needsCalendar() bool {
	f := t.filled()
	return f.Unit != ElapsedHour || f.CountFrom != FromInstant || f.Ends != EndsInstant || f.Rollover != RolloverNone
}

// filled is the term with everything said that was left to its usual meaning.
func (t Term) filled() Term {
	if t.Ends == "" {
		t.Ends = EndsEndOfDay
		if t.Unit.hours() {
			t.Ends = EndsInstant
		}
	}
	if t.CountFrom == "" {
		t.CountFrom = FromNextDay
		if t.Unit.hours() || t.Ends == EndsInstant {
			t.CountFrom = FromInstant
		}
	}
	if t.Rollover == "" {
		t.Rollover = RolloverNone
	}
	if t.Unit == Year {
		t.Unit, t.Amount = Month, 12*t.Amount
	}
	return t
}

// toTheClock reports that days end at the time of day they began at, and not with the day. Days counted from the next
// midnight end at a midnight, which is the end of a day.
func (t Term) toTheClock() bool {
	return !t.Unit.hours() && t.CountFrom == FromInstant && t.Ends == EndsInstant
}
