package endtoend

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// A chargeback is won. Somebody types its number into the next case of the order, and the worker dies meanwhile: the case says that it is known, and
// the money stays the merchant's. One that was answered in the bank's own portal is asked about by nobody.
func TestAWonChargebackDoesNotBeginAgainAndOneAnsweredElsewhereIsNotAskedAbout(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	one := h.wish(bought, isFaulty, keeps, withPhoto)
	two := one
	two.RequestID += "-b"
	two.Lines, one.Lines = one.Lines[1:], one.Lines[:1]
	first, next := h.reviewed(one), h.reviewed(two)
	won, other := "dp-"+one.RequestID, "dp-"+two.RequestID
	h.takesBack(one, won, 1000)
	h.await(first, "the case has heard", disputeIs(schemas.DisputeOpen))
	h.decides(won, schemas.DisputeWon)
	for _, id := range []string{first, next} {
		h.await(id, "the bank has decided", func(v schemas.View) bool { return disputeIs(schemas.DisputeWon)(v) && len(v.Holds) == 0 })
	}
	refusal := h.refused(first, schemas.ExternalOpen.Name, finance, typed(won))
	require.Equal(t, schemas.CodeAlreadyDone, refusal.Code, "this case knows it")

	three := one
	three.RequestID += "-c"
	h.do(first, schemas.ReviewReject.Name, agent, schemas.Reject{Reason: "used", EvidenceIDs: []string{"photo-1"}})
	h.do(first, schemas.CaseWithdraw.Name, customerOf(one), schemas.Withdraw{})
	h.await(first, "it has ended", func(v schemas.View) bool { return v.ClosedAt != nil || v.State == schemas.FollowUp })
	last := h.reviewed(three)
	h.do(last, schemas.ExternalOpen.Name, finance, typed(won))
	h.killWorker()
	v := h.await(last, "the ledger has refused it", func(v schemas.View) bool { return happenings(v, schemas.EventRefused) == 1 })
	require.Empty(t, v.Disputes)
	require.Empty(t, v.Holds)

	h.takesBack(one, other, 500)
	h.await(last, "the case has heard", disputeIs(schemas.DisputeOpen))
	h.report(schemas.ExternalUpdated.Name, "bank", "portal-"+other, time.Now().UTC(), schemas.ExternalWord{
		DisputeID: other, Kind: schemas.Chargeback, MerchantID: merchant, OrderID: one.OrderID, Answered: true,
	})
	h.await(last, "nobody is asked for an answer", disputeIs(schemas.DisputeAnswered))
	refusal = h.refused(last, schemas.ExternalAnswer.Name, finance, schemas.AnswerDispute{EvidenceIDs: []string{"scan-1"}})
	require.Equal(t, schemas.CodeAlreadyDone, refusal.Code, "a bank reads one answer")
	h.decides(other, schemas.DisputeWon)
	h.await(last, "the bank has decided", func(v schemas.View) bool { return disputeIs(schemas.DisputeWon)(v) && len(v.Holds) == 0 })
	h.sound()
}

// typed is a chargeback as a person enters it.
func typed(number string) schemas.ExternalWord {
	sum := dollars(1000)
	return schemas.ExternalWord{DisputeID: number, Kind: schemas.Chargeback, Amount: &sum}
}
