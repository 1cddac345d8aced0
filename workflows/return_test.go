package workflows_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// theCustomerShips and theParcelArrives are the way of every return that goes well.
func (tl *tale) approvedAndShipped() *tale {
	return tl.
		in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{})).
		in(schemas.WaitShipback, does(tl, schemas.ReturnSubmitWaybill, theCustomer, schemas.SubmitWaybill{Carrier: "SF", Waybill: "SF1"})).
		in(schemas.ReturnInTransit, says(tl, schemas.ParcelScanned, parcelWord("SF1"))).
		in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
}

func (tl *tale) inspectedAndRefunded() *tale {
	return tl.
		in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{})).
		in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1)))
}

func (tl *tale) answersSurvey(overall int, solved schemas.Solved) *tale {
	tl.steps = append(tl.steps, stepOf{state: schemas.FollowUp, after: 25 * hour, do: does(tl, schemas.SurveyAnswer, theCustomer, schemas.AnswerSurvey{Overall: overall, Solved: solved})})
	return tl
}

func TestReturnRefundedAfterApprovalAndInspection(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).approvedAndShipped().inspectedAndRefunded()
	tl.answersSurvey(5, schemas.SolvedYes)
	v := tl.run()

	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, schemas.Closed, v.State)
	require.Equal(t, usd(53665), v.Money.Refunded)
	require.Len(t, tl.ordered, 1)
	require.Equal(t, usd(53665), tl.ordered[0].Amount)
	require.Equal(t, "card-1", tl.ordered[0].Method)
	require.Equal(t, 5, v.Survey.Overall)
	require.Len(t, tl.disposed, 2, "both lines go back to stock")
	require.Empty(t, tl.released, "units that were refunded are not free again")
	require.Equal(t, []string{"ack.received", "return.approved", "return.received", "inspect.pass", "refund.started", "refund.done", "survey.invite", "case.closed"}, tl.told())
	for i, e := range v.Events {
		require.EqualValues(t, i+1, e.Revision)
		require.Equal(t, e, tl.events[e.Revision], "the archive has what the case has")
	}
}
