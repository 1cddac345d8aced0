package conformance

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// StockBench is a warehouse.
type StockBench struct {
	Stock provider.Stock
	// Level says how many pieces of merchant m's article can be sold.
	Level func(t *testing.T, sku string) int

	LoseAnswer func(t *testing.T, operation string) // the next dispose, reserve, release or ship is done and its answer lost
	Slow       func(t *testing.T, operation string) // the next one takes much longer than two seconds
	Facts      func(t *testing.T) func() []Told     // starts listening; returns what was told so far
}

func dispose(key string, goods ...schemas.Disposal) provider.DisposeCall {
	return provider.DisposeCall{Key: key, MerchantID: "m", Goods: goods, At: noon}
}

// Stock is the suite for a warehouse.
func Stock(t *testing.T, factory func(t *testing.T) StockBench) {
	two := schemas.Disposal{LineID: "1", SKU: "sku-1", Quantity: 2, Disposition: schemas.Restock}

	t.Run("restocked goods can be sold again, once a key", func(t *testing.T) {
		t.Parallel()
		b := factory(t)
		before := b.Level(t, "sku-1")
		for range 3 {
			require.NoError(t, b.Stock.Dispose(t.Context(), dispose("m:r/dispose/1", two)))
		}
		require.Equal(t, before+2, b.Level(t, "sku-1"))
		require.NoError(t, b.Stock.Dispose(t.Context(), dispose("m:r/dispose/2", two)))
		require.Equal(t, before+4, b.Level(t, "sku-1"))
	})
	t.Run("goods that go elsewhere cannot be sold", func(t *testing.T) {
		t.Parallel()
		b := factory(t)
		before := b.Level(t, "sku-1")
		for i, disposition := range schemas.Dispositions {
			if disposition != schemas.Restock {
				goods := schemas.Disposal{LineID: "1", SKU: "sku-1", Quantity: i + 1, Disposition: disposition}
				require.NoError(t, b.Stock.Dispose(t.Context(), dispose("m:r/dispose/"+string(disposition), goods)))
			}
		}
		require.Equal(t, before, b.Level(t, "sku-1"))
	})
	t.Run("a key with other goods is refused", func(t *testing.T) {
		t.Parallel()
		b := factory(t)
		require.NoError(t, b.Stock.Dispose(t.Context(), dispose("m:r/dispose/1", two)))
		three := two
		three.Quantity = 3
		requireClass(t, b.Stock.Dispose(t.Context(), dispose("m:r/dispose/1", three)), provider.NeverRetry, provider.CodeKeyReused)
	})
	t.Run("all goods of a call are booked or none", func(t *testing.T) {
		t.Parallel()
		b := factory(t)
		before := b.Level(t, "sku-1")
		none := schemas.Disposal{LineID: "2", SKU: "sku-2", Quantity: 0, Disposition: schemas.Restock}
		requireClass(t, b.Stock.Dispose(t.Context(), dispose("m:r/dispose/1", two, none)), provider.NeverRetry, "")
		require.Equal(t, before, b.Level(t, "sku-1"))
	})
	t.Run("the same key at the same moment is booked once", func(t *testing.T) {
		t.Parallel()
		b := factory(t)
		before := b.Level(t, "sku-1")
		for _, err := range atOnce(4, func(int) error { return b.Stock.Dispose(t.Context(), dispose("m:r/dispose/1", two)) }) {
			if err != nil {
				requireClass(t, err, provider.RetryNow, "")
			}
		}
		require.Equal(t, before+2, b.Level(t, "sku-1"))
	})
	t.Run("a lost answer was booked, and is not booked again", func(t *testing.T) {
		t.Parallel()
		b := factory(t)
		if b.LoseAnswer == nil {
			return
		}
		before := b.Level(t, "sku-1")
		b.LoseAnswer(t, "dispose")
		requireClass(t, b.Stock.Dispose(t.Context(), dispose("m:r/dispose/1", two)), provider.Unknown, "")
		require.NoError(t, b.Stock.Dispose(t.Context(), dispose("m:r/dispose/1", two)))
		require.Equal(t, before+2, b.Level(t, "sku-1"))
	})
	t.Run("a slow booking is of unknown outcome", func(t *testing.T) {
		t.Parallel()
		b := factory(t)
		if b.Slow == nil {
			return
		}
		before := b.Level(t, "sku-1")
		b.Slow(t, "dispose")
		requireOutOfPatience(t, func(ctx context.Context) error { return b.Stock.Dispose(ctx, dispose("m:r/dispose/1", two)) })
		require.NoError(t, b.Stock.Dispose(t.Context(), dispose("m:r/dispose/1", two)))
		require.Equal(t, before+2, b.Level(t, "sku-1"))
	})
}
