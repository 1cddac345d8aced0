package imports

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// Shifts remembers by how many days a merchant's data set was shifted when it was first imported. *store.Store does.
type Shifts interface {
	// ImportShift remembers the shift of a data set at its first import, and gives the same ever after.
	ImportShift(ctx context.Context, merchant string, asOf, today time.Time) (days int, err error)
	// ImportShifts lists what is remembered of a merchant, the latest day first.
	ImportShifts(ctx context.Context, merchant string) ([]store.ImportShift, error)
}

// Shift is by how many days the dates of one merchant were moved, and why.
type Shift struct {
	Merchant string `json:"merchant"`
	AsOf     string `json:"as_of"` // the day the data call today
	Days     int    `json:"days"`
	// Remembered is true where the shift is that of an earlier import.
	Remembered bool `json:"remembered"`
	// Before is the shift of an earlier import as of another day: orders that are imported again move by the difference.
	Before *ShiftBefore `json:"before,omitempty"`
}

// ShiftBefore is a shift that another day was the reason of.
type ShiftBefore struct {
	AsOf string `json:"as_of"`
	Days int    `json:"days"`
}

// shift is the shift of one merchant in this import.
type shift struct {
	asOf   time.Time
	days   int
	before *ShiftBefore
	known  bool // it was remembered before
	noted  bool // it is in the result, and remembered
}

// chooseShifts decides before anything is written by how many days each merchant's dates move.
func (in *importer) chooseShifts(ctx context.Context) (map[string]*shift, error) {
	chosen := map[string]*shift{}
	if in.Options.Shifts == nil || in.AsTheyStand {
		return chosen, nil
	}
	for _, merchant := range in.look.sellers {
		remembered, err := in.Options.Shifts.ImportShifts(ctx, merchant)
		if err != nil {
			return nil, err
		}
		switch {
		case !in.AsOf.IsZero():
			s := shiftAsOf(in.AsOf, in.Today, remembered)
			if refusal := in.doubtful(merchant, s); refusal != nil {
				return nil, refusal
			}
			chosen[merchant] = s
		case len(remembered) == 1:
			chosen[merchant] = &shift{asOf: remembered[0].AsOf, days: remembered[0].Days, known: true}
		case len(remembered) > 1:
			return nil, severalShifts(merchant, remembered)
		}
	}
	return chosen, nil
}

// shiftAsOf is the shift of a data set that calls asOf today, and what its merchant's dates were shifted by before.
func shiftAsOf(asOf, today time.Time, remembered []store.ImportShift) *shift {
	s := &shift{asOf: store.Day(asOf), days: int(store.Day(today).Sub(store.Day(asOf)) / (24 * time.Hour))}
	for _, r := range remembered {
		if r.AsOf.Equal(s.asOf) {
			s.days, s.known = r.Days, true
		}
	}
	if !s.known && len(remembered) > 0 {
		s.before = &ShiftBefore{AsOf: remembered[0].AsOf.Format(time.DateOnly), Days: remembered[0].Days}
	}
	return s
}

// doubtful refuses a day that cannot be the one on which the data were written: by it most orders would arrive only in the future,
// or it is still to come although the merchant's data were written on another day before.
func (in *importer) doubtful(merchant string, s *shift) *schemas.Refusal {
	refuse := func(why string, args ...any) *schemas.Refusal {
		return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "as_of", Message: fmt.Sprintf(why, args...) + " Nothing was imported; check the day."}
	}
	if s.before != nil && s.days < 0 {
		return refuse("%s is later than today, and data of %s were imported as of %s before.", s.asOf.Format(time.DateOnly), merchant, s.before.AsOf)
	}
	ahead := 0
	for _, at := range in.look.delivered[merchant] {
		if in.stillToCome(at.AddDate(0, 0, s.days)) {
			ahead++
		}
	}
	if all := len(in.look.delivered[merchant]); 2*ahead > all {
		return refuse("as of %s, %d of %d orders of %s would be delivered in the future, because dates would be shifted by %d day(s).", s.asOf.Format(time.DateOnly), ahead, all, merchant, s.days)
	}
	return nil
}

// stillToCome reports whether a moment is later than today.
func (in *importer) stillToCome(at time.Time) bool {
	return !at.Before(store.Day(in.Today).AddDate(0, 0, 1))
}

// severalShifts refuses to guess which of several data sets is imported again: the wrong guess would make orders older or
// younger than the cases that stand on them.
func severalShifts(merchant string, remembered []store.ImportShift) error {
	var days []string
	for _, r := range remembered {
		days = append(days, fmt.Sprintf("%s (shifted by %d)", r.AsOf.Format(time.DateOnly), r.Days))
	}
	return &schemas.Refusal{Code: schemas.CodeMissingField, Field: "as_of", Message: fmt.Sprintf(
		"data of %s were imported as of %s; say with --as-of which of them these are. Nothing was imported.", merchant, strings.Join(days, " and "))}
}

// shiftOrder moves the dates of an order. What would have been delivered later than today was not delivered: the shift is wrong.
func (in *importer) shiftOrder(o *schemas.ShopOrder) *schemas.Refusal {
	days := 0
	if s := in.shifts[o.MerchantID]; s != nil {
		days = s.days
	}
	o.PlacedAt = o.PlacedAt.AddDate(0, 0, days)
	if o.DeliveredAt == nil {
		return nil
	}
	delivered := o.DeliveredAt.AddDate(0, 0, days)
	o.DeliveredAt = &delivered
	if !in.stillToCome(delivered) {
		return nil
	}
	message := fmt.Sprintf("the order would have been delivered on %s, which is still to come.", delivered.UTC().Format(time.DateOnly))
	if days != 0 {
		message += fmt.Sprintf(" All dates are shifted by %d day(s); is --as-of the day on which these data were written?", days)
	} else {
		message += " If the data were written for another day, name it with --as-of."
	}
	return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "delivered_at", Message: message}
}

// rememberShift keeps the shift of a merchant with the first order that is shifted by it, so that a wrong one, by which no order
// could be taken in, is not remembered.
func (in *importer) rememberShift(ctx context.Context, merchant string) error {
	s := in.shifts[merchant]
	if s == nil || s.noted {
		return nil
	}
	if !s.known {
		if _, err := in.Options.Shifts.ImportShift(ctx, merchant, s.asOf, in.Today); err != nil {
			return err
		}
	}
	s.noted = true
	if len(in.result.Shifts) == 0 {
		in.result.ShiftDays = s.days
	}
	in.result.Shifts = append(in.result.Shifts, Shift{Merchant: merchant, AsOf: s.asOf.Format(time.DateOnly), Days: s.days, Remembered: s.known, Before: s.before})
	return nil
}
