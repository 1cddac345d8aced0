package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// goesOnAsExchange begins a tale of an exchange that goes on from a return.
func goesOnAsExchange(t *testing.T, price int64, handed schemas.HandedLine, parcels ...schemas.Parcel) *tale {
	t.Helper()
	tl := anExchange(t, price)
	tl.caseID = "shop:r-1:2"
	tl.env.SetStartWorkflowOptions(startAs(tl.caseID))
	handed.LineID, handed.Units = "1", []int{1}
	tl.opening.Predecessor = &schemas.Predecessor{CaseID: "shop:r-1", Why: schemas.WhyConvert, FirstReceivedAt: started.Add(-72 * time.Hour), Handover: &schemas.Handover{
		Owner: "agent-2", Priority: schemas.P1, Level: 2, Lines: []schemas.HandedLine{handed}, Parcels: parcels, Replied: true,
		Messages: []schemas.Posted{{TextID: "t-1", Kind: "message"}}, Evidence: []string{"photo-1"},
	}}
	return tl
}

func inParcel(status schemas.ParcelStatus) schemas.Parcel {
	p := schemas.Parcel{Waybill: "SF1", Carrier: "SF", Direction: schemas.ToMerchant, Status: status}
	if delivered := started.Add(-24 * time.Hour); status == schemas.ParcelDelivered {
		p.DeliveredAt = &delivered
	}
	return p
}

func TestAnExchangeGoesOnWhereAReturnLeftOff(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tale   func(*testing.T) *tale
		states []schemas.State
	}{
		"with goods that are inspected": {
			func(t *testing.T) *tale {
				return goesOnAsExchange(t, 4784, schemas.HandedLine{GoodsWith: schemas.TurnWarehouse, Waybill: "SF1", Inspected: true, Disposition: schemas.Restock}, inParcel(schemas.ParcelDelivered))
			},
			[]schemas.State{schemas.Submitted, schemas.ShipReplacement, schemas.ReplacementInTransit, schemas.Confirmed},
		},
		"with goods that nobody has looked at": {
			func(t *testing.T) *tale {
				tl := goesOnAsExchange(t, 4784, schemas.HandedLine{GoodsWith: schemas.TurnWarehouse, Waybill: "SF1"}, inParcel(schemas.ParcelDelivered))
				return tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
			},
			[]schemas.State{schemas.Submitted, schemas.Received, schemas.ShipReplacement, schemas.ReplacementInTransit, schemas.Confirmed},
		},
		"with goods on their way": {
			func(t *testing.T) *tale {
				tl := goesOnAsExchange(t, 4784, schemas.HandedLine{GoodsWith: schemas.TurnCarrier, Waybill: "SF1"}, inParcel(schemas.ParcelMoving))
				tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
				return tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
			},
			[]schemas.State{schemas.Submitted, schemas.ReturnInTransit, schemas.Received, schemas.ShipReplacement, schemas.ReplacementInTransit, schemas.Confirmed},
		},
		"with goods at the customer's, who has the label": {
			func(t *testing.T) *tale {
				tl := goesOnAsExchange(t, 4784, schemas.HandedLine{GoodsWith: schemas.TurnCustomer, Waybill: "SF1", Freight: schemas.TurnMerchant}, inParcel(schemas.ParcelExpected))
				tl.in(schemas.WaitShipback, func() {
					require.NotContains(t, tl.calls, schemas.ParcelLabel.Name, "the label of the return is good for it")
					says(tl, schemas.ParcelScanned, parcelWord("SF1"))()
				})
				tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
				return tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
			},
			[]schemas.State{schemas.Submitted, schemas.WaitShipback, schemas.ReturnInTransit, schemas.Received, schemas.ShipReplacement, schemas.ReplacementInTransit, schemas.Confirmed},
		},
		"before anybody has decided": {
			func(t *testing.T) *tale {
				tl := goesOnAsExchange(t, 4784, schemas.HandedLine{GoodsWith: schemas.TurnCustomer, Undecided: true})
				tl.approved().ships()
				tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
				return tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
			},
			[]schemas.State{schemas.Submitted, schemas.Review, schemas.WaitShipback, schemas.ReturnInTransit, schemas.Received, schemas.ShipReplacement, schemas.ReplacementInTransit, schemas.Confirmed},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tl := c.tale(t).replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes)
			v := tl.run()
			require.Equal(t, schemas.Completed, v.Outcome)
			var went []schemas.State
			for _, h := range v.Lines[0].History {
				if len(went) == 0 || went[len(went)-1] != h.State {
					went = append(went, h.State)
				}
			}
			require.Equal(t, c.states, went)
			require.Equal(t, "agent-2", v.Owner)
			require.Equal(t, schemas.P1, v.Priority)
			require.Equal(t, "shop:r-1", v.PredecessorID)
			require.Equal(t, schemas.WhyConvert, v.Continues)
			require.Equal(t, started.Add(-72*time.Hour), v.FirstReceivedAt.UTC())
			require.Equal(t, "t-1", v.Messages[0].TextID)
			require.Contains(t, v.EvidenceIDs, "photo-1")
			require.Empty(t, tl.ordered)
		})
	}
}

