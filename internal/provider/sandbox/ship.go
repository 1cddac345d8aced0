package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// Sending is the operation by which ordered goods leave the warehouse. It is no call of ours: the sandbox does it by itself.
const Sending = "send"

var (
	shipmentFind     = query("shipment_find")
	shipmentInsert   = query("shipment_insert")
	shipmentGoods    = query("shipment_goods")
	shipmentsDue     = query("shipments_due")
	shipmentNamed    = query("shipment_named")
	shipmentPostpone = query("shipment_postpone")
	shipmentSent     = query("shipment_sent")
	shipmentEmpty    = query("shipment_empty")
	shippedInsert    = query("shipped_goods_insert")
	reservationNamed = query("reservation_named")
	arrivalInsert    = query("arrival_insert")
)

// askedGoods is what makes two shipments with one id the same. When they are ordered does not matter.
type askedGoods struct {
	OrderID    string             `json:"order_id"`
	CustomerID string             `json:"customer_id"`
	Goods      []schemas.ShipLine `json:"goods"`
}

// Ship takes one order to send kept goods, once per shipment id. The warehouse sends a little later (World.Pump).
func (s *Stock) Ship(ctx context.Context, call provider.ShipCall) (provider.ShipAnswer, error) {
	if err := call.Check(); err != nil {
		return provider.ShipAnswer{}, err
	}
	params, err := json.Marshal(askedGoods{call.OrderID, call.CustomerID, call.Goods})
	if err != nil {
		return provider.ShipAnswer{}, err
	}
	var answer provider.ShipAnswer
	err = s.world.serve(ctx, visit{SystemStock, "ship", call.ShipmentID}, func(tx pgx.Tx, told schemas.Code) error {
		var skus []string
		for _, g := range call.Goods {
			skus = append(skus, g.SKU)
		}
		if err := lockArticles(ctx, tx, call.MerchantID, skus...); err != nil {
			return err
		}
		answer = provider.ShipAnswer{}
		var same bool
		var status string
		err := tx.QueryRow(ctx, shipmentFind, call.MerchantID, call.ShipmentID, params).Scan(&same, &status, &answer.Carrier, &answer.Waybill)
		switch {
		case err == nil && same && status == "lost":
			answer = provider.ShipAnswer{Refused: true, Code: schemas.CodeNotKept}
			return nil
		case err == nil && same:
			return nil
		case err == nil:
			return provider.Never(provider.CodeKeyReused, "this shipment id was used for other goods")
		case !errors.Is(err, pgx.ErrNoRows):
			return err
		case told != "":
			answer = provider.ShipAnswer{Refused: true, Code: told}
			return nil
		}
		for _, g := range call.Goods {
			row, _, err := findReservation(ctx, tx, call.MerchantID, g.StockKey)
			if err != nil {
				return err
			}
			if row.status != KeptHeld || row.sku != g.SKU || row.quantity != g.Quantity {
				answer = provider.ShipAnswer{Refused: true, Code: schemas.CodeNotKept}
				return nil
			}
		}
		return s.order(ctx, tx, call, params)
	})
	if err != nil {
		return provider.ShipAnswer{}, err
	}
	return answer, nil
}

func (s *Stock) order(ctx context.Context, tx pgx.Tx, call provider.ShipCall, params []byte) error {
	if _, err := tx.Exec(ctx, shipmentInsert, call.MerchantID, call.ShipmentID, provider.Number("SBW", 32, call.MerchantID, call.ShipmentID),
		call.OrderID, call.CustomerID, params, call.At, s.world.settleDelay/time.Microsecond); err != nil {
		return err
	}
	for _, g := range call.Goods {
		if _, err := tx.Exec(ctx, shippedInsert, call.MerchantID, call.ShipmentID, g.LineID, g.SKU, g.Quantity, g.StockKey); err != nil {
			return err
		}
		if err := turn(ctx, tx, call.MerchantID, g.StockKey, KeptHeld, KeptUsed); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, wake)
	return err
}

// SendNow makes the warehouse send an ordered shipment at once, whatever it was told to wait for.
func (s *Stock) SendNow(ctx context.Context, merchant, shipmentID string) error {
	return s.world.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, shipmentPostpone, merchant, shipmentID, 0); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, wake)
		return err
	})
}

