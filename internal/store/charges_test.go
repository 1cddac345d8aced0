package store_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/internal/store/storetest"
	"github.com/aftercare/aftercare/schemas"
)

// charge is an amount for the lamp of the order of these tests.
func charge(number string, kind schemas.ChargeKind, minor int64) schemas.ChargeOrder {
	return schemas.ChargeOrder{
		CaseID: "shop:R1", MerchantID: merchant, OrderID: "O1", CustomerID: customer, At: noon,
		Charge: schemas.Charge{ChargeID: "shop:R1/charge/" + number, Kind: kind, Method: "card_1", Amount: usd(minor), Lines: []string{"2"}},
	}
}

func difference(number string, minor int64) schemas.ChargeOrder {
	return charge(number, schemas.ChargeDifference, minor)
}

func deposit(number string, minor int64) schemas.ChargeOrder {
	return charge(number, schemas.ChargeDeposit, minor)
}

func writeCharge(t testing.TB, s *store.Store, in schemas.ChargeOrder) schemas.ChargeReceipt {
	t.Helper()
	receipt, _, err := s.WriteCharge(ctx, in)
	require.NoError(t, err)
	return receipt
}

func recordCharge(t testing.TB, s *store.Store, number string, status schemas.ChargeStatus) schemas.ChargeStatus {
	t.Helper()
	receipt, err := s.RecordCharge(ctx, merchant, schemas.ChargeReceipt{ChargeID: "shop:R1/charge/" + number, Status: status}, noon)
	require.NoError(t, err)
	return receipt.Status
}

// paidBack is a refund out of a charge.
func paidBack(number, charge, line string, minor int64) schemas.RefundOrder {
	return refund(number, "shop:R1/charge/"+charge, line, minor)
}

func TestAChargeIsWrittenOncePerNumberBeforeAnybodyIsAsked(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	for range 3 {
		receipt, asked, err := s.WriteCharge(ctx, difference("1", 700))
		require.NoError(t, err)
		require.False(t, asked)
		require.Equal(t, schemas.ChargeReceipt{ChargeID: "shop:R1/charge/1", Status: schemas.ChargeRequested, Amount: usd(700)}, receipt)
	}
	require.NoError(t, s.MarkChargeAsked(ctx, merchant, "shop:R1/charge/1", noon))
	_, asked, err := s.WriteCharge(ctx, difference("1", 700))
	require.NoError(t, err)
	require.True(t, asked, "after a crash the charge is looked up, not ordered again")
	e, err := s.Charge(ctx, merchant, "shop:R1/charge/1")
	require.NoError(t, err)
	require.Equal(t, 1, e.Attempts)
	require.Equal(t, []string{"2"}, e.Charge.Lines)
}

func TestAnotherMethodOrAmountIsAnotherCharge(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	writeCharge(t, s, difference("1", 700))
	for name, change := range map[string]func(*schemas.ChargeOrder){
		"amount":   func(in *schemas.ChargeOrder) { in.Charge.Amount = usd(701) },
		"method":   func(in *schemas.ChargeOrder) { in.Charge.Method = "gift_1" },
		"kind":     func(in *schemas.ChargeOrder) { in.Charge.Kind = schemas.ChargeDeposit },
		"lines":    func(in *schemas.ChargeOrder) { in.Charge.Lines = []string{"1"} },
		"customer": func(in *schemas.ChargeOrder) { in.CustomerID = "c-2" },
	} {
		in := difference("1", 700)
		change(&in)
		_, _, err := s.WriteCharge(ctx, in)
		require.Error(t, err, name)
		refusedWith(t, err, schemas.CodeBadValue)
	}
}

