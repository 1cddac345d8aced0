package calendar_test

import (
	"fmt"
	"strings"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"github.com/aftercare/aftercare/internal/calendar"
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
	at    time.Time
	local time.Time // the clock's face, written as UTC
}

// walk gives every minute from an instant on. It begins some hours before, so that a clock that was set back is known.
func (m model) walk(from time.Time) func() minute {
	at, reached := from.Add(-5*time.Hour), time.Time{}
	step := func() minute {
		l := at.In(m.zone)
		if face := time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), 0, 0, time.UTC); face.After(reached) {
			reached = face
		}
		now := minute{at: at, local: reached}
		at = at.Add(time.Minute)
		return now
	}
	for at.Before(from) {
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
	of := now.local.Hour()*60 + now.local.Minute()
	for _, i := range m.begins(now.local) {
		if i.opens <= of && of < i.closes {
			return true
		}
	}
	for _, i := range m.begins(now.local.AddDate(0, 0, -1)) {
		if of+1440 < i.closes {
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
		if now := next(); !now.local.Before(date.AddDate(0, 0, 1)) {
			return now.at
		}
	}
}

// closes is the end of the last open minute of a date, or of the day where there is none.
func (m model) closes(from, date time.Time) time.Time {
	var last time.Time
	for next := m.walk(from); ; {
		now := next()
		switch over := !now.local.Before(date.AddDate(0, 0, 1)); {
		case over && last.IsZero():
			return now.at
		case over:
			return last
		case !now.local.Before(date) && m.open(now):
			last = now.at.Add(time.Minute)
		}
	}
}

func (m model) date(at time.Time) time.Time {
	now := m.walk(at)()
	return time.Date(now.local.Year(), now.local.Month(), now.local.Day(), 0, 0, 0, 0, time.UTC)
}

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

// zones are those with something of their own: no DST, an hour, half an hour, odd offsets, changes at midnight.
var zones = []string{
	"Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns", "Africa/Cairo",
	"Asia/Beirut", "America/Havana", "Pacific/Chatham", "Europe/London", "UTC",
}

// drawn is a calendar drawn at random, as a model, live, and an instant of 2026 near which there is something to see.
type drawn struct {
	model
	live *calendar.Calendar
	at   time.Time
}

func draw(t *rapid.T) drawn {
	zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	d := drawn{model: model{zone: zone, days: map[string][]interval{"2026-12-31": nil}}} // a year needs a day
	for i := range d.week {
		d.week[i] = drawHours(t, 0)
	}
	if !d.anyOpen() {
		d.week[1] = []interval{{540, 1080}}
	}
	d.untangle()
	d.at = time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 240*1440).Draw(t, "trigger")) * time.Minute)
	if start, end := d.at.In(zone).ZoneBounds(); !end.IsZero() && end.Sub(start) < 365*24*time.Hour && rapid.Bool().Draw(t, "near a change of the clock") {
		d.at = end.Add(time.Duration(rapid.IntRange(-4*1440, 1440).Draw(t, "away")) * time.Minute)
	}
	for range rapid.IntRange(0, 12).Draw(t, "days said") {
		day := d.at.AddDate(0, 0, rapid.IntRange(-3, 20).Draw(t, "day"))
		if day.Year() == 2026 {
			d.days[day.Format(time.DateOnly)] = drawHours(t, rapid.IntRange(0, 1).Draw(t, "worked"))
		}
	}
	set, err := calendar.Load(fstest.MapFS{"drawn.yaml": {Data: []byte(d.yaml())}})
	if err != nil {
		t.Fatalf("%v\n%s", err, d.yaml())
	}
	d.live, _ = set.Get("drawn")
	return d
}

func (m model) anyOpen() bool {
	for _, on := range m.week {
		if len(on) > 0 {
			return true
		}
	}
	return false
}

// untangle ends a night shift where the next day's first one opens, as a file must.
func (m *model) untangle() {
	for i, on := range m.week {
		next := m.week[(i+1)%7]
		if len(on) > 0 && len(next) > 0 {
			last := &m.week[i][len(on)-1]
			last.closes = min(last.closes, max(last.opens+1, 1440+next[0].opens))
		}
	}
}

// drawHours draws up to three intervals, the last one perhaps over midnight.
func drawHours(t *rapid.T, atLeast int) []interval {
	n := rapid.IntRange(atLeast, 3).Draw(t, "intervals")
	marks := rapid.SliceOfNDistinct(rapid.IntRange(0, 95), 2*n, 2*n, rapid.ID[int]).Draw(t, "quarters")
	for i := range marks {
		for j := i; j > 0 && marks[j] < marks[j-1]; j-- {
			marks[j], marks[j-1] = marks[j-1], marks[j]
		}
	}
	var on []interval
	for i := 0; i+1 < len(marks); i += 2 {
		on = append(on, interval{marks[i] * 15, marks[i+1] * 15})
	}
	if len(on) > 0 && rapid.IntRange(0, 3).Draw(t, "over midnight") == 0 {
		last := &on[len(on)-1]
		last.closes = 1440 + 15*rapid.IntRange(0, max(0, min(last.opens, on[0].opens)/15-1)).Draw(t, "tail")
	}
	return on
}
