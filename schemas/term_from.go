package schemas

import "time"

// From is when a term ends that was triggered at an instant. It gives a *Refusal where the term cannot be read, and a
// *BeyondError where the calendar does not reach. A trigger that lies in the past gives a due that may lie in the past too:
// no clock is asked. Hours that need no calendar may be reckoned without one.
func (t Term) From(d Days, at time.Time) (Reckoning, error) {
	w, err := t.walk(d)
	if err != nil {
		return Reckoning{}, err
	}
	at = at.Round(0).UTC()
	n := w.term.Amount
	if w.term.Unit.hours() {
		if w.term.CountFrom == FromNextDay {
			at = w.start(w.dayOf(at) + 1)
			w.begins = at
		}
		return w.hours(w.later(at, hoursOf(n)))
	}
	if w.term.toTheClock() {
		day, clock := w.place(at)
		return w.at(w.along(day, n), clock, at)
	}
	return w.wholeDay(w.along(w.dayOf(at), n), at)
}

func hoursOf(n int) time.Duration { return time.Duration(n) * time.Hour }

// walk is one reckoning on its way: what it has passed over, and whether it touched a day nobody has published.
type walk struct {
	term        Term
	days        Days
	provisional bool
	skipped     []SkippedDay
	begins      time.Time
	err         error // the first day that was out of reach
}

func (t Term) walk(d Days) (*walk, error) {
	if ref := t.checkWords(); ref != nil {
		return nil, ref
	}
	if d == nil && t.needsCalendar() {
		return nil, &Refusal{Code: CodeMissingField, Field: "calendar", Message: "this term needs a calendar, for its days and its time zone; name one."}
	}
	return &walk{term: t.filled(), days: d}, nil
}

// reach reports whether a day can be answered for. Everything that asks the calendar about a day asks here first.
func (w *walk) reach(day int) bool {
	if w.err == nil && (day < w.days.First() || day > w.days.Last()) {
		w.err = &BeyondError{Day: day, First: w.days.First(), Last: w.days.Last()}
	}
	return w.err == nil
}

func (w *walk) dayOf(at time.Time) int {
	day := w.days.DayOf(at)
	w.reach(day)
	return day
}

func (w *walk) start(day int) time.Time {
	if w.err != nil || !w.reach(day-1) { // a day ends where the next begins, so the start of the day after the last is known
		return time.Time{}
	}
	return w.days.Start(day)
}

// touch notes that the answer rests on a day.
func (w *walk) touch(day int) {
	if w.reach(day) && w.days.Provisional(day) {
		w.provisional = true
	}
}

func (w *walk) skip(day int) {
	w.skipped = append(w.skipped, SkippedDay{Date: Date(day), Why: w.days.Why(day)})
}

// counts reports whether a day is one of those the term counts. Only working days pass any over.
func (w *walk) counts(day int) bool {
	return w.reach(day) && (w.term.Unit != WorkingDay || w.days.Working(day))
}

// along is the last day of n units after a day. Nothing after it is that day itself, or the next one that counts.
func (w *walk) along(day, n int) int {
	if w.term.Unit == Month {
		return sameNumber(day, n)
	}
	if n == 0 {
		return w.settle(day)
	}
	if w.term.Unit == CalendarDay {
		return day + n
	}
	for n > 0 && w.err == nil {
		day++
		w.touch(day)
		switch {
		case w.err != nil:
		case w.counts(day):
			n--
		default:
			w.skip(day)
		}
	}
	return day
}

// settle is a day, or the next one after it that counts.
func (w *walk) settle(day int) int {
	for w.touch(day); w.err == nil && !w.counts(day); w.touch(day) {
		w.skip(day)
		day++
	}
	return day
}

