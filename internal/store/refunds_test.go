package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/internal/store/storetest"
	"github.com/aftercare/aftercare/schemas"
)

// refund is an amount of one line to one payment of the order of these tests.
func refund(number, payment, line string, minor int64) schemas.RefundOrder {
	return schemas.RefundOrder{
		CaseID: "shop:R1", MerchantID: merchant, OrderID: "O1", CustomerID: customer, At: noon,
		Refund: schemas.Refund{
			RefundID: "shop:R1/refund/" + number, PaymentID: payment, Method: "card_1", Amount: usd(minor),
			Shares: []schemas.Share{{LineID: line, Amount: usd(minor)}},
		},
	}
}

func shopWithOrder(t testing.TB) *store.Store {
	s := storetest.New(t)
	require.NoError(t, s.PutOrder(ctx, anOrder()))
	return s
}

func reserve(t testing.TB, s *store.Store, in schemas.RefundOrder) schemas.RefundReceipt {
	t.Helper()
	receipt, _, err := s.ReserveRefund(ctx, in)
	require.NoError(t, err)
	return receipt
}

func word(number string, status schemas.RefundStatus) schemas.RefundReceipt {
	return schemas.RefundReceipt{RefundID: "shop:R1/refund/" + number, Status: status}
}

func record(t testing.TB, s *store.Store, number string, status schemas.RefundStatus) schemas.RefundStatus {
	t.Helper()
	receipt, err := s.RecordRefund(ctx, merchant, word(number, status), noon, nil)
	require.NoError(t, err)
	return receipt.Status
}

// paidOut is what is counted at a payment and at a line.
func paidOut(t testing.TB, s *store.Store, payment, line string) (int, int) {
	t.Helper()
	return count(t, s, `SELECT paid_out_minor FROM aftercare.payments WHERE payment_id = $1`, payment),
		count(t, s, `SELECT paid_out_minor FROM aftercare.order_lines WHERE line_id = $1`, line)
}

func TestAReservationIsMadeOncePerNumber(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	for range 3 {
		receipt, asked, err := s.ReserveRefund(ctx, refund("1", "P-card", "2", 4000))
		require.NoError(t, err)
		require.False(t, asked)
		require.Equal(t, schemas.RefundRequested, receipt.Status)
	}
	payment, line := paidOut(t, s, "P-card", "2")
	require.Equal(t, [2]int{4000, 4000}, [2]int{payment, line})

	require.NoError(t, s.MarkRefundAsked(ctx, merchant, "shop:R1/refund/1", noon))
	_, asked, err := s.ReserveRefund(ctx, refund("1", "P-card", "2", 4000))
	require.NoError(t, err)
	require.True(t, asked, "after a crash the refund is looked up, not ordered again")
}

func TestANumberStandsForOneRefundOnly(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	reserve(t, s, refund("1", "P-card", "2", 4000))
	for name, other := range map[string]schemas.RefundOrder{
		"another amount":  refund("1", "P-card", "2", 4001),
		"another payment": refund("1", "P-gift", "2", 4000),
		"another line":    refund("1", "P-card", "1", 4000),
		"another method": func() schemas.RefundOrder {
			r := refund("1", "P-card", "2", 4000)
			r.Refund.Method = "gift_9"
			return r
		}(),
		"another case": func() schemas.RefundOrder { r := refund("1", "P-card", "2", 4000); r.CaseID = "shop:R2"; return r }(),
	} {
		_, _, err := s.ReserveRefund(ctx, other)
		require.Error(t, err, name)
		refusedWith(t, err, schemas.CodeBadValue)
	}
}

func TestNoMoreIsReservedThanWasCapturedNorThanALineCost(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	reserve(t, s, refund("1", "P-card", "2", 4000))
	_, _, err := s.ReserveRefund(ctx, refund("2", "P-card", "2", 1001))
	refusedWith(t, err, schemas.CodeNoMoneyLeft) // the lamp cost 5,000
	_, _, err = s.ReserveRefund(ctx, refund("3", "P-card", "1", 2001))
	refusedWith(t, err, schemas.CodeNoMoneyLeft) // the card paid 6,000
	left, err := s.Left(ctx, merchant, "O1")
	require.NoError(t, err)
	require.Equal(t, []schemas.Share{{LineID: "1", Amount: usd(3000)}, {LineID: "2", Amount: usd(1000)}}, left.Lines)
	require.Equal(t, usd(2000), left.Payments[0].Refundable)
	require.Empty(t, lookFor(t, s, "2"), "what is refused leaves nothing behind")
	reserve(t, s, refund("4", "P-card", "1", 2000))
	reserve(t, s, refund("5", "P-gift", "2", 1000))
}

