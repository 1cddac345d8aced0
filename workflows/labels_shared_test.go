package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// The walks found it: one label was given for two articles, the approval of one was taken back, and the parcel with both was lost.
func TestALabelOfTwoLinesCountsForTheOneThatWasTakenBackToo(t *testing.T) {
	t.Parallel()
	for edition, paid := range map[int]bool{4: false, schemas.Edition: true} {
		tl := aReturn(t).because(schemas.Defective).finding(faulty("1", 4784), faulty("2", 1000)).ofEdition(edition).approved().looksUp(schemas.RefundSucceeded)
		tl.parcel = func(o schemas.ParcelOrder) (schemas.Parcel, error) {
			return schemas.Parcel{Waybill: "LBL" + o.Lines[0].LineID, Carrier: "sandbox", Direction: o.Direction, PaidBy: o.PaidBy, Lines: o.Lines}, nil
		}
		tl.later(schemas.WaitShipback, time.Hour, func() {
			does(tl, schemas.DecisionRevoke, aManager, schemas.Revoke{OnLines: onLine("1"), Reason: "staff_error"})()
			soon(tl, time.Hour, says(tl, schemas.ParcelLoss, parcelWord("LBL1")))
			soon(tl, 2*time.Hour, func() {
				require.Equal(t, paid, tl.last().Lines[0].GoodsWith != schemas.TurnCustomer, "edition %d", edition)
				does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{})()
			})
		})
		v := tl.run()
		require.Equal(t, paid, v.Lines[0].Outcome == schemas.Completed, "edition %d: %s", edition, v.Lines[0].Outcome)
		require.Equal(t, schemas.Completed, v.Lines[1].Outcome)
	}
}
