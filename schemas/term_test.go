package schemas_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

func TestATermThatCannotBeReadIsRefusedWithASentence(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, field string
		code        schemas.Code
		term        schemas.Term
	}{
		{"no unit", "unit", schemas.CodeMissingField, schemas.Term{Amount: 1}},
		{"a unit nobody knows", "unit", schemas.CodeBadValue, schemas.Term{Amount: 1, Unit: "fortnight"}},
		{"a negative amount", "amount", schemas.CodeBadValue, schemas.Term{Amount: -1, Unit: schemas.ElapsedHour}},
		{"an amount without bounds", "amount", schemas.CodeBadValue, schemas.Term{Amount: 1 << 40, Unit: schemas.ElapsedHour}},
		{"a beginning nobody knows", "count_from", schemas.CodeBadValue, schemas.Term{Unit: schemas.ElapsedHour, CountFrom: "yesterday"}},
		{"an end nobody knows", "ends", schemas.CodeBadValue, schemas.Term{Unit: schemas.Month, Ends: "soon"}},
		{"a rollover nobody knows", "rollover", schemas.CodeBadValue, schemas.Term{Unit: schemas.Month, Rollover: "previous"}},
		{"hours to the close of business", "ends", schemas.CodeBadValue, schemas.Term{Unit: schemas.ElapsedHour, Ends: schemas.EndsCloseOfBusiness}},
		{"days without a calendar", "calendar", schemas.CodeMissingField, schemas.Term{Unit: schemas.CalendarDay}},
		{"hours from the next day without a calendar", "calendar", schemas.CodeMissingField, schemas.Term{Unit: schemas.ElapsedHour, CountFrom: schemas.FromNextDay}},
		{"hours that roll over without a calendar", "calendar", schemas.CodeMissingField, schemas.Term{Unit: schemas.ElapsedHour, Rollover: schemas.RolloverNextWorkingDay}},
		{"a calendar that is no id", "calendar", schemas.CodeBadID, schemas.Term{Unit: schemas.Year, Calendar: "../cn"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ref := c.term.Check()
			require.NotNil(t, ref)
			require.Equal(t, c.field, ref.Field)
			require.Equal(t, c.code, ref.Code)
			_, err := c.term.From(nil, time.Now())
			require.Error(t, err)
		})
	}
	require.Nil(t, schemas.Term{Amount: 48, Unit: schemas.ElapsedHour}.Check())
	require.Nil(t, schemas.Term{Amount: 7, Unit: schemas.WorkingDay, Calendar: "cn"}.Check())
}

func TestHoursOnEndNeedNoCalendar(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 2, 13, 10, 0, 0, 123, time.FixedZone("", 8*3600))
	term := schemas.Term{Amount: 48, Unit: schemas.ElapsedHour}
	r, err := term.From(nil, at)
	require.NoError(t, err)
	require.Equal(t, schemas.Reckoning{Due: at.Add(48 * time.Hour).UTC(), Nominal: at.Add(48 * time.Hour).UTC()}, r)
	left, err := term.Left(nil, r, at.Add(time.Hour))
	require.NoError(t, err)
	r, err = term.Resume(nil, left, at.Add(3*time.Hour))
	require.NoError(t, err)
	require.Equal(t, at.Add(50*time.Hour).UTC(), r.Due)
}

func TestWhatIsLeftAndWhatIsDueSurviveJSON(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 2, 13, 10, 0, 0, 123456789, time.UTC)
	term := schemas.Term{Amount: 4, Unit: schemas.ElapsedHour}
	r, err := term.From(nil, at)
	require.NoError(t, err)
	left, err := term.Left(nil, r, at.Add(90*time.Minute+time.Nanosecond))
	require.NoError(t, err)
	var gotR schemas.Reckoning
	var gotL schemas.Left
	again(t, r, &gotR)
	again(t, left, &gotL)
	require.Equal(t, r, gotR)
	require.Equal(t, left, gotL)
}

func again(t *testing.T, v, into any) {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, into))
}

