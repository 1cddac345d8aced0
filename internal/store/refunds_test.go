package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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
	require.NoError(t, s.SettleUnits(ctx, "shop:R2", []schemas.LineUnits{{LineID: "2", Units: []int{1}}}, noon))
	require.Equal(t, 1, count(t, s, `SELECT count(*) FROM aftercare.unit_claims WHERE line_id = '2' AND case_id = 'shop:R1' AND status = 'held'`))
	refusedWith(t, s.SettleUnits(ctx, "shop:none", nil, noon), schemas.CodeUnknownCase)
	refusedWith(t, s.SettleUnits(ctx, "none", nil, noon), schemas.CodeBadID)
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
