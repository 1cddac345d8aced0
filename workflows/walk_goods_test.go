package workflows_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/testsuite"

	"github.com/aftercare/aftercare/schemas"
)

// The warehouse and the carriers of a walk.

func (o *outside) listenGoods(env *testsuite.TestWorkflowEnvironment) {
	ofParcel := func(p schemas.ParcelOrder) string { return p.Key }
	serve(env, o, schemas.ParcelLabel, ofParcel, o.book)
	serve(env, o, schemas.ParcelRegister, ofParcel, func(p schemas.ParcelOrder) schemas.Registered {
		if p.OnlyFree {
			if refusal := o.anothers(p.Waybill); refusal != nil {
				return schemas.Registered{Refusal: refusal}
			}
		}
		return schemas.Registered{Parcel: o.book(p)}
	})
	serve(env, o, schemas.ParcelSendBack, ofParcel, o.book)
	serve(env, o, schemas.ParcelTrace, func(t schemas.TraceOrder) string { return t.Key }, o.trace)
	serve(env, o, schemas.GoodsDispose, func(d schemas.DisposeOrder) string { return d.Key }, func(d schemas.DisposeOrder) schemas.Disposed {
		o.books.Disposed[d.Key] = d
		return schemas.Disposed{Settled: len(d.Settle) > 0}
	})
	serve(env, o, schemas.StockReserve, func(s schemas.StockOrder) string { return s.Key }, o.reserve)
	serve(env, o, schemas.StockRelease, func(s schemas.StockReleaseOrder) string { return fmt.Sprint(s.Keys) }, func(s schemas.StockReleaseOrder) schemas.Nothing {
		for _, key := range s.Keys {
			if h := o.books.Holds[key]; h == nil {
				o.books.Holds[key] = &holdBook{Status: "over"}
			} else if h.Status != "used" {
				h.Status = "over"
			}
		}
		return schemas.Nothing{}
	})
	serve(env, o, schemas.ReplacementShip, func(s schemas.ShipOrder) string { return s.ShipmentID }, o.ship)
}

// anothers refuses a number that is in another customer's case.
func (o *outside) anothers(waybill string) *schemas.Refusal {
	if o.chance(8, "free", waybill) > 0 {
		return nil
	}
	return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Message: "this parcel is another customer's."}
}

// book makes a parcel once per key. A number that the customer gave is kept as it is.
func (o *outside) book(in schemas.ParcelOrder) schemas.Parcel {
	number := in.Waybill
	if number == "" {
		number = fmt.Sprintf("LB%d", o.chance(1_000_000_000, "label", in.Key))
	}
	p := o.books.Parcels[number]
	if p == nil {
		p = &parcelBook{Case: in.CaseID, At: o.tick(), Parcel: schemas.Parcel{
			Waybill: number, Carrier: or(in.Carrier, "sandbox"), Direction: in.Direction, PaidBy: in.PaidBy, Lines: in.Lines, Status: schemas.ParcelExpected,
		}}
		o.books.Parcels[number] = p
	}
	return p.Parcel
}

