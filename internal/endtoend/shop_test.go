package endtoend

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// shelf is what was bought in a house's shop: orders alike, each of another customer, so that no test meets another's.
type shelf struct {
	house  *house
	mu     sync.Mutex
	taken  int
	filled bool
}

const merchant = "shop"

// ordersOnTheShelf is how many orders there are for the tests of a house.
const ordersOnTheShelf = 160

func newShelf(h *house) *shelf { return &shelf{house: h} }

func dollars(minor int64) schemas.Money { return schemas.Money{Minor: minor, Currency: "USD"} }

// kinds of orders on the shelf, besides the usual ones: two lines of 40.00 and 25.50, one payment, delivered two days ago.
const (
	bought     = "usual"
	dear       = "dear"      // one line of 1,500.00: above what needs no second person
	late       = "late"      // delivered 60 days ago: outside every window
	underWay   = "under_way" // not delivered
	threeTimes = "three"     // one line of three pieces of 10.00
)

// order describes the nth order of a kind.
func anOrder(kind string, n int) schemas.ShopOrder {
	now := time.Now().UTC().Truncate(time.Second)
	delivered := now.Add(-48 * time.Hour)
	o := schemas.ShopOrder{
		OrderID: fmt.Sprintf("%s-%d", kind, n), MerchantID: merchant, CustomerID: fmt.Sprintf("c-%s-%d", kind, n), Currency: "USD",
		Status: schemas.OrderDelivered, PlacedAt: delivered.Add(-72 * time.Hour), DeliveredAt: &delivered,
		Lines:   []schemas.ShopLine{line("1", "LAMP", 1, 4000), line("2", "SHADE", 1, 2550)},
		Refunds: []schemas.ShopRefund{}, Parcels: []schemas.ShopParcel{},
	}
	switch kind {
	case dear:
		o.Lines = []schemas.ShopLine{line("1", "DESK", 1, 150000)}
	case late:
		long := now.Add(-60 * 24 * time.Hour)
		o.DeliveredAt, o.PlacedAt = &long, long.Add(-72*time.Hour)
	case underWay:
		o.Status, o.DeliveredAt = schemas.OrderProcessed, nil
	case threeTimes:
		o.Lines = []schemas.ShopLine{line("1", "CUP", 3, 1000)}
	}
	var cost int64
	for _, l := range o.Lines {
		cost += l.UnitPrice.Minor * int64(l.Quantity)
	}
	o.Payments = []schemas.ShopPayment{{PaymentID: o.OrderID + "-p1", PaymentMethodID: fmt.Sprintf("card-%s-%d", kind, n), Captured: dollars(cost)}}
	return o
}

func line(id, sku string, quantity int, price int64) schemas.ShopLine {
	return schemas.ShopLine{LineID: id, SKU: sku, ProductID: "p-" + sku, Name: sku, Quantity: quantity, UnitPrice: dollars(price)}
}

func (s *shelf) fill() {
	if s.filled {
		return
	}
	s.filled = true
	t := s.house.t
	var orders []schemas.ShopOrder
	var customers []schemas.ShopCustomer
	articles := map[string]schemas.ShopArticle{}
	for _, kind := range []string{bought, dear, late, underWay, threeTimes} {
		for n := range ordersOnTheShelf {
			o := anOrder(kind, n)
			orders = append(orders, o)
			gift := dollars(500)
			customers = append(customers, schemas.ShopCustomer{
				MerchantID: merchant, CustomerID: o.CustomerID, Locale: "en", Email: o.CustomerID + "@shop.example",
				PaymentMethods: []schemas.PaymentMethod{
					{PaymentMethodID: o.Payments[0].PaymentMethodID, Kind: "credit_card"},
					{PaymentMethodID: "gift-" + o.OrderID, Kind: "gift_card", Balance: &gift},
				},
			})
			for _, l := range o.Lines {
				articles[l.SKU] = schemas.ShopArticle{MerchantID: merchant, SKU: l.SKU, ProductID: l.ProductID, Name: l.Name, Price: l.UnitPrice, InStock: 5}
			}
		}
	}
	catalogue := otherLamps()
	for _, a := range articles {
		catalogue = append(catalogue, a)
	}
	slices.SortFunc(catalogue, func(a, b schemas.ShopArticle) int { return strings.Compare(a.SKU, b.SKU) })
	s.house.starter("import", file(t, "orders.jsonl", orders), file(t, "customers.jsonl", customers), file(t, "catalog.jsonl", catalogue)).done(t)
}

