package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

func TestAnExchangeSaysWhatTheCustomerHasNow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		price int64
		wear  int64
		same  bool
		want  int64 // the price of what they have
		onTop int64
	}{
		{"dearer", 6000, 0, false, 6000, 1216},
		{"dearer, and worn goods paid for", 6000, 1000, false, 6000, 1216},
		{"cheaper", 4000, 0, false, 4000, 0},
		{"the same again, whatever it costs now", 9900, 0, true, 4784, 0},
	} {
		tl := anExchange(t, c.price, func(l *schemas.Line) { l.Replacement.Same = c.same }).approved().ships()
		tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
		if c.wear > 0 {
			less := usd(c.wear)
			tl.in(schemas.Received, does(tl, schemas.InspectionFail, anInspector, schemas.Fail{Finding: schemas.FindingUsed, Deduction: &less, EvidenceIDs: []string{"photo-1"}}))
			tl.in(schemas.InspectionFailed, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{}))
		} else {
			tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
		}
		if c.onTop > 0 {
			tl.in(schemas.WaitPayment, says(tl, schemas.PaymentSuccess, chargeWord("1")))
		}
		tl.replacementLeaves().replacementConfirmed()
		if c.price < 4784 {
			tl.refunded()
		}
		tl.answersSurvey(5, schemas.SolvedYes).run()
		require.Len(t, tl.has, 1, c.name)
		require.Equal(t, []int{1}, tl.has[0].Units, c.name)
		require.Equal(t, "other", tl.has[0].SKU, c.name)
		require.Equal(t, usd(c.want), tl.has[0].UnitPrice, c.name)
		require.Equal(t, usd(c.onTop), tl.has[0].OnTop, c.name)
	}
}

func TestAReturnSaysNothingOfReplacements(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).finding(line("1", 4784)).approvedAndShipped().inspectedAndRefunded().answersSurvey(5, schemas.SolvedYes)
	tl.run()
	require.Empty(t, tl.has)
}

// again is a return of an article that was replaced before, and paid on top for: the books have both payments.
func again(t *testing.T, onTop ...int64) *tale {
	t.Helper()
	var lines []schemas.Line
	var ids []string
	var charged int64
	for i, top := range onTop {
		id := string(rune('1' + i))
		l := line(id, 4784+top)
		sum := usd(top)
		l.Payable, l.OnTop, l.Replaced = usd(4784+top), &sum, 1
		lines, ids, charged = append(lines, l), append(ids, id), charged+top
	}
	tl := aReturn(t).refundOnly()
	tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) {
		got := tl.found(lines...)
		got.Payments = []schemas.Payment{
			{PaymentID: "p-1", Method: "card-1", Captured: usd(20000), Refundable: usd(20000)},
			{PaymentID: "other-charge", Method: "card-1", Captured: usd(9000), Refundable: usd(9000), Charged: true, Lines: []string{"9"}},
			{PaymentID: "charge-1", Method: "card-1", Captured: usd(charged), Refundable: usd(charged), Charged: true, Lines: ids},
		}
		return got, nil
	}
	return tl.approved()
}

func TestWhatWasPaidOnTopGoesBackOutOfItsOwnCharge(t *testing.T) {
	t.Parallel()
	tl := again(t, 1216)
	tl.in(schemas.RefundProcessing, func() {
		says(tl, schemas.RefundSuccess, refundWord(1))()
		soon(tl, time.Minute, says(tl, schemas.RefundSuccess, refundWord(2)))
	})
	tl.answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(6000), v.Money.Refunded)
	paid := map[string]int64{}
	for _, f := range tl.ordered {
		paid[f.PaymentID] += f.Amount.Minor
	}
	require.Equal(t, map[string]int64{"charge-1": 1216, "p-1": 4784}, paid)
}

// One charge paid for two articles: each line has its own part of it back, and none the other's.
func TestAChargeForTwoArticlesIsSharedAsItWasPaid(t *testing.T) {
	t.Parallel()
	tl := again(t, 1216, 300)
	tl.in(schemas.RefundProcessing, func() {
		says(tl, schemas.RefundSuccess, refundWord(1))()
		soon(tl, time.Minute, says(tl, schemas.RefundSuccess, refundWord(2)))
	})
	tl.answersSurvey(5, schemas.SolvedYes)
	require.Equal(t, usd(2*4784+1516), tl.run().Money.Refunded)
	require.Len(t, tl.ordered, 2)
	for _, f := range tl.ordered {
		want := map[string][]int64{"charge-1": {1216, 300}, "p-1": {4784, 4784}}[f.PaymentID]
		require.Len(t, f.Shares, 2)
		for i, share := range f.Shares {
			require.Equal(t, want[i], share.Amount.Minor, "%s line %s", f.PaymentID, share.LineID)
		}
	}
}