func lookFor(t testing.TB, s *store.Store, number string) schemas.RefundStatus {
	t.Helper()
	e, err := s.Refund(ctx, merchant, "shop:R1/refund/"+number)
	if err != nil {
		require.ErrorIs(t, err, store.ErrNotFound)
	}
	return e.Refund.Status
}

func TestWhatCannotBeARefundIsRefused(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	for name, c := range map[string]struct {
		spoil func(*schemas.RefundOrder)
		code  schemas.Code
	}{
		"no number":        {func(r *schemas.RefundOrder) { r.Refund.RefundID = "" }, schemas.CodeMissingField},
		"nothing":          {func(r *schemas.RefundOrder) { r.Refund.Amount.Minor = 0 }, schemas.CodeBadAmount},
		"less than none":   {func(r *schemas.RefundOrder) { r.Refund.Amount.Minor = -1 }, schemas.CodeBadAmount},
		"shares too small": {func(r *schemas.RefundOrder) { r.Refund.Shares[0].Amount.Minor = 99 }, schemas.CodeBadAmount},
		"no shares":        {func(r *schemas.RefundOrder) { r.Refund.Shares = nil }, schemas.CodeBadAmount},
		"other currency": {func(r *schemas.RefundOrder) {
			r.Refund.Amount.Currency, r.Refund.Shares[0].Amount.Currency = "EUR", "EUR"
		}, schemas.CodeOtherCurrency},
		"mixed currencies": {func(r *schemas.RefundOrder) { r.Refund.Shares[0].Amount.Currency = "EUR" }, schemas.CodeOtherCurrency},
		"unknown order":    {func(r *schemas.RefundOrder) { r.OrderID = "none" }, schemas.CodeUnknownOrder},
		"unknown payment":  {func(r *schemas.RefundOrder) { r.Refund.PaymentID = "none" }, schemas.CodeBadValue},
		"unknown line":     {func(r *schemas.RefundOrder) { r.Refund.Shares[0].LineID = "9" }, schemas.CodeUnknownLine},
		"other merchant":   {func(r *schemas.RefundOrder) { r.MerchantID = "other" }, schemas.CodeUnknownOrder},
	} {
		in := refund("1", "P-card", "1", 100)
		c.spoil(&in)
		_, _, err := s.ReserveRefund(ctx, in)
		require.Error(t, err, name)
		refusedWith(t, err, c.code)
	}
	require.Zero(t, count(t, s, `SELECT count(*) FROM aftercare.refunds`))
}

func TestOnlyOneOfManyReservationsForTheSameMoneyIsMade(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	var wg sync.WaitGroup
	errs := make([]error, 10)
	for i := range errs {
		wg.Go(func() { _, _, errs[i] = s.ReserveRefund(ctx, refund(fmt.Sprint(i), "P-card", "2", 3000)) })
	}
	wg.Wait()
	made := 0
	for _, err := range errs {
		if err == nil {
			made++
			continue
		}
		refusedWith(t, err, schemas.CodeNoMoneyLeft)
	}
	require.Equal(t, 1, made)
}

func TestARefundNeverGoesBackFromWhatIsKnown(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	reserve(t, s, refund("1", "P-card", "2", 4000))
	require.Equal(t, schemas.RefundAccepted, record(t, s, "1", schemas.RefundAccepted))
	require.Equal(t, schemas.RefundSucceeded, record(t, s, "1", schemas.RefundSucceeded))
	for _, late := range []schemas.RefundStatus{schemas.RefundRequested, schemas.RefundAccepted, schemas.RefundFailedWord, schemas.RefundUnknown, schemas.RefundCancelled} {
		require.Equal(t, schemas.RefundSucceeded, record(t, s, "1", late), late)
	}
	require.Equal(t, schemas.RefundReversed, record(t, s, "1", schemas.RefundReversed))
	require.Equal(t, schemas.RefundReversed, record(t, s, "1", schemas.RefundSucceeded), "a late copy of the success does not undo the reversal")
	payment, _ := paidOut(t, s, "P-card", "2")
	require.Equal(t, 4000, payment, "the customer is still owed it")
	refusedWith(t, s.MarkRefundAsked(ctx, merchant, "none", noon), schemas.CodeUnknownRefund)
	require.NoError(t, s.MarkRefundAsked(ctx, merchant, "shop:R1/refund/1", noon))
	require.Equal(t, schemas.RefundRequested, lookFor(t, s, "1"))
}

