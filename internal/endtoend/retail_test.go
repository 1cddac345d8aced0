package endtoend

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/samples"
	"github.com/aftercare/aftercare/schemas"
)

// retail is the folder of orders and requests that we did not write. It is no part of the product.
func retail(t *testing.T) string {
	t.Helper()
	places := []string{os.Getenv("AFTERCARE_SHARED"), filepath.Join("..", "..", "..", "shared")}
	for _, place := range places {
		dir := filepath.Join(place, "data", "retail")
		if _, err := os.Stat(filepath.Join(dir, "requests.jsonl")); place != "" && err == nil {
			return dir
		}
	}
	t.Skipf("no folder of retail data in %q; AFTERCARE_SHARED names the one above data/retail", places)
	return ""
}

func TestEveryRetailReturnIsPaidByTheOrdersOwnPricesInRealTime(t *testing.T) {
	t.Parallel()
	long(t)
	playRetail(t, openHouse(t))
}

func TestEveryRetailReturnIsPaidByTheOrdersOwnPricesInFastForward(t *testing.T) {
	t.Parallel()
	long(t)
	h := openHouse(t)
	h.canForward()
	playRetail(t, h, "--fast")
}

func playRetail(t *testing.T, h *house, flags ...string) {
	t.Helper()
	dir := retail(t)
	h.starter("import", filepath.Join(dir, "orders.jsonl"), filepath.Join(dir, "catalog.jsonl"), filepath.Join(dir, "customers.jsonl"), "--as-of", samples.Today).done(t)
	var returns []schemas.Request
	for _, r := range rows[schemas.Request](t, filepath.Join(dir, "requests.jsonl")) {
		if r.Kind == schemas.KindReturn {
			returns = append(returns, r)
		}
	}
	require.Len(t, returns, 137)
	args := append([]string{"play", file(t, "returns.jsonl", returns), "--json", "--in-flight", "16"}, flags...)
	played := h.starter(args...).done(t).views(t)
	require.Len(t, played, len(returns))

	free := priceTags(t, filepath.Join(dir, "orders.jsonl"))
	outcomes, merged := map[schemas.Outcome]int{}, 0
	for i, r := range returns {
		v := played[i]
		require.Equal(t, r.RequestID, v.RequestID)
		outcomes[v.Outcome]++
		var owed int64
		for _, l := range r.Lines {
			price, mine := free.take(r.OrderID, l.LineID, l.Quantity)
			if mine {
				owed += price
			} else {
				merged++
			}
		}
		require.Equal(t, owed, v.Money.Refunded.Minor, "%s\n%s", r.RequestID, timeline(v))
		if owed == 0 {
			require.Equal(t, schemas.Merged, v.Outcome, "%s\n%s", r.RequestID, timeline(v))
		}
	}
	require.Equal(t, map[schemas.Outcome]int{schemas.Completed: 126, schemas.Merged: 11}, outcomes)
	require.Equal(t, 27, merged, "lines that an earlier request holds")
	h.balanced()
	h.sound()
}

// tags are the units of orders that nobody has asked for yet, with what one costs.
type tags map[string]*struct {
	left  int
	price int64
}

func priceTags(t *testing.T, orders string) tags {
	t.Helper()
	free := tags{}
	for _, o := range rows[schemas.ShopOrder](t, orders) {
		for _, l := range o.Lines {
			free[o.OrderID+"/"+l.LineID] = &struct {
				left  int
				price int64
			}{l.Quantity, l.UnitPrice.Minor}
		}
	}
	return free
}

// take takes units in the order of arrival. What is not free any more belongs to an earlier request.
func (f tags) take(order, line string, quantity int) (cost int64, mine bool) {
	tag := f[order+"/"+line]
	if tag == nil || tag.left < quantity {
		return 0, false
	}
	tag.left -= quantity
	return tag.price * int64(quantity), true
}
