package sandbox

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// Stock is the warehouse's book of goods in the sandbox. An article that was never imported is booked all the same: goods
// that stand in the warehouse do not disappear because a catalogue is incomplete.
type Stock struct{ world *World }

var _ provider.Stock = (*Stock)(nil)

var (
	dispositionFind   = query("disposition_find")
	dispositionInsert = query("disposition_insert")
	movementOfStock   = query("stock_movement_insert")
)

// Dispose books every piece of goods of one step, or none.
func (s *Stock) Dispose(ctx context.Context, call provider.DisposeCall) error {
	if call.Key == "" || call.MerchantID == "" {
		return provider.Never(schemas.CodeMissingField, "a disposition needs its key and its merchant")
	}
	for _, goods := range call.Goods {
		if goods.Quantity < 1 || goods.SKU == "" || goods.Disposition == "" {
			return provider.Never(schemas.CodeBadValue, "goods to dispose of need an article, a quantity above zero and a place to go")
		}
	}
	params, err := json.Marshal(call.Goods)
	if err != nil {
		return err
	}
	return s.world.serve(ctx, visit{SystemStock, "dispose", call.Key}, func(tx pgx.Tx, told schemas.Code) error {
		var same bool
		err := tx.QueryRow(ctx, dispositionFind, call.MerchantID, call.Key, params).Scan(&same)
		switch {
		case err == nil && same:
			return nil
		case err == nil:
			return provider.Never(provider.CodeKeyReused, "this key was used for other goods")
		case !errors.Is(err, pgx.ErrNoRows):
			return err
		case told != "":
			return provider.Never(told, "the warehouse does not take these goods")
		}
		var back []string
		for _, goods := range call.Goods {
			if goods.Disposition == schemas.Restock {
				back = append(back, goods.SKU)
			}
		}
		if err := lockArticles(ctx, tx, call.MerchantID, back...); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, dispositionInsert, call.MerchantID, call.Key, params, call.At); err != nil {
			return err
		}
		for i, goods := range call.Goods {
			if _, err := tx.Exec(ctx, movementOfStock, call.MerchantID, call.Key, i+1, goods.LineID, goods.SKU, goods.Quantity, goods.Disposition); err != nil {
				return err
			}
		}
		for _, sku := range back { // somebody may wait for it
			if err := serveWaiting(ctx, tx, call.MerchantID, sku, call.At); err != nil {
				return err
			}
		}
		return nil
	})
}