func TestWhatCannotBeAChargeIsRefused(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	for name, c := range map[string]struct {
		spoil func(*schemas.ChargeOrder)
		code  schemas.Code
	}{
		"no number":            {func(in *schemas.ChargeOrder) { in.Charge.ChargeID = "" }, schemas.CodeMissingField},
		"a number of nobody":   {func(in *schemas.ChargeOrder) { in.Charge.ChargeID = "P-card" }, schemas.CodeBadID},
		"another merchant's":   {func(in *schemas.ChargeOrder) { in.MerchantID = "other" }, schemas.CodeBadID},
		"neither kind":         {func(in *schemas.ChargeOrder) { in.Charge.Kind = "tip" }, schemas.CodeBadValue},
		"no method":            {func(in *schemas.ChargeOrder) { in.Charge.Method = "" }, schemas.CodeMissingField},
		"nothing":              {func(in *schemas.ChargeOrder) { in.Charge.Amount.Minor = 0 }, schemas.CodeBadAmount},
		"another currency":     {func(in *schemas.ChargeOrder) { in.Charge.Amount.Currency = "EUR" }, schemas.CodeOtherCurrency},
		"an order of nobody":   {func(in *schemas.ChargeOrder) { in.OrderID = "none" }, schemas.CodeUnknownOrder},
		"more than is counted": {func(in *schemas.ChargeOrder) { in.Charge.Amount.Minor = 2e15 }, schemas.CodeBadAmount},
	} {
		in := difference("1", 700)
		c.spoil(&in)
		_, _, err := s.WriteCharge(ctx, in)
		require.Error(t, err, name)
		refusedWith(t, err, c.code)
	}
	require.Zero(t, count(t, s, `SELECT count(*) FROM aftercare.charges`))
	_, err := s.RecordCharge(ctx, merchant, schemas.ChargeReceipt{ChargeID: "none", Status: schemas.ChargeSucceeded}, noon)
	refusedWith(t, err, schemas.CodeUnknownCharge)
	_, err = s.Charge(ctx, merchant, "none")
	require.ErrorIs(t, err, store.ErrNotFound)
}

func TestAChargeNeverGoesBackFromWhatIsKnown(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	writeCharge(t, s, difference("1", 700))
	require.NoError(t, s.MarkChargeAsked(ctx, merchant, "shop:R1/charge/1", noon))
	require.Equal(t, schemas.ChargeUnknown, recordCharge(t, s, "1", schemas.ChargeUnknown))
	require.Equal(t, schemas.ChargeAccepted, recordCharge(t, s, "1", schemas.ChargeAccepted))
	require.Equal(t, schemas.ChargeAccepted, recordCharge(t, s, "1", schemas.ChargeUnknown), "what the provider has is not unknown")
	require.Equal(t, schemas.ChargeSucceeded, recordCharge(t, s, "1", schemas.ChargeSucceeded))
	for _, late := range []schemas.ChargeStatus{schemas.ChargeAccepted, schemas.ChargeFailed, schemas.ChargeUnknown, schemas.ChargeLapsed} {
		require.Equal(t, schemas.ChargeSucceeded, recordCharge(t, s, "1", late), late)
	}
	refusedWith(t, s.MarkChargeAsked(ctx, merchant, "shop:R1/charge/1", noon), schemas.CodeAlreadyDone)

	writeCharge(t, s, difference("2", 700))
	for _, code := range []schemas.Code{schemas.CodeBalance, schemas.CodeDeclined} {
		receipt, err := s.RecordCharge(ctx, merchant, schemas.ChargeReceipt{ChargeID: "shop:R1/charge/2", Status: schemas.ChargeFailed, Code: code}, noon)
		require.NoError(t, err)
		require.Equal(t, code, receipt.Code)
	}
	require.NoError(t, s.MarkChargeAsked(ctx, merchant, "shop:R1/charge/2", noon), "a failed one may be tried again")
	require.Equal(t, schemas.ChargeLapsed, recordCharge(t, s, "2", schemas.ChargeLapsed))
	require.Equal(t, schemas.ChargeLapsed, recordCharge(t, s, "2", schemas.ChargeFailed))
	require.Equal(t, schemas.ChargeSucceeded, recordCharge(t, s, "2", schemas.ChargeSucceeded), "money that came all the same is not overlooked")
}

func TestAWordThatDoesNotFitTheChargeIsNotBelieved(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	writeCharge(t, s, difference("1", 700))
	writeCharge(t, s, deposit("2", 700))
	for number, status := range map[string]schemas.ChargeStatus{"1": schemas.ChargeHeld, "2": schemas.ChargeSucceeded} {
		_, err := s.RecordCharge(ctx, merchant, schemas.ChargeReceipt{ChargeID: "shop:R1/charge/" + number, Status: status}, noon)
		refusedWith(t, err, schemas.CodeBadValue)
	}
	_, err := s.RecordCharge(ctx, merchant, schemas.ChargeReceipt{ChargeID: "shop:R1/charge/1", Status: schemas.ChargeSucceeded, Amount: usd(699)}, noon)
	refusedWith(t, err, schemas.CodeBadAmount)
	_, err = s.RecordCharge(ctx, merchant, schemas.ChargeReceipt{ChargeID: "shop:R1/charge/1", Status: schemas.ChargeRequested}, noon)
	refusedWith(t, err, schemas.CodeBadValue)
	require.Zero(t, count(t, s, `SELECT count(*) FROM aftercare.payments WHERE charged`))
}

