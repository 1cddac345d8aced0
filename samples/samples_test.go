package samples

import (
	"bufio"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/policies"
	"github.com/aftercare/aftercare/schemas"
)

// expected is a line of expected.jsonl.
type expected struct {
	RequestID string          `json:"request_id"`
	Outcome   schemas.Outcome `json:"outcome"`
	Refunded  schemas.Money   `json:"refunded"`
	// Charged is what the customer pays on top. It stands with every exchange, and with nothing else.
	Charged *schemas.Money `json:"charged"`
}

// read decodes a file the way an import does: strictly, a line at a time.
func read[T any](t *testing.T, name string) []T {
	t.Helper()
	f, err := Files.Open(name)
	require.NoError(t, err)
	defer f.Close()
	var rows []T
	for lines := bufio.NewScanner(f); lines.Scan(); {
		row, refusal := schemas.Decode[T](lines.Bytes())
		require.Nil(t, refusal, "%s line %d: %v", name, len(rows)+1, refusal)
		rows = append(rows, row)
	}
	require.NotEmpty(t, rows)
	return rows
}

func key(merchant, id string) string { return merchant + "/" + id }

func TestOrdersAddUp(t *testing.T) {
	articles, customers := map[string]schemas.ShopArticle{}, map[string]schemas.ShopCustomer{}
	for _, a := range read[schemas.ShopArticle](t, "catalog.jsonl") {
		require.NotContains(t, articles, key(a.MerchantID, a.SKU))
		require.Positive(t, a.Price.Minor)
		articles[key(a.MerchantID, a.SKU)] = a
	}
	for _, c := range read[schemas.ShopCustomer](t, "customers.jsonl") {
		require.NotContains(t, customers, key(c.MerchantID, c.CustomerID))
		customers[key(c.MerchantID, c.CustomerID)] = c
	}
	seen := map[string]bool{}
	for _, o := range read[schemas.ShopOrder](t, "orders.jsonl") {
		id := key(o.MerchantID, o.OrderID)
		require.False(t, seen[id], id)
		seen[id] = true
		require.True(t, schemas.ValidID(o.OrderID) && schemas.ValidID(o.MerchantID) && schemas.ValidID(o.CustomerID), id)
		require.Equal(t, o.Status == schemas.OrderDelivered, o.DeliveredAt != nil, id)
		if o.DeliveredAt != nil {
			require.True(t, o.PlacedAt.Before(*o.DeliveredAt) && o.DeliveredAt.Before(today(t)), id)
		}
		customer, ok := customers[key(o.MerchantID, o.CustomerID)]
		require.True(t, ok, "%s belongs to nobody", id)
		checkLines(t, o, articles)
		checkPayments(t, o, customer)
	}
}

func checkLines(t *testing.T, o schemas.ShopOrder, articles map[string]schemas.ShopArticle) {
	lines := map[string]bool{}
	for _, l := range o.Lines {
		require.False(t, lines[l.LineID])
		lines[l.LineID] = true
		require.True(t, schemas.ValidID(l.LineID))
		require.Positive(t, l.Quantity)
		require.Equal(t, o.Currency, l.UnitPrice.Currency)
		a, ok := articles[key(o.MerchantID, l.SKU)]
		require.True(t, ok, l.SKU)
		require.Equal(t, a.ProductID, l.ProductID)
		if l.ShippedSKU != "" {
			require.NotEqual(t, l.SKU, l.ShippedSKU)
			require.Contains(t, articles, key(o.MerchantID, l.ShippedSKU))
		}
	}
	for _, p := range o.Parcels {
		require.True(t, schemas.ValidID(p.TrackingNumber))
		for _, l := range p.LineIDs {
			require.True(t, lines[l])
		}
	}
}

// checkPayments makes sure that what was captured is what the lines cost, and that no more was refunded than captured.
func checkPayments(t *testing.T, o schemas.ShopOrder, customer schemas.ShopCustomer) {
	owned := map[string]bool{}
	for _, m := range customer.PaymentMethods {
		owned[m.PaymentMethodID] = true
	}
	var cost, captured int64
	left := map[string]int64{}
	for _, l := range o.Lines {
		cost += l.UnitPrice.Minor * int64(l.Quantity)
	}
	for _, p := range o.Payments {
		require.True(t, owned[p.PaymentMethodID], "%s was paid with a stranger's method", o.OrderID)
		require.Equal(t, o.Currency, p.Captured.Currency)
		captured += p.Captured.Minor
		left[p.PaymentID] = p.Captured.Minor
	}
	require.Equal(t, cost, captured, o.OrderID)
	for _, r := range o.Refunds {
		require.Equal(t, o.Currency, r.Amount.Currency)
		left[r.PaymentID] -= r.Amount.Minor
		require.GreaterOrEqual(t, left[r.PaymentID], int64(0), o.OrderID)
	}
}

