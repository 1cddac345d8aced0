package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func due(change func(*dueCommand)) *dueCommand {
	c := &dueCommand{From: "2026-02-13T10:00:00+08:00", Amount: 7, Unit: "working_day", Calendar: "cn"}
	if change != nil {
		change(c)
	}
	return c
}

func TestADeadlineSaysWhenAndWhichDaysDidNotCount(t *testing.T) {
	t.Parallel()
	answer, err := due(nil).answer()
	require.NoError(t, err)
	require.Equal(t, "2026-03-03T00:00:00+08:00", answer.Due, "in the offset of the calendar's zone")
	require.Equal(t, answer.Due, answer.Nominal)
	require.False(t, answer.Provisional)
	require.Len(t, answer.Skipped, 10)
	require.Equal(t, "春节", answer.Skipped[0].Why)
	require.Len(t, answer.MakeUp, 2)
	require.Equal(t, "Asia/Shanghai", answer.Zone)

	var text bytes.Buffer
	answer.write(&text)
	for _, said := range []string{"with the end of Mon 2026-03-02", "中国工作日", "2026-02-15 │ Sun │ 春节", "2 day(s) on the way are worked although"} {
		require.Contains(t, text.String(), said)
	}
	require.NotContains(t, text.String(), "PROVISIONAL")

	raw, err := json.Marshal(answer)
	require.NoError(t, err)
	for _, field := range []string{`"due":`, `"nominal":`, `"provisional":false`, `"skipped":[`, `"calendar":"cn"`, `"version":"2026`, `"source":["https://www.gov.cn`} {
		require.Contains(t, string(raw), field)
	}
}

func TestADeadlineOfAYearNobodyPublishedIsProvisional(t *testing.T) {
	t.Parallel()
	answer, err := due(func(c *dueCommand) { c.From = "2026-12-28T10:00:00+08:00" }).answer()
	require.NoError(t, err)
	require.True(t, answer.Provisional)
	var text bytes.Buffer
	answer.write(&text)
	require.Contains(t, text.String(), "PROVISIONAL: calendar cn is certain from 2024-01-01 to 2026-12-31.")
}

func TestNothingRollsOverUnlessAskedTo(t *testing.T) {
	t.Parallel()
	week := func(c *dueCommand) { c.Unit, c.From = "calendar_day", "2026-02-10T10:00:00+08:00" }
	answer, err := due(week).answer()
	require.NoError(t, err)
	require.Equal(t, "2026-02-18T00:00:00+08:00", answer.Due)
	require.Empty(t, answer.Skipped)
	answer, err = due(func(c *dueCommand) { week(c); c.Rollover = "next_working_day" }).answer()
	require.NoError(t, err)
	require.Equal(t, "2026-02-25T00:00:00+08:00", answer.Due)
	require.Equal(t, "2026-02-18T00:00:00+08:00", answer.Nominal)
}

func TestHoursAndZoneOfOnesOwn(t *testing.T) {
	t.Parallel()
	answer, err := due(func(c *dueCommand) {
		c.Unit, c.Amount, c.From, c.Hours = "business_hour", 4, "2026-02-14T16:30:00+08:00", "09:00-12:00,13:30-18:00"
	}).answer()
	require.NoError(t, err)
	require.Equal(t, "2026-02-24T11:30:00+08:00", answer.Due)
	answer, err = due(func(c *dueCommand) { c.Zone = "Europe/Berlin" }).answer()
	require.NoError(t, err)
	require.Equal(t, "2026-03-03T00:00:00+01:00", answer.Due)
}

func TestAQuestionThatCannotBeAnsweredSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, sentence string
		change         func(*dueCommand)
	}{
		{"a time without offset", "write it with its offset", func(c *dueCommand) { c.From = "2026-02-13" }},
		{"a unit nobody knows", "--unit: \"days\" is not known here; use one of", func(c *dueCommand) { c.Unit = "days" }},
		{"a calendar nobody knows", "there are cn, cn-bank,", func(c *dueCommand) { c.Calendar = "mars" }},
		{"a zone nobody knows", "--zone: \"Mars\" is not a time zone", func(c *dueCommand) { c.Zone = "Mars" }},
		{"hours that are none", "--hours: \"9-5\" is not an interval", func(c *dueCommand) { c.Hours = "9-5" }},
		{"hours that overlap", "--hours: 09:00-12:00 and 11:00-13:00 overlap", func(c *dueCommand) { c.Hours = "09:00-12:00,11:00-13:00" }},
		{"a negative amount", "--amount: -1 is not an amount", func(c *dueCommand) { c.Amount = -1 }},
		{"a beginning nobody knows", "--count-from:", func(c *dueCommand) { c.CountFrom = "now" }},
		{"a folder there is not", "--calendars: there is no folder", func(c *dueCommand) { c.Calendars = "/nowhere/at/all" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := due(c.change).answer()
			require.ErrorContains(t, err, c.sentence)
			require.ErrorAs(t, err, new(usageError), "wrong usage, so exit code 2")
		})
	}
	_, err := due(func(c *dueCommand) { c.Amount = 90_000 }).answer()
	require.ErrorContains(t, err, "calendar cn: the calendar answers from 2014-01-01 to 2036-12-31")
}

func TestTheExitCodeTellsWrongUsageFromADeadlineOutOfReach(t *testing.T) {
	t.Parallel()
	ask := func(unit, amount string) int {
		return run([]string{"due", "--from", "2026-02-13T10:00:00+08:00", "--unit", unit, "--amount", amount, "--calendar", "cn"})
	}
	require.Equal(t, exitUsage, ask("days", "7"))
	require.Equal(t, exitUsage, ask("month", "seven"))
	require.Equal(t, exitUsage, run([]string{"due", "--amount", "7"}), "something is missing")
	require.Equal(t, exitRefused, ask("month", "90000"))
	require.Equal(t, exitUsage, run([]string{"calendar", "mars"}))
}

func TestAFolderOfCalendarsStandsBesideTheBuiltInOnes(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	own := "id: own\nname: {zh-CN: 自有, en: own}\nbase: cn\nsource: [us]\nverified_on: 2026-11-25\nclosures:\n  2026-02-24/2026-02-27: stock-taking\n"
	require.NoError(t, os.WriteFile(filepath.Join(folder, "own.yaml"), []byte(own), 0o600))
	answer, err := due(func(c *dueCommand) { c.Calendars, c.Calendar = folder, "own" }).answer()
	require.NoError(t, err)
	require.Equal(t, "2026-03-07T00:00:00+08:00", answer.Due)

	require.NoError(t, os.WriteFile(filepath.Join(folder, "own.yaml"), []byte(strings.Replace(own, "base: cn", "base: no", 1)), 0o600))
	_, err = due(func(c *dueCommand) { c.Calendars, c.Calendar = folder, "own" }).answer()
	require.ErrorContains(t, err, "own.yaml:3:7: base: there is no calendar \"no\"")
}

func TestAMonthShowsHoursAndReasons(t *testing.T) {
	t.Parallel()
	found, err := findCalendar("cn-team", "", "", "")
	require.NoError(t, err)
	month, err := monthNamed("2026-02")
	require.NoError(t, err)
	days := monthOf(found, month)
	require.Len(t, days, 28)
	require.Equal(t, calendarDay{Date: "2026-02-14", Working: true, Hours: []string{"10:00-16:00"}, Why: "春节"}, days[13])
	require.Equal(t, calendarDay{Date: "2026-02-17", Hours: []string{}, Why: "春节"}, days[16])
	var text bytes.Buffer
	writeMonth(&text, found, days)
	require.Contains(t, text.String(), "2026-02-13 │ Fri │ work │ 09:00-12:00  13:30-18:00 │")
	_, err = monthNamed("February")
	require.ErrorAs(t, err, new(usageError))
}
