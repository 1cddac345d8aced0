package calendar_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// paused lets a term run from one time, rest from another and go on at a third, all on China's clocks.
func paused(t *testing.T, id string, term schemas.Term, from, rest, on string) string {
	t.Helper()
	c := get(t, id)
	r, err := term.From(c, local(t, c.Zone, from))
	require.NoError(t, err)
	left, err := term.Left(c, r, local(t, c.Zone, rest))
	require.NoError(t, err)
	r, err = term.Resume(c, left, local(t, c.Zone, on))
	require.NoError(t, err)
	return r.Due.In(c.Zone).Format("2006-01-02 15:04")
}

func TestAPausedTermKeepsWhatWasLeftOfIt(t *testing.T) {
	t.Parallel()
	weekRolls := schemas.Term{Amount: 7, Unit: days, Rollover: rolls}
	byTheClock := schemas.Term{Amount: 2, Unit: work, Ends: schemas.EndsInstant}
	for _, c := range []struct {
		name, calendar string
		term           schemas.Term
		from, rest, on string
		want           string
	}{
		{name: "two hours of work, resumed before the Spring Festival, end after it", calendar: "cn", term: schemas.Term{Amount: 4, Unit: hours}, from: "2026-02-13 10:00", rest: "2026-02-13 12:00", on: "2026-02-14 17:00", want: "2026-02-24 10:00"},
		{name: "a pause at night takes nothing", calendar: "cn", term: schemas.Term{Amount: 4, Unit: hours}, from: "2026-03-02 16:00", rest: "2026-03-02 19:00", on: "2026-03-03 08:00", want: "2026-03-03 11:00"},
		{name: "forty-eight hours of the merchant rest while the customer is asked", calendar: "cn", term: schemas.Term{Amount: 48, Unit: schemas.ElapsedHour}, from: "2026-03-02 10:00", rest: "2026-03-03 10:00", on: "2026-03-10 10:00", want: "2026-03-11 10:00"},
		{name: "five working days of seven, resumed in the Spring Festival, end on a make-up Saturday", calendar: "cn", term: schemas.Term{Amount: 7, Unit: work}, from: "2026-02-10 10:00", rest: "2026-02-12 10:00", on: "2026-02-18 10:00", want: "2026-03-01 00:00"},
		{name: "a pause within a day takes no day", calendar: "cn", term: schemas.Term{Amount: 3, Unit: work}, from: "2026-03-02 10:00", rest: "2026-03-03 09:00", on: "2026-03-03 23:00", want: "2026-03-06 00:00"},
		{name: "a pause over one midnight takes one day", calendar: "cn", term: schemas.Term{Amount: 3, Unit: work}, from: "2026-03-02 10:00", rest: "2026-03-03 23:00", on: "2026-03-04 01:00", want: "2026-03-07 00:00"},
		{name: "the last day is given again where it was interrupted", calendar: "cn", term: schemas.Term{Amount: 1, Unit: work}, from: "2026-03-05 10:00", rest: "2026-03-06 10:00", on: "2026-03-07 10:00", want: "2026-03-10 00:00"},
		{name: "what has rolled over rolls anew", calendar: "cn", term: weekRolls, from: "2026-09-24 10:00", rest: "2026-10-03 10:00", on: "2026-10-10 10:00", want: "2026-10-11 00:00"},
		{name: "a pause while it rolls over changes nothing if it ends before the due", calendar: "cn", term: weekRolls, from: "2026-09-24 10:00", rest: "2026-10-03 10:00", on: "2026-10-06 10:00", want: "2026-10-09 00:00"},
		{name: "two days by the clock keep their time of day", calendar: "cn", term: byTheClock, from: "2026-03-02 10:00", rest: "2026-03-03 09:00", on: "2026-03-05 11:00", want: "2026-03-06 12:00"},
		{name: "a pause before the first hour runs takes none", calendar: "cn", term: schemas.Term{Amount: 168, Unit: schemas.ElapsedHour, CountFrom: schemas.FromNextDay}, from: "2026-11-21 15:20", rest: "2026-11-21 16:00", on: "2026-11-21 20:00", want: "2026-11-29 00:00"},
		{name: "a month keeps the days that were left", calendar: "cn", term: schemas.Term{Amount: 1, Unit: schemas.Month}, from: "2026-03-31 10:00", rest: "2026-04-20 10:00", on: "2026-05-01 10:00", want: "2026-05-12 00:00"},
		{name: "the close of business that was missed in a pause is the next one", calendar: "cn", term: schemas.Term{Amount: 1, Unit: work, Ends: schemas.EndsCloseOfBusiness}, from: "2026-03-02 10:00", rest: "2026-03-03 10:00", on: "2026-03-03 20:00", want: "2026-03-04 18:00"},
		{name: "missed on a Friday it is Monday's", calendar: "cn", term: schemas.Term{Amount: 1, Unit: work, Ends: schemas.EndsCloseOfBusiness}, from: "2026-03-05 10:00", rest: "2026-03-06 10:00", on: "2026-03-06 20:00", want: "2026-03-09 18:00"},
		{name: "what was due before the pause stays due", calendar: "cn", term: schemas.Term{Amount: 1, Unit: work}, from: "2026-03-02 10:00", rest: "2026-03-09 10:00", on: "2026-03-20 10:00", want: "2026-03-04 00:00"},
		{name: "going on before the pause is going on at it", calendar: "cn", term: schemas.Term{Amount: 4, Unit: hours}, from: "2026-03-02 10:00", rest: "2026-03-02 12:00", on: "2026-03-01 12:00", want: "2026-03-02 14:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, paused(t, c.calendar, c.term, c.from, c.rest, c.on))
		})
	}
}

