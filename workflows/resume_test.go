package workflows_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// goesOnFrom begins a tale of a case that goes on from the row of another, whose workflow was ended from outside an hour later.
func goesOnFrom(t *testing.T, of schemas.Opening, row schemas.View, change ...func(*schemas.Resumed)) *tale {
	t.Helper()
	tl := aReturn(t)
	tl.caseID = "shop:r-1:2"
	tl.opening = of
	tl.env.SetStartWorkflowOptions(startAs(tl.caseID))
	ended := row.Now.Add(time.Hour)
	tl.env.SetStartTime(ended.Add(time.Hour))
	tl.opening.Predecessor = &schemas.Predecessor{
		CaseID: "shop:r-1", Why: schemas.WhyAdopt, FirstReceivedAt: row.OpenedAt, By: &schemas.Actor{Role: schemas.RoleSupervisor, ID: "sue"}, Reason: "by mistake",
	}
	tl.refund = func(o schemas.RefundOrder) (schemas.RefundReceipt, error) {
		return schemas.RefundReceipt{RefundID: o.Refund.RefundID, Status: schemas.RefundSucceeded, Amount: o.Refund.Amount}, nil
	}
	tl.lookup = func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) {
		return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundSucceeded}, nil
	}
	lines := row.Lines
	row.Lines, row.Allowed, row.Events = nil, nil, nil
	resumed := schemas.Resumed{Row: row, Lost: schemas.Lost{How: schemas.Terminated, At: ended, FoundAt: ended}, Refunds: row.Money.Entries, Charges: row.Money.Charges}
	for _, c := range change {
		c(&resumed)
	}
	tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) {
		got := tl.found(lines...)
		got.Resumed = &resumed
		for i, p := range got.Payments {
			for _, f := range resumed.Refunds {
				if f.PaymentID == p.PaymentID && f.Status != schemas.RefundCancelled {
					got.Payments[i].Refundable = got.Payments[i].Refundable.Sub(f.Amount)
				}
			}
		}
		return got, nil
	}
	return tl
}

// theLongWay is a return that comes through most of its states.
func theLongWay(t *testing.T) *tale {
	offer, less := usd(1000), usd(500)
	tl := aReturn(t)
	tl.in(schemas.Review, does(tl, schemas.OfferMake, anAgent, schemas.MakeOffer{What: schemas.OfferPartialRefund, Amount: &offer}))
	tl.in(schemas.Negotiating, does(tl, schemas.OfferDecline, theCustomer, schemas.AnswerOffer{}))
	tl.in(schemas.Review, does(tl, schemas.ReviewReject, anAgent, schemas.Reject{Reason: "not_eligible"}))
	tl.in(schemas.RejectedAppealable, does(tl, schemas.AppealFile, theCustomer, schemas.FileAppeal{TextID: "t-1"}))
	tl.in(schemas.Appeal, does(tl, schemas.AppealDecide, aSupervisor, schemas.DecideAppeal{Grant: true, Reason: "right"}))
	tl.ships()
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	tl.in(schemas.Received, does(tl, schemas.InspectionFail, anInspector, schemas.Fail{Finding: schemas.FindingUsed, Deduction: &less, EvidenceIDs: []string{"photo-9"}}))
	tl.in(schemas.InspectionFailed, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{}))
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1)))
	return tl.answersSurvey(4, schemas.SolvedYes)
}

