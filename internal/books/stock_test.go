package books_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/books"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/schemas"
)

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
	byBank := line(func(l *schemas.Line) { l.Outcome, l.Disposed = schemas.SettledExternally, true })
	byBank.ClosedAt = &end
	telling := line(disposed)
	telling.Work = []schemas.Work{{Name: schemas.GoodsDispose.Name}}
	// One more mug was sent to the customer instead, was not taken, and is put away where it came from.
	back := line(func(l *schemas.Line) { l.Outcome, l.Disposed = schemas.Completed, true })
	back.ClosedAt, back.Parcels = &end, []schemas.Parcel{{Waybill: "RP1", Goods: []schemas.Disposal{{LineID: "1", SKU: "MUG", Quantity: 1}}}}
	travels := line(untouched)
	travels.Parcels = []schemas.Parcel{{Waybill: "RP1", Returning: true, Goods: []schemas.Disposal{{LineID: "1", SKU: "MUG", Quantity: 1}}}}
	for name, c := range map[string]struct {
		cases   []schemas.View
		later   map[string]schemas.View // rows that have changed since they were listed
		stock   []sandbox.StockEntry
		differs string
	}{
		"ended, the same":                   {cases: []schemas.View{ended}, stock: booked(2)},
		"ended, not booked":                 {cases: []schemas.View{ended}, differs: "not the same number of pieces"},
		"ended, too many":                   {cases: []schemas.View{ended}, stock: booked(3), differs: "not the same number of pieces"},
		"open, booked":                      {cases: []schemas.View{line(disposed)}, stock: booked(2)},
		"open, being told":                  {cases: []schemas.View{telling}},
		"open, told and not booked":         {cases: []schemas.View{line(disposed)}, stock: booked(1), differs: "the warehouse has not booked it"},
		"open, the row a moment behind":     {cases: []schemas.View{line(none)}, stock: booked(2)},
		"open, more than the line has":      {cases: []schemas.View{line(disposed)}, stock: booked(5), differs: "more than the case has decided on"},
		"open, of goods that never came":    {cases: []schemas.View{line(untouched)}, stock: booked(1), differs: "more than the case has decided on"},
		"open, inspected since it was read": {cases: []schemas.View{line(untouched)}, later: map[string]schemas.View{"shop:r": line(none)}, stock: booked(2)},
		"ended, with what came back":        {cases: []schemas.View{back}, stock: booked(3)},
		"ended, what came back is missing":  {cases: []schemas.View{back}, stock: booked(2), differs: "not the same number of pieces"},
		"open, booked before it was heard":  {cases: []schemas.View{travels}, stock: booked(1)},
		"paid by a bank, the same":          {cases: []schemas.View{byBank}, stock: booked(2)},
		"paid by a bank, not booked":        {cases: []schemas.View{byBank}, differs: "not the same number of pieces"},
		"of no case":                        {stock: booked(1), differs: "no case knows these goods"},
	} {
		got, err := books.Compare(t.Context(), &ours{cases: c.cases, later: c.later}, &theirs{stock: c.stock}, "shop")
		require.NoError(t, err)
		require.Len(t, got.Stock, 1, name)
		require.Equal(t, c.differs, got.Stock[0].Differs, name)
		require.Equal(t, c.differs != "", got.Differences == 1, name)
	}
}
