package imports_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/imports"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/internal/store/storetest"
	"github.com/aftercare/aftercare/schemas"
)

var (
	ctx  = context.Background()
	asOf = time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
)

// shelf is a sink that remembers what it was given.
type shelf struct {
	orders    []schemas.ShopOrder
	articles  []schemas.ShopArticle
	customers []schemas.ShopCustomer
	fail      error
}

func (s *shelf) Order(_ context.Context, o schemas.ShopOrder) error {
	s.orders = append(s.orders, o)
	return s.fail
}

func (s *shelf) Article(_ context.Context, a schemas.ShopArticle) error {
	s.articles = append(s.articles, a)
	return s.fail
}

func (s *shelf) Customer(_ context.Context, c schemas.ShopCustomer) error {
	s.customers = append(s.customers, c)
	return s.fail
}

const (
	goodOrder = `{"order_id":"O1","merchant_id":"shop","customer_id":"c1","currency":"USD","status":"delivered","placed_at":"2026-11-04T13:35:00Z","delivered_at":"2026-11-08T10:00:00Z",` +
		`"lines":[{"line_id":"1","sku":"MUG","product_id":"P","name":"Mug","quantity":2,"unit_price":{"minor":1000,"currency":"USD"}}],` +
		`"payments":[{"payment_id":"p1","payment_method_id":"card_1","captured":{"minor":2000,"currency":"USD"}}],"refunds":[],"parcels":[{"tracking_number":"T","line_ids":["1"]}]}`
	goodArticle  = `{"sku":"MUG","product_id":"P","name":"Mug","price":{"minor":1000,"currency":"USD"},"in_stock":3}`
	goodCustomer = `{"customer_id":"c1","name":"Ida","locale":"en","payment_methods":[{"payment_method_id":"card_1","kind":"credit_card"}]}`
)

func file(t *testing.T, name string, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600))
	return path
}

func run(t *testing.T, o imports.Options, sink imports.Sink, files ...string) imports.Result {
	t.Helper()
	result, err := imports.Run(ctx, files, o, sink)
	require.NoError(t, err)
	return result
}

func TestRowsSayThemselvesWhatTheyAre(t *testing.T) {
	t.Parallel()
	s := &shelf{}
	got := run(t, imports.Options{}, s, file(t, "mixed", "\ufeff"+goodCustomer, "", goodArticle+"\r", goodOrder))
	require.Equal(t, imports.Result{Orders: 1, Articles: 1, Customers: 1, Refused: []imports.Refused{}, Shifts: []imports.Shift{}}, got)
	require.Equal(t, "shop", s.customers[0].MerchantID, "the merchant of the orders, though they come later")
	require.Equal(t, "shop", s.articles[0].MerchantID)
}

func TestARowWithoutMerchantIsForEveryMerchantOfTheImport(t *testing.T) {
	t.Parallel()
	s := &shelf{}
	run(t, imports.Options{}, s, file(t, "a", goodArticle), file(t, "b", goodOrder, strings.ReplaceAll(goodOrder, `"shop"`, `"other"`)))
	require.Len(t, s.articles, 2)
	s = &shelf{}
	got := run(t, imports.Options{}, s, file(t, "a", goodArticle))
	require.Len(t, got.Refused, 1, "no order tells the merchant")
	require.Contains(t, got.Refused[0].Reason, "names no merchant")
	got = run(t, imports.Options{Merchants: []string{"third"}}, s, file(t, "a", goodArticle))
	require.Equal(t, 1, got.Articles)
	require.Equal(t, "third", s.articles[0].MerchantID)
}

func TestRequestsArePassedOver(t *testing.T) {
	t.Parallel()
	s := &shelf{}
	got := run(t, imports.Options{}, s, file(t, "requests", `{"request_id":"r","order_id":"O"}`), file(t, "b", goodOrder))
	require.Equal(t, imports.Result{Orders: 1, Requests: 1, Refused: []imports.Refused{}, Shifts: []imports.Shift{}}, got)
}

