package store

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

// What an exchange gave the customer can fail too. Its unit was settled when the customer had the replacement, and may be claimed again by
// a new request: as the article it is now, for what was paid for that, and with the number of times it was replaced.

var (
	//go:embed queries/replacements_put.sql
	replacementsPut string
	//go:embed queries/replacements_of_order.sql
	replacementsOfOrder string
)

// replacedUnit is a unit as the customer has it now.
type replacedUnit struct {
	times        int // how often it was replaced
	since        time.Time
	sku, product string
	price        int64 // of the article it is now
	onTop        int64 // paid for it beyond what the bought article cost
	charged      int64 // what is left with us of all that was paid on top for its line
}

// sameArticle reports whether two units are the same article at the same price.
func (r replacedUnit) sameArticle(other replacedUnit) bool {
	return r.sku == other.sku && r.price == other.price
}

func replacedOf(ctx context.Context, q querier, merchant, order, request string) (map[string]map[int]replacedUnit, error) {
	rows, err := q.Query(ctx, replacementsOfOrder, merchant, order, request)
	if err != nil {
		return nil, fmt.Errorf("read what was replaced: %w", err)
	}
	all := map[string]map[int]replacedUnit{}
	var line string
	var unit int
	var r replacedUnit
	_, err = pgx.ForEachRow(rows, []any{&line, &unit, &r.times, &r.since, &r.sku, &r.product, &r.price, &r.onTop, &r.charged}, func() error {
		if all[line] == nil {
			all[line] = map[int]replacedUnit{}
		}
		all[line][unit] = r
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what was replaced: %w", err)
	}
	return all, nil
}

// Again is what the rules are told of a line whose units were replaced before.
type Again struct {
	Times int       // how often, of the unit that was replaced most often
	Since time.Time // when the first of them was replaced last: its windows begin there
}

// Again says which lines of a request are about goods that were replaced before, as far as it can be said before their units are taken.
func (s *Store) Again(ctx context.Context, in schemas.IntakeOrder, o schemas.ShopOrder) (map[string]Again, error) {
	r := in.Request
	replaced, err := replacedOf(ctx, s.pool, r.MerchantID, r.OrderID, r.RequestID)
	if err != nil || len(replaced) == 0 {
		return nil, err
	}
	taken, err := claimsOf(ctx, s.pool, r.MerchantID, r.OrderID)
	if err != nil {
		return nil, err
	}
	again := map[string]Again{}
	for _, wish := range r.Lines {
		i := slices.IndexFunc(o.Lines, func(l schemas.ShopLine) bool { return l.LineID == wish.LineID })
		if i < 0 || len(replaced[wish.LineID]) == 0 {
			continue
		}
		ours := map[int]claim{}
		for unit, c := range taken[wish.LineID] {
			if !ofRequest(c.caseID, r) {
				ours[unit] = c
			}
		}
		one := Again{}
		for _, unit := range firstOf(unitsFree(o.Lines[i].Quantity, ours, replaced[wish.LineID]), wish.Quantity) {
			if was, is := replaced[wish.LineID][unit]; is {
				one.Times = max(one.Times, was.times)
				if one.Since.IsZero() || was.since.Before(one.Since) {
					one.Since = was.since.UTC()
				}
			} else {
				one = Again{}
				break
			}
		}
		if one.Times > 0 {
			again[wish.LineID] = one
		}
	}
	return again, nil
}

func ofRequest(caseID string, r schemas.Request) bool {
	merchant, request, _, ok := schemas.SplitCaseID(caseID)
	return ok && merchant == r.MerchantID && request == r.RequestID
}

// asTheyAre makes of lines what the customer has now: a line of which units were replaced becomes the articles that they are. A case that
// goes on from another keeps its lines whole.
func asTheyAre(lines []schemas.Line, replaced map[string]map[int]replacedUnit, reason schemas.Reason, whole bool) []schemas.Line {
	var all []schemas.Line
	for _, l := range lines {
		was := replaced[l.LineID]
		if len(was) == 0 || len(l.Units) == 0 || l.Outcome != schemas.OutcomeNone {
			all = append(all, l)
			continue
		}
		var parts [][]int
		for _, unit := range l.Units {
			at := slices.IndexFunc(parts, func(p []int) bool { return was[p[0]].sameArticle(was[unit]) })
			if at < 0 {
				parts = append(parts, nil)
				at = len(parts) - 1
			}
			parts[at] = append(parts[at], unit)
		}
		if whole && len(parts) > 1 {
			all = append(all, l)
			continue
		}
		for _, units := range parts {
			part := l
			if len(parts) > 1 {
				part.Units, part.Quantity = units, len(units)
			}
			if l.Replacement != nil {
				own := *l.Replacement
				part.Replacement = &own
			}
			become(&part, was, reason)
			all = append(all, part)
		}
	}
	return all
}

// become makes a line the article that its units are now. The same again for one that failed costs nothing.
func become(l *schemas.Line, was map[int]replacedUnit, reason schemas.Reason) {
	now, is := was[l.Units[0]]
	if !is {
		return
	}
	for _, unit := range l.Units {
		l.Replaced = max(l.Replaced, was[unit].times)
	}
	l.SKU, l.ProductID, l.UnitPrice.Minor = now.sku, now.product, now.price
	if l.Replacement != nil {
		l.Replacement.Same = l.Replacement.SKU == l.SKU && reason.MerchantsFault()
	}
}

// paidOnTop is what was paid for units beyond the price of the article that was bought, and how much is left of what their customer has paid
// of it. The rest other lines have paid.
func paidOnTop(was map[int]replacedUnit, units []int) (sum, charged int64) {
	for _, unit := range units {
		sum, charged = sum+was[unit].onTop, max(charged, was[unit].charged)
	}
	return sum, charged
}
