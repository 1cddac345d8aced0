package bench

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/aftercare/aftercare/internal/imports"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// The benchmark's shop: one article that comes back, one dearer one to exchange it for, and an order for each case and each
// control, of a customer of its own.
const (
	merchant = "bench"
	carrier  = "sandbox"
	mug      = "MUG"
	bigMug   = "MUG-XL"
	plenty   = 1_000_000
)

var (
	price      = schemas.Money{Minor: 4000, Currency: "USD"}
	difference = schemas.Money{Minor: 1500, Currency: "USD"}
)

// shop makes orders and puts them where the product and the sandboxes look.
type shop struct {
	tag   string
	sinks []imports.Sink
	made  atomic.Int64
}

func openShop(ctx context.Context, tag string, s *store.Store, w *sandbox.World) (*shop, error) {
	sh := &shop{tag: tag, sinks: []imports.Sink{imports.Into(s), w.Load()}}
	for _, sink := range sh.sinks {
		for sku, p := range map[string]schemas.Money{mug: price, bigMug: price.Add(difference)} {
			a := schemas.ShopArticle{MerchantID: merchant, SKU: sku, ProductID: "p-mug", Name: "Mug", Price: p, InStock: plenty}
			if err := sink.Article(ctx, a); err != nil {
				return nil, fmt.Errorf("stock the bench's shop: %w", err)
			}
		}
	}
	return sh, nil
}

// order is an order that was delivered, with its customer.
func (s *shop) order(ctx context.Context) (schemas.ShopOrder, error) {
	id := fmt.Sprintf("%s-%d", s.tag, s.made.Add(1))
	delivered := time.Now().UTC().Truncate(time.Second).Add(-48 * time.Hour)
	o := schemas.ShopOrder{
		OrderID: id, MerchantID: merchant, CustomerID: "c-" + id, Currency: price.Currency, Status: schemas.OrderDelivered,
		PlacedAt: delivered.Add(-72 * time.Hour), DeliveredAt: &delivered,
		Lines:    []schemas.ShopLine{{LineID: "1", SKU: mug, ProductID: "p-mug", Name: "Mug", Quantity: 1, UnitPrice: price}},
		Payments: []schemas.ShopPayment{{PaymentID: id + "-p", PaymentMethodID: "card-" + id, Captured: price}},
		Refunds:  []schemas.ShopRefund{}, Parcels: []schemas.ShopParcel{},
	}
	who := schemas.ShopCustomer{
		MerchantID: merchant, CustomerID: o.CustomerID, Locale: "en", Email: o.CustomerID + "@bench.example",
		PaymentMethods: []schemas.PaymentMethod{{PaymentMethodID: o.Payments[0].PaymentMethodID, Kind: "credit_card"}},
	}
	for _, sink := range s.sinks {
		if err := sink.Customer(ctx, who); err != nil {
			return o, fmt.Errorf("put customer %s into the bench's shop: %w", who.CustomerID, err)
		}
		if err := sink.Order(ctx, o); err != nil {
			return o, fmt.Errorf("put order %s into the bench's shop: %w", o.OrderID, err)
		}
	}
	return o, nil
}

// request asks for the return of an order, or for its exchange for the dearer article at the merchant's cost of the way: the
// customer pays the difference and nothing else.
func request(kind schemas.Kind, o schemas.ShopOrder) schemas.Request {
	r := schemas.Request{
		RequestID: "r-" + o.OrderID, Kind: kind, MerchantID: merchant, OrderID: o.OrderID, CustomerID: o.CustomerID, Channel: "web",
		Reason: schemas.ChangedMind, SettleWith: schemas.SettleOriginal, Lines: []schemas.RequestLine{{LineID: "1", Quantity: 1}},
	}
	if kind == schemas.KindExchange {
		r.Reason, r.Lines[0].ReplacementSKU = schemas.NotAsDescribed, bigMug
	}
	return r
}

func controlOf(o schemas.ShopOrder) controlInput {
	return controlInput{
		MerchantID: merchant, OrderID: o.OrderID, CustomerID: o.CustomerID, PaymentID: o.Payments[0].PaymentID,
		Method: o.Payments[0].PaymentMethodID, SKU: mug, Wanted: bigMug, Amount: price,
	}
}

// waybillOf is the number of the parcel in which a customer sends the goods.
func waybillOf(caseID string) string { return "CU-" + caseID[len(merchant)+1:] }