func TestABadRowIsReportedWithItsPlaceAndTheOthersGoIn(t *testing.T) {
	t.Parallel()
	edit := func(row, old, new string) string {
		require.Contains(t, row, old)
		return strings.Replace(row, old, new, 1)
	}
	refund := func(fields string) string {
		return edit(goodOrder, `"refunds":[]`, `"refunds":[{"refund_id":"r1",`+fields+`}]`)
	}
	bad := []struct{ row, reason string }{
		{`{"order_id":`, "malformed"},
		{`[1]`, "a JSON array stands where an object is expected"},
		{`{"colour":"red"}`, "neither order_id nor sku nor customer_id"},
		{edit(goodOrder, `"status"`, `"statuz"`), "unknown_field: statuz"},
		{edit(goodOrder, `"quantity":2`, `"quantity":"2"`), "wrong_type"},
		{edit(goodOrder, `"quantity":2`, `"quantity":0`), "bad_quantity: lines[0].quantity"},
		{edit(goodOrder, `"quantity":2`, `"quantity":-1`), "bad_quantity"},
		{edit(goodOrder, `"O1"`, `"O 1"`), "bad_id: order_id"},
		{edit(goodOrder, `"shop"`, `""`), "missing_field: merchant_id"},
		{edit(goodOrder, `"currency":"USD","status"`, `"currency":"usd","status"`), "bad_value: currency"},
		{edit(goodOrder, `"minor":1000,"currency":"USD"`, `"minor":1000,"currency":"EUR"`), "other_currency: lines[0].unit_price"},
		{edit(goodOrder, `"minor":2000,"currency":"USD"`, `"minor":2000,"currency":"EUR"`), "other_currency: payments[0].captured"},
		{edit(goodOrder, `"minor":2000`, `"minor":-1`), "bad_amount: payments[0].captured"},
		{edit(goodOrder, `"minor":1000`, `"minor":9000000000000000`), "bad_amount"},
		{edit(goodOrder, `"status":"delivered"`, `"status":"lost"`), "bad_value: status"},
		{edit(goodOrder, `"delivered_at":"2026-11-08T10:00:00Z"`, `"delivered_at":null`), "missing_field: delivered_at"},
		{edit(goodOrder, `"delivered_at":"2026-11-08T10:00:00Z"`, `"delivered_at":"2026-11-01T10:00:00Z"`), "before it was placed"},
		{edit(goodOrder, `"placed_at":"2026-11-04T13:35:00Z"`, `"placed_at":"yesterday"`), "bad_value: placed_at: \"yesterday\" is not a time"},
		{edit(goodOrder, `"line_ids":["1"]`, `"line_ids":["7"]`), "unknown_line: parcels[0]"},
		{edit(goodOrder, `"payments":[`, `"payments":[{"payment_id":"p1","payment_method_id":"m","captured":{"minor":1,"currency":"USD"}},`), "stands twice"},
		{edit(goodOrder, `"lines":[`, `"lines":[{"line_id":"1","sku":"X","product_id":"P","name":"","quantity":1,"unit_price":{"minor":1,"currency":"USD"}},`), "stands twice"},
		{refund(`"payment_id":"p9","amount":{"minor":1,"currency":"USD"}`), "no payment"},
		{refund(`"payment_id":"p1","amount":{"minor":2001,"currency":"USD"}`), "more was refunded than payment"},
		{refund(`"payment_id":"p1","line_id":"1","quantity":3,"amount":{"minor":1,"currency":"USD"}`), "more was refunded than line"},
		{refund(`"payment_id":"p1","line_id":"9","amount":{"minor":1,"currency":"USD"}`), "no line"},
		{refund(`"payment_id":"p1","quantity":1,"amount":{"minor":1,"currency":"USD"}`), "belongs to a line"},
		{goodOrder, "order O1 stands twice"},
		{edit(goodArticle, `"in_stock":3`, `"in_stock":-3`), "bad_quantity: in_stock"},
		{edit(goodArticle, `"minor":1000`, `"minor":-1000`), "bad_amount: price"},
		{edit(goodArticle, `"USD"`, `"$"`), "bad_value: price.currency"},
		{edit(goodCustomer, `"locale":"en"`, `"locale":""`), "missing_field: locale"},
		{edit(goodCustomer, `"card_1"`, `"card 1"`), "bad_id: payment_methods[0]"},
		{edit(goodOrder, `"O1"`, `"O\u00001"`), "bad_value: order_id"},
		{edit(goodOrder, `"Mug"`, `"M\u0000ug"`), "bad_value: lines[0].name: the text holds a NUL"},
		{edit(goodCustomer, `"Ida"`, `"\u0000"`), "bad_value: name: the text holds a NUL"},
		{edit(goodOrder, `"O1"`, `"O1","order_id":"O1"`), "bad_value: order_id: this field stands twice"},
		{strings.ReplaceAll(goodOrder, "USD", "USX"), "bad_value: currency: \"USX\" is not a currency"},
		{edit(goodArticle, `"USD"`, `"DEM"`), "bad_value: price.currency"},
		{edit(goodOrder, `"minor":2000`, `"minor":1999`), "bad_amount: payments: the payments are 19.99 USD together, and the lines cost 20.00 USD"},
		{edit(goodOrder, `{"payment_id":"p1","payment_method_id":"card_1","captured":{"minor":2000,"currency":"USD"}}`, ``), "missing_field: payments"},
		{`{"sku":"` + strings.Repeat("x", schemas.MaxInput) + `"}`, "too_large: the row has more than 262144 bytes"},
	}
	lines := []string{goodOrder}
	for _, b := range bad {
		lines = append(lines, b.row)
	}
	path := file(t, "orders.jsonl", append(lines, goodArticle, goodCustomer)...)
	s := &shelf{}
	got := run(t, imports.Options{}, s, path)
	require.Len(t, got.Refused, len(bad))
	for i, r := range got.Refused {
		require.Equal(t, path, r.File)
		require.Equal(t, i+2, r.Line)
		require.Contains(t, r.String(), bad[i].reason, "line %d", r.Line)
		require.NotEmpty(t, r.Code)
		require.True(t, strings.HasPrefix(r.String(), fmt.Sprintf("%s:%d: ", path, i+2)))
	}
	require.Equal(t, 1, got.Orders)
	require.Equal(t, 1, got.Articles)
	require.Equal(t, 1, got.Customers)
}

