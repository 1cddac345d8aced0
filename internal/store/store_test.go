package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/internal/store/storetest"
	"github.com/aftercare/aftercare/schemas"
)

// The shop of these tests: one merchant, one customer, one order of three mugs and one lamp, paid by card and gift card.

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
)

const (
	merchant = "shop"
	customer = "c-1"
)

func usd(minor int64) schemas.Money { return schemas.Money{Minor: minor, Currency: "USD"} }

func anOrder() schemas.ShopOrder {
	delivered := noon.AddDate(0, 0, -3)
	return schemas.ShopOrder{
		OrderID: "O1", MerchantID: merchant, CustomerID: customer, Currency: "USD", Status: schemas.OrderDelivered,
		PlacedAt: noon.AddDate(0, 0, -7), DeliveredAt: &delivered,
		ShipTo: &schemas.Address{Address1: "1 Secret Street", City: "Ely", Country: "UK"},
		Lines: []schemas.ShopLine{
			{LineID: "1", SKU: "MUG", ProductID: "P1", Name: "Mug", Quantity: 3, UnitPrice: usd(1000)},
			{LineID: "2", SKU: "LAMP", ProductID: "P2", Name: "Lamp", Quantity: 1, UnitPrice: usd(5000)},
		},
		Payments: []schemas.ShopPayment{
			{PaymentID: "P-card", PaymentMethodID: "card_1", Captured: usd(6000)},
			{PaymentID: "P-gift", PaymentMethodID: "gift_1", Captured: usd(2000)},
		},
	}
}

// wish is a line of a request.
func wish(line string, quantity int) schemas.RequestLine {
	return schemas.RequestLine{LineID: line, Quantity: quantity}
}

func asks(request string, o schemas.ShopOrder, lines ...schemas.RequestLine) store.AcceptInput {
	return store.AcceptInput{
		Order: schemas.IntakeOrder{
			CaseID: schemas.CaseID(merchant, request), RunID: "run-" + request, Policy: "default", At: noon,
			Request: schemas.Request{
				RequestID: request, Kind: schemas.KindReturn, MerchantID: merchant, OrderID: "O1", CustomerID: customer,
				Channel: "web", Reason: schemas.ChangedMind, Lines: lines,
			},
		},
		ShopOrder:  o,
		Candidates: []string{"anna", "bo", "chen"},
	}
}

func accept(t testing.TB, s *store.Store, in store.AcceptInput) store.AcceptResult {
	t.Helper()
	result, err := s.Accept(ctx, in)
	require.NoError(t, err)
	return result
}

// flush is a task of a case that ends at a revision.
func flush(caseID string, task int, base int64, messages ...string) schemas.Flush {
	merchantID, request, _, _ := schemas.SplitCaseID(caseID)
	f := schemas.Flush{
		CaseID: caseID, RunID: "run", RunStartedAt: noon, HistoryLength: task, Base: base,
		Row: schemas.View{
			CaseID: caseID, RequestID: request, Kind: schemas.KindReturn, MerchantID: merchantID, OrderID: "O1", CustomerID: customer,
			Channel: "web", Reason: schemas.ChangedMind, Stage: schemas.StageVerification, State: schemas.Review,
			Turn: schemas.TurnMerchant, Owner: "anna", Priority: schemas.P2, Level: 1, OpenedAt: noon, Now: noon,
			Revision: base + int64(len(messages)),
		},
	}
	for i, m := range messages {
		f.Events = append(f.Events, schemas.Event{
			Revision: base + int64(i) + 1, At: noon, Name: "case.note", Actor: schemas.System, Door: schemas.DoorSystem, State: schemas.Review, Message: m,
		})
	}
	return f
}

func write(t testing.TB, s *store.Store, f schemas.Flush) schemas.Written {
	t.Helper()
	w, err := s.WriteFlush(ctx, f)
	require.NoError(t, err)
	return w
}

