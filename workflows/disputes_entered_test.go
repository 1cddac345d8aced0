package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/aftercare/aftercare/schemas"
)

// Disputes that a person enters, and those that were answered where no case reaches.

func TestADisputeThatIsKnownToHaveEndedIsNotEnteredAgain(t *testing.T) {
	t.Parallel()
	entered := func(t *testing.T) *tale {
		t.Helper()
		tl := paid(t)
		tl.dispute = func(o schemas.DisputeOrder) (schemas.DisputeReceipt, error) {
			if o.Entered {
				r := schemas.Refusal{Code: schemas.CodeAlreadyDone, Field: "dispute_id", Message: "dp-1 is known, in case shop:r-0, and has ended: won."}
				return schemas.DisputeReceipt{}, temporal.NewNonRetryableApplicationError(r.Message, schemas.ErrorTypeRefused, nil, r)
			}
			return keptFor(o, o.Dispute.Amount.Minor), nil
		}
		tl.trouble = map[string][]error{schemas.DisputeBook.Name: {errAway, errAway}} // its answers are lost at first
		approve := tl.steps[0].do
		tl.steps[0].do = func() {
			does(tl, schemas.ExternalOpen, anAgent, aChargeback(4784))()
			soon(tl, time.Minute, approve)
		}
		return tl.refunded().answersSurvey(5, schemas.SolvedYes)
	}
	t.Run("who typed it hears of which case it is, and nothing is kept back", func(t *testing.T) {
		t.Parallel()
		tl := entered(t)
		v := tl.run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Equal(t, usd(4784), v.Money.Refunded)
		require.Empty(t, v.Disputes)
		require.NotContains(t, tl.told(), "external.confirmed", "the customer hears of no dispute that is none")
		require.Len(t, tl.tasks("dispute_known"), 1)
		require.Equal(t, anAgent.ID, tl.tasks("dispute_known")[0].To.ID)
		refused := named(v, schemas.EventRefused)
		require.Len(t, refused, 1)
		require.Contains(t, refused[0].Message, "in case shop:r-0, and has ended: won")
	})
	t.Run("which began again before the sixth edition", func(t *testing.T) {
		t.Parallel()
		tl := paid(t).ofEdition(5)
		tl.steps[0].do = func() {
			does(tl, schemas.ExternalOpen, anAgent, aChargeback(4784))()
			soon(tl, time.Minute, func() {
				require.False(t, tl.booked[0].Entered)
				decides(tl, schemas.DisputeLost)()
			})
		}
		require.Equal(t, schemas.SettledExternally, tl.answersSurvey(5, schemas.SolvedYes).run().Outcome)
	})
}

func TestADisputeThatSomebodyEntersIsOpenOnceTheLedgerHasIt(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.trouble = map[string][]error{schemas.DisputeBook.Name: {errAway, nil, errAway}}
	tl.steps[0].do = func() {
		does(tl, schemas.ExternalOpen, anAgent, aChargeback(4784))()
		soon(tl, time.Minute, func() {
			v := tl.last()
			require.Equal(t, schemas.DisputeOpen, theDispute(t, v).Status)
			require.Equal(t, schemas.RefundHold, v.Holds[0].Kind)
			require.Contains(t, tl.told(), "external.confirmed")
			refuses(tl, schemas.CodeAlreadyDone, send(tl, schemas.ExternalOpen, anAgent, aChargeback(4784), "", 0))
			decides(tl, schemas.DisputeLost)()
		})
	}
	v := tl.answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.SettledExternally, v.Outcome)
	require.Len(t, v.Disputes, 1)
}

func TestNobodyIsAskedForAnAnswerThatWasGivenElsewhere(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.trouble = map[string][]error{schemas.DisputeBook.Name: {nil, errAway}}
	approve := tl.steps[0].do
	tl.steps[0].do = func() {
		chargedBack(tl, 4784)()
		soon(tl, time.Hour, func() {
			w := aChargeback(4784)
			w.Answered = true
			says(tl, schemas.ExternalUpdated, w)()
		})
		soon(tl, 11*24*time.Hour, func() { // after the day on which the answer was due
			v := tl.last()
			require.Equal(t, schemas.DisputeAnswered, theDispute(t, v).Status)
			require.Equal(t, schemas.DisputeAnswered, tl.booked[len(tl.booked)-1].Dispute.Status)
			require.Empty(t, tl.handedIn, "nothing is handed in a second time")
			refuses(tl, schemas.CodeAlreadyDone, send(tl, schemas.ExternalAnswer, aFinancier, schemas.AnswerDispute{EvidenceIDs: []string{"scan-1"}}, "", 0))
			w := aChargeback(4784)
			w.Answered = true
			refuses(tl, schemas.CodeAlreadyDone, send(tl, schemas.ExternalOpen, anAgent, w, "", 0))
			decides(tl, schemas.DisputeWon)()
		})
		soon(tl, 2*time.Hour, approve)
	}
	v := tl.refunded().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
}
