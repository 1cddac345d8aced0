package endtoend

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/schemas"
)

// continued are the ways a case goes on in another one: as another kind, or reopened after its end.
var continued = []ending{
	{"return_becomes_an_exchange", func(h *house) string {
		id := h.toExchange(h.wish(bought, oneLine))
		h.ended(h.replacedIn(schemas.SuccessorID(id)), schemas.Completed)
		return id
	}},
	{"exchange_that_was_a_return", func(h *house) string {
		return h.ended(h.replacedIn(schemas.SuccessorID(h.toExchange(h.wish(bought, oneLine)))), schemas.Completed)
	}},
	{"return_becomes_an_exchange_by_an_offer", func(h *house) string {
		r := h.wish(bought, oneLine)
		id := h.reviewed(r)
		h.do(id, schemas.OfferMake.Name, agent, schemas.MakeOffer{What: schemas.OfferExchange, ReplacementSKU: cheaper})
		h.do(id, schemas.OfferAccept.Name, customerOf(r), schemas.AnswerOffer{})
		h.awaitEnd(id, schemas.Converted)
		return h.goneOn(id, schemas.Expired)
	}},
	{"reopened_and_the_rest_is_paid", func(h *house) string {
		next := h.reopened(h.paidInPart(h.wish(bought, oneLine)))
		h.do(next, schemas.ReviewApprove.Name, supervisor, schemas.Approve{})
		h.ended(next, schemas.Completed)
		h.moved(next, 0, 500)
		return next
	}},
	{"reopened_and_nobody_decides", func(h *house) string {
		return h.ended(h.reopened(h.paidInPart(h.wish(bought, oneLine))), schemas.CompletedPartial)
	}},
	{"reopened_after_it_expired", func(h *house) string {
		r := h.wish(bought, oneLine)
		id := h.approvedOf(r, agent)
		h.passUntilEnd(id, schemas.Expired)
		next := h.reopened(id)
		h.do(next, schemas.ReviewApprove.Name, agent, schemas.Approve{})
		h.do(next, schemas.ReturnSubmitWaybill.Name, customerOf(r), schemas.SubmitWaybill{Carrier: "sandbox", Waybill: waybill()})
		h.carrier(next, schemas.ParcelDeliver.Name)
		h.awaitState(next, schemas.Received)
		h.do(next, schemas.InspectionPass.Name, inspector, schemas.Pass{})
		return h.ended(next, schemas.Completed)
	}},
	{"reopened_exchange", func(h *house) string {
		id := h.oldGoodsPass(h.wish(bought, swaps(dearer)))
		h.replacementArrives(id)
		h.ended(id, schemas.Completed)
		next := h.reopened(id)
		h.do(next, schemas.ReviewReject.Name, supervisor, schemas.Reject{Reason: "explained"})
		h.ended(next, schemas.RejectedFinal)
		h.moved(next, 0, 0)
		return next
	}},
}

// toExchange brings a return to the warehouse and lets its customer have a lamp instead of the money.
func (h *house) toExchange(r schemas.Request) string {
	h.t.Helper()
	id := h.returned(r)
	h.do(id, schemas.CaseConvert.Name, customerOf(r), schemas.Convert{To: schemas.KindExchange, ReplacementSKU: likeIt})
	h.awaitEnd(id, schemas.Converted)
	return id
}

// replacedIn lets the exchange that goes on inspect the goods that are here, and brings the replacement to the customer.
func (h *house) replacedIn(next string) string {
	h.t.Helper()
	v := h.awaitState(next, schemas.Received)
	require.Len(h.t, v.Parcels, 1, "the parcel has gone on with the line")
	h.do(next, schemas.InspectionPass.Name, inspector, schemas.Pass{})
	h.replacementArrives(next)
	return next
}

// paidInPart takes a return to its end with five dollars less.
func (h *house) paidInPart(r schemas.Request) string {
	h.t.Helper()
	id := h.returned(r)
	h.do(id, schemas.InspectionFail.Name, inspector, schemas.Fail{Finding: schemas.FindingUsed, Deduction: in(500), EvidenceIDs: []string{"photo-9"}})
	h.do(id, schemas.OfferAccept.Name, customerOf(r), schemas.AnswerOffer{})
	return h.ended(id, schemas.CompletedPartial)
}

