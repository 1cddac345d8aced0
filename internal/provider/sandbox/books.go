package sandbox

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

// Books reads what the outside systems hold true, for comparison with our own records. Nothing else should: Aftercare works
// with the answers it gets. merchant is one merchant, or empty for all; rows come in the order they were asked for.
type Books struct{ world *World }

// RefundEntry is one refund in the payment provider's books.
type RefundEntry struct {
	MerchantID string
	Key        string // our refund_id
	Number     string // the provider's own
	OrderID    string
	PaymentID  string
	Method     string
	Amount     schemas.Money
	Status     schemas.RefundStatus
	Code       schemas.Code
	AskedAt    time.Time
	Tries      int
}

// ParcelEntry is one booked or registered parcel in the carrier's books.
type ParcelEntry struct {
	MerchantID  string
	Key         string
	Operation   string // label, register, send_back
	OrderID     string
	Direction   schemas.Direction
	Carrier     string
	Waybill     string
	Label       string
	Status      schemas.ParcelStatus
	ScannedAt   *time.Time
	DeliveredAt *time.Time
	MovedAt     *time.Time
}

// StockEntry is one movement of goods in the warehouse's books.
type StockEntry struct {
	MerchantID  string
	Key         string
	LineID      string
	SKU         string
	Quantity    int
	Disposition schemas.Disposition
	At          time.Time
}

// ChargeEntry is one charge or deposit in the payment provider's books.
type ChargeEntry struct {
	MerchantID string
	Key        string // our charge_id
	Number     string // the provider's own
	Kind       schemas.ChargeKind
	OrderID    string
	Method     string
	Amount     schemas.Money
	Status     schemas.ChargeStatus
	Code       schemas.Code
	AskedAt    time.Time
	Tries      int
}

// DisputeEntry is one chargeback in the bank's books.
type DisputeEntry struct {
	MerchantID string
	DisputeID  string
	PaymentID  string
	Amount     schemas.Money
	Status     schemas.DisputeStatus
	Key        string // of our answer; empty where there is none
	OpenedAt   time.Time
	DueAt      time.Time
	EndedAt    *time.Time
}

// KeptEntry is one reservation in the warehouse's books.
type KeptEntry struct {
	MerchantID string
	Key        string
	SKU        string
	Quantity   int
	Status     Kept
	Until      *time.Time
	At         time.Time
}

// ShippedEntry is the goods of one line in a shipment of the warehouse's.
type ShippedEntry struct {
	MerchantID string
	ShipmentID string
	OrderID    string
	Status     string // ordered, sent, lost
	Carrier    string
	Waybill    string
	AskedAt    time.Time
	SentAt     *time.Time
	LineID     string
	SKU        string
	Quantity   int
	StockKey   string
	Lost       bool // these goods could not be found and were not in the parcel
}

// MessageEntry is one delivered message, with the personal data it carried.
type MessageEntry struct {
	MerchantID string
	Key        string
	CaseID     string
	To         schemas.Actor
	Channel    schemas.Channel
	Address    string
	Template   string
	Locale     string
	Subject    string
	Body       string
	At         time.Time
	NotBefore  *time.Time // when it may reach the person, where that is later
}

var (
	bookRefunds  = query("book_refunds")
	bookParcels  = query("book_parcels")
	bookStock    = query("book_stock")
	bookMessages = query("book_messages")
	bookCharges  = query("book_charges")
	bookKept     = query("book_reservations")
	bookShipped  = query("book_shipments")
	stockLevel   = query("stock_level")
	cardBalance  = query("card_balance")
)

// Refunds lists the payment provider's refunds.
func (b *Books) Refunds(ctx context.Context, merchant string) iter.Seq2[RefundEntry, error] {
	return entries(ctx, b, "refunds", bookRefunds, merchant, func(rows pgx.Rows, e *RefundEntry) error {
		err := rows.Scan(&e.MerchantID, &e.Key, &e.Number, &e.OrderID, &e.PaymentID, &e.Method, &e.Amount.Minor, &e.Amount.Currency,
			&e.Status, &e.Code, &e.AskedAt, &e.Tries)
		inUTC(&e.AskedAt)
		return err
	})
}

// Charges lists what customers were charged with, and their deposits.
func (b *Books) Charges(ctx context.Context, merchant string) iter.Seq2[ChargeEntry, error] {
	return entries(ctx, b, "charges", bookCharges, merchant, func(rows pgx.Rows, e *ChargeEntry) error {
		err := rows.Scan(&e.MerchantID, &e.Key, &e.Number, &e.Kind, &e.OrderID, &e.Method, &e.Amount.Minor, &e.Amount.Currency,
			&e.Status, &e.Code, &e.AskedAt, &e.Tries)
		inUTC(&e.AskedAt)
		return err
	})
}

