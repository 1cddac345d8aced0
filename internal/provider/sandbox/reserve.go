package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// sourceStock is the source of the warehouse's facts.
const sourceStock = "stock"

// restocked is how long the sandbox says it takes until there is an article again. It is told so (Happened) when it is true.
const restocked = 7 * 24 * time.Hour

var (
	articleLock        = query("article_lock")
	reservationFind    = query("reservation_find")
	reservationBefore  = query("reservation_before")
	reservationWrite   = query("reservation_write")
	reservationOver    = query("reservation_over")
	reservationTurn    = query("reservation_turn")
	reservationFirst   = query("reservation_first")
	reservationOverdue = query("reservation_overdue")
	factInsertNow      = query("fact_insert_now")
)

// Kept is how far a reservation has come in the warehouse's books.
type Kept string

const (
	KeptNone      Kept = "none"       // there was not enough, and nobody waits
	KeptWaiting   Kept = "waiting"    // the next ones are kept for it
	KeptHeld      Kept = "held"       // the goods lie there
	KeptUsed      Kept = "used"       // ordered to be sent
	KeptReleased  Kept = "released"   // given back
	KeptLost      Kept = "lost"       // could not be found
	KeptGivenAway Kept = "given_away" // kept longer than was asked for, and somebody else needed them
)

// reservation is a row of the warehouse's book of kept goods.
type reservation struct {
	key        string
	sku        string
	quantity   int
	status     Kept
	expectedAt *time.Time
}

// over says whether nothing is kept under the key again.
func (r reservation) over() bool {
	return !slices.Contains([]Kept{KeptNone, KeptWaiting, KeptHeld}, r.status)
}

// Reserve keeps goods, once per key. Told to refuse, the sandbox says that there is not enough. What others keep for longer
// than they asked for is given away when it is needed, and stock.lost tells them.
func (s *Stock) Reserve(ctx context.Context, call provider.ReserveCall) (provider.Reservation, error) {
	if err := call.Check(); err != nil {
		return provider.Reservation{}, err
	}
	var answer provider.Reservation
	err := s.world.serve(ctx, visit{SystemStock, "reserve", call.Key}, func(tx pgx.Tx, told schemas.Code) error {
		// The article is locked first and held: two cases that want its last piece are judged one after the other.
		if err := lockArticles(ctx, tx, call.MerchantID, call.SKU); err != nil {
			return err
		}
		before, found, err := findReservation(ctx, tx, call.MerchantID, call.Key)
		switch {
		case err != nil:
			return err
		case found && before.sku != "" && (before.sku != call.SKU || before.quantity != call.Quantity):
			return provider.Never(provider.CodeKeyReused, "this key was used for other goods")
		case found && (before.over() || before.status == KeptHeld):
			answer = provider.Reservation{Held: before.status == KeptHeld || before.status == KeptUsed}
			return nil
		}
		enough := false
		if told == "" {
			if enough, err = makeRoom(ctx, tx, call); err != nil {
				return err
			}
		}
		status, expected := KeptHeld, (*time.Time)(nil)
		if !enough {
			at := call.At.Add(restocked).UTC()
			status, expected = KeptNone, &at
			if call.Wait {
				status = KeptWaiting
			}
		}
		written, err := tx.Exec(ctx, reservationWrite, call.MerchantID, call.Key, call.SKU, call.Quantity, status, orNull(call.Until), expected, call.At)
		if err != nil {
			return err
		}
		if written.RowsAffected() == 0 { // given back a moment ago
			answer = provider.Reservation{}
			return nil
		}
		answer = provider.Reservation{Held: enough, ExpectedAt: expected}
		if before.status == KeptWaiting && status != KeptWaiting { // who stood behind this one may have enough now
			return serveWaiting(ctx, tx, call.MerchantID, call.SKU, call.At)
		}
		return nil
	})
	if err != nil {
		return provider.Reservation{}, err
	}
	return answer, nil
}

