package schemas

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Shift is one interval of opening hours by the local clock, from midnight of the day it begins on. One over midnight closes
// later than 24:00, and belongs to the day it begins on.
type Shift struct{ Opens, Closes time.Duration }

const wholeDay = 24 * time.Hour

// ParseShift reads 09:00-12:00, or 22:00-06:00 over midnight. The end may be 24:00.
func ParseShift(text string) (Shift, error) {
	opens, closes, ok := strings.Cut(text, "-")
	from, okFrom := parseClock(strings.TrimSpace(opens))
	to, okTo := parseClock(strings.TrimSpace(closes))
	if !ok || !okFrom || !okTo || from >= wholeDay {
		return Shift{}, fmt.Errorf("%q is not an interval of hours; write it as 09:00-12:00, or 22:00-06:00 over midnight", short(text))
	}
	if from == to {
		return Shift{}, fmt.Errorf("%q has no length; a whole day is 00:00-24:00", short(text))
	}
	if to < from {
		to += wholeDay
	}
	return Shift{Opens: from, Closes: to}, nil
}

// ParseShifts reads intervals with commas between them and puts them in order. No two may overlap.
func ParseShifts(text string) ([]Shift, error) {
	var shifts []Shift
	for one := range strings.SplitSeq(text, ",") {
		s, err := ParseShift(one)
		if err != nil {
			return nil, err
		}
		shifts = append(shifts, s)
	}
	SortShifts(shifts)
	if i := Overlap(shifts); i > 0 {
		return nil, fmt.Errorf("%s and %s overlap; make one interval of them", shifts[i-1], shifts[i])
	}
	return shifts, nil
}

// SortShifts puts shifts in the order they open.
func SortShifts(shifts []Shift) {
	slices.SortFunc(shifts, func(a, b Shift) int { return int(a.Opens - b.Opens) })
}

// Overlap is the position of the first of sorted shifts that opens before the one before it has closed, or 0.
func Overlap(shifts []Shift) int {
	for i := 1; i < len(shifts); i++ {
		if shifts[i].Opens < shifts[i-1].Closes {
			return i
		}
	}
	return 0
}

// parseClock reads 09:00 or 0900, from 00:00 to 24:00.
func parseClock(text string) (time.Duration, bool) {
	if len(text) == 5 && text[2] == ':' {
		text = text[:2] + text[3:]
	}
	if len(text) != 4 {
		return 0, false
	}
	var n [4]int
	for i := range n {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
		n[i] = int(text[i] - '0')
	}
	hours, minutes := 10*n[0]+n[1], 10*n[2]+n[3]
	clock := time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
	return clock, minutes < 60 && clock <= wholeDay
}

// String writes a shift as ParseShift reads it.
func (s Shift) String() string { return s.write(":") }

func (s Shift) write(colon string) string {
	closes := s.Closes
	if closes > wholeDay {
		closes -= wholeDay
	}
	clock := func(d time.Duration) string {
		return fmt.Sprintf("%02d%s%02d", int(d.Hours()), colon, int(d.Minutes())%60)
	}
	return clock(s.Opens) + "-" + clock(closes)
}

// OpenSpans is what is open inside one day: the tails of the shifts that began the day before, and its own up to midnight.
// The clock is what Days.At says; of a time that occurs twice, opening hours take the first.
func OpenSpans(day int, before, own []Shift, at func(day int, clock time.Duration) time.Time) []Span {
	var open []Span
	add := func(from, to time.Time) {
		switch last := len(open) - 1; {
		case !from.Before(to): // the clock was put forward over all of it
		case last >= 0 && !open[last].To.Before(from):
			open[last].To = latest(open[last].To, to)
		default:
			open = append(open, Span{From: from, To: to})
		}
	}
	for _, s := range before {
		if s.Closes > wholeDay {
			add(at(day, 0), at(day, s.Closes-wholeDay))
		}
	}
	for _, s := range own {
		if s.Closes >= wholeDay {
			add(at(day, s.Opens), at(day+1, 0))
		} else {
			add(at(day, s.Opens), at(day, s.Closes))
		}
	}
	return open
}
