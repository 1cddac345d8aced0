package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// The bank has the answer of this case, and the other open case of the order is told.
func TestACaseThatHasAnsweredTellsTheOthersOfItsOrder(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.knowsKinds()
	tl.answered = func(o schemas.DisputeAnswer) (schemas.DisputeReceipt, error) {
		return schemas.DisputeReceipt{DisputeID: o.DisputeID, Status: schemas.DisputeAnswered, Sisters: []string{"shop:r-2"}}, nil
	}
	tl.env.OnSignalExternalWorkflow(mock.Anything, "shop:r-2", "", schemas.ExternalUpdated.Name, mock.Anything).
		Return(func(_, _, _, _ string, report any) error {
			told, refusal := schemas.Decode[schemas.ExternalWord](report.(schemas.Report).Body)
			require.Nil(t, refusal)
			require.Nil(t, told.Check())
			require.Equal(t, [3]string{"dp-1", "shop:r-1", string(schemas.Chargeback)}, [3]string{told.DisputeID, told.AnsweredIn, string(told.Kind)})
			require.Equal(t, usd(4784), *told.Amount)
			return nil
		}).Once()
	tl.steps[0].do = chargedBack(tl, 4784)
	tl.later(schemas.Review, time.Hour, func() {
		does(tl, schemas.ExternalAnswer, aFinancier, schemas.AnswerDispute{EvidenceIDs: []string{"scan-1"}})()
		soon(tl, time.Hour, decides(tl, schemas.DisputeWon))
		soon(tl, 2*time.Hour, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}))
	})
	tl.refunded().answersSurvey(5, schemas.SolvedYes)
	require.Equal(t, schemas.Completed, tl.run().Outcome)
	tl.env.AssertExpectations(t)
}

func TestNobodyIsAskedForAnAnswerThatAnotherCaseHasGiven(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.steps[0].do = func() {
		chargedBack(tl, 4784)()
		soon(tl, time.Hour, func() {
			w := aChargeback(4784)
			w.AnsweredIn = "shop:r-2"
			says(tl, schemas.ExternalUpdated, w)()
		})
		soon(tl, 11*24*time.Hour, func() { // after the day on which the answer was due
			v := tl.last()
			d := theDispute(t, v)
			require.Equal(t, schemas.DisputeAnswered, d.Status)
			require.Equal(t, "shop:r-2", d.AnsweredIn)
			require.Contains(t, named(v, schemas.ExternalUpdated.Name)[0].Message, "Case shop:r-2 has answered the chargeback dp-1")
			refuses(tl, schemas.CodeAlreadyDone, send(tl, schemas.ExternalAnswer, aFinancier, schemas.AnswerDispute{EvidenceIDs: []string{"scan-1"}}, "", 0))
			decides(tl, schemas.DisputeLost)()
		})
	}
	tl.answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.SettledExternally, v.Outcome)
	require.Empty(t, tl.handedIn)
	require.Empty(t, tl.toldStaff("staff.stuck"))
	for _, n := range tl.toldStaff("staff.sla_breach") {
		require.NotEqual(t, "external.chargeback", n.Vars["clock"], "nothing was missed")
	}
}

// Both answered at the same moment, and the bank has the other one's.
func TestAnAnswerThatComesSecondIsNoTask(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.answered = func(o schemas.DisputeAnswer) (schemas.DisputeReceipt, error) {
		return schemas.DisputeReceipt{DisputeID: o.DisputeID, Status: schemas.DisputeAnswered, AnsweredIn: "shop:r-2"}, nil
	}
	tl.steps[0].do = func() {
		chargedBack(tl, 4784)()
		soon(tl, time.Hour, does(tl, schemas.ExternalAnswer, aFinancier, schemas.AnswerDispute{EvidenceIDs: []string{"scan-1"}}))
		soon(tl, 2*time.Hour, func() {
			v := tl.last()
			require.Equal(t, "shop:r-2", theDispute(t, v).AnsweredIn)
			said := named(v, schemas.EventDisputeWord)
			require.Len(t, said, 1)
			require.Contains(t, said[0].Message, "Case shop:r-2 has answered dp-1")
			decides(tl, schemas.DisputeLost)()
		})
	}
	tl.answersSurvey(5, schemas.SolvedYes)
	require.Equal(t, schemas.SettledExternally, tl.run().Outcome)
	require.Empty(t, tl.toldStaff("staff.stuck"))
}

// The other case's word came before the bank's.
func TestTheWordThatAnotherCaseHasAnsweredMayComeFirst(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.steps[0].do = func() {
		w := aChargeback(4784)
		w.AnsweredIn = "shop:r-2"
		says(tl, schemas.ExternalUpdated, w)()
		soon(tl, time.Hour, func() {
			v := tl.last()
			require.Equal(t, schemas.DisputeAnswered, theDispute(t, v).Status)
			require.Equal(t, schemas.RefundHold, v.Holds[0].Kind, "money is kept back all the same")
			decides(tl, schemas.DisputeLost)()
		})
	}
	tl.answersSurvey(5, schemas.SolvedYes)
	require.Equal(t, schemas.SettledExternally, tl.run().Outcome)
}
