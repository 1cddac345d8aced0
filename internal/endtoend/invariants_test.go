package endtoend

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/books"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// sound checks what must be true whenever cases have run, whatever has been killed, lost or said twice meanwhile: the books
// of both sides agree, nothing was paid twice or above what was paid in, every case's archive is the case's own timeline,
// units are held by open cases and settled by paid ones, and whatever is open has a clock and an owner.
func (h *house) sound() {
	h.t.Helper()
	found, err := books.Compare(h.t.Context(), h.store, h.world.Books(), "")
	require.NoError(h.t, err)
	require.Zero(h.t, found.Differences, "%s", differing(h.t, found))
	all := h.allCases()
	for _, listed := range all {
		h.soundCase(listed.CaseID)
	}
	h.soundMoney()
	h.soundUnits(all)
}

// differing is what a comparison found, without the entries on which both sides agree.
func differing(t *testing.T, found books.Comparison) string {
	t.Helper()
	raw, err := json.Marshal(found)
	require.NoError(t, err)
	var parts map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(raw, &parts))
	var said []string
	for _, part := range slices.Sorted(maps.Keys(parts)) {
		var entries []map[string]any
		if json.Unmarshal(parts[part], &entries) != nil {
			continue // a sum
		}
		for _, e := range entries {
			if e["differs"] != nil {
				said = append(said, fmt.Sprintf("%s: %v", part, e))
			}
		}
	}
	return strings.Join(said, "\n")
}

func (h *house) allCases() []schemas.View {
	h.t.Helper()
	var all []schemas.View
	for after := ""; ; {
		page, next, err := h.store.ListCases(h.t.Context(), store.Filter{Everywhere: true, Scope: store.ScopeAll}, store.Page{After: after, Limit: 500})
		require.NoError(h.t, err)
		all = append(all, page...)
		if after = next; after == "" {
			return all
		}
	}
}

// soundCase holds a case's archive against what the case itself says.
func (h *house) soundCase(caseID string) {
	h.t.Helper()
	var own, row schemas.View
	h.until(caseID+": the row is as new as the case", func() bool {
		var err error
		if own, err = h.cases.Ask(h.t.Context(), caseID); err != nil {
			return false
		}
		row = h.row(caseID)
		return row.Revision >= own.Revision
	})
	for i, e := range row.Events {
		require.EqualValues(h.t, i+1, e.Revision, "%s has a hole in its archive\n%s", caseID, timeline(row))
	}
	require.EqualValues(h.t, len(row.Events), row.Revision, "%s", timeline(row))
	if row.Lost != nil {
		// Nobody serves it: what its rows say beyond its own timeline is that, and who goes on with it. A signal that no task had taken
		// when it was ended is in its own timeline, as a query tells it, and never happened to the rows.
		ended := slices.IndexFunc(row.Events, func(e schemas.Event) bool { return e.Name == schemas.EventLost })
		require.Positive(h.t, ended, caseID)
		require.LessOrEqual(h.t, int64(ended), own.Revision, caseID)
		// The task whose end came too late was written and never accepted: a query tells the same of it, at the moment of another task.
		last := row.Events[ended-1].At
		for i := range row.Events[:ended] {
			if row.Events[i].At.Equal(last) {
				own.Events[i].At = last
			}
		}
		require.Equal(h.t, pretty(h.t, own.Events[:ended]), pretty(h.t, row.Events[:ended]), "%s: the archive is not the case's own timeline", caseID)
		return
	}
	if row.ClosedAt == nil {
		require.NotEmpty(h.t, row.Owner, "%s is nobody's\n%s", caseID, timeline(row))
		running := false
		for _, k := range row.Clocks {
			running = running || !k.Paused
		}
		require.True(h.t, running, "%s has no clock\n%s", caseID, timeline(row))
	} else {
		require.Empty(h.t, row.Clocks, caseID)
		require.Equal(h.t, schemas.TurnNobody, row.Turn, caseID)
		require.NotEmpty(h.t, row.Outcome, caseID)
	}
	require.Equal(h.t, pretty(h.t, own.Events), pretty(h.t, row.Events), "%s: the archive is not the case's own timeline", caseID)
	require.Equal(h.t, own.State, row.State, caseID)
	h.soundRefusals(row)
}

// soundRefusals: only a person refuses, with a reason.
func (h *house) soundRefusals(v schemas.View) {
	for _, l := range v.Lines {
		if l.Outcome != schemas.RejectedFinal {
			continue
		}
		require.NotNil(h.t, l.Rejection, v.CaseID)
		require.NotEqual(h.t, schemas.RoleSystem, l.Rejection.By.Role, v.CaseID)
		require.NotEmpty(h.t, l.Rejection.Reason, v.CaseID)
	}
}

