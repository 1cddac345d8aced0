package books

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aftercare/aftercare/schemas"
)

// goods are those of one line of a case.
type goods struct{ caseID, lineID string }

// pieces is how many pieces of a line went where.
type pieces struct {
	sku     string
	ordered int // the case has told the warehouse to book them
	may     int // they were looked at, so that the warehouse may be told any moment
}

// stock holds the goods that cases have disposed of against the warehouse's book. A case that has ended and the book agree to the
// piece. An open case may be behind, but the warehouse books nothing that the case has not decided on.
func (c *Comparison) stock(ctx context.Context, ours Ours, cases []schemas.View, theirs Theirs, merchant string) error {
	warehouse, sku := map[goods]int{}, map[goods]string{}
	for m, err := range theirs.StockMovements(ctx, merchant) {
		if err != nil {
			return fmt.Errorf("the warehouse's book: %w", err)
		}
		g := goods{c.caseOf(m.Key), m.LineID}
		warehouse[g] += m.Quantity
		sku[g] = m.SKU
	}
	for _, v := range cases {
		decided := piecesOf(v)
		for _, id := range slices.Sorted(maps.Keys(decided)) {
			g := goods{v.CaseID, id}
			booked, line := warehouse[g], decided[id]
			delete(warehouse, g)
			if booked == 0 && line.ordered == 0 {
				continue
			}
			m := Movement{CaseID: v.CaseID, LineID: id, SKU: line.sku, Ours: line.ordered, Warehouse: booked}
			var err error
			if m.Differs, err = differsInStock(ctx, ours, v, m, line); err != nil {
				return err
			}
			c.addMovement(m)
		}
	}
	for _, g := range slices.SortedFunc(maps.Keys(warehouse), func(a, b goods) int {
		return cmp.Or(cmp.Compare(a.caseID, b.caseID), cmp.Compare(a.lineID, b.lineID))
	}) {
		c.addMovement(Movement{CaseID: g.caseID, LineID: g.lineID, SKU: sku[g], Warehouse: warehouse[g], Differs: "no case knows these goods"})
	}
	return nil
}

// piecesOf counts what a case has decided about its goods, line by line.
func piecesOf(v schemas.View) map[string]pieces {
	decided := map[string]pieces{}
	for _, l := range v.Lines {
		p := decided[l.LineID]
		p.sku = l.SKU
		nothing := l.Finding == schemas.FindingEmpty || l.Finding == schemas.FindingMissing // there was nothing in the parcel
		here := l.GoodsWith == schemas.TurnWarehouse && l.Disposition != "" && !nothing
		paid := l.Outcome == schemas.Completed || l.Outcome == schemas.CompletedPartial
		paid = paid || l.Outcome == schemas.SettledExternally && l.Disposed // a bank paid, and the goods came all the same
		switch {
		case v.ClosedAt != nil && here && paid, v.ClosedAt == nil && l.Disposed:
			p.ordered += l.Quantity
			p.may += l.Quantity
		case v.ClosedAt == nil && here:
			p.may += l.Quantity
		}
		if r := l.Replacement; r != nil {
			p.ordered += r.BroughtAway
			p.may += r.BroughtAway
			if l.BackSKU != "" && r.Both && l.Disposed { // the old article came along with the one that was rejected
				p.ordered += l.Quantity
				p.may += l.Quantity
			}
		}
		decided[l.LineID] = p
	}
	// What was sent and came back is put away by the case that hears of it.
	for _, parcel := range v.Parcels {
		for _, g := range parcel.Goods {
			p := decided[g.LineID]
			p.may += g.Quantity
			if !parcel.Returning {
				p.ordered += g.Quantity
			}
			decided[g.LineID] = p
		}
	}
	return decided
}

// differsInStock says in which way the goods of one line are not the same on both sides.
func differsInStock(ctx context.Context, ours Ours, v schemas.View, m Movement, line pieces) (string, error) {
	if v.ClosedAt != nil {
		if m.Ours != m.Warehouse {
			return "not the same number of pieces", nil
		}
		return "", nil
	}
	telling := slices.ContainsFunc(v.Work, func(w schemas.Work) bool { return w.Name == schemas.GoodsDispose.Name })
	if m.Warehouse < m.Ours && !telling {
		return "the warehouse has not booked it", nil
	}
	if m.Warehouse <= line.may {
		return "", nil
	}
	// The case may have gone on between the look at it and the look at the warehouse's book.
	now, err := ours.CaseRow(ctx, v.CaseID)
	if err != nil {
		return "", fmt.Errorf("the cases: %w", err)
	}
	if m.Warehouse <= piecesOf(now)[m.LineID].may {
		return "", nil
	}
	return "more than the case has decided on", nil
}

func (c *Comparison) addMovement(m Movement) {
	if m.Differs != "" {
		c.Differences++
	}
	c.Stock = append(c.Stock, m)
}

// caseOf reads the case off a derived key: case/step/sequence, and whatever was corrected since. An id has no slash.
func caseOf(key string) string {
	id, _, _ := strings.Cut(key, "/")
	return id
}
