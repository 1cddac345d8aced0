package store_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/internal/store/storetest"
	"github.com/aftercare/aftercare/schemas"
)

func put(t testing.TB, s *store.Store, caseID string, change func(*schemas.View)) {
	t.Helper()
	f := flush(caseID, 5, 0, "opened")
	change(&f.Row)
	require.False(t, write(t, s, f).Stale)
}

// list reads a whole list in pages of limit.
func list(t testing.TB, s *store.Store, f store.Filter, limit int) []string {
	t.Helper()
	var ids []string
	page := store.Page{Limit: limit}
	for {
		views, next, err := s.ListCases(ctx, f, page)
		require.NoError(t, err)
		require.LessOrEqual(t, len(views), limit)
		for _, v := range views {
			ids = append(ids, strings.TrimPrefix(v.CaseID, "shop:"))
		}
		if next == "" {
			return ids
		}
		require.Len(t, views, limit)
		page.After = next
	}
}

func TestOpenCasesAreListedNearestDueFirstAndThoseWithoutADueLast(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	for i, hours := range []int{5, 1, 0, 3, 1, 0, 2} {
		put(t, s, fmt.Sprintf("shop:%d", i), func(v *schemas.View) {
			if hours > 0 {
				due := noon.Add(time.Duration(hours) * time.Hour)
				v.DueAt = &due
			}
		})
	}
	put(t, s, "shop:closed", func(v *schemas.View) { v.ClosedAt = &noon })
	put(t, s, "other:1", func(v *schemas.View) {})
	want := []string{"1", "4", "6", "3", "0", "2", "5"}
	for limit := 1; limit <= 8; limit++ {
		require.Equal(t, want, list(t, s, store.Filter{Merchant: merchant}, limit), "pages of %d", limit)
	}
}

func TestClosedCasesAreListedNewestFirst(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	for i := range 7 {
		put(t, s, fmt.Sprintf("shop:%d", i), func(v *schemas.View) {
			v.OpenedAt = noon.Add(time.Duration(i/2) * time.Hour)
			if i%3 > 0 {
				v.ClosedAt = &noon
			}
		})
	}
	for limit := 1; limit <= 8; limit++ {
		require.Equal(t, []string{"6", "5", "4", "3", "2", "1", "0"}, list(t, s, store.Filter{Merchant: merchant, Scope: store.ScopeAll}, limit))
		require.Equal(t, []string{"5", "4", "2", "1"}, list(t, s, store.Filter{Merchant: merchant, Scope: store.ScopeClosed}, limit))
	}
}

