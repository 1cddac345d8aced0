package schemas

import (
	"fmt"
	"sort"
	"time"
	"unicode/utf8"
)

// horizonDays is a Horizon that was read: Days for arithmetic.
type horizonDays struct {
	first                  int
	offset                 int
	changes                []OffsetChange
	hours                  [][]Shift
	row                    []int   // for each day, and first the day before: a position in hours, or -1
	starts                 []int64 // Unix seconds at which each day begins, and at which the last one ends
	names                  map[int]string
	coveredFrom, coveredTo int
}

// Check judges a horizon by itself.
func (h Horizon) Check() *Refusal {
	_, ref := h.read()
	return ref
}

// Days gives a horizon to arithmetic. A horizon that cannot be read gives a *Refusal.
func (h Horizon) Days() (Days, error) {
	d, ref := h.read()
	if ref != nil {
		return nil, ref
	}
	return d, nil
}

func (h Horizon) read() (*horizonDays, *Refusal) {
	wrong := func(field, format string, args ...any) (*horizonDays, *Refusal) {
		return nil, &Refusal{Code: CodeBadValue, Field: field, Message: fmt.Sprintf(format, args...)}
	}
	if !ValidID(h.Calendar) {
		return nil, badID("calendar", h.Calendar)
	}
	if h.Version == "" {
		return nil, &Refusal{Code: CodeMissingField, Field: "version", Message: "this field is needed."}
	}
	first, err := ParseDay(h.From)
	if err != nil {
		return wrong("from", "%v.", err)
	}
	days := utf8.RuneCountInString(h.Row) - 1
	if days < 1 || days > MaxHorizonDays {
		return wrong("row", "a horizon has 1 to %d days, and one letter more.", MaxHorizonDays)
	}
	d := &horizonDays{first: first, offset: h.Offset, changes: h.Changes, names: map[int]string{}, coveredFrom: first, coveredTo: first + days - 1}
	if !validOffset(h.Offset) {
		return wrong("offset", "%d seconds is not an offset of a time zone.", h.Offset)
	}
	for i, t := range h.Changes {
		if !validOffset(t.Offset) || (i > 0 && t.At <= h.Changes[i-1].At) {
			return wrong("changes", "changes of the offset stand in the order of time, each with a valid offset.")
		}
	}
	for i, pattern := range h.Hours {
		shifts, err := ParseShifts(pattern)
		if err != nil {
			return wrong(fmt.Sprintf("hours[%d]", i), "%v.", err)
		}
		d.hours = append(d.hours, shifts)
	}
	for _, r := range h.Row {
		n := -1
		if r != notWorked {
			if n = numberOf(r); n < 0 || n >= len(h.Hours) {
				return wrong("row", "the letter %q stands for no hours.", r)
			}
		}
		d.row = append(d.row, n)
	}
	for i, n := range h.Names {
		if n.From < 0 || n.Days < 0 || n.From+max(1, n.Days) > days || n.Name == "" {
			return wrong(fmt.Sprintf("names[%d]", i), "a name needs a text, and days of this horizon.")
		}
		for day := range max(1, n.Days) {
			d.names[first+n.From+day] = n.Name
		}
	}
	for _, bound := range []struct {
		field, date string
		day         *int
	}{{"covered_from", h.CoveredFrom, &d.coveredFrom}, {"covered_to", h.CoveredTo, &d.coveredTo}} {
		if bound.date == "" {
			continue
		}
		if *bound.day, err = ParseDay(bound.date); err != nil {
			return wrong(bound.field, "%v.", err)
		}
	}
	for day := first; day <= first+days; day++ {
		d.starts = append(d.starts, d.reached(int64(day)*daySeconds))
	}
	return d, nil
}

// validOffset allows what the zones of the world have had, and no more than a day.
func validOffset(seconds int) bool { return seconds > -daySeconds && seconds < daySeconds }

// reached is the first instant at which the local clock, counted in seconds as if it were UTC, has reached a time.
func (d *horizonDays) reached(local int64) int64 {
	offset := d.offset
	for _, t := range d.changes {
		if at := local - int64(offset); at < t.At {
			return at
		}
		if local <= t.At+int64(t.Offset) {
			return t.At // the clock jumped over it, or stands there now
		}
		offset = t.Offset
	}
	return local - int64(offset)
}

func (d *horizonDays) offsetAt(unix int64) int {
	i := sort.Search(len(d.changes), func(i int) bool { return d.changes[i].At > unix })
	if i == 0 {
		return d.offset
	}
	return d.changes[i-1].Offset
}

func (d *horizonDays) First() int { return d.first }
func (d *horizonDays) Last() int  { return d.first + len(d.row) - 2 }

func (d *horizonDays) DayOf(at time.Time) int {
	unix := at.Unix()
	return d.first - 1 + sort.Search(len(d.starts), func(i int) bool { return d.starts[i] > unix })
}

func (d *horizonDays) Start(day int) time.Time { return time.Unix(d.starts[day-d.first], 0).UTC() }

func (d *horizonDays) Clock(at time.Time) time.Duration {
	unix := at.Unix()
	local := unix + int64(d.offsetAt(unix))
	since := local - int64(d.DayOf(at))*daySeconds
	return max(0, time.Duration(since)*time.Second+time.Duration(at.Nanosecond()))
}

func (d *horizonDays) At(day int, clock time.Duration, last bool) time.Time {
	local := int64(day)*daySeconds + int64(clock/time.Second)
	at := d.reached(local)
	if last {
		for _, t := range d.changes {
			if again := local - int64(t.Offset); again >= t.At && again > at && d.offsetAt(again) == t.Offset {
				at = again
			}
		}
	}
	return time.Unix(at, int64(clock%time.Second)).UTC()
}

func (d *horizonDays) shifts(day int) []Shift {
	if n := d.row[day-d.first+1]; n >= 0 {
		return d.hours[n]
	}
	return nil
}

func (d *horizonDays) Working(day int) bool { return d.row[day-d.first+1] >= 0 }

func (d *horizonDays) Open(day int) []Span {
	return OpenSpans(day, d.shifts(day-1), d.shifts(day), func(day int, clock time.Duration) time.Time { return d.At(day, clock, false) })
}

func (d *horizonDays) OpenTime(day int) time.Duration {
	var sum time.Duration
	for _, s := range d.Open(day) {
		sum += s.To.Sub(s.From)
	}
	return sum
}

func (d *horizonDays) Provisional(day int) bool { return day < d.coveredFrom || day > d.coveredTo }

func (d *horizonDays) Why(day int) string { return WhyOf(day, d.names[day], d.Working(day)) }
