package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

var aLawyer = who(schemas.RoleLegal, "legal-1")

func TestASuspicionKeepsTheRulesFromDecidingUntilAPersonHas(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.steps[0].do = func() {
		refuses(tl, schemas.CodeWrongRole, send(tl, schemas.HoldSet, anAgent, schemas.ChangeHold{Hold: schemas.AutomationHold, Reason: "fraud"}, "", 0))
		refuses(tl, schemas.CodeWrongRole, send(tl, schemas.HoldSet, aLead, schemas.ChangeHold{Hold: schemas.LegalHold, Reason: "suit"}, "", 0))
		does(tl, schemas.HoldSet, aLead, schemas.ChangeHold{Hold: schemas.AutomationHold, Reason: "fraud"})()
		soon(tl, 22*time.Hour, func() {
			v := tl.last()
			require.Equal(t, schemas.Review, v.State, "the review's silence has approved nothing")
			refuses(tl, schemas.CodeAlreadyDone, send(tl, schemas.HoldSet, aLead, schemas.ChangeHold{Hold: schemas.AutomationHold, Reason: "again"}, "", 0))
			does(tl, schemas.HoldRelease, aSupervisor, schemas.ChangeHold{Hold: schemas.AutomationHold, Reason: "looked_at"})()
			does(tl, schemas.ReviewApprove, aSupervisor, schemas.Approve{})()
		})
	}
	tl.refunded().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.NotContains(t, tl.told(), "external.confirmed", "the customer hears nothing of a suspicion")
	require.Contains(t, tl.told(), "case.progress", "and is not left without a word")
}

func TestALossUnderSuspicionIsJudgedByAPerson(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).because(schemas.Damaged).finding(faulty("1", 4784)).approved()
	tl.parcel = func(o schemas.ParcelOrder) (schemas.Parcel, error) {
		return schemas.Parcel{Waybill: "LBL1", Carrier: "sandbox", Direction: o.Direction, PaidBy: o.PaidBy}, nil
	}
	tl.later(schemas.WaitShipback, time.Hour, says(tl, schemas.ParcelScanned, parcelWord("LBL1")))
	tl.in(schemas.ReturnInTransit, func() {
		does(tl, schemas.HoldSet, aLead, schemas.ChangeHold{Hold: schemas.AutomationHold, Reason: "fraud"})()
		says(tl, schemas.ParcelLoss, parcelWord("LBL1"))()
	})
	tl.later(schemas.Review, 20*time.Hour, func() {
		require.Empty(t, tl.ordered, "nothing is paid by itself")
		require.Equal(t, 1, tl.task("carrier_claim"), "and the carrier is held to it all the same")
		require.NotContains(t, tl.told(), "case.progress", "it was the carrier's turn: the customer waits for no word of ours")
		does(tl, schemas.ReviewApprove, aSupervisor, schemas.Approve{})()
	})
	tl.refunded().answersSurvey(5, schemas.SolvedYes)
	require.Equal(t, schemas.Completed, tl.run().Outcome)
}

func TestSilenceAcceptsNoGoodsUnderSuspicion(t *testing.T) {
	t.Parallel()
	for _, kind := range []schemas.Kind{schemas.KindReturn, schemas.KindExchange} {
		tl := aReturn(t).finding(line("1", 4784))
		if kind == schemas.KindExchange {
			tl = anExchange(t, 4784)
		}
		tl.approved().ships()
		tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
		tl.in(schemas.Received, func() {
			does(tl, schemas.HoldSet, aLead, schemas.ChangeHold{Hold: schemas.AutomationHold, Reason: "fraud"})()
			soon(tl, 23*time.Hour, func() {
				require.Equal(t, schemas.Received, tl.last().State, kind)
				require.NotNil(t, duty(tl.last(), "law.refund"), "the duties of the law run on")
				does(tl, schemas.InspectionPass, anInspector, schemas.Pass{})()
			})
		})
		if kind == schemas.KindExchange {
			tl.replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes)
		} else {
			tl.refunded().answersSurvey(5, schemas.SolvedYes)
		}
		require.Equal(t, schemas.Completed, tl.run().Outcome, kind)
	}
}

