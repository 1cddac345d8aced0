package calendar

import (
	"fmt"
	"sync"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// Calendar says which days are worked and when, in one time zone. It answers for ten years before and after what it covers;
// there the weekly pattern alone speaks, and every answer is provisional.
type Calendar struct {
	ID             string
	Version        string // as declared, and the hash of its file and of what it stands on
	NameZH, NameEN string
	Zone           *time.Location
	Source         []string
	VerifiedOn     string

	base                   *Calendar
	coveredFrom, coveredTo int
	week                   [7][]schemas.Shift
	inheritsWeek           bool
	days                   map[int]said // what this calendar itself says of a day

	once sync.Once
	row  table
}

// said is what a calendar says of one day against its weekly pattern.
type said struct {
	name  string
	work  bool
	hours []schemas.Shift // of a worked day; nil for the usual ones
}

// CoveredFrom is the date of the first day the calendar vouches for.
func (c *Calendar) CoveredFrom() string { return schemas.Date(c.coveredFrom) }

// CoveredTo is the date of the last day the calendar vouches for; what comes after is provisional.
func (c *Calendar) CoveredTo() string { return schemas.Date(c.coveredTo) }

// With is the same calendar in another time zone (nil for its own) or with other hours on every day it works (none for its own).
func (c *Calendar) With(zone *time.Location, hours []schemas.Shift) *Calendar {
	changed := &Calendar{
		ID: c.ID, Version: c.Version, NameZH: c.NameZH, NameEN: c.NameEN, Zone: c.Zone, Source: c.Source, VerifiedOn: c.VerifiedOn,
		base: c.base, coveredFrom: c.coveredFrom, coveredTo: c.coveredTo, week: c.week, inheritsWeek: c.inheritsWeek, days: c.days,
	}
	if zone != nil {
		changed.Zone = zone
		changed.Version += " in " + zone.String()
	}
	if len(hours) > 0 {
		changed.week, changed.inheritsWeek, changed.days = [7][]schemas.Shift{}, false, map[int]said{}
		for i, shifts := range c.week {
			if len(shifts) > 0 {
				changed.week[i] = hours
			}
		}
		for day, s := range c.days {
			s.hours = nil
			changed.days[day] = s
		}
		changed.Version += fmt.Sprintf(" with %v", hours)
	}
	return changed
}

// word is what is said of a day, here or further down. The hours of a make-up day are taken over only together with the week
// they belong to: a team works its own.
func (c *Calendar) word(day int) (said, bool) {
	if s, ok := c.days[day]; ok {
		return s, true
	}
	if c.base == nil {
		return said{}, false
	}
	s, ok := c.base.word(day)
	if !c.inheritsWeek {
		s.hours = nil
	}
	return s, ok
}

// shiftsOf are the shifts that begin on a day, and the day's name where it has one.
func (c *Calendar) shiftsOf(day int) ([]schemas.Shift, string) {
	usual := c.week[weekday(day)]
	if day < c.coveredFrom || day > c.coveredTo {
		return usual, ""
	}
	s, ok := c.word(day)
	switch {
	case !ok:
		return usual, ""
	case !s.work:
		return nil, s.name
	case s.hours != nil:
		return s.hours, s.name
	case len(usual) > 0:
		return usual, s.name
	}
	return c.makeUpHours(), s.name
}

// makeUpHours are those of a worked day that is closed in the weekly pattern: of the first open day of the week.
func (c *Calendar) makeUpHours() []schemas.Shift {
	for i := range 7 {
		if shifts := c.week[(i+1)%7]; len(shifts) > 0 {
			return shifts
		}
	}
	return nil
}

// weekday of a numbered day: 1970-01-01 was a Thursday.
func weekday(day int) time.Weekday { return time.Weekday(((day+4)%7 + 7) % 7) }
