package store

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

// Lines of an exchange that pay for each other. What can be paid out of a line moves with that, so that whoever returns the dearer article later
// has all of its price, and whoever returns the cheaper one no more than that was worth.

var (
	//go:embed queries/netting_put.sql
	nettingPut string
	//go:embed queries/nettings_of_request.sql
	nettingsOfRequest string
)

// bookNettings moves room between lines for units that are replaced for good. A repeated call moves nothing.
func bookNettings(ctx context.Context, tx pgx.Tx, merchant, order, caseID string, replaced []schemas.Replaced, at time.Time) error {
	locked := false
	for _, r := range replaced {
		for _, share := range r.PaidBy {
			if share.LineID == r.LineID || share.Amount.Minor <= 0 || len(r.Units) == 0 {
				continue // the parts of a line that was split share what can be paid out of it anyway
			}
			if !locked {
				if _, err := tx.Exec(ctx, orderLock, merchant, order); err != nil {
					return fmt.Errorf("lock order: %w", err)
				}
				locked = true
			}
			if _, err := tx.Exec(ctx, nettingPut, merchant, order, caseID, share.LineID, r.LineID, r.Units[0], share.Amount.Minor, at); err != nil {
				return fmt.Errorf("book what lines of %s have paid for each other: %w", caseID, err)
			}
		}
	}
	return nil
}

// netted is what the ledger knows already, by line, of what lines have paid for others in the cases before this one.
type netted struct {
	known map[string]int64
	spent map[string][]schemas.HandedLine // the parts of each line, as they were handed over
}

// knownNettings reads what a case that continues another one must not take off the price of its lines a second time: the case takes off what
// was spent, and the ledger may have done so before.
func knownNettings(ctx context.Context, q querier, in schemas.IntakeOrder) (netted, error) {
	n := netted{known: map[string]int64{}, spent: map[string][]schemas.HandedLine{}}
	if in.Predecessor == nil || in.Predecessor.Handover == nil {
		return n, nil
	}
	for _, l := range in.Predecessor.Handover.Lines {
		n.spent[l.LineID] = append(n.spent[l.LineID], l)
	}
	rows, err := q.Query(ctx, nettingsOfRequest, in.Request.MerchantID, in.Request.OrderID, in.Request.RequestID)
	if err != nil {
		return n, fmt.Errorf("read what lines have paid for each other: %w", err)
	}
	var line string
	var minor int64
	if _, err := pgx.ForEachRow(rows, []any{&line, &minor}, func() error { n.known[line] = minor; return nil }); err != nil {
		return n, fmt.Errorf("read what lines have paid for each other: %w", err)
	}
	return n, nil
}

// of is what of the spent part of a line's price the ledger has taken off already. Each part of a line is asked about once, in the order in
// which they were handed over.
func (n netted) of(l *schemas.Line) int64 {
	parts := n.spent[l.LineID]
	if len(parts) == 0 {
		return 0
	}
	n.spent[l.LineID] = parts[1:]
	spent := parts[0].Spent.Minor
	if r := parts[0].Replacement; r != nil && r.Netted < 0 {
		spent -= r.Netted
	}
	back := min(spent, n.known[l.LineID])
	n.known[l.LineID] -= back
	return back
}
