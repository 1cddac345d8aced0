package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

func TestAPlatformsDecisionIsMirroredAndNothingIsRefusedMeanwhile(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.steps[0].do = func() {
		w := schemas.ExternalWord{DisputeID: "tk-7", Kind: schemas.DisputePlatform, OrderID: "o-1"}
		says(tl, schemas.ExternalOpened, w)()
		soon(tl, time.Minute, func() {
			refuses(tl, schemas.CodeOnHold, send(tl, schemas.ReviewReject, anAgent, schemas.Reject{Reason: "used"}, "", 0))
			refuses(tl, schemas.CodeWrongState, send(tl, schemas.ExternalAccept, aFinancier, schemas.ConcedeDispute{Reason: "right"}, "", 0))
			does(tl, schemas.ExternalAnswer, aLead, schemas.AnswerDispute{Pack: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"})()
			w.Decision = schemas.DisputeLost
			soon(tl, time.Hour, says(tl, schemas.ExternalDecided, w))
		})
	}
	tl.refunded().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, tl.ordered, 1, "what the platform granted is refunded")
	require.Empty(t, tl.handedIn, "no payment provider has to do with it")
	require.Equal(t, schemas.P1, v.Priority)
}

func TestARegulatorComesFirstAndMayBeSettledWith(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.steps[0].do = func() {
		does(tl, schemas.ExternalOpen, anAgent, schemas.ExternalWord{DisputeID: "12315-9", Kind: schemas.DisputeRegulator})()
		soon(tl, time.Minute, func() {
			require.Equal(t, schemas.P0, tl.last().Priority)
			refuses(tl, schemas.CodeAlreadyDone, send(tl, schemas.ExternalOpen, anAgent, schemas.ExternalWord{DisputeID: "12315-9", Kind: schemas.DisputeRegulator}, "", 0))
			does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{})()
			does(tl, schemas.ExternalSettle, aSupervisor, schemas.ConcedeDispute{Reason: "agreed"})()
		})
	}
	tl.refunded().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, schemas.DisputeSettled, theDispute(t, v).Status)
	require.Equal(t, usd(4784), v.Money.Refunded, "a settlement holds nothing back")
}

func TestAPlatformThatHasPaidTakesThePlaceOfTheRefund(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.steps[0].do = func() {
		sum := usd(4784)
		w := schemas.ExternalWord{DisputeID: "tk-7", Kind: schemas.DisputePlatform, OrderID: "o-1", PaymentID: "p-1", Amount: &sum, Decision: schemas.DisputeLost, Paid: true}
		says(tl, schemas.ExternalDecided, w)()
	}
	tl.answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.SettledExternally, v.Outcome)
	require.Empty(t, tl.ordered)
}
