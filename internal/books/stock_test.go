package books_test

import (
	"context"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/books"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// twoBooks are both sides, as a test has them.
type twoBooks struct {
	cases []schemas.View
	later map[string]schemas.View // rows that have changed since they were listed
	stock []sandbox.StockEntry
}

func (b twoBooks) ListCases(context.Context, store.Filter, store.Page) ([]schemas.View, string, error) {
	return b.cases, "", nil
}

func (b twoBooks) CaseRow(_ context.Context, id string) (schemas.View, error) {
	if v, changed := b.later[id]; changed {
		return v, nil
	}
	for _, v := range b.cases {
		if v.CaseID == id {
			return v, nil
		}
	}
	return schemas.View{}, store.ErrNotFound
}

func (b twoBooks) StockMovements(context.Context, string) iter.Seq2[sandbox.StockEntry, error] {
	return func(yield func(sandbox.StockEntry, error) bool) {
		for _, e := range b.stock {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (twoBooks) LedgerEntries(context.Context, string) iter.Seq2[store.LedgerEntry, error] {
	return func(func(store.LedgerEntry, error) bool) {}
}

func (twoBooks) Refunds(context.Context, string) iter.Seq2[sandbox.RefundEntry, error] {
	return func(func(sandbox.RefundEntry, error) bool) {}
}

func (twoBooks) Parcels(context.Context, string) iter.Seq2[sandbox.ParcelEntry, error] {
	return func(func(sandbox.ParcelEntry, error) bool) {}
}

func booked(quantity int) []sandbox.StockEntry {
	return []sandbox.StockEntry{{MerchantID: "shop", Key: "shop:r/dispose/1", LineID: "1", SKU: "MUG", Quantity: quantity}}
}

// line is one of two mugs that came back and were looked at.
func line(change func(*schemas.Line)) schemas.View {
	l := schemas.Line{LineID: "1", SKU: "MUG", Quantity: 2, GoodsWith: schemas.TurnWarehouse, Disposition: schemas.Restock}
	change(&l)
	return schemas.View{CaseID: "shop:r", MerchantID: "shop", Lines: []schemas.Line{l}}
}

func TestTheStockOfEveryCaseIsComparedAndNotThatOfEndedOnesAlone(t *testing.T) {
	t.Parallel()
	end := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	none := func(*schemas.Line) {}
	disposed := func(l *schemas.Line) { l.Disposed = true }
	untouched := func(l *schemas.Line) { l.Disposition, l.GoodsWith = "", schemas.TurnCustomer }
	ended := line(func(l *schemas.Line) { l.Outcome, l.Disposed = schemas.Completed, true })
	ended.ClosedAt = &end
	telling := line(disposed)
	telling.Work = []schemas.Work{{Name: schemas.GoodsDispose.Name}}
	for name, c := range map[string]struct {
		books   twoBooks
		differs string
	}{
		"ended, the same":                   {twoBooks{cases: []schemas.View{ended}, stock: booked(2)}, ""},
		"ended, not booked":                 {twoBooks{cases: []schemas.View{ended}}, "not the same number of pieces"},
		"ended, too many":                   {twoBooks{cases: []schemas.View{ended}, stock: booked(3)}, "not the same number of pieces"},
		"open, booked":                      {twoBooks{cases: []schemas.View{line(disposed)}, stock: booked(2)}, ""},
		"open, being told":                  {twoBooks{cases: []schemas.View{telling}}, ""},
		"open, told and not booked":         {twoBooks{cases: []schemas.View{line(disposed)}, stock: booked(1)}, "the warehouse has not booked it"},
		"open, the row a moment behind":     {twoBooks{cases: []schemas.View{line(none)}, stock: booked(2)}, ""},
		"open, more than the line has":      {twoBooks{cases: []schemas.View{line(disposed)}, stock: booked(5)}, "more than the case has decided on"},
		"open, of goods that never came":    {twoBooks{cases: []schemas.View{line(untouched)}, stock: booked(1)}, "more than the case has decided on"},
		"open, inspected since it was read": {twoBooks{cases: []schemas.View{line(untouched)}, later: map[string]schemas.View{"shop:r": line(none)}, stock: booked(2)}, ""},
		"of no case":                        {twoBooks{stock: booked(1)}, "no case knows these goods"},
	} {
		got, err := books.Compare(t.Context(), c.books, c.books, "shop")
		require.NoError(t, err)
		require.Len(t, got.Stock, 1, name)
		require.Equal(t, c.differs, got.Stock[0].Differs, name)
		require.Equal(t, c.differs != "", got.Differences == 1, name)
	}
}