// shipment is an ordered shipment that leaves now.
type shipment struct {
	merchantID, id, number, orderID, customerID string
	occurredAt                                  time.Time // business time
	occurredReally                              time.Time
}

func (s *shipment) columns() []any {
	return []any{&s.merchantID, &s.id, &s.number, &s.orderID, &s.customerID, &s.occurredAt, &s.occurredReally}
}

// send lets every shipment leave that is due, as the faults told for sending will have it, or well.
func send(ctx context.Context, tx pgx.Tx) (int, error) {
	rows, err := tx.Query(ctx, shipmentsDue, settleBatch)
	if err != nil {
		return 0, err
	}
	due, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s shipment, err error) { return s, row.Scan(s.columns()...) })
	if err != nil {
		return 0, err
	}
	for _, s := range due {
		if err := s.leave(ctx, tx); err != nil {
			return 0, fmt.Errorf("send %s: %w", s.id, err)
		}
	}
	return len(due), nil
}

func (s shipment) leave(ctx context.Context, tx pgx.Tx) error {
	fault, err := take(ctx, tx, SystemStock, Sending, s.id)
	if err != nil {
		return err
	}
	copies := 1
	switch fault.Mode {
	case Slow:
		_, err := tx.Exec(ctx, shipmentPostpone, s.merchantID, s.id, fault.duration()/time.Microsecond)
		return err
	case Refuse:
		return s.lose(ctx, tx)
	case Lose:
		copies = 0
	case Twice:
		copies = 2
	case Fail, Reverse, "":
	}
	waybill := provider.Number("SB", 22, s.merchantID, s.id)
	if err := s.handOver(ctx, tx, ownCarrier, waybill); err != nil || copies == 0 {
		return err
	}
	body, err := json.Marshal(schemas.ShipmentWord{ShipmentID: s.id, Waybill: waybill, Carrier: ownCarrier})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, factInsert, s.number+"-sent", schemas.ReplacementSent.Name, sourceStock, body, s.occurredAt, s.occurredReally, copies)
	return err
}

// handOver books the parcel with the carrier and the shipment as sent.
func (s shipment) handOver(ctx context.Context, tx pgx.Tx, carrier, waybill string) error {
	goods, err := s.goods(ctx, tx)
	if err != nil {
		return err
	}
	var lines []schemas.PickLine
	for _, g := range goods {
		lines = append(lines, schemas.PickLine{LineID: g.LineID, Quantity: g.Quantity})
	}
	params, err := json.Marshal(asked{"replacement", s.orderID, s.customerID, schemas.ToCustomer, carrier, waybill, lines, schemas.TurnMerchant})
	if err != nil {
		return err
	}
	if err := nameParcel(ctx, tx, carrier, waybill); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, bookingInsert, s.merchantID, s.id, "replacement", s.orderID, s.customerID, schemas.ToCustomer,
		carrier, waybill, params, "", schemas.TurnMerchant, s.occurredAt); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, shipmentSent, s.merchantID, s.id, carrier, waybill, s.occurredAt)
	return err
}

// lose finds none of the goods: nothing is sent.
func (s shipment) lose(ctx context.Context, tx pgx.Tx) error {
	goods, err := s.goods(ctx, tx)
	if err != nil {
		return err
	}
	for _, g := range goods {
		if err := turn(ctx, tx, s.merchantID, g.StockKey, KeptUsed, KeptLost); err != nil {
			return err
		}
		if err := tellStock(ctx, tx, schemas.StockLost.Name, s.merchantID, g.StockKey, g.SKU, s.occurredAt); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, shipmentEmpty, s.merchantID, s.id)
	return err
}

// goods are those of a shipment that were found.
func (s shipment) goods(ctx context.Context, tx pgx.Tx) ([]schemas.ShipLine, error) {
	rows, err := tx.Query(ctx, shipmentGoods, s.merchantID, s.id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (g schemas.ShipLine, err error) {
		return g, row.Scan(&g.StockKey, &g.LineID, &g.SKU, &g.Quantity)
	})
}