func TestAClockThatWasNeverPausedCannotGoOn(t *testing.T) {
	t.Parallel()
	_, err := schemas.Term{Amount: 1, Unit: work}.Resume(get(t, "cn"), schemas.Left{}, time.Now())
	var ref *schemas.Refusal
	require.ErrorAs(t, err, &ref)
	require.Contains(t, ref.Message, "not paused")
}

func TestATriggerLongAgoIsDueLongAgo(t *testing.T) {
	t.Parallel()
	c := get(t, "cn")
	r, err := schemas.Term{Amount: 7, Unit: days}.From(c, local(t, c.Zone, "2024-03-01 10:00"))
	require.NoError(t, err)
	require.Equal(t, "2024-03-09 00:00", r.Due.In(c.Zone).Format("2006-01-02 15:04"))
}

func TestAnExtensionIsPutOnTopOfTheDueAsItStands(t *testing.T) {
	t.Parallel()
	c := get(t, "cn")
	extended := func(term schemas.Term, from string, more int) string {
		r, err := term.From(c, local(t, c.Zone, from))
		require.NoError(t, err)
		r, err = term.Extend(c, r, more)
		require.NoError(t, err)
		return r.Due.In(c.Zone).Format("2006-01-02 15:04")
	}
	week := schemas.Term{Amount: 7, Unit: days, Rollover: rolls}
	require.Equal(t, "2026-10-16 00:00", extended(week, "2026-09-24 10:00", 7), "seven days after the 8th it had rolled to")
	require.Equal(t, "2026-10-09 00:00", extended(week, "2026-09-24 10:00", 0), "nothing more changes nothing")
	require.Equal(t, "2026-09-21 09:30", extended(schemas.Term{Amount: 4, Unit: hours}, "2026-09-18 16:30", 7), "hours go on where they ended")
	require.Equal(t, "2027-03-01 00:00", extended(schemas.Term{Amount: 1, Unit: schemas.Month}, "2026-07-31 10:00", 6), "six months after the 31st of August")
	_, err := week.Extend(c, schemas.Reckoning{}, -1)
	require.ErrorContains(t, err, "not an amount")
}

// TestTheNightTheClockIsChangedHasOneAnswer pins what is said of local times that do not exist or exist twice.
func TestTheNightTheClockIsChangedHasOneAnswer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, zone, from string
		right            bool
		want             string
	}{
		{"a time left out is the first after it in Berlin", "Europe/Berlin", "2026-03-28T02:30:00+01:00", false, "2026-03-29T03:00:00+02:00"},
		{"and in New York", "America/New_York", "2026-03-07T02:30:00-05:00", false, "2026-03-08T03:00:00-04:00"},
		{"a duty ends at the earlier of two", "Europe/Berlin", "2026-10-24T02:30:00+02:00", false, "2026-10-25T02:30:00+02:00"},
		{"a right at the later", "Europe/Berlin", "2026-10-24T02:30:00+02:00", true, "2026-10-25T02:30:00+01:00"},
		{"a duty in New York", "America/New_York", "2026-10-31T01:30:00-04:00", false, "2026-11-01T01:30:00-04:00"},
		{"a right in New York", "America/New_York", "2026-10-31T01:30:00-04:00", true, "2026-11-01T01:30:00-05:00"},
		{"half an hour on Lord Howe", "Australia/Lord_Howe", "2026-04-04T01:45:00+11:00", true, "2026-04-05T01:45:00+10:30"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			zone, err := time.LoadLocation(c.zone)
			require.NoError(t, err)
			calendar := get(t, "us").With(zone, nil)
			at, err := time.Parse(time.RFC3339, c.from)
			require.NoError(t, err)
			horizon, err := calendar.Over(at, 30).Days()
			require.NoError(t, err)
			for name, d := range map[string]schemas.Days{"calendar": calendar, "horizon": horizon} {
				r, err := schemas.Term{Amount: 1, Unit: days, Ends: schemas.EndsInstant, Right: c.right}.From(d, at)
				require.NoError(t, err)
				require.Equal(t, c.want, r.Due.In(zone).Format(time.RFC3339), name)
			}
		})
	}
}

func TestADayMayHaveTwentyThreeOrTwentyFiveHours(t *testing.T) {
	t.Parallel()
	c := get(t, "de")
	for date, want := range map[string]time.Duration{"2026-03-29": 23 * time.Hour, "2026-10-25": 25 * time.Hour, "2026-06-01": 24 * time.Hour} {
		day, err := schemas.ParseDay(date)
		require.NoError(t, err)
		require.Equal(t, want, c.Start(day+1).Sub(c.Start(day)), date)
	}
}

func TestOtherHoursAndAnotherZoneMakeAnotherVersion(t *testing.T) {
	t.Parallel()
	c := get(t, "cn")
	zone, err := time.LoadLocation("Asia/Kathmandu")
	require.NoError(t, err)
	shifts, err := schemas.ParseShifts("13:30-18:00, 09:00-12:00")
	require.NoError(t, err)
	other := c.With(zone, shifts)
	require.NotEqual(t, c.Version, other.Version)
	for date, want := range map[string]time.Duration{"2026-02-13": 7*time.Hour + 30*time.Minute, "2026-02-14": 7*time.Hour + 30*time.Minute, "2026-02-16": 0} {
		day, err := schemas.ParseDay(date)
		require.NoError(t, err)
		require.Equal(t, want, other.OpenTime(day), date)
	}
	require.Equal(t, 135*time.Minute, other.Start(20500).Sub(c.Start(20500)), "midnight comes later to Kathmandu")
}
