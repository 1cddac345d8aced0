package chaos

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// Shop is what was sold before the run begins: one order for every wish, of a customer of its own.
type Shop struct {
	Orders    []schemas.ShopOrder
	Articles  []schemas.ShopArticle
	Customers []schemas.ShopCustomer
}

// tenant is one merchant with the currency and the language of its customers.
type tenant struct{ id, currency, locale, zone string }

var tenants = []tenant{
	{"lotus", "CNY", "zh-CN", "Asia/Shanghai"},
	{"harbor", "USD", "en", "America/New_York"},
	{"linden", "EUR", "en", "Europe/Berlin"},
	{"sakura", "JPY", "en", "Asia/Tokyo"},
}

// The articles of every merchant, and what one costs in minor units.
const (
	lamp      = "LAMP"       // what is exchanged
	likeIt    = "LAMP-RED"   // costs the same
	dearer    = "LAMP-LARGE" // costs more
	cheaper   = "LAMP-SMALL" // costs less
	outOfLamp = "LAMP-GOLD"  // there is none
	shade     = "SHADE"
	cup       = "CUP"
	desk      = "DESK" // above what needs no second person
)

var prices = map[string]int64{
	lamp: 4000, likeIt: 4000, dearer: 4600, cheaper: 3500, outOfLamp: 4000, shade: 2550, cup: 1000, desk: 1_500_000,
}

// plenty is more than any run sends.
const plenty = 100_000

func catalogue(t tenant) (articles []schemas.ShopArticle) {
	for _, sku := range []string{lamp, likeIt, dearer, cheaper, outOfLamp, shade, cup, desk} {
		product := sku
		if sku != shade && sku != cup && sku != desk {
			product = lamp
		}
		a := schemas.ShopArticle{
			MerchantID: t.id, SKU: sku, ProductID: "p-" + product, Name: sku, InStock: plenty,
			Price: schemas.Money{Minor: prices[sku], Currency: t.currency},
		}
		if sku == outOfLamp {
			a.InStock = 0
		}
		articles = append(articles, a)
	}
	return articles
}

// goods are the lines of an order.
type goods struct {
	sku      string
	quantity int
}

// sale is an order and its customer, who paid with a card and has a gift card with little on it besides.
func sale(t tenant, id string, bought []goods, now time.Time) (schemas.ShopOrder, schemas.ShopCustomer) {
	delivered := now.Add(-48 * time.Hour)
	o := schemas.ShopOrder{
		OrderID: id, MerchantID: t.id, CustomerID: "c-" + id, Currency: t.currency, Status: schemas.OrderDelivered,
		PlacedAt: delivered.Add(-72 * time.Hour), DeliveredAt: &delivered, Refunds: []schemas.ShopRefund{}, Parcels: []schemas.ShopParcel{},
	}
	var cost int64
	for i, g := range bought {
		price := schemas.Money{Minor: prices[g.sku], Currency: t.currency}
		o.Lines = append(o.Lines, schemas.ShopLine{
			LineID: fmt.Sprint(i + 1), SKU: g.sku, ProductID: "p-" + g.sku, Name: g.sku, Quantity: g.quantity, UnitPrice: price,
		})
		cost += price.Minor * int64(g.quantity)
	}
	o.Payments = []schemas.ShopPayment{{
		PaymentID: id + "-p1", PaymentMethodID: "card-" + id, Captured: schemas.Money{Minor: cost, Currency: t.currency},
	}}
	little := schemas.Money{Minor: 500, Currency: t.currency}
	return o, schemas.ShopCustomer{
		MerchantID: t.id, CustomerID: o.CustomerID, Locale: t.locale, TimeZone: t.zone, Email: o.CustomerID + "@" + t.id + ".example",
		PaymentMethods: []schemas.PaymentMethod{
			{PaymentMethodID: "card-" + id, Kind: "credit_card"}, {PaymentMethodID: "gift-" + id, Kind: "gift_card", Balance: &little},
		},
	}
}

// wants is one sort of wish: what was bought, and what is asked for.
type wants struct {
	name   string
	bought []goods
	ask    func(r *schemas.Request, o *schemas.ShopOrder, dice *rand.Rand)
	twice  bool // two requests for the same goods: one of them finds them taken
}

