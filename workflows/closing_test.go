package workflows_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// A case closes when everything it has asked for is done, and not before: what fails after the end nobody could mend.

// surveyOver lets a case's survey be over within seconds of its resolution, and people hear within seconds of what keeps it open.
func surveyOver(tl *tale) *tale {
	return within(func(p *schemas.Plan) {
		for name, after := range map[string]time.Duration{"survey.wait": 10 * time.Second, "survey.open": 10 * time.Second, "step.parked": 40 * time.Second, "step.parked_again": 40 * time.Second} {
			spec := p.Clocks[name]
			spec.After, spec.Layers = schemas.Duration(after), nil
			p.Clocks[name] = spec
		}
	}, tl)
}

// awayThen is somebody who does not answer for some two minutes, and then refuses for ever.
func awayThen(refuses error) []error { return append(slices.Repeat([]error{errAway}, 8), refuses) }

func TestACaseIsNotOverBeforeItsGoodsAreOnTheirShelf(t *testing.T) {
	t.Parallel()
	tl := surveyOver(aReturn(t).approvedAndShipped().inspectedAndRefunded())
	tl.trouble = map[string][]error{schemas.GoodsDispose.Name: awayThen(never("unknown_article"))}
	tl.later(schemas.FollowUp, 25*time.Second, func() {
		v := tl.last()
		require.Contains(t, v.Waiting, "Over, as COMPLETED, but for goods.dispose, under way since")
		require.NotNil(t, v.DueAt)
	})
	tl.parked(schemas.GoodsDispose.Name, func(schemas.Parked) {
		require.Nil(t, tl.last().ClosedAt)
		does(tl, schemas.StepCorrect, anInspector, schemas.CorrectStep{Disposition: schemas.Quarantine, Reason: "article_unknown"})()
	})
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, tl.disposed, 2)
	require.Equal(t, schemas.Quarantine, tl.disposed[0].Disposition)
	alerts := named(v, schemas.EventOpsAlert)
	require.NotEmpty(t, alerts)
	require.Contains(t, alerts[0].Message, "The case is over, but for goods.dispose: there is no answer since")
	require.Equal(t, "3", alerts[0].Data["level"])
	require.Equal(t, "4", alerts[1].Data["level"])
}

func TestACaseIsNotOverBeforeItsUnitsAreFree(t *testing.T) {
	t.Parallel()
	withdrawn := func(t *testing.T, edition int) *tale {
		tl := surveyOver(aReturn(t)).ofEdition(edition)
		tl.in(schemas.Submitted, does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{}))
		tl.trouble = map[string][]error{schemas.ClaimsRelease.Name: awayThen(booksRefuse("bad_value"))}
		return tl
	}
	t.Run("since the sixth edition", func(t *testing.T) {
		t.Parallel()
		tl := withdrawn(t, schemas.Edition)
		tl.parked(schemas.ClaimsRelease.Name, func(p schemas.Parked) {
			require.Nil(t, tl.last().ClosedAt)
			tl.retries(p)
		})
		v := tl.run()
		require.Equal(t, schemas.Withdrawn, v.Outcome)
		require.Len(t, tl.released, 1)
	})
	t.Run("which it was before", func(t *testing.T) {
		t.Parallel()
		tl := withdrawn(t, 5)
		v := tl.run()
		require.Equal(t, schemas.Withdrawn, v.Outcome)
		require.Empty(t, tl.released)
		require.Empty(t, named(v, schemas.EventFreed), "nobody could free the step any more")
	})
}

func TestACaseClosesOnce(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).finding(notOwed("1", 4784))
	tl.later(schemas.FollowUp, 25*time.Hour, does(tl, schemas.SurveyAnswer, theCustomer, schemas.AnswerSurvey{Overall: 1, Solved: schemas.SolvedNo}))
	tl.in(schemas.Review, func() {
		tl.trouble = map[string][]error{schemas.NoticeSend.Name: slices.Repeat([]error{errAway}, 8)}
		does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{})()
	})
	// The units are free, and the last messages are still on their way.
	tl.later(schemas.FollowUp, time.Minute, func() {
		require.Nil(t, tl.last().ClosedAt)
		does(tl, schemas.CaseMessage, theCustomer, schemas.Message{TextID: "t-1"})()
	})
	v := tl.run()
	require.Len(t, named(v, schemas.EventClosed), 1)
}

