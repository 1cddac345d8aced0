package sandbox_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/provider/sandbox/sandboxtest"
	"github.com/aftercare/aftercare/schemas"
)

// stockCall is one thing that is asked of the warehouse, at the same moment as the one before unless that was alone.
type stockCall struct {
	what        string
	n           int // which reservation
	wait, alone bool
}

// somebodyElse says whether a call came to nothing because another one was at the same key.
func somebodyElse(err error) bool {
	known := provider.Classify(err)
	return known != nil && known.Class == provider.RetryNow
}

// TestNoPieceIsPromisedTwiceWhateverIsOrdered reserves, gives back, sends and restocks in any order, some of it at the same
// moment, and counts the pieces: none is kept for two, none is sent twice, and nobody waits for what lies there.
func TestNoPieceIsPromisedTwiceWhateverIsOrdered(t *testing.T) {
	t.Parallel()
	w := sandboxtest.New(t, quick)
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		sku := fmt.Sprintf("sku-%d", run)
		stock := rapid.IntRange(0, 5).Draw(rt, "opening")
		require.NoError(rt, w.Load().Article(t.Context(), schemas.ShopArticle{MerchantID: "m", SKU: sku, ProductID: "p", Name: "Lamp", Price: usd(1), InStock: stock}))
		key := func(n int) string { return fmt.Sprintf("m:%s/stock/%d", sku, n) }
		quantity := func(n int) int { return n%3 + 1 } // a key asks for the same each time
		calls := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) stockCall {
			return stockCall{
				what: rapid.SampledFrom([]string{"reserve", "reserve", "release", "ship", "restock"}).Draw(rt, "what"),
				n:    rapid.IntRange(0, 5).Draw(rt, "key"), wait: rapid.Bool().Draw(rt, "waits"), alone: rapid.Bool().Draw(rt, "alone"),
			}
		}), 1, 15).Draw(rt, "calls")
		do := func(step int, c stockCall) error {
			switch c.what {
			case "reserve":
				_, err := w.Stock().Reserve(t.Context(), provider.ReserveCall{Key: key(c.n), MerchantID: "m", SKU: sku, Quantity: quantity(c.n), Wait: c.wait, At: noon})
				return err
			case "release":
				return w.Stock().Release(t.Context(), provider.ReleaseCall{Key: key(c.n), MerchantID: "m", At: noon})
			case "ship":
				goods := []schemas.ShipLine{{LineID: "1", SKU: sku, Quantity: quantity(c.n), StockKey: key(c.n)}}
				_, err := w.Stock().Ship(t.Context(), provider.ShipCall{ShipmentID: fmt.Sprintf("%s/ship/%d", sku, c.n), MerchantID: "m", Goods: goods, At: noon})
				return err
			}
			goods := []schemas.Disposal{{LineID: "1", SKU: sku, Quantity: 1, Disposition: schemas.Restock}}
			return w.Stock().Dispose(t.Context(), provider.DisposeCall{Key: fmt.Sprintf("%s/dispose/%d", sku, step), MerchantID: "m", Goods: goods, At: noon})
		}
		failed := make([]error, len(calls))
		var together sync.WaitGroup
		for step, c := range calls {
			if c.what == "restock" {
				stock++
			}
			together.Go(func() {
				failed[step] = do(step, c)
				for tries := 1; tries < 100 && somebodyElse(failed[step]); tries++ {
					failed[step] = do(step, c)
				}
			})
			if c.alone {
				together.Wait()
			}
		}
		together.Wait()
		require.NoError(rt, errors.Join(failed...))

		first := -1 // how many the longest waiting wants
		for e, err := range w.Books().KeptGoods(t.Context(), "m") {
			require.NoError(rt, err)
			switch {
			case e.SKU != sku:
			case e.Status == sandbox.KeptHeld, e.Status == sandbox.KeptUsed:
				stock -= e.Quantity
			case e.Status == sandbox.KeptWaiting && first < 0:
				first = e.Quantity
			}
		}
		level, err := w.Books().Level(t.Context(), "m", sku)
		require.NoError(rt, err)
		require.Equal(rt, stock, level)
		require.GreaterOrEqual(rt, level, 0, "more is promised than there is")
		require.False(rt, first > 0 && first <= level, "%d wait, and %d lie there", first, level)
	})
}
