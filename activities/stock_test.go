package activities

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

type fakeStock struct {
	provider.Stock
	call     provider.DisposeCall
	reserve  provider.ReserveCall
	released []string
	ship     provider.ShipCall
	err      error
}

func (s *fakeStock) Reserve(_ context.Context, call provider.ReserveCall) (provider.Reservation, error) {
	s.reserve = call
	soon := noon.AddDate(0, 0, 7)
	return provider.Reservation{ExpectedAt: &soon}, s.err
}

func (s *fakeStock) Release(_ context.Context, call provider.ReleaseCall) error {
	s.released = append(s.released, call.Key)
	return s.err
}

func (s *fakeStock) Ship(_ context.Context, call provider.ShipCall) (provider.ShipAnswer, error) {
	s.ship = call
	return provider.ShipAnswer{Refused: true, Code: schemas.CodeNotKept}, s.err
}

func (s *fakeStock) Dispose(_ context.Context, call provider.DisposeCall) error {
	s.call = call
	return s.err
}

func TestGoodsGoWhereTheInspectorSaid(t *testing.T) {
	t.Parallel()
	goods := []schemas.Disposal{{LineID: "1", SKU: "sku-1", Quantity: 1, Disposition: schemas.Quarantine}}
	fake := &fakeStock{}
	_, err := NewStock(fake, nil).Dispose(context.Background(), schemas.DisposeOrder{Key: "m:r/dispose/1", CaseID: "m:r", MerchantID: "m", Goods: goods, At: noon})
	require.NoError(t, err)
	require.Equal(t, provider.DisposeCall{Key: "m:r/dispose/1", MerchantID: "m", Goods: goods, At: noon}, fake.call)
}

func TestWarehouseWithoutAnAnswerIsAskedAgain(t *testing.T) {
	t.Parallel()
	_, err := NewStock(&fakeStock{err: context.DeadlineExceeded}, nil).Dispose(context.Background(), schemas.DisposeOrder{Key: "m:r/dispose/1"})
	requireApplicationError(t, err, schemas.CodeNoAnswer, false)
	_, err = NewStock(&fakeStock{err: provider.Never(provider.CodeKeyReused, "used before")}, nil).Dispose(context.Background(), schemas.DisposeOrder{})
	requireApplicationError(t, err, provider.CodeKeyReused, true)
}

func TestGoodsForAReplacementAreKeptGivenBackAndSent(t *testing.T) {
	t.Parallel()
	fake := &fakeStock{}
	stock := NewStock(fake, nil)
	until, soon := noon.AddDate(0, 0, 10), noon.AddDate(0, 0, 7)
	kept, err := stock.Reserve(context.Background(), schemas.StockOrder{Key: "m:r/stock/1", CaseID: "m:r", MerchantID: "m", SKU: "sku-1", Quantity: 2, Wait: true, Until: until, At: noon})
	require.NoError(t, err)
	require.Equal(t, schemas.StockReceipt{Key: "m:r/stock/1", ExpectedAt: &soon}, kept)
	require.Equal(t, provider.ReserveCall{Key: "m:r/stock/1", MerchantID: "m", SKU: "sku-1", Quantity: 2, Wait: true, Until: until, At: noon}, fake.reserve)

	_, err = stock.Release(context.Background(), schemas.StockReleaseOrder{CaseID: "m:r", MerchantID: "m", Keys: []string{"m:r/stock/1", "m:r/stock/2"}, At: noon})
	require.NoError(t, err)
	require.Equal(t, []string{"m:r/stock/1", "m:r/stock/2"}, fake.released)

	goods := []schemas.ShipLine{{LineID: "1", SKU: "sku-1", Quantity: 2, StockKey: "m:r/stock/1"}}
	sent, err := stock.Ship(context.Background(), schemas.ShipOrder{ShipmentID: "m:r/ship/1", CaseID: "m:r", MerchantID: "m", OrderID: "o-1", CustomerID: "c-1", Goods: goods, At: noon})
	require.NoError(t, err)
	require.Equal(t, schemas.ShipReceipt{ShipmentID: "m:r/ship/1", Refused: true, Code: schemas.CodeNotKept}, sent, "a refusal is an answer")
	require.Equal(t, provider.ShipCall{ShipmentID: "m:r/ship/1", MerchantID: "m", OrderID: "o-1", CustomerID: "c-1", Goods: goods, At: noon}, fake.ship)

	fake.err = context.DeadlineExceeded
	_, err = stock.Reserve(context.Background(), schemas.StockOrder{Key: "m:r/stock/1"})
	requireApplicationError(t, err, schemas.CodeNoAnswer, false)
	_, err = stock.Release(context.Background(), schemas.StockReleaseOrder{Keys: []string{"m:r/stock/1"}})
	requireApplicationError(t, err, schemas.CodeNoAnswer, false)
	_, err = stock.Ship(context.Background(), schemas.ShipOrder{ShipmentID: "m:r/ship/1"})
	requireApplicationError(t, err, schemas.CodeNoAnswer, false)
}
