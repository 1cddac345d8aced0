package endtoend

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/samples"
	"github.com/aftercare/aftercare/schemas"
)

// retail is the folder of orders and requests that we did not write. It is no part of the product.
func retail(t *testing.T) string {
	t.Helper()
	places := []string{os.Getenv("AFTERCARE_SHARED"), filepath.Join("..", "..", "..", "shared")}
	for _, place := range places {
		dir := filepath.Join(place, "data", "retail")
		if _, err := os.Stat(filepath.Join(dir, "requests.jsonl")); place != "" && err == nil {
			return dir
		}
	}
	t.Skipf("no folder of retail data in %q; AFTERCARE_SHARED names the one above data/retail", places)
	return ""
}

func TestEveryRetailRequestMovesTheMoneyOfItsOrderInRealTime(t *testing.T) {
	t.Parallel()
	long(t)
	playRetail(t, openHouse(t))
}

func TestEveryRetailRequestMovesTheMoneyOfItsOrderInFastForward(t *testing.T) {
	t.Parallel()
	long(t)
	h := openHouse(t)
	h.canForward()
	playRetail(t, h, "--fast")
}

func playRetail(t *testing.T, h *house, flags ...string) {
	t.Helper()
	dir := retail(t)
	h.starter("import", filepath.Join(dir, "orders.jsonl"), filepath.Join(dir, "catalog.jsonl"), filepath.Join(dir, "customers.jsonl"), "--as-of", samples.Today).done(t)
	requests := rows[schemas.Request](t, filepath.Join(dir, "requests.jsonl"))
	require.Len(t, requests, 295)
	args := append([]string{"play", filepath.Join(dir, "requests.jsonl"), "--json", "--in-flight", "16"}, flags...)
	played := h.starter(args...).done(t).views(t)
	require.Len(t, played, len(requests))

	s := readShop(t, dir)
	outcomes, merged := map[schemas.Outcome]int{}, 0
	for i, r := range requests {
		v := played[i]
		require.Equal(t, r.RequestID, v.RequestID)
		outcomes[v.Outcome]++
		moves := s.moves(r)
		merged += moves.merged
		moved := [2]int64{v.Money.Refunded.Minor, v.Money.Charged.Minor}
		require.Contains(t, moves.either, moved, "%s\n%s", r.RequestID, timeline(v))
		if moves.merged == len(r.Lines) {
			require.Equal(t, schemas.Merged, v.Outcome, "%s\n%s", r.RequestID, timeline(v))
		}
	}
	require.Equal(t, map[schemas.Outcome]int{schemas.Completed: 249, schemas.Merged: 46}, outcomes)
	require.Equal(t, 93, merged, "lines that an earlier request holds")
	h.balanced()
	h.sound()
}

// retailShop is what the files say of orders, articles and gift cards: enough to reckon what every request has to move.
type retailShop struct {
	free    tags
	prices  map[string]int64 // what an article costs now
	paid    map[string]string
	balance map[string]int64 // of gift cards
}

func readShop(t *testing.T, dir string) retailShop {
	t.Helper()
	s := retailShop{free: priceTags(t, filepath.Join(dir, "orders.jsonl")), prices: map[string]int64{}, paid: map[string]string{}, balance: map[string]int64{}}
	for _, a := range rows[schemas.ShopArticle](t, filepath.Join(dir, "catalog.jsonl")) {
		s.prices[a.SKU] = a.Price.Minor
	}
	for _, o := range rows[schemas.ShopOrder](t, filepath.Join(dir, "orders.jsonl")) {
		s.paid[o.OrderID] = o.Payments[0].PaymentMethodID
	}
	for _, c := range rows[schemas.ShopCustomer](t, filepath.Join(dir, "customers.jsonl")) {
		for _, m := range c.PaymentMethods {
			if m.Balance != nil {
				s.balance[m.PaymentMethodID] = m.Balance.Minor
			}
		}
	}
	return s
}

// movement is what a request has to move, as cents to the customer and from the customer, and how many of its lines somebody else
// holds. There is more than one possibility only where a gift card decides, to which other requests may have brought money meanwhile.
type movement struct {
	either [][2]int64
	merged int
}

// moves reckons with a request in the order of arrival. The lines of an exchange are settled as one amount; who cannot pay it
// gets the money for the goods instead.
func (s retailShop) moves(r schemas.Request) (m movement) {
	var worth, more int64
	for _, l := range r.Lines {
		price, mine := s.free.take(r.OrderID, l.LineID, l.Quantity)
		if !mine {
			m.merged++
			continue
		}
		worth += price
		more += s.prices[l.ReplacementSKU]*int64(l.Quantity) - price
	}
	switch {
	case r.Kind == schemas.KindReturn:
		m.either = [][2]int64{{worth, 0}}
	case more <= 0:
		m.either = [][2]int64{{-more, 0}}
	case s.canPay(r.SettleWith, more) || s.canPay(s.paid[r.OrderID], more):
		m.either = [][2]int64{{0, more}}
	default:
		m.either = [][2]int64{{0, more}, {worth, 0}}
	}
	return m
}

// canPay says whether a method has an amount: gift cards hold what is on them, and every other method pays.
func (s retailShop) canPay(method string, amount int64) bool {
	balance, isGift := s.balance[method]
	return method != "" && method != schemas.SettleOriginal && (!isGift || balance >= amount)
}

// tags are the units of orders that nobody has asked for yet, with what one costs.
type tags map[string]*struct {
	left  int
	price int64
}

func priceTags(t *testing.T, orders string) tags {
	t.Helper()
	free := tags{}
	for _, o := range rows[schemas.ShopOrder](t, orders) {
		for _, l := range o.Lines {
			free[o.OrderID+"/"+l.LineID] = &struct {
				left  int
				price int64
			}{l.Quantity, l.UnitPrice.Minor}
		}
	}
	return free
}

// take takes units in the order of arrival. What is not free any more belongs to an earlier request.
func (f tags) take(order, line string, quantity int) (cost int64, mine bool) {
	tag := f[order+"/"+line]
	if tag == nil || tag.left < quantity {
		return 0, false
	}
	tag.left -= quantity
	return tag.price * int64(quantity), true
}
