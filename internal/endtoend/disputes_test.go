package endtoend

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
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

// A bank keeps 10.00 of what an article cost whose replacement is just to leave, and the worker dies when it hears of it.
func TestAReplacementOfWhichABankKeepsAPartLeavesOnAPersonsWord(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	r := h.wish(bought, swaps(likeIt))
	id := h.shippedAndReceived(r)
	h.takesBack(r, "dp-"+r.RequestID, 1000)
	h.await(id, "the case holds goods back", disputeIs(schemas.DisputeOpen))
	h.do(id, schemas.InspectionPass.Name, inspector, schemas.Pass{})
	h.awaitState(id, schemas.ShipReplacement)
	h.decides("dp-"+r.RequestID, schemas.DisputeLost)
	h.killWorker()
	v := h.await(id, "a person is asked", func(v schemas.View) bool { return len(v.Holds) == 1 && v.Holds[0].Reason == "bank_took_part" })
	require.Equal(t, dollars(1000), *v.Lines[0].BankTook)
	require.Empty(t, v.Lines[0].Replacement.ShipmentID)
	h.do(id, schemas.HoldRelease.Name, supervisor, schemas.ChangeHold{Hold: schemas.ShipmentHold, Reason: "agreed"})
	h.replacementArrives(id)
	h.do(id, schemas.ReplacementConfirm.Name, customerOf(r), schemas.OnLines{})
	h.surveyed(id, schemas.Completed)
	h.moved(id, 0, 0)
	h.balanced()
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

// Two open cases of one order hear of one chargeback, and people answer in both at the same moment, while the bank's word on the first answer
// is lost. The bank has one answer, both cases say whose, and nobody has a task of it.
func TestOneCaseAnswersAChargebackThatTwoHaveHeardOf(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	one := h.wish(bought, isFaulty, keeps, withPhoto)
	two := one
	two.RequestID += "-b"
	two.Lines, one.Lines = one.Lines[1:], one.Lines[:1]
	ids := []string{h.reviewed(one), h.reviewed(two)}
	number := "dp-" + one.RequestID
	h.fault(one, sandbox.Answering, sandbox.Lose, "")
	h.fault(two, sandbox.Answering, sandbox.Lose, "")
	h.takesBack(one, number, 6550)
	for _, id := range ids {
		h.await(id, "the case has heard", disputeIs(schemas.DisputeOpen))
	}
	var both sync.WaitGroup
	for _, id := range ids {
		both.Go(func() {
			body, _ := json.Marshal(schemas.AnswerDispute{EvidenceIDs: []string{"scan-1"}})
			order := schemas.Order{CommandID: "answer-" + id[5:], Actor: finance, Body: body}
			_, err := h.cases.Send(t.Context(), id, schemas.ExternalAnswer.Name, order)
			var refusal *schemas.Refusal
			if errors.As(err, &refusal) {
				assert.Equal(t, schemas.CodeAlreadyDone, refusal.Code, "the other one was faster, and this one had heard of it")
				return
			}
			assert.NoError(t, err)
		})
	}
	both.Wait()
	answered := map[string]string{}
	for _, id := range ids {
		v := h.await(id, "the case knows whose answer the bank has", func(v schemas.View) bool {
			return v.Disputes[0].Status == schemas.DisputeAnswered && (v.Disputes[0].AnsweredIn != "" || happenings(v, schemas.EventDisputeWord) > 0)
		})
		answered[id] = v.Disputes[0].AnsweredIn
		require.Zero(t, happenings(v, schemas.EventStuck), timeline(v))
	}
	giver := ids[0]
	if answered[giver] != "" {
		giver = ids[1]
	}
	require.Empty(t, answered[giver])
	for _, id := range ids {
		if id != giver {
			require.Equal(t, giver, answered[id])
		}
	}
	var given []string
	for d, err := range h.world.Books().Disputes(t.Context(), merchant) {
		require.NoError(t, err)
		if d.DisputeID == number {
			given = append(given, d.Key)
		}
	}
	require.Equal(t, []string{giver + "/answer/1"}, given)
	h.decides(number, schemas.DisputeWon)
	for _, id := range ids {
		h.await(id, "the bank has decided", func(v schemas.View) bool { return v.Disputes[0].Status == schemas.DisputeWon && len(v.Holds) == 0 })
	}
	h.sound()
}

// What the worker keeps when a dispute begins holds the provider's numbers of refunds, as what `starter evidence` makes does.
func TestTheKeptEvidenceHasTheProvidersNumbers(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	r := h.wish(bought, isFaulty, keeps, withPhoto)
	id := h.reviewed(r)
	h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
	refund := h.awaitState(id, schemas.FollowUp).Money.Entries[0].RefundID
	number := "dp-" + r.RequestID
	h.takesBack(r, number, 6550)
	h.await(id, "the evidence is kept", func(v schemas.View) bool { return len(v.Disputes) == 1 && v.Disputes[0].Kept != "" })
	kept, made := filepath.Join(t.TempDir(), "kept.zip"), filepath.Join(t.TempDir(), "made.zip")
	h.starter("evidence", id, "--of", number, "--out", kept).done(t)
	h.starter("evidence", id, "--out", made).done(t)
	answer, found, err := h.world.Payments().Lookup(t.Context(), merchant, refund)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, map[string]string{refund: answer.Number}, numbersIn(t, kept))
	require.Equal(t, numbersIn(t, made), numbersIn(t, kept))
}

// numbersIn reads the provider's numbers out of an evidence pack.
func numbersIn(t *testing.T, file string) map[string]string {
	t.Helper()
	z, err := zip.OpenReader(file)
	require.NoError(t, err)
	defer func() { require.NoError(t, z.Close()) }()
	raw, err := fs.ReadFile(z, "money.json")
	require.NoError(t, err)
	var money struct {
		Numbers map[string]string `json:"provider_numbers"`
	}
	require.NoError(t, json.Unmarshal(raw, &money))
	return money.Numbers
}
