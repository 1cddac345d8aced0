package activities

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/store/storetest"
	"github.com/aftercare/aftercare/schemas"
)

func TestAReopenedWishIsJudgedByTheDayOnWhichItWasFirstReceivedAndByAPerson(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	var asked []PlanFacts
	a := NewIntake(openShop(bought()), planned(func(f PlanFacts) (schemas.Plan, []schemas.Verdict, error) {
		asked = append(asked, f)
		return approves(f)
	}), s)
	in := wants("r1", line("1", 1))
	first := take(t, a, in)
	first.Lines[0].State, first.Lines[0].Outcome = schemas.Closed, schemas.Expired
	end := noon.AddDate(0, 0, 20)
	row := schemas.View{
		CaseID: "m:r1", RequestID: "r1", MerchantID: "m", OrderID: "O1", CustomerID: "c1", Kind: schemas.KindReturn, Outcome: schemas.Expired, Owner: "agent-7",
		Revision: 1, OpenedAt: noon, ClosedAt: &end, Lines: first.Lines, EvidenceIDs: []string{"photo-1"},
	}
	_, err := NewRows(s, nil).Write(t.Context(), schemas.Flush{CaseID: "m:r1", RunID: "run", RunStartedAt: noon, HistoryLength: 5, Events: []schemas.Event{{Revision: 1, At: noon}}, Row: row})
	require.NoError(t, err)
	_, err = NewClaims(s).Release(t.Context(), schemas.ReleaseOrder{CaseID: "m:r1", Units: []schemas.LineUnits{{LineID: "1", Units: first.Lines[0].Units}}, At: end})
	require.NoError(t, err)

	again := in
	again.CaseID, again.At = "m:r1:2", end.AddDate(0, 0, 10)
	again.Request.EvidenceIDs = []string{"photo-2"}
	// Whoever reaches Temporal can start it with anything: what it goes on with is what the row says.
	again.Predecessor = &schemas.Predecessor{CaseID: "m:r1", Why: schemas.WhyReopen, Handover: &schemas.Handover{Lines: []schemas.HandedLine{{LineID: "1", Units: []int{1, 2}}}}}
	got := take(t, a, again)
	require.Nil(t, got.Refusal)
	require.Equal(t, "agent-7", got.Handover.Owner)
	require.Len(t, got.Lines[0].Units, 1)
	facts := asked[len(asked)-1]
	require.Equal(t, noon, facts.At, "no window of the customer's has become shorter")
	require.Equal(t, again.At, facts.From, "and the calendars reach as far as the new case lives")
	require.True(t, facts.AtReview)
	require.Equal(t, []string{"photo-1", "photo-2"}, facts.EvidenceIDs)
	require.Equal(t, got.Lines, take(t, a, again).Lines, "a repeated intake answers the same")

	late := again
	late.CaseID, late.At = "m:r1:3", end.Add(schemas.ReopenWithin+time.Hour)
	require.Equal(t, schemas.CodeAlreadyDone, take(t, a, late).Refusal.Code)
	none := again
	none.CaseID, none.Request.RequestID, none.Predecessor = "m:r9:2", "r9", &schemas.Predecessor{CaseID: "m:r9", Why: schemas.WhyReopen}
	require.Equal(t, schemas.CodeUnknownCase, take(t, a, none).Refusal.Code)
}
