package calendar_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/us"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/aftercare/aftercare/schemas"
)

func TestTheCountriesHaveTheHolidaysThatOthersCompute(t *testing.T) {
	t.Parallel()
	for id, holidays := range map[string][]*cal.Holiday{"gb-eng": gb.Holidays, "de": de.Holidays, "us": us.Holidays} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			ours, theirs := get(t, id), cal.NewBusinessCalendar()
			theirs.AddHoliday(holidays...)
			for day := schemas.Day(2024, 1, 1); day <= schemas.Day(2026, 12, 31); day++ {
				date := time.Unix(int64(day)*86400, 0).UTC()
				require.Equal(t, theirs.IsWorkday(date), ours.Working(day), "%s %s", schemas.Date(day), ours.Why(day))
			}
		})
	}
}

// TestChinaHasTheDaysOfTheNotices compares the file with the facts as others collected them from the notices (the yearly files
// of NateScarlet/holiday-cn), where somebody has put them into a folder beside this one.
func TestChinaHasTheDaysOfTheNotices(t *testing.T) {
	t.Parallel()
	found, err := filepath.Glob("../../../*/data/calendars/cn-202[456].json")
	require.NoError(t, err)
	if len(found) == 0 {
		t.Skip("the yearly files of NateScarlet/holiday-cn are not on this machine (…/data/calendars/cn-2026.json beside the repository)")
	}
	c := get(t, "cn")
	said := map[string]bool{}
	for _, name := range found {
		raw, err := os.ReadFile(name)
		require.NoError(t, err)
		var year struct {
			Papers []string
			Days   []struct {
				Name, Date string
				IsOffDay   bool
			}
		}
		require.NoError(t, json.Unmarshal(raw, &year))
		require.NotEmpty(t, year.Papers)
		require.Subset(t, c.Source, year.Papers)
		for _, d := range year.Days {
			day, err := schemas.ParseDay(d.Date)
			require.NoError(t, err)
			require.Equal(t, !d.IsOffDay, c.Working(day), d.Date)
			require.Equal(t, d.Name, c.Why(day), d.Date)
			said[d.Date] = true
		}
	}
	for year := 2024; year <= 2026; year++ {
		require.Contains(t, found[year-2024], strconv.Itoa(year))
	}
	for day := schemas.Day(2024, 1, 1); day <= schemas.Day(2026, 12, 31); day++ {
		if on := weekdayOf(day); !said[schemas.Date(day)] {
			require.Equal(t, on != time.Saturday && on != time.Sunday, c.Working(day), schemas.Date(day))
		}
	}
}

func weekdayOf(day int) time.Weekday { return time.Unix(int64(day)*86400, 0).UTC().Weekday() }

func TestWithOneIntervalADayTheHoursAreThoseOfAnotherLibrary(t *testing.T) {
	t.Parallel()
	c := get(t, "cn")
	theirs := cal.NewBusinessCalendar()
	theirs.SetWorkHours(9*time.Hour, 18*time.Hour)
	theirs.WorkdayFunc = func(date time.Time) bool { return c.Working(c.DayOf(date)) }
	rapid.Check(t, func(t *rapid.T) {
		at := time.Date(2024, 1, 2, 0, 0, 0, 0, c.Zone).Add(time.Duration(rapid.IntRange(0, 1000*1440).Draw(t, "minutes")) * time.Minute)
		amount := rapid.IntRange(1, 80).Draw(t, "amount")
		r, err := schemas.Term{Amount: amount, Unit: schemas.BusinessHour}.From(c, at)
		require.NoError(t, err)
		// At the close of business that library goes on to the next opening, where no time is left to run.
		if got := theirs.AddWorkHours(at, time.Duration(amount)*time.Hour); !got.Equal(r.Due) {
			require.Equal(t, 18*time.Hour, c.Clock(r.Due), "%s + %d h: %s, and theirs %s", at, amount, r.Due.In(c.Zone), got)
			require.Zero(t, theirs.WorkHoursInRange(r.Due.In(c.Zone), got))
		}
		r, err = schemas.Term{Amount: amount, Unit: schemas.WorkingDay}.From(c, at)
		require.NoError(t, err)
		require.Equal(t, c.DayOf(theirs.WorkdaysFrom(at, amount)), c.DayOf(r.Due.Add(-1)))
	})
}
