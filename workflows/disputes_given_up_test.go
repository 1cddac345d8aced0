package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// paidInTwo is a refund of what was paid with two cards, of which the provider takes every part.
func paidInTwo(t *testing.T) *tale {
	t.Helper()
	tl := paid(t)
	found := tl.intake
	tl.intake = func(o schemas.IntakeOrder) (schemas.Intake, error) {
		got, err := found(o)
		got.Payments = []schemas.Payment{
			{PaymentID: "p-1", Method: "card-1", Captured: usd(2000), Refundable: usd(2000)},
			{PaymentID: "p-2", Method: "card-2", Captured: usd(2784), Refundable: usd(2784)},
		}
		return got, err
	}
	return tl
}

// answering lets the provider answer the order of one refund otherwise, and take all others.
func (tl *tale) answering(id string, status schemas.RefundStatus) *tale {
	next := tl.refund
	tl.refund = func(o schemas.RefundOrder) (schemas.RefundReceipt, error) {
		if o.Refund.RefundID != id && next != nil {
			return next(o)
		}
		said := schemas.RefundAccepted
		if o.Refund.RefundID == id {
			said = status
		}
		return schemas.RefundReceipt{RefundID: o.Refund.RefundID, Status: said, Code: schemas.CodeAccountClosed, Amount: o.Refund.Amount}, nil
	}
	return tl
}

// The walks found it: the refund of one payment had failed, and the bank took another one back, of which nothing was left.
func TestARefundThatIsGivenUpForAChargebackThatTookNothingIsPaidAnew(t *testing.T) {
	t.Parallel()
	tl := paidInTwo(t).answering("shop:r-1/refund/2", schemas.RefundFailedWord)
	tl.looksUp(schemas.RefundSucceeded)
	tl.dispute = func(o schemas.DisputeOrder) (schemas.DisputeReceipt, error) { return keptFor(o, 0), nil } // it was paid back before
	tl.in(schemas.RefundFailed, says(tl, schemas.RefundSuccess, refundWord(1)))
	tl.in(schemas.RefundFailed, chargedBack(tl, 1000))
	tl.in(schemas.RefundFailed, decides(tl, schemas.DisputeLost))
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(3)))
	v := tl.answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(4784), v.Money.Refunded, "what failed is paid under a new number, and nothing twice")
	require.Equal(t, schemas.RefundCancelled, v.Money.Entries[1].Status)
	require.Len(t, tl.tasks("paid_twice"), 1)
}

// The walks found it: the refund of one of two articles was under way when the bank took the price of both, and failed. The bank has paid for that
// article too, and the ledger was asked for no more of the line than before.
func TestABankThatTookAllPaysForTheArticleWhoseRefundFailsToo(t *testing.T) {
	t.Parallel()
	two := line("1", 2000)
	ofTwo(&two)
	tl := aReturn(t).refundOnly().finding(two)
	tl.looksUp(schemas.RefundFailedWord)
	tl.dispute = func(o schemas.DisputeOrder) (schemas.DisputeReceipt, error) {
		room := int64(2000) // of the other article nothing is left as long as its refund is under way
		if len(o.GiveUp) > 0 {
			room = 4000
		}
		return keptFor(o, room), nil
	}
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{OnLines: schemas.OnLines{Lines: []schemas.PickLine{{LineID: "1", Quantity: 1}}}}))
	tl.in(schemas.Review, func() {
		chargedBack(tl, 4000)()
		soon(tl, time.Minute, decides(tl, schemas.DisputeLost))
	})
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundFailure, refundWord(1)))
	v := tl.answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.SettledExternally, v.Outcome)
	for _, l := range v.Lines {
		require.Equal(t, schemas.SettledExternally, l.Outcome)
		require.Zero(t, l.Owed().Minor)
	}
	require.Equal(t, []schemas.Share{{LineID: "1", Amount: usd(4000)}}, tl.booked[len(tl.booked)-1].Lines)
}

// The walks found it: of two refunds of one article one had failed, and nobody knew what had become of the other, when a bank took back a part.
func TestARefundBesideOneThatIsGivenUpForAChargebackIsStillAskedAbout(t *testing.T) {
	t.Parallel()
	tl := paidInTwo(t)
	tl.answering("shop:r-1/refund/2", schemas.RefundUnknown)
	tl.looksUp(schemas.RefundUnknown)
	tl.dispute = func(o schemas.DisputeOrder) (schemas.DisputeReceipt, error) { return keptFor(o, 500), nil }
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundFailure, refundWord(1)))
	tl.in(schemas.RefundFailed, chargedBack(tl, 500))
	tl.in(schemas.RefundFailed, decides(tl, schemas.DisputeLost))
	tl.in(schemas.RefundProcessing, func() {
		tl.looksUp(schemas.RefundSucceeded)
		says(tl, schemas.RefundSuccess, refundWord(3))()
	})
	v := tl.answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.RefundCancelled, v.Money.Entries[0].Status)
	require.Equal(t, usd(500), *v.Lines[0].BankTook)
	require.Equal(t, usd(4284), v.Money.Refunded, "the rest, and the one that nobody knew of")
	require.Equal(t, schemas.Completed, v.Outcome)
}
