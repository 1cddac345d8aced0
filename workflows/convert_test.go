package workflows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// aReturnOfOne begins a tale of a return of one line, for which another model of the same product can be had.
func aReturnOfOne(t *testing.T) *tale {
	t.Helper()
	tl := aReturn(t)
	tl.opening.Request.Lines = tl.opening.Request.Lines[:1]
	l := line("1", 4784)
	l.ProductID = "p"
	tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) { return tl.found(l), nil }
	tl.article = func(q schemas.ArticleQuestion) (schemas.ArticleAnswer, error) {
		return schemas.ArticleAnswer{Known: q.SKU != "none", ProductID: map[bool]string{true: "p", false: "other"}[strings.HasPrefix(q.SKU, "blue")], UnitPrice: usd(5000)}, nil
	}
	return tl
}

var (
	wantsBlue = schemas.Convert{To: schemas.KindExchange, ReplacementSKU: "blue"}
	blueTold  = schemas.Convert{To: schemas.KindExchange, ReplacementSKU: "blue", TextID: "t-9"}
)

// goneOn plays a tale to its end as CONVERTED and gives what the exchange begins with.
func (tl *tale) goneOn() (schemas.View, schemas.Opening) {
	tl.t.Helper()
	v := tl.run()
	require.Equal(tl.t, schemas.Converted, v.Outcome)
	require.Equal(tl.t, "shop:r-1:2", v.SuccessorID)
	require.Len(tl.t, tl.successors, 1)
	require.Empty(tl.t, tl.released, "the units pass on without being free in between")
	require.Empty(tl.t, tl.ordered, "no money is ordered for what becomes an exchange")
	require.Contains(tl.t, tl.told(), "return.converted")
	o := tl.successors[0]
	require.Equal(tl.t, schemas.KindExchange, o.Request.Kind)
	require.Equal(tl.t, []schemas.RequestLine{{LineID: "1", Quantity: 1, ReplacementSKU: "blue"}}, o.Request.Lines)
	require.Nil(tl.t, o.Request.Check(), "the exchange can be opened with it")
	require.Equal(tl.t, schemas.WhyConvert, o.Predecessor.Why)
	require.Equal(tl.t, "shop:r-1", o.Predecessor.CaseID)
	require.Equal(tl.t, started, o.Predecessor.FirstReceivedAt.UTC())
	require.Len(tl.t, o.Predecessor.Handover.Lines, 1)
	return v, o
}

func TestAReturnBecomesAnExchangeWhereverItsGoodsAre(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		until func(*tale) schemas.State
		with  schemas.Turn
		check func(*testing.T, schemas.HandedLine)
	}{
		"before anybody has decided": {
			func(*tale) schemas.State { return schemas.Review }, schemas.TurnCustomer,
			func(t *testing.T, l schemas.HandedLine) {
				require.True(t, l.Undecided, "the exchange is decided on anew")
			},
		},
		"while an offer is open": {
			func(tl *tale) schemas.State {
				some := usd(2000)
				tl.in(schemas.Review, does(tl, schemas.OfferMake, anAgent, schemas.MakeOffer{What: schemas.OfferPartialRefund, Amount: &some}))
				return schemas.Negotiating
			}, schemas.TurnCustomer,
			func(t *testing.T, l schemas.HandedLine) {
				require.True(t, l.Undecided)
				require.Nil(t, l.Offer)
			},
		},
		"with the goods still at the customer's": {
			func(tl *tale) schemas.State { tl.approved(); return schemas.WaitShipback }, schemas.TurnCustomer,
			func(t *testing.T, l schemas.HandedLine) {
				require.False(t, l.Undecided, "what is granted stays granted")
				require.Equal(t, anAgent, *l.Approver)
			},
		},
		"with the goods on their way": {
			func(tl *tale) schemas.State { tl.approved().ships(); return schemas.ReturnInTransit }, schemas.TurnCustomer,
			func(t *testing.T, l schemas.HandedLine) { require.Equal(t, "SF1", l.Waybill) },
		},
		"with goods that wait to be looked at": {
			func(tl *tale) schemas.State {
				tl.approved().ships()
				tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
				return schemas.Received
			}, schemas.TurnWarehouse,
			func(t *testing.T, l schemas.HandedLine) { require.False(t, l.Inspected) },
		},
		"with goods that were found wanting": {
			func(tl *tale) schemas.State {
				less := usd(500)
				tl.approved().ships()
				tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
				tl.in(schemas.Received, does(tl, schemas.InspectionFail, anInspector, schemas.Fail{Finding: schemas.FindingUsed, Deduction: &less, EvidenceIDs: []string{"photo-1"}}))
				return schemas.InspectionFailed
			}, schemas.TurnWarehouse,
			func(t *testing.T, l schemas.HandedLine) {
				require.Equal(t, schemas.FindingUsed, l.Finding)
				require.Equal(t, usd(4284), l.Offer.Amount, "the customer still has to answer the finding")
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tl := aReturnOfOne(t)
			tl.in(c.until(tl), does(tl, schemas.CaseConvert, theCustomer, wantsBlue))
			v, o := tl.goneOn()
			handed := o.Predecessor.Handover.Lines[0]
			require.Equal(t, c.with, handed.GoodsWith)
			require.Equal(t, []int{1}, handed.Units)
			c.check(t, handed)
			for _, p := range v.Parcels {
				require.True(t, o.Predecessor.Handover.Has(p.Waybill))
			}
			require.Equal(t, schemas.Closed, v.State)
		})
	}
}

