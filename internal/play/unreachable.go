package play

import (
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// tried is the clock on the way back of a customer whom the owner may give up on, and none where there is nothing to give up on.
func (p Parties) tried(v schemas.View) (schemas.Clock, bool) {
	if p != UnreachableCustomer || v.Unreachable != nil || v.ClosedAt != nil {
		return schemas.Clock{}, false
	}
	for _, l := range inState(v, schemas.WaitShipback) {
		for _, k := range v.Clocks {
			if k.ClockID == l.ClockID && !k.Paused && k.Name == string(v.Kind)+".wait_shipback" {
				return k, true
			}
		}
	}
	return schemas.Clock{}, false
}

// givenUpAt is when the owner gives up: well after the least time the policies ask for, and before the customer's own time is over.
func givenUpAt(k schemas.Clock) time.Time { return k.StartedAt.Add(k.Due.Sub(k.StartedAt) * 6 / 10) }

// watchesTime reports whether what a party does next depends on how long it has waited.
func (p Parties) watchesTime(v schemas.View) bool {
	_, tries := p.tried(v)
	return tries
}

// wakes is when a party acts by itself, or zero where none does.
func (p Parties) wakes(v schemas.View) time.Time {
	if k, tries := p.tried(v); tries && givenUpAt(k).After(v.Now) {
		return givenUpAt(k)
	}
	return time.Time{}
}

// givesUp says that the customer cannot be reached, once they have been tried by phone and by e-mail for long enough.
func (p Parties) givesUp(v schemas.View) (action, bool) {
	k, tries := p.tried(v)
	if !tries || v.Now.Before(givenUpAt(k)) {
		return action{}, false
	}
	half := k.StartedAt.Add(v.Now.Sub(k.StartedAt) / 2)
	return action{
		name: schemas.CaseMarkUnreachable.Name, by: schemas.Actor{Role: schemas.RoleAgent, ID: v.Owner}, on: "unreachable", once: true,
		body: schemas.MarkUnreachable{Attempts: []schemas.Attempt{{Channel: "phone", At: k.StartedAt}, {Channel: "email", At: half}, {Channel: "phone", At: v.Now}}},
	}, true
}

// notFetched is how many pick-ups of a parcel's lines the carrier has not kept; a parcel that nobody fetches counts as kept.
func notFetched(v schemas.View, parcel schemas.Parcel) int {
	for _, l := range v.Lines {
		if l.Waybill == parcel.Waybill && l.State == schemas.WaitShipback && parcel.PaidBy == schemas.TurnMerchant {
			return l.Pickups
		}
	}
	return 2
}
