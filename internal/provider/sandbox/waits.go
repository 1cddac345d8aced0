package sandbox

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

var (
	owesQuery   = query("owes")
	refundHurry = query("refund_hurry")
	faultHurry  = query("fault_hurry")
)

// Owes reports whether somebody outside has yet to say something of a case by themselves: the provider of money that is on its way, the
// warehouse of goods that it is about to send, or anybody in a fact that was not taken yet. What was told to be slower than a minute is
// not waited for.
func (w *World) Owes(ctx context.Context, caseID string) (owes bool, err error) {
	if err := w.pool.QueryRow(ctx, owesQuery, caseID+"/").Scan(&owes); err != nil {
		return false, fmt.Errorf("look what is on its way outside: %w", err)
	}
	return owes, nil
}

// SettleNow ends what Tell began with "slow" at Settling: accepted refunds whose key contains match settle now, and slowness told with the
// same match that no refund has met yet is forgotten. So the order of what happens is decided by whoever tells it, and not by a clock.
func (w *World) SettleNow(ctx context.Context, match string) error {
	err := pgx.BeginFunc(ctx, w.pool, func(tx pgx.Tx) error {
		// The refund first, as the pump does: whichever of the two comes later sees what the other did.
		for _, hurry := range []string{refundHurry, faultHurry} {
			if _, err := tx.Exec(ctx, hurry, match); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, wake)
		return err
	})
	if err != nil {
		return fmt.Errorf("settle now: %w", err)
	}
	return nil
}