// No sample names a person, and no address can reach one.
func TestTheSamplesHoldNoPeople(t *testing.T) {
	var noPhone, noEmail int
	for _, c := range read[schemas.ShopCustomer](t, "customers.jsonl") {
		require.Empty(t, c.Name)
		require.Nil(t, c.Address)
		require.NotEmpty(t, c.Locale)
		require.NotEmpty(t, c.PaymentMethods)
		if c.Email == "" {
			noEmail++
		} else {
			require.Regexp(t, `^c-[0-9]+@[a-z]+\.example$`, c.Email)
		}
		if c.Phone == "" {
			noPhone++
		} else {
			require.Regexp(t, `^\+(86|1)000`, c.Phone, "a number that cannot be dialled")
		}
	}
	require.Positive(t, noPhone)
	require.Positive(t, noEmail)
	for _, o := range read[schemas.ShopOrder](t, "orders.jsonl") {
		require.Nil(t, o.ShipTo)
	}
}

// The expected results are worked out again from the orders, the policy and the order of arrival.
func TestExpectedResults(t *testing.T) {
	requests, results := read[schemas.Request](t, "requests.jsonl"), read[expected](t, "expected.jsonl")
	require.Len(t, results, len(requests))
	s := newShop(t)
	for _, r := range requests {
		require.Nil(t, r.Check(), r.RequestID)
		s.open(r)
	}
	for i, r := range requests {
		require.Equal(t, r.RequestID, results[i].RequestID)
		outcome, refunded, charged := s.settle(r)
		require.Equal(t, results[i].Outcome, outcome, r.RequestID)
		require.Equal(t, results[i].Refunded.Minor, refunded, r.RequestID)
		require.Equal(t, r.Kind == schemas.KindExchange, results[i].Charged != nil, r.RequestID)
		if results[i].Charged != nil {
			require.Equal(t, results[i].Charged.Minor, charged, r.RequestID)
			require.Equal(t, results[i].Refunded.Currency, results[i].Charged.Currency, r.RequestID)
		}
		if o, ok := s.orders[key(r.MerchantID, r.OrderID)]; ok {
			require.Equal(t, o.Currency, results[i].Refunded.Currency, r.RequestID)
		}
	}
}

func TestTheReadmeListsEveryRequestWithItsResult(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for _, e := range read[expected](t, "expected.jsonl") {
		row := ""
		for line := range strings.Lines(string(readme)) {
			if strings.HasPrefix(line, "| "+e.RequestID+" |") {
				row = line
			}
		}
		require.Contains(t, row, "| "+string(e.Outcome)+" |", e.RequestID)
		if e.Refunded.Minor > 0 {
			require.Contains(t, strings.ReplaceAll(row, ",", ""), "| "+e.Refunded.String()+" |")
		}
		if e.Charged == nil {
			continue
		}
		// The table of an exchange has both amounts, the charged one first.
		require.Contains(t, strings.ReplaceAll(row, ",", ""), "| "+string(e.Outcome)+" | "+shown(*e.Charged)+" | "+shown(e.Refunded)+" |", e.RequestID)
	}
}

func shown(m schemas.Money) string {
	if m.Minor == 0 {
		return "–"
	}
	return m.String()
}

