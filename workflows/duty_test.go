package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// The statutory duty to pay back is one for each line.

func onLine(id string) schemas.OnLines {
	return schemas.OnLines{Lines: []schemas.PickLine{{LineID: id}}}
}

func passes(tl *tale, id string) func() {
	return does(tl, schemas.InspectionPass, anInspector, schemas.Pass{OnLines: onLine(id)})
}

func TestWhatIsFoundOnOneLineEndsTheDutyOfThatLineAlone(t *testing.T) {
	t.Parallel()
	for edition, runs := range map[int]bool{4: false, schemas.Edition: true} {
		tl := aReturn(t).ofEdition(edition).approved().ships().looksUp(schemas.RefundSucceeded)
		tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
		tl.in(schemas.Received, func() {
			does(tl, schemas.InspectionFail, anInspector, schemas.Fail{OnLines: onLine("1"), Finding: schemas.FindingUsed, EvidenceIDs: []string{"photo-1"}})()
			soon(tl, time.Hour, func() {
				require.Equal(t, runs, clockNamed(tl.last(), "law.refund") != nil, "edition %d: line 2 is to be paid in time all the same", edition)
				passes(tl, "2")()
			})
			soon(tl, 2*time.Hour, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{OnLines: onLine("1")}))
		})
		v := tl.answersSurvey(5, schemas.SolvedYes).run()
		require.Nil(t, clockNamed(v, "law.refund"))
		require.False(t, v.LegalBreach)
	}
}

// twoHere is a return of two lines, each of which comes in a parcel of its own, the second one later than the first.
func twoHere(t *testing.T, later time.Duration) *tale {
	t.Helper()
	tl := aReturn(t).approved().looksUp(schemas.RefundSucceeded)
	tl.in(schemas.WaitShipback, func() {
		for _, id := range []string{"1", "2"} {
			does(tl, schemas.ReturnSubmitWaybill, theCustomer, schemas.SubmitWaybill{OnLines: onLine(id), Carrier: "SF", Waybill: "SF" + id})()
		}
		soon(tl, time.Hour, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
		soon(tl, time.Hour+later, says(tl, schemas.ParcelDeliver, parcelWord("SF2")))
	})
	return tl
}

func TestTheDutyOfALineCountsFromItsOwnDelivery(t *testing.T) {
	t.Parallel()
	tl := twoHere(t, time.Hour)
	tl.in(schemas.Received, func() {
		first := clockNamed(tl.last(), "law.refund").Due
		passes(tl, "1")()
		soon(tl, time.Hour, func() {
			v := tl.last()
			require.Equal(t, schemas.Completed, v.Lines[0].Outcome)
			require.Equal(t, first.Add(time.Hour), clockNamed(v, "law.refund").Due, "line 2 came an hour later")
			passes(tl, "2")()
		})
	})
	require.Equal(t, schemas.Completed, tl.answersSurvey(5, schemas.SolvedYes).run().Outcome)
}

// missedDuties lists the days to pay by that were missed, in order.
func missedDuties(v schemas.View) []string {
	var dues []string
	for _, e := range named(v, schemas.EventExpired) {
		if e.Data["clock"] == refundDuty {
			dues = append(dues, e.Data["due"])
		}
	}
	return dues
}

func TestTheDutyOfASecondLineRunsOnAfterTheFirstWasMissed(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	tl := twoHere(t, day).looksUp(schemas.RefundAccepted) // the provider has the refunds, and does not pay
	first := time.Time{}
	tl.later(schemas.ReturnInTransit, 2*time.Hour, func() {
		first = clockNamed(tl.last(), refundDuty).Due
		soon(tl, 7*day, func() {
			v := tl.last()
			require.True(t, v.LegalBreach)
			require.True(t, v.Lines[0].PaidLate)
			require.False(t, v.Lines[1].PaidLate)
			require.Equal(t, first.Add(day), clockNamed(v, refundDuty).Due, "line 2 is still to be paid in time")
		})
		soon(tl, 9*day, func() {
			require.Nil(t, clockNamed(tl.last(), refundDuty))
			tl.looksUp(schemas.RefundSucceeded)
		})
	})
	v := tl.answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, []string{first.UTC().Format(time.RFC3339), first.Add(day).UTC().Format(time.RFC3339)}, missedDuties(v), "each of them once")
}

