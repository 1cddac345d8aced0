package calendar_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/calendar"
	"github.com/aftercare/aftercare/internal/yamlfile"
	"github.com/aftercare/aftercare/policies"
	"github.com/aftercare/aftercare/schemas"
)

const shop = `id: shop
name: {zh-CN: 小店, en: shop}
zone: Asia/Shanghai
source: [the owner]
verified_on: 2026-11-25
coverage: {from: 2026-01-01, to: 2026-12-31}
weekly:
  mon: ["09:00-12:00", "13:30-18:00"]
  tue: ["09:00-18:00"]
  fri: ["22:00-06:00"]
days:
  2026-02-14: {work: 春节, hours: ["10:00-16:00"]}
  2026-02-17: {off: 春节}
closures:
  2026-08-01/2026-08-14: summer
`

func files(texts ...string) fstest.MapFS {
	folder := fstest.MapFS{}
	for _, text := range texts {
		_, id, _ := strings.Cut(text, "id: ")
		id, _, _ = strings.Cut(id, "\n")
		folder[id+".yaml"] = &fstest.MapFile{Data: []byte(text)}
	}
	return folder
}

func TestEveryMistakeInACalendarIsShownWhereItStands(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, old, new, message, spot string }{
		{"intervals that overlap", `"13:30-18:00"`, `"11:30-18:00"`, "overlaps with 09:00-12:00", `"11:30`},
		{"a night that runs into the day", "  fri:", "  sat: [\"05:00-12:00\"]\n  fri:", "before the shift of the night", `"05:00`},
		{"hours that are none", `"22:00-06:00"`, `"22-6"`, "is not an interval of hours", `"22-6`},
		{"hours without length", `"22:00-06:00"`, `"09:00-09:00"`, "has no length", `"09:00`},
		{"an hour there is not", `"22:00-06:00"`, `"22:00-25:00"`, "is not an interval of hours", `"22`},
		{"a zone nobody knows", "Asia/Shanghai", "Asia/Chang'an", "is not a time zone", "Asia/Chang"},
		{"a zone that depends on the machine", "Asia/Shanghai", "Local", "name a time zone", "Local"},
		{"a day outside the coverage", "2026-02-17:", "2027-02-17:", "lies outside the coverage, 2026-01-01 to 2026-12-31", "2027"},
		{"a closure outside the coverage", "2026-08-01/2026-08-14", "2026-12-01/2027-01-14", "lies outside the coverage", "2026-12"},
		{"a closure backwards", "2026-08-01/2026-08-14", "2026-08-14/2026-08-01", "no range of days", "2026-08-14"},
		{"closures that meet", "closures:", "closures:\n  2026-08-14: stock-taking", "is closed already by", "2026-08-14"},
		{"a closure without reason", "summer", `""`, "say why it is closed", "2026-08-01"},
		{"a day there is not", "2026-02-17:", "2026-02-30:", "is not a date", "2026-02-30"},
		{"a day twice", "  2026-02-17:", "  2026-02-14: {off: 春节}\n  2026-02-17:", "already defined", "2026-02-14"},
		{"a day both off and worked", "{off: 春节}", "{off: 春节, work: 春节}", "either off or work", "2026-02-17"},
		{"a day off with hours", "{off: 春节}", `{off: 春节, hours: ["09:00-10:00"]}`, "has no hours", `["09`},
		{"a year without data", "to: 2026-12-31", "to: 2027-12-31", "not one day of 2027", "{from"},
		{"a coverage backwards", "to: 2026-12-31", "to: 2025-12-31", "its end must lie after", "{from"},
		{"a coverage that is no date", "to: 2026-12-31", "to: soon", "is not a date", "soon"},
		{"a base nobody knows", "zone:", "base: moon\nzone:", `no calendar "moon"`, "moon"},
		{"a calendar on itself", "zone:", "base: shop\nzone:", "stands on itself: shop → shop", "shop"},
		{"an id that is not the file's", "id: shop\n", "id: stop\n", "is not the name of the file", "stop"},
		{"a field nobody knows", "zone:", "zones: [UTC]\nzone:", "unknown field", "zones"},
		{"a weekday nobody knows", "  fri:", "  freitag:", "unknown field", "freitag"},
		{"a name in one language", ", en: shop", "", "in both languages", "{zh-CN"},
		{"no source", "[the owner]", "[]", "source is needed", "[]"},
		{"no date of checking", "2026-11-25", "yesterday", "verified_on is needed", "yesterday"},
		{"an alias", "zone: Asia", "zone: &z Asia", "anchors, aliases and tags", "&"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(shop, c.old, c.new, 1)
			require.NotEqual(t, shop, text, "the replacement found nothing")
			_, err := calendar.Load(fstest.MapFS{"shop.yaml": {Data: []byte(text)}})
			require.ErrorContains(t, err, c.message)
			fault := faults(t, err)[0]
			require.Equal(t, "shop.yaml", fault.File)
			require.Positive(t, fault.Line, err)
			require.True(t, strings.HasPrefix(string([]rune(fault.Text)[fault.Column-1:]), c.spot), "the caret is elsewhere:\n%s", fault)
		})
	}
}