func TestAFailedRefundKeepsItsReservationUntilItIsCancelled(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	reserve(t, s, refund("1", "P-card", "2", 5000))
	require.NoError(t, s.MarkRefundAsked(ctx, merchant, "shop:R1/refund/1", noon))
	_, err := s.RecordRefund(ctx, merchant, schemas.RefundReceipt{RefundID: "shop:R1/refund/1", Status: schemas.RefundFailedWord, Code: schemas.CodeAccountClosed}, noon, nil)
	require.NoError(t, err)
	_, _, err = s.ReserveRefund(ctx, refund("2", "P-card", "2", 5000))
	refusedWith(t, err, schemas.CodeNoMoneyLeft)

	receipt, asked, err := s.ReserveRefund(ctx, refund("1", "P-card", "2", 5000))
	require.NoError(t, err)
	require.True(t, asked)
	require.Equal(t, schemas.RefundReceipt{RefundID: "shop:R1/refund/1", Status: schemas.RefundFailedWord, Code: schemas.CodeAccountClosed, Amount: usd(5000)}, receipt)

	require.Equal(t, schemas.RefundCancelled, record(t, s, "1", schemas.RefundCancelled))
	payment, line := paidOut(t, s, "P-card", "2")
	require.Equal(t, [2]int{0, 0}, [2]int{payment, line})
	reserve(t, s, refund("2", "P-card", "2", 5000))
	refusedWith(t, s.MarkRefundAsked(ctx, merchant, "shop:R1/refund/1", noon), schemas.CodeAlreadyDone)
	// The provider paid the cancelled one after all, and there is no room for both: nobody may overlook that.
	_, err = s.RecordRefund(ctx, merchant, word("1", schemas.RefundSucceeded), noon, nil)
	refusedWith(t, err, schemas.CodeNoMoneyLeft)
	record(t, s, "2", schemas.RefundCancelled)
	require.Equal(t, schemas.RefundSucceeded, record(t, s, "1", schemas.RefundSucceeded), "now there is room, and it counts")
	payment, line = paidOut(t, s, "P-card", "2")
	require.Equal(t, [2]int{5000, 5000}, [2]int{payment, line})
}

func TestAFailedRefundThatIsOrderedAgainMayBeUnderWay(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	in := refund("1", "P-card", "2", 5000)
	reserve(t, s, in)
	require.NoError(t, s.MarkRefundAsked(ctx, merchant, in.Refund.RefundID, noon))
	record(t, s, "1", schemas.RefundFailedWord)
	require.Equal(t, schemas.RefundFailedWord, record(t, s, "1", schemas.RefundUnknown), "a look-up without an answer takes nothing back")
	require.Equal(t, schemas.RefundFailedWord, reserve(t, s, in).Status)
	require.Equal(t, schemas.RefundUnknown, record(t, s, "1", schemas.RefundUnknown), "an order without an answer does")
	require.Equal(t, schemas.RefundFailedWord, record(t, s, "1", schemas.RefundFailedWord))
	reserve(t, s, in)
	require.Equal(t, schemas.RefundAccepted, record(t, s, "1", schemas.RefundAccepted))
}

func TestAFailedRefundFailsAgainForAnotherReason(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	reserve(t, s, refund("1", "P-card", "2", 5000))
	for _, code := range []schemas.Code{schemas.CodeBalance, schemas.CodeAccountClosed} {
		receipt, err := s.RecordRefund(ctx, merchant, schemas.RefundReceipt{RefundID: "shop:R1/refund/1", Status: schemas.RefundFailedWord, Code: code}, noon, nil)
		require.NoError(t, err)
		require.Equal(t, code, receipt.Code)
	}
}

