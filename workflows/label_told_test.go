package workflows_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// The approval and its label reach the customer together, and no carrier keeps the approval from them.

// approvals are the customer's messages of their approval: the label in each, empty where it had none.
func (tl *tale) approvals() (labels []string) {
	for _, n := range tl.notices() {
		if n.Template == "return.approved" && n.To.Role == schemas.RoleCustomer {
			labels = append(labels, n.Vars["label"])
		}
	}
	return labels
}

// arrivesAndIsPaid ends a return whose goods come in our label.
func (tl *tale) arrivesAndIsPaid() schemas.View {
	tl.t.Helper()
	tl.later(schemas.WaitShipback, time.Hour, func() {
		says(tl, schemas.ParcelDeliver, parcelWord(tl.last().Parcels[0].Waybill))()
	})
	v := tl.inspectedAndRefunded().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(tl.t, schemas.Completed, v.Lines[len(v.Lines)-1].Outcome)
	return v
}

func TestAnApprovalAndItsLabelAreOneMessage(t *testing.T) {
	t.Parallel()
	tl := withLabel(t)
	v := tl.arrivesAndIsPaid()
	require.Equal(t, []string{v.Parcels[0].Waybill}, tl.approvals())
	require.Empty(t, named(v, schemas.EventLabelLate))
}

func TestACaseThatBeganBeforeTellsOfTheLabelByItself(t *testing.T) {
	t.Parallel()
	tl := withLabel(t).ofEdition(4)
	v := tl.arrivesAndIsPaid()
	require.Equal(t, []string{"", v.Parcels[0].Waybill}, tl.approvals())
}

func TestACarrierThatDoesNotAnswerKeepsTheApprovalFromNobody(t *testing.T) {
	t.Parallel()
	tl := withLabel(t)
	away := 0
	tl.parcel = func(o schemas.ParcelOrder) (schemas.Parcel, error) {
		if away++; away < 12 {
			return schemas.Parcel{}, errors.New("the carrier is away")
		}
		return schemas.Parcel{Waybill: "LB1", Carrier: o.Carrier, Direction: o.Direction}, nil
	}
	v := tl.arrivesAndIsPaid()
	require.Equal(t, []string{"", "LB1"}, tl.approvals(), "first without it, then with it")
	late, booked, approved := named(v, schemas.EventLabelLate), named(v, schemas.EventLabelBooked), named(v, schemas.ReviewApprove.Name)
	require.Len(t, late, 1)
	require.LessOrEqual(t, late[0].At.Sub(approved[0].At), 20*time.Second)
	require.Greater(t, booked[0].At.Sub(approved[0].At), 20*time.Second)
}

func TestACarrierThatNeverMakesTheLabelKeepsTheApprovalFromNobody(t *testing.T) {
	t.Parallel()
	tl := withLabel(t).failing(schemas.ParcelLabel.Name, never("unserviceable"))
	tl.parked(schemas.ParcelLabel.Name, func(schemas.Parked) {
		require.Equal(t, []string{""}, tl.approvals())
		does(tl, schemas.StepRetry, anAgent, schemas.RetryStep{})()
	})
	v := tl.arrivesAndIsPaid()
	require.Equal(t, []string{"", v.Parcels[0].Waybill}, tl.approvals())
}

// Whoever withdraws while the label is being made is not told that they may send the goods.
func TestWhoWithdrawsBeforeTheLabelHearsNothingOfIt(t *testing.T) {
	t.Parallel()
	tl := withLabel(t)
	asked := 0
	tl.parcel = func(schemas.ParcelOrder) (schemas.Parcel, error) {
		asked++
		return schemas.Parcel{}, errors.New("the carrier is away")
	}
	tl.in(schemas.WaitShipback, does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{}))
	v := tl.run()
	require.Equal(t, schemas.Withdrawn, v.Outcome)
	require.Positive(t, asked)
	require.Empty(t, tl.approvals())
}

// In an exchange in advance the old goods are asked for in a message of its own: a label that comes late is late for nobody.
func TestALabelThatTheCustomerWasNotPromisedIsNotLate(t *testing.T) {
	t.Parallel()
	tl := anAdvance(t, 4784, func(l *schemas.Line) { l.Verdict.Freight = schemas.TurnMerchant })
	away := 0
	tl.parcel = func(o schemas.ParcelOrder) (schemas.Parcel, error) {
		if away++; away < 12 {
			return schemas.Parcel{}, errors.New("the carrier is away")
		}
		return schemas.Parcel{Waybill: "LB1", Carrier: o.Carrier, Direction: o.Direction}, nil
	}
	tl.replacementLeaves().replacementConfirmed()
	tl.later(schemas.WaitShipback, time.Hour, says(tl, schemas.ParcelDeliver, parcelWord("LB1")))
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	v := tl.answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Contains(t, tl.told(), "exchange.send_old")
	require.Equal(t, 1, count(tl.told(), "exchange.approved"), "when there is a label")
	require.Empty(t, named(v, schemas.EventLabelLate))
}

// What stays of a line of which a part is taken back meanwhile is told, and is in the label.
func TestThePartThatStaysHearsOfItsApprovalAndIsInTheLabel(t *testing.T) {
	t.Parallel()
	for name, tries := range map[string]int{"in one message": 3, "first without it": 12} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tl := aReturn(t).because(schemas.Defective)
			tl.opening.Request.Lines = []schemas.RequestLine{{LineID: "1", Quantity: 2}}
			tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) {
				l := line("1", 4784)
				l.Quantity, l.Units, l.Payable = 2, []int{1, 2}, usd(9568)
				l.Verdict.Freight = schemas.TurnMerchant
				return tl.found(l), nil
			}
			asked := 0
			tl.parcel = func(o schemas.ParcelOrder) (schemas.Parcel, error) {
				if asked++; asked < tries {
					return schemas.Parcel{}, errors.New("the carrier is away")
				}
				return schemas.Parcel{Waybill: "LB1", Carrier: o.Carrier, Direction: o.Direction}, nil
			}
			tl.approved()
			tl.in(schemas.WaitShipback, does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{OnLines: one}))
			v := tl.arrivesAndIsPaid()
			require.Len(t, v.Lines, 2)
			require.Equal(t, schemas.Withdrawn, v.Lines[0].Outcome)
			require.Equal(t, "LB1", v.Lines[1].Waybill)
			labels := []string{"LB1"}
			if tries > 3 {
				labels = []string{"", "LB1"}
			}
			require.Equal(t, labels, tl.approvals())
		})
	}
}