func faults(t *testing.T, err error) []*yamlfile.Fault {
	t.Helper()
	many, ok := err.(interface{ Unwrap() []error })
	require.True(t, ok, err)
	var found []*yamlfile.Fault
	for _, e := range many.Unwrap() {
		var f *yamlfile.Fault
		require.True(t, errors.As(e, &f), e)
		found = append(found, f)
	}
	return found
}

func TestEveryMistakeOfEveryFileIsToldAtOnce(t *testing.T) {
	t.Parallel()
	one := strings.NewReplacer(`"22:00-06:00"`, `"22"`, "zone: Asia/Shanghai", "zone: Nowhere").Replace(shop)
	two := strings.NewReplacer("id: shop", "id: team", "2026-02-17", "2028-02-17", "{work: 春节, ", "{off: 春节, ").Replace(shop)
	_, err := calendar.Load(files(one, two))
	require.Len(t, faults(t, err), 4)
	require.ErrorContains(t, err, `shop.yaml:3:7: zone: "Nowhere" is not a time zone known here; name one such as Asia/Shanghai or UTC
    3 | zone: Nowhere
      |       ^`)
}

func TestACircleOfBasesIsFound(t *testing.T) {
	t.Parallel()
	on := func(id, base string) string {
		return "id: " + id + "\nbase: " + base + "\nname: {zh-CN: 圈, en: circle}\nsource: [nobody]\nverified_on: 2026-11-25\n"
	}
	_, err := calendar.Load(files(on("a", "b"), on("b", "c"), on("c", "a")))
	require.Len(t, faults(t, err), 1)
	require.ErrorContains(t, err, "a → b → c → a")
}

func TestATeamWorksItsOwnHoursOnTheDaysOfItsCountry(t *testing.T) {
	t.Parallel()
	team := get(t, "cn-team")
	for date, want := range map[string]struct {
		open time.Duration
		why  string
	}{
		"2026-02-13": {7*time.Hour + 30*time.Minute, ""},     // a Friday
		"2026-02-07": {6 * time.Hour, ""},                    // a Saturday of its own
		"2026-02-14": {6 * time.Hour, "春节"},                  // a make-up Saturday has the hours of its Saturdays
		"2026-09-20": {7*time.Hour + 30*time.Minute, "国庆节"},  // a make-up Sunday those of the first open day of its week
		"2026-02-21": {0, "春节"},                              // no Saturday in the Spring Festival
		"2026-11-11": {13*time.Hour + 30*time.Minute, "双11"}, // and a day it says itself
		"2026-02-08": {0, schemas.WhyWeekend},                // a Sunday
		"2027-02-06": {6 * time.Hour, ""},                    // beyond the coverage the week alone
		"2027-02-05": {7*time.Hour + 30*time.Minute, ""},     // even on what will be a holiday
		"2026-12-31": {7*time.Hour + 30*time.Minute, ""},     // the last day that is known
		"2023-12-31": {0, schemas.WhyWeekend},                // and before the first
	} {
		day, err := schemas.ParseDay(date)
		require.NoError(t, err)
		require.Equal(t, want.open, team.OpenTime(day), date)
		require.Equal(t, want.open > 0, team.Working(day), date)
		require.Equal(t, want.why, team.Why(day), date)
		require.Equal(t, date < "2024" || date > "2027", team.Provisional(day), date)
	}
}