// Whatever a row says, a case goes on from it: every open line has a clock, the same units and dues as before, and silence brings it to
// its end without a refund that was ordered before.
func TestACaseGoesOnFromEveryRowThatAnotherHasWritten(t *testing.T) {
	t.Parallel()
	for name, tell := range map[string]func(*testing.T) *tale{
		"a return": theLongWay,
		"an exchange": func(t *testing.T) *tale {
			tl := anExchange(t, 5000)
			tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}))
			tl.ships()
			tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
			tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
			tl.in(schemas.WaitPayment, says(tl, schemas.PaymentSuccess, schemas.ChargeWord{ChargeID: "shop:r-1/charge/1"}))
			tl.in(schemas.ShipReplacement, says(tl, schemas.ReplacementSent, schemas.ShipmentWord{ShipmentID: "shop:r-1/ship/1", Waybill: "R1", Carrier: "SF"}))
			tl.in(schemas.ReplacementInTransit, does(tl, schemas.ReplacementConfirm, theCustomer, schemas.OnLines{}))
			return tl.answersSurvey(4, schemas.SolvedYes)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			told := tell(t)
			told.run()
			seen := map[schemas.State]int{}
			for i, row := range told.rows {
				if row.ClosedAt != nil || len(row.Lines) == 0 {
					continue
				}
				seen[row.State]++
				t.Run(fmt.Sprintf("row %d, %s", i, row.State), func(t *testing.T) {
					t.Parallel()
					next := goesOnFrom(t, told.opening, row)
					// The warehouse and the customer of an exchange are not silent for ever: another one would be sent again and again.
					switch row.State {
					case schemas.ShipReplacement:
						next.in(schemas.ShipReplacement, func() {
							id := next.last().Lines[0].Replacement.ShipmentID
							says(next, schemas.ReplacementSent, schemas.ShipmentWord{ShipmentID: id, Waybill: "R1", Carrier: "SF"})()
						})
						next.in(schemas.ReplacementInTransit, does(next, schemas.ReplacementConfirm, theCustomer, schemas.OnLines{}))
					case schemas.ReplacementInTransit:
						next.in(schemas.ReplacementInTransit, does(next, schemas.ReplacementConfirm, theCustomer, schemas.OnLines{}))
					}
					v := next.run()
					require.NotEmpty(t, v.Outcome)
					require.Len(t, named(v, schemas.EventAdopted), 2, "%v", v.Events)
					require.Equal(t, "shop:r-1", v.PredecessorID)
					first := next.rows[1]
					for _, l := range first.Lines {
						if l.State == schemas.Closed || l.State == schemas.FollowUp {
							continue
						}
						require.True(t, l.ClockID != "", "line %s in %s has no clock", l.LineID, l.State)
					}
					for _, was := range row.Clocks {
						if k := clockNamed(first, was.Name); was.Name == "max" && k != nil {
							require.Equal(t, was.Due.UTC(), k.Due.UTC())
						}
					}
					ordered := map[string]bool{}
					for _, f := range next.ordered {
						require.False(t, ordered[f.RefundID], "%s was ordered twice", f.RefundID)
						ordered[f.RefundID] = true
					}
					require.LessOrEqual(t, v.Money.Refunded.Minor, int64(4784+48881))
				})
			}
			require.GreaterOrEqual(t, len(seen), 7, "%v", seen)
		})
	}
}

func rowIn(t *testing.T, told *tale, state schemas.State, is func(schemas.View) bool) schemas.View {
	t.Helper()
	for _, r := range told.rows {
		if r.State == state && is(r) {
			return r
		}
	}
	require.FailNow(t, "no such row", "%s", state)
	return schemas.View{}
}

func anyRow(schemas.View) bool { return true }

func TestMoneyThatMovedWhileNobodyListenedIsNotPaidAgain(t *testing.T) {
	t.Parallel()
	told := theLongWay(t)
	told.run()
	row := rowIn(t, told, schemas.RefundProcessing, anyRow)
	t.Run("it has succeeded", func(t *testing.T) {
		t.Parallel()
		next := goesOnFrom(t, told.opening, row, func(r *schemas.Resumed) {
			r.Refunds = append([]schemas.Refund{}, r.Refunds...)
			r.Refunds[0].Status = schemas.RefundSucceeded
		})
		v := next.run()
		require.Empty(t, next.ordered)
		require.Equal(t, schemas.CompletedPartial, v.Outcome)
		require.Equal(t, row.Money.Entries[0].Amount, v.Money.Refunded)
	})
	t.Run("the sweep has given it up", func(t *testing.T) {
		t.Parallel()
		next := goesOnFrom(t, told.opening, rowIn(t, told, schemas.RefundApproved, func(v schemas.View) bool { return len(v.Money.Entries) > 0 }), func(r *schemas.Resumed) {
			r.Refunds = append([]schemas.Refund{}, r.Refunds...)
			r.Refunds[0].Status = schemas.RefundCancelled
		})
		v := next.run()
		require.Len(t, next.ordered, 1)
		require.Equal(t, "shop:r-1:2/refund/1", next.ordered[0].RefundID)
		require.Equal(t, row.Money.Entries[0].Amount, v.Money.Refunded)
	})
	t.Run("the ledger never had it", func(t *testing.T) {
		t.Parallel()
		next := goesOnFrom(t, told.opening, rowIn(t, told, schemas.RefundApproved, func(v schemas.View) bool { return len(v.Money.Entries) > 0 }), func(r *schemas.Resumed) { r.Refunds = nil })
		next.run()
		require.Len(t, next.ordered, 1)
		require.Equal(t, "shop:r-1/refund/1", next.ordered[0].RefundID, "under its own number: an attempt of the dead case may still come")
	})
}

