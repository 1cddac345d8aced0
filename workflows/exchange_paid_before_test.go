package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// The return that a line goes on as knows which difference its units have had: what is left of the line may be other units'.
func TestAReturnKnowsWhatWasPaidBackForItsUnitsBefore(t *testing.T) {
	t.Parallel()
	had := usd(784)
	for edition, before := range map[int]*schemas.Money{5: nil, schemas.Edition: &had} {
		tl := anExchange(t, 4000).oldGoodsPass().looksUp(schemas.RefundSucceeded).ofEdition(edition)
		tl.in(schemas.ShipReplacement, func() {
			says(tl, schemas.RefundSuccess, refundWord(1))()
			soon(tl, time.Minute, says(tl, schemas.StockLost, schemas.StockWord{Key: "shop:r-1/stock/1", SKU: "other"}))
		})
		tl.in(schemas.OutOfStock, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "refund"}))
		v := tl.run()
		require.Equal(t, schemas.Converted, v.Outcome)
		require.Equal(t, before, tl.successors[0].Predecessor.Handover.Lines[0].PaidBefore)
	}
}
