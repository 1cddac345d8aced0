package calendar_test

import (
	"flag"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/aftercare/aftercare/schemas"
)

// TestMain lets every property run 2,000 times; `go test ./internal/calendar -rapid.checks=100000` asks for more.
func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	if !given {
		if err := flag.Set("rapid.checks", "2000"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// both are the two rows of days that must agree. The horizon begins where a plan's would: near the trigger.
func (d drawn) both(t *rapid.T) (live, horizon schemas.Days) {
	horizon, err := d.live.Over(d.at.AddDate(0, 0, -rapid.IntRange(1, 9).Draw(t, "horizon before")), 300).Days()
	require.NoError(t, err)
	return d.live, horizon
}

func drawPauses(t *rapid.T, at time.Time) []pause {
	var pauses []pause
	for range rapid.IntRange(0, 3).Draw(t, "pauses") {
		from := at.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "runs")) * time.Minute)
		at = from.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 45, 600, 1440, 5000, 9000}).Draw(t, "rests")) * time.Minute)
		pauses = append(pauses, pause{from, at})
	}
	return pauses
}

// run lets a term run with its pauses.
func run(t *rapid.T, d schemas.Days, term schemas.Term, at time.Time, pauses []pause) schemas.Reckoning {
	r, err := term.From(d, at)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pauses {
		before := r
		left, err := term.Left(d, r, p.from)
		if err != nil {
			t.Fatal(err)
		}
		if r, err = term.Resume(d, left, p.to); err != nil {
			t.Fatal(err)
		}
		if r.Due.Before(before.Due) {
			t.Fatalf("%v: the pause %v made %v of %v", term, p, r.Due, before.Due)
		}
	}
	return r
}

func same(t *rapid.T, what string, want, got time.Time) {
	t.Helper()
	if !want.Equal(got) {
		t.Fatalf("%s: the model says %s, the arithmetic %s", what, want.Format(time.RFC3339), got.Format(time.RFC3339))
	}
}

func TestHoursAreThoseOfAClockWatchedMinuteByMinute(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		term := schemas.Term{
			Amount: rapid.IntRange(0, 30).Draw(t, "amount"),
			Unit:   rapid.SampledFrom([]schemas.Unit{schemas.BusinessHour, schemas.ElapsedHour}).Draw(t, "unit"),
			// A platform's hours begin to run with the next day, and a pause before it takes none of them.
			CountFrom: rapid.SampledFrom(schemas.CountFroms).Draw(t, "count from"),
		}
		begins := d.at
		if term.CountFrom == schemas.FromNextDay {
			begins = d.dayEnds(d.at, d.date(d.at))
		}
		open := term.Unit == schemas.BusinessHour
		pauses := drawPauses(t, d.at)
		more := rapid.IntRange(1, 20).Draw(t, "more")
		live, horizon := d.both(t)
		r := run(t, live, term, d.at, pauses)
		want := d.hours(begins, 60*term.Amount, open, before(pauses, r.Due))
		same(t, "calendar", want, r.Due)
		same(t, "horizon", want, run(t, horizon, term, d.at, pauses).Due)
		longer, err := term.Extend(horizon, r, more)
		require.NoError(t, err)
		same(t, "extended", d.hours(want, 60*more, open, nil), longer.Due)
	})
}

// before leaves out the pauses that begin when the term has ended.
func before(pauses []pause, due time.Time) []pause {
	return slices.DeleteFunc(slices.Clone(pauses), func(p pause) bool { return !p.from.Before(due) })
}

func TestDaysAreThoseOfACalendarWatchedMinuteByMinute(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		term := schemas.Term{
			Amount:   rapid.IntRange(0, 8).Draw(t, "amount"),
			Unit:     rapid.SampledFrom([]schemas.Unit{schemas.WorkingDay, schemas.CalendarDay}).Draw(t, "unit"),
			Rollover: rapid.SampledFrom(schemas.Rollovers).Draw(t, "rollover"),
		}
		pauses := drawPauses(t, d.at)
		more := rapid.IntRange(1, 5).Draw(t, "more")
		live, horizon := d.both(t)
		r := run(t, live, term, d.at, pauses)
		want := d.wholeDays(d.at, term, pauses)
		same(t, "calendar", want, r.Due)
		same(t, "horizon", want, run(t, horizon, term, d.at, pauses).Due)
		longer, err := term.Extend(horizon, r, more)
		require.NoError(t, err)
		again := term
		again.Amount = more
		same(t, "extended", d.wholeDays(want.Add(-time.Minute), again, nil), longer.Due)

		term.Ends, term.Amount = schemas.EndsCloseOfBusiness, max(1, term.Amount)
		r, err = term.From(live, d.at)
		require.NoError(t, err)
		last := d.roll(d.nth(d.date(d.at), term.Amount, term.Unit), term.Rollover)
		same(t, "close of business", d.closes(d.at, last), r.Due)
	})
}