func TestAQuestionAboutARefundKeepsNoOlderCaseOpen(t *testing.T) {
	t.Parallel()
	// asked is how a case stands whose survey is answered while the provider is asked about a word that its refund has come back.
	asked := func(t *testing.T, edition int) (during schemas.View) {
		t.Helper()
		tl := aReturn(t).approvedAndShipped().inspectedAndRefunded().ofEdition(edition)
		tl.later(schemas.FollowUp, 25*time.Hour, func() {
			tl.trouble = map[string][]error{schemas.RefundLookup.Name: {errAway, errAway, errAway}}
			says(tl, schemas.RefundReversal, refundWord(1))()
			does(tl, schemas.SurveyAnswer, theCustomer, schemas.AnswerSurvey{Overall: 5, Solved: schemas.SolvedYes})()
			tl.env.RegisterDelayedCallback(func() { during = tl.last() }, time.Second)
		})
		tl.looksUp(schemas.RefundSucceeded)
		require.Equal(t, schemas.Completed, tl.run().Outcome)
		return during
	}
	require.Nil(t, asked(t, schemas.Edition).ClosedAt)
	require.NotNil(t, asked(t, 5).ClosedAt, "it had ended, and its history says so")
}

func TestFinanceHearsOfARefundThatKeepsACaseFromClosing(t *testing.T) {
	t.Parallel()
	for edition, times := range map[int]int{5: 0, schemas.Edition: 1} {
		tl := anExchange(t, 6000).oldGoodsPass().ofEdition(edition).looksUp(schemas.RefundAccepted)
		tl.lapse = func(q schemas.ChargeQuestion) (schemas.ChargeReceipt, error) {
			return schemas.ChargeReceipt{ChargeID: q.ChargeID, Status: schemas.ChargeSucceeded}, nil // it was faster
		}
		tl.in(schemas.WaitPayment, does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{}))
		tl.later(schemas.SendBack, time.Hour, func() { says(tl, schemas.ParcelDeliver, parcelWord(tl.last().Lines[0].Waybill))() })
		tl.later(schemas.FollowUp, 25*time.Hour, does(tl, schemas.SurveyAnswer, theCustomer, schemas.AnswerSurvey{Overall: 5, Solved: schemas.SolvedYes}))
		tl.later(schemas.FollowUp, 3*24*time.Hour, func() {
			require.Nil(t, tl.last().ClosedAt)
			require.Len(t, tl.tasks("refund_processing"), times, "edition %d", edition)
			tl.looksUp(schemas.RefundSucceeded)
		})
		require.Equal(t, schemas.Withdrawn, tl.run().Outcome)
	}
}

func TestMoneyThatBeginsToMoveWhileACaseWaitsToCloseIsAskedAbout(t *testing.T) {
	t.Parallel()
	tl := surveyOver(anExchange(t, 6000).oldGoodsPass()).looksUp(schemas.RefundAccepted)
	tl.trouble = map[string][]error{schemas.ClaimsRelease.Name: slices.Repeat([]error{errAway}, 8)}
	tl.in(schemas.WaitPayment, does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{}))
	tl.later(schemas.SendBack, time.Hour, func() { says(tl, schemas.ParcelDeliver, parcelWord(tl.last().Lines[0].Waybill))() })
	tl.later(schemas.FollowUp, 30*time.Second, func() {
		require.Contains(t, tl.last().Waiting, "but for claims.release, under way")
		says(tl, schemas.PaymentSuccess, chargeWord("1"))()
		soon(tl, 24*time.Hour, func() {
			require.Nil(t, tl.last().ClosedAt)
			require.Len(t, tl.tasks("refund_processing"), 1)
			tl.looksUp(schemas.RefundSucceeded)
		})
	})
	v := tl.run()
	require.Equal(t, schemas.Withdrawn, v.Outcome)
	require.Equal(t, v.Money.Charged, v.Money.Refunded)
}
