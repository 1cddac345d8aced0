package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/aftercare/aftercare/internal/calendar"
	"github.com/aftercare/aftercare/policies"
	"github.com/aftercare/aftercare/schemas"
)

// dueCommand reckons a deadline. It needs no server and no database.
type dueCommand struct {
	From      string `help:"When the term is triggered, with its offset: 2026-02-13T10:00:00+08:00." required:"" placeholder:"TIME"`
	Amount    int    `help:"How many." required:"" placeholder:"N"`
	Unit      string `help:"elapsed_hour, business_hour, calendar_day, working_day, month or year." required:"" placeholder:"UNIT"`
	Calendar  string `help:"Id of a calendar; starter calendar lists them." default:"cn" placeholder:"ID"`
	Calendars string `help:"A folder of own calendars (docs/calendars.md), beside the built-in ones." placeholder:"DIR" type:"path"`
	Zone      string `help:"Another time zone than the calendar's." placeholder:"ZONE"`
	Hours     string `help:"Other hours for every day that is worked: 09:00-12:00,13:30-18:00." placeholder:"HOURS"`
	CountFrom string `help:"instant or next_day. Days, months and years do not count the day of the trigger unless told to." placeholder:"FROM"`
	Ends      string `help:"instant, end_of_day or close_of_business." placeholder:"END"`
	Rollover  string `help:"none or next_working_day. Without it nothing rolls over a rest day." placeholder:"RULE"`
	Right     bool   `help:"It is a right, not a duty: of two equal times, on the night the clock is set back, the later one ends it."`
	JSON      bool   `help:"Print one JSON object."`
}

// dueAnswer is a deadline for programs. Times have the offset of the calendar's zone.
type dueAnswer struct {
	Due         string               `json:"due"` // the first instant that is too late
	Nominal     string               `json:"nominal"`
	Provisional bool                 `json:"provisional"`
	Skipped     []schemas.SkippedDay `json:"skipped"`
	MakeUp      []schemas.SkippedDay `json:"make_up"` // weekend days on the way that are worked, and what for
	From        string               `json:"from"`
	Term        schemas.Term         `json:"term"`
	Calendar    string               `json:"calendar"`
	Version     string               `json:"version"`
	Zone        string               `json:"zone"`
	Source      []string             `json:"source"`
	VerifiedOn  string               `json:"verified_on"`
	CoveredFrom string               `json:"covered_from"`
	CoveredTo   string               `json:"covered_to"`

	due, nominal time.Time
	name         string
}

func (c *dueCommand) Run(_ context.Context) error {
	answer, err := c.answer()
	if err != nil {
		return err
	}
	if c.JSON {
		printJSON(answer)
		return nil
	}
	answer.write(os.Stdout)
	return nil
}

func (c *dueCommand) answer() (dueAnswer, error) {
	from, err := time.Parse(time.RFC3339, c.From)
	if err != nil {
		return dueAnswer{}, usageError{fmt.Errorf("--from: %q is not a time; write it with its offset, such as 2026-02-13T10:00:00+08:00", c.From)}
	}
	term := schemas.Term{
		Amount: c.Amount, Unit: schemas.Unit(c.Unit), CountFrom: schemas.CountFrom(c.CountFrom), Ends: schemas.Ends(c.Ends),
		Rollover: schemas.Rollover(c.Rollover), Calendar: c.Calendar, Right: c.Right,
	}
	if ref := term.Check(); ref != nil {
		return dueAnswer{}, usageError{fmt.Errorf("--%s: %s", strings.ReplaceAll(ref.Field, "_", "-"), ref.Message)}
	}
	days, err := findCalendar(c.Calendar, c.Calendars, c.Zone, c.Hours)
	if err != nil {
		return dueAnswer{}, err
	}
	r, err := term.From(days, from)
	var beyond *schemas.BeyondError
	if errors.As(err, &beyond) {
		return dueAnswer{}, fmt.Errorf("calendar %s: %w", days.ID, err)
	}
	if err != nil {
		return dueAnswer{}, err
	}
	answer := dueAnswer{
		Provisional: r.Provisional, Skipped: r.Skipped, Term: term,
		Calendar: days.ID, Version: days.Version, Zone: days.Zone.String(), Source: days.Source, VerifiedOn: days.VerifiedOn,
		CoveredFrom: days.CoveredFrom(), CoveredTo: days.CoveredTo(),
		due: r.Due.In(days.Zone), nominal: r.Nominal.In(days.Zone), name: days.NameZH + ", " + days.NameEN,
	}
	if answer.Skipped == nil {
		answer.Skipped = []schemas.SkippedDay{}
	}
	answer.MakeUp = makeUpDays(days, term, from, r.Due)
	answer.Due, answer.Nominal = answer.due.Format(time.RFC3339Nano), answer.nominal.Format(time.RFC3339Nano)
	answer.From = from.In(days.Zone).Format(time.RFC3339Nano)
	return answer, nil
}