// Happened tells the warehouse what became of goods it keeps, before the fact is sent to us, so that its books agree with it:
// stock.reserved (more have come in), stock.lost (they are not there) and replacement.shipped (they have left, in the parcel the
// fact names). The same report twice is one change. A fact that is not the warehouse's changes nothing.
//
// Errors: a body that cannot be read, or that is about goods the warehouse does not keep, is a *schemas.Refusal; else what
// provider.Classify says.
func (s *Stock) Happened(ctx context.Context, fact string, report schemas.Report) error {
	switch fact {
	case schemas.StockReserved.Name, schemas.StockLost.Name:
		word, refusal := schemas.Decode[schemas.StockWord](report.Body)
		if refusal != nil {
			return refusal
		}
		return s.world.inTx(ctx, func(tx pgx.Tx) error { return goodsHappened(ctx, tx, fact, word, report) })
	case schemas.ReplacementSent.Name:
		word, refusal := schemas.Decode[schemas.ShipmentWord](report.Body)
		if refusal != nil {
			return refusal
		}
		return s.world.inTx(ctx, func(tx pgx.Tx) error { return shipmentHappened(ctx, tx, word, report) })
	}
	return nil
}

func goodsHappened(ctx context.Context, tx pgx.Tx, fact string, word schemas.StockWord, report schemas.Report) error {
	var merchant, shipmentID, shipped string
	row := reservation{key: word.Key}
	read := func() error {
		err := tx.QueryRow(ctx, reservationNamed, word.Key).Scan(&merchant, &row.sku, &row.quantity, &row.status, &shipmentID, &shipped)
		if errors.Is(err, pgx.ErrNoRows) {
			return &schemas.Refusal{Code: schemas.CodeNotKept, Field: "key", Message: "the warehouse keeps nothing under this key."}
		}
		return err
	}
	if err := read(); err != nil {
		return err
	}
	if err := lockArticles(ctx, tx, merchant, row.sku); err != nil {
		return err
	}
	if err := read(); err != nil {
		return err
	}
	if fact == schemas.StockReserved.Name {
		switch row.status {
		case KeptHeld, KeptUsed:
			return nil
		case KeptNone, KeptWaiting:
			if _, err := tx.Exec(ctx, arrivalInsert, report.Source, report.EventID, merchant, row.sku, row.quantity, report.OccurredAt); err != nil {
				return err
			}
			return turn(ctx, tx, merchant, row.key, row.status, KeptHeld)
		case KeptReleased, KeptLost, KeptGivenAway:
		}
		return &schemas.Refusal{Code: schemas.CodeNotKept, Field: "key", Message: fmt.Sprintf("these goods are %s; nothing is kept under this key again.", row.status)}
	}
	switch {
	case row.status == KeptLost:
		return nil
	case row.status != KeptHeld && (row.status != KeptUsed || shipped != "ordered"):
		return &schemas.Refusal{Code: schemas.CodeNotKept, Field: "key", Message: "these goods are not in the warehouse, and cannot be lost there."}
	}
	if err := turn(ctx, tx, merchant, row.key, row.status, KeptLost); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, shipmentEmpty, merchant, shipmentID)
	return err
}

func shipmentHappened(ctx context.Context, tx pgx.Tx, word schemas.ShipmentWord, report schemas.Report) error {
	if word.Waybill == "" {
		return &schemas.Refusal{Code: schemas.CodeMissingField, Field: "waybill", Message: "a shipment that has left is known by its waybill."}
	}
	var s shipment
	var status, waybill string
	err := tx.QueryRow(ctx, shipmentNamed, word.ShipmentID).Scan(append(s.columns(), &status, &waybill)...)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return &schemas.Refusal{Code: schemas.CodeNotKept, Field: "shipment_id", Message: "the warehouse has no order for this shipment."}
	case err != nil:
		return err
	case status == "sent" && waybill == word.Waybill:
		return nil
	case status != "ordered":
		return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Field: "shipment_id", Message: fmt.Sprintf("this shipment is %s, %s.", status, waybill)}
	}
	carrier := word.Carrier
	if carrier == "" {
		carrier = ownCarrier
	}
	s.occurredAt = report.OccurredAt
	return s.handOver(ctx, tx, carrier, word.Waybill)
}
