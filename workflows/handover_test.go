package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// goesOnAsReturn begins a tale of a return that goes on from another case.
func goesOnAsReturn(t *testing.T, handed schemas.HandedLine, parcels ...schemas.Parcel) *tale {
	t.Helper()
	tl := aReturn(t)
	tl.caseID = "shop:r-1:2"
	tl.env.SetStartWorkflowOptions(startAs(tl.caseID))
	tl.opening.Request.Lines = tl.opening.Request.Lines[:1]
	handed.LineID = "1"
	tl.opening.Predecessor = &schemas.Predecessor{CaseID: "shop:r-1", Why: "convert", FirstReceivedAt: started.Add(-72 * time.Hour), Handover: &schemas.Handover{
		Owner: "agent-9", Priority: schemas.P1, Level: 2, Lines: []schemas.HandedLine{handed}, Parcels: parcels,
	}}
	tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) { return tl.found(line("1", 4784)), nil }
	return tl
}

func TestAReturnGoesOnWhereAnExchangeLeftOff(t *testing.T) {
	t.Parallel()
	word := schemas.RefundWord{RefundID: "shop:r-1:2/refund/1"}
	delivered := started.Add(-24 * time.Hour)
	t.Run("with goods that are inspected", func(t *testing.T) {
		t.Parallel()
		tl := goesOnAsReturn(t, schemas.HandedLine{GoodsWith: schemas.TurnWarehouse, Waybill: "SF1", Inspected: true, Disposition: schemas.Restock},
			schemas.Parcel{Waybill: "SF1", Carrier: "SF", Direction: schemas.ToMerchant, Status: schemas.ParcelDelivered, DeliveredAt: &delivered})
		tl.in(schemas.RefundProcessing, func() {
			v := tl.last()
			require.Equal(t, "agent-9", v.Owner)
			require.Equal(t, schemas.P1, v.Priority)
			require.Equal(t, delivered.Add(7*24*time.Hour), clockNamed(v, "law.refund").Due.UTC(), "the duty counts from the delivery")
			says(tl, schemas.RefundSuccess, word)()
		})
		tl.answersSurvey(4, schemas.SolvedYes)
		v := tl.run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Equal(t, usd(4784), v.Money.Refunded)
		require.Equal(t, "shop:r-1", v.PredecessorID)
	})
	t.Run("with goods on their way", func(t *testing.T) {
		t.Parallel()
		tl := goesOnAsReturn(t, schemas.HandedLine{GoodsWith: schemas.TurnCarrier, Waybill: "SF1"}, schemas.Parcel{Waybill: "SF1", Carrier: "SF", Direction: schemas.ToMerchant})
		tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
		tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
		tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, word))
		tl.answersSurvey(4, schemas.SolvedYes)
		require.Equal(t, schemas.Completed, tl.run().Outcome)
	})
	t.Run("with goods at the customer's", func(t *testing.T) {
		t.Parallel()
		tl := goesOnAsReturn(t, schemas.HandedLine{GoodsWith: schemas.TurnCustomer, Freight: schemas.TurnMerchant}).ships()
		tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
		tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
		tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, word))
		tl.answersSurvey(4, schemas.SolvedYes)
		require.Equal(t, schemas.Completed, tl.run().Outcome)
	})
}