func whole(r *schemas.Request, o *schemas.ShopOrder, _ *rand.Rand) {
	for _, l := range o.Lines {
		r.Lines = append(r.Lines, schemas.RequestLine{LineID: l.LineID, Quantity: l.Quantity})
	}
}

func first(r *schemas.Request, o *schemas.ShopOrder, _ *rand.Rand) {
	r.Lines = []schemas.RequestLine{{LineID: o.Lines[0].LineID, Quantity: 1}}
}

func swap(sku string, reason schemas.Reason) func(*schemas.Request, *schemas.ShopOrder, *rand.Rand) {
	return func(r *schemas.Request, o *schemas.ShopOrder, dice *rand.Rand) {
		first(r, o, dice)
		r.Kind, r.Reason, r.Lines[0].ReplacementSKU = schemas.KindExchange, reason, sku
		if reason == schemas.Defective {
			r.EvidenceIDs = []string{"photo-" + r.RequestID}
		}
	}
}

var usual = []goods{{lamp, 1}, {shade, 1}}

// wishes are the sorts of wishes of a run.
var wishes = []wants{
	{name: "return", bought: usual, ask: whole},
	{name: "return of a part", bought: usual, ask: first},
	{name: "return of some pieces", bought: []goods{{cup, 3}}, ask: func(r *schemas.Request, o *schemas.ShopOrder, dice *rand.Rand) {
		first(r, o, dice)
		r.Lines[0].Quantity = 1 + dice.IntN(3)
	}},
	{name: "return of faulty goods", bought: usual, ask: func(r *schemas.Request, o *schemas.ShopOrder, dice *rand.Rand) {
		whole(r, o, dice)
		r.Reason = schemas.Defective
	}},
	{name: "refund without return", bought: usual, ask: func(r *schemas.Request, o *schemas.ShopOrder, dice *rand.Rand) {
		whole(r, o, dice)
		r.Reason, r.RefundOnly = schemas.Damaged, true
		if dice.IntN(2) == 0 {
			r.EvidenceIDs = []string{"photo-" + r.RequestID} // the others are asked for it
		}
	}},
	{name: "large refund", bought: []goods{{desk, 1}}, ask: whole},
	{name: "too late", bought: usual, ask: func(r *schemas.Request, o *schemas.ShopOrder, dice *rand.Rand) {
		whole(r, o, dice)
		long := o.DeliveredAt.Add(-60 * 24 * time.Hour)
		o.DeliveredAt, o.PlacedAt = &long, long.Add(-72*time.Hour)
	}},
	{name: "not delivered", bought: usual, ask: func(r *schemas.Request, o *schemas.ShopOrder, dice *rand.Rand) {
		whole(r, o, dice)
		o.Status, o.DeliveredAt = schemas.OrderProcessed, nil
	}},
	{name: "to the gift card", bought: usual, ask: func(r *schemas.Request, o *schemas.ShopOrder, dice *rand.Rand) {
		whole(r, o, dice)
		r.SettleWith = "gift-" + o.OrderID
	}},
	{name: "asked for twice", bought: []goods{{cup, 2}}, ask: whole, twice: true},
	{name: "exchange", bought: usual, ask: swap(likeIt, schemas.WrongVariant)},
	{name: "exchange for a dearer one", bought: usual, ask: swap(dearer, schemas.ChangedMind)},
	{name: "exchange for a dearer one, too little on the card", bought: usual, ask: func(r *schemas.Request, o *schemas.ShopOrder, dice *rand.Rand) {
		swap(dearer, schemas.WrongVariant)(r, o, dice)
		r.SettleWith = "gift-" + o.OrderID
	}},
	{name: "exchange for a cheaper one", bought: usual, ask: swap(cheaper, schemas.ChangedMind)},
	{name: "exchange, out of stock", bought: usual, ask: swap(outOfLamp, schemas.WrongVariant)},
	{name: "exchange of faulty goods", bought: usual, ask: swap(lamp, schemas.Defective)},
}
