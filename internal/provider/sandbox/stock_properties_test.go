package sandbox_test

import (
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
		key := func(n int) string { return fmt.Sprintf("m:r%d/stock/%d", run, n) }
		quantity := func(n int) int { return n%3 + 1 } // a key asks for the same each time
		var together sync.WaitGroup
		for step := range rapid.IntRange(1, 15).Draw(rt, "steps") {
			n := rapid.IntRange(0, 5).Draw(rt, "key")
			wait, alone := rapid.Bool().Draw(rt, "waits"), rapid.Bool().Draw(rt, "alone")
			do := map[string]func() error{
				"reserve": func() error {
					_, err := w.Stock().Reserve(t.Context(), provider.ReserveCall{Key: key(n), MerchantID: "m", SKU: sku, Quantity: quantity(n), Wait: wait, At: noon})
					return err
				},
				"release": func() error {
					return w.Stock().Release(t.Context(), provider.ReleaseCall{Key: key(n), MerchantID: "m", At: noon})
				},
				"ship": func() error {
					goods := []schemas.ShipLine{{LineID: "1", SKU: sku, Quantity: quantity(n), StockKey: key(n)}}
					_, err := w.Stock().Ship(t.Context(), provider.ShipCall{ShipmentID: fmt.Sprintf("m:r%d/ship/%d", run, n), MerchantID: "m", Goods: goods, At: noon})
					return err
				},
				"restock": func() error {
					goods := []schemas.Disposal{{LineID: "1", SKU: sku, Quantity: 1, Disposition: schemas.Restock}}
					return w.Stock().Dispose(t.Context(), provider.DisposeCall{Key: fmt.Sprintf("m:r%d/dispose/%d", run, step), MerchantID: "m", Goods: goods, At: noon})
				},
			}
			what := rapid.SampledFrom([]string{"reserve", "reserve", "release", "ship", "restock"}).Draw(rt, "what")
			if what == "restock" {
				stock++
			}
			together.Go(func() {
				for provider.Classify(do[what]()) != nil { // somebody else was at the same key: at once again
				}
			})
			if alone {
				together.Wait()
			}
		}
		together.Wait()

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