func TestTroubleOfASinkEndsTheImportAndARefusalDoesNot(t *testing.T) {
	t.Parallel()
	path := file(t, "orders.jsonl", goodOrder, goodArticle)
	down := errors.New("the database is away")
	result, err := imports.Run(ctx, []string{path}, imports.Options{}, &shelf{fail: down})
	require.ErrorIs(t, err, down)
	require.ErrorContains(t, err, "orders.jsonl:1")
	require.Zero(t, result.Orders)
	later := &shelf{}
	result, err = imports.Run(ctx, []string{path}, imports.Options{}, &shelf{fail: store.UnknownOrder()}, later)
	require.NoError(t, err)
	require.Len(t, result.Refused, 2)
	require.Empty(t, later.orders, "what one sink refuses the next does not get")
	_, err = imports.Run(ctx, []string{path, "none.jsonl"}, imports.Options{}, later)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.Empty(t, later.orders, "nothing is written when a file cannot be read")
	_, err = imports.Run(ctx, []string{path}, imports.Options{AsOf: asOf}, later)
	require.Error(t, err, "nobody remembers the shift")
	_, err = imports.Run(ctx, nil, imports.Options{Merchants: []string{"a b"}}, later)
	require.Error(t, err)
}

func TestDatesAreShiftedToThePresentByTheSameDaysAtEveryImport(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	path := file(t, "orders.jsonl", goodOrder)
	first, again, plain := &shelf{}, &shelf{}, &shelf{}
	got := run(t, imports.Options{AsOf: asOf, Today: asOf.AddDate(0, 0, 10).Add(15 * time.Hour), Shifts: s}, first, path)
	require.Equal(t, 10, got.ShiftDays)
	require.Equal(t, "2026-11-14T13:35:00Z", first.orders[0].PlacedAt.Format(time.RFC3339))
	require.Equal(t, "2026-11-18T10:00:00Z", first.orders[0].DeliveredAt.Format(time.RFC3339))
	got = run(t, imports.Options{AsOf: asOf, Today: asOf.AddDate(0, 3, 0), Shifts: s}, again, path)
	require.Equal(t, 10, got.ShiftDays, "on a later day too")
	require.Equal(t, first.orders, again.orders)
	run(t, imports.Options{}, plain, path)
	require.Equal(t, "2026-11-04T13:35:00Z", plain.orders[0].PlacedAt.Format(time.RFC3339))
}

