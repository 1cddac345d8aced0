package play

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

var opened = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// sendingBack is a return that waits for the customer, with a label of ours.
func sendingBack(days int) schemas.View {
	return schemas.View{
		CaseID: "shop:r-1", Kind: schemas.KindReturn, CustomerID: "c-1", Owner: "agent-1", State: schemas.WaitShipback, Now: opened.Add(time.Duration(days) * 24 * time.Hour),
		Lines:   []schemas.Line{{LineID: "1", State: schemas.WaitShipback, ClockID: "k1", Waybill: "LB1", Verdict: schemas.Verdict{Freight: schemas.TurnMerchant}}},
		Parcels: []schemas.Parcel{{Waybill: "LB1", Carrier: "sandbox", Direction: schemas.ToMerchant, PaidBy: schemas.TurnMerchant}},
		Clocks:  []schemas.Clock{{ClockID: "k1", Name: "return.wait_shipback", StartedAt: opened, Due: opened.Add(7 * 24 * time.Hour)}},
	}
}

func names(actions []action) (all []string) {
	for _, a := range actions {
		all = append(all, a.name)
	}
	return all
}

func TestACustomerIsGivenUpOnAfterEnoughAttempts(t *testing.T) {
	t.Parallel()
	early := sendingBack(3)
	require.Empty(t, UnreachableCustomer.next(early), "nobody sends anything, and it is too early to give up")
	require.Equal(t, opened.Add(7*24*time.Hour*6/10), UnreachableCustomer.wakes(early))
	late := sendingBack(5)
	require.Zero(t, UnreachableCustomer.wakes(late))
	gave := UnreachableCustomer.next(late)
	require.Equal(t, []string{schemas.CaseMarkUnreachable.Name}, names(gave))
	body := gave[0].body.(schemas.MarkUnreachable)
	require.Nil(t, body.Check())
	require.Equal(t, 5*24*time.Hour, body.Span())
	late.Unreachable = &schemas.Unreachable{}
	require.Empty(t, UnreachableCustomer.next(late))
	require.Empty(t, SilentCustomer.next(sendingBack(5)), "nobody gives up on a customer who is only silent")
}

func TestACarrierThatDoesNotComeComesTheThirdTime(t *testing.T) {
	t.Parallel()
	v := sendingBack(0)
	for missed := range 2 {
		v.Lines[0].Pickups = missed
		require.Equal(t, []string{schemas.PickupMissed.Name}, names(NoShowCourier.next(v)))
	}
	v.Lines[0].Pickups = 2
	require.Equal(t, []string{schemas.ParcelScanned.Name}, names(NoShowCourier.next(v)))
}

func TestWhatIsRefusedComesBack(t *testing.T) {
	t.Parallel()
	scanned := opened
	v := schemas.View{
		CaseID: "shop:r-1", Kind: schemas.KindExchange, CustomerID: "c-1", State: schemas.ReplacementInTransit, Now: opened,
		Lines:   []schemas.Line{{LineID: "1", State: schemas.ReplacementInTransit, Replacement: &schemas.Replacement{Waybill: "RP1"}}},
		Parcels: []schemas.Parcel{{Waybill: "RP1", Carrier: "sandbox", Direction: schemas.ToCustomer, ScannedAt: &scanned}},
	}
	require.Equal(t, []string{schemas.ParcelRefusal.Name}, names(RefusingCustomer.next(v)))
	v.Lines[0].State, v.Lines[0].Replacement = schemas.ReplacementLost, &schemas.Replacement{Attempts: 1, Undelivered: true}
	v.Parcels[0].Returning, v.Parcels[0].Direction = true, schemas.ToMerchant
	require.Contains(t, names(RefusingCustomer.courier(v)), schemas.ParcelDeliver.Name)
	require.Equal(t, []string{schemas.OfferAccept.Name}, names(RefusingCustomer.customer(v)), "and the customer chooses again")
}

func TestWhoIsSilentDoesNothingAndWhoIsAskedInTheirSteadDoes(t *testing.T) {
	t.Parallel()
	v := schemas.View{
		CaseID: "shop:r-1", Kind: schemas.KindReturn, CustomerID: "c-1", Owner: "agent-1", State: schemas.Review, Level: 1, Now: opened,
		Lines: []schemas.Line{{LineID: "1", State: schemas.Review, Verdict: schemas.Verdict{Proposal: schemas.ProposeApprove, Owed: true}}},
	}
	require.Equal(t, []string{schemas.ReviewApprove.Name}, names(Prompt.next(v)))
	for _, p := range []Parties{SilentAgent, SilentMerchant, SilentEverybody} {
		require.Empty(t, p.next(v), p)
	}
	v.Level = 2
	require.Equal(t, schemas.RoleSupervisor, SilentAgent.next(v)[0].by.Role)
	v.Lines[0].State, v.State = schemas.RefundApproved, schemas.RefundApproved
	v.Approvals = []schemas.Approval{{ApprovalID: "a1", Asked: "supervisor-1"}}
	require.Equal(t, []string{schemas.ApprovalGrant.Name}, names(SilentAgent.next(v)))
	require.Empty(t, SilentSupervisor.next(v))
}

func TestASilentCourierMovesTheParcelAndTellsNobody(t *testing.T) {
	t.Parallel()
	v := sendingBack(0)
	moves := SilentCourier.next(v)
	require.Equal(t, []string{schemas.ParcelScanned.Name, schemas.ParcelDeliver.Name}, names(moves))
	for _, m := range moves {
		require.True(t, m.silent, "the carrier knows, and whoever asks it")
	}
	require.Empty(t, SilentEverybody.next(v))
}
