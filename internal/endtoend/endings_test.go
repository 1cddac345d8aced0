package endtoend

import (
	"crypto/rand"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/schemas"
)

// rarer are the ways to end that take more people, more trouble or more time.
var rarer = []ending{
	// The goods are on the shelf when the money comes back: it is sent again, and the goods move once.
	{"completed_with_goods_after_the_money_came_back", func(h *house) string {
		r := h.wish(bought)
		id := h.returned(r)
		h.do(id, schemas.InspectionPass.Name, inspector, schemas.Pass{})
		h.awaitState(id, schemas.FollowUp)
		require.NoError(h.t, h.world.Tell(h.t.Context(), sandbox.SystemPayments, sandbox.Settling, sandbox.Reverse, 1, "1ms", id+"/"))
		h.awaitState(id, schemas.RefundFailed)
		h.do(id, schemas.RefundRetry.Name, finance, schemas.RetryRefund{})
		return h.ended(id, schemas.Completed)
	}},
	// The merchant's fault: a label of ours, and nobody answers the survey.
	{"completed_with_our_label", func(h *house) string {
		r := h.wish(bought, isFaulty)
		id := h.reviewed(r)
		h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
		h.carrier(id, schemas.ParcelScanned.Name)
		h.awaitState(id, schemas.ReturnInTransit)
		h.carrier(id, schemas.ParcelDeliver.Name)
		h.awaitState(id, schemas.Received)
		h.do(id, schemas.InspectionPass.Name, inspector, schemas.Pass{Disposition: schemas.Refurbish})
		return h.ended(id, schemas.Completed)
	}},
	// Refund-only without a photo: the customer is asked, a person asks once more.
	{"completed_after_a_question", func(h *house) string {
		r := h.wish(bought, isFaulty, keeps)
		id := h.opened(r)
		h.awaitState(id, schemas.WaitInfo)
		h.do(id, schemas.CaseProvideInfo.Name, customerOf(r), schemas.ProvideInfo{EvidenceIDs: []string{"photo-1"}})
		h.awaitState(id, schemas.Review)
		h.do(id, schemas.ReviewRequestInfo.Name, agent, schemas.RequestInfo{Wanted: []string{"invoice"}})
		h.do(id, schemas.CaseProvideInfo.Name, customerOf(r), schemas.ProvideInfo{EvidenceIDs: []string{"invoice-1"}})
		h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
		return h.ended(id, schemas.Completed)
	}},
	// Two of three pieces are sent back, one is kept for less money.
	{"completed_in_parts", func(h *house) string {
		r := h.wish(threeTimes)
		id := h.reviewed(r)
		two := schemas.OnLines{Lines: []schemas.PickLine{{LineID: "1", Quantity: 2}}}
		h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{OnLines: two})
		h.do(id, schemas.OfferMake.Name, agent, schemas.MakeOffer{What: schemas.OfferPartialRefund, Amount: in(400)})
		h.do(id, schemas.OfferAccept.Name, customerOf(r), schemas.AnswerOffer{})
		h.do(id, schemas.ReturnSubmitWaybill.Name, customerOf(r), schemas.SubmitWaybill{Carrier: "sandbox", Waybill: waybill()})
		h.carrier(id, schemas.ParcelDeliver.Name)
		h.await(id, "arrived", func(v schemas.View) bool { return happenings(v, schemas.ParcelDeliver.Name) == 1 })
		h.do(id, schemas.InspectionPass.Name, inspector, schemas.Pass{})
		return h.ended(id, schemas.CompletedPartial)
	}},
	// An offer is declined, one countered, one lapses; then it is approved.
	{"completed_after_three_offers", func(h *house) string {
		r := h.wish(bought)
		id := h.reviewed(r)
		offer := schemas.MakeOffer{What: schemas.OfferPartialRefund, Amount: in(1000)}
		h.do(id, schemas.OfferMake.Name, agent, offer)
		h.do(id, schemas.OfferDecline.Name, customerOf(r), schemas.AnswerOffer{})
		h.do(id, schemas.OfferMake.Name, agent, offer)
		h.do(id, schemas.OfferCounter.Name, customerOf(r), schemas.CounterOffer{Amount: dollars(6000)})
		h.do(id, schemas.OfferMake.Name, agent, offer)
		h.passUntilState(id, schemas.Review)
		require.Equal(h.t, schemas.CodeNoRounds, h.refused(id, schemas.OfferMake.Name, agent, offer).Code)
		yes := true
		h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{RefundOnly: &yes})
		return h.ended(id, schemas.Completed)
	}},
	// The customer disputes the finding; the supervisor grants the appeal.
	{"completed_after_a_disputed_inspection", func(h *house) string {
		r := h.wish(bought)
		id := h.returned(r)
		h.do(id, schemas.InspectionFail.Name, inspector, schemas.Fail{Finding: schemas.FindingUsed, Deduction: in(1000), EvidenceIDs: []string{"photo-9"}})
		h.do(id, schemas.OfferDecline.Name, customerOf(r), schemas.AnswerOffer{})
		h.do(id, schemas.AppealDecide.Name, supervisor, schemas.DecideAppeal{Grant: true, Reason: "not_proven"})
		return h.ended(id, schemas.Completed)
	}},
	// The goods are lost on their way to the customer: the price is refunded.
	{"completed_after_the_goods_were_lost_on_their_way_home", func(h *house) string {
		r := h.wish(bought)
		id := h.returned(r)
		h.do(id, schemas.InspectionFail.Name, inspector, schemas.Fail{Finding: schemas.FindingDamaged, EvidenceIDs: []string{"photo-9"}})
		h.do(id, schemas.OfferAccept.Name, customerOf(r), schemas.AnswerOffer{Choice: string(schemas.OfferSendBack)})
		h.await(id, "two parcels", func(v schemas.View) bool { return len(v.Parcels) == 2 })
		h.carrier(id, schemas.ParcelLoss.Name)
		return h.ended(id, schemas.Completed)
	}},
	// Approved and extended once, and nothing is ever sent.
	{"expired_after_an_extension", func(h *house) string {
		r := h.wish(bought)
		id := h.reviewed(r)
		h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
		h.do(id, schemas.ShipbackExtend.Name, customerOf(r), schemas.OnLines{})
		return h.ended(id, schemas.Expired)
	}},
	// A person finds that another case is the same.
	{"merged_by_a_person", func(h *house) string {
		other := h.wish(threeTimes, func(r *schemas.Request) { r.Lines[0].Quantity = 1 })
		holder := h.reviewed(other)
		same := other
		same.RequestID += "-again"
		id := h.reviewed(same)
		gone := h.refused(id, schemas.CaseMerge.Name, agent, schemas.Merge{Into: "shop:nobody", Reason: "duplicate"})
		require.Equal(h.t, schemas.CodeUnknownCase, gone.Code)
		h.do(id, schemas.CaseMerge.Name, agent, schemas.Merge{Into: holder, Reason: "duplicate"})
		return h.ended(id, schemas.Merged)
	}},
	// No such line in the order.
	{"invalid_line", func(h *house) string {
		return h.ended(h.opened(h.wish(bought, func(r *schemas.Request) { r.Lines = []schemas.RequestLine{{LineID: "9", Quantity: 1}} })), schemas.Invalid)
	}},
	// More than was bought.
	{"invalid_nothing_left", func(h *house) string {
		return h.ended(h.opened(h.wish(threeTimes, func(r *schemas.Request) { r.Lines[0].Quantity = 4 })), schemas.Invalid)
	}},
	// Refunded before.
	{"invalid_already_settled", func(h *house) string {
		r := h.wish(bought, isFaulty, keeps, withPhoto)
		first := h.reviewed(r)
		h.do(first, schemas.ReviewApprove.Name, agent, schemas.Approve{})
		h.passUntilEnd(first, schemas.Completed)
		r.RequestID += "-again"
		return h.ended(h.opened(r), schemas.Invalid)
	}},
	// No such policy.
	{"invalid_policy", func(h *house) string {
		return h.ended(h.open(h.wish(bought), "nobody"), schemas.Invalid)
	}},
	// Started under a foreign workflow id.
	{"invalid_case_id", func(h *house) string {
		id := "foreign-" + rand.Text()
		h.completed(h.startRaw(id, schemas.Opening{Request: h.wish(bought)}))
		return h.ended(id, schemas.Invalid)
	}},
	// A start that cannot be read.
	{"invalid_input", func(h *house) string {
		id := "shop:raw-" + rand.Text()
		h.completed(h.startRaw(id, map[string]any{"request": map[string]any{"colour": "red"}}))
		return h.ended(id, schemas.Invalid)
	}},
	// A foreign client starts an ended case once more: the old answer.
	{"started_again_after_its_end", func(h *house) string {
		r := h.wish(underWay)
		id := h.opened(r)
		h.awaitEnd(id, schemas.Invalid)
		h.completed(h.startRaw(id, schemas.Opening{Request: r}))
		return h.ended(id, schemas.Invalid)
	}},
	// The account is closed at first; finance tries again.
	{"completed_after_a_retry", func(h *house) string {
		id := h.failing(h.wish(bought, isFaulty, keeps, withPhoto), "declined")
		h.do(id, schemas.RefundRetry.Name, finance, schemas.RetryRefund{})
		return h.ended(id, schemas.Completed)
	}},
	// The account is closed and nobody cares for days: parked, told upwards, paid in the end.
	{"completed_after_days_unpaid", func(h *house) string {
		id := h.failing(h.wish(bought, isFaulty, keeps, withPhoto), "account_closed")
		h.letTimePass(id, "at level 4", func(v schemas.View) bool { return v.Level >= 4 })
		h.do(id, schemas.RefundRetry.Name, finance, schemas.RetryRefund{})
		return h.ended(id, schemas.Completed)
	}},
	// It succeeded, came back, and is paid again.
	{"completed_after_the_money_came_back_and_was_sent_again", func(h *house) string {
		r := h.wish(bought, isFaulty, keeps, withPhoto)
		id := h.reviewed(r)
		h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
		h.awaitState(id, schemas.FollowUp)
		require.NoError(h.t, h.world.Tell(h.t.Context(), sandbox.SystemPayments, sandbox.Settling, sandbox.Reverse, 1, "1ms", id+"/"))
		h.awaitState(id, schemas.RefundFailed)
		h.do(id, schemas.RefundRetry.Name, finance, schemas.RetryRefund{})
		return h.ended(id, schemas.Completed)
	}},
	// Above the limit: the second person refuses; appealed, granted.
	{"completed_after_a_refused_approval", func(h *house) string {
		r := h.wish(dear, isFaulty, keeps, withPhoto)
		id := h.reviewed(r)
		h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
		h.do(id, schemas.ApprovalRefuse.Name, supervisor, schemas.DecideApproval{Reason: "looks_wrong"})
		h.do(id, schemas.AppealFile.Name, customerOf(r), schemas.FileAppeal{})
		h.do(id, schemas.AppealDecide.Name, manager, schemas.DecideAppeal{Grant: true, Reason: "looks_right"})
		h.awaitApproval(id)
		h.do(id, schemas.ApprovalGrant.Name, schemas.Actor{Role: schemas.RoleSupervisor, ID: "supervisor-2"}, schemas.DecideApproval{})
		return h.ended(id, schemas.Completed)
	}},
	// Above the limit, and nobody decides: the operator grants what is owed.
	{"completed_by_a_silent_approval", func(h *house) string {
		id := h.reviewed(h.wish(dear, isFaulty, keeps, withPhoto))
		h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
		return h.ended(id, schemas.Completed)
	}},
	// The customer's parcel is lost: a person decides.
	{"completed_after_the_customers_parcel_was_lost", func(h *house) string {
		id := h.shipped(h.wish(bought), "default", waybill())
		h.carrier(id, schemas.ParcelScanned.Name)
		h.carrier(id, schemas.ParcelLoss.Name)
		h.awaitState(id, schemas.Review)
		h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
		return h.ended(id, schemas.Completed)
	}},
	// The number was wrong: the carrier is asked, and it is the customer's turn again.
	{"expired_with_a_parcel_nobody_knows", func(h *house) string {
		r := h.wish(bought)
		id := h.shipped(r, "default", waybill())
		h.letTimePass(id, "traced", func(v schemas.View) bool { return happenings(v, schemas.EventTraced) > 0 })
		return h.ended(id, schemas.Expired)
	}},
	// An exception, then refused at our own warehouse, then it arrives after all.
	{"completed_after_trouble_with_the_parcel", func(h *house) string {
		id := h.shipped(h.wish(bought), "default", waybill())
		h.carrier(id, schemas.ParcelException.Name)
		h.carrier(id, schemas.ParcelRefusal.Name)
		h.letTimePass(id, "escalated", func(v schemas.View) bool { return v.Level >= 3 })
		h.carrier(id, schemas.ParcelDeliver.Name)
		h.awaitState(id, schemas.Received)
		h.do(id, schemas.InspectionPass.Name, inspector, schemas.Pass{})
		return h.ended(id, schemas.Completed)
	}},
	// A low score that nobody follows up: it climbs the ladder and lapses.
	{"completed_after_a_low_score_nobody_followed", func(h *house) string {
		id := h.paidOut(h.wish(bought, isFaulty, keeps, withPhoto))
		h.answerSurvey(id, 2, schemas.SolvedYes)
		return h.ended(id, schemas.Completed)
	}},
	// Not solved: back to review at level 3, and closed as it was.
	{"completed_after_not_solved_and_granted", func(h *house) string {
		id := h.paidOut(h.wish(bought, isFaulty, keeps, withPhoto))
		h.answerSurvey(id, 1, schemas.SolvedNo)
		h.awaitState(id, schemas.Review)
		h.do(id, schemas.ReviewApprove.Name, supervisor, schemas.Approve{})
		return h.ended(id, schemas.Completed)
	}},
}

