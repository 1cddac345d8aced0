package calendar_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/calendar"
	"github.com/aftercare/aftercare/schemas"
)

// worst is a calendar with other hours every day, three intervals each, one of them over midnight, and a long name.
func worst(t testing.TB) *calendar.Calendar {
	t.Helper()
	var b strings.Builder
	b.WriteString(shop[:strings.Index(shop, "days:")])
	b.WriteString("days:\n")
	for i := range 365 {
		fmt.Fprintf(&b, "  %s: {work: 第%d天特别营业时间, hours: [\"06:%02d-09:%02d\", \"11:%02d-15:%02d\", \"19:%02d-01:%02d\"]}\n",
			schemas.Date(schemas.Day(2026, 1, 1+i)), i, i%60, (i+7)%60, (i+13)%60, (i*7)%60, (i*11)%60, (i/60)*7)
	}
	set, err := calendar.Load(files(strings.ReplaceAll(b.String(), "Asia/Shanghai", "America/New_York")))
	require.NoError(t, err)
	c, _ := set.Get("shop")
	return c
}

func TestNinetyDaysOfTheWorstCalendarFitIntoAPlan(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)
	c := worst(t)
	raw, err := json.Marshal(c.Over(at, 90))
	require.NoError(t, err)
	t.Logf("90 days of the worst calendar: %d bytes", len(raw))
	require.LessOrEqual(t, len(raw), 4096)
	horizon := decoded(t, raw)
	for day := horizon.First(); day <= horizon.Last(); day++ {
		require.Equal(t, c.Open(day), horizon.Open(day))
		require.Len(t, horizon.Open(day), 4, "three intervals and the tail of the night")
	}
	for _, id := range builtIn(t).IDs() {
		raw, err := json.Marshal(get(t, id).Over(at, 90))
		require.NoError(t, err)
		t.Logf("90 days of %s: %d bytes", id, len(raw))
		require.LessOrEqual(t, len(raw), 1024, "an ordinary calendar is small: %s", raw)
	}
}

func decoded(t testing.TB, raw []byte) schemas.Days {
	t.Helper()
	h, ref := schemas.Decode[schemas.Horizon](raw)
	require.Nil(t, ref)
	require.Nil(t, h.Check())
	d, err := h.Days()
	require.NoError(t, err)
	return d
}

func TestAHorizonKeepsNamesWhereTheyFitAndSourceAndVersionAlways(t *testing.T) {
	t.Parallel()
	c := get(t, "cn")
	h := c.Over(local(t, c.Zone, "2026-02-01 10:00"), 90)
	require.Equal(t, c.Version, h.Version)
	require.Contains(t, h.Source, "content_7047091")
	d, err := h.Days()
	require.NoError(t, err)
	require.Equal(t, "春节", d.Why(schemas.Day(2026, 2, 17)))
	require.Equal(t, "春节", d.Why(schemas.Day(2026, 2, 14)), "a make-up day says what for")
	require.Equal(t, schemas.WhyWeekend, d.Why(schemas.Day(2026, 3, 1)))
	require.Empty(t, worst(t).Over(local(t, c.Zone, "2026-02-01 10:00"), 90).Names)
}

func TestAHorizonKnowsWhereTheDaysBecomeProvisional(t *testing.T) {
	t.Parallel()
	c := get(t, "cn")
	d, err := c.Over(local(t, c.Zone, "2026-12-01 10:00"), 90).Days()
	require.NoError(t, err)
	for name, days := range map[string]schemas.Days{"calendar": c, "horizon": d} {
		require.False(t, days.Provisional(schemas.Day(2026, 12, 31)), name)
		require.True(t, days.Provisional(schemas.Day(2027, 1, 1)), name)
		r, err := schemas.Term{Amount: 4, Unit: schemas.WorkingDay}.From(days, local(t, c.Zone, "2026-12-25 10:00"))
		require.NoError(t, err)
		require.False(t, r.Provisional, "Thursday the 31st is the last one needed")
		r, err = schemas.Term{Amount: 5, Unit: schemas.WorkingDay}.From(days, local(t, c.Zone, "2026-12-25 10:00"))
		require.NoError(t, err)
		require.True(t, r.Provisional, "the day of the due alone is not certain")
		r, err = schemas.Term{Amount: 700, Unit: schemas.ElapsedHour}.From(days, local(t, c.Zone, "2026-12-25 10:00"))
		require.NoError(t, err)
		require.False(t, r.Provisional, "hours on end need no holidays")
	}
}

func TestADeadlineOutOfReachIsSaidToBeOne(t *testing.T) {
	t.Parallel()
	c := get(t, "cn")
	at := local(t, c.Zone, "2026-03-02 10:00")
	d, err := c.Over(at, 10).Days()
	require.NoError(t, err)
	for _, unit := range schemas.Units {
		term := schemas.Term{Amount: 300, Unit: unit, Rollover: schemas.RolloverNextWorkingDay}
		_, err := term.From(d, at)
		var beyond *schemas.BeyondError
		require.ErrorAs(t, err, &beyond, unit)
		require.ErrorContains(t, err, "answers from 2026-03-02 to 2026-03-11")
		_, err = term.From(d, at.AddDate(0, 0, -3))
		if unit != schemas.ElapsedHour {
			require.ErrorAs(t, err, &beyond, unit)
		}
		_, err = term.Left(d, schemas.Reckoning{Due: at.AddDate(1, 0, 0), Nominal: at.AddDate(1, 0, 0)}, at)
		if unit != schemas.ElapsedHour {
			require.Error(t, err, unit)
		}
	}
	last := schemas.Term{Amount: 9, Unit: schemas.CalendarDay}
	r, err := last.From(d, at)
	require.NoError(t, err, "the end of the last day is known")
	require.Equal(t, "2026-03-12 00:00", r.Due.In(c.Zone).Format("2006-01-02 15:04"))
}

func BenchmarkWorkingDaysOfAYear(b *testing.B) {
	c := get(b, "cn")
	benchmark(b, c, schemas.Term{Amount: 250, Unit: schemas.WorkingDay})
}

func BenchmarkBusinessHoursOfAYear(b *testing.B) {
	c := get(b, "cn-team")
	benchmark(b, c, schemas.Term{Amount: 1900, Unit: schemas.BusinessHour})
}

func BenchmarkBusinessHoursOfAYearOnAHorizon(b *testing.B) {
	c := get(b, "cn-team")
	d, err := c.Over(local(b, c.Zone, "2025-03-03 10:00"), 400).Days()
	require.NoError(b, err)
	benchmark(b, d, schemas.Term{Amount: 1900, Unit: schemas.BusinessHour})
}

func benchmark(b *testing.B, d schemas.Days, term schemas.Term) {
	b.Helper()
	at := time.Date(2025, 3, 3, 2, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := term.From(d, at); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHorizonOfNinetyDays(b *testing.B) {
	c := get(b, "cn-warehouse")
	at := time.Date(2026, 2, 1, 2, 0, 0, 0, time.UTC)
	c.Over(at, 90)
	b.ReportAllocs()
	for b.Loop() {
		c.Over(at, 90)
	}
}

func BenchmarkHorizonOfNinetyDaysRead(b *testing.B) {
	h := get(b, "cn-warehouse").Over(time.Date(2026, 2, 1, 2, 0, 0, 0, time.UTC), 90)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Days(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoadTheBuiltInCalendars(b *testing.B) {
	for b.Loop() {
		builtIn(b)
	}
}