func TestMonthsEndOnTheSameDayNumberOrTheLastOfTheMonth(t *testing.T) {
	t.Parallel()
	c := get(t, "cn")
	rapid.Check(t, func(t *rapid.T) {
		at := time.Date(2024, 1, 1, 0, 0, 0, 0, c.Zone).Add(time.Duration(rapid.IntRange(0, 1000*1440).Draw(t, "minutes")) * time.Minute)
		term := schemas.Term{Amount: rapid.IntRange(0, 40).Draw(t, "amount"), Unit: rapid.SampledFrom([]schemas.Unit{schemas.Month, schemas.Year}).Draw(t, "unit")}
		months := term.Amount
		if term.Unit == schemas.Year {
			term.Amount %= 5
			months = 12 * term.Amount
		}
		r, err := term.From(c, at)
		require.NoError(t, err)
		// Day by day: as many changes of the month as there are months, and then up to the number or the end of that month.
		date := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
		for tomorrow := date.AddDate(0, 0, 1); months > 0 || (tomorrow.Day() > 1 && date.Day() < at.Day()); tomorrow = date.AddDate(0, 0, 1) {
			date = tomorrow
			if date.Day() == 1 {
				months--
			}
		}
		require.Equal(t, date.AddDate(0, 0, 1).Format(time.DateOnly)+" 00:00", r.Due.In(c.Zone).Format("2006-01-02 15:04"))
	})
}

func TestWhateverIsAskedTheHorizonAnswersAsTheCalendarDoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		_, horizon := d.both(t)
		for day := horizon.First(); day <= min(horizon.Last(), horizon.First()+30); day++ {
			require.Equal(t, d.live.Start(day), horizon.Start(day))
			require.Equal(t, d.live.Open(day), horizon.Open(day))
			require.Equal(t, d.live.OpenTime(day), horizon.OpenTime(day))
			require.Equal(t, d.live.Working(day), horizon.Working(day))
			require.Equal(t, d.live.Provisional(day), horizon.Provisional(day))
			require.Equal(t, d.live.Why(day), horizon.Why(day))
		}
		term, pauses := drawTerm(t), drawPauses(t, d.at)
		require.Equal(t, run(t, d.live, term, d.at, pauses), run(t, horizon, term, d.at, pauses))
	})
}

// drawTerm draws any term at all that a rule may hold.
func drawTerm(t *rapid.T) schemas.Term {
	term := schemas.Term{
		Amount:    rapid.IntRange(0, 12).Draw(t, "amount"),
		Unit:      rapid.SampledFrom(schemas.Units).Draw(t, "unit"),
		CountFrom: rapid.SampledFrom(append(schemas.CountFroms, "")).Draw(t, "count from"),
		Ends:      rapid.SampledFrom(append(schemas.EndsWords, "")).Draw(t, "ends"),
		Rollover:  rapid.SampledFrom(append(schemas.Rollovers, "")).Draw(t, "rollover"),
		Right:     rapid.Bool().Draw(t, "right"),
		Calendar:  "drawn",
	}
	switch term.Unit {
	case schemas.Month:
		term.Amount = min(term.Amount, 5)
	case schemas.Year:
		term.Amount = min(term.Amount, 0)
	case schemas.ElapsedHour, schemas.BusinessHour:
		if term.Ends == schemas.EndsCloseOfBusiness {
			term.Ends = schemas.EndsEndOfDay
		}
	}
	return term
}

func TestAPauseOfNoLengthChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d, term := draw(t), drawTerm(t)
		first, err := term.From(d.live, d.at)
		require.NoError(t, err)
		for _, p := range drawPauses(t, d.at) {
			left, err := term.Left(d.live, first, p.from)
			require.NoError(t, err)
			again, err := term.Resume(d.live, left, p.from)
			require.NoError(t, err)
			require.Equal(t, first.Due, again.Due, "%+v at %s", term, p.from)
		}
	})
}

func TestALongerTermIsNeverDueEarlier(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d, term := draw(t), drawTerm(t)
		// What ends at an instant and rolls over ends with a whole day, but only if it rolls: the hour after it need not.
		if term.Rollover == schemas.RolloverNextWorkingDay && (term.Ends == schemas.EndsInstant || term.Ends == "") {
			term.Ends = schemas.EndsEndOfDay
		}
		longer := term
		longer.Amount += rapid.IntRange(1, 3).Draw(t, "longer")
		a, err := term.From(d.live, d.at)
		require.NoError(t, err)
		b, err := longer.From(d.live, d.at)
		require.NoError(t, err)
		require.False(t, b.Due.Before(a.Due), "%+v: %s, and longer: %s", term, a.Due, b.Due)
	})
}

func TestALaterTriggerIsNeverDueEarlier(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d, term := draw(t), drawTerm(t)
		if term.Rollover == schemas.RolloverNextWorkingDay && (term.Ends == schemas.EndsInstant || term.Ends == "") {
			term.Rollover = ""
		}
		if term.Ends == schemas.EndsInstant && !slices.Contains([]schemas.Unit{schemas.BusinessHour, schemas.ElapsedHour}, term.Unit) {
			term.Ends = "" // by the clock, a trigger in the hour that comes twice may be later and show an earlier time
		}
		a, err := term.From(d.live, d.at)
		require.NoError(t, err)
		b, err := term.From(d.live, d.at.Add(time.Duration(rapid.IntRange(1, 5000).Draw(t, "later"))*time.Minute))
		require.NoError(t, err)
		require.False(t, b.Due.Before(a.Due), "%+v: %s, and later: %s", term, a.Due, b.Due)
	})
}