func in(minor int64) *schemas.Money { m := dollars(minor); return &m }

func waybill() string { return "W" + rand.Text()[:12] }

func (h *house) opened(r schemas.Request) string { return h.open(r, "default") }

func (h *house) reviewed(r schemas.Request) string {
	id := h.opened(r)
	h.awaitState(id, schemas.Review)
	return id
}

// returned brings a return to the warehouse.
func (h *house) returned(r schemas.Request) string {
	id := h.shipped(r, "default", waybill())
	h.carrier(id, schemas.ParcelScanned.Name)
	h.carrier(id, schemas.ParcelDeliver.Name)
	h.awaitState(id, schemas.Received)
	return id
}

func (h *house) handedBack(id string) {
	h.await(id, "two parcels", func(v schemas.View) bool { return len(v.Parcels) == 2 })
	h.carrier(id, schemas.ParcelScanned.Name)
	h.carrier(id, schemas.ParcelDeliver.Name)
}

// failing approves a refund that fails for a reason.
func (h *house) failing(r schemas.Request, code string) string {
	id := h.reviewed(r)
	require.NoError(h.t, h.world.Tell(h.t.Context(), sandbox.SystemPayments, "refund", sandbox.Refuse, 1, code, id+"/"))
	h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
	h.awaitState(id, schemas.RefundFailed)
	return id
}

