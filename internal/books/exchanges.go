package books

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// Charge is one charge or deposit on both sides.
type Charge struct {
	ChargeID string               `json:"charge_id"`
	CaseID   string               `json:"case_id"`
	Kind     schemas.ChargeKind   `json:"kind"`
	Amount   schemas.Money        `json:"amount"`
	Ledger   schemas.ChargeStatus `json:"ledger"`
	Provider schemas.ChargeStatus `json:"provider"`
	Differs  string               `json:"differs,omitempty"`
}

// Kept is goods that the warehouse keeps for a case, on both sides.
type Kept struct {
	Key       string       `json:"key"`
	CaseID    string       `json:"case_id"`
	SKU       string       `json:"sku"`
	Warehouse sandbox.Kept `json:"warehouse"`
	Differs   string       `json:"differs,omitempty"`
}

// Sent is one line's goods in a shipment, on both sides.
type Sent struct {
	ShipmentID string `json:"shipment_id"`
	CaseID     string `json:"case_id"`
	LineID     string `json:"line_id"`
	SKU        string `json:"sku"`
	Waybill    string `json:"waybill"`
	Ours       int    `json:"ours"`
	Warehouse  int    `json:"warehouse"`
	Differs    string `json:"differs,omitempty"`
}

// charges holds each charge of the ledger against the provider's, and the other way round.
func (c *Comparison) charges(ctx context.Context, ours Ours, theirs Theirs, merchant string) error {
	provider := map[string]sandbox.ChargeEntry{}
	for e, err := range theirs.Charges(ctx, merchant) {
		if err != nil {
			return fmt.Errorf("the provider's book of charges: %w", err)
		}
		provider[e.Key] = e
		if taken(e.Status) {
			c.Charged[e.Amount.Currency] += e.Amount.Minor
		}
	}
	for e, err := range ours.ChargeEntries(ctx, merchant) {
		if err != nil {
			return fmt.Errorf("the ledger's charges: %w", err)
		}
		theirs, known := provider[e.Charge.ChargeID]
		delete(provider, e.Charge.ChargeID)
		c.addCharge(Charge{
			ChargeID: e.Charge.ChargeID, CaseID: e.CaseID, Kind: e.Charge.Kind, Amount: e.Charge.Amount,
			Ledger: e.Charge.Status, Provider: theirs.Status, Differs: chargeDiffers(e.Charge, theirs, known),
		})
	}
	for _, key := range slices.Sorted(maps.Keys(provider)) {
		e := provider[key]
		c.addCharge(Charge{ChargeID: key, CaseID: caseOf(key), Kind: e.Kind, Amount: e.Amount, Provider: e.Status, Differs: "the ledger does not know it"})
	}
	return nil
}

// taken says whether the provider has the customer's money.
func taken(s schemas.ChargeStatus) bool {
	return s == schemas.ChargeSucceeded || s == schemas.ChargeCaptured
}

// chargeDiffers says in which way one charge is not the same on both sides. What the provider has ended and we have not heard of
// yet is no difference; an end of ours that it does not know is.
func chargeDiffers(ours schemas.Charge, theirs sandbox.ChargeEntry, known bool) string {
	over := func(s schemas.ChargeStatus) bool {
		return taken(s) || s == schemas.ChargeLapsed || s == schemas.ChargeReleased
	}
	switch {
	case known && (theirs.Amount != ours.Amount || theirs.Kind != ours.Kind):
		return fmt.Sprintf("the provider has a %s of %s", theirs.Kind, theirs.Amount)
	case taken(ours.Status) && !taken(theirs.Status):
		return "the provider has not taken it"
	case over(ours.Status) && !taken(ours.Status) && taken(theirs.Status):
		return "the provider has taken it"
	case over(ours.Status) && known && !over(theirs.Status):
		return "the provider has not given it up"
	case (ours.Status == schemas.ChargeAccepted || ours.Status == schemas.ChargeHeld) && !known:
		return "the provider does not know it"
	case ours.Status == schemas.ChargeHeld && theirs.Status == schemas.ChargeFailed:
		return "the provider does not hold it"
	}
	return ""
}

func (c *Comparison) addCharge(e Charge) {
	c.Charges = append(c.Charges, e)
	if e.Differs != "" {
		c.Differences++
	}
}