func TestAFindingThatWasNotAnsweredIsAnsweredInTheExchange(t *testing.T) {
	t.Parallel()
	tl := goesOnAsExchange(t, 4784, schemas.HandedLine{
		GoodsWith: schemas.TurnWarehouse, Waybill: "SF1", Inspected: true, Disposition: schemas.Quarantine, Finding: schemas.FindingUsed,
		Offer: &schemas.Offer{OfferID: "o1", What: schemas.OfferPartialRefund, Amount: usd(4284), By: anInspector},
	}, inParcel(schemas.ParcelDelivered))
	tl.in(schemas.InspectionFailed, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{}))
	tl.in(schemas.WaitPayment, func() {
		require.Equal(t, usd(500), tl.charges[0].Amount, "what was found is paid for")
		says(tl, schemas.PaymentSuccess, schemas.ChargeWord{ChargeID: "shop:r-1:2/charge/1"})()
	})
	tl.replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes)
	require.Equal(t, schemas.CompletedPartial, tl.run().Outcome)
}

func TestAnArticleThatIsOutOfStockIsTheCustomersChoiceAgain(t *testing.T) {
	t.Parallel()
	tl := goesOnAsExchange(t, 4784, schemas.HandedLine{GoodsWith: schemas.TurnWarehouse, Waybill: "SF1", Inspected: true, Disposition: schemas.Restock}, inParcel(schemas.ParcelDelivered))
	tl.reserve = func(o schemas.StockOrder) (schemas.StockReceipt, error) { return schemas.StockReceipt{Key: o.Key}, nil }
	tl.in(schemas.OutOfStock, does(tl, schemas.OfferDecline, theCustomer, schemas.AnswerOffer{}))
	v := tl.run()
	require.Equal(t, schemas.Converted, v.Outcome)
	require.Equal(t, "shop:r-1:3", v.SuccessorID)
	o := tl.successors[0]
	require.Equal(t, schemas.KindReturn, o.Request.Kind)
	require.True(t, o.Predecessor.Handover.Lines[0].Inspected)
	require.Equal(t, started.Add(-72*time.Hour), o.Predecessor.FirstReceivedAt.UTC(), "the age counts from the first of them all")
}

func TestAWarehouseThatDoesNotAnswerHoldsNoHandedLineUp(t *testing.T) {
	t.Parallel()
	tl := goesOnAsExchange(t, 4784, schemas.HandedLine{GoodsWith: schemas.TurnCarrier, Waybill: "SF1"}, inParcel(schemas.ParcelMoving))
	away := true
	tl.reserve = func(o schemas.StockOrder) (schemas.StockReceipt, error) {
		if away {
			return schemas.StockReceipt{}, errAway
		}
		return schemas.StockReceipt{Key: o.Key, Held: true}, nil
	}
	tl.in(schemas.ReturnInTransit, func() {
		away = false
		says(tl, schemas.ParcelDeliver, parcelWord("SF1"))()
	})
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	tl.replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes)
	require.Equal(t, schemas.Completed, tl.run().Outcome)
}
