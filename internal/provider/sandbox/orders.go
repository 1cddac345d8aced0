package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// Orders is the shop's order system of the sandbox: what was imported.
type Orders struct{ world *World }

var _ provider.Orders = (*Orders)(nil)

var orderFind = query("order_find")

// Order returns the order as it was imported last, or provider.ErrUnknownOrder.
func (o *Orders) Order(ctx context.Context, merchant, order string) (schemas.ShopOrder, error) {
	var found schemas.ShopOrder
	err := o.world.serve(ctx, visit{SystemOrders, "order", order}, func(tx pgx.Tx, _ schemas.Code) error {
		var body []byte
		err := tx.QueryRow(ctx, orderFind, merchant, order).Scan(&body)
		if errors.Is(err, pgx.ErrNoRows) {
			return provider.ErrUnknownOrder
		}
		if err != nil {
			return err
		}
		if err := json.Unmarshal(body, &found); err != nil {
			return fmt.Errorf("read order %s: %w", order, err)
		}
		return nil
	})
	if err != nil {
		return schemas.ShopOrder{}, err
	}
	return found, nil
}