// The samples must stay wide: each of these is something a shop's day holds.
func TestTheSamplesCoverWhatTheyPromise(t *testing.T) {
	found := map[string]bool{}
	results := read[expected](t, "expected.jsonl")
	orders := map[string]schemas.ShopOrder{}
	for _, o := range read[schemas.ShopOrder](t, "orders.jsonl") {
		orders[key(o.MerchantID, o.OrderID)] = o
		found["merchant "+o.MerchantID], found["currency "+o.Currency], found["status "+string(o.Status)] = true, true, true
		found[fmt.Sprintf("%d payments", len(o.Payments))] = true
		for _, l := range o.Lines {
			found["another article was sent"] = found["another article was sent"] || l.ShippedSKU != ""
		}
		for _, r := range o.Refunds {
			found[fmt.Sprintf("refunded before: line %t, quantity %t", r.LineID != "", r.Quantity > 0)] = true
		}
	}
	articles := map[string]schemas.ShopArticle{}
	for _, a := range read[schemas.ShopArticle](t, "catalog.jsonl") {
		articles[key(a.MerchantID, a.SKU)] = a
		found["out of stock"] = found["out of stock"] || a.InStock == 0
	}
	for i, r := range read[schemas.Request](t, "requests.jsonl") {
		if r.Kind == schemas.KindExchange {
			for _, shows := range showsOf(r, orders[key(r.MerchantID, r.OrderID)], articles) {
				found[shows] = true
			}
			found["exchange "+string(results[i].Outcome)] = true
		}
		found["kind "+string(r.Kind)] = true
		found["reason "+string(r.Reason)], found["channel "+string(r.Channel)] = true, true
		found["refund only"] = found["refund only"] || r.RefundOnly
		found["another destination"] = found["another destination"] || r.SettleWith != schemas.SettleOriginal
		for _, l := range r.Lines {
			for _, bought := range orders[key(r.MerchantID, r.OrderID)].Lines {
				found["a part of a line"] = found["a part of a line"] || (bought.LineID == l.LineID && l.Quantity < bought.Quantity)
			}
		}
	}
	wanted := []string{
		"merchant lotus", "merchant harbor", "merchant linden", "merchant sakura", "currency CNY", "currency USD", "currency EUR", "currency JPY",
		"status pending", "status processed", "status delivered", "status cancelled", "1 payments", "2 payments", "3 payments",
		"another article was sent", "refunded before: line true, quantity true", "refunded before: line true, quantity false",
		"refunded before: line false, quantity false", "out of stock", "refund only", "another destination", "a part of a line",
		"kind return", "kind exchange", "exchange COMPLETED", "exchange INVALID", "exchange MERGED", "exchange in CNY", "exchange in USD", "exchange in EUR",
		"exchange in JPY", "exchange for a dearer one", "exchange for a cheaper one", "exchange at the same price", "exchange for the same article at another price",
		"exchange out of stock", "exchange for another product", "exchange for an unknown article", "exchange of 2 lines", "exchange of several units",
		"exchange of a part of a line", "exchange of an order with several payments",
	}
	for _, r := range schemas.Reasons {
		wanted = append(wanted, "reason "+string(r))
	}
	for _, c := range schemas.Channels {
		wanted = append(wanted, "channel "+string(c))
	}
	for _, w := range wanted {
		require.True(t, found[w], "nothing shows: %s", w)
	}
}

// showsOf lists what an exchange is a sample of.
func showsOf(r schemas.Request, o schemas.ShopOrder, articles map[string]schemas.ShopArticle) []string {
	shows := []string{"exchange in " + o.Currency, fmt.Sprintf("exchange of %d lines", len(r.Lines))}
	add := func(is bool, what string) {
		if is {
			shows = append(shows, "exchange "+what)
		}
	}
	add(len(o.Payments) > 1, "of an order with several payments")
	for _, l := range r.Lines {
		for _, bought := range o.Lines {
			if bought.LineID != l.LineID {
				continue
			}
			add(l.Quantity > 1, "of several units")
			add(l.Quantity < bought.Quantity, "of a part of a line")
			a, sold := articles[key(r.MerchantID, l.ReplacementSKU)]
			add(!sold, "for an unknown article")
			if !sold {
				continue
			}
			again, other := a.SKU == bought.SKU, a.ProductID != bought.ProductID
			add(other, "for another product")
			add(a.InStock == 0, "out of stock")
			add(again && a.Price != bought.UnitPrice, "for the same article at another price")
			add(!again && !other && a.Price == bought.UnitPrice, "at the same price")
			add(!again && !other && a.Price.Minor > bought.UnitPrice.Minor, "for a dearer one")
			add(!again && !other && a.Price.Minor < bought.UnitPrice.Minor, "for a cheaper one")
		}
	}
	return shows
}

// The page about the format names every field there is, and its example can be imported.
func TestTheImportPageNamesEveryField(t *testing.T) {
	raw, err := os.ReadFile("../docs/import.md")
	require.NoError(t, err)
	page := string(raw)
	for _, shape := range []reflect.Type{
		reflect.TypeFor[schemas.ShopOrder](), reflect.TypeFor[schemas.ShopLine](), reflect.TypeFor[schemas.ShopPayment](), reflect.TypeFor[schemas.ShopRefund](),
		reflect.TypeFor[schemas.ShopParcel](), reflect.TypeFor[schemas.Address](), reflect.TypeFor[schemas.ShopArticle](), reflect.TypeFor[schemas.ShopCustomer](),
		reflect.TypeFor[schemas.PaymentMethod](), reflect.TypeFor[schemas.Request](),
	} {
		for i := range shape.NumField() {
			field, _, _ := strings.Cut(shape.Field(i).Tag.Get("json"), ",")
			require.Contains(t, page, "`"+field+"`", "%s of %s", field, shape.Name())
		}
	}
	_, example, _ := strings.Cut(page, "```json\n")
	example, _, _ = strings.Cut(example, "\n```")
	_, refusal := schemas.Decode[schemas.ShopOrder]([]byte(example))
	require.Nil(t, refusal)
}

func today(t *testing.T) time.Time {
	day, err := time.Parse(time.DateOnly, Today)
	require.NoError(t, err)
	return day.Add(12 * time.Hour)
}

func book(t *testing.T) *policy.Book {
	b, err := policy.Load(policies.Files, "default")
	require.NoError(t, err)
	return b
}