const horizon = `{"calendar":"cn","version":"1","zone":"Europe/Berlin","from":"2026-03-27","offset":3600,"changes":[{"at":1774746000,"offset":7200}],
"hours":["0900-1200,1330-1800","2200-0600"],"row":"a--ab","names":[{"from":0,"days":2,"name":"春节"}],"covered_to":"2026-03-29"}`

func TestAHorizonIsReadStrictly(t *testing.T) {
	t.Parallel()
	h, ref := schemas.Decode[schemas.Horizon]([]byte(horizon))
	require.Nil(t, ref)
	require.Nil(t, h.Check())
	for _, c := range []struct{ name, old, new, field string }{
		{"no calendar", `"calendar":"cn"`, `"calendar":""`, "calendar"},
		{"no version", `"version":"1"`, `"version":""`, "version"},
		{"no date", "2026-03-27", "2026-03-32", "from"},
		{"an offset of no zone", `"offset":3600`, `"offset":360000`, "offset"},
		{"changes out of order", `[{"at":1774746000,"offset":7200}]`, `[{"at":5,"offset":7200},{"at":5,"offset":1}]`, "changes"},
		{"hours that are none", "0900-1200", "0900-1260", "hours[0]"},
		{"hours that overlap", "1330-1800", "1130-1800", "hours[0]"},
		{"a letter for no hours", "a--ab", "a--ac", "row"},
		{"a letter that is none", "a--ab", "a--a!", "row"},
		{"no day at all", "a--ab", "a", "row"},
		{"too many days", "a--ab", strings.Repeat("a", 2000), "row"},
		{"a name beyond the last day", `"days":2`, `"days":9`, "names[0]"},
		{"a coverage that is no date", `"covered_to":"2026-03-29"`, `"covered_to":"soon"`, "covered_to"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			changed := strings.Replace(horizon, c.old, c.new, 1)
			require.NotEqual(t, horizon, changed)
			h, ref := schemas.Decode[schemas.Horizon]([]byte(changed))
			require.Nil(t, ref)
			require.NotNil(t, h.Check())
			require.Equal(t, c.field, h.Check().Field)
			_, err := h.Days()
			require.Error(t, err)
		})
	}
}

func TestAHorizonKnowsTheNightTheClockIsPutForward(t *testing.T) {
	t.Parallel()
	h, ref := schemas.Decode[schemas.Horizon]([]byte(horizon))
	require.Nil(t, ref)
	d, err := h.Days()
	require.NoError(t, err)
	sunday := schemas.Day(2026, 3, 29)
	require.Equal(t, 23*time.Hour, d.Start(sunday+1).Sub(d.Start(sunday)))
	require.Equal(t, time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC), d.At(sunday, 150*time.Minute, false))
	require.Equal(t, d.First()-1, d.DayOf(d.Start(d.First()).Add(-1)))
	require.Equal(t, d.Last()+1, d.DayOf(d.Start(d.Last()+1)))
	require.Equal(t, []string{"春节", "春节", "", ""}, []string{d.Why(d.First()), d.Why(d.First() + 1), d.Why(d.First() + 2), d.Why(d.Last())})
	require.True(t, d.Provisional(d.Last()))
}

func FuzzHorizon(f *testing.F) {
	f.Add(horizon)
	f.Add(strings.Replace(horizon, "a--ab", "-----", 1))
	f.Add(strings.Replace(horizon, "1774746000", "-1", 1))
	f.Fuzz(func(t *testing.T, text string) {
		h, ref := schemas.Decode[schemas.Horizon]([]byte(text))
		if ref != nil || h.Check() != nil {
			return
		}
		d, err := h.Days()
		require.NoError(t, err)
		for day := d.First(); day <= d.Last(); day++ {
			d.Open(day)
			d.Why(day)
		}
		for _, unit := range schemas.Units {
			// Whatever a horizon says, arithmetic ends, with an answer or an error.
			_, _ = schemas.Term{Amount: 3, Unit: unit, Rollover: schemas.RolloverNextWorkingDay}.From(d, d.Start(d.First()).Add(time.Hour))
		}
	})
}