func TestADepositIsGivenBackOrTakenNeverBoth(t *testing.T) {
	t.Parallel()
	for _, first := range []schemas.ChargeStatus{schemas.ChargeReleased, schemas.ChargeCaptured} {
		s := shopWithOrder(t)
		writeCharge(t, s, deposit("1", 5000))
		recordCharge(t, s, "1", schemas.ChargeHeld)
		var wg sync.WaitGroup
		require.Equal(t, first, recordCharge(t, s, "1", first))
		for _, second := range []schemas.ChargeStatus{schemas.ChargeReleased, schemas.ChargeCaptured, schemas.ChargeHeld, schemas.ChargeFailed} {
			wg.Go(func() {
				receipt, err := s.RecordCharge(ctx, merchant, schemas.ChargeReceipt{ChargeID: "shop:R1/charge/1", Status: second}, noon)
				if err != nil || receipt.Status != first {
					t.Errorf("%s after %s: %v %v", second, first, receipt.Status, err)
				}
			})
		}
		wg.Wait()
		want := map[schemas.ChargeStatus]int{schemas.ChargeReleased: 0, schemas.ChargeCaptured: 1}[first]
		require.Equal(t, want, count(t, s, `SELECT count(*) FROM aftercare.payments WHERE charged`))
	}
}

func TestWhatACustomerPaidOnTopIsRefundedOutOfItselfAndBesideTheLinesCap(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	writeCharge(t, s, difference("1", 700))
	_, _, err := s.ReserveRefund(ctx, paidBack("0", "1", "2", 700))
	refusedWith(t, err, schemas.CodeBadValue) // not paid yet: there is no such payment
	recordCharge(t, s, "1", schemas.ChargeAccepted)
	recordCharge(t, s, "1", schemas.ChargeSucceeded)
	recordCharge(t, s, "1", schemas.ChargeSucceeded)

	reserve(t, s, refund("1", "P-card", "2", 5000)) // all that the lamp cost
	reserve(t, s, paidBack("2", "1", "2", 700))
	payment, line := paidOut(t, s, "shop:R1/charge/1", "2")
	require.Equal(t, [2]int{700, 5000}, [2]int{payment, line})

	for name, c := range map[string]struct {
		in   schemas.RefundOrder
		code schemas.Code
	}{
		"more than was charged":     {paidBack("3", "1", "2", 1), schemas.CodeNoMoneyLeft},
		"more than the line cost":   {refund("4", "P-gift", "2", 1), schemas.CodeNoMoneyLeft},
		"for a line it was not for": {paidBack("5", "1", "1", 1), schemas.CodeBadValue},
	} {
		_, _, err := s.ReserveRefund(ctx, c.in)
		require.Error(t, err, name)
		refusedWith(t, err, c.code)
	}
	require.Equal(t, schemas.RefundCancelled, record(t, s, "2", schemas.RefundCancelled))
	payment, line = paidOut(t, s, "shop:R1/charge/1", "2")
	require.Equal(t, [2]int{0, 5000}, [2]int{payment, line}, "what is given up is free again, and only there")
}

func TestAnImportLeavesWhatCustomersPaidOnTop(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	writeCharge(t, s, difference("1", 700))
	recordCharge(t, s, "1", schemas.ChargeSucceeded)
	require.NoError(t, s.PutOrder(ctx, anOrder()))
	in := asks("R2", anOrder(), wish("2", 1))
	got := accept(t, s, in)
	require.Equal(t, []schemas.Payment{
		{PaymentID: "P-card", Method: "card_1", Captured: usd(6000), Refundable: usd(6000)},
		{PaymentID: "P-gift", Method: "gift_1", Captured: usd(2000), Refundable: usd(2000)},
		{PaymentID: "shop:R1/charge/1", Method: "card_1", Captured: usd(700), Refundable: usd(700), Charged: true, Lines: []string{"2"}},
	}, got.Payments)
	require.Equal(t, usd(5000), got.Lines[0].Payable, "the line has cost no more than before")

	euros := anOrder()
	euros.Currency = "EUR"
	for i := range euros.Lines {
		euros.Lines[i].UnitPrice.Currency = "EUR"
	}
	for i := range euros.Payments {
		euros.Payments[i].Captured.Currency = "EUR"
	}
	refusedWith(t, s.PutOrder(ctx, euros), schemas.CodeOtherCurrency)
}

func TestChargesAreListed(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	second := deposit("2", 5000)
	second.At, second.Until = noon.Add(time.Minute), noon.AddDate(0, 0, 7)
	writeCharge(t, s, difference("1", 700))
	writeCharge(t, s, second)
	of, err := s.ChargesOfCase(ctx, "shop:R1")
	require.NoError(t, err)
	var all []store.ChargeEntry
	for e, err := range s.ChargeEntries(ctx, "") {
		require.NoError(t, err)
		all = append(all, e)
	}
	require.Equal(t, of, all)
	require.Equal(t, []string{"shop:R1/charge/1", "shop:R1/charge/2"}, []string{of[0].Charge.ChargeID, of[1].Charge.ChargeID})
	require.True(t, second.Until.Equal(*of[1].Until))
}

