package policy

import (
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// counted finds a length of time in the days and hours of a calendar, as people write it: 7 working_day, 16 business_hours.
var counted = regexp.MustCompile(`^([0-9]{1,6}) ([a-z_]+)$`)

// termShape is a length of time with what belongs to it, as clocks and rules write it.
type termShape struct {
	text, calendar, countFrom, ends, rollover string
	right                                     bool
}

func (s termShape) plain() bool { return s.countFrom == "" && s.ends == "" && s.rollover == "" }

// isCounted tells 7 working_day from 7d.
func isCounted(text string) bool { return counted.MatchString(text) }

// term reads a length that a calendar counts.
func (b *builder) term(doc *document, at place, field string, s termShape) (schemas.Term, bool) {
	m := counted.FindStringSubmatch(s.text)
	if m == nil {
		b.fault(doc, at.Then(field), "%s: %q is not a length of time; write an amount and a unit, such as 7 calendar_day, 16 business_hour or 48 elapsed_hour", field, s.text)
		return schemas.Term{}, false
	}
	amount, _ := strconv.Atoi(m[1]) // six digits at most
	t := schemas.Term{
		Amount: amount, Unit: schemas.Unit(singular(m[2])), CountFrom: schemas.CountFrom(s.countFrom), Ends: schemas.Ends(s.ends),
		Rollover: schemas.Rollover(s.rollover), Calendar: s.calendar, Right: s.right,
	}
	if t.Unit == schemas.ElapsedHour && s.plain() {
		t.Calendar = "" // hours that simply pass are the same on every calendar
	}
	if refusal := t.Check(); refusal != nil {
		where := at.Then(field)
		if slices.Contains([]string{"count_from", "ends", "rollover"}, refusal.Field) || (refusal.Field == "calendar" && s.calendar != "") {
			where = at.Then(refusal.Field)
		}
		b.fault(doc, where, "%s: %s", or(refusal.Field, field), refusal.Message)
		return t, false
	}
	if t.Calendar != "" {
		if _, ok := b.calendars.Get(t.Calendar); !ok {
			b.fault(doc, at.Then("calendar"), "calendar: %q is not known; known are %v", t.Calendar, b.calendars.IDs())
			return t, false
		}
	}
	if usual(t) > horizon {
		b.fault(doc, at.Then(field), "%s: %q is longer than ten years", field, s.text)
		return t, false
	}
	return t, true
}

func singular(unit string) string {
	if n := len(unit); n > 1 && unit[n-1] == 's' {
		return unit[:n-1]
	}
	return unit
}

// usual is about how long a term is, to compare it with others before anybody knows when it begins. A working day stands for
// itself and not for the rest days around it, so that what is compared is the promise and not the luck of the calendar.
func usual(t schemas.Term) time.Duration {
	hour := map[schemas.Unit]int{
		schemas.ElapsedHour: 1, schemas.BusinessHour: 1, schemas.CalendarDay: 24, schemas.WorkingDay: 24, schemas.Month: 30 * 24, schemas.Year: 365 * 24,
	}[t.Unit]
	return time.Duration(t.Amount) * time.Duration(hour) * time.Hour
}

// termText writes a term as a policy does.
func termText(t schemas.Term) string {
	s := strconv.Itoa(t.Amount) + " " + string(t.Unit)
	for _, more := range []string{string(t.CountFrom), string(t.Ends), string(t.Rollover)} {
		if more != "" && more != string(schemas.RolloverNone) {
			s += ", " + more
		}
	}
	return s
}
