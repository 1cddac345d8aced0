package endtoend

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/schemas"
)

// troubled are the ways a case ends when people, machines or the world outside do what nobody wished for.
var troubled = []ending{
	{"unresolvable_when_the_customer_cannot_be_reached", func(h *house) string {
		id := h.approvedOf(h.wish(bought), agent)
		h.do(id, schemas.ShipbackExtend.Name, agent, schemas.OnLines{}) // so that nothing expires while they are tried
		now := h.pass(id, 6*24*time.Hour)                               // of silence
		tried := schemas.MarkUnreachable{}
		for i, by := range []schemas.Channel{"phone", "email", "phone"} {
			tried.Attempts = append(tried.Attempts, schemas.Attempt{Channel: by, At: now.Add(time.Duration(2*i-5)*24*time.Hour + time.Hour)})
		}
		h.do(id, schemas.CaseMarkUnreachable.Name, agent, tried)
		return h.ended(id, schemas.Unresolvable)
	}},
	{"completed_after_a_parked_label", func(h *house) string {
		id := h.labelParked(h.wish(bought, oneLine, isFaulty))
		h.do(id, schemas.StepRetry.Name, agent, schemas.RetryStep{})
		h.await(id, "the label is booked", func(v schemas.View) bool { return len(v.Parked) == 0 && len(v.Parcels) == 1 })
		h.carrier(id, schemas.ParcelDeliver.Name)
		h.fromReceived(id)
		return h.ended(id, schemas.Completed)
	}},
	{"completed_without_a_label_on_two_persons_word", func(h *house) string {
		r := h.wish(bought, oneLine, isFaulty)
		id := h.labelParked(r)
		h.do(id, schemas.StepSkip.Name, agent, schemas.SkipStep{Reason: "no_carrier_goes_there"})
		h.awaitApproval(id)
		h.do(id, schemas.ApprovalGrant.Name, supervisor, schemas.DecideApproval{})
		h.do(id, schemas.ReturnSubmitWaybill.Name, customerOf(r), schemas.SubmitWaybill{Carrier: "sandbox", Waybill: waybill()})
		h.carrier(id, schemas.ParcelDeliver.Name)
		h.fromReceived(id)
		return h.ended(id, schemas.Completed)
	}},
	{"completed_after_a_mistaken_approval", func(h *house) string {
		r := h.wish(bought)
		id := h.approvedOf(r, agent)
		h.do(id, schemas.DecisionRevoke.Name, supervisor, schemas.Revoke{Reason: "staff_error"})
		h.awaitState(id, schemas.Review)
		h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
		h.do(id, schemas.ReturnSubmitWaybill.Name, customerOf(r), schemas.SubmitWaybill{Carrier: "sandbox", Waybill: waybill()})
		h.carrier(id, schemas.ParcelDeliver.Name)
		h.fromReceived(id)
		return h.ended(id, schemas.Completed)
	}},
	{"completed_after_a_pick_up_that_was_missed", func(h *house) string {
		id := h.approvedOf(h.wish(bought, isFaulty), agent)
		h.carrier(id, schemas.PickupMissed.Name)
		h.await(id, "another pick-up is booked", func(v schemas.View) bool { return len(v.Parcels) == 2 })
		h.carrier(id, schemas.ParcelScanned.Name)
		h.awaitState(id, schemas.ReturnInTransit)
		h.carrier(id, schemas.ParcelDeliver.Name)
		h.fromReceived(id)
		return h.ended(id, schemas.Completed)
	}},
	{"exchange_whose_replacement_is_not_taken", func(h *house) string {
		r := h.wish(bought, swaps(likeIt))
		id := h.oldGoodsPass(r)
		h.replacementLeaves(id, 2)
		h.carrier(id, schemas.ParcelRefusal.Name)
		h.awaitState(id, schemas.ReplacementLost)
		h.carrier(id, schemas.ParcelDeliver.Name)
		h.await(id, "it is back", func(v schemas.View) bool { return !v.Parcels[1].Returning })
		h.do(id, schemas.OfferAccept.Name, customerOf(r), schemas.AnswerOffer{Choice: "reship"})
		h.replacementLeaves(id, 3)
		h.carrier(id, schemas.ParcelDeliver.Name)
		return h.ended(id, schemas.Completed)
	}},
	{"completed_partial_after_a_finding_that_another_confirmed", func(h *house) string {
		r := h.wish(dear)
		id := h.shippedAndReceived(r)
		h.do(id, schemas.InspectionFail.Name, inspector, schemas.Fail{Finding: schemas.FindingUsed, Deduction: in(20000), EvidenceIDs: []string{"photo-9"}})
		h.awaitApproval(id)
		h.do(id, schemas.ApprovalGrant.Name, supervisor, schemas.DecideApproval{})
		h.awaitState(id, schemas.InspectionFailed)
		h.do(id, schemas.OfferAccept.Name, customerOf(r), schemas.AnswerOffer{})
		h.awaitApproval(id)
		h.do(id, schemas.ApprovalGrant.Name, schemas.Actor{Role: schemas.RoleSupervisor, ID: "supervisor-2"}, schemas.DecideApproval{})
		return h.ended(id, schemas.CompletedPartial)
	}},
	{"settled_by_a_chargeback", func(h *house) string {
		r := h.wish(bought, isFaulty, keeps, withPhoto)
		id := h.reviewed(r)
		h.takesBack(r, "dp-"+r.RequestID, 6550)
		h.await(id, "the case has heard", disputeIs(schemas.DisputeOpen))
		h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
		h.decides("dp-"+r.RequestID, schemas.DisputeLost)
		h.ended(id, schemas.SettledExternally)
		h.moved(id, 0, 0)
		return id
	}},
	{"completed_after_a_chargeback_that_was_won", func(h *house) string {
		r := h.wish(bought, isFaulty, keeps, withPhoto)
		id := h.reviewed(r)
		h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
		h.awaitState(id, schemas.FollowUp)
		h.takesBack(r, "dp-"+r.RequestID, 6550)
		h.await(id, "the bank has decided", disputeIs(schemas.DisputeWon))
		h.ended(id, schemas.Completed)
		h.moved(id, 0, 6550)
		return id
	}},
	{"adopted_and_completed", func(h *house) string {
		id := h.shipped(h.wish(bought), "default", waybill())
		h.carrier(id, schemas.ParcelScanned.Name)
		h.awaitState(id, schemas.ReturnInTransit)
		h.terminate(id)
		next := h.adopt(id).CaseID
		h.fromTransit(next)
		return h.ended(next, schemas.Completed)
	}},
}

// labelParked approves a return whose label the carrier does not make this once.
func (h *house) labelParked(r schemas.Request) string {
	h.t.Helper()
	id := h.reviewed(r)
	require.NoError(h.t, h.world.Tell(h.t.Context(), sandbox.SystemCourier, "label", sandbox.Never, 1, "unserviceable", id+"/"))
	h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
	h.await(id, "the label is parked", func(v schemas.View) bool { return len(v.Parked) == 1 && !v.Parked[0].Trying })
	return id
}
