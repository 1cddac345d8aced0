package schemas

import (
	"fmt"
	"time"
)

// Days is a calendar as arithmetic sees it: a row of local days, numbered from 1970-01-01 by their local date. The live
// calendars of internal/calendar are such a row, and so is the Horizon that a plan carries; both give the same answers.
//
// Days never overlap and leave no gap: a day begins at the first instant at which the local clock has reached its 00:00, and
// ends, exclusively, where the next one begins. So a day of 23 or 25 hours needs no rule of its own.
type Days interface {
	// First and Last bound the days that can be answered for. DayOf answers one less or one more outside of them.
	First() int
	Last() int
	// DayOf is the day an instant lies in.
	DayOf(at time.Time) int
	// Start is the instant a day begins. It answers for Last()+1 as well, where the last day ends.
	Start(day int) time.Time
	// Clock is what the local clock shows at an instant, from midnight.
	Clock(at time.Time) time.Duration
	// At is the first instant of a day at which the local clock has reached a time. So a time that DST leaves out becomes the
	// first valid instant after it, and of a time that occurs twice it is the first, or the last where last is set.
	At(day int, clock time.Duration, last bool) time.Time
	// Working reports whether work begins on a day: make-up weekend days are worked, public holidays are not.
	Working(day int) bool
	// Open lists the open spans inside a day, in UTC, in order and disjoint. The tail of a shift over midnight belongs to the
	// day it lies in.
	Open(day int) []Span
	// OpenTime is how long those spans are together.
	OpenTime(day int) time.Duration
	// Provisional reports that nobody has published this day's data yet, so that only the weekly pattern is known.
	Provisional(day int) bool
	// Why says why a day is not worked, or why it is against the weekly pattern: "春节", "weekend", "closed", or nothing.
	Why(day int) string
}

// Span is a stretch of time; its end does not belong to it.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Words of Why for days that have no name of their own.
const (
	WhyWeekend = "weekend"
	WhyClosed  = "closed"
)

const daySeconds = 24 * 60 * 60

// Day numbers a local date from 1970-01-01.
func Day(year int, month time.Month, day int) int {
	return floorDiv(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix(), daySeconds)
}

// ParseDay reads a date, 2026-02-16.
func ParseDay(date string) (int, error) {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return 0, fmt.Errorf("%q is not a date; write it as 2026-02-16", short(date))
	}
	return Day(t.Date()), nil
}

// Date writes a day as its date, 2026-02-16.
func Date(day int) string { return midnight(day).Format(time.DateOnly) }

// midnight is a local date as if it were in UTC, which is how dates are calculated with.
func midnight(day int) time.Time { return time.Unix(int64(day)*daySeconds, 0).UTC() }

func weekend(day int) bool {
	w := midnight(day).Weekday()
	return w == time.Saturday || w == time.Sunday
}

// WhyOf is the answer of Why for a day of this name, or of none.
func WhyOf(day int, name string, working bool) string {
	switch {
	case name != "":
		return name
	case working:
		return ""
	case weekend(day):
		return WhyWeekend
	}
	return WhyClosed
}

func floorDiv(a, b int64) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return int(q)
}

// BeyondError says that a deadline needs a day the calendar has no answer for.
type BeyondError struct {
	Day         int // the day that was needed
	First, Last int // what there is
}

func (e *BeyondError) Error() string {
	where := "after " + Date(e.Last)
	if e.Day < e.First {
		where = "before " + Date(e.First)
	}
	return fmt.Sprintf("the calendar answers from %s to %s, and the deadline needs a day %s", Date(e.First), Date(e.Last), where)
}