func TestAListIsNarrowedByEveryFilter(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	put(t, s, "shop:plain", func(v *schemas.View) {})
	for id, c := range map[string]struct {
		change func(*schemas.View)
		filter store.Filter
	}{
		"owner":    {func(v *schemas.View) { v.Owner = "bo" }, store.Filter{Owner: "bo"}},
		"state":    {func(v *schemas.View) { v.State = schemas.WaitInfo }, store.Filter{State: schemas.WaitInfo}},
		"stage":    {func(v *schemas.View) { v.Stage = schemas.StageFollowUp }, store.Filter{Stage: schemas.StageFollowUp}},
		"turn":     {func(v *schemas.View) { v.Turn = schemas.TurnCarrier }, store.Filter{Turn: schemas.TurnCarrier}},
		"order":    {func(v *schemas.View) { v.OrderID = "O7" }, store.Filter{Order: "O7"}},
		"customer": {func(v *schemas.View) { v.CustomerID = "c-7" }, store.Filter{Customer: "c-7"}},
		"asked":    {func(v *schemas.View) { v.Asked = "lead-1" }, store.Filter{Asked: "lead-1"}},
		"approval": {func(v *schemas.View) { v.Approvals = []schemas.Approval{{ApprovalID: "a1", Asked: "boss-1"}} }, store.Filter{Asked: "boss-1"}},
		"person":   {func(v *schemas.View) { v.Owner = "mei" }, store.Filter{Person: "mei"}},
		"to-lead":  {func(v *schemas.View) { v.Asked = "lead-2" }, store.Filter{Person: "lead-2"}},
		"decided": {func(v *schemas.View) {
			v.Approvals = []schemas.Approval{{Asked: "boss-2", DecidedBy: &schemas.System}, {Asked: "boss-3"}}
		}, store.Filter{Person: "boss-3"}},
		"level":    {func(v *schemas.View) { v.Level = 3 }, store.Filter{Level: 3}},
		"priority": {func(v *schemas.View) { v.Priority = schemas.P0 }, store.Filter{Priority: schemas.P0}},
		"kind":     {func(v *schemas.View) { v.Kind = schemas.KindRepair }, store.Filter{Kind: schemas.KindRepair}},
		"cause": {func(v *schemas.View) {
			v.Parked = []schemas.Parked{{StepID: "p1", Step: "parcel.label", Cause: "unserviceable"}}
		}, store.Filter{Cause: "unserviceable"}},
		"step": {func(v *schemas.View) {
			v.Parked = []schemas.Parked{{StepID: "p1", Step: "goods.dispose", Cause: "other"}}
		}, store.Filter{Step: "goods.dispose"}},
		"both": {func(v *schemas.View) {
			v.Parked = []schemas.Parked{{Step: "parcel.trace", Cause: "busy"}, {Step: "parcel.trace", Cause: "third"}}
		}, store.Filter{Step: "parcel.trace", Cause: "third"}},
		"due": {func(v *schemas.View) { due := noon.Add(2 * time.Hour); v.DueAt = &due }, store.Filter{DueBefore: noon.Add(3 * time.Hour)}},
		"waybill": {func(v *schemas.View) {
			v.Parcels = []schemas.Parcel{{Carrier: "sf", Waybill: "W7"}, {Carrier: "ups", Waybill: "W7"}}
		}, store.Filter{Waybill: "w 7"}},
	} {
		put(t, s, "shop:"+id, c.change)
		c.filter.Merchant = merchant
		require.Equal(t, []string{id}, list(t, s, c.filter, 5), id)
		n, err := s.CountCases(ctx, c.filter, 10)
		require.NoError(t, err)
		require.Equal(t, 1, n, id)
		c.filter.Scope = store.ScopeAll
		require.Equal(t, []string{id}, list(t, s, c.filter, 5), id)
		c.filter.Merchant = "other"
		require.Empty(t, list(t, s, c.filter, 5), "never across merchants")
	}
	require.Empty(t, list(t, s, store.Filter{Merchant: merchant, Waybill: "none"}, 5))
	require.Empty(t, list(t, s, store.Filter{Merchant: merchant, Asked: "boss-2"}, 5), "who has decided is not asked any more")
	require.Empty(t, list(t, s, store.Filter{Merchant: merchant, Owner: "bo", Turn: schemas.TurnCarrier}, 5), "filters add up")
}

func TestACaseIsOverdueByItsOwnTimeWhereItWasFastForwarded(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	due := func(at, now time.Time) func(*schemas.View) {
		return func(v *schemas.View) { v.DueAt, v.Now = &at, now }
	}
	put(t, s, "shop:over", due(noon.Add(-time.Hour), noon.AddDate(0, 0, -2)))
	put(t, s, "shop:ahead", due(noon.AddDate(0, 0, 9), noon.AddDate(0, 0, 10)))
	put(t, s, "shop:early", due(noon.Add(time.Hour), noon.AddDate(0, 0, -2)))
	put(t, s, "shop:none", func(v *schemas.View) {})
	require.Equal(t, []string{"over", "ahead"}, list(t, s, store.Filter{Merchant: merchant, OverdueAt: noon}, 5))
}

