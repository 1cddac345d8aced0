package schemas

import (
	"encoding/json"
	"strings"
	"time"
)

// Horizon is a calendar as a plan carries it: the days a case may need, without zones, files or anything that an update of the
// system could change. Hours stay in local time; the offsets of the zone turn them into instants. Days gives it to arithmetic.
type Horizon struct {
	Calendar string         `json:"calendar"` // id
	Version  string         `json:"version"`  // of the calendar it was taken from
	Zone     string         `json:"zone"`     // for people; arithmetic takes the offsets
	Source   string         `json:"source,omitempty"`
	From     string         `json:"from"`              // date of the first day
	Offset   int            `json:"offset"`            // seconds east of UTC just before the first day begins
	Changes  []OffsetChange `json:"changes,omitempty"` // when the offset changes
	// Hours are the different days there are, each with its intervals as 0900-1200,2200-0600, in order.
	Hours []string `json:"hours,omitempty"`
	// Row has one letter for every day, and first one for the day before, whose last shift may reach over midnight: '-' for a
	// day that is not worked, a for the first of Hours, b for the second; after z it goes on with À.
	Row string `json:"row"`
	// Names are those of holidays and make-up days. They are left out where they would not fit.
	Names       []DayName `json:"names,omitempty"`
	CoveredFrom string    `json:"covered_from,omitempty"` // days before it are provisional
	CoveredTo   string    `json:"covered_to,omitempty"`   // days after it are provisional
}

// OffsetChange is a change of a zone's offset.
type OffsetChange struct {
	At     int64 `json:"at"`     // Unix seconds
	Offset int   `json:"offset"` // seconds east of UTC from then on
}

// DayName names days in a row: the name of a holiday, or of what a make-up day makes up for.
type DayName struct {
	From int    `json:"from"`           // 0 is the first day
	Days int    `json:"days,omitempty"` // 1 where left out
	Name string `json:"name"`
}

const (
	// MaxHorizonDays is far beyond any case.
	MaxHorizonDays = 1100
	// horizonBudget is how much of a plan 90 days may take.
	horizonBudget = 4000
	notWorked     = '-'
)

// letter is how a day with the hours of this number is written.
func letter(n int) rune {
	if n < 26 {
		return 'a' + rune(n)
	}
	return 'À' + rune(n-26)
}

func numberOf(r rune) int {
	if r >= 'À' {
		return int(r-'À') + 26
	}
	return int(r - 'a')
}

// writePattern writes the shifts of a day as Horizon.Hours holds them.
func writePattern(shifts []Shift) string {
	texts := make([]string, len(shifts))
	for i, s := range shifts {
		texts[i] = s.write("")
	}
	return strings.Join(texts, ",")
}

// Fit leaves the names out where they would take more of a plan than it has room for. Deadlines come out the same; a holiday
// is then called "closed".
func (h Horizon) Fit(days int) Horizon {
	if raw, err := json.Marshal(h); err != nil || len(raw) > max(horizonBudget, horizonBudget*days/90) {
		h.Names = nil
	}
	return h
}

// HorizonOf takes days out of a calendar. What it cannot ask Days it is given: the shifts that begin on a day, the name of a
// day, and the changes of its offset from the beginning of the first day on. Identity and coverage are the caller's.
func HorizonOf(d Days, first, days int, shifts func(day int) []Shift, name func(day int) string, changes []OffsetChange) Horizon {
	h := Horizon{From: Date(first), Changes: changes}
	before := d.Start(first).Add(-time.Second) // the offset may change just as the day begins
	h.Offset = int(int64(d.DayOf(before))*daySeconds + int64(d.Clock(before)/time.Second) - before.Unix())
	known := map[string]int{}
	var row strings.Builder
	for day := first - 1; day < first+days; day++ {
		pattern := writePattern(shifts(day))
		if pattern == "" {
			row.WriteRune(notWorked)
			continue
		}
		n, ok := known[pattern]
		if !ok {
			n = len(h.Hours)
			known[pattern] = n
			h.Hours = append(h.Hours, pattern)
		}
		row.WriteRune(letter(n))
	}
	h.Row = row.String()
	for i := range days {
		text := name(first + i)
		last := len(h.Names) - 1
		switch {
		case text == "":
		case last >= 0 && h.Names[last].Name == text && h.Names[last].From+max(1, h.Names[last].Days) == i:
			h.Names[last].Days = max(1, h.Names[last].Days) + 1
		default:
			h.Names = append(h.Names, DayName{From: i, Name: text})
		}
	}
	return h
}
