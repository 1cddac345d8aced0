package workflows_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// Two articles that are paid for as one amount: the dearer one costs 12.16 more, the cheaper one 5.00 less. The cheaper one leaves before the 7.16
// are paid: the dearer one costs what it costs.

func TestWhoeverStaysIsAskedForWhatTheirOwnArticleCosts(t *testing.T) {
	t.Parallel()
	leaves := map[string]func(*tale){
		"because the other one goes on as a return": func(tl *tale) {
			tl.in(schemas.WaitPayment, chooses(tl, "2", "refund"))
		},
		"because the other one is decided anew": func(tl *tale) {
			tl.takesBack(schemas.WaitPayment, func(v schemas.View) { require.Len(tl.t, tl.charges, 2) }, "2")
			tl.in(schemas.WaitPayment, says(tl, schemas.RefundSuccess, refundWord(1)))
		},
	}
	for name, leave := range leaves {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tl := bothWays(t, 1216, 500)
			tl.trouble = map[string][]error{schemas.PaymentLapse.Name: {errAway}, schemas.PaymentRequest.Name: {nil, errAway}} // answers are lost
			leave(tl)
			tl.later(schemas.WaitPayment, time.Minute, func() {
				last := tl.charges[len(tl.charges)-1]
				require.Equal(t, usd(1216), last.Amount)
				require.NotContains(t, tl.told(), "exchange.declined", "nothing was declined")
				says(tl, schemas.PaymentSuccess, schemas.ChargeWord{ChargeID: last.ChargeID})()
			})
			tl.in(schemas.ShipReplacement, func() {
				for i, o := range tl.shipped {
					sent := schemas.ShipmentWord{ShipmentID: o.ShipmentID, Waybill: fmt.Sprint("RP", i), Carrier: "SF"}
					soon(tl, time.Duration(i)*time.Minute, says(tl, schemas.ReplacementSent, sent))
				}
			})
			v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
			require.Equal(t, schemas.ChargeLapsed, v.Money.Charges[0].Status)
			require.Equal(t, schemas.Completed, v.Lines[0].Outcome)
			require.Equal(t, usd(1216), v.Money.Charged)
		})
	}
	t.Run("and where the sum was paid in that moment it counts, and the rest is asked for", func(t *testing.T) {
		t.Parallel()
		tl := bothWays(t, 1216, 500)
		paid := false
		tl.lapse = func(q schemas.ChargeQuestion) (schemas.ChargeReceipt, error) {
			if !paid {
				paid = true
				return schemas.ChargeReceipt{ChargeID: q.ChargeID, Status: schemas.ChargeSucceeded}, nil
			}
			return schemas.ChargeReceipt{ChargeID: q.ChargeID, Status: schemas.ChargeLapsed}, nil
		}
		tl.in(schemas.WaitPayment, chooses(tl, "2", "refund"))
		tl.later(schemas.WaitPayment, time.Hour, func() {
			require.Len(t, tl.charges, 3)
			require.Equal(t, usd(500), tl.charges[2].Amount)
			require.Empty(t, tl.shipped, "nothing leaves unpaid")
			says(tl, schemas.PaymentSuccess, chargeWord("3"))()
		})
		tl.in(schemas.ShipReplacement, func() { tl.leaves("RP1") })
		v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, usd(1216), v.Money.Charged)
		require.Equal(t, schemas.ChargeLapsed, v.Money.Charges[1].Status)
		require.Empty(t, tl.ordered)
	})
	t.Run("and what is paid twice all the same goes back", func(t *testing.T) {
		t.Parallel()
		tl := bothWays(t, 1216, 500)
		tl.lapse = tl.charged
		tl.in(schemas.WaitPayment, chooses(tl, "2", "refund"))
		tl.in(schemas.WaitPayment, func() {})
		tl.later(schemas.ShipReplacement, time.Hour, func() { tl.leaves("RP1") })
		v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		back := int64(0)
		for _, f := range tl.ordered {
			back += f.Amount.Minor
		}
		require.Equal(t, int64(1216), v.Money.Charged.Minor-back)
	})
	t.Run("which was the sum of both before the sixth edition", func(t *testing.T) {
		t.Parallel()
		tl := bothWays(t, 1216, 500).ofEdition(5)
		tl.in(schemas.WaitPayment, chooses(tl, "2", "refund"))
		tl.in(schemas.WaitPayment, says(tl, schemas.PaymentSuccess, chargeWord("1")))
		tl.in(schemas.ShipReplacement, func() { tl.leaves("RP1") })
		v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		require.Len(t, tl.charges, 1)
		require.Equal(t, usd(716), v.Money.Charged)
	})
}
