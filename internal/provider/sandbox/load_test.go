package sandbox_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/provider/sandbox/sandboxtest"
	"github.com/aftercare/aftercare/schemas"
)

func TestImportAgainErasesNothingThatHasHappened(t *testing.T) {
	t.Parallel()
	w := shop(t, sandboxtest.New(t, quick))
	gift := refund("m:r/refund/1", 9000)
	gift.Method = "gift-1"
	_, err := w.Payments().Refund(t.Context(), gift)
	require.NoError(t, err)
	settled(t, w, "m", gift.Key)
	require.NoError(t, w.Stock().Dispose(t.Context(), provider.DisposeCall{Key: "m:r/dispose/1", MerchantID: "m", At: noon, Goods: []schemas.Disposal{
		{LineID: "1", SKU: "sku-1", Quantity: 2, Disposition: schemas.Restock}, {LineID: "1", SKU: "sku-1", Quantity: 1, Disposition: schemas.Destroy},
	}}))

	for range 2 {
		shop(t, w)
		answer, err := w.Payments().Refund(t.Context(), refund("m:r/refund/2", 1001))
		require.NoError(t, err)
		require.Equal(t, schemas.RefundFailedWord, answer.Status, "9,000 of 10,000 are gone, import or not")
		balance, err := w.Books().Balance(t.Context(), "m", "gift-1")
		require.NoError(t, err)
		require.Equal(t, usd(9500), balance)
		level, err := w.Books().Level(t.Context(), "m", "sku-1")
		require.NoError(t, err)
		require.Equal(t, 9, level)
	}
}

func TestRefundsBeforeAftercareCount(t *testing.T) {
	t.Parallel()
	w := sandboxtest.New(t)
	o := order("o-1")
	o.Refunds = []schemas.ShopRefund{{RefundID: "old-1", PaymentID: "o-1-P1", Amount: usd(4000)}, {RefundID: "old-2", PaymentID: "o-1-P1", Amount: usd(1000)}}
	require.NoError(t, w.Load().Order(t.Context(), o))
	answer, err := w.Payments().Refund(t.Context(), refund("m:r/refund/1", 5001))
	require.NoError(t, err)
	require.Equal(t, schemas.CodeBadAmount, answer.Code)
	answer, err = w.Payments().Refund(t.Context(), refund("m:r/refund/2", 5000))
	require.NoError(t, err)
	require.Equal(t, schemas.RefundAccepted, answer.Status)
}

func TestNewerImportReplacesWhatTheShopSays(t *testing.T) {
	t.Parallel()
	w := shop(t, sandboxtest.New(t))
	newer := order("o-1")
	newer.Status, newer.DeliveredAt = schemas.OrderProcessed, nil
	require.NoError(t, w.Load().Order(t.Context(), newer))
	got, err := w.Orders().Order(t.Context(), "m", "o-1")
	require.NoError(t, err)
	require.Equal(t, newer, got)
	newer.Refunds = []schemas.ShopRefund{{RefundID: "old-1", PaymentID: "o-1-P1", Amount: usd(9999)}}
	require.NoError(t, w.Load().Order(t.Context(), newer))
	answer, err := w.Payments().Refund(t.Context(), refund("m:r/refund/1", 2))
	require.NoError(t, err)
	require.Equal(t, schemas.CodeBadAmount, answer.Code, "the shop has given back the rest meanwhile")
	require.NoError(t, w.Load().Article(t.Context(), schemas.ShopArticle{MerchantID: "m", SKU: "sku-1", InStock: 3}))
	level, err := w.Books().Level(t.Context(), "m", "sku-1")
	require.NoError(t, err)
	require.Equal(t, 3, level, "the merchant's own article goes before everybody's")
}

func TestRefundToAMethodNobodyNamedGoesTheWayItCame(t *testing.T) {
	t.Parallel()
	w := shop(t, sandboxtest.New(t))
	call := refund("m:r/refund/1", 100)
	call.Method = ""
	_, err := w.Payments().Refund(t.Context(), call)
	require.NoError(t, err)
	for entry, err := range w.Books().Refunds(t.Context(), "") {
		require.NoError(t, err)
		require.Equal(t, sandbox.RefundEntry{
			MerchantID: "m", Key: call.Key, Number: provider.Number("SBR", 32, "m", call.Key), OrderID: "o-1",
			PaymentID: "o-1-P1", Method: "card-1", Amount: usd(100), Status: schemas.RefundAccepted, AskedAt: noon, Tries: 1,
		}, entry)
	}
	_, err = w.Payments().Refund(t.Context(), refund("m:r/refund/1", 100))
	require.NoError(t, err, "naming it afterwards is the same call")
}

func TestGoodsOfAnArticleNobodyImportedAreBooked(t *testing.T) {
	t.Parallel()
	w := sandboxtest.New(t)
	require.NoError(t, w.Stock().Dispose(t.Context(), provider.DisposeCall{
		Key: "m:r/dispose/1", MerchantID: "m", At: noon,
		Goods: []schemas.Disposal{{LineID: "1", SKU: "unheard-of", Quantity: 2, Disposition: schemas.Restock}},
	}))
	level, err := w.Books().Level(t.Context(), "m", "unheard-of")
	require.NoError(t, err)
	require.Equal(t, 2, level)
	var movements []sandbox.StockEntry
	for m, err := range w.Books().StockMovements(t.Context(), "m") {
		require.NoError(t, err)
		movements = append(movements, m)
	}
	require.Equal(t, []sandbox.StockEntry{{MerchantID: "m", Key: "m:r/dispose/1", LineID: "1", SKU: "unheard-of", Quantity: 2, Disposition: schemas.Restock, At: noon}}, movements)
	for range w.Books().StockMovements(t.Context(), "somebody-else") {
		t.Fatal("books are by merchant")
	}
}