// request asks for the return of the whole of an order that nobody has asked for yet.
func (s *shelf) request(kind string) schemas.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fill()
	o := anOrder(kind, s.taken)
	s.taken++
	r := schemas.Request{
		RequestID: fmt.Sprintf("r-%d", s.taken), Kind: schemas.KindReturn, MerchantID: merchant, OrderID: o.OrderID, CustomerID: o.CustomerID,
		Channel: "web", Reason: schemas.ChangedMind, SettleWith: schemas.SettleOriginal,
	}
	for _, l := range o.Lines {
		r.Lines = append(r.Lines, schemas.RequestLine{LineID: l.LineID, Quantity: l.Quantity})
	}
	return r
}

// wish is a request with changes.
func (h *house) wish(kind string, changes ...func(*schemas.Request)) schemas.Request {
	r := h.shelf.request(kind)
	for _, change := range changes {
		change(&r)
	}
	return r
}

// regular gives the requests of one customer who has bought the usual things several times.
func (h *house) regular(times int) func(n int, changes ...func(*schemas.Request)) schemas.Request {
	const who = "c-regular"
	h.shelf.mu.Lock()
	defer h.shelf.mu.Unlock()
	h.shelf.fill()
	var orders []schemas.ShopOrder
	customer := schemas.ShopCustomer{MerchantID: merchant, CustomerID: who, Locale: "en", Email: who + "@shop.example"}
	for n := range times {
		o := anOrder(bought, n)
		o.OrderID, o.CustomerID = fmt.Sprintf("regular-%d", n), who
		o.Payments[0].PaymentID, o.Payments[0].PaymentMethodID = o.OrderID+"-p1", "card-regular"
		orders = append(orders, o)
	}
	customer.PaymentMethods = []schemas.PaymentMethod{{PaymentMethodID: "card-regular", Kind: "credit_card"}}
	h.starter("import", file(h.t, "orders.jsonl", orders), file(h.t, "customers.jsonl", []schemas.ShopCustomer{customer})).done(h.t)
	return func(n int, changes ...func(*schemas.Request)) schemas.Request {
		o := orders[n]
		r := schemas.Request{
			RequestID: o.OrderID, Kind: schemas.KindReturn, MerchantID: merchant, OrderID: o.OrderID, CustomerID: who,
			Channel: "web", Reason: schemas.ChangedMind, SettleWith: schemas.SettleOriginal,
		}
		for _, l := range o.Lines {
			r.Lines = append(r.Lines, schemas.RequestLine{LineID: l.LineID, Quantity: l.Quantity})
		}
		for _, change := range changes {
			change(&r)
		}
		return r
	}
}

// Changes of a request.
var (
	oneLine  = func(r *schemas.Request) { r.Lines = r.Lines[:1] }
	keeps    = func(r *schemas.Request) { r.RefundOnly = true }
	isFaulty = func(r *schemas.Request) { r.Reason = schemas.Defective }
)

// People of the policy.
var (
	agent      = schemas.Actor{Role: schemas.RoleAgent, ID: "agent-1"}
	lead       = schemas.Actor{Role: schemas.RoleTeamLead, ID: "team-lead-1"}
	supervisor = schemas.Actor{Role: schemas.RoleSupervisor, ID: "supervisor-1"}
	manager    = schemas.Actor{Role: schemas.RoleManager, ID: "manager-1"}
	inspector  = schemas.Actor{Role: schemas.RoleInspector, ID: "inspector-1"}
	finance    = schemas.Actor{Role: schemas.RoleFinance, ID: "finance-1"}
	finance2   = schemas.Actor{Role: schemas.RoleFinance, ID: "finance-2"}
)

func customerOf(r schemas.Request) schemas.Actor {
	return schemas.Actor{Role: schemas.RoleCustomer, ID: r.CustomerID}
}
