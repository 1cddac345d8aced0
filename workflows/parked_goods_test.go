package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// TestEveryStepOfGoodsIsParkedAndDoneAfterARetry holds the small steps to what all of them promise: parked with the cause, done once it is
// tried again, and the case ends as if nothing had been.
func TestEveryStepOfGoodsIsParkedAndDoneAfterARetry(t *testing.T) {
	t.Parallel()
	for _, step := range []string{
		schemas.ParcelRegister.Name, schemas.ReplacementShip.Name, schemas.GoodsDispose.Name,
		schemas.ClaimsRelease.Name, schemas.StockRelease.Name,
	} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			tl := anExchange(t, 4784)
			switch step {
			case schemas.ClaimsRelease.Name, schemas.StockRelease.Name:
				tl.in(schemas.Review, does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{}))
			case schemas.ParcelRegister.Name:
				tl.approved().ships()
				tl.later(schemas.ReturnInTransit, time.Hour, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
				tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
				tl.replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes)
			case schemas.ReplacementShip.Name:
				tl.oldGoodsPass()
				tl.later(schemas.ShipReplacement, time.Hour, func() { tl.leaves("RP1") })
				tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes)
			default:
				tl.oldGoodsPass().replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes)
			}
			tl.failing(step, never("rejected_outside"))
			tl.parked(step, tl.retries)
			v := tl.run()
			require.Contains(t, []schemas.Outcome{schemas.Completed, schemas.Withdrawn}, v.Outcome)
			require.Empty(t, v.Parked)
			require.Equal(t, 2, count(tl.calls, step), "once in vain, once for good")
			require.Len(t, named(v, schemas.EventFreed), 1)
		})
	}
}

func TestALineWhoseReservationIsParkedKeepsNoOtherBack(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4784)
	one, two := line("1", 4784), line("2", 48881)
	one.Replacement = &schemas.Replacement{SKU: "other", ProductID: "p", UnitPrice: usd(4784)}
	two.Replacement = &schemas.Replacement{SKU: "third", ProductID: "q", UnitPrice: usd(48881)}
	tl.opening.Request.Lines = []schemas.RequestLine{{LineID: "1", Quantity: 1, ReplacementSKU: "other"}, {LineID: "2", Quantity: 1, ReplacementSKU: "third"}}
	tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) { return tl.found(one, two), nil }
	reserve, refused := tl.reserve, false
	tl.reserve = func(o schemas.StockOrder) (schemas.StockReceipt, error) {
		if o.SKU == "third" && !refused {
			refused = true
			return schemas.StockReceipt{}, never("unknown_article")
		}
		return reserve(o)
	}
	tl.parked(schemas.StockReserve.Name, func(p schemas.Parked) {
		v := tl.last()
		require.Equal(t, []string{"2"}, p.Lines)
		require.Equal(t, schemas.TurnWarehouse, p.Turn)
		require.NotEmpty(t, v.Lines[0].Replacement.StockKey)
		require.False(t, v.Lines[1].Replacement.Asking, "the customer may choose meanwhile")
		tl.retries(p)
		tl.env.RegisterDelayedCallback(func() {
			require.NotEmpty(t, tl.last().Lines[1].Replacement.StockKey)
			does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{})()
		}, time.Minute)
	})
	v := tl.run()
	require.Equal(t, schemas.Withdrawn, v.Outcome)
	require.Len(t, tl.freed, 2, "what was kept is given back")
}

func TestAReservationThatIsSkippedCountsAsOutOfStock(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4784).failing(schemas.StockReserve.Name, never("unknown_article"))
	tl.parked(schemas.StockReserve.Name, tl.skips)
	tl.later(schemas.Review, time.Hour, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}))
	tl.in(schemas.OutOfStock, does(tl, schemas.OfferDecline, theCustomer, schemas.AnswerOffer{}))
	v := tl.run()
	require.Equal(t, schemas.Converted, v.Outcome, "the customer has the money instead")
	require.Len(t, tl.successors, 1)
}

func TestAShipmentThatIsSkippedLetsTheCustomerChoose(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4784).oldGoodsPass().failing(schemas.ReplacementShip.Name, never("no_address"))
	tl.parked(schemas.ReplacementShip.Name, tl.skips)
	tl.in(schemas.OutOfStock, does(tl, schemas.OfferDecline, theCustomer, schemas.AnswerOffer{}))
	v := tl.run()
	require.Equal(t, schemas.Converted, v.Outcome)
	require.Len(t, tl.freed, 1)
}

// homeward is a return whose goods go back to the customer by choice.
func homeward(t *testing.T) *tale {
	tl := aReturn(t).approvedAndShipped().failsInspection(nil, schemas.FindingUsed)
	return tl.in(schemas.InspectionFailed, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "send_back"}))
}

