package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/aftercare/aftercare/internal/calendar"
	"github.com/aftercare/aftercare/schemas"
)

// calendarCommand lists the calendars, or shows a month of one. It needs no server and no database.
type calendarCommand struct {
	ID        string `arg:"" optional:"" help:"Id of a calendar. Without it they are listed."`
	Month     string `help:"The month to show, 2026-02; this one where left out." placeholder:"MONTH"`
	Calendars string `help:"A folder of own calendars (docs/calendars.md), beside the built-in ones." placeholder:"DIR" type:"path"`
	JSON      bool   `help:"Print one JSON object."`
}

type calendarLine struct {
	ID          string   `json:"id"`
	NameZH      string   `json:"name_zh"`
	NameEN      string   `json:"name_en"`
	Zone        string   `json:"zone"`
	CoveredFrom string   `json:"covered_from"`
	CoveredTo   string   `json:"covered_to"`
	Version     string   `json:"version"`
	VerifiedOn  string   `json:"verified_on"`
	Source      []string `json:"source"`
}

type calendarDay struct {
	Date        string   `json:"date"`
	Working     bool     `json:"working"`
	Hours       []string `json:"hours"`
	Why         string   `json:"why,omitempty"`
	Provisional bool     `json:"provisional"`
}

func (c *calendarCommand) Run(_ context.Context) error {
	if c.ID == "" {
		return c.list()
	}
	month, err := monthNamed(c.Month)
	if err != nil {
		return err
	}
	found, err := findCalendar(c.ID, c.Calendars, "", "")
	if err != nil {
		return err
	}
	days := monthOf(found, month)
	if len(days) == 0 {
		return fmt.Errorf("calendar %s does not reach %s; it answers from %s to %s", c.ID, month.Format("2006-01"), schemas.Date(found.First()), schemas.Date(found.Last()))
	}
	if c.JSON {
		printJSON(map[string]any{"calendar": lineOf(found), "days": days})
		return nil
	}
	writeMonth(os.Stdout, found, days)
	return nil
}

func (c *calendarCommand) list() error {
	set, err := loadCalendars(c.Calendars)
	if err != nil {
		return err
	}
	var lines []calendarLine
	t := newTable("calendar", "", "", "time zone", "certain from", "to", "checked on")
	for _, id := range set.IDs() {
		found, _ := set.Get(id)
		l := lineOf(found)
		lines = append(lines, l)
		t.AppendRow(table.Row{l.ID, l.NameZH, l.NameEN, l.Zone, l.CoveredFrom, l.CoveredTo, l.VerifiedOn})
	}
	if c.JSON {
		printJSON(map[string]any{"calendars": lines})
		return nil
	}
	t.Render()
	return nil
}

func lineOf(c *calendar.Calendar) calendarLine {
	return calendarLine{
		ID: c.ID, NameZH: c.NameZH, NameEN: c.NameEN, Zone: c.Zone.String(), CoveredFrom: c.CoveredFrom(), CoveredTo: c.CoveredTo(),
		Version: c.Version, VerifiedOn: c.VerifiedOn, Source: c.Source,
	}
}

// monthNamed reads 2026-02; nothing is the present month.
func monthNamed(text string) (time.Time, error) {
	if text == "" {
		return time.Now(), nil
	}
	month, err := time.Parse("2006-01", text)
	if err != nil {
		return time.Time{}, usageError{fmt.Errorf("--month: %q is not a month; write it as 2026-02", text)}
	}
	return month, nil
}

// monthOf lists the days of a month the calendar answers for.
func monthOf(c *calendar.Calendar, month time.Time) []calendarDay {
	first := schemas.Day(month.Year(), month.Month(), 1)
	end := schemas.Day(month.Year(), month.Month()+1, 1)
	var days []calendarDay
	for day := max(first, c.First()); day < min(end, c.Last()+1); day++ {
		d := calendarDay{Date: schemas.Date(day), Working: c.Working(day), Hours: []string{}, Why: c.Why(day), Provisional: c.Provisional(day)}
		for _, s := range c.Open(day) {
			closes := s.To.In(c.Zone).Format("15:04")
			if s.To.Equal(c.Start(day + 1)) {
				closes = "24:00"
			}
			d.Hours = append(d.Hours, s.From.In(c.Zone).Format("15:04")+"-"+closes)
		}
		days = append(days, d)
	}
	return days
}

func writeMonth(w io.Writer, c *calendar.Calendar, days []calendarDay) {
	fmt.Fprintf(w, "%s  %s, %s  %s  version %s\n", c.ID, c.NameZH, c.NameEN, c.Zone, c.Version)
	t := tableTo(w, "day", "", "", "open", "why")
	provisional := false
	for _, d := range days {
		works := "rest"
		if d.Working {
			works = "work"
		}
		why := d.Why
		if d.Provisional {
			why, provisional = strings.TrimSpace(why+" (provisional)"), true
		}
		t.AppendRow(table.Row{d.Date, weekdayOf(d.Date), works, strings.Join(d.Hours, "  "), why})
	}
	t.Render()
	if provisional {
		fmt.Fprintf(w, "Certain are the days from %s to %s; of others only the weekly pattern is known.\n", c.CoveredFrom(), c.CoveredTo())
	}
}