// packs lets the customer put into a parcel what the message with its label says: by then it may be for fewer lines than it was ordered for.
func (o *outside) packs(m schemas.Notice) {
	p := o.books.Parcels[m.Vars["label"]]
	if p == nil || p.Parcel.MovedAt != nil || p.Parcel.Direction != schemas.ToMerchant {
		return
	}
	p.Parcel.Lines = slices.DeleteFunc(slices.Clone(p.Parcel.Lines), func(pick schemas.PickLine) bool {
		return !slices.ContainsFunc(strings.Split(m.Vars["lines"], ","), func(told string) bool {
			id, _, _ := strings.Cut(told, "*")
			return id == pick.LineID
		})
	})
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (o *outside) trace(in schemas.TraceOrder) schemas.TraceAnswer {
	p := o.books.Parcels[in.Waybill]
	if p == nil {
		return schemas.TraceAnswer{}
	}
	return schemas.TraceAnswer{Known: true, Status: p.Parcel.Status, MovedAt: p.Parcel.MovedAt}
}

func (o *outside) reserve(in schemas.StockOrder) schemas.StockReceipt {
	h := o.books.Holds[in.Key]
	if h == nil {
		h = &holdBook{SKU: in.SKU, Quantity: in.Quantity, Status: "none"}
		o.books.Holds[in.Key] = h
	}
	if h.Status == "none" || h.Status == "waiting" {
		switch {
		case o.chance(100, "stock", in.Key) >= o.setup.scarce:
			h.Status = "held"
		case in.Wait:
			h.Status = "waiting"
		}
	}
	return schemas.StockReceipt{Key: in.Key, Held: h.Status == "held"}
}

// ship takes an order to send kept goods, once per shipment.
func (o *outside) ship(in schemas.ShipOrder) schemas.ShipReceipt {
	if s := o.books.Shipments[in.ShipmentID]; s != nil {
		got := schemas.ShipReceipt{ShipmentID: in.ShipmentID, Refused: s.Lost}
		if s.Word != nil {
			got.Waybill, got.Carrier = s.Word.Waybill, s.Word.Carrier
		}
		return got
	}
	for _, g := range in.Goods {
		if h := o.books.Holds[g.StockKey]; h == nil || h.Status != "held" || h.SKU != g.SKU || h.Quantity != g.Quantity {
			return schemas.ShipReceipt{ShipmentID: in.ShipmentID, Refused: true, Code: schemas.CodeNotKept}
		}
	}
	for _, g := range in.Goods {
		o.books.Holds[g.StockKey].Status = "used"
	}
	o.books.Shipments[in.ShipmentID] = &shipmentBook{Order: in}
	return schemas.ShipReceipt{ShipmentID: in.ShipmentID}
}

// What happens on its own: a move of one of the parties, with the fact that tells of it.
type move func()

// moves lists what may happen next, in an order that does not depend on chance.
func (o *outside) moves() []move {
	var list []move
	for _, r := range o.books.refunds() {
		list = append(list, o.movesOfRefund(r)...)
	}
	for _, ch := range o.books.charges() {
		list = append(list, o.movesOfCharge(ch)...)
	}
	for _, s := range o.books.shipments() {
		if !s.Sent && !s.Lost {
			list = append(list, func() { o.send(s) }, func() { o.send(s) }, func() { o.loseStock(s) })
		}
	}
	for _, p := range o.books.parcels() {
		list = append(list, o.movesOfParcel(p)...)
	}
	for key, h := range ordered(o.books.Holds) {
		if h.Status == "waiting" {
			list = append(list, func() {
				h.Status = "held"
				o.happens(schemas.StockReserved.Name, schemas.StockWord{Key: key, SKU: h.SKU})
			})
		}
	}
	return append(list, o.movesOfBanks()...)
}

func (o *outside) movesOfRefund(r *refundBook) []move {
	id := r.Refund.RefundID
	word := schemas.RefundWord{RefundID: id}
	switch r.Status {
	case schemas.RefundAccepted:
		pay := func() {
			r.Status = schemas.RefundSucceeded
			o.happens(schemas.RefundSuccess.Name, word)
		}
		return []move{pay, pay, func() {
			r.Status, r.Code = schemas.RefundFailedWord, schemas.CodeAccountClosed
			o.happens(schemas.RefundFailure.Name, schemas.RefundWord{RefundID: id, Code: r.Code})
		}}
	case schemas.RefundSucceeded:
		if o.chance(3, "reverse", id, r.Tries) > 0 {
			return nil
		}
		return []move{func() {
			r.Status, r.Code = schemas.RefundReversed, schemas.CodeReversed
			o.happens(schemas.RefundReversal.Name, word)
		}}
	}
	return nil
}

func (o *outside) movesOfCharge(ch *chargeBook) []move {
	id := ch.Charge.ChargeID
	word := schemas.ChargeWord{ChargeID: id}
	switch ch.Status {
	case schemas.ChargeAccepted:
		pay := func() {
			ch.Status = schemas.ChargeSucceeded
			o.happens(schemas.PaymentSuccess.Name, word)
		}
		return []move{pay, pay, func() {
			ch.Status, ch.Code = schemas.ChargeFailed, schemas.CodeDeclined
			o.happens(schemas.PaymentFailure.Name, schemas.ChargeWord{ChargeID: id, Code: ch.Code})
		}}
	case schemas.ChargeHeld:
		if o.chance(4, "void", id) > 0 {
			return nil
		}
		return []move{func() {
			ch.Status, ch.Code = schemas.ChargeReleased, schemas.CodeExpired
			o.happens(schemas.DepositVoided.Name, schemas.ChargeWord{ChargeID: id, Code: ch.Code})
		}}
	}
	return nil
}

// send lets an ordered shipment leave in a parcel of its own.
func (o *outside) send(s *shipmentBook) {
	s.Sent = true
	number := fmt.Sprintf("RP%d", o.tick())
	var lines []schemas.PickLine
	for _, g := range s.Order.Goods {
		lines = append(lines, schemas.PickLine{LineID: g.LineID, Quantity: g.Quantity})
	}
	o.books.Parcels[number] = &parcelBook{Case: s.Order.CaseID, Replaces: true, At: o.tick(), Parcel: schemas.Parcel{
		Waybill: number, Carrier: "SF", Direction: schemas.ToCustomer, Lines: lines, Status: schemas.ParcelExpected,
	}}
	s.Word = &schemas.ShipmentWord{ShipmentID: s.Order.ShipmentID, Waybill: number, Carrier: "SF"}
	o.happens(schemas.ReplacementSent.Name, *s.Word)
}

func (o *outside) loseStock(s *shipmentBook) {
	s.Lost = true
	for _, g := range s.Order.Goods {
		o.happens(schemas.StockLost.Name, schemas.StockWord{Key: g.StockKey, SKU: g.SKU})
	}
}

func (o *outside) movesOfParcel(p *parcelBook) []move {
	final := p.Parcel.Status == schemas.ParcelDelivered || p.Parcel.Status == schemas.ParcelLost || p.Parcel.Status == schemas.ParcelDamaged || p.Parcel.Status == schemas.ParcelRefused
	if final || p.Parcel.Direction == schemas.ToMerchant && !p.Given {
		return nil
	}
	says := func(name string, status schemas.ParcelStatus) move {
		return func() { o.carry(p, name, status) }
	}
	list := []move{
		says(schemas.ParcelScanned.Name, schemas.ParcelMoving),
		says(schemas.ParcelDeliver.Name, schemas.ParcelDelivered), says(schemas.ParcelDeliver.Name, schemas.ParcelDelivered),
		says(schemas.ParcelException.Name, p.Parcel.Status),
		says(schemas.ParcelLoss.Name, schemas.ParcelLost),
	}
	if o.chance(3, "bad", p.Parcel.Waybill) == 0 {
		list = append(list, says(schemas.ParcelDamage.Name, schemas.ParcelDamaged), says(schemas.ParcelRefusal.Name, schemas.ParcelRefused))
	}
	if p.Parcel.Direction == schemas.ToMerchant {
		list = append(list, says(schemas.GoodsReceived.Name, schemas.ParcelDelivered))
	}
	return list
}

// carry is a carrier's doing and its word on it.
func (o *outside) carry(p *parcelBook, name string, status schemas.ParcelStatus) {
	now := o.now()
	p.Parcel.MovedAt, p.Parcel.Status = &now, status
	if status == schemas.ParcelDelivered && !p.Arrived {
		p.Arrived, p.Parcel.DeliveredAt = true, &now
	}
	o.happens(name, schemas.ParcelWord{Waybill: p.Parcel.Waybill, Carrier: "SF"})
}

// goesOn lets the machines do what they owe: providers pay, the warehouse sends, carriers deliver what they have.
func (o *outside) goesOn() {
	o.decidesInTime()
	for _, r := range o.books.refunds() {
		if r.Status == schemas.RefundAccepted {
			r.Status = schemas.RefundSucceeded
			o.happens(schemas.RefundSuccess.Name, schemas.RefundWord{RefundID: r.Refund.RefundID})
		}
	}
	for _, s := range o.books.shipments() {
		if !s.Sent && !s.Lost && o.now().Sub(s.Order.At) > 6*time.Hour {
			o.send(s)
		}
	}
	for _, p := range o.books.parcels() {
		if p.Parcel.Status == schemas.ParcelMoving || (p.Parcel.Status == schemas.ParcelExpected && p.Parcel.Direction == schemas.ToCustomer) {
			o.carry(p, schemas.ParcelDeliver.Name, schemas.ParcelDelivered)
		}
	}
}