func (h *house) askedInTime(id string) {
	h.letTimePass(id, "asked how it went", func(v schemas.View) bool { return v.Survey != nil && v.Survey.SentAt != nil })
}

func (h *house) paidOut(r schemas.Request) string {
	id := h.reviewed(r)
	h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
	h.askedInTime(id)
	return id
}

func (h *house) awaitApproval(id string) {
	h.await(id, "an open approval", func(v schemas.View) bool {
		for _, a := range v.Approvals {
			if a.DecidedBy == nil {
				return true
			}
		}
		return false
	})
}

// ended lets time pass until a case has ended, as it must.
func (h *house) ended(id string, outcome schemas.Outcome) string {
	h.t.Helper()
	h.passUntilEnd(id, outcome)
	return id
}

// tellEveryEnding tells them all in one house, side by side.
func tellEveryEnding(t *testing.T, told func(t *testing.T, h *house, e ending, caseID string)) {
	h := openHouse(t)
	h.canForward()
	h.shelf.fill()
	t.Run("told", func(t *testing.T) {
		for _, e := range slices.Concat(endings, rarer, exchanged, continued, troubled, lookedAt) {
			t.Run(e.name, func(t *testing.T) {
				t.Parallel()
				mine := h.in(t)
				id := e.tell(mine)
				mine.await(id, "it has ended", func(v schemas.View) bool { return v.ClosedAt != nil })
				told(t, mine, e, id)
			})
		}
	})
	h.sound()
}

func TestEveryWayACaseCanEnd(t *testing.T) {
	long(t)
	tellEveryEnding(t, func(*testing.T, *house, ending, string) {})
}
