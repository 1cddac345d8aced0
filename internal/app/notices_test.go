package app

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/aftercare/aftercare/internal/config"
	"github.com/aftercare/aftercare/internal/notice"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/provider/sandbox/sandboxtest"
	"github.com/aftercare/aftercare/internal/store/storetest"
	"github.com/aftercare/aftercare/schemas"
)

// From the shop's import to the gateway: a text message names the goods by their title and nothing else of the customer's, and waits
// for the morning where the customer lives, while the call is done at once.
func TestATextMessageAtNightIsHandedOverForTheMorning(t *testing.T) {
	t.Parallel()
	books, world := storetest.New(t), sandboxtest.New(t)
	texts, err := notice.Load()
	require.NoError(t, err)
	notices := newNotices(config.Config{StaffLocale: "zh-CN"}, texts, books, world, zap.NewNop())

	at := time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC) // ten in the evening in New York
	delivered := at.AddDate(0, 0, -5)
	price := schemas.Money{Minor: 4784, Currency: "USD"}
	require.NoError(t, books.PutOrder(t.Context(), schemas.ShopOrder{
		OrderID: "O1", MerchantID: "harbor", CustomerID: "c-1", Currency: "USD", Status: schemas.OrderDelivered, PlacedAt: delivered, DeliveredAt: &delivered,
		Lines:    []schemas.ShopLine{{LineID: "1", SKU: "TEE", ProductID: "P1", Name: "T-shirt", Options: map[string]string{"color": "white"}, Quantity: 1, UnitPrice: price}},
		Payments: []schemas.ShopPayment{{PaymentID: "P", PaymentMethodID: "card", Captured: price}},
	}))
	require.NoError(t, books.PutCustomer(t.Context(), schemas.ShopCustomer{
		MerchantID: "harbor", CustomerID: "c-1", Name: "Ida", Email: "ida@example.com", Phone: "+10000003001", Locale: "en", TimeZone: "America/New_York",
	}))
	customer := schemas.Actor{Role: schemas.RoleCustomer, ID: "c-1"}
	order := schemas.NoticeOrder{
		CaseID: "harbor:r-1", MerchantID: "harbor", OrderID: "O1", CustomerID: "c-1", Channel: "phone", Step: "004-review.approve", At: at, Priority: schemas.P2,
		Messages: []schemas.Notice{
			{Template: "return.approved", To: customer, Vars: map[string]string{"lines": "1", "freight": "customer", "label": "", "due": "2026-11-28T05:00:00Z"}},
			{Template: "staff.task", To: schemas.Actor{Role: schemas.RoleAgent, ID: "agent-1"}, Vars: map[string]string{"task": "trace", "due": "2026-11-28T05:00:00Z"}},
		},
	}
	for range 2 {
		receipt, err := notices.Send(t.Context(), order)
		require.NoError(t, err)
		require.Equal(t, schemas.NoticeReceipt{Sent: 2}, receipt)
	}
	var sent []sandbox.MessageEntry
	for m, err := range world.Books().Messages(t.Context(), "harbor") {
		require.NoError(t, err)
		sent = append(sent, m)
	}
	require.Len(t, sent, 2)
	require.EqualValues(t, "sms", sent[0].Channel)
	require.Equal(t, "+10000003001", sent[0].Address)
	require.Equal(t, "Your return (T-shirt white) is approved. Please send the goods by 28 November 2026, 00:00 UTC-05:00 and enter the tracking number. See case harbor:r-1", sent[0].Body)
	require.Equal(t, at, sent[0].At)
	require.Equal(t, time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC), *sent[0].NotBefore, "nine in the morning in New York")
	require.Nil(t, sent[1].NotBefore, "staff see their work when they work")
}