func TestWhatWasSaidAndAnsweredGoesOnWithTheLines(t *testing.T) {
	t.Parallel()
	tl := aReturnOfOne(t)
	tl.opening.Request.EvidenceIDs = []string{"photo-1"}
	tl.in(schemas.Review, does(tl, schemas.CaseMessage, theCustomer, schemas.Message{TextID: "t-1"}))
	tl.in(schemas.Review, does(tl, schemas.CaseReply, anAgent, schemas.Message{TextID: "t-2"}))
	tl.in(schemas.Review, does(tl, schemas.CaseConvert, anAgent, blueTold))
	_, o := tl.goneOn()
	h := o.Predecessor.Handover
	require.True(t, h.Replied, "the first reply is not owed again")
	require.False(t, h.Decided, "the decision still is")
	require.Contains(t, h.Evidence, "photo-1")
	var words []string
	for _, m := range h.Messages {
		words = append(words, m.TextID)
	}
	require.Equal(t, []string{"", "t-1", "t-2", "t-9"}, words)
}

func TestStaffLetAReturnBecomeAnExchangeInTheCustomersWordsOnly(t *testing.T) {
	t.Parallel()
	tl := aReturnOfOne(t).approved()
	tl.in(schemas.WaitShipback, func() {
		a := send(tl, schemas.CaseConvert, anAgent, wantsBlue, "", 0)
		tl.env.RegisterDelayedCallback(func() {
			require.Equal(t, schemas.CodeMissingField, a.refusal.Code)
			require.Equal(t, "text_id", a.refusal.Field)
			does(tl, schemas.CaseConvert, anAgent, blueTold)()
		}, time.Second)
	})
	tl.goneOn()
}

func TestARefundThatWaitsForASecondPersonIsNotPaidOnceTheLineIsAnExchange(t *testing.T) {
	t.Parallel()
	tl := aReturnOfOne(t)
	tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) {
		l := line("1", 200_000)
		l.ProductID = "p"
		return tl.found(l), nil
	}
	tl.approved().ships()
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	tl.in(schemas.RefundApproved, does(tl, schemas.CaseConvert, theCustomer, wantsBlue))
	v, o := tl.goneOn()
	require.Equal(t, "converted", v.Approvals[0].Reason)
	require.False(t, v.Approvals[0].Granted)
	require.True(t, o.Predecessor.Handover.Lines[0].Inspected, "nobody looks at the goods again")
}

