package activities

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

type fakeStock struct {
	call provider.DisposeCall
	err  error
}

func (s *fakeStock) Dispose(_ context.Context, call provider.DisposeCall) error {
	s.call = call
	return s.err
}

func TestGoodsGoWhereTheInspectorSaid(t *testing.T) {
	t.Parallel()
	goods := []schemas.Disposal{{LineID: "1", SKU: "sku-1", Quantity: 1, Disposition: schemas.Quarantine}}
	fake := &fakeStock{}
	_, err := NewStock(fake).Dispose(context.Background(), schemas.DisposeOrder{Key: "m:r/dispose/1", CaseID: "m:r", MerchantID: "m", Goods: goods, At: noon})
	require.NoError(t, err)
	require.Equal(t, provider.DisposeCall{Key: "m:r/dispose/1", MerchantID: "m", Goods: goods, At: noon}, fake.call)
}

func TestWarehouseWithoutAnAnswerIsAskedAgain(t *testing.T) {
	t.Parallel()
	_, err := NewStock(&fakeStock{err: context.DeadlineExceeded}).Dispose(context.Background(), schemas.DisposeOrder{Key: "m:r/dispose/1"})
	requireApplicationError(t, err, schemas.CodeNoAnswer, false)
	_, err = NewStock(&fakeStock{err: provider.Never(provider.CodeKeyReused, "used before")}).Dispose(context.Background(), schemas.DisposeOrder{})
	requireApplicationError(t, err, provider.CodeKeyReused, true)
}
