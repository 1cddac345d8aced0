package calendar

import (
	"strings"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// Over is the calendar as a plan carries it: so many days from the one an instant lies in. It is cut to what the calendar
// answers for, and to schemas.MaxHorizonDays.
func (c *Calendar) Over(from time.Time, days int) schemas.Horizon {
	t := c.table()
	first := min(max(c.DayOf(from), c.First()+1), c.Last())
	days = max(1, min(days, c.Last()-first+1, schemas.MaxHorizonDays))
	h := schemas.HorizonOf(c, first, days,
		func(day int) []schemas.Shift { return t.shifts[day-t.first] },
		func(day int) string { return t.names[day-t.first] },
		c.changes(c.Start(first), c.Start(first+days).Add(24*time.Hour)))
	h.Calendar, h.Version, h.Zone, h.Source = c.ID, c.Version, c.Zone.String(), strings.Join(c.Source, " ")
	if first < c.coveredFrom {
		h.CoveredFrom = schemas.Date(c.coveredFrom)
	}
	if first+days-1 > c.coveredTo {
		h.CoveredTo = schemas.Date(c.coveredTo)
	}
	return h.Fit(days)
}

// changes are the offsets of the zone that begin between two instants, the first one's own included.
func (c *Calendar) changes(from, to time.Time) []schemas.OffsetChange {
	var changes []schemas.OffsetChange
	for at := from.Add(-time.Second).In(c.Zone); ; {
		_, end := at.ZoneBounds()
		if end.IsZero() || end.After(to) {
			return changes
		}
		_, offset := end.Zone()
		changes = append(changes, schemas.OffsetChange{At: end.Unix(), Offset: offset})
		at = end
	}
}