func TestOnceMoneyIsOrderedAReturnStaysOne(t *testing.T) {
	t.Parallel()
	t.Run("before the wish", func(t *testing.T) {
		t.Parallel()
		tl := aReturnOfOne(t).approved().ships()
		tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
		tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
		tl.in(schemas.RefundProcessing, func() {
			a := send(tl, schemas.CaseConvert, theCustomer, wantsBlue, "", 0)
			tl.env.RegisterDelayedCallback(func() {
				require.Equal(t, schemas.CodeWrongState, a.refusal.Code)
				says(tl, schemas.RefundSuccess, refundWord(1))()
			}, time.Second)
		})
		tl.answersSurvey(5, schemas.SolvedYes)
		require.Equal(t, schemas.Completed, tl.run().Outcome)
		require.Empty(t, tl.successors)
	})
	t.Run("while the article is looked up", func(t *testing.T) {
		t.Parallel()
		tl := aReturnOfOne(t).approved().ships()
		tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
		tl.knowsKinds()
		tl.env.OnActivity(schemas.ArticleFind.Name, mock.Anything, mock.Anything).After(time.Hour).
			Return(schemas.ArticleAnswer{Known: true, ProductID: "p"}, nil)
		tl.in(schemas.Received, does(tl, schemas.CaseConvert, theCustomer, wantsBlue))
		tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
		tl.later(schemas.RefundProcessing, 2*time.Hour, says(tl, schemas.RefundSuccess, refundWord(1)))
		tl.answersSurvey(5, schemas.SolvedYes)
		v := tl.run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Empty(t, tl.successors)
		require.Len(t, named(v, schemas.EventRefused), 1)
	})
}

func TestAnArticleWithSpacesInItsNumberCanBeConvertedTo(t *testing.T) {
	t.Parallel()
	for edition, taken := range map[int]bool{3: false, schemas.Edition: true} {
		tl := aReturnOfOne(t).ofEdition(edition).approved()
		var words, spaced *answerOf
		tl.in(schemas.WaitShipback, func() {
			words = send(tl, schemas.CaseConvert, theCustomer, schemas.Convert{To: schemas.KindExchange, ReplacementSKU: "the blue one"}, "", 0)
			spaced = send(tl, schemas.CaseConvert, theCustomer, schemas.Convert{To: schemas.KindExchange, ReplacementSKU: "blue 2"}, "", 0)
		})
		v := tl.run()
		require.Equal(t, schemas.CodeBadValue, words.refusal.Code)
		require.Equal(t, taken, spaced.refusal == nil, "edition %d: %v", edition, spaced.refusal)
		if taken {
			require.Equal(t, schemas.Converted, v.Outcome)
			require.Equal(t, "blue 2", tl.successors[0].Request.Lines[0].ReplacementSKU)
		}
	}
}

func TestAnArticleThatIsNoneOfTheProductLeavesTheReturnWhereItIs(t *testing.T) {
	t.Parallel()
	for _, sku := range []string{"none", "teapot"} {
		tl := aReturnOfOne(t).approved()
		tl.in(schemas.WaitShipback, does(tl, schemas.CaseConvert, theCustomer, schemas.Convert{To: schemas.KindExchange, ReplacementSKU: sku}))
		v := tl.run()
		require.Equal(t, schemas.Expired, v.Outcome)
		require.Empty(t, tl.successors)
		require.Contains(t, tl.told(), "return.no_exchange")
		require.Equal(t, "exchange_refused", tl.toldStaff("staff.task")[0].Vars["task"])
	}
}