func closeCase(t testing.TB, s *store.Store, caseID string, change ...func(*schemas.View)) {
	t.Helper()
	f := flush(caseID, 99, 0, "over")
	end := noon.Add(time.Hour)
	f.Row.ClosedAt, f.Row.Stage, f.Row.State, f.Row.Outcome, f.Row.Turn = &end, schemas.StageClosed, schemas.Closed, schemas.Completed, schemas.TurnNobody
	for _, c := range change {
		c(&f.Row)
	}
	require.False(t, write(t, s, f).Stale)
}

func messages(v schemas.View) []string {
	var out []string
	for _, e := range v.Events {
		out = append(out, e.Message)
	}
	return out
}

// refusedWith asserts that err is a refusal with a code and a sentence.
func refusedWith(t testing.TB, err error, code schemas.Code) {
	t.Helper()
	var refusal *schemas.Refusal
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, code, refusal.Code, refusal.Message)
	require.NotEmpty(t, refusal.Message)
}

func count(t testing.TB, s *store.Store, sql string, args ...any) int {
	t.Helper()
	var n int
	require.NoError(t, s.Pool().QueryRow(ctx, sql, args...).Scan(&n))
	return n
}

func TestEveryQueryFitsTheMigratedSchema(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	files, err := filepath.Glob("queries/*.sql")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	conn, err := s.Pool().Acquire(ctx)
	require.NoError(t, err)
	defer conn.Release()
	for _, file := range files {
		body, err := os.ReadFile(file)
		require.NoError(t, err)
		name := strings.TrimSuffix(filepath.Base(file), ".sql")
		_, err = conn.Conn().Prepare(ctx, name, string(body))
		require.NoError(t, err, "%s does not fit the schema", file)
	}
}

func TestEveryQueryNamesAMerchantOrIsKnownToWorkAcrossThem(t *testing.T) {
	t.Parallel()
	// Locks are named by their callers; a row of a case is bound to its case id, which begins with the merchant; couriers and
	// providers know no merchant; ops look at all of them.
	across := map[string]bool{
		"order_put": true, "case_open": true, "case_put": true, "case_rebuild": true, "events_drop_tail": true, "parcels_drop": true,
		"case_notify": true, "case_turn_away": true,
		"case_lost": true, "case_lost_settled": true, "case_adopted": true, "case_reset": true, "case_began": true, "case_told": true, "cases_lost_open": true, "cases_unrecorded": true,
		"cases_changed": true, "cases_open_everywhere": true, "clock_get": true, "order_lock": true,
		"owners_lock": true, "survey_lock": true, "fact_route_parcel": true, "fact_route_refund": true, "fact_route_key": true, "fact_signalled": true, "refund_currency": true,
	}
	files, err := filepath.Glob("queries/*.sql")
	require.NoError(t, err)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".sql")
		body, err := os.ReadFile(file)
		require.NoError(t, err)
		if !across[name] {
			require.Regexp(t, `merchant_id`, string(body), file)
		}
	}
}

func TestMigratingTwiceIsMigratingOnce(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	var said []string
	require.NoError(t, store.Migrate(ctx, url, func(s string) { said = append(said, s) }))
	require.Equal(t, []string{"the schema is up to date"}, said)
}

func TestTroubleWithTheDatabaseIsToldFromARefusal(t *testing.T) {
	t.Parallel()
	_, err := store.Open(ctx, "postgres://nobody@127.0.0.1:1/none?connect_timeout=2")
	require.Error(t, err)
	require.True(t, store.Unavailable(err), "nobody listens there: %v", err)

	s := storetest.New(t)
	_, err = s.Pool().Exec(ctx, `SET statement_timeout = '1ms'; SELECT pg_sleep(1)`)
	require.True(t, store.Unavailable(err), "a statement timeout may be tried again: %v", err)
	_, err = s.Pool().Exec(ctx, `SELECT 1/0`)
	require.False(t, store.Unavailable(err))
	require.False(t, store.Unavailable(fmt.Errorf("wrapped: %w", store.UnknownOrder())))
	_, err = s.CaseRow(ctx, "shop:none")
	require.ErrorIs(t, err, store.ErrNotFound)
	require.False(t, store.Unavailable(err))
}
