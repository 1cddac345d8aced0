package endtoend

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/schemas"
)

// takesBack has the customer's bank take a payment back.
func (h *house) takesBack(r schemas.Request, number string, minor int64) {
	h.t.Helper()
	now := time.Now().UTC()
	require.NoError(h.t, h.world.OpenChargeback(h.t.Context(), sandbox.Chargeback{
		MerchantID: merchant, DisputeID: number, PaymentID: r.OrderID + "-p1", Amount: dollars(minor), Reason: "not_received", At: now, DueAt: now.Add(240 * time.Hour),
	}))
}

// settles lets the provider end what it was told to be slow about.
func (h *house) settles(caseID string) {
	h.t.Helper()
	require.NoError(h.t, h.world.SettleNow(h.t.Context(), caseID+"/"))
}

func (h *house) decides(number string, status schemas.DisputeStatus) {
	h.t.Helper()
	require.NoError(h.t, h.world.EndChargeback(h.t.Context(), merchant, number, status, time.Now().UTC()))
}

func disputeIs(status schemas.DisputeStatus) func(schemas.View) bool {
	return func(v schemas.View) bool {
		return len(v.Disputes) == 1 && v.Disputes[0].Status == status && v.Disputes[0].Booked
	}
}

// TestAChargebackWhileARefundIsInFlight is the worst moment: the provider has the order, its answer is lost, the bank takes the same money
// back, and the worker dies.
func TestAChargebackWhileARefundIsInFlight(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	r := h.wish(bought, isFaulty, keeps, withPhoto)
	h.fault(r, "refund", sandbox.Lose, "")
	h.fault(r, sandbox.Settling, sandbox.Slow, "24h")
	id := h.reviewed(r)
	h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
	h.awaitState(id, schemas.RefundProcessing)
	h.takesBack(r, "dp-"+r.RequestID, 6550)
	h.killWorker()
	v := h.await(id, "the case holds refunds back", disputeIs(schemas.DisputeOpen))
	require.Equal(t, schemas.RefundHold, v.Holds[0].Kind)
	require.Equal(t, dollars(6550), v.Disputes[0].Over, "all of it is on its way as a refund")
	refusal := h.refused(id, schemas.ExternalAnswer.Name, finance, schemas.AnswerDispute{EvidenceIDs: []string{"scan-1"}})
	require.Equal(t, schemas.CodeInFlight, refusal.Code)

	// Now the refund arrives, the case proves it, and a bank that sees it has nothing left to decide.
	h.settles(id)
	v = h.await(id, "the bank has decided, and the ledger knows", func(v schemas.View) bool { return disputeIs(schemas.DisputeWon)(v) && len(v.Holds) == 0 })
	require.Equal(t, schemas.System, *v.Disputes[0].AnsweredBy)
	require.Equal(t, dollars(6550), v.Money.Refunded)
	h.sound()
}

func TestALostChargebackIsNeverRefundedToo(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	r := h.wish(bought, isFaulty, keeps, withPhoto)
	id := h.reviewed(r)
	number := "dp-" + r.RequestID
	h.takesBack(r, number, 6550)
	h.await(id, "the case has heard", disputeIs(schemas.DisputeOpen))
	h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
	v := h.awaitState(id, schemas.RefundApproved)
	require.Empty(t, v.Money.Entries)
	h.decides(number, schemas.DisputeLost)
	v = h.await(id, "the lines have ended", func(v schemas.View) bool { return v.State == schemas.FollowUp })
	require.Equal(t, schemas.SettledExternally, v.Lines[0].Outcome)
	require.Empty(t, v.Money.Entries)
	h.sound()
}

func TestAnAcceptedChargebackIsBookedAndTheBankIsTold(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	r := h.wish(bought, isFaulty, keeps, withPhoto)
	id := h.reviewed(r)
	h.takesBack(r, "dp-"+r.RequestID, 6550)
	h.await(id, "the case has heard", disputeIs(schemas.DisputeOpen))
	h.fault(r, sandbox.Answering, sandbox.Lose, "")
	h.do(id, schemas.ExternalAccept.Name, finance, schemas.ConcedeDispute{Reason: "customer_is_right"})
	v := h.awaitState(id, schemas.FollowUp)
	require.Equal(t, schemas.DisputeAccepted, v.Disputes[0].Status)
	h.until("the bank has our word", func() bool {
		answer, found, err := h.world.Disputes().LookupDispute(t.Context(), merchant, "dp-"+r.RequestID)
		return err == nil && found && answer.Status == schemas.DisputeLost
	})
	h.sound()
}