// sameNumber is the day of the same number n months later; where that month is too short, its last day (民法典 §202).
func sameNumber(day, n int) int {
	y, m, number := midnight(day).Date()
	first := time.Date(y, m+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return Day(first.Year(), first.Month(), min(number, last))
}

// wholeDay ends a term with a day. Where the close of business is over by the time the term begins, the next day's counts:
// nothing is due before it was asked for.
func (w *walk) wholeDay(day int, after time.Time) (Reckoning, error) {
	for {
		w.touch(day)
		nominal := w.end(day)
		rolled := w.roll(day)
		due := nominal
		if rolled != day {
			due = w.end(rolled)
		}
		if w.err != nil || due.After(after) {
			return w.reckoning(due, nominal)
		}
		day = w.settle(rolled + 1)
	}
}

// end is where a day ends for this term.
func (w *walk) end(day int) time.Time {
	if w.term.Ends == EndsCloseOfBusiness && w.reach(day) {
		if open := w.days.Open(day); len(open) > 0 {
			return open[len(open)-1].To
		}
	}
	return w.start(day + 1)
}

// roll is the day a term ends that would end on this one.
func (w *walk) roll(day int) int {
	if w.term.Rollover != RolloverNextWorkingDay {
		return day
	}
	for w.touch(day); w.err == nil && !w.days.Working(day); w.touch(day) {
		w.skip(day)
		day++
	}
	return day
}

// at ends a term at a time of day.
func (w *walk) at(day int, clock time.Duration, after time.Time) (Reckoning, error) {
	w.touch(day)
	if w.err != nil {
		return Reckoning{}, w.err
	}
	nominal := w.days.At(day, clock, w.term.Right)
	if nominal.Before(after) {
		nominal = after // the clock was set back in between
	}
	return w.ending(nominal, day)
}

// hours ends a term of hours at an instant, or with the day it lies in.
func (w *walk) hours(nominal time.Time) (Reckoning, error) {
	if w.err != nil || (w.term.Ends == EndsInstant && w.term.Rollover == RolloverNone) {
		return w.reckoning(nominal, nominal)
	}
	day := w.dayOf(nominal.Add(-1)) // the first instant of a day is the end of the day before
	if w.term.Ends == EndsEndOfDay {
		nominal = w.start(day + 1)
	}
	return w.ending(nominal, day)
}

// ending rolls an instant over where its day is not worked. What rolls ends with the day it rolls to.
func (w *walk) ending(nominal time.Time, day int) (Reckoning, error) {
	due := nominal
	if rolled := w.roll(day); rolled != day {
		due = w.end(rolled)
	}
	return w.reckoning(due, nominal)
}

func (w *walk) reckoning(due, nominal time.Time) (Reckoning, error) {
	if w.err != nil {
		return Reckoning{}, w.err
	}
	return Reckoning{Due: due.UTC(), Nominal: nominal.UTC(), Provisional: w.provisional, Skipped: w.skipped, Begins: w.begins}, nil
}

// later is an instant after so much time: plain time, or time inside open hours. No open time at all leads to the next
// opening, because work that is asked for at night begins in the morning.
func (w *walk) later(at time.Time, length time.Duration) time.Time {
	if w.err != nil || w.term.Unit == ElapsedHour {
		return at.Add(length)
	}
	for day := w.dayOf(at); ; day++ {
		if w.touch(day); w.err != nil {
			return time.Time{}
		}
		open := w.days.OpenTime(day)
		if open == 0 {
			w.skip(day)
			continue
		}
		if open < length && w.days.Start(day).After(at) {
			length -= open // the whole day is used up
			continue
		}
		for _, s := range w.days.Open(day) {
			from := latest(s.From, at)
			if from.Before(s.To) {
				if there := s.To.Sub(from); there < length {
					length -= there
				} else {
					return from.Add(length)
				}
			}
		}
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// place puts an instant on the axis of the days that count, each of 24 hours by the local clock. What happens on a day that
// does not count happens at the beginning of the next one that does.
func (w *walk) place(at time.Time) (day int, clock time.Duration) {
	day = w.dayOf(at)
	if w.err != nil {
		return day, 0
	}
	if counted := w.settle(day); counted != day {
		return counted, 0
	}
	return day, w.days.Clock(at)
}
