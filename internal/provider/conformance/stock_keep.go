package conformance

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

func reserve(key string, quantity int) provider.ReserveCall {
	return provider.ReserveCall{Key: key, MerchantID: "m", SKU: "sku-1", Quantity: quantity, At: noon}
}

func release(key string) provider.ReleaseCall {
	return provider.ReleaseCall{Key: key, MerchantID: "m", At: noon}
}

// shipping orders what is kept under a key to be sent.
func shipping(id, stockKey string, quantity int) provider.ShipCall {
	return provider.ShipCall{
		ShipmentID: id, MerchantID: "m", OrderID: "o-1", CustomerID: "c-1", At: noon,
		Goods: []schemas.ShipLine{{LineID: "1", SKU: "sku-1", Quantity: quantity, StockKey: stockKey}},
	}
}

func (b StockBench) keep(t *testing.T, call provider.ReserveCall) provider.Reservation {
	t.Helper()
	answer, err := b.Stock.Reserve(t.Context(), call)
	require.NoError(t, err)
	return answer
}

func (b StockBench) ship(t *testing.T, call provider.ShipCall) provider.ShipAnswer {
	t.Helper()
	answer, err := b.Stock.Ship(t.Context(), call)
	require.NoError(t, err)
	return answer
}

// KeptStock is the suite for a warehouse that keeps goods and sends them. The bench has between three and twenty of sku-1.
func KeptStock(t *testing.T, factory func(t *testing.T) StockBench) {
	for name, test := range map[string]func(*testing.T, StockBench){
		"goods are kept once a key, and given back once":       keptOnce,
		"not enough is an answer":                              notEnoughIsAnAnswer,
		"a key with other goods is refused":                    otherGoodsAreRefused,
		"the last piece is kept for one of many":               lastPieceIsOnes,
		"a key given back unheard of keeps nothing later":      releaseOvertakesReserve,
		"what is kept is sent once, and then used up":          sentOnce,
		"a shipment of what is not kept is refused as a whole": shipmentIsAllOrNothing,
		"a shipment id with other goods is refused":            otherShipmentIsRefused,
		"a reservation cannot be sent twice or given back":     usedIsUsed,
		"goods kept too long go to others":                     overdueIsGivenAway,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, factory(t)) })
	}
	for operation, do := range map[string]func(StockBench, context.Context) error{
		"reserve": func(b StockBench, ctx context.Context) error {
			_, err := b.Stock.Reserve(ctx, reserve("m:r/stock/1", 1))
			return err
		},
		"release": func(b StockBench, ctx context.Context) error { return b.Stock.Release(ctx, release("m:r/stock/2")) },
		"ship": func(b StockBench, ctx context.Context) error {
			_, err := b.Stock.Ship(ctx, shipping("m:r/ship/1", "m:r/stock/2", 1))
			return err
		},
	} {
		for fault, spoil := range map[string]func(StockBench, *testing.T, func(context.Context) error){
			"whose answer was lost": func(b StockBench, t *testing.T, order func(context.Context) error) {
				b.LoseAnswer(t, operation)
				requireClass(t, order(t.Context()), provider.Unknown, "")
			},
			"that is slow": func(b StockBench, t *testing.T, order func(context.Context) error) {
				b.Slow(t, operation)
				requireOutOfPatience(t, order)
			},
		} {
			t.Run(operation+" "+fault+" is of unknown outcome, and may be sent again", func(t *testing.T) {
				t.Parallel()
				b := factory(t)
				if b.LoseAnswer == nil || b.Slow == nil {
					return
				}
				b.keep(t, reserve("m:r/stock/2", 1))
				before := b.Level(t, "sku-1")
				spoil(b, t, func(ctx context.Context) error { return do(b, ctx) })
				require.NoError(t, do(b, t.Context()))
				require.NoError(t, do(b, t.Context()))
				require.Equal(t, before+map[string]int{"reserve": -1, "release": 1, "ship": 0}[operation], b.Level(t, "sku-1"))
			})
		}
	}
	t.Run("who waits is told when goods come in, in order of arrival", func(t *testing.T) {
		t.Parallel()
		if b := factory(t); b.Facts != nil {
			waitersAreServed(t, b)
		}
	})
	t.Run("a sent replacement is told with its waybill", func(t *testing.T) {
		t.Parallel()
		if b := factory(t); b.Facts != nil {
			shipmentIsTold(t, b)
		}
	})
}