func TestAnExchangeThatWasOfferedAndTakenIsGrantedByWhoOfferedIt(t *testing.T) {
	t.Parallel()
	offer := func(sku string) schemas.MakeOffer {
		return schemas.MakeOffer{What: schemas.OfferExchange, ReplacementSKU: sku}
	}
	t.Run("before the goods are sent", func(t *testing.T) {
		t.Parallel()
		tl := aReturnOfOne(t)
		tl.in(schemas.Review, does(tl, schemas.OfferMake, anAgent, offer("blue")))
		tl.in(schemas.Negotiating, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{}))
		_, o := tl.goneOn()
		handed := o.Predecessor.Handover.Lines[0]
		require.False(t, handed.Undecided)
		require.Equal(t, anAgent, *handed.Approver)
		require.Contains(t, tl.told(), "return.exchange_offered")
	})
	t.Run("after a failed inspection", func(t *testing.T) {
		t.Parallel()
		less := usd(500)
		tl := aReturnOfOne(t).approved().ships()
		tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
		tl.in(schemas.Received, does(tl, schemas.InspectionFail, anInspector, schemas.Fail{Finding: schemas.FindingUsed, Deduction: &less, EvidenceIDs: []string{"photo-1"}}))
		tl.in(schemas.InspectionFailed, does(tl, schemas.OfferMake, anAgent, offer("blue")))
		tl.in(schemas.InspectionFailed, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{}))
		_, o := tl.goneOn()
		require.Nil(t, o.Predecessor.Handover.Lines[0].Offer, "the finding is forgiven: an article was offered for the goods as they are")
	})
	t.Run("silence never takes it", func(t *testing.T) {
		t.Parallel()
		tl := aReturnOfOne(t)
		tl.in(schemas.Review, does(tl, schemas.OfferMake, anAgent, offer("blue")))
		tl.run()
		require.Empty(t, tl.successors)
		require.Contains(t, tl.told(), "offer.lapsed")
	})
	t.Run("an article that cannot be had goes back to who offered it", func(t *testing.T) {
		t.Parallel()
		tl := aReturnOfOne(t)
		tl.in(schemas.Review, does(tl, schemas.OfferMake, anAgent, offer("none")))
		tl.in(schemas.Negotiating, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{}))
		tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}))
		require.Equal(t, schemas.Expired, tl.run().Outcome)
		require.Empty(t, tl.successors)
	})
}

func TestOneLineBecomesAnExchangeAndTheOtherIsPaid(t *testing.T) {
	t.Parallel()
	tl := aReturn(t)
	tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) {
		one, two := line("1", 4784), line("2", 48881)
		one.ProductID = "p"
		return tl.found(one, two), nil
	}
	tl.article = func(schemas.ArticleQuestion) (schemas.ArticleAnswer, error) {
		return schemas.ArticleAnswer{Known: true, ProductID: "p", UnitPrice: usd(5000)}, nil
	}
	tl.approved().ships()
	tl.in(schemas.ReturnInTransit, does(tl, schemas.CaseConvert, theCustomer, schemas.Convert{OnLines: schemas.OnLines{Lines: []schemas.PickLine{{LineID: "1"}}}, To: schemas.KindExchange, ReplacementSKU: "blue"}))
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	tl.in(schemas.Received, func() {
		// The parcel held both: what this case still has of it is received here, and a second word on it changes nothing.
		does(tl, schemas.InspectionPass, anInspector, schemas.Pass{})()
	})
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1)))
	tl.answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome, "of its own lines")
	require.Equal(t, schemas.Converted, v.Lines[0].Outcome)
	require.Equal(t, "shop:r-1:2", v.Lines[0].Holder)
	require.Equal(t, usd(48881), v.Money.Refunded)
	require.Empty(t, named(v, schemas.EventLateFact), "the parcel that both lines share is this case's too")
}

func TestAParcelReportedAfterItsLineHasGoneOnIsToldToTheCaseThatHasIt(t *testing.T) {
	t.Parallel()
	tl := aReturn(t)
	tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) {
		one, two := line("1", 4784), line("2", 48881)
		one.ProductID = "p"
		return tl.found(one, two), nil
	}
	tl.article = func(schemas.ArticleQuestion) (schemas.ArticleAnswer, error) {
		return schemas.ArticleAnswer{Known: true, ProductID: "p", UnitPrice: usd(5000)}, nil
	}
	tl.awaits = schemas.ParcelDeliver.Name
	only := func(id string) schemas.OnLines { return schemas.OnLines{Lines: []schemas.PickLine{{LineID: id}}} }
	tl.approved()
	tl.in(schemas.WaitShipback, does(tl, schemas.ReturnSubmitWaybill, theCustomer, schemas.SubmitWaybill{OnLines: only("1"), Carrier: "SF", Waybill: "SF1"}))
	tl.in(schemas.WaitShipback, does(tl, schemas.CaseConvert, theCustomer, schemas.Convert{OnLines: only("1"), To: schemas.KindExchange, ReplacementSKU: "blue"}))
	tl.in(schemas.WaitShipback, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	v := tl.run()
	require.Len(t, tl.forwarded, 1)
	require.JSONEq(t, `{"waybill":"SF1"}`, string(tl.forwarded[0].Body))
	require.Empty(t, named(v, schemas.EventLateFact))
}
