package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/store/storetest"
	"github.com/aftercare/aftercare/schemas"
)

func TestLinesGoByTheNameTheyWereBoughtBy(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	o := anOrder()
	o.Lines[0].Options = map[string]string{"size": "large", "color": "blue"}
	o.Lines = append(o.Lines,
		schemas.ShopLine{LineID: "3", SKU: "VASE", ProductID: "P3", Quantity: 1, UnitPrice: usd(0)},
		schemas.ShopLine{LineID: "4", SKU: "GONE", ProductID: "P4", Quantity: 1, UnitPrice: usd(0)},
	)
	require.NoError(t, s.PutOrder(ctx, o))
	for _, a := range []schemas.ShopArticle{
		{MerchantID: merchant, SKU: "MUG", ProductID: "P1", Name: "Mug, renamed since", Price: usd(900)},
		{MerchantID: merchant, SKU: "VASE", ProductID: "P3", Name: "Vase", Options: map[string]string{"color": "green"}, Price: usd(900)},
		{MerchantID: "other", SKU: "GONE", ProductID: "P4", Name: "Somebody else's", Price: usd(900)},
	} {
		require.NoError(t, s.PutArticle(ctx, a))
	}
	titles, err := s.Titles(ctx, merchant, "O1")
	require.NoError(t, err)
	require.Equal(t, map[string]string{"1": "Mug blue large", "2": "Lamp", "3": "Vase green"}, titles, "4 has no name in this shop")

	for _, of := range [][2]string{{"other", "O1"}, {merchant, "O2"}} {
		titles, err = s.Titles(ctx, of[0], of[1])
		require.NoError(t, err)
		require.Empty(t, titles)
	}
}
