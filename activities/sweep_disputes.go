package activities

import (
	"context"
	"slices"
	"time"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// Disputes that no open case answers: one that comes after its case has ended, or about an order that nobody has asked anything about.
// Nobody would hear of them before the money is gone.

// aloneAtOnce is how many of them one sweep tells of.
const aloneAtOnce = 50

// usualPolicy says who is told of an order that no case was ever about.
const usualPolicy = "default"

// answerWithin is how soon somebody should look at a dispute of which nobody said when our answer is due. People are reminded when half of
// that is over; of the others two days before the due, or in the middle where the time is shorter.
const answerWithin = 24 * time.Hour

// alone lists the disputes of whose newest word nobody knows, and those that people know of and have not answered although that is due
// soon, with whom to tell.
func (s *Sweep) alone(ctx context.Context) ([]schemas.AloneDispute, error) {
	untold, err := s.store.DisputesAlone(ctx, aloneAtOnce)
	if err != nil {
		return nil, err
	}
	nearing, err := s.store.DisputesNearing(ctx, s.now(), answerWithin, aloneAtOnce)
	if err != nil {
		return nil, err
	}
	var found []schemas.AloneDispute
	for i, e := range slices.Concat(untold, nearing) {
		policy, owner := usualPolicy, ""
		if e.CaseID != "" {
			v, err := s.store.CaseRow(ctx, e.CaseID)
			if err != nil {
				return nil, err
			}
			policy, owner = v.Policy, v.Owner
		}
		found = append(found, schemas.AloneDispute{
			MerchantID: e.MerchantID, DisputeID: e.Dispute.DisputeID, CaseID: e.CaseID, Heard: e.Dispute.Heard, Again: i >= len(untold), Notice: s.aloneNotice(e, policy, owner, i >= len(untold)),
		})
	}
	return found, nil
}

// aloneNotice tells finance, the lawyers, the manager, and whoever had the last case of the order. Where they are reminded, the manager has
// to see to it, and so has whoever stands in for the manager or above.
func (s *Sweep) aloneNotice(e store.DisputeEntry, policy, owner string, again bool) schemas.NoticeOrder {
	d := e.Dispute
	at := laterOf(d.Heard, s.now())
	order := schemas.NoticeOrder{
		CaseID: e.CaseID, MerchantID: e.MerchantID, OrderID: e.OrderID, At: at, Priority: schemas.P1,
		Step: "dispute-" + d.DisputeID + "-" + d.Heard.UTC().Format("20060102T150405.000000"),
	}
	vars := map[string]string{"dispute": string(d.Kind), "number": d.DisputeID, "amount": "", "case_id": e.CaseID}
	if e.CaseID == "" {
		vars["case_id"] = "–"
	}
	if d.Amount.Minor > 0 {
		vars["amount"] = schemas.VarMoney(d.Amount)
	}
	template := "staff.external_alone"
	if d.Status.Over() {
		template, vars["decision"] = "staff.external_alone_over", string(d.Status)
	} else {
		due := at.Add(answerWithin)
		if d.DueAt != nil {
			due = *d.DueAt
		}
		vars["due"] = schemas.VarTime(due)
	}
	if again {
		template, order.Step = "staff.external_alone_again", order.Step+"-again"
	}
	told := map[string]bool{"": true}
	tell := func(role schemas.Role, id string) {
		if !told[id] {
			told[id] = true
			order.Messages = append(order.Messages, schemas.Notice{Template: template, To: schemas.Actor{Role: role, ID: id}, Vars: vars})
		}
	}
	people := s.people(policy)
	if len(people) == 0 {
		people = s.people(usualPolicy)
	}
	tell(schemas.RoleAgent, owner)
	for _, role := range []schemas.Role{schemas.RoleFinance, schemas.RoleLegal, schemas.RoleManager} {
		if len(people[role]) > 0 {
			tell(role, people[role][0].ID)
		}
	}
	if again && len(people[schemas.RoleManager]) > 0 {
		tell(schemas.RoleManager, people[schemas.RoleManager][0].Deputy)
	}
	if again && len(people[schemas.RoleExecutive]) > 0 {
		tell(schemas.RoleExecutive, people[schemas.RoleExecutive][0].ID)
	}
	return order
}

// Told notes that people know of a dispute. It is safe to run twice, and leaves a newer word to be told.
func (s *Sweep) Told(ctx context.Context, told schemas.DisputesTold) (schemas.Nothing, error) {
	if err := s.store.DisputeTold(ctx, told); err != nil {
		return schemas.Nothing{}, oursFailed("note that people know of dispute "+told.DisputeID, err)
	}
	return schemas.Nothing{}, nil
}