func TestARefundElsewhereTakesThePlaceOfTheFailedOne(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	instead := func(number, of string) schemas.RefundOrder {
		in := refund(number, "P-card", "2", 5000)
		in.Refund.Replaces, in.Refund.Method = "shop:R1/refund/"+of, "gift_9"
		return in
	}
	reserve(t, s, refund("1", "P-card", "2", 5000))
	require.NoError(t, s.MarkRefundAsked(ctx, merchant, "shop:R1/refund/1", noon))
	for _, maybe := range []schemas.RefundStatus{schemas.RefundRequested, schemas.RefundUnknown, schemas.RefundAccepted} {
		record(t, s, "1", maybe)
		_, _, err := s.ReserveRefund(ctx, instead("2", "1"))
		refusedWith(t, err, schemas.CodeWrongState) // it may still be paid
	}
	record(t, s, "1", schemas.RefundFailedWord)
	foreign := instead("2", "1")
	foreign.CaseID = "shop:R2"
	_, _, err := s.ReserveRefund(ctx, foreign)
	refusedWith(t, err, schemas.CodeUnknownRefund)
	tooMuch := instead("2", "1")
	tooMuch.Refund.Amount, tooMuch.Refund.Shares = usd(5001), []schemas.Share{{LineID: "2", Amount: usd(5001)}}
	_, _, err = s.ReserveRefund(ctx, tooMuch)
	refusedWith(t, err, schemas.CodeNoMoneyLeft)
	require.Equal(t, schemas.RefundFailedWord, lookFor(t, s, "1"), "the old one is given up only with the new one made")

	for range 2 {
		require.Equal(t, schemas.RefundRequested, reserve(t, s, instead("2", "1")).Status)
	}
	require.Equal(t, schemas.RefundCancelled, lookFor(t, s, "1"))
	payment, line := paidOut(t, s, "P-card", "2")
	require.Equal(t, [2]int{5000, 5000}, [2]int{payment, line})
	e, err := s.Refund(ctx, merchant, "shop:R1/refund/2")
	require.NoError(t, err)
	require.Equal(t, "shop:R1/refund/1", e.Refund.Replaces)
	orphan := refund("4", "P-card", "1", 100)
	orphan.Refund.Replaces = "shop:R1/refund/3"
	reserve(t, s, orphan) // the ledger had refused the one it replaces
}

func TestTheSharesOfALineThatWasSplitAddUp(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	in := refund("1", "P-card", "1", 3000)
	in.Refund.Shares = []schemas.Share{{LineID: "1", Units: []int{1, 2}, Amount: usd(2000)}, {LineID: "1", Units: []int{3}, Amount: usd(1000)}}
	reserve(t, s, in)
	reserve(t, s, in)
	_, line := paidOut(t, s, "P-card", "1")
	require.Equal(t, 3000, line)
	e, err := s.Refund(ctx, merchant, in.Refund.RefundID)
	require.NoError(t, err)
	require.Equal(t, in.Refund.Shares, e.Refund.Shares, "as the case sent them")
}

func TestAWordOfAnotherAmountThanWasOrderedIsNotBelieved(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	reserve(t, s, refund("1", "P-card", "2", 4000))
	w := word("1", schemas.RefundSucceeded)
	w.Amount = usd(3999)
	_, err := s.RecordRefund(ctx, merchant, w, noon, nil)
	refusedWith(t, err, schemas.CodeBadAmount)
	require.Equal(t, schemas.RefundRequested, lookFor(t, s, "1"))
	_, err = s.RecordRefund(ctx, "other", word("1", schemas.RefundSucceeded), noon, nil)
	refusedWith(t, err, schemas.CodeUnknownRefund)
	_, err = s.RecordRefund(ctx, merchant, word("1", schemas.RefundManual), noon, nil)
	refusedWith(t, err, schemas.CodeBadValue) // no provider says that
}

func TestUnitsAreSettledWithTheWordThatTheMoneyHasMoved(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	accept(t, s, asks("R1", anOrder(), wish("2", 1)))
	reserve(t, s, refund("1", "P-card", "2", 5000))
	units := []schemas.LineUnits{{LineID: "2", Units: []int{1}}}
	settled := func() int {
		return count(t, s, `SELECT count(*) FROM aftercare.unit_claims WHERE status = 'settled' AND case_id = 'shop:R1'`)
	}
	_, err := s.RecordRefund(ctx, merchant, word("1", schemas.RefundAccepted), noon, units)
	require.NoError(t, err)
	require.Zero(t, settled(), "accepted is not succeeded")
	for range 2 {
		_, err = s.RecordRefund(ctx, merchant, word("1", schemas.RefundSucceeded), noon, units)
		require.NoError(t, err)
		require.Equal(t, 1, settled())
	}
	_, err = s.RecordRefund(ctx, merchant, word("1", schemas.RefundSucceeded), noon, []schemas.LineUnits{{LineID: "9", Units: []int{1}}})
	refusedWith(t, err, schemas.CodeUnknownLine)
}

func TestAUnitThatAnotherCaseHoldsIsNotSettledOverItsHead(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	accept(t, s, asks("R1", anOrder(), wish("2", 1)))
	accept(t, s, asks("R2", anOrder(), wish("1", 1)))
	require.NoError(t, s.SettleUnits(ctx, "shop:R2", []schemas.LineUnits{{LineID: "2", Units: []int{1}}}, nil, noon))
	require.Equal(t, 1, count(t, s, `SELECT count(*) FROM aftercare.unit_claims WHERE line_id = '2' AND case_id = 'shop:R1' AND status = 'held'`))
	refusedWith(t, s.SettleUnits(ctx, "shop:none", nil, nil, noon), schemas.CodeUnknownCase)
	refusedWith(t, s.SettleUnits(ctx, "none", nil, nil, noon), schemas.CodeBadID)
	refusedWith(t, s.ReleaseUnits(ctx, schemas.ReleaseOrder{CaseID: "none"}), schemas.CodeBadID)
}

