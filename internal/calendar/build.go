package calendar

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	// Zones come with the program, for machines that have none.
	_ "time/tzdata"

	"github.com/aftercare/aftercare/internal/yamlfile"
	"github.com/aftercare/aftercare/schemas"
)

// builder turns one file into a calendar and gathers what is wrong with it.
type builder struct {
	file   *file
	base   *Calendar
	made   *Calendar
	faults []error
}

func build(f *file, base *Calendar) (*Calendar, []error) {
	b := &builder{file: f, base: base, made: &Calendar{ID: f.shape.ID, base: base, days: map[int]said{}}}
	b.identity()
	b.zone()
	b.coverage()
	b.weekly()
	if len(b.faults) > 0 {
		return nil, b.faults // days are judged by what was just read
	}
	b.days()
	b.closures()
	b.everyYear()
	return b.made, b.faults
}

func (b *builder) fault(at yamlfile.Place, format string, args ...any) {
	b.faults = append(b.faults, b.file.doc.Fault(at, format, args...))
}

func (b *builder) identity() {
	s := b.file.shape
	if !schemas.ValidID(s.ID) {
		b.fault(yamlfile.Place{"id"}, "id: %q is not an id; use 1 to 64 letters, digits, _ or -", s.ID)
	}
	if s.Name.Chinese == "" || s.Name.English == "" {
		b.fault(yamlfile.Place{"name"}, "name is needed in both languages: {zh-CN: …, en: …}")
	}
	if len(s.Source) == 0 || slices.Contains(s.Source, "") {
		b.fault(yamlfile.Place{"source"}, "source is needed: a list of the texts the days come from, such as the address of a notice")
	}
	if _, err := schemas.ParseDay(s.VerifiedOn); err != nil {
		b.fault(yamlfile.Place{"verified_on"}, "verified_on is needed, when somebody last compared the days with their source: %v", err)
	}
	hash := sha256.New()
	hash.Write(b.file.raw) // a hash never fails
	if b.base != nil {
		hash.Write([]byte(b.base.Version))
	}
	b.made.Version = hex.EncodeToString(hash.Sum(nil))[:12]
	if s.Version != "" {
		b.made.Version = s.Version + "-" + b.made.Version
	}
	b.made.NameZH, b.made.NameEN, b.made.Source, b.made.VerifiedOn = s.Name.Chinese, s.Name.English, s.Source, s.VerifiedOn
}

func (b *builder) zone() {
	written := b.file.shape.Zone
	if written == "" && b.base != nil {
		b.made.Zone = b.base.Zone
		return
	}
	zone, err := Zone(written)
	if err != nil {
		b.fault(yamlfile.Place{"zone"}, "zone: %v", err)
	}
	b.made.Zone = zone
}

// Zone is the time zone of a name. The machine's own, which has none, is not accepted.
func Zone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("name a time zone, such as Asia/Shanghai or UTC")
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%q is not a time zone known here; name one such as Asia/Shanghai or UTC", name)
	}
	return zone, nil
}

// coverage is what the calendar vouches for. One that stands on another vouches for no more than that.
func (b *builder) coverage() {
	at, s := yamlfile.Place{"coverage"}, b.file.shape.Coverage
	if s == nil {
		if b.base == nil {
			b.fault(at, "coverage is needed: {from: 2026-01-01, to: 2026-12-31}, the days whose data are known")
			return
		}
		b.made.coveredFrom, b.made.coveredTo = b.base.coveredFrom, b.base.coveredTo
		return
	}
	from, errFrom := schemas.ParseDay(s.From)
	to, errTo := schemas.ParseDay(s.To)
	if errFrom != nil {
		b.fault(at.Then("from"), "coverage: %v", errFrom)
	}
	if errTo != nil {
		b.fault(at.Then("to"), "coverage: %v", errTo)
	}
	if errFrom != nil || errTo != nil {
		return
	}
	if b.base != nil {
		from, to = max(from, b.base.coveredFrom), min(to, b.base.coveredTo)
	}
	if to < from || from < earliest || to > latest {
		b.fault(at, "coverage: its end must lie after its beginning, both from 1950 to 2150 and in what its base covers")
	}
	b.made.coveredFrom, b.made.coveredTo = from, to
}

// What is covered must be of our time: a date far from it is a slip of the pen, and zones know nothing of it.
var earliest, latest = schemas.Day(1950, time.January, 1), schemas.Day(2150, time.December, 31)