// kept holds the warehouse's reservations against the cases: an ended case keeps nothing, and what an open one counts on is
// there. The warehouse may know more than an open case has heard.
func (c *Comparison) kept(ctx context.Context, cases []schemas.View, theirs Theirs, merchant string) error {
	by := map[string]schemas.View{}
	counted := map[string]bool{} // keys that an open case counts on
	for _, v := range cases {
		by[v.CaseID] = v
		for _, l := range v.Lines {
			if r := l.Replacement; v.ClosedAt == nil && v.Lost == nil && r != nil && r.StockKey != "" {
				counted[r.StockKey] = true
			}
		}
	}
	for e, err := range theirs.KeptGoods(ctx, merchant) {
		if err != nil {
			return fmt.Errorf("the warehouse's book of kept goods: %w", err)
		}
		v, known := by[c.caseOf(e.Key)]
		entry := Kept{Key: e.Key, CaseID: c.caseOf(e.Key), SKU: e.SKU, Warehouse: e.Status}
		keeps := e.Status == sandbox.KeptHeld || e.Status == sandbox.KeptWaiting
		switch {
		case !known:
			entry.Differs = "no such case"
		case keeps && v.ClosedAt != nil:
			entry.Differs = "kept for a case that has ended"
		case counted[e.Key] && e.Status == sandbox.KeptReleased:
			entry.Differs = "the case counts on it, and it was given back"
		}
		delete(counted, e.Key)
		c.addKept(entry)
	}
	for _, key := range slices.Sorted(maps.Keys(counted)) {
		c.addKept(Kept{Key: key, CaseID: c.caseOf(key), Differs: "the warehouse does not know it"})
	}
	return nil
}

func (c *Comparison) addKept(e Kept) {
	c.Kept = append(c.Kept, e)
	if e.Differs != "" {
		c.Differences++
	}
}

// sent holds the replacements that the cases believe to have been sent against the warehouse's shipments. What has left and is
// not among the parcels of its case is no difference while the case is open: it may not have heard of it yet.
func (c *Comparison) sent(ctx context.Context, cases []schemas.View, theirs Theirs, merchant string) error {
	type goods struct{ shipmentID, lineID string }
	warehouse := map[goods]Sent{}
	for e, err := range theirs.Shipped(ctx, merchant) {
		if err != nil {
			return fmt.Errorf("the warehouse's book of shipments: %w", err)
		}
		if e.Status != "sent" || e.Lost {
			continue
		}
		g := goods{e.ShipmentID, e.LineID}
		s := warehouse[g]
		warehouse[g] = Sent{
			ShipmentID: e.ShipmentID, CaseID: c.caseOf(e.ShipmentID), LineID: e.LineID, SKU: e.SKU, Waybill: e.Waybill, Warehouse: s.Warehouse + e.Quantity,
		}
	}
	ours, by := map[goods]int{}, map[goods]goods{}
	for g, s := range warehouse {
		by[goods{s.Waybill, g.lineID}] = g
	}
	open, parcels := map[string]bool{}, map[string]bool{}
	for _, v := range cases {
		open[v.CaseID] = v.ClosedAt == nil
		for _, p := range v.Parcels {
			parcels[v.CaseID+"/"+p.Waybill] = true
		}
		for _, l := range v.Lines {
			if r := l.Replacement; r != nil && r.Waybill != "" {
				// One that had counted as lost and was found is known by its parcel alone.
				g := goods{r.ShipmentID, l.LineID}
				if found, is := by[goods{r.Waybill, l.LineID}]; is && r.ShipmentID == "" {
					g = found
				}
				ours[g] += l.Quantity
			}
		}
	}
	for g, quantity := range ours {
		s, known := warehouse[g]
		if !known {
			s = Sent{ShipmentID: g.shipmentID, CaseID: c.caseOf(g.shipmentID), LineID: g.lineID}
		}
		s.Ours = quantity
		switch {
		case !known:
			s.Differs = "the warehouse has not sent it"
		// A part of a line may have got another one since; what it got first is known by its parcel alone.
		case s.Ours > s.Warehouse, s.Ours < s.Warehouse && !parcels[s.CaseID+"/"+s.Waybill]:
			s.Differs = "not the same number of pieces"
		}
		warehouse[g] = s
	}
	for _, g := range slices.SortedFunc(maps.Keys(warehouse), func(a, b goods) int {
		return cmp.Or(cmp.Compare(a.shipmentID, b.shipmentID), cmp.Compare(a.lineID, b.lineID))
	}) {
		s := warehouse[g]
		// An earlier attempt of a line (lost on its way, refused) is known by its parcel alone.
		if s.Ours == 0 && !open[s.CaseID] && !parcels[s.CaseID+"/"+s.Waybill] {
			s.Differs = "the case does not know it"
		}
		c.Sent = append(c.Sent, s)
		if s.Differs != "" {
			c.Differences++
		}
	}
	return nil
}

var _ Ours = (*store.Store)(nil)