func TestOpenCasesAreCountedByStateAndByWhoIsAsked(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	past := noon.Add(-time.Hour)
	put(t, s, "shop:1", func(v *schemas.View) { v.DueAt = &past })
	put(t, s, "shop:2", func(v *schemas.View) {})
	put(t, s, "shop:3", func(v *schemas.View) { v.Asked = "lead-1" })
	put(t, s, "shop:4", func(v *schemas.View) {
		v.State, v.Approvals = schemas.RefundApproved, []schemas.Approval{{Asked: "x", DecidedBy: &schemas.System}, {Asked: "boss-1"}}
	})
	put(t, s, "shop:5", func(v *schemas.View) { v.ClosedAt = &noon })
	put(t, s, "other:1", func(v *schemas.View) {})
	got, err := s.SummarizeCases(ctx, merchant, noon)
	require.NoError(t, err)
	require.Equal(t, []store.Counted{
		{State: schemas.RefundApproved, Turn: schemas.TurnMerchant, Owner: "anna", Asked: "boss-1", Cases: 1},
		{State: schemas.Review, Turn: schemas.TurnMerchant, Owner: "anna", Cases: 2, Overdue: 1},
		{State: schemas.Review, Turn: schemas.TurnMerchant, Owner: "anna", Asked: "lead-1", Cases: 1},
	}, got)
	n, err := s.CountCases(ctx, store.Filter{Merchant: merchant}, 3)
	require.NoError(t, err)
	require.Equal(t, 3, n, "counted no further than asked for")
	n, err = s.CountCases(ctx, store.Filter{Everywhere: true, Scope: store.ScopeAll}, 100)
	require.NoError(t, err)
	require.Equal(t, 6, n)
}

func TestAListThatCannotBeReadIsRefused(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	for _, c := range []struct {
		filter store.Filter
		page   store.Page
		code   schemas.Code
	}{
		{store.Filter{}, store.Page{}, schemas.CodeMissingField},
		{store.Filter{Merchant: merchant, Scope: "odd"}, store.Page{}, schemas.CodeBadValue},
		{store.Filter{Merchant: merchant}, store.Page{After: "!"}, schemas.CodeBadValue},
		{store.Filter{Merchant: merchant}, store.Page{After: "bm90aGluZw"}, schemas.CodeBadValue},
	} {
		_, _, err := s.ListCases(ctx, c.filter, c.page)
		require.Error(t, err)
		refusedWith(t, err, c.code)
	}
}

func TestOpenCasesOfAllMerchantsCanBeGoneThrough(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	put(t, s, "shop:1", func(v *schemas.View) {})
	put(t, s, "other:1", func(v *schemas.View) {})
	put(t, s, "shop:2", func(v *schemas.View) { v.ClosedAt = &noon })
	var got []string
	for c, err := range s.OpenCases(ctx) {
		require.NoError(t, err)
		require.Equal(t, "run", c.RunID)
		got = append(got, c.CaseID)
	}
	require.Equal(t, []string{"other:1", "shop:1"}, got)
}