// Disputes lists what the bank took back, or tried to.
func (b *Books) Disputes(ctx context.Context, merchant string) iter.Seq2[DisputeEntry, error] {
	return entries(ctx, b, "disputes", bookDisputes, merchant, func(rows pgx.Rows, e *DisputeEntry) error {
		err := rows.Scan(&e.MerchantID, &e.DisputeID, &e.PaymentID, &e.Amount.Minor, &e.Amount.Currency, &e.Status, &e.Key, &e.OpenedAt, &e.DueAt, &e.EndedAt)
		inUTC(&e.OpenedAt, &e.DueAt, e.EndedAt)
		return err
	})
}

// KeptGoods lists the warehouse's reservations.
func (b *Books) KeptGoods(ctx context.Context, merchant string) iter.Seq2[KeptEntry, error] {
	return entries(ctx, b, "kept goods", bookKept, merchant, func(rows pgx.Rows, e *KeptEntry) error {
		err := rows.Scan(&e.MerchantID, &e.Key, &e.SKU, &e.Quantity, &e.Status, &e.Until, &e.At)
		inUTC(e.Until, &e.At)
		return err
	})
}

// Shipped lists what the warehouse was ordered to send, line by line.
func (b *Books) Shipped(ctx context.Context, merchant string) iter.Seq2[ShippedEntry, error] {
	return entries(ctx, b, "shipments", bookShipped, merchant, func(rows pgx.Rows, e *ShippedEntry) error {
		err := rows.Scan(&e.MerchantID, &e.ShipmentID, &e.OrderID, &e.Status, &e.Carrier, &e.Waybill, &e.AskedAt, &e.SentAt,
			&e.LineID, &e.SKU, &e.Quantity, &e.StockKey, &e.Lost)
		inUTC(&e.AskedAt, e.SentAt)
		return err
	})
}

// Parcels lists the carrier's bookings with what their parcels did.
func (b *Books) Parcels(ctx context.Context, merchant string) iter.Seq2[ParcelEntry, error] {
	return entries(ctx, b, "parcels", bookParcels, merchant, func(rows pgx.Rows, e *ParcelEntry) error {
		err := rows.Scan(&e.MerchantID, &e.Key, &e.Operation, &e.OrderID, &e.Direction, &e.Carrier, &e.Waybill, &e.Label,
			&e.Status, &e.ScannedAt, &e.DeliveredAt, &e.MovedAt)
		inUTC(e.ScannedAt, e.DeliveredAt, e.MovedAt)
		return err
	})
}

// StockMovements lists where goods went.
func (b *Books) StockMovements(ctx context.Context, merchant string) iter.Seq2[StockEntry, error] {
	return entries(ctx, b, "stock", bookStock, merchant, func(rows pgx.Rows, e *StockEntry) error {
		err := rows.Scan(&e.MerchantID, &e.Key, &e.LineID, &e.SKU, &e.Quantity, &e.Disposition, &e.At)
		inUTC(&e.At)
		return err
	})
}

// Messages lists what was delivered.
func (b *Books) Messages(ctx context.Context, merchant string) iter.Seq2[MessageEntry, error] {
	return entries(ctx, b, "messages", bookMessages, merchant, func(rows pgx.Rows, e *MessageEntry) error {
		err := rows.Scan(&e.MerchantID, &e.Key, &e.CaseID, &e.To.Role, &e.To.ID, &e.Channel, &e.Address, &e.Template, &e.Locale,
			&e.Subject, &e.Body, &e.At, &e.NotBefore)
		inUTC(&e.At, e.NotBefore)
		return err
	})
}

// Level returns how many pieces of an article can be sold: those of the import and those that came in since, less what was sent,
// is kept for somebody, or could not be found.
func (b *Books) Level(ctx context.Context, merchant, sku string) (int, error) {
	var level int
	if err := b.world.pool.QueryRow(ctx, stockLevel, merchant, sku).Scan(&level); err != nil {
		return 0, fmt.Errorf("read the stock of %s: %w", sku, err)
	}
	return level, nil
}

// Balance returns what is on a gift card: its balance at the import and every refund that succeeded to it, less what was paid
// with it and what is held. The error is
// pgx.ErrNoRows for a method that is not known or has no balance.
func (b *Books) Balance(ctx context.Context, merchant, method string) (schemas.Money, error) {
	var m schemas.Money
	if err := b.world.pool.QueryRow(ctx, cardBalance, merchant, method).Scan(&m.Minor, &m.Currency); err != nil {
		return schemas.Money{}, fmt.Errorf("read the balance of %s: %w", method, err)
	}
	return m, nil
}

// entries reads one book row by row, so that a large one is never held in memory.
func entries[E any](ctx context.Context, b *Books, name, text, merchant string, scan func(pgx.Rows, *E) error) iter.Seq2[E, error] {
	return func(yield func(E, error) bool) {
		var none E
		rows, err := b.world.pool.Query(ctx, text, merchant)
		if err != nil {
			yield(none, fmt.Errorf("read the book of %s: %w", name, err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			var e E
			if err := scan(rows, &e); err != nil {
				yield(none, fmt.Errorf("read the book of %s: %w", name, err))
				return
			}
			if !yield(e, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(none, fmt.Errorf("read the book of %s: %w", name, err))
		}
	}
}
