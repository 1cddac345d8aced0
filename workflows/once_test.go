package workflows_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// What is asked of the warehouse, and decided by the operator, once.

// inTwoParts begins an exchange of two pieces of one article whose inspector has looked at them one by one, so that the warehouse has to keep
// a replacement for each of them anew. It answers after two minutes, later than the clock on sending them.
func inTwoParts(t *testing.T) (tl *tale, kept *[]string) {
	t.Helper()
	tl = anExchange(t, 4784, func(l *schemas.Line) { l.Quantity, l.Units = 2, []int{1, 2} })
	tl.opening.Request.Lines[0].Quantity = 2
	found := tl.intake
	tl.intake = func(o schemas.IntakeOrder) (schemas.Intake, error) {
		got, err := found(o)
		clock := got.Plan.Clocks["exchange.ship"]
		clock.After = schemas.Duration(time.Minute)
		got.Plan.Clocks["exchange.ship"] = clock
		return got, err
	}
	kept = &[]string{}
	var away time.Time
	tl.reserve = func(o schemas.StockOrder) (schemas.StockReceipt, error) {
		if tl.env.Now().Before(away) {
			return schemas.StockReceipt{}, errAway
		}
		*kept = append(*kept, o.Key)
		return schemas.StockReceipt{Key: o.Key, Held: true}, nil
	}
	tl.approved().ships()
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	tl.in(schemas.Received, func() {
		away = tl.env.Now().Add(2 * time.Minute)
		one := schemas.OnLines{Lines: []schemas.PickLine{{LineID: "1", Quantity: 1}}}
		does(tl, schemas.InspectionPass, anInspector, schemas.Pass{OnLines: one})()
		soon(tl, time.Second, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	})
	return tl, kept
}

func TestTheWarehouseIsNotAskedAgainForWhatItIsBeingAskedFor(t *testing.T) {
	t.Parallel()
	tl, kept := inTwoParts(t)
	tl.later(schemas.ShipReplacement, 10*time.Minute, func() {
		require.Len(t, *kept, 3, "both of them at first, and then each of them, once")
		require.Len(t, tl.shipped, 2)
		for i, o := range tl.shipped {
			sent := schemas.ShipmentWord{ShipmentID: o.ShipmentID, Waybill: fmt.Sprintf("RP%d", i), Carrier: "SF"}
			report(tl, schemas.ReplacementSent, sent, sent.Waybill)
		}
	})
	v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, tl.shipped, 2, "one for each")
	require.Equal(t, []string{"shop:r-1/stock/1"}, tl.freed, "what was kept for both of them at first")
}

// What was asked for twice was sent twice: the second answer found the first one's replacement kept, and had it sent as well.
func TestUntilTheThirdEditionTheWarehouseWasAskedAgain(t *testing.T) {
	t.Parallel()
	tl, _ := inTwoParts(t)
	tl.ofEdition(2).later(schemas.ShipReplacement, 10*time.Minute, func() {
		require.Len(t, tl.shipped, 4, "two of them too many")
		for i, o := range tl.shipped {
			sent := schemas.ShipmentWord{ShipmentID: o.ShipmentID, Waybill: fmt.Sprintf("RP%d", i), Carrier: "SF"}
			report(tl, schemas.ReplacementSent, sent, sent.Waybill)
		}
	})
	require.Equal(t, schemas.Completed, tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run().Outcome)
}

// escalated begins the refund of an article whose price a second person is to agree to. Somebody asks level 5 for help, which says nothing, so
// that the operator decides on the request.
func escalated(t *testing.T) *tale {
	t.Helper()
	tl := aReturn(t).refundOnly().finding(line("1", 150000))
	return tl.in(schemas.Review, does(tl, schemas.CaseEscalate, anAgent, schemas.Escalate{Reason: "help", Level: 5}))
}

func TestWhatTheOperatorGrantsStillWaitsForItsSecondPerson(t *testing.T) {
	t.Parallel()
	tl := escalated(t)
	tl.in(schemas.RefundApproved, func() {
		v := tl.last()
		require.Len(t, named(v, schemas.EventLastRung), 1)
		require.Len(t, v.Approvals, 1)
		require.Nil(t, v.Approvals[0].DecidedBy, "it has only just been asked for")
		require.Empty(t, tl.ordered)
		does(tl, schemas.ApprovalGrant, aManager, schemas.DecideApproval{})()
	})
	v := tl.refunded().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, usd(150000), v.Money.Refunded)
	require.Equal(t, aManager, *v.Approvals[0].DecidedBy)
}

func TestUntilTheThirdEditionTheOperatorWasItsOwnSecondPerson(t *testing.T) {
	t.Parallel()
	v := escalated(t).ofEdition(2).refunded().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, usd(150000), v.Money.Refunded)
	require.Equal(t, schemas.Operator, *v.Approvals[0].DecidedBy, "in the step in which it was granted")
	require.Len(t, named(v, schemas.EventApprovalAsked), 0)
}
