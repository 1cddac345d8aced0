package endtoend

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// shipped opens a return and brings it to where the customer has handed the goods over.
func (h *house) shipped(r schemas.Request, policy, waybill string) string {
	h.t.Helper()
	caseID := h.open(r, policy)
	h.awaitState(caseID, schemas.Review)
	h.do(caseID, schemas.ReviewApprove.Name, agent, schemas.Approve{})
	h.do(caseID, schemas.ReturnSubmitWaybill.Name, customerOf(r), schemas.SubmitWaybill{Carrier: "sandbox", Waybill: waybill})
	return caseID
}

func TestAFactThatComesTwiceCountsOnce(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	caseID := h.shipped(h.wish(bought), "default", "TWICE1")
	word, at := schemas.ParcelWord{Waybill: "TWICE1", Carrier: "sandbox"}, time.Now().UTC()
	require.Equal(t, []string{caseID}, h.report(schemas.ParcelScanned.Name, "courier", "e-1", at, word).Cases)
	h.await(caseID, "scanned", func(v schemas.View) bool { return happenings(v, schemas.ParcelScanned.Name) == 1 })
	require.True(t, h.report(schemas.ParcelScanned.Name, "courier", "e-1", at, word).Duplicate)
	// Past our own door, too: the case itself knows what it has heard.
	report := schemas.Report{Source: "courier", EventID: "e-1", OccurredAt: at, ReceivedAt: at, Body: raw(t, word)}
	require.NoError(t, h.temporal.SignalWorkflow(t.Context(), caseID, "", schemas.ParcelScanned.Name, report))
	h.report(schemas.ParcelDeliver.Name, "courier", "e-2", at, word)
	v := h.awaitState(caseID, schemas.Received)
	require.Equal(t, 1, happenings(v, schemas.ParcelScanned.Name))
	h.sound()
}

// keptLate reports whether a fact was kept as one that nothing waited for any more. The delivery itself may be among those:
// the carrier, asked to report on the parcel, may have told of it first.
func keptLate(v schemas.View, fact string) bool {
	for _, e := range v.Events {
		if e.Name == schemas.EventLateFact && e.Data["fact"] == fact {
			return true
		}
	}
	return false
}

func TestFactsOutOfOrderAreJudgedByWhenTheyHappened(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	caseID := h.shipped(h.wish(bought), "default", "ORDER1")
	word, now := schemas.ParcelWord{Waybill: "ORDER1", Carrier: "sandbox"}, time.Now().UTC()
	delivered := now.Add(-time.Hour)
	h.report(schemas.ParcelDeliver.Name, "courier", "e-2", delivered, word)
	v := h.awaitState(caseID, schemas.Received)
	for _, k := range v.Clocks {
		if k.Name == "law.refund" {
			require.WithinDuration(t, delivered.Add(7*24*time.Hour), k.Due, time.Second, "the duty counts from the delivery, not from when we heard of it")
		}
	}
	// The scan of two hours ago comes last. It changes nothing but the book of the parcel.
	h.report(schemas.ParcelScanned.Name, "courier", "e-1", now.Add(-2*time.Hour), word)
	v = h.await(caseID, "the late scan is kept", func(v schemas.View) bool { return keptLate(v, schemas.ParcelScanned.Name) })
	require.Equal(t, schemas.Received, v.State)
	require.Equal(t, schemas.ParcelDelivered, v.Parcels[0].Status)
	// And a loss that was reported before it turned up does not take the goods away again.
	h.report(schemas.ParcelLoss.Name, "courier", "e-0", now.Add(-3*time.Hour), word)
	v = h.await(caseID, "the late loss is kept", func(v schemas.View) bool { return keptLate(v, schemas.ParcelLoss.Name) })
	require.Equal(t, schemas.Received, v.State)
	require.Equal(t, schemas.ParcelDelivered, v.Parcels[0].Status)
	h.sound()
}

func TestAFactBeforeItsWaybillIsKnownIsNotLost(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	word, at := schemas.ParcelWord{Waybill: "EARLY1", Carrier: "sandbox"}, time.Now().UTC()
	r := h.wish(bought)
	caseID := h.open(r, "default")
	h.awaitState(caseID, schemas.Review)
	h.do(caseID, schemas.ReviewApprove.Name, agent, schemas.Approve{})
	require.True(t, h.report(schemas.ParcelScanned.Name, "courier", "e-1", at.Add(-2*time.Minute), word).Unknown)
	require.True(t, h.report(schemas.ParcelDeliver.Name, "courier", "e-2", at.Add(-time.Minute), word).Unknown)
	h.do(caseID, schemas.ReturnSubmitWaybill.Name, customerOf(r), schemas.SubmitWaybill{Carrier: "sandbox", Waybill: "EARLY1"})
	// The carrier knows the parcel when it is registered, so nobody waits for a fact that will not come again.
	v := h.awaitState(caseID, schemas.Received)
	require.WithinDuration(t, at.Add(-time.Minute), *v.Parcels[0].DeliveredAt, time.Second)
	// A source that repeats itself is heard now.
	require.Equal(t, []string{caseID}, h.report(schemas.ParcelDeliver.Name, "courier", "e-2", at.Add(-time.Minute), word).Cases)
	h.sound()
}

func TestAFactAfterTheEndIsKeptAndChangesNothing(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	r := h.wish(bought, keeps, isFaulty, func(r *schemas.Request) { r.EvidenceIDs = []string{"photo-1"} })
	caseID := h.open(r, "demo")
	h.awaitState(caseID, schemas.Review)
	h.do(caseID, schemas.ReviewApprove.Name, agent, schemas.Approve{})
	v := h.await(caseID, "asked how it went", func(v schemas.View) bool { return v.Survey != nil && v.Survey.SentAt != nil })
	h.answerSurvey(caseID, 5, schemas.SolvedYes)
	before := h.awaitEnd(caseID, schemas.Completed)
	noted := h.report(schemas.RefundSuccess.Name, "payments", "again", time.Now(), schemas.RefundWord{RefundID: v.Money.Entries[0].RefundID})
	require.True(t, noted.Late)
	require.True(t, h.report(schemas.RefundReversal.Name, "payments", "nobody", time.Now(), schemas.RefundWord{RefundID: "shop:none/refund/1"}).Unknown)
	require.Equal(t, pretty(t, before), pretty(t, h.row(caseID)))
	h.sound()
}
