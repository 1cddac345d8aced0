package calendar_test

import (
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"github.com/aftercare/aftercare/internal/calendar"
)

// zones are those with something of their own: no DST, an hour, half an hour, odd offsets, changes at midnight.
var zones = []string{
	"Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns", "Africa/Cairo",
	"Asia/Beirut", "America/Havana", "Pacific/Chatham", "Europe/London", "UTC",
}

// drawn is a calendar drawn at random, as a model, live, and an instant of 2026 near which there is something to see.
type drawn struct {
	model
	live *calendar.Calendar
	at   time.Time
}

func draw(t *rapid.T) drawn {
	zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	d := drawn{model: model{zone: zone, days: map[string][]interval{"2026-12-31": nil}}} // a year needs a day
	for i := range d.week {
		d.week[i] = drawHours(t, 0)
	}
	d.untangle()
	if d.openInAWeek() < 180 {
		d.week[1] = []interval{{540, 1080}} // so that every deadline lies within a year
	}
	d.untangle()
	d.at = time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 240*1440).Draw(t, "trigger")) * time.Minute)
	if start, end := d.at.In(zone).ZoneBounds(); !end.IsZero() && end.Sub(start) < 365*24*time.Hour && rapid.Bool().Draw(t, "near a change of the clock") {
		d.at = end.Add(time.Duration(rapid.IntRange(-4*1440, 1440).Draw(t, "away")) * time.Minute)
	}
	for range rapid.IntRange(0, 12).Draw(t, "days said") {
		day := d.at.AddDate(0, 0, rapid.IntRange(-3, 20).Draw(t, "day"))
		if day.Year() == 2026 {
			d.days[day.Format(time.DateOnly)] = drawHours(t, rapid.IntRange(0, 1).Draw(t, "worked"))
		}
	}
	set, err := calendar.Load(fstest.MapFS{"drawn.yaml": {Data: []byte(d.yaml())}})
	if err != nil {
		t.Fatalf("%v\n%s", err, d.yaml())
	}
	d.live, _ = set.Get("drawn")
	return d
}

func (m model) openInAWeek() int {
	sum := 0
	for _, on := range m.week {
		for _, i := range on {
			sum += i.closes - i.opens
		}
	}
	return sum
}

// untangle ends a night shift where the next day's first one opens, as a file must.
func (m *model) untangle() {
	for i, on := range m.week {
		next := m.week[(i+1)%7]
		if len(on) > 0 && len(next) > 0 {
			last := &m.week[i][len(on)-1]
			last.closes = min(last.closes, max(last.opens+1, 1440+next[0].opens))
		}
	}
}

// drawHours draws up to three intervals, the last one perhaps over midnight.
func drawHours(t *rapid.T, atLeast int) []interval {
	n := rapid.IntRange(atLeast, 3).Draw(t, "intervals")
	marks := rapid.SliceOfNDistinct(rapid.IntRange(0, 95), 2*n, 2*n, rapid.ID[int]).Draw(t, "quarters")
	for i := range marks {
		for j := i; j > 0 && marks[j] < marks[j-1]; j-- {
			marks[j], marks[j-1] = marks[j-1], marks[j]
		}
	}
	var on []interval
	for i := 0; i+1 < len(marks); i += 2 {
		on = append(on, interval{marks[i] * 15, marks[i+1] * 15})
	}
	if len(on) > 0 && rapid.IntRange(0, 3).Draw(t, "over midnight") == 0 {
		last := &on[len(on)-1]
		last.closes = 1440 + 15*rapid.IntRange(0, max(0, min(last.opens, on[0].opens)/15-1)).Draw(t, "tail")
	}
	return on
}