func keptOnce(t *testing.T, b StockBench) {
	before := b.Level(t, "sku-1")
	for range 3 {
		require.Equal(t, provider.Reservation{Held: true}, b.keep(t, reserve("m:r/stock/1", 2)))
	}
	require.Equal(t, before-2, b.Level(t, "sku-1"))
	for range 3 {
		require.NoError(t, b.Stock.Release(t.Context(), release("m:r/stock/1")))
	}
	require.Equal(t, before, b.Level(t, "sku-1"))
	require.False(t, b.keep(t, reserve("m:r/stock/1", 2)).Held, "a key that was given back is over")
	require.Equal(t, before, b.Level(t, "sku-1"))
}

func notEnoughIsAnAnswer(t *testing.T, b StockBench) {
	before := b.Level(t, "sku-1")
	require.False(t, b.keep(t, reserve("m:r/stock/1", before+1)).Held)
	unknown := reserve("m:r/stock/2", 1)
	unknown.SKU = "no-such-article"
	require.False(t, b.keep(t, unknown).Held)
	require.Equal(t, before, b.Level(t, "sku-1"))
	require.NoError(t, b.Stock.Dispose(t.Context(), dispose("m:r/dispose/1", schemas.Disposal{LineID: "1", SKU: "sku-1", Quantity: 1, Disposition: schemas.Restock})))
	require.True(t, b.keep(t, reserve("m:r/stock/1", before+1)).Held, "what got nothing is judged anew")
}

func otherGoodsAreRefused(t *testing.T, b StockBench) {
	b.keep(t, reserve("m:r/stock/1", 1))
	_, err := b.Stock.Reserve(t.Context(), reserve("m:r/stock/1", 2))
	requireClass(t, err, provider.NeverRetry, provider.CodeKeyReused)
	later := reserve("m:r/stock/1", 1)
	later.At, later.Until = noon.Add(48*time.Hour), noon.Add(96*time.Hour)
	require.True(t, b.keep(t, later).Held, "a later call is the same call")
	for _, bad := range []provider.ReserveCall{reserve("", 1), reserve("m:r/stock/2", 0)} {
		_, err := b.Stock.Reserve(t.Context(), bad)
		requireClass(t, err, provider.NeverRetry, "")
	}
}

func lastPieceIsOnes(t *testing.T, b StockBench) {
	b.keep(t, reserve("m:first/stock/1", b.Level(t, "sku-1")-1))
	const rivals = 8
	held := make([]bool, rivals)
	for _, err := range atOnce(rivals, func(i int) error {
		answer, err := b.Stock.Reserve(t.Context(), reserve(fmt.Sprintf("m:r%d/stock/1", i), 1))
		held[i] = answer.Held
		return err
	}) {
		require.NoError(t, err)
	}
	winners := 0
	for _, h := range held {
		if h {
			winners++
		}
	}
	require.Equal(t, 1, winners)
	require.Zero(t, b.Level(t, "sku-1"))
}

func releaseOvertakesReserve(t *testing.T, b StockBench) {
	before := b.Level(t, "sku-1")
	require.NoError(t, b.Stock.Release(t.Context(), release("m:r/stock/1")))
	require.False(t, b.keep(t, reserve("m:r/stock/1", 1)).Held)
	require.Equal(t, before, b.Level(t, "sku-1"))
}

func sentOnce(t *testing.T, b StockBench) {
	before := b.Level(t, "sku-1")
	b.keep(t, reserve("m:r/stock/1", 2))
	for range 3 {
		require.Equal(t, provider.ShipAnswer{}, b.ship(t, shipping("m:r/ship/1", "m:r/stock/1", 2)))
	}
	require.Equal(t, before-2, b.Level(t, "sku-1"))
	require.True(t, b.keep(t, reserve("m:r/stock/1", 2)).Held, "a late repetition hears that it got them")
	require.Equal(t, before-2, b.Level(t, "sku-1"))
}

func shipmentIsAllOrNothing(t *testing.T, b StockBench) {
	before := b.Level(t, "sku-1")
	b.keep(t, reserve("m:r/stock/1", 1))
	call := shipping("m:r/ship/1", "m:r/stock/1", 1)
	call.Goods = append(call.Goods, schemas.ShipLine{LineID: "2", SKU: "sku-1", Quantity: 1, StockKey: "m:r/stock/2"})
	answer := b.ship(t, call)
	require.True(t, answer.Refused)
	require.NotEmpty(t, answer.Code)
	require.NoError(t, b.Stock.Release(t.Context(), release("m:r/stock/1")), "it is still only kept")
	require.Equal(t, before, b.Level(t, "sku-1"))
	requireClass(t, func() error {
		_, err := b.Stock.Ship(t.Context(), provider.ShipCall{ShipmentID: "m:r/ship/2", MerchantID: "m"})
		return err
	}(), provider.NeverRetry, "")
}