func TestWhatWasSaidWhileNobodyListenedIsHeard(t *testing.T) {
	t.Parallel()
	told := theLongWay(t)
	told.run()
	row := rowIn(t, told, schemas.ReturnInTransit, anyRow)
	next := goesOnFrom(t, told.opening, row, func(r *schemas.Resumed) {
		r.Facts = []schemas.MissedFact{{Name: schemas.ParcelDeliver.Name, Report: schemas.Report{
			Source: "courier", EventID: "e-9", OccurredAt: row.Now.Add(90 * time.Minute), ReceivedAt: row.Now.Add(90 * time.Minute), Body: encode(t, parcelWord("SF1")),
		}}}
	})
	next.in(schemas.Received, func() {
		require.Equal(t, row.Now.Add(90*time.Minute+7*24*time.Hour).UTC(), clockNamed(next.last(), "law.refund").Due.UTC(), "the duty counts from the delivery")
		does(next, schemas.InspectionPass, anInspector, schemas.Pass{})()
	})
	require.Contains(t, []schemas.Outcome{schemas.Completed, schemas.CompletedPartial}, next.run().Outcome)
}

func TestALineThatAnotherCaseHasTakenMeanwhileGoesToAPerson(t *testing.T) {
	t.Parallel()
	told := theLongWay(t)
	told.run()
	row := rowIn(t, told, schemas.WaitShipback, anyRow)
	row.Lines = append([]schemas.Line{}, row.Lines...)
	row.Lines[0].Units, row.Lines[0].Code, row.Lines[0].Holder = nil, schemas.CodeHeldElsewhere, "shop:r-2"
	next := goesOnFrom(t, told.opening, row)
	next.in(schemas.Review, func() {
		v := next.last()
		require.Equal(t, schemas.Review, v.Lines[0].State)
		require.Zero(t, v.Lines[0].Payable.Minor)
		require.Equal(t, schemas.WaitShipback, v.Lines[1].State)
		does(next, schemas.ReviewReject, anAgent, schemas.Reject{Reason: "other_case"})()
	})
	require.NotEmpty(t, next.run().Outcome)
}

func TestACallThatWasUnderWayIsMadeAgainUnderItsOwnKey(t *testing.T) {
	t.Parallel()
	tl := aReturn(t)
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{})).ships()
	tl.in(schemas.ReturnInTransit, does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{}))
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	tl.later(schemas.SendBack, time.Hour, func() {
		v := tl.last()
		says(tl, schemas.ParcelDeliver, parcelWord(v.Parcels[len(v.Parcels)-1].Waybill))()
	})
	tl.run()
	row := rowIn(t, tl, schemas.SendBack, func(v schemas.View) bool { return len(v.Work) > 0 && v.Lines[0].Waybill == "" })
	var key string
	for _, w := range row.Work {
		if w.Name == schemas.ParcelSendBack.Name {
			key = w.Key
		}
	}
	require.NotEmpty(t, key)
	next := goesOnFrom(t, tl.opening, row)
	var keys []string
	next.parcel = func(o schemas.ParcelOrder) (schemas.Parcel, error) {
		keys = append(keys, o.Key)
		return schemas.Parcel{Waybill: "B1", Carrier: "sandbox", Direction: o.Direction, PaidBy: o.PaidBy}, nil
	}
	next.in(schemas.SendBack, says(next, schemas.ParcelDeliver, parcelWord("B1")))
	next.run()
	require.Equal(t, []string{key}, keys, "the goods go home once")
}