// The words of the next tests: files written when it was the 20th, imported on the 30th, and again later.
func shifting(s *store.Store, days int, o imports.Options) imports.Options {
	o.Shifts, o.Today = s, asOf.AddDate(0, 0, days).Add(15*time.Hour)
	return o
}

func TestARememberedShiftIsUsedWithoutBeingNamedAgain(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	path := file(t, "orders.jsonl", goodOrder)
	first, again, plain := &shelf{}, &shelf{}, &shelf{}
	run(t, shifting(s, 10, imports.Options{AsOf: asOf}), first, path)
	got := run(t, shifting(s, 40, imports.Options{}), again, path)
	require.Equal(t, first.orders, again.orders, "no order changes its age")
	require.Equal(t, []imports.Shift{{Merchant: "shop", AsOf: "2026-11-20", Days: 10, Remembered: true}}, got.Shifts)
	got = run(t, shifting(s, 40, imports.Options{AsTheyStand: true}), plain, path)
	require.Empty(t, got.Shifts)
	require.Equal(t, "2026-11-04T13:35:00Z", plain.orders[0].PlacedAt.Format(time.RFC3339))
}

func TestAnotherDayOfTheSameShopSaysWhatItChangesAndIsThenAskedFor(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	path := file(t, "orders.jsonl", goodOrder)
	run(t, shifting(s, 10, imports.Options{AsOf: asOf}), &shelf{}, path)
	got := run(t, shifting(s, 10, imports.Options{AsOf: asOf.AddDate(0, 0, 2)}), &shelf{}, path)
	require.Equal(t, []imports.Shift{{Merchant: "shop", AsOf: "2026-11-22", Days: 8, Before: &imports.ShiftBefore{AsOf: "2026-11-20", Days: 10}}}, got.Shifts)
	none := &shelf{}
	_, err := imports.Run(ctx, []string{path}, shifting(s, 10, imports.Options{}), none)
	require.ErrorContains(t, err, "as of 2026-11-22 (shifted by 8) and 2026-11-20 (shifted by 10)")
	require.Empty(t, none.orders)
}

func TestADayThatMovesMostDeliveriesIntoTheFutureIsRefusedAndForgotten(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	none := &shelf{}
	path := file(t, "orders.jsonl", goodOrder)
	_, err := imports.Run(ctx, []string{path}, shifting(s, 0, imports.Options{AsOf: asOf.AddDate(0, -1, 0)}), none)
	require.ErrorContains(t, err, "as of 2026-10-20, 1 of 1 orders of shop would be delivered in the future, because dates would be shifted by 31 day(s). Nothing was imported")
	run(t, shifting(s, 0, imports.Options{AsOf: asOf}), &shelf{}, path)
	_, err = imports.Run(ctx, []string{path}, shifting(s, 0, imports.Options{AsOf: asOf.AddDate(4, 0, 0)}), none)
	require.ErrorContains(t, err, "2030-11-20 is later than today, and data of shop were imported as of 2026-11-20 before")
	require.Empty(t, none.orders)
	require.Equal(t, 1, run(t, shifting(s, 3, imports.Options{}), &shelf{}, path).Orders, "one shift is remembered, the right one")
}

func TestAnOrderThatWouldBeDeliveredInTheFutureIsRefusedByItself(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	late := strings.NewReplacer(`"O1"`, `"O2"`, "2026-11-08T10", "2026-11-28T10").Replace(goodOrder)
	path := file(t, "orders.jsonl", goodOrder, late)
	got := run(t, shifting(s, 10, imports.Options{AsOf: asOf}), &shelf{}, path)
	require.Equal(t, 1, got.Orders)
	require.Len(t, got.Refused, 1)
	require.Equal(t, "delivered_at", got.Refused[0].Field)
	require.Contains(t, got.Refused[0].Reason, "delivered on 2026-12-08, which is still to come. All dates are shifted by 10 day(s); is --as-of")
	got = run(t, shifting(s, 0, imports.Options{AsTheyStand: true}), &shelf{}, path)
	require.Contains(t, got.Refused[0].Reason, "name it with --as-of", "and without any shift")
}