func otherShipmentIsRefused(t *testing.T, b StockBench) {
	b.keep(t, reserve("m:r/stock/1", 1))
	b.keep(t, reserve("m:r/stock/2", 1))
	b.ship(t, shipping("m:r/ship/1", "m:r/stock/1", 1))
	_, err := b.Stock.Ship(t.Context(), shipping("m:r/ship/1", "m:r/stock/2", 1))
	requireClass(t, err, provider.NeverRetry, provider.CodeKeyReused)
}

func usedIsUsed(t *testing.T, b StockBench) {
	before := b.Level(t, "sku-1")
	b.keep(t, reserve("m:r/stock/1", 1))
	b.ship(t, shipping("m:r/ship/1", "m:r/stock/1", 1))
	require.True(t, b.ship(t, shipping("m:r/ship/2", "m:r/stock/1", 1)).Refused)
	require.NoError(t, b.Stock.Release(t.Context(), release("m:r/stock/1")))
	require.Equal(t, before-1, b.Level(t, "sku-1"))
}

func overdueIsGivenAway(t *testing.T, b StockBench) {
	all := b.Level(t, "sku-1")
	long := reserve("m:r/stock/1", all)
	long.Until = noon.Add(24 * time.Hour)
	require.True(t, b.keep(t, long).Held)
	require.False(t, b.keep(t, reserve("m:r/stock/2", 1)).Held)
	late := reserve("m:r/stock/3", 1)
	late.At = noon.Add(25 * time.Hour)
	require.True(t, b.keep(t, late).Held)
	require.True(t, b.ship(t, shipping("m:r/ship/1", "m:r/stock/1", all)).Refused)
}

func waitersAreServed(t *testing.T, b StockBench) {
	told := b.Facts(t)
	b.keep(t, reserve("m:r/stock/1", b.Level(t, "sku-1")))
	for _, key := range []string{"m:first/stock/1", "m:second/stock/1"} {
		wait := reserve(key, 1)
		wait.Wait = true
		answer := b.keep(t, wait)
		require.False(t, answer.Held)
	}
	back := schemas.Disposal{LineID: "1", SKU: "sku-1", Quantity: 1, Disposition: schemas.Restock}
	require.NoError(t, b.Stock.Dispose(t.Context(), dispose("m:r/dispose/1", back)))
	require.False(t, b.keep(t, reserve("m:new/stock/1", 1)).Held, "a newcomer overtakes nobody")
	require.Eventually(t, func() bool { return len(told()) == 1 }, 10*time.Second, 5*time.Millisecond)
	require.NoError(t, b.Stock.Release(t.Context(), release("m:r/stock/1")))
	require.Eventually(t, func() bool { return len(told()) == 2 }, 10*time.Second, 5*time.Millisecond)
	for i, key := range []string{"m:first/stock/1", "m:second/stock/1"} {
		f := told()[i]
		require.Equal(t, schemas.StockReserved.Name, f.Fact)
		word, refusal := schemas.Decode[schemas.StockWord](f.Report.Body)
		require.Nil(t, refusal)
		require.Equal(t, schemas.StockWord{Key: key, SKU: "sku-1"}, word)
		require.True(t, b.keep(t, reserve(key, 1)).Held)
	}
}

func shipmentIsTold(t *testing.T, b StockBench) {
	told := b.Facts(t)
	b.keep(t, reserve("m:r/stock/1", 1))
	b.ship(t, shipping("m:r/ship/1", "m:r/stock/1", 1))
	require.Eventually(t, func() bool { return len(told()) > 0 }, 10*time.Second, 5*time.Millisecond)
	f := told()[0]
	require.Equal(t, schemas.ReplacementSent.Name, f.Fact)
	word, refusal := schemas.Decode[schemas.ShipmentWord](f.Report.Body)
	require.Nil(t, refusal)
	require.Equal(t, "m:r/ship/1", word.ShipmentID)
	require.NotEmpty(t, word.Waybill)
	require.NotEmpty(t, word.Carrier)
	require.WithinRange(t, f.Report.OccurredAt, noon, noon.Add(time.Minute), "business time, not the machine's")
}
