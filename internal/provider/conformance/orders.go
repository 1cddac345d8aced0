package conformance

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// OrdersBench is a shop with one order.
type OrdersBench struct {
	Orders provider.Orders
	Known  schemas.ShopOrder // an order the shop has
}

// Orders is the suite for a shop's order system.
func Orders(t *testing.T, factory func(t *testing.T) OrdersBench) {
	t.Run("an order is returned whole", func(t *testing.T) {
		t.Parallel()
		b := factory(t)
		order, err := b.Orders.Order(t.Context(), b.Known.MerchantID, b.Known.OrderID)
		require.NoError(t, err)
		require.Equal(t, b.Known, order)
	})
	t.Run("an unknown and a foreign order are the same error", func(t *testing.T) {
		t.Parallel()
		b := factory(t)
		_, unknown := b.Orders.Order(t.Context(), b.Known.MerchantID, "no-such-order")
		require.ErrorIs(t, unknown, provider.ErrUnknownOrder)
		_, foreign := b.Orders.Order(t.Context(), "another-merchant", b.Known.OrderID)
		require.ErrorIs(t, foreign, provider.ErrUnknownOrder)
		require.Equal(t, unknown.Error(), foreign.Error())
	})
}