// reopened has the customer reopen a case, and gives the one that continues it once a person can look at it.
func (h *house) reopened(id string) string {
	h.t.Helper()
	me := schemas.Actor{Role: schemas.RoleCustomer, ID: h.row(id).CustomerID}
	got := h.do(id, schemas.CaseReopen.Name, me, schemas.Reopen{Reason: "not_solved"})
	require.Equal(h.t, schemas.SuccessorID(id), got.CaseID)
	h.awaitState(got.CaseID, schemas.Review)
	return got.CaseID
}

func TestACaseIsReopenedOnceHoweverOftenItIsAskedForAndAfterTemporalHasForgottenIt(t *testing.T) {
	t.Parallel()
	long(t)
	h := openHouse(t)
	h.canForward()
	r := h.wish(bought, oneLine, isFaulty)
	id := h.approvedOf(r, agent)
	require.Equal(t, schemas.CodeWrongState, h.refused(id, schemas.CaseReopen.Name, customerOf(r), schemas.Reopen{Reason: "not_solved"}).Code)
	h.passUntilEnd(id, schemas.Expired)
	require.Equal(t, schemas.CodeWrongRole, h.refused(id, schemas.CaseReopen.Name, inspector, schemas.Reopen{Reason: "not_solved"}).Code)
	stranger := schemas.Actor{Role: schemas.RoleCustomer, ID: "somebody"}
	require.Equal(t, schemas.CodeNotYours, h.refused(id, schemas.CaseReopen.Name, stranger, schemas.Reopen{Reason: "not_solved"}).Code)
	require.Contains(t, h.refused(id, schemas.CaseMessage.Name, customerOf(r), schemas.Message{EvidenceIDs: []string{"photo-1"}}).Message, "case.reopen")

	_, err := h.temporal.WorkflowService().DeleteWorkflowExecution(t.Context(), &workflowservice.DeleteWorkflowExecutionRequest{
		Namespace: h.namespace, WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: id},
	})
	require.NoError(t, err)
	h.until("Temporal has forgotten the case", func() bool {
		_, err := h.cases.Ask(t.Context(), id)
		return err != nil
	})

	next := schemas.SuccessorID(id)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			got, err := h.try(id, schemas.CaseReopen.Name, customerOf(r), schemas.Reopen{Reason: "not_solved"})
			if err != nil || got.CaseID != next {
				t.Errorf("reopened as %q: %v", got.CaseID, err)
			}
		})
	}
	wg.Wait()
	v := h.awaitState(next, schemas.Review)
	require.Equal(t, id, v.PredecessorID)
	require.Equal(t, schemas.WhyReopen, v.Continues)
	require.Equal(t, next, h.row(id).SuccessorID)
	require.Len(t, v.Lines, 1)
	require.Len(t, v.Lines[0].Units, 1, "it has its unit again")
	h.starter("reopen", id, "--as", "customer:"+r.CustomerID).done(t)
	require.Contains(t, h.starter("show", next).done(t).out, "reopened")

	// The parcel whose label the first case had booked is handed over late: the case that goes on hears of it.
	h.carrier(next, schemas.ParcelDeliver.Name)
	v = h.await(next, "the parcel's word", func(v schemas.View) bool { return len(v.Lines) > 0 && v.Lines[0].GoodsWith == schemas.TurnWarehouse })
	h.do(next, schemas.ReviewApprove.Name, agent, schemas.Approve{})
	h.awaitState(next, schemas.Received)
	h.do(next, schemas.InspectionPass.Name, inspector, schemas.Pass{})
	h.ended(next, schemas.Completed)
	require.Equal(t, 1, happenings(v, schemas.EventOpened))
}

func TestAReopenedCaseWhoseAnswersAreLostPaysTheRestOnce(t *testing.T) {
	t.Parallel()
	long(t)
	h := openHouse(t)
	h.canForward()
	next := h.reopened(h.paidInPart(h.wish(bought, oneLine)))
	require.NoError(t, h.world.Tell(t.Context(), sandbox.SystemPayments, "refund", sandbox.Lose, 2, "", next+"/"))
	h.do(next, schemas.ReviewApprove.Name, supervisor, schemas.Approve{})
	h.killWorker()
	h.ended(next, schemas.Completed)
	h.moved(next, 0, 500)
	h.sound()
}