func TestAClosureIsOverruledByADayNamedInIt(t *testing.T) {
	t.Parallel()
	set, err := calendar.Load(files(strings.Replace(shop, "closures:", "  2026-08-03: {work: stock-taking}\nclosures:", 1)))
	require.NoError(t, err)
	c, _ := set.Get("shop")
	require.False(t, c.Working(schemas.Day(2026, 8, 10)), "a Monday in the closure")
	require.True(t, c.Working(schemas.Day(2026, 8, 3)))
	require.Equal(t, "stock-taking", c.Why(schemas.Day(2026, 8, 3)))
}

func TestTheTailOfANightBelongsToTheDayItLiesIn(t *testing.T) {
	t.Parallel()
	set, err := calendar.Load(files(shop))
	require.NoError(t, err)
	c, _ := set.Get("shop")
	saturday := schemas.Day(2026, 3, 7)
	require.False(t, c.Working(saturday), "no shift begins on it")
	require.Equal(t, 6*time.Hour, c.OpenTime(saturday))
	require.Equal(t, 2*time.Hour, c.OpenTime(saturday-1))
}

func TestAFolderOfOnesOwnMayReplaceABuiltInCalendarAndStandOnOthers(t *testing.T) {
	t.Parallel()
	raw, err := fs.ReadFile(policies.Calendars, "cn.yaml")
	require.NoError(t, err)
	next := strings.NewReplacer("to: 2026-12-31", "to: 2027-12-31", `version: "2026.1"`, `version: "2027.1"`).Replace(string(raw)) + "\n  2027-02-06: {off: 春节}\n"
	old := builtIn(t)
	set, err := calendar.Load(policies.Calendars, files(next))
	require.NoError(t, err)
	require.Equal(t, old.IDs(), set.IDs())
	for _, id := range []string{"cn", "cn-team"} {
		before, _ := old.Get(id)
		after, _ := set.Get(id)
		day := schemas.Day(2027, 2, 6)
		require.True(t, before.Provisional(day))
		require.False(t, after.Provisional(day))
		require.Equal(t, "春节", after.Why(day))
		require.NotEqual(t, before.Version, after.Version, "what stands on a corrected calendar is another version too")
	}
}

func TestAFolderWithoutCalendarsIsSaidToBeOne(t *testing.T) {
	t.Parallel()
	_, err := calendar.Load(fstest.MapFS{})
	require.ErrorContains(t, err, "there is no calendar")
}

func FuzzLoad(f *testing.F) {
	f.Add(shop)
	f.Add(strings.Replace(shop, "zone:", "base: shop\nzone:", 1))
	f.Add("id: shop\ndays: [")
	f.Add("id: shop\nweekly: {mon: [{}]}\ncoverage: {from: 0001-01-01, to: 9999-12-31}")
	f.Fuzz(func(t *testing.T, text string) {
		set, err := calendar.Load(fstest.MapFS{"shop.yaml": {Data: []byte(text)}})
		if err != nil {
			return
		}
		c, ok := set.Get("shop")
		require.True(t, ok)
		_, err = c.Over(c.Start(c.First()+400), 90).Days()
		require.NoError(t, err)
	})
}
