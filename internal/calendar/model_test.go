package calendar_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// model is a calendar so plain that a person can check it by reading: it walks minute by minute and asks the local clock each
// time. It shares no arithmetic with what it judges; dates are texts, and only the standard library knows zones.
type model struct {
	zone *time.Location
	week [7][]interval
	days map[string][]interval // by date; none is a day off
}

// interval counts minutes from midnight; one over midnight ends after 1440.
type interval struct{ opens, closes int }

// minute is what the local clock has reached: when it is set back it stands still until it has caught up.
type minute struct {
	at            time.Time
	date          time.Time // the day on the clock's face, written as UTC
	of            int       // minutes since its midnight
	before, today []interval
}

// walk gives every minute from an instant on. It begins some hours before, so that a clock that was set back is known.
func (m model) walk(from time.Time) func() minute {
	now, reached := minute{at: from.Add(-5*time.Hour - time.Minute)}, time.Time{}
	step := func() minute {
		now.at = now.at.Add(time.Minute)
		_, offset := now.at.In(m.zone).Zone()
		if face := now.at.Add(time.Duration(offset) * time.Second).UTC(); face.After(reached) {
			reached = face
			now.of = face.Hour()*60 + face.Minute()
			if now.of == 0 || face.Sub(now.date) > 24*time.Hour {
				now.date = face.Truncate(24 * time.Hour)
				now.before, now.today = m.begins(now.date.AddDate(0, 0, -1)), m.begins(now.date)
			}
		}
		return now
	}
	for now.at.Before(from.Add(-time.Minute)) {
		step()
	}
	return step
}

func (m model) begins(date time.Time) []interval {
	if on, said := m.days[date.Format(time.DateOnly)]; said {
		return on
	}
	return m.week[date.Weekday()]
}

func (m model) working(date time.Time) bool { return len(m.begins(date)) > 0 }

func (m model) open(now minute) bool {
	for _, i := range now.today {
		if i.opens <= now.of && now.of < i.closes {
			return true
		}
	}
	for _, i := range now.before {
		if now.of+1440 < i.closes {
			return true
		}
	}
	return false
}

// pause lasts from one instant to another.
type pause struct{ from, to time.Time }

func inside(pauses []pause, at time.Time) bool {
	for _, p := range pauses {
		if !at.Before(p.from) && at.Before(p.to) {
			return true
		}
	}
	return false
}

// hours is when so many minutes have run, open ones only or all, with those of the pauses left out.
func (m model) hours(from time.Time, minutes int, openOnly bool, pauses []pause) time.Time {
	next := m.walk(from)
	for {
		now := next()
		if inside(pauses, now.at) || (openOnly && !m.open(now)) {
			continue
		}
		if minutes == 0 {
			return now.at
		}
		if minutes--; minutes == 0 {
			return now.at.Add(time.Minute)
		}
	}
}

// dayEnds is the first minute of which the date is later.
func (m model) dayEnds(from, date time.Time) time.Time {
	for next := m.walk(from); ; {
		if now := next(); now.date.After(date) {
			return now.at
		}
	}
}

// closes is the end of the last open minute of a date, or of the day where there is none.
func (m model) closes(from, date time.Time) time.Time {
	var last time.Time
	for next := m.walk(from); ; {
		now := next()
		switch over := now.date.After(date); {
		case over && last.IsZero():
			return now.at
		case over:
			return last
		case now.date.Equal(date) && m.open(now):
			last = now.at.Add(time.Minute)
		}
	}
}

func (m model) date(at time.Time) time.Time { return m.walk(at)().date }

func (m model) counts(date time.Time, unit schemas.Unit) bool {
	return unit != schemas.WorkingDay || m.working(date)
}

func (m model) settle(date time.Time, unit schemas.Unit) time.Time {
	for !m.counts(date, unit) {
		date = date.AddDate(0, 0, 1)
	}
	return date
}

// days is the last of n days that count after a date.
func (m model) nth(date time.Time, n int, unit schemas.Unit) time.Time {
	if n == 0 {
		return m.settle(date, unit)
	}
	for n > 0 {
		date = date.AddDate(0, 0, 1)
		if m.counts(date, unit) {
			n--
		}
	}
	return date
}

func (m model) roll(date time.Time, rollover schemas.Rollover) time.Time {
	for rollover == schemas.RolloverNextWorkingDay && !m.working(date) {
		date = date.AddDate(0, 0, 1)
	}
	return date
}

// wholeDays is when so many days are over. A pause takes out the days after the one it begins on, up to the one it ends on; if
// nothing was left but the rest of a day, it is the rest of the first day that counts when it ends.
func (m model) wholeDays(from time.Time, t schemas.Term, pauses []pause) time.Time {
	nominal := m.nth(m.date(from), t.Amount, t.Unit)
	due := m.dayEnds(from, m.roll(nominal, t.Rollover))
	for _, p := range pauses {
		if !p.from.Before(due) {
			continue
		}
		began, ended := m.date(p.from), m.date(p.to)
		left := 0
		for d := began.AddDate(0, 0, 1); !d.After(nominal); d = d.AddDate(0, 0, 1) {
			if m.counts(d, t.Unit) {
				left++
			}
		}
		nominal = m.nth(ended, left, t.Unit)
		due = m.dayEnds(p.to, m.roll(nominal, t.Rollover))
	}
	return due
}

// yaml writes the model as a calendar file, so that the reader of files is judged as well.
func (m model) yaml() string {
	var b strings.Builder
	fmt.Fprintf(&b, "id: drawn\nname: {zh-CN: 抽样, en: drawn}\nzone: %s\nsource: [drawn]\nverified_on: 2026-11-25\ncoverage: {from: 2026-01-01, to: 2026-12-31}\nweekly:\n", m.zone)
	for i, w := range []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} {
		fmt.Fprintf(&b, "  %s: %s\n", w, list(m.week[i]))
	}
	b.WriteString("days:\n")
	for date, on := range m.days {
		if len(on) == 0 {
			fmt.Fprintf(&b, "  %s: {off: rest}\n", date)
		} else {
			fmt.Fprintf(&b, "  %s: {work: make-up, hours: %s}\n", date, list(on))
		}
	}
	return b.String()
}

func list(on []interval) string {
	var texts []string
	for _, i := range on {
		closes := i.closes
		if closes > 1440 {
			closes -= 1440
		}
		texts = append(texts, fmt.Sprintf("%q", fmt.Sprintf("%02d:%02d-%02d:%02d", i.opens/60, i.opens%60, closes/60, closes%60)))
	}
	return "[" + strings.Join(texts, ", ") + "]"
}