// duty is a clock of the case that runs.
func duty(v schemas.View, name string) *schemas.Clock {
	for i, k := range v.Clocks {
		if k.Name == name && !k.Paused {
			return &v.Clocks[i]
		}
	}
	return nil
}

func TestASuspicionThatNobodyLooksAtEndsByItself(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.steps[0].do = does(tl, schemas.HoldSet, aLead, schemas.ChangeHold{Hold: schemas.AutomationHold, Reason: "fraud"})
	tl.refunded().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome, "silence never ends a right of the customer's")
	require.Empty(t, v.Holds)
	lifted := named(v, schemas.EventHoldLifted)
	require.Len(t, lifted, 1)
	require.Equal(t, schemas.Operator, lifted[0].Actor)
	require.WithinDuration(t, started.Add(48*time.Hour), lifted[0].At, time.Minute)
}

func TestAHoldOnRefundsPlacedByAPersonKeepsThemBack(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.steps[0].do = func() {
		does(tl, schemas.HoldSet, aFinancier, schemas.ChangeHold{Hold: schemas.RefundHold, Reason: "checking"})()
		does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{})()
	}
	tl.later(schemas.RefundApproved, 24*time.Hour, func() {
		require.Empty(t, tl.ordered)
		does(tl, schemas.HoldRelease, aFinancier, schemas.ChangeHold{Hold: schemas.RefundHold, Reason: "checked"})()
	})
	tl.refunded().answersSurvey(5, schemas.SolvedYes)
	require.Equal(t, schemas.Completed, tl.run().Outcome)
}

func TestALegalHoldKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.steps[0].do = func() {
		does(tl, schemas.HoldSet, aLawyer, schemas.ChangeHold{Hold: schemas.LegalHold, Reason: "suit"})()
		does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{})()
	}
	tl.refunded().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, schemas.LegalHold, v.Holds[0].Kind, "it stands beyond the end of the case")
}

func TestAChargebackKeepsAReplacementBack(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4784).oldGoodsPass()
	tl.steps[len(tl.steps)-1].do = func() {
		chargedBack(tl, 4784)()
		soon(tl, time.Minute, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	}
	tl.later(schemas.ShipReplacement, 30*time.Hour, func() {
		require.Empty(t, tl.shipped, "the customer would have the money and the goods")
		require.Contains(t, tl.last().Waiting, "SHIPMENT_HOLD")
		decides(tl, schemas.DisputeWithdrawn)()
	})
	tl.replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, tl.shipped, 1)
}

func TestAnExchangeWhoseMoneyTheBankTookSendsNothing(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4784).oldGoodsPass()
	tl.steps[len(tl.steps)-1].do = func() {
		chargedBack(tl, 4784)()
		soon(tl, time.Minute, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	}
	tl.later(schemas.ShipReplacement, time.Hour, decides(tl, schemas.DisputeLost))
	tl.answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.SettledExternally, v.Outcome)
	require.Empty(t, tl.shipped)
	require.NotEmpty(t, tl.freed, "what was kept is given back")
	require.Len(t, tl.disposed, 1, "the old goods are booked")
}

func TestADifferenceThatIsChargedBackIsNoMoneyOfTheArticles(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 6000).oldGoodsPass()
	tl.in(schemas.WaitPayment, says(tl, schemas.PaymentSuccess, chargeWord("1")))
	tl.dispute = func(o schemas.DisputeOrder) (schemas.DisputeReceipt, error) {
		r := keptFor(o, 1216)
		r.Shares = nil // the ledger: it was paid on top of what the line cost
		return r, nil
	}
	tl.replacementLeaves()
	tl.in(schemas.ReplacementInTransit, func() {
		sum := usd(1216)
		says(tl, schemas.ExternalOpened, schemas.ExternalWord{DisputeID: "dp-1", Kind: schemas.Chargeback, PaymentID: "shop:r-1/charge/1", Amount: &sum})()
		soon(tl, time.Minute, decides(tl, schemas.DisputeLost))
	})
	tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome, "the customer has the replacement")
	require.Nil(t, v.Lines[0].BankTook)
	require.Equal(t, usd(1216), theDispute(t, v).Taken)
}
