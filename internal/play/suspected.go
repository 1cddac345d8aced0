package play

import (
	"slices"

	"github.com/aftercare/aftercare/schemas"
)

// suspected reports whether the case was taken in under the suspicion of a rule.
func suspected(v schemas.View) bool {
	return slices.ContainsFunc(v.Events, func(e schemas.Event) bool {
		return e.Name == schemas.EventIntake && e.Data["hold"] == string(schemas.AutomationHold)
	})
}

// looksAt is what a supervisor does about a suspicion: looks, and lets the case go on. What is asked for is then decided like any other.
func looksAt(v schemas.View) (action, bool) {
	for _, h := range v.Holds {
		if h.Kind == schemas.AutomationHold && h.DisputeID == "" {
			by := schemas.Actor{Role: schemas.RoleSupervisor, ID: "supervisor-1"}
			return action{name: schemas.HoldRelease.Name, by: by, on: string(h.Kind), body: schemas.ChangeHold{Hold: h.Kind, Reason: "looked_at"}}, true
		}
	}
	return action{}, false
}

// together splits the requests of a group into those that are played at the same time: a customer who asks again and again waits for the
// end of one request before the next.
func (p Parties) together(group []int) [][]int {
	if p != SuspiciousCustomer {
		return [][]int{group}
	}
	return slices.Collect(slices.Chunk(group, 1))
}

// groupOf is what a request is played together with: its order's others, or those of its customer.
func (p Parties) groupOf(r schemas.Request) string {
	if p == SuspiciousCustomer {
		return r.MerchantID + "/" + r.CustomerID
	}
	return r.MerchantID + "/" + r.OrderID
}