func TestARowThatTheDatabaseCannotKeepIsRefusedByItself(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	var random strings.Builder // what cannot be compressed is too long for an index
	for i := range 3000 {
		random.WriteByte("0123456789abcdef"[(i*i*7919+i*104729>>3)%16])
		fmt.Fprintf(&random, "%x", i*2654435761)
	}
	path := file(t, "catalog.jsonl", goodOrder, strings.Replace(goodArticle, "MUG", random.String(), 1), goodArticle)
	got := run(t, imports.Options{}, imports.Into(s), path)
	require.Len(t, got.Refused, 1)
	require.Equal(t, 2, got.Refused[0].Line)
	require.Equal(t, schemas.CodeBadValue, got.Refused[0].Code)
	require.Equal(t, 1, got.Articles)
}

func TestProgressIsToldToTheEnd(t *testing.T) {
	t.Parallel()
	var last imports.Progress
	path := file(t, "orders.jsonl", goodOrder, goodArticle, "", goodCustomer, "")
	run(t, imports.Options{Progress: func(p imports.Progress) { last = p }}, &shelf{}, path)
	require.Equal(t, imports.Progress{File: path, Lines: 4, Of: 4}, last)
}

// retail is the folder of data we did not write, which not every machine has.
func retail(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("AFTERCARE_RETAIL_DATA")
	if dir == "" {
		dir = "../../../shared/data/retail"
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("the retail data is not on this machine (%v); AFTERCARE_RETAIL_DATA may say where it is", err)
	}
	return dir
}

func TestRetailDataGoesInWholeAndTwice(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	dir := retail(t)
	files := []string{filepath.Join(dir, "customers.jsonl"), filepath.Join(dir, "catalog.jsonl"), filepath.Join(dir, "orders.jsonl")}
	for range 2 {
		got := run(t, imports.Options{AsOf: asOf, Today: asOf.AddDate(0, 0, 3), Shifts: s}, imports.Into(s), files...)
		require.Empty(t, got.Refused)
		require.Equal(t, [4]int{1000, 591, 500, 3}, [4]int{got.Orders, got.Articles, got.Customers, got.ShiftDays})
	}
	o, err := s.Order(ctx, "retail", "W2611340")
	require.NoError(t, err)
	require.Equal(t, "2026-11-07T13:35:00Z", o.PlacedAt.Format(time.RFC3339))
	passed := run(t, imports.Options{}, imports.Into(s), filepath.Join(dir, "requests.jsonl"))
	require.Equal(t, imports.Result{Requests: 295, Refused: []imports.Refused{}, Shifts: []imports.Shift{}}, passed)
}

// The figures are those of the data's own README: all requests opened in the order of the file before anybody acts.
func TestRetailRequestsShareTheUnitsAsTheirReadmeSays(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	dir := retail(t)
	orders := &shelf{}
	run(t, imports.Options{}, orders, filepath.Join(dir, "orders.jsonl"), filepath.Join(dir, "catalog.jsonl"))
	byID := map[string]schemas.ShopOrder{}
	for _, o := range orders.orders {
		byID[o.OrderID] = o
	}
	articles := map[string]schemas.ShopArticle{}
	for _, a := range orders.articles {
		articles[a.SKU] = a
	}
	raw, err := os.ReadFile(filepath.Join(dir, "requests.jsonl"))
	require.NoError(t, err)
	whole, part, merged, lines := 0, 0, 0, 0
	for line := range strings.Lines(string(raw)) {
		request, refusal := schemas.Decode[schemas.Request]([]byte(line))
		require.Nil(t, refusal)
		got, err := s.Accept(ctx, store.AcceptInput{
			Order: schemas.IntakeOrder{
				CaseID: schemas.CaseID(request.MerchantID, request.RequestID), Request: request, Policy: "default", At: asOf.AddDate(0, 0, 1),
			},
			ShopOrder: byID[request.OrderID], Articles: articles,
		})
		require.NoError(t, err)
		require.Nil(t, got.Refusal)
		on := 0
		for _, l := range got.Lines {
			if l.Outcome == schemas.OutcomeNone {
				on++
			}
		}
		lines += on
		switch on {
		case len(got.Lines):
			whole++
		case 0:
			merged++
		default:
			part++
		}
	}
	require.Equal(t, [4]int{223, 26, 46, 379}, [4]int{whole, part, merged, lines})
}