// makeUpDays are the weekend days up to a due that are worked against the weekly pattern: what surprises most in a deadline.
func makeUpDays(d *calendar.Calendar, term schemas.Term, from, due time.Time) []schemas.SkippedDay {
	found := []schemas.SkippedDay{}
	if term.Unit == schemas.ElapsedHour {
		return found
	}
	for day := d.DayOf(from); day <= d.DayOf(due.Add(-1)); day++ {
		on := time.Unix(int64(day)*24*60*60, 0).UTC().Weekday()
		if why := d.Why(day); why != "" && d.Working(day) && (on == time.Saturday || on == time.Sunday) {
			found = append(found, schemas.SkippedDay{Date: schemas.Date(day), Why: why})
		}
	}
	return found
}

func (a dueAnswer) write(w io.Writer) {
	t := tableTo(w, "deadline", "")
	t.AppendRow(table.Row{"due", moment(a.due)})
	if !a.nominal.Equal(a.due) {
		t.AppendRow(table.Row{"before it rolled over", moment(a.nominal)})
	}
	t.AppendRow(table.Row{"calendar", a.Calendar + "  " + a.name})
	t.AppendRow(table.Row{"version", a.Version})
	t.AppendRow(table.Row{"time zone", a.Zone})
	for i, s := range a.Source {
		label := ""
		if i == 0 {
			label = "source"
		}
		t.AppendRow(table.Row{label, s})
	}
	t.AppendRow(table.Row{"checked on", a.VerifiedOn})
	t.Render()
	writeDays(w, "did not count, or were rolled over", a.Skipped)
	writeDays(w, "on the way are worked although it is the weekend", a.MakeUp)
	if a.Provisional {
		fmt.Fprintf(w, "PROVISIONAL: calendar %s is certain from %s to %s. Beyond that only its weekly pattern is known; reckon again when the holidays are published.\n",
			a.Calendar, a.CoveredFrom, a.CoveredTo)
	}
}

func writeDays(w io.Writer, what string, days []schemas.SkippedDay) {
	if len(days) == 0 {
		return
	}
	fmt.Fprintf(w, "%d day(s) %s:\n", len(days), what)
	t := tableTo(w, "day", "", "why")
	for _, d := range days {
		t.AppendRow(table.Row{d.Date, weekdayOf(d.Date), d.Why})
	}
	t.Render()
}

// moment writes an instant; midnight reads more easily as the end of a day.
func moment(at time.Time) string {
	text := at.Format("2006-01-02 15:04:05 -07:00 Mon")
	if at.Hour() == 0 && at.Minute() == 0 && at.Second() == 0 && at.Nanosecond() == 0 {
		text += ", with the end of " + at.Add(-time.Second).Format("Mon 2006-01-02")
	}
	return text
}

func weekdayOf(date string) string {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return ""
	}
	return day.Format("Mon")
}

// loadCalendars reads the built-in calendars and those of a folder.
func loadCalendars(folder string) (*calendar.Set, error) {
	if folder == "" {
		return calendar.Load(policies.Calendars)
	}
	info, err := os.Stat(folder)
	if err != nil || !info.IsDir() {
		return nil, usageError{fmt.Errorf("--calendars: there is no folder %s", folder)}
	}
	return calendar.Load(policies.Calendars, os.DirFS(folder))
}

// findCalendar is the calendar of an id, with another zone or other hours where these are given.
func findCalendar(id, folder, zone, hours string) (*calendar.Calendar, error) {
	set, err := loadCalendars(folder)
	if err != nil {
		return nil, err
	}
	found, ok := set.Get(id)
	if !ok {
		return nil, usageError{fmt.Errorf("--calendar: there is no calendar %q; there are %s", id, strings.Join(set.IDs(), ", "))}
	}
	if zone == "" && hours == "" {
		return found, nil
	}
	var other *time.Location
	if zone != "" {
		if other, err = calendar.Zone(zone); err != nil {
			return nil, usageError{fmt.Errorf("--zone: %w", err)}
		}
	}
	var shifts []schemas.Shift
	if hours != "" {
		if shifts, err = schemas.ParseShifts(hours); err != nil {
			return nil, usageError{fmt.Errorf("--hours: %w", err)}
		}
	}
	return found.With(other, shifts), nil
}
