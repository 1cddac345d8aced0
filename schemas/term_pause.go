package schemas

import "time"

// Left is what is left of a term while its clock is paused. It is kept instead of a shifted due, so that resuming over a
// holiday stays right. A clock that is paused twice keeps the first: nothing ran in between.
type Left struct {
	PausedAt time.Time `json:"paused_at"`
	Due      time.Time `json:"due"`     // what the pause interrupted
	Nominal  time.Time `json:"nominal"` // the same before it rolled over
	Begins   time.Time `json:"begins,omitzero"`
	// Provisional is kept for a due that the pause does not move; any other is judged anew by the days it comes to rest on.
	Provisional bool `json:"provisional,omitempty"`
	// Days are the days that count, after the day of the pause and up to the day of the nominal due.
	Days int `json:"days,omitempty"`
	// Time is what is left of a term of hours: plain time, or time inside open hours. For days that end at a time of day it is
	// how much later than the pause the due shows on the clock, and may be negative.
	Time Duration `json:"time,omitempty"`
}

// Left is what is left of a term at an instant. Of months and years, days are left. A due that has passed leaves nothing,
// and no pause brings it back.
func (t Term) Left(d Days, r Reckoning, at time.Time) (Left, error) {
	w, err := t.walk(d)
	if err != nil {
		return Left{}, err
	}
	at = at.Round(0).UTC()
	l := Left{PausedAt: at, Due: r.Due, Nominal: r.Nominal, Begins: r.Begins, Provisional: r.Provisional}
	if !at.Before(r.Nominal) {
		return l, nil
	}
	switch {
	case w.term.Unit.hours():
		l.Time = Duration(w.between(latest(at, r.Begins), r.Nominal))
	case w.term.toTheClock():
		w.countDays()
		from, clock := w.place(at)
		to, until := w.place(r.Nominal)
		l.Days, l.Time = w.number(from, to), Duration(until-clock)
	default:
		w.countDays()
		l.Days = w.number(w.dayOf(at), w.dayOf(r.Nominal.Add(-1)))
	}
	return l, w.err
}

// Resume is when a term ends whose clock goes on at an instant. Days that were left are counted from the day after it, hours
// from the instant itself, and rest days are looked for anew. A pause of no length changes nothing; a pause never makes
// a due come earlier; a due that had passed before the pause stays where it was. Going on before the pause is going on at it.
// What was never paused (the zero Left) is refused.
func (t Term) Resume(d Days, l Left, at time.Time) (Reckoning, error) {
	if l.PausedAt.IsZero() {
		return Reckoning{}, &Refusal{Code: CodeBadValue, Message: "this clock is not paused, so it cannot go on."}
	}
	w, err := t.walk(d)
	if err != nil {
		return Reckoning{}, err
	}
	w.begins = l.Begins
	at = latest(at.Round(0).UTC(), l.PausedAt)
	if !l.PausedAt.Before(l.Due) {
		w.provisional = l.Provisional
		return w.reckoning(l.Due, l.Nominal)
	}
	if w.inRestOfDay(l) {
		return w.restOfDay(at)
	}
	if w.term.Unit.hours() {
		return notBefore(l)(w.hours(w.later(latest(at, l.Begins), l.Time.D())))
	}
	w.countDays()
	if w.term.toTheClock() {
		return notBefore(l)(w.resumeToTheClock(l, at))
	}
	return w.wholeDay(w.along(w.dayOf(at), l.Days), at)
}

// inRestOfDay reports that nothing was left at the pause but the rest of a day: the term was rolling over a rest day, or its
// hours had ended and only the day had not.
func (w *walk) inRestOfDay(l Left) bool {
	if !l.PausedAt.Before(l.Nominal) {
		return true
	}
	return w.term.Unit.hours() && w.term.Ends == EndsEndOfDay && w.dayOf(l.PausedAt) == w.dayOf(l.Nominal.Add(-1))
}

// restOfDay ends a term of which the rest of a day was left.
func (w *walk) restOfDay(at time.Time) (Reckoning, error) {
	if w.term.Ends != EndsCloseOfBusiness {
		w.term.Ends = EndsEndOfDay
	}
	return w.wholeDay(w.settle(w.dayOf(at)), at)
}

// notBefore holds a due where it was, should a pause have made it earlier. Two kinds of terms that end at an instant come to
// that: one that had rolled over to the end of a day and after the pause no longer rolls, and one whose clock was set back.
func notBefore(l Left) func(Reckoning, error) (Reckoning, error) {
	return func(r Reckoning, err error) (Reckoning, error) {
		if err == nil && r.Due.Before(l.Due) {
			r.Due = l.Due
		}
		return r, err
	}
}

func (w *walk) resumeToTheClock(l Left, at time.Time) (Reckoning, error) {
	const day = 24 * time.Hour
	on, clock := w.place(at)
	on, clock = w.along(on, l.Days), clock+l.Time.D()
	switch {
	case clock < 0:
		clock += day
		for on--; w.err == nil && !w.counts(on); on-- {
		}
	case clock >= day:
		clock -= day
		on = w.along(on, 1)
	}
	return w.at(on, clock, at)
}

// countDays lets what is left of months be counted in days, because a part of a month has no length of its own.
func (w *walk) countDays() {
	if w.term.Unit == Month {
		w.term.Unit = CalendarDay
	}
}

// number is how many days count after one day and up to another.
func (w *walk) number(from, to int) int {
	if !w.reach(from) || !w.reach(to) || w.term.Unit == CalendarDay {
		return max(0, to-from)
	}
	n := 0
	for day := from + 1; day <= to; day++ {
		if w.days.Working(day) {
			n++
		}
	}
	return n
}

// between is how much time lies between two instants: plain time, or time inside open hours.
func (w *walk) between(from, to time.Time) time.Duration {
	if w.term.Unit == ElapsedHour {
		return to.Sub(from)
	}
	var sum time.Duration
	last := w.dayOf(to.Add(-1))
	for day := w.dayOf(from); day <= last && w.err == nil; day++ {
		open := w.days.OpenTime(day)
		if open == 0 {
			continue
		}
		if day < last && w.days.Start(day).After(from) {
			sum += open
			continue
		}
		for _, s := range w.days.Open(day) {
			opens, closes := latest(s.From, from), s.To
			if closes.After(to) {
				closes = to
			}
			sum += max(0, closes.Sub(opens))
		}
	}
	return sum
}

// Extend puts more of the same unit on top of a due, as it stands: days are counted from the day it ended on, rolled over or
// not, and hours from its instant. It does not ask whether the due has passed. A paused clock goes on first and is extended
// then. The amount of the term itself plays no part.
func (t Term) Extend(d Days, r Reckoning, more int) (Reckoning, error) {
	t.Amount = more
	w, err := t.walk(d)
	if err != nil {
		return Reckoning{}, err
	}
	w.begins, w.provisional = r.Begins, r.Provisional // what it is put on top of is no more certain than it was
	n := w.term.Amount
	switch {
	case n == 0:
		return w.reckoning(r.Due, r.Nominal)
	case w.term.Unit.hours():
		return w.hours(w.later(r.Due, hoursOf(n)))
	case w.term.toTheClock():
		day, clock := w.place(r.Due)
		return w.at(w.along(day, n), clock, r.Due)
	}
	return w.wholeDay(w.along(w.dayOf(r.Due.Add(-1)), n), r.Due)
}