func (b *builder) weekly() {
	s := b.file.shape.Weekly
	if s == nil {
		if b.base == nil {
			b.fault(yamlfile.Place{"weekly"}, "weekly is needed: the hours of each day of the week, such as mon: [\"09:00-12:00\"]; a day left out is closed")
			return
		}
		b.made.week, b.made.inheritsWeek = b.base.week, true
		return
	}
	open := false
	for i, texts := range s.days() {
		b.made.week[i] = b.hours(yamlfile.Place{"weekly", weekdays[i]}, texts)
		open = open || len(b.made.week[i]) > 0
	}
	if !open {
		b.fault(yamlfile.Place{"weekly"}, "weekly: no day of the week is ever open")
	}
	for i, shifts := range b.made.week {
		next := b.made.week[(i+1)%7]
		if len(shifts) > 0 && len(next) > 0 && shifts[len(shifts)-1].Closes-24*time.Hour > next[0].Opens {
			b.fault(yamlfile.Place{"weekly", weekdays[(i+1)%7], 0}, "%s opens before the shift of the night, %s of %s, has closed", next[0], shifts[len(shifts)-1], weekdays[i])
		}
	}
}

// hours reads the intervals of a day.
func (b *builder) hours(at yamlfile.Place, texts []string) []schemas.Shift {
	var shifts []schemas.Shift
	for i, text := range texts {
		s, err := schemas.ParseShift(text)
		if err != nil {
			b.fault(at.Then(i), "%v", err)
			continue
		}
		for _, other := range shifts {
			if s.Opens < other.Closes && other.Opens < s.Closes {
				b.fault(at.Then(i), "%s overlaps with %s; make one interval of them", s, other)
			}
		}
		shifts = append(shifts, s)
	}
	schemas.SortShifts(shifts)
	return shifts
}

func (b *builder) days() {
	for _, date := range sorted(b.file.shape.Days) {
		at, s := yamlfile.Place{"days", date}, b.file.shape.Days[date]
		key := yamlfile.Place{"days", yamlfile.Name(date)}
		day, err := schemas.ParseDay(date)
		switch {
		case err != nil:
			b.fault(key, "days: %v", err)
			continue
		case day < b.made.coveredFrom || day > b.made.coveredTo:
			b.fault(key, "days: %s lies outside the coverage, %s to %s", date, schemas.Date(b.made.coveredFrom), schemas.Date(b.made.coveredTo))
			continue
		case (s.Off == "") == (s.Work == ""):
			b.fault(key, "days: say either off or work, with the name of the holiday: {off: 春节} or {work: 春节}")
			continue
		case s.Off != "" && len(s.Hours) > 0:
			b.fault(at.Then("hours"), "days: a day off has no hours")
			continue
		}
		d := said{name: strings.TrimSpace(s.Off + s.Work), work: s.Work != ""}
		if len(s.Hours) > 0 {
			d.hours = b.hours(at.Then("hours"), s.Hours)
		}
		b.made.days[day] = d
	}
}

// closures are days off from one date to another. A day that is named by itself is what days says of it.
func (b *builder) closures() {
	closed := map[int]string{}
	for _, dates := range sorted(b.file.shape.Closures) {
		key := yamlfile.Place{"closures", yamlfile.Name(dates)}
		first, last, ranged := strings.Cut(dates, "/")
		if !ranged {
			last = first
		}
		from, errFrom := schemas.ParseDay(first)
		to, errTo := schemas.ParseDay(last)
		name := b.file.shape.Closures[dates]
		switch {
		case errFrom != nil || errTo != nil || to < from:
			b.fault(key, "closures: %q is no range of days; write it as 2026-02-10/2026-02-24", dates)
		case name == "":
			b.fault(key, "closures: say why it is closed, such as %s: 春节", dates)
		case from < b.made.coveredFrom || to > b.made.coveredTo:
			b.fault(key, "closures: %s lies outside the coverage, %s to %s", dates, schemas.Date(b.made.coveredFrom), schemas.Date(b.made.coveredTo))
		default:
			for day := from; day <= to; day++ {
				if other, twice := closed[day]; twice {
					b.fault(key, "closures: %s is closed already by %s", schemas.Date(day), other)
					break
				}
				closed[day] = dates
				if _, named := b.made.days[day]; !named {
					b.made.days[day] = said{name: name}
				}
			}
		}
	}
}

// everyYear refuses a coverage of years that nobody wrote a day for: a year without data is unknown, and not without holidays.
func (b *builder) everyYear() {
	if b.base != nil || len(b.faults) > 0 {
		return
	}
	seen := map[string]bool{}
	for day := range b.made.days {
		seen[schemas.Date(day)[:4]] = true
	}
	for day := b.made.coveredFrom; day <= b.made.coveredTo; day++ {
		if year := schemas.Date(day)[:4]; !seen[year] {
			b.fault(yamlfile.Place{"coverage"}, "coverage: there is not one day of %s here; a year without data is not covered", year)
			seen[year] = true
		}
	}
}

// sorted gives the keys of a mapping an order, so that faults are told in the same one each time.
func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