// TestNoMoreGoesBackThanCameInWhateverIsOrdered charges, holds, takes, refunds and gives up in any order, and counts: per payment
// no more than it captured, per line of the shop's payments no more than it cost, charges only for their lines.
func TestNoMoreGoesBackThanCameInWhateverIsOrdered(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		o := anOrder()
		o.OrderID = fmt.Sprintf("O-%d", run)
		caseID := fmt.Sprintf("shop:C%d", run)
		require.NoError(rt, s.PutOrder(ctx, o))
		charges, refunds := []string{}, []string{}
		amount := func() int64 { return rapid.Int64Range(1, 4000).Draw(rt, "amount") }
		line := func() string { return rapid.SampledFrom([]string{"1", "2"}).Draw(rt, "line") }
		for i := range rapid.IntRange(1, 25).Draw(rt, "steps") {
			switch rapid.IntRange(0, 4).Draw(rt, "step") {
			case 0:
				in := charge("", rapid.SampledFrom([]schemas.ChargeKind{schemas.ChargeDifference, schemas.ChargeDeposit}).Draw(rt, "kind"), amount())
				in.CaseID, in.OrderID, in.Charge.ChargeID, in.Charge.Lines = caseID, o.OrderID, fmt.Sprintf("%s/charge/%d", caseID, i), []string{line()}
				_, _, err := s.WriteCharge(ctx, in)
				require.NoError(rt, err)
				charges = append(charges, in.Charge.ChargeID)
			case 1, 2:
				if len(charges) == 0 {
					continue
				}
				word := schemas.ChargeReceipt{ChargeID: rapid.SampledFrom(charges).Draw(rt, "charge"), Status: rapid.SampledFrom([]schemas.ChargeStatus{
					schemas.ChargeAccepted, schemas.ChargeSucceeded, schemas.ChargeFailed, schemas.ChargeLapsed, schemas.ChargeUnknown,
					schemas.ChargeHeld, schemas.ChargeReleased, schemas.ChargeCaptured,
				}).Draw(rt, "word")}
				_, _ = s.RecordCharge(ctx, merchant, word, noon) // one that does not fit is refused
			case 3:
				in := refund("", rapid.SampledFrom(append([]string{"P-card", "P-gift"}, charges...)).Draw(rt, "payment"), line(), amount())
				in.CaseID, in.OrderID, in.Refund.RefundID = caseID, o.OrderID, fmt.Sprintf("%s/refund/%d", caseID, i)
				if _, _, err := s.ReserveRefund(ctx, in); err == nil {
					refunds = append(refunds, in.Refund.RefundID)
				}
			case 4:
				if len(refunds) > 0 {
					_, err := s.RecordRefund(ctx, merchant, schemas.RefundReceipt{RefundID: rapid.SampledFrom(refunds).Draw(rt, "refund"), Status: schemas.RefundCancelled}, noon, nil)
					require.NoError(rt, err)
				}
			}
		}
		captured := map[string]int64{"P-card": 6000, "P-gift": 2000}
		left := map[string]int64{"1": 3000, "2": 5000}
		of, err := s.ChargesOfCase(ctx, caseID)
		require.NoError(rt, err)
		lines := map[string][]string{}
		for _, e := range of {
			if e.Charge.Status == schemas.ChargeSucceeded || e.Charge.Status == schemas.ChargeCaptured {
				captured[e.Charge.ChargeID], lines[e.Charge.ChargeID] = e.Charge.Amount.Minor, e.Charge.Lines
			}
		}
		back, err := s.RefundsOfCase(ctx, caseID)
		require.NoError(rt, err)
		for _, e := range back {
			if e.Refund.Status == schemas.RefundCancelled {
				continue
			}
			captured[e.Refund.PaymentID] -= e.Refund.Amount.Minor
			if its := lines[e.Refund.PaymentID]; its != nil {
				require.True(rt, slices.Contains(its, e.Refund.Shares[0].LineID))
				continue
			}
			left[e.Refund.Shares[0].LineID] -= e.Refund.Amount.Minor
		}
		for payment, rest := range captured {
			require.GreaterOrEqual(rt, rest, int64(0), payment)
		}
		for line, rest := range left {
			require.GreaterOrEqual(rt, rest, int64(0), "line %s", line)
		}
	})
}
