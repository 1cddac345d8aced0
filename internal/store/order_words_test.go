package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

func TestWhatRulesAskAboutAnOrderIsCheckedWhenItComesIn(t *testing.T) {
	t.Parallel()
	order := func(change func(*schemas.ShopOrder)) *schemas.Refusal {
		o := schemas.ShopOrder{
			OrderID: "O1", MerchantID: "m", CustomerID: "c", Currency: "USD", Status: schemas.OrderPending, PlacedAt: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
			Jurisdiction: "EU-DE", Lines: []schemas.ShopLine{{
				LineID: "1", SKU: "s", Quantity: 1, UnitPrice: schemas.Money{Minor: 100, Currency: "USD"}, Category: "mobile_phone", Marks: []string{"custom_made"}, Repairs: 1,
			}},
			Payments: []schemas.ShopPayment{{PaymentID: "P1", PaymentMethodID: "card", Captured: schemas.Money{Minor: 100, Currency: "USD"}}},
		}
		change(&o)
		return store.CheckOrder(o)
	}
	require.Nil(t, order(func(*schemas.ShopOrder) {}))
	for field, change := range map[string]func(*schemas.ShopOrder){
		"jurisdiction":      func(o *schemas.ShopOrder) { o.Jurisdiction = "Germany" },
		"lines[0].category": func(o *schemas.ShopOrder) { o.Lines[0].Category = "Mobile phone" },
		"lines[0].marks":    func(o *schemas.ShopOrder) { o.Lines[0].Marks = []string{"custom_made", "Made to order"} },
		"lines[0].repairs":  func(o *schemas.ShopOrder) { o.Lines[0].Exchanges = -1 },
	} {
		refusal := order(change)
		require.NotNil(t, refusal, field)
		require.Equal(t, field, refusal.Field)
	}
}