// TestMainListsReadAnIndexInItsOrder fills a table with many cases of many merchants and asks the planner how it would read
// each of the main lists: never the whole table, and the unfiltered ones without sorting either.
func TestMainListsReadAnIndexInItsOrder(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	_, err := s.Pool().Exec(ctx, `
		INSERT INTO aftercare.cases (case_id, merchant_id, request_id, order_id, customer_id, kind, stage, state, turn, owner,
		                             due_at, opened_at, closed_at, revision, row)
		SELECT v->>'case_id', 'm' || n % 20, n::text, 'O' || n / 2, 'c' || n / 5, 'return', 'VERIFICATION',
		       (ARRAY['REVIEW', 'WAIT_SHIPBACK', 'RECEIVED'])[1 + n % 3], (ARRAY['merchant', 'customer'])[1 + n % 2], 'agent' || n % 7,
		       (v->>'due_at')::timestamptz, (v->>'opened_at')::timestamptz,
		       CASE WHEN n / 20 % 4 > 0 THEN timestamptz '2026-12-01' END, 1, v
		FROM generate_series(1, 40000) AS n, LATERAL jsonb_build_object(
		       'case_id', 'm' || n % 20 || ':' || n, 'due_at', timestamptz '2026-11-20' + n * interval '1 minute',
		       'opened_at', timestamptz '2026-10-01' + n * interval '1 minute') AS v`)
	require.NoError(t, err)
	_, err = s.Pool().Exec(ctx, `INSERT INTO aftercare.parcels SELECT case_id, 'sf', 'W' || request_id, merchant_id, 'to_merchant', 'moving' FROM aftercare.cases`)
	require.NoError(t, err)
	_, err = s.Pool().Exec(ctx, `ANALYZE aftercare.cases, aftercare.parcels`)
	require.NoError(t, err)

	for name, c := range map[string]struct {
		filter store.Filter
		sorts  bool // few rows are sorted in memory
	}{
		"open":             {filter: store.Filter{}},
		"open of an owner": {filter: store.Filter{Owner: "agent3"}},
		"open in a state":  {filter: store.Filter{State: schemas.Review}},
		"open by turn":     {filter: store.Filter{Turn: schemas.TurnCustomer}},
		"closed":           {filter: store.Filter{Scope: store.ScopeClosed}},
		"all":              {filter: store.Filter{Scope: store.ScopeAll}},
		"all of an owner":  {filter: store.Filter{Scope: store.ScopeAll, Owner: "agent3"}},
		"of an order":      {filter: store.Filter{Scope: store.ScopeAll, Order: "O198"}, sorts: true},
		"of a customer":    {filter: store.Filter{Scope: store.ScopeAll, Customer: "c79"}, sorts: true},
		"of a waybill":     {filter: store.Filter{Scope: store.ScopeAll, Waybill: "W397"}, sorts: true},
	} {
		c.filter.Merchant = "m17"
		views, next, err := s.ListCases(ctx, c.filter, store.Page{Limit: 20})
		require.NoError(t, err, name)
		require.NotEmpty(t, views, name)
		for page, after := range map[string]string{"the first page": "", "a later page": next} {
			sql, args, err := s.ListQuery(ctx, c.filter, store.Page{After: after, Limit: 20})
			require.NoError(t, err)
			plan := explain(t, s, sql, args)
			require.NotContains(t, plan, "Seq Scan", "%s, %s", name, page)
			if !c.sorts {
				require.NotContains(t, plan, `"Sort"`, "%s, %s", name, page)
			}
		}
	}
}

func explain(t testing.TB, s *store.Store, sql string, args []any) string {
	t.Helper()
	var plan json.RawMessage
	require.NoError(t, s.Pool().QueryRow(ctx, `EXPLAIN (FORMAT JSON) `+sql, args...).Scan(&plan))
	require.Equal(t, pgx.QueryExecModeCacheDescribe, args[0])
	return string(plan)
}

func TestParkedCasesAreReadPageByPageInTheOrderOfTheirIDs(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	parked := func(causes ...schemas.Code) func(*schemas.View) {
		return func(v *schemas.View) {
			for _, cause := range causes {
				v.Parked = append(v.Parked, schemas.Parked{StepID: "p1", Step: "parcel.label", Cause: cause})
			}
		}
	}
	for _, id := range []string{"shop:c", "shop:a", "other:b"} {
		put(t, s, id, parked("unserviceable", "busy"))
	}
	put(t, s, "shop:d", parked("busy"))
	put(t, s, "shop:none", func(v *schemas.View) { v.Parked = []schemas.Parked{} })
	put(t, s, "shop:old", func(*schemas.View) {}) // a row from before steps were parked says null
	put(t, s, "shop:ended", func(v *schemas.View) { parked("unserviceable")(v); v.ClosedAt = &noon })
	ids := func(merchant string, cause schemas.Code, step string) (found []string) {
		for after := ""; ; {
			page, err := s.ParkedCases(ctx, merchant, cause, step, after, 1)
			require.NoError(t, err)
			if len(page) == 0 {
				return found
			}
			require.NotEmpty(t, page[0].Parked)
			after = page[0].CaseID
			found = append(found, after)
		}
	}
	require.Equal(t, []string{"other:b", "shop:a", "shop:c", "shop:d"}, ids("", "", ""))
	require.Equal(t, []string{"other:b", "shop:a", "shop:c"}, ids("", "unserviceable", ""))
	require.Equal(t, []string{"shop:a", "shop:c"}, ids("shop", "unserviceable", "parcel.label"))
	require.Empty(t, ids("", "unserviceable", "parcel.trace"))
	n, err := s.CountCases(ctx, store.Filter{Everywhere: true, Stuck: true}, 10)
	require.NoError(t, err)
	require.Equal(t, 4, n)
}