func TestGoodsThatCannotBeSentHomeArePaidForWhenThatIsSkipped(t *testing.T) {
	t.Parallel()
	tl := homeward(t).failing(schemas.ParcelSendBack.Name, never("unserviceable"))
	tl.parked(schemas.ParcelSendBack.Name, tl.skips)
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1))).answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, usd(53665), v.Money.Refunded, "nobody is left with neither goods nor money")
	require.Len(t, tl.ordered, 1)
}

func TestGoodsThatNobodySendsHomeArePaidForByTheClockOfTheirState(t *testing.T) {
	t.Parallel()
	tl := homeward(t).failing(schemas.ParcelSendBack.Name, never("unserviceable"))
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1))).answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, usd(53665), v.Money.Refunded)
	require.Empty(t, v.Parked)
}

func TestGoodsGoHomeWithAnotherCarrier(t *testing.T) {
	t.Parallel()
	tl := homeward(t).failing(schemas.ParcelSendBack.Name, never("unserviceable"))
	var carriers []string
	tl.parcel = func(o schemas.ParcelOrder) (schemas.Parcel, error) {
		carriers = append(carriers, o.Carrier)
		return schemas.Parcel{Waybill: "HOME1", Carrier: o.Carrier, Direction: o.Direction}, nil
	}
	tl.parked(schemas.ParcelSendBack.Name, does1(tl, schemas.StepCorrect, anAgent, schemas.CorrectStep{Carrier: "YTO", Reason: "does_not_go_there"}))
	tl.later(schemas.SendBack, time.Hour, says(tl, schemas.ParcelDeliver, parcelWord("HOME1"))).answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.CompletedPartial, v.Outcome)
	require.Contains(t, carriers, "YTO")
	require.Empty(t, tl.ordered)
}

// does1 gives a command about a parked step.
func does1[In any](tl *tale, c schemas.Command[In], by schemas.Actor, body In) func(schemas.Parked) {
	return func(schemas.Parked) { does(tl, c, by, body)() }
}

func TestAQuestionToTheCarrierIsParkedOnceWhateverTheClockSays(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).approved().ships().failing(schemas.ParcelTrace.Name, never("rejected_outside"))
	tl.parked(schemas.ParcelTrace.Name, func(schemas.Parked) {})
	tl.later(schemas.ReturnInTransit, 8*24*time.Hour, func() {
		require.Len(t, tl.last().Parked, 1)
		says(tl, schemas.ParcelDeliver, parcelWord("SF1"))()
	})
	v := tl.inspectedAndRefunded().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, 1, count(tl.calls, schemas.ParcelTrace.Name))
}

func TestAnotherModelThatCannotBeLookedUpIsParked(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4784).failing(schemas.ArticleFind.Name, booksRefuse("bad_value"))
	first := true
	reserve := tl.reserve
	tl.reserve = func(o schemas.StockOrder) (schemas.StockReceipt, error) {
		if first {
			first = false
			return schemas.StockReceipt{Key: o.Key}, nil
		}
		return reserve(o)
	}
	tl.article = func(schemas.ArticleQuestion) (schemas.ArticleAnswer, error) {
		return schemas.ArticleAnswer{Known: true, ProductID: "p", UnitPrice: usd(4784)}, nil
	}
	tl.approved()
	tl.in(schemas.OutOfStock, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "other_model", ReplacementSKU: "fourth"}))
	tl.parked(schemas.ArticleFind.Name, tl.retries)
	tl.ships()
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	v := tl.replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, "fourth", v.Lines[0].Replacement.SKU)
}

func TestOneRetryFreesEverythingThatIsParkedInACase(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4784).oldGoodsPass().replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes)
	tl.failing(schemas.GoodsDispose.Name, never("rejected_outside"))
	tl.failing(schemas.ClaimsSettle.Name, booksRefuse("bad_value"))
	tl.parked(schemas.ClaimsSettle.Name, func(schemas.Parked) {
		require.Len(t, tl.last().Parked, 2)
		refuses(tl, schemas.CodeMissingField, send(tl, schemas.StepSkip, aSupervisor, schemas.SkipStep{Reason: "which"}, "", 0))
		does(tl, schemas.StepRetry, who(schemas.RoleOperator, "operator-1"), schemas.RetryStep{})()
	})
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Empty(t, v.Parked)
	require.Len(t, named(v, schemas.EventFreed), 2)
	require.Len(t, tl.replaced, 1, "the units are settled once")
	require.Len(t, tl.disposed, 1)
}
