package schemas

import "time"

// Dues is when a clock ends and why: what each layer of its rule says, and which of them counts.
type Dues struct {
	Due         time.Time  `json:"due"`
	Rule        string     `json:"rule"`  // the one that counts
	Basis       string     `json:"basis"` // law, platform, promise, default
	Provisional bool       `json:"provisional,omitempty"`
	Layers      []LayerDue `json:"layers,omitempty"` // every layer, in the order of the clock's
}

// LayerDue is when a clock would end if one layer stood alone.
type LayerDue struct {
	Rule        string       `json:"rule"`
	Basis       string       `json:"basis"`
	Due         time.Time    `json:"due"`
	Nominal     time.Time    `json:"nominal"` // before it rolled over a rest day
	Provisional bool         `json:"provisional,omitempty"`
	Skipped     []SkippedDay `json:"skipped,omitempty"`
	Term        *Term        `json:"term,omitempty"`
	// Platform is set where the platform itself has said when its step ends: its word replaces our copy of its rule.
	Platform bool `json:"platform,omitempty"`
}

// Due reckons when a clock ends that starts at an instant: of a duty the earliest of its layers counts, of a right the latest.
// A layer whose calendar does not reach so far is taken by its usual length and marked provisional, so that a clock always has
// an end.
func (p Plan) Due(c ClockSpec, at time.Time) Dues { return p.DueWith(c, at, nil) }

// DueWith is Due where the platform has named an end of its own: it replaces the platform's layer and no other. Where no
// rule of the platform's is known, the platform's word is a layer by itself.
func (p Plan) DueWith(c ClockSpec, at time.Time, platform *time.Time) Dues {
	return Reckon(c, at, platform, p.Days)
}

// Reckon is Due with calendars from anywhere: days gives the row of a calendar by its id, and nil where there is none.
func Reckon(c ClockSpec, at time.Time, platform *time.Time, days func(calendar string) Days) Dues {
	if len(c.Layers) == 0 && platform == nil {
		return Dues{Due: at.Add(c.After.D()), Rule: c.Rule, Basis: c.Basis}
	}
	layers := c.Layers
	if len(layers) == 0 {
		layers = []ClockLayer{{Rule: c.Rule, Basis: c.Basis, After: c.After}}
	}
	var dues []LayerDue
	heard := false
	for _, l := range layers {
		due := layerDue(c, l, at, days)
		if l.Basis == "platform" && platform != nil {
			if heard {
				continue
			}
			due.Due, due.Nominal, due.Provisional, due.Skipped, due.Platform, heard = *platform, *platform, false, nil, true, true
		}
		dues = append(dues, due)
	}
	if platform != nil && !heard {
		dues = append(dues, LayerDue{Rule: "platform", Basis: "platform", Due: *platform, Nominal: *platform, Platform: true})
	}
	return weigh(dues, c.Latest)
}

func layerDue(c ClockSpec, l ClockLayer, at time.Time, days func(string) Days) LayerDue {
	due := LayerDue{Rule: l.Rule, Basis: l.Basis, Term: l.Term}
	if l.Term == nil {
		due.Due = at.Add(l.After.D())
		due.Nominal = due.Due
		return due
	}
	r, err := l.Term.From(days(l.Term.Calendar), at)
	if err != nil {
		due.Due, due.Provisional = at.Add(c.After.D()), true
		due.Nominal = due.Due
		return due
	}
	due.Due, due.Nominal, due.Provisional, due.Skipped = r.Due, r.Nominal, r.Provisional, r.Skipped
	return due
}

// Days is the row of days of a calendar; nil where the plan has none.
func (p Plan) Days(calendar string) Days {
	h, ok := p.Calendars[calendar]
	if !ok {
		return nil
	}
	d, err := h.Days()
	if err != nil {
		return nil
	}
	return d
}

// weigh lets the earliest due of a duty count, and the latest end of a right.
func weigh(dues []LayerDue, latest bool) Dues {
	first := dues[0]
	for _, d := range dues[1:] {
		if (latest && d.Due.After(first.Due)) || (!latest && d.Due.Before(first.Due)) {
			first = d
		}
	}
	return Dues{Due: first.Due, Rule: first.Rule, Basis: first.Basis, Provisional: first.Provisional, Layers: dues}
}
