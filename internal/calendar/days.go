package calendar

import (
	"sort"
	"sync/atomic"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// table is the row of days worked out, so that a deadline of a year is found in microseconds.
type table struct {
	first  int
	starts []int64 // Unix seconds at which each day begins, and at which the last one ends
	shifts [][]schemas.Shift
	names  []string
	open   []atomic.Int64 // how long each day is open, and one more, so that 0 is not known yet
}

// beyond is how many years are answered for outside of the coverage.
const beyond = 10

// table works the row out at its first use; most programs need few of the calendars there are.
func (c *Calendar) table() *table {
	c.once.Do(func() {
		from, to := date(c.coveredFrom), date(c.coveredTo)
		first := schemas.Day(from.Year()-beyond, time.January, 1)
		n := schemas.Day(to.Year()+beyond, time.December, 31) - first + 1
		t := table{first: first, starts: make([]int64, n+1), shifts: make([][]schemas.Shift, n), names: make([]string, n), open: make([]atomic.Int64, n)}
		for i := range n {
			t.starts[i] = c.reached(int64(first+i) * daySeconds)
			t.shifts[i], t.names[i] = c.shiftsOf(first + i)
		}
		t.starts[n] = c.reached(int64(first+n) * daySeconds)
		c.row = t
	})
	return &c.row
}

const daySeconds = 24 * 60 * 60

func date(day int) time.Time { return time.Unix(int64(day)*daySeconds, 0).UTC() }

// reached is the first instant at which the local clock, counted in seconds as if it were UTC, has reached a time. time.Date
// does not tell: of a time that does not exist it gives sometimes an earlier and sometimes a later one.
func (c *Calendar) reached(local int64) int64 {
	const farthest = 26 * 60 * 60 // no zone is that far from UTC
	at := time.Unix(local-farthest, 0).In(c.Zone)
	for {
		_, offset := at.Zone()
		found := max(local-int64(offset), at.Unix())
		_, end := at.ZoneBounds()
		if end.IsZero() || found < end.Unix() {
			return found
		}
		at = end
	}
}

// First is the first day the calendar answers for.
func (c *Calendar) First() int { return c.table().first }

// Last is the last day the calendar answers for.
func (c *Calendar) Last() int { t := c.table(); return t.first + len(t.shifts) - 1 }

// DayOf is the day an instant lies in.
func (c *Calendar) DayOf(at time.Time) int {
	t, unix := c.table(), at.Unix()
	return t.first - 1 + sort.Search(len(t.starts), func(i int) bool { return t.starts[i] > unix })
}

// Start is the instant a day begins.
func (c *Calendar) Start(day int) time.Time {
	t := c.table()
	return time.Unix(t.starts[day-t.first], 0).UTC()
}

// Clock is what the local clock shows, from midnight.
func (c *Calendar) Clock(at time.Time) time.Duration {
	_, offset := at.In(c.Zone).Zone()
	local := at.Unix() + int64(offset) - int64(c.DayOf(at))*daySeconds
	return max(0, time.Duration(local)*time.Second+time.Duration(at.Nanosecond()))
}

// At is the first instant of a day at which the local clock has reached a time, or the last at which it shows it.
func (c *Calendar) At(day int, clock time.Duration, last bool) time.Time {
	local := int64(day)*daySeconds + int64(clock/time.Second)
	at := c.reached(local)
	if last {
		// A clock that was set back shows the same time again after the change.
		if _, end := time.Unix(at, 0).In(c.Zone).ZoneBounds(); !end.IsZero() {
			_, offset := end.Zone()
			if again := local - int64(offset); again >= end.Unix() {
				at = again
			}
		}
	}
	return time.Unix(at, int64(clock%time.Second)).UTC()
}

// Working reports whether work begins on a day.
func (c *Calendar) Working(day int) bool { t := c.table(); return len(t.shifts[day-t.first]) > 0 }

// Open lists the open spans inside a day.
func (c *Calendar) Open(day int) []schemas.Span { return c.spans(c.table(), day) }

func (c *Calendar) spans(t *table, day int) []schemas.Span {
	var before []schemas.Shift
	if day > t.first {
		before = t.shifts[day-1-t.first]
	} else {
		before, _ = c.shiftsOf(day - 1)
	}
	return schemas.OpenSpans(day, before, t.shifts[day-t.first], func(day int, clock time.Duration) time.Time { return c.At(day, clock, false) })
}

// OpenTime is how long a day is open.
func (c *Calendar) OpenTime(day int) time.Duration {
	t := c.table()
	known := &t.open[day-t.first]
	if sum := known.Load(); sum > 0 {
		return time.Duration(sum - 1)
	}
	var sum time.Duration
	for _, s := range c.spans(t, day) {
		sum += s.To.Sub(s.From)
	}
	known.Store(int64(sum) + 1)
	return sum
}

// Provisional reports that a day lies outside of what the calendar vouches for.
func (c *Calendar) Provisional(day int) bool { return day < c.coveredFrom || day > c.coveredTo }

// Why says why a day is not worked, or what it is worked for.
func (c *Calendar) Why(day int) string {
	t := c.table()
	return schemas.WhyOf(day, t.names[day-t.first], c.Working(day))
}

var _ schemas.Days = (*Calendar)(nil)
