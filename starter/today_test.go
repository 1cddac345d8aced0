package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

func TestADayBeginsWithWhatIsOverdueAndWithWhom(t *testing.T) {
	t.Parallel()
	day := sumUp([]store.Counted{
		{State: schemas.WaitShipback, Owner: "agent-1", Cases: 5},
		{State: schemas.Review, Owner: "agent-1", Cases: 3, Overdue: 1},
		{State: schemas.Review, Owner: "agent-1", Asked: "team_lead-1", Cases: 2, Overdue: 2},
	})
	require.Equal(t, [2]int{10, 3}, [2]int{day.Open, day.Overdue})
	require.Equal(t, []dayCount{{"REVIEW", 5, 3}, {"WAIT_SHIPBACK", 5, 0}}, day.States)
	require.Equal(t, []dayCount{{"team_lead-1", 2, 2}, {"agent-1", 8, 1}}, day.People, "a case is with whoever is asked")
}

func TestACaseWaitsForWhoeverIsAskedAndElseForItsOwner(t *testing.T) {
	t.Parallel()
	own := schemas.View{Owner: "agent-1", Turn: schemas.TurnMerchant}
	require.True(t, waitsFor(own, "agent-1"))
	require.False(t, waitsFor(schemas.View{Owner: "agent-1", Turn: schemas.TurnCustomer}, "agent-1"))
	escalated := own
	escalated.Asked = "team_lead-1"
	require.True(t, waitsFor(escalated, "team_lead-1"))
	require.False(t, waitsFor(escalated, "agent-1"))
	approval := schemas.View{Owner: "agent-1", Turn: schemas.TurnSystem, Approvals: []schemas.Approval{{Asked: "supervisor-1"}}}
	require.True(t, waitsFor(approval, "supervisor-1"))
	require.False(t, waitsFor(approval, "agent-1"))
}
