package workflows_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
	"github.com/aftercare/aftercare/workflows"
)

// words make bodies for facts that nobody has reason to send: about what the case knows and what it does not. A fact whose body is of a
// new type needs a line here; TestEveryFactCanBeMadeUp says so.
var words = []func(*dice, schemas.View) any{
	func(d *dice, v schemas.View) any {
		w := schemas.ParcelWord{Waybill: "NOBODYS-1", Code: "x1"}
		if len(v.Parcels) > 0 && d.n(3) > 0 {
			w.Waybill = pickOf(d, v.Parcels).Waybill
		}
		return w
	},
	func(d *dice, v schemas.View) any {
		w := schemas.RefundWord{RefundID: "shop:r-1/refund/99", Code: schemas.CodeDeclined}
		if len(v.Money.Entries) > 0 && d.n(4) > 0 {
			w.RefundID = pickOf(d, v.Money.Entries).RefundID
		}
		if d.n(3) == 1 {
			m := usd(1)
			w.Amount = &m
		}
		return w
	},
	func(d *dice, v schemas.View) any {
		w := schemas.ChargeWord{ChargeID: "shop:r-1/charge/99", Code: schemas.CodeDeclined}
		if len(v.Money.Charges) > 0 && d.n(4) > 0 {
			w.ChargeID = pickOf(d, v.Money.Charges).ChargeID
		}
		return w
	},
	func(d *dice, _ schemas.View) any {
		return schemas.StockWord{Key: fmt.Sprintf("shop:r-1/stock/%d", 90+d.n(5)), SKU: "other"}
	},
	func(d *dice, _ schemas.View) any {
		return schemas.ShipmentWord{ShipmentID: fmt.Sprintf("shop:r-1/ship/%d", 90+d.n(5)), Waybill: "RP-NOBODYS", Carrier: "SF"}
	},
	func(d *dice, v schemas.View) any {
		return schemas.ExternalWord{
			DisputeID: fmt.Sprintf("d-%d", d.n(2)), Kind: pickOf(d, []schemas.DisputeKind{schemas.DisputePlatform, schemas.DisputeRegulator}), OrderID: "o-1",
			Decision: pickOf(d, schemas.Decisions),
		}
	},
	func(*dice, schemas.View) any {
		return schemas.MergedIn{CaseID: "shop:r-7", Kind: schemas.KindExchange, Reason: schemas.Defective, Lines: []schemas.PickLine{{LineID: "1", Quantity: 1}}}
	},
}

// madeUp makes the body of a fact that nobody has reason to send, or nil for a fact of another kind's story.
func madeUp(kind schemas.Kind, name string, d *dice, v schemas.View) any {
	for _, word := range words {
		body := word(d, v)
		raw, err := json.Marshal(body)
		if err != nil {
			panic(err)
		}
		if read, _ := workflows.ReadBody(kind, name, raw); read != nil {
			return body
		}
	}
	return nil
}

func TestEveryFactCanBeMadeUp(t *testing.T) {
	t.Parallel()
	for _, name := range schemas.FactNames {
		made := false
		for _, kind := range []schemas.Kind{schemas.KindReturn, schemas.KindExchange} {
			made = made || madeUp(kind, name, &dice{}, schemas.View{}) != nil
		}
		require.True(t, made, "the walks cannot make %s up: its body needs a line in words", name)
	}
}