func TestAPaymentByHandTakesAProofASecondPersonAndAProviderWhoDoesNotPay(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	accept(t, s, asks("R1", anOrder(), wish("2", 1)))
	reserve(t, s, refund("1", "P-card", "2", 5000))
	hand := schemas.ByHandOrder{
		CaseID: "shop:R1", MerchantID: merchant, OrderID: "O1", RefundID: "shop:R1/refund/1", ProofID: "bank-1", At: noon,
		Maker: schemas.Actor{Role: schemas.RoleFinance, ID: "fay"}, Checker: schemas.Actor{Role: schemas.RoleManager, ID: "max"},
		Units: []schemas.LineUnits{{LineID: "2", Units: []int{1}}},
	}
	try := func(change func(*schemas.ByHandOrder)) error {
		in := hand
		change(&in)
		_, err := s.RecordByHand(ctx, in)
		return err
	}
	refusedWith(t, try(func(h *schemas.ByHandOrder) {}), schemas.CodeWrongState) // the provider may still pay it
	record(t, s, "1", schemas.RefundFailedWord)
	refusedWith(t, try(func(h *schemas.ByHandOrder) { h.ProofID = "" }), schemas.CodeMissingField)
	refusedWith(t, try(func(h *schemas.ByHandOrder) { h.Checker = h.Maker }), schemas.CodeFourEyes)
	refusedWith(t, try(func(h *schemas.ByHandOrder) { h.CaseID = "shop:R2" }), schemas.CodeUnknownRefund)
	for range 2 {
		receipt, err := s.RecordByHand(ctx, hand)
		require.NoError(t, err)
		require.Equal(t, schemas.RefundManual, receipt.Status)
	}
	refusedWith(t, try(func(h *schemas.ByHandOrder) { h.ProofID = "bank-2" }), schemas.CodeAlreadyDone)
	require.Equal(t, schemas.RefundManual, record(t, s, "1", schemas.RefundSucceeded), "finance has paid")
	e, err := s.Refund(ctx, merchant, hand.RefundID)
	require.NoError(t, err)
	require.Equal(t, hand.Maker, e.Maker)
	require.Equal(t, hand.Checker, e.Checker)
	require.Equal(t, "bank-1", e.Refund.ProofID)
	require.Equal(t, 1, count(t, s, `SELECT count(*) FROM aftercare.unit_claims WHERE status = 'settled'`))
}

func TestARefundThatTheLedgerRefusedIsPaidByHandWithinTheCapsOnly(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	by := func(number string, minor int64) schemas.ByHandOrder {
		order := refund(number, "P-card", "2", minor)
		order.Refund.Code = "unknown_line"
		return schemas.ByHandOrder{
			CaseID: "shop:R1", MerchantID: merchant, OrderID: "O1", CustomerID: customer, RefundID: order.Refund.RefundID, Refund: &order.Refund, ProofID: "proof-1",
			Maker: schemas.Actor{Role: schemas.RoleFinance, ID: "f-1"}, Checker: schemas.Actor{Role: schemas.RoleFinance, ID: "f-2"}, At: noon,
		}
	}
	for range 2 {
		receipt, err := s.RecordByHand(ctx, by("1", 4000))
		require.NoError(t, err)
		require.Equal(t, schemas.RefundManual, receipt.Status)
	}
	_, lamp := paidOut(t, s, "P-card", "2")
	require.Equal(t, 4000, lamp, "booked once")
	_, err := s.RecordByHand(ctx, by("2", 1001))
	refusedWith(t, err, schemas.CodeNoMoneyLeft)
}

