package activities

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/store/storetest"
	"github.com/aftercare/aftercare/schemas"
)

// Twice another article came back: the customer's third request is looked at by a person. Nothing else of it changes.
func TestACustomerWhoHasSentOtherGoodsTwiceIsLookedAtTheThirdTime(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	a := NewIntake(openShop(bought()), theRules(t), s)
	require.Nil(t, take(t, a, wants("r1", line("1", 1))).Plan.Suspicion)
	for _, id := range []string{"r2", "r3"} {
		require.Nil(t, take(t, a, wants("r4", line("2", 1))).Plan.Suspicion)
		_, err := s.WriteFlush(t.Context(), schemas.Flush{
			CaseID: "m:" + id, RunID: "run", RunStartedAt: noon, HistoryLength: 5,
			Row: schemas.View{
				CaseID: "m:" + id, RequestID: id, Kind: schemas.KindReturn, MerchantID: "m", OrderID: "O0", CustomerID: "c1", Reason: schemas.ChangedMind,
				Stage: schemas.StageClosed, State: schemas.Closed, Outcome: schemas.CompletedPartial, Turn: schemas.TurnNobody, OpenedAt: noon.AddDate(0, 0, -9), ClosedAt: &noon,
				Revision: 1, Lines: []schemas.Line{{LineID: "1", Finding: schemas.FindingWrongItem, Outcome: schemas.CompletedPartial, Deduction: usd(1000)}},
			},
			Events: []schemas.Event{{Revision: 1, At: noon, Name: schemas.EventClosed, Actor: schemas.System, Door: schemas.DoorSystem, State: schemas.Closed}},
		})
		require.NoError(t, err)
	}
	got := take(t, a, wants("r4", line("2", 1)))
	require.Equal(t, &schemas.Suspicion{Rule: "H-OTHER-GOODS@1", Days: 90, OtherGoods: 2}, got.Plan.Suspicion)
	require.Equal(t, schemas.ProposeApprove, got.Lines[0].Verdict.Proposal, "a right is a right")
	require.True(t, got.Lines[0].Verdict.Owed)

	goesOn := wants("r4", line("2", 1))
	goesOn.CaseID, goesOn.Predecessor = "m:r4:2", &schemas.Predecessor{CaseID: "m:r4", Why: schemas.WhyConvert, AtReview: true}
	require.Nil(t, take(t, a, goesOn).Plan.Suspicion, "it was judged before, and a person was asked for")
}