// makeRoom says whether there is enough for a reservation, after giving away what is overdue where that helps.
func makeRoom(ctx context.Context, tx pgx.Tx, call provider.ReserveCall) (bool, error) {
	var level, before int
	if err := tx.QueryRow(ctx, stockLevel, call.MerchantID, call.SKU).Scan(&level); err != nil {
		return false, err
	}
	if err := tx.QueryRow(ctx, reservationBefore, call.MerchantID, call.SKU, call.Key).Scan(&before); err != nil {
		return false, err
	}
	free := level - before
	if free >= call.Quantity {
		return true, nil
	}
	rows, err := tx.Query(ctx, reservationOverdue, call.MerchantID, call.SKU, call.At)
	if err != nil {
		return false, err
	}
	overdue, err := pgx.CollectRows(rows, scanWaiting)
	if err != nil {
		return false, err
	}
	sum := 0
	for _, o := range overdue {
		sum += o.quantity
	}
	if free+sum < call.Quantity {
		return false, nil
	}
	for _, o := range overdue {
		if free >= call.Quantity {
			break
		}
		if err := turn(ctx, tx, call.MerchantID, o.key, KeptHeld, KeptGivenAway); err != nil {
			return false, err
		}
		if err := tellStock(ctx, tx, schemas.StockLost.Name, call.MerchantID, o.key, call.SKU, call.At); err != nil {
			return false, err
		}
		free += o.quantity
	}
	return true, nil
}

// Release gives kept goods back. They go to whoever waits for them.
func (s *Stock) Release(ctx context.Context, call provider.ReleaseCall) error {
	if call.Key == "" || call.MerchantID == "" {
		return provider.Never(schemas.CodeMissingField, "giving goods back needs their key and their merchant")
	}
	return s.world.serve(ctx, visit{SystemStock, "release", call.Key}, func(tx pgx.Tx, _ schemas.Code) error {
		if _, err := tx.Exec(ctx, reservationOver, call.MerchantID, call.Key, call.At); err != nil {
			return err
		}
		row, _, err := findReservation(ctx, tx, call.MerchantID, call.Key)
		if err != nil || row.over() {
			return err
		}
		if err := lockArticles(ctx, tx, call.MerchantID, row.sku); err != nil {
			return err
		}
		// It is looked at again: before the lock, its turn may have come, or a shipment may have used it.
		if row, _, err = findReservation(ctx, tx, call.MerchantID, call.Key); err != nil || row.over() {
			return err
		}
		if err := turn(ctx, tx, call.MerchantID, call.Key, row.status, KeptReleased); err != nil {
			return err
		}
		return serveWaiting(ctx, tx, call.MerchantID, row.sku, call.At)
	})
}

// serveWaiting keeps what has come in for those who wait, in order of arrival, and tells them. The article is locked.
func serveWaiting(ctx context.Context, tx pgx.Tx, merchant, sku string, at time.Time) error {
	for {
		var level int
		if err := tx.QueryRow(ctx, stockLevel, merchant, sku).Scan(&level); err != nil {
			return err
		}
		var first reservation
		err := tx.QueryRow(ctx, reservationFirst, merchant, sku).Scan(&first.key, &first.quantity)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && first.quantity > level {
			return nil
		}
		if err != nil {
			return err
		}
		if err := turn(ctx, tx, merchant, first.key, KeptWaiting, KeptHeld); err != nil {
			return err
		}
		if err := tellStock(ctx, tx, schemas.StockReserved.Name, merchant, first.key, sku, at); err != nil {
			return err
		}
	}
}

// tellStock puts a fact about kept goods into the outbox. A key is reserved by waiting once, and lost once.
func tellStock(ctx context.Context, tx pgx.Tx, fact, merchant, key, sku string, at time.Time) error {
	body, err := json.Marshal(schemas.StockWord{Key: key, SKU: sku})
	if err != nil {
		return err
	}
	happened := "lost"
	if fact == schemas.StockReserved.Name {
		happened = "reserved"
	}
	if _, err := tx.Exec(ctx, factInsertNow, provider.Number("SBK", 32, merchant, key)+"-"+happened, fact, sourceStock, body, at); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, wake)
	return err
}

// lockArticles locks articles in one order for everybody.
func lockArticles(ctx context.Context, tx pgx.Tx, merchant string, skus ...string) error {
	slices.Sort(skus)
	for _, sku := range slices.Compact(skus) {
		if _, err := tx.Exec(ctx, articleLock, merchant, sku); err != nil {
			return err
		}
	}
	return nil
}

func turn(ctx context.Context, tx pgx.Tx, merchant, key string, from, to Kept) error {
	_, err := tx.Exec(ctx, reservationTurn, merchant, key, from, to)
	return err
}

func findReservation(ctx context.Context, tx pgx.Tx, merchant, key string) (row reservation, found bool, err error) {
	row.key = key
	err = tx.QueryRow(ctx, reservationFind, merchant, key).Scan(&row.sku, &row.quantity, &row.status, &row.expectedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return reservation{}, false, nil
	}
	return row, err == nil, err
}

func scanWaiting(row pgx.CollectableRow) (r reservation, err error) {
	return r, row.Scan(&r.key, &r.quantity)
}

func orNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}
