package calendar_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/calendar"
	"github.com/aftercare/aftercare/policies"
	"github.com/aftercare/aftercare/schemas"
)

// builtIn loads the calendars of the product.
func builtIn(t testing.TB) *calendar.Set {
	t.Helper()
	set, err := calendar.Load(policies.Calendars)
	require.NoError(t, err)
	return set
}

func get(t testing.TB, id string) *calendar.Calendar {
	t.Helper()
	c, ok := builtIn(t).Get(id)
	require.True(t, ok, id)
	return c
}

// local reads a time on the clock of a place, 2026-02-13 10:00.
func local(t testing.TB, zone *time.Location, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	require.NoError(t, err)
	return at
}

const (
	rolls = schemas.RolloverNextWorkingDay
	days  = schemas.CalendarDay
	work  = schemas.WorkingDay
	hours = schemas.BusinessHour
)

// A vector without a time of day ends with its day, so what is expected is 00:00 of the next one.
var vectors = []struct {
	name          string
	calendar      string
	from          string
	term          schemas.Term
	nominal, want string
}{
	{"seven working days over two make-up days", "cn", "2026-02-13 10:00", schemas.Term{Amount: 7, Unit: work}, "", "2026-03-03 00:00"},
	{"seven working days over the National Day", "cn", "2026-09-30 10:00", schemas.Term{Amount: 7, Unit: work}, "", "2026-10-16 00:00"},
	{"forty-five working days", "cn", "2026-09-30 10:00", schemas.Term{Amount: 45, Unit: work}, "", "2026-12-09 00:00"},
	{"sixty days of mediation end on a Sunday", "cn", "2026-09-30 10:00", schemas.Term{Amount: 60, Unit: days, Rollover: rolls}, "2026-11-30 00:00", "2026-12-01 00:00"},
	{"seven days end on the National Day", "cn", "2026-09-24 10:00", schemas.Term{Amount: 7, Unit: days, Rollover: rolls}, "2026-10-02 00:00", "2026-10-09 00:00"},
	{"seven days end on a make-up Saturday and stay", "cn", "2026-02-07 10:00", schemas.Term{Amount: 7, Unit: days, Rollover: rolls}, "2026-02-15 00:00", "2026-02-15 00:00"},
	{"seven days end in the Spring Festival", "cn", "2026-02-10 10:00", schemas.Term{Amount: 7, Unit: days, Rollover: rolls}, "2026-02-18 00:00", "2026-02-25 00:00"},
	{"seven days end on a make-up Sunday of the next year", "cn", "2025-12-28 10:00", schemas.Term{Amount: 7, Unit: days, Rollover: rolls}, "2026-01-05 00:00", "2026-01-05 00:00"},
	{"four hours from a make-up Saturday", "cn", "2026-02-14 16:30", schemas.Term{Amount: 4, Unit: hours}, "", "2026-02-24 11:30"},
	{"four hours into a make-up Saturday", "cn", "2026-02-13 17:00", schemas.Term{Amount: 4, Unit: hours}, "", "2026-02-14 12:00"},
	{"four hours over the National Day", "cn", "2026-09-30 16:00", schemas.Term{Amount: 4, Unit: hours}, "", "2026-10-08 11:00"},
	{"four hours on a make-up Sunday", "cn", "2026-09-20 10:00", schemas.Term{Amount: 4, Unit: hours}, "", "2026-09-20 14:00"},
	{"twenty-four hours from a make-up Saturday", "cn", "2026-10-10 17:30", schemas.Term{Amount: 24, Unit: hours}, "", "2026-10-14 14:30"},
	{"a platform's 168 hours begin with the next day", "cn", "2026-11-21 15:20", schemas.Term{Amount: 168, Unit: schemas.ElapsedHour, CountFrom: schemas.FromNextDay}, "", "2026-11-29 00:00"},
	{"fourteen days end on a Saturday", "de", "2026-11-21 10:00", schemas.Term{Amount: 14, Unit: days, Rollover: rolls}, "2026-12-06 00:00", "2026-12-08 00:00"},
	{"fourteen days end at Christmas", "de", "2026-12-12 10:00", schemas.Term{Amount: 14, Unit: days, Rollover: rolls}, "2026-12-27 00:00", "2026-12-29 00:00"},
	{"thirty days in England do not roll", "gb-eng", "2026-11-02 10:00", schemas.Term{Amount: 30, Unit: days}, "", "2026-12-03 00:00"},
	{"a day of hours over the end of summer time", "de", "2026-10-24 12:00", schemas.Term{Amount: 24, Unit: schemas.ElapsedHour}, "", "2026-10-25 11:00"},
	{"a day by the clock over the end of summer time", "de", "2026-10-24 12:00", schemas.Term{Amount: 1, Unit: days, Ends: schemas.EndsInstant}, "", "2026-10-25 12:00"},
	{"six months to the end of February", "cn", "2026-08-31 10:00", schemas.Term{Amount: 6, Unit: schemas.Month}, "", "2027-03-01 00:00"},
	{"a year from the leap day", "cn", "2024-02-29 10:00", schemas.Term{Amount: 1, Unit: schemas.Year}, "", "2025-03-01 00:00"},
	{"a working day ends with the close of business", "cn", "2026-02-13 20:00", schemas.Term{Amount: 1, Unit: work, Ends: schemas.EndsCloseOfBusiness}, "", "2026-02-14 18:00"},
	{"nothing rolls unless the rule says so", "cn", "2026-02-10 10:00", schemas.Term{Amount: 7, Unit: days}, "", "2026-02-18 00:00"},
}

func TestEveryKnownDeadlineComesOutOfTheCalendarAndOfAHorizon(t *testing.T) {
	t.Parallel()
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			c := get(t, v.calendar)
			from, want := local(t, c.Zone, v.from), local(t, c.Zone, v.want)
			nominal := want
			if v.nominal != "" {
				nominal = local(t, c.Zone, v.nominal)
			}
			horizon, err := c.Over(from, 500).Days()
			require.NoError(t, err)
			for name, d := range map[string]schemas.Days{"calendar": c, "horizon": horizon} {
				r, err := v.term.From(d, from)
				require.NoError(t, err, name)
				require.Equal(t, want.Format(time.RFC3339), r.Due.In(c.Zone).Format(time.RFC3339), name)
				require.Equal(t, nominal.Format(time.RFC3339), r.Nominal.In(c.Zone).Format(time.RFC3339), name)
			}
		})
	}
}
