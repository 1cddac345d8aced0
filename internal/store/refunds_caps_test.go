package store_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/internal/store/storetest"
	"github.com/aftercare/aftercare/schemas"
)

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
