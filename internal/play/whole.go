package play

import (
	"slices"

	"github.com/aftercare/aftercare/schemas"
)

// whole is what became of a request whose case went on in another one: it stands where the last case stands, under the number the
// customer knows, with the lines, the money and the parcels of all of them.
func whole(earlier []schemas.View, last schemas.View) schemas.View {
	if len(earlier) == 0 {
		return last
	}
	v := last
	v.CaseID, v.PredecessorID, v.SuccessorID = earlier[0].CaseID, earlier[0].PredecessorID, last.CaseID
	v.Kind, v.Requested, v.OpenedAt = earlier[0].Kind, earlier[0].Requested, earlier[0].OpenedAt
	v.Lines, v.Events, v.Parcels = nil, nil, nil
	v.Money = schemas.Accounts{Entries: []schemas.Refund{}}
	for _, one := range append(slices.Clone(earlier), last) {
		for _, l := range one.Lines {
			if l.Outcome != schemas.Converted {
				v.Lines = append(v.Lines, l)
			}
		}
		for _, p := range one.Parcels {
			if !slices.ContainsFunc(v.Parcels, func(known schemas.Parcel) bool { return known.Waybill == p.Waybill }) {
				v.Parcels = append(v.Parcels, p)
			}
		}
		v.Events = append(v.Events, one.Events...)
		v.Money = together(v.Money, one.Money)
	}
	return v
}

func together(a, b schemas.Accounts) schemas.Accounts {
	sum := func(x, y schemas.Money) schemas.Money {
		if x.Currency == "" {
			return y
		}
		return x.Add(y)
	}
	a.Refunded, a.Charged = sum(a.Refunded, b.Refunded), sum(a.Charged, b.Charged)
	a.Entries, a.Charges = append(a.Entries, b.Entries...), append(a.Charges, b.Charges...)
	return a
}
