package play

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

func TestASuspicionIsLookedAtBeforeAnythingIsDecided(t *testing.T) {
	t.Parallel()
	v := schemas.View{
		CaseID: "shop:r-3", Kind: schemas.KindReturn, CustomerID: "c-1", Owner: "agent-1", State: schemas.Review, Now: opened,
		Lines:  []schemas.Line{{LineID: "1", State: schemas.Review, Verdict: schemas.Verdict{Proposal: schemas.ProposeApprove, Owed: true}}},
		Holds:  []schemas.Hold{{Kind: schemas.AutomationHold, Reason: "H-OTHER-GOODS@1", By: schemas.System}},
		Events: []schemas.Event{{Name: schemas.EventIntake, Data: map[string]string{"hold": string(schemas.AutomationHold)}}},
	}
	looks := SuspiciousCustomer.next(v)
	require.Equal(t, []string{schemas.HoldRelease.Name}, names(looks))
	require.Nil(t, looks[0].body.(schemas.ChangeHold).Check())
	require.Empty(t, SilentMerchant.next(v))
	require.NotContains(t, names(SilentSupervisor.next(v)), schemas.HoldRelease.Name)
	v.Holds = nil
	require.Equal(t, []string{schemas.ReviewApprove.Name}, names(SuspiciousCustomer.next(v)))

	v.State, v.Lines[0].State = schemas.Received, schemas.Received
	require.Equal(t, []string{schemas.InspectionPass.Name}, names(SuspiciousCustomer.next(v)), "once somebody looks, the goods are what was bought")
	v.Events = nil
	require.Equal(t, []string{schemas.InspectionFail.Name}, names(SuspiciousCustomer.next(v)))
}

func TestACustomerWhoAsksAgainWaitsForTheEndOfTheRequestBefore(t *testing.T) {
	t.Parallel()
	requests := []schemas.Request{
		{MerchantID: "m", OrderID: "o-1", CustomerID: "c-1"},
		{MerchantID: "m", OrderID: "o-2", CustomerID: "c-2"},
		{MerchantID: "m", OrderID: "o-3", CustomerID: "c-1"},
		{MerchantID: "m", OrderID: "o-1", CustomerID: "c-1"},
	}
	require.Equal(t, [][]int{{0, 3}, {1}, {2}}, (&Player{Parties: Prompt}).grouped(requests))
	require.Equal(t, [][]int{{0, 3}}, Prompt.together([]int{0, 3}))
	require.Equal(t, [][]int{{0, 2, 3}, {1}}, (&Player{Parties: SuspiciousCustomer}).grouped(requests))
	require.Equal(t, [][]int{{0}, {2}, {3}}, SuspiciousCustomer.together([]int{0, 2, 3}))
}