func TestTheLedgerTellsWhatBecameOfARefund(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	reserve(t, s, refund("1", "P-card", "2", 4000))
	require.NoError(t, s.MarkRefundAsked(ctx, merchant, "shop:R1/refund/1", noon.Add(time.Minute)))
	_, err := s.RecordRefund(ctx, merchant, schemas.RefundReceipt{RefundID: "shop:R1/refund/1", Status: schemas.RefundFailedWord, Code: schemas.CodeBalance}, noon.Add(time.Hour), nil)
	require.NoError(t, err)
	require.NoError(t, s.MarkRefundAsked(ctx, merchant, "shop:R1/refund/1", noon.Add(2*time.Hour)))
	got, err := s.RefundsOfCase(ctx, "shop:R1")
	require.NoError(t, err)
	require.Len(t, got, 1)
	e := got[0]
	require.Equal(t, 2, e.Attempts)
	require.True(t, e.AskedAt.Equal(noon.Add(time.Minute)), "when it was first asked")
	require.Equal(t, []schemas.Share{{LineID: "2", Amount: usd(4000)}}, e.Refund.Shares)
	require.Equal(t, schemas.RefundRequested, e.Refund.Status)
	require.Empty(t, e.Refund.Code)
	none, err := s.RefundsOfCase(ctx, "shop:R2")
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestTheBooksGoThroughEveryEntryOfOneMerchantOrOfAll(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	theirs := anOrder()
	theirs.MerchantID = "other"
	require.NoError(t, s.PutOrder(ctx, theirs))
	for i := range 700 {
		reserve(t, s, refund(fmt.Sprint(i), "P-card", "2", 1))
	}
	in := refund("1", "P-card", "2", 1)
	in.MerchantID = "other"
	reserve(t, s, in)
	for of, want := range map[string]int{merchant: 700, "other": 1, "": 701, "none": 0} {
		seen := map[string]bool{}
		for e, err := range s.LedgerEntries(ctx, of) {
			require.NoError(t, err)
			seen[e.MerchantID+e.Refund.RefundID] = true
		}
		require.Len(t, seen, want, of)
	}
}

func TestAReimportKeepsWhatWasPaidOut(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	reserve(t, s, refund("1", "P-card", "2", 4000))
	// The shop's next export contains our own refund, and a payment and a price that were lowered below it.
	o := anOrder()
	o.Refunds = []schemas.ShopRefund{{RefundID: "x", PaymentID: "P-card", LineID: "2", Quantity: 1, Amount: usd(3000)}}
	o.Payments[0].Captured, o.Lines[1].UnitPrice = usd(3500), usd(3900)
	require.NoError(t, s.PutOrder(ctx, o))
	payment, line := paidOut(t, s, "P-card", "2")
	require.Equal(t, [2]int{4000, 4000}, [2]int{payment, line})
	_, _, err := s.ReserveRefund(ctx, refund("2", "P-card", "2", 1))
	refusedWith(t, err, schemas.CodeNoMoneyLeft)
	require.Zero(t, count(t, s, `SELECT count(*) FROM aftercare.unit_claims`))

	o = anOrder()
	o.Lines, o.Payments = o.Lines[:1], o.Payments[1:]
	require.NoError(t, s.PutOrder(ctx, o))
	require.Equal(t, 2, count(t, s, `SELECT count(*) FROM aftercare.order_lines`), "a line that money was paid for stays")
	require.Equal(t, 2, count(t, s, `SELECT count(*) FROM aftercare.payments`))

	euro := anOrder()
	euro.Currency = "EUR"
	for i := range euro.Lines {
		euro.Lines[i].UnitPrice.Currency = "EUR"
	}
	for i := range euro.Payments {
		euro.Payments[i].Captured.Currency = "EUR"
	}
	refusedWith(t, s.PutOrder(ctx, euro), schemas.CodeOtherCurrency)
}

func TestAReimportWithoutBookedMoneyFollowsTheShop(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	o := anOrder()
	o.Refunds = []schemas.ShopRefund{{RefundID: "x", PaymentID: "P-card", LineID: "2", Quantity: 1, Amount: usd(5000)}}
	require.NoError(t, s.PutOrder(ctx, o))
	payment, line := paidOut(t, s, "P-card", "2")
	require.Equal(t, [2]int{5000, 5000}, [2]int{payment, line})
	require.Equal(t, 1, count(t, s, `SELECT count(*) FROM aftercare.unit_claims WHERE case_id = '' AND status = 'settled'`))
	require.NoError(t, s.PutOrder(ctx, anOrder())) // the shop took it back
	require.Zero(t, count(t, s, `SELECT count(*) FROM aftercare.unit_claims`))
	o = anOrder()
	o.Lines = o.Lines[:1]
	require.NoError(t, s.PutOrder(ctx, o))
	require.Equal(t, 1, count(t, s, `SELECT count(*) FROM aftercare.order_lines`))
}

func TestTheDatabaseItselfRefusesWhatTheBooksForbid(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	reserve(t, s, refund("1", "P-card", "2", 4000))
	for name, c := range map[string]struct{ sql, constraint string }{
		"more than was captured": {`UPDATE aftercare.payments SET paid_out_minor = captured_minor + 1`, "payments_paid_out_within_captured"},
		"less than nothing":      {`UPDATE aftercare.payments SET prior_minor = 0, paid_out_minor = -1`, "payments_p"},
		"more than a line cost":  {`UPDATE aftercare.order_lines SET paid_out_minor = cost_minor + 1`, "order_lines_paid_out_within_cost"},
		"an unheard-of status":   {`UPDATE aftercare.refunds SET status = 'paid'`, "refunds_status_is_known"},
		"by hand without proof":  {`UPDATE aftercare.refunds SET status = 'paid_by_hand', maker_id = 'a', checker_id = 'b'`, "refunds_by_hand_has_proof"},
		"by hand, two eyes":      {`UPDATE aftercare.refunds SET status = 'paid_by_hand', proof_id = 'p', maker_id = 'a', checker_id = 'a'`, "refunds_by_hand_has_four_eyes"},
		"a refund of nothing":    {`UPDATE aftercare.refunds SET amount_minor = 0`, "refunds_amount_is_positive"},
		"a share of nothing":     {`UPDATE aftercare.refund_shares SET amount_minor = 0`, "refund_shares_amount_is_positive"},
		"a payment that is used": {`DELETE FROM aftercare.payments WHERE payment_id = 'P-card'`, "refunds_payment_is_known"},
		"a line that is used":    {`DELETE FROM aftercare.order_lines WHERE line_id = '2'`, "refund_shares_line_is_known"},
		"a unit held by nobody":  {`INSERT INTO aftercare.unit_claims VALUES ('shop', 'O1', '1', 1, '', 'held', now())`, "unit_claims_held_has_holder"},
		"a unit of no line":      {`INSERT INTO aftercare.unit_claims VALUES ('shop', 'O1', '9', 1, 'c', 'held', now())`, "unit_claims_line_is_known"},
		"a zeroth unit":          {`INSERT INTO aftercare.unit_claims VALUES ('shop', 'O1', '1', 0, 'c', 'held', now())`, "unit_claims_unit_is_positive"},
		"settled without a time": {`INSERT INTO aftercare.unit_claims VALUES ('shop', 'O1', '1', 1, 'c', 'settled', now())`, "unit_claims_settled_has_time"},
		"an order in nothing":    {`UPDATE aftercare.orders SET currency = 'usd'`, "orders_currency_is_iso"},
		"a line of none":         {`UPDATE aftercare.order_lines SET quantity = 0`, "order_lines_quantity_is_positive"},
		"a long text":            {`INSERT INTO aftercare.texts (merchant_id, text_id, body) VALUES ('shop', 't', repeat('x', 16385))`, "texts_body_is_short"},
		"a text without words":   {`INSERT INTO aftercare.texts (merchant_id, text_id) VALUES ('shop', 't')`, "texts_erased_has_no_body"},
	} {
		_, err := s.Pool().Exec(ctx, c.sql)
		require.ErrorContains(t, err, c.constraint, name)
	}
}

func TestOneUnitHasOneHolder(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	accept(t, s, asks("R1", anOrder(), wish("2", 1)))
	_, err := s.Pool().Exec(ctx, `INSERT INTO aftercare.unit_claims VALUES ('shop', 'O1', '2', 1, 'shop:R2', 'held', now())`)
	require.ErrorContains(t, err, "unit_claims_pkey")
}

// TestRandomRefundsNeverExceedTheCaps runs random reservations, words, payments by hand and re-imports against one order and
// checks the books after each step: what is counted is what stands reserved, and never above the caps.
func TestRandomRefundsNeverExceedTheCaps(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	var orders int
	rapid.Check(t, func(rt *rapid.T) {
		orders++
		o := anOrder()
		o.OrderID = fmt.Sprintf("O%d", orders)
		caseID := fmt.Sprintf("shop:R%d", orders)
		require.NoError(rt, s.PutOrder(ctx, o))
		statuses := []schemas.RefundStatus{
			schemas.RefundRequested, schemas.RefundAccepted, schemas.RefundSucceeded, schemas.RefundFailedWord,
			schemas.RefundUnknown, schemas.RefundReversed, schemas.RefundCancelled,
		}
		number := rapid.IntRange(1, 6)
		id := func(rt *rapid.T) string { return fmt.Sprintf("%s/refund/%d", caseID, number.Draw(rt, "number")) }
		allowed := func(rt *rapid.T, err error) {
			var refusal *schemas.Refusal
			if err != nil {
				require.ErrorAs(rt, err, &refusal)
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"reserve": func(rt *rapid.T) {
				in := schemas.RefundOrder{CaseID: caseID, MerchantID: merchant, OrderID: o.OrderID, CustomerID: customer, At: noon}
				first, second := rapid.Int64Range(0, 4000).Draw(rt, "mugs"), rapid.Int64Range(0, 6000).Draw(rt, "lamp")
				in.Refund = schemas.Refund{
					RefundID: id(rt), PaymentID: rapid.SampledFrom([]string{"P-card", "P-gift"}).Draw(rt, "payment"), Method: "card_1", Amount: usd(first + second),
				}
				for line, minor := range map[string]int64{"1": first, "2": second} {
					if minor > 0 {
						in.Refund.Shares = append(in.Refund.Shares, schemas.Share{LineID: line, Amount: usd(minor)})
					}
				}
				_, _, err := s.ReserveRefund(ctx, in)
				allowed(rt, err)
			},
			"elsewhere": func(rt *rapid.T) {
				old, err := s.Refund(ctx, merchant, id(rt))
				if err != nil {
					return
				}
				fresh := old.Refund
				fresh.RefundID, fresh.Replaces = id(rt), old.Refund.RefundID
				_, _, err = s.ReserveRefund(ctx, schemas.RefundOrder{CaseID: caseID, MerchantID: merchant, OrderID: o.OrderID, CustomerID: customer, At: noon, Refund: fresh})
				allowed(rt, err)
			},
			"ask": func(rt *rapid.T) { allowed(rt, s.MarkRefundAsked(ctx, merchant, id(rt), noon)) },
			"word": func(rt *rapid.T) {
				number := id(rt)
				before, _ := s.Refund(ctx, merchant, number)
				status := rapid.SampledFrom(statuses).Draw(rt, "word")
				receipt, err := s.RecordRefund(ctx, merchant, schemas.RefundReceipt{RefundID: number, Status: status}, noon, nil)
				allowed(rt, err)
				if err == nil && receipt.Status != before.Refund.Status {
					require.True(rt, store.Legal(before.Refund.Status, receipt.Status), "%s became %s", before.Refund.Status, receipt.Status)
				}
			},
			"by hand": func(rt *rapid.T) {
				_, err := s.RecordByHand(ctx, schemas.ByHandOrder{
					CaseID: caseID, MerchantID: merchant, RefundID: id(rt), ProofID: "p", At: noon,
					Maker: schemas.Actor{Role: schemas.RoleFinance, ID: "a"}, Checker: schemas.Actor{Role: schemas.RoleManager, ID: "b"},
				})
				allowed(rt, err)
			},
			"import again": func(rt *rapid.T) { require.NoError(rt, s.PutOrder(ctx, o)) },
			"": func(rt *rapid.T) {
				byPayment, byLine := map[string]int64{}, map[string]int64{}
				entries, err := s.RefundsOfCase(ctx, caseID)
				require.NoError(rt, err)
				for _, e := range entries {
					if e.Refund.Status == schemas.RefundCancelled {
						continue
					}
					byPayment[e.Refund.PaymentID] += e.Refund.Amount.Minor
					for _, share := range e.Refund.Shares {
						byLine[share.LineID] += share.Amount.Minor
					}
				}
				for table, sums := range map[string]map[string]int64{
					`SELECT payment_id, paid_out_minor, captured_minor FROM aftercare.payments WHERE order_id = $1`: byPayment,
					`SELECT line_id, paid_out_minor, cost_minor FROM aftercare.order_lines WHERE order_id = $1`:     byLine,
				} {
					rows, err := s.Pool().Query(ctx, table, o.OrderID)
					require.NoError(rt, err)
					for rows.Next() {
						var id string
						var out, limit int64
						require.NoError(rt, rows.Scan(&id, &out, &limit))
						require.Equal(rt, sums[id], out, id)
						require.LessOrEqual(rt, out, limit, id)
					}
					require.NoError(rt, rows.Err())
				}
			},
		})
	})
}

func TestEveryStatusOfARefundHasItsSteps(t *testing.T) {
	t.Parallel()
	all := []schemas.RefundStatus{
		schemas.RefundRequested, schemas.RefundAccepted, schemas.RefundSucceeded, schemas.RefundFailedWord,
		schemas.RefundUnknown, schemas.RefundReversed, schemas.RefundManual, schemas.RefundCancelled,
	}
	for _, from := range all {
		_, listed := store.RefundSteps[from]
		require.True(t, listed, from)
		require.False(t, store.Legal(from, from), from)
	}
	require.Len(t, store.RefundSteps, len(all))
	require.Equal(t, []schemas.RefundStatus{schemas.RefundReversed}, store.RefundSteps[schemas.RefundSucceeded])
}