func TestAFindingThatIsTakenBackLeavesTheDutyAsItWas(t *testing.T) {
	t.Parallel()
	for edition, runs := range map[int]bool{5: false, schemas.Edition: true} {
		tl := aReturn(t).ofEdition(edition).approved().ships().looksUp(schemas.RefundAccepted)
		tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
		tl.in(schemas.Received, func() {
			due := clockNamed(tl.last(), refundDuty).Due
			does(tl, schemas.InspectionFail, anInspector, schemas.Fail{Finding: schemas.FindingUsed, EvidenceIDs: []string{"photo-1"}})()
			soon(tl, time.Hour, func() {
				require.Nil(t, clockNamed(tl.last(), refundDuty), "it is in dispute what is owed")
				does(tl, schemas.InspectionPass, anInspector, schemas.Pass{})()
			})
			soon(tl, 2*time.Hour, func() {
				k := clockNamed(tl.last(), refundDuty)
				require.Equal(t, runs, k != nil, "edition %d", edition)
				require.True(t, k == nil || k.Due.Equal(due), "it counts from the delivery all the same")
				tl.looksUp(schemas.RefundSucceeded)
			})
		})
		v := tl.answersSurvey(5, schemas.SolvedYes).run()
		require.False(t, v.LegalBreach)
	}
}

func TestGoodsThatCameUnaskedAreToBePaidInTimeToo(t *testing.T) {
	t.Parallel()
	for edition, runs := range map[int]bool{5: false, schemas.Edition: true} {
		tl := onLabel(t).ofEdition(edition).looksUp(schemas.RefundAccepted)
		tl.later(schemas.WaitShipback, time.Hour, does(tl, schemas.DecisionRevoke, aSupervisor, schemas.Revoke{Reason: "staff_error"}))
		came := time.Time{}
		tl.in(schemas.Review, func() {
			says(tl, schemas.GoodsReceived, parcelWord("LBL1"))()
			came = tl.env.Now()
			soon(tl, time.Hour, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}))
		})
		tl.in(schemas.Received, func() {
			k := clockNamed(tl.last(), refundDuty)
			require.Equal(t, runs, k != nil, "edition %d", edition)
			require.True(t, k == nil || k.Due.Equal(refundDueFrom(came)), "it counts from their arrival")
			tl.looksUp(schemas.RefundSucceeded)
			does(tl, schemas.InspectionPass, anInspector, schemas.Pass{})()
		})
		require.Equal(t, schemas.Completed, tl.answersSurvey(5, schemas.SolvedYes).run().Outcome)
	}
}

// A refund that came back from a closed account had been made in time.
func TestAPaymentThatComesBackIsNoDutyThatWasMissed(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).finding(line("1", 4784)).approved().ships().looksUp(schemas.RefundSucceeded)
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	tl.later(schemas.FollowUp, 10*24*time.Hour, func() {
		tl.looksUp(schemas.RefundReversed)
		says(tl, schemas.RefundReversal, refundWord(1))()
	})
	tl.later(schemas.RefundFailed, time.Hour, func() {
		require.Nil(t, clockNamed(tl.last(), refundDuty))
		tl.looksUp(schemas.RefundSucceeded)
		does(tl, schemas.RefundRetry, aFinancier, schemas.RetryRefund{})()
	})
	v := tl.answersSurvey(5, schemas.SolvedYes).run()
	require.False(t, v.LegalBreach)
	require.Empty(t, missedDuties(v))
}

func TestADutyThatCountsFromTheRequestRunsBeforeAnythingHasCome(t *testing.T) {
	t.Parallel()
	tl := within(func(p *schemas.Plan) {
		spec := p.Clocks[refundDuty]
		spec.Trigger = schemas.EventOpened
		p.Clocks[refundDuty] = spec
	}, aReturn(t).approved())
	tl.in(schemas.WaitShipback, func() {
		k := clockNamed(tl.last(), refundDuty)
		require.NotNil(t, k)
		require.Equal(t, started, k.StartedAt.UTC())
		does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{})()
	})
	require.Equal(t, schemas.Withdrawn, tl.run().Outcome)
}