// soundMoney: what left never exceeds what came in, by payment and by line, and each key was paid once.
func (h *house) soundMoney() {
	h.t.Helper()
	const left = `r.status in ('requested','accepted','unknown','succeeded','paid_by_hand')`
	h.none(`payment paid out above what was captured`, `
		select p.payment_id from aftercare.payments p join aftercare.refunds r using (merchant_id, order_id, payment_id)
		where `+left+` group by p.merchant_id, p.order_id, p.payment_id, p.captured_minor, p.prior_minor
		having sum(r.amount_minor) + p.prior_minor > p.captured_minor`)
	h.none(`line paid out above what it cost`, `
		select l.order_id || ' ' || l.line_id from aftercare.order_lines l
		join aftercare.refund_shares s using (merchant_id, order_id, line_id) join aftercare.refunds r using (merchant_id, refund_id)
		where `+left+` and not exists (select from aftercare.charges c where c.merchant_id = r.merchant_id and c.charge_id = r.payment_id)
		group by l.merchant_id, l.order_id, l.line_id, l.cost_minor, l.netted_minor, l.prior_minor
		having sum(s.amount_minor) + l.prior_minor > l.cost_minor + l.netted_minor`)
	h.none(`order whose lines have paid each other more or less than they were paid`, `
		select merchant_id || ' ' || order_id from aftercare.order_lines group by merchant_id, order_id having sum(netted_minor) <> 0`)
	h.none(`payment that refunds and chargebacks exceed together`, `
		select p.payment_id from aftercare.payments p
		where p.prior_minor
		    + (select coalesce(sum(r.amount_minor), 0) from aftercare.refunds r where (r.merchant_id, r.order_id, r.payment_id) = (p.merchant_id, p.order_id, p.payment_id) and `+left+`)
		    + (select coalesce(sum(d.taken_minor), 0) from aftercare.disputes d where (d.merchant_id, d.order_id, d.payment_id) = (p.merchant_id, p.order_id, p.payment_id))
		    > p.captured_minor`)
	h.none(`refund that is not the sum of its shares`, `
		select refund_id from aftercare.refunds r
		where amount_minor <> (select sum(amount_minor) from aftercare.refund_shares s where s.merchant_id = r.merchant_id and s.refund_id = r.refund_id)`)
	h.none(`payment refunded above what was captured, by the provider's own books`, `
		select p.payment_id from sandbox.payments p join sandbox.refunds r using (merchant_id, payment_id)
		where r.status in ('accepted', 'succeeded') group by p.merchant_id, p.payment_id, p.captured, p.refunded_before
		having sum(r.amount) + p.refunded_before > p.captured`)
}

// soundUnits: a unit is held by an open case or settled, and what a case was paid for is settled exactly once.
func (h *house) soundUnits(all []schemas.View) {
	h.t.Helper()
	h.none(`unit held by a case that has ended`, `
		select c.case_id || ' ' || u.line_id from aftercare.unit_claims u join aftercare.cases c using (merchant_id, case_id)
		where u.status = 'held' and c.closed_at is not null`)
	for _, v := range all {
		if v.ClosedAt == nil || v.Outcome == schemas.Adopted {
			continue
		}
		for _, l := range v.Lines {
			if v.SuccessorID != "" || v.Continues == schemas.WhyReopen {
				continue // what it had settled has gone on with the wish, however that ends
			}
			var settled int
			// What was replaced may be another request's by now, and stays in the books as replaced by this one.
			h.scan(&settled, `select count(*) from (
				select line_id, unit from aftercare.unit_claims where merchant_id = $1 and case_id = $2 and line_id = $3 and unit = any($4) and status = 'settled'
				union
				select line_id, unit from aftercare.unit_replacements where merchant_id = $1 and case_id = $2 and line_id = $3 and unit = any($4)) as units`,
				v.MerchantID, v.CaseID, l.LineID, l.Units)
			if l.Outcome == schemas.SettledExternally {
				require.Contains(h.t, []int{0, len(l.Units)}, settled, "%s line %s: what the bank gave back is settled as a whole, what a platform refused not at all", v.CaseID, l.LineID)
				continue
			}
			paid := l.Outcome == schemas.Completed || (l.Outcome == schemas.CompletedPartial && l.Refunded.Minor > 0)
			if paid {
				require.Equal(h.t, len(l.Units), settled, "%s line %s", v.CaseID, l.LineID)
			} else if l.Outcome != schemas.CompletedPartial {
				kept := 0
				if l.BackSKU != "" && l.GoodsWith == schemas.TurnCustomer {
					// A replacement that was rejected and never sent back is what its customer has.
					h.scan(&kept, `select count(*) from aftercare.unit_replacements where merchant_id = $1 and case_id = $2 and line_id = $3 and unit = any($4)`,
						v.MerchantID, v.CaseID, l.LineID, l.Units)
				}
				require.Equal(h.t, kept, settled, "%s line %s ended as %s", v.CaseID, l.LineID, l.Outcome)
			}
		}
	}
}

// none wants a query to find nothing.
func (h *house) none(what, sql string) {
	h.t.Helper()
	rows, err := h.sql().Query(h.t.Context(), sql)
	require.NoError(h.t, err)
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(h.t, err)
	require.Empty(h.t, found, what)
}

func (h *house) scan(into any, sql string, args ...any) {
	h.t.Helper()
	require.NoError(h.t, h.sql().QueryRow(h.t.Context(), sql, args...).Scan(into))
}

// sql is a connection of the test's own, for what no part of the product is asked for.
func (h *house) sql() *pgx.Conn {
	h.t.Helper()
	if h.conn == nil || h.conn.IsClosed() {
		conn, err := pgx.Connect(h.t.Context(), h.database)
		require.NoError(h.t, err)
		h.conn = conn
		h.t.Cleanup(func() { _ = conn.Close(context.Background()) })
	}
	return h.conn
}

func pretty(t *testing.T, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	require.NoError(t, err)
	return string(b)
}

// happenings counts the events of a name in a case.
func happenings(v schemas.View, name string) (n int) {
	for _, e := range v.Events {
		if e.Name == name {
			n++
		}
	}
	return n
}

func event(v schemas.View, name string) (schemas.Event, error) {
	for _, e := range v.Events {
		if e.Name == name {
			return e, nil
		}
	}
	return schemas.Event{}, fmt.Errorf("%s has no event %s\n%s", v.CaseID, name, timeline(v))
}
