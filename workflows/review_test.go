package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// notOwed is a line that is out of window: a person decides, and whatever is granted is goodwill.
func notOwed(id string, minor int64) schemas.Line {
	l := line(id, minor)
	l.Verdict = schemas.Verdict{Proposal: schemas.ProposeReject, Rule: "D-RETURN-OUT@1", Reason: "out_of_window", Freight: schemas.TurnCustomer}
	return l
}

func (tl *tale) finding(lines ...schemas.Line) *tale {
	tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) { return tl.found(lines...), nil }
	return tl
}

// ofEdition makes the tale one of a case that began under an earlier edition of the stories.
func (tl *tale) ofEdition(edition int) *tale {
	intake := tl.intake
	tl.intake = func(o schemas.IntakeOrder) (schemas.Intake, error) {
		got, err := intake(o)
		got.Edition = edition
		return got, err
	}
	return tl
}

// refundOnly makes the tale one in which the customer keeps the goods.
func (tl *tale) refundOnly() *tale {
	tl.opening.Request.RefundOnly = true
	return tl
}

func (tl *tale) refunded() *tale {
	return tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1)))
}

func TestARefundOnlyRequestIsPaidWithoutGoods(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).refundOnly().
		in(schemas.Review, nil).refunded().answersSurvey(4, schemas.SolvedYes)
	tl.steps[0].do = does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{})
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(53665), v.Money.Refunded)
	require.Empty(t, tl.disposed, "nothing came back")
	require.Empty(t, v.Parcels)
}

func TestTheMerchantsSilenceApprovesWhatIsOwed(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).refundOnly().refunded().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	expired := named(v, schemas.EventExpired)
	require.NotEmpty(t, expired)
	var review *schemas.Event
	for i, e := range expired {
		if e.Data["clock"] == "return.review" {
			review = &expired[i]
		}
	}
	require.NotNil(t, review)
	require.Equal(t, started.Add(20*time.Hour), review.At.Truncate(time.Second), "twenty hours, to the second")
	require.Equal(t, "D-RETURN-30@1", review.Rule)
	require.Equal(t, schemas.System, review.Actor)
	require.NotEmpty(t, tl.toldStaff("staff.sla_breach"), "the first reply was missed and counted")
}

func TestSilenceNeverRefusesWhatIsNotOwed(t *testing.T) {
	t.Parallel()
	v := aReturn(t).finding(notOwed("1", 4784)).run()
	require.Equal(t, schemas.Unresolvable, v.Outcome, "goodwill lapses; a machine refuses nothing")
	last := named(v, schemas.EventLastRung)
	require.Len(t, last, 1)
	require.Equal(t, schemas.Operator, last[0].Actor)
	var asked []string
	for _, n := range last {
		asked = append(asked, n.Message)
	}
	require.NotEmpty(t, asked)
	var people []string
	for _, e := range v.Events {
		if who := e.Data["asked"]; who != "" && !contains(people, who) {
			people = append(people, who)
		}
	}
	require.Subset(t, people, []string{"lead-1", "lead-2", "supervisor-1", "supervisor-2", "manager-1", "manager-2", "executive-1", "executive-2"}, "every rung was asked, and its deputy")
}

func TestASupervisorWhoAcceptsAndLetsItLieIsPassedOver(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).finding(notOwed("1", 4784))
	tl.later(schemas.Review, 21*time.Hour, func() {
		v := tl.last()
		require.GreaterOrEqual(t, v.Level, 3)
		does(tl, schemas.CaseAccept, who(schemas.RoleExecutive, "executive-1"), schemas.Nothing{})()
	})
	v := tl.run()
	require.Equal(t, schemas.Unresolvable, v.Outcome)
	require.Equal(t, "executive-1", v.Owner)
}

func TestARefusalThatNobodyAppealsAgainstIsFinal(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).finding(notOwed("1", 4784))
	tl.in(schemas.Review, does(tl, schemas.ReviewReject, anAgent, schemas.Reject{Reason: "out_of_window"}))
	tl.later(schemas.FollowUp, 25*time.Hour, does(tl, schemas.SurveyAnswer, theCustomer, schemas.AnswerSurvey{Overall: 3, Solved: schemas.SolvedPartly}))
	v := tl.run()
	require.Equal(t, schemas.RejectedFinal, v.Outcome)
	require.Equal(t, anAgent, v.Lines[0].Rejection.By, "only a person refuses")
	require.Len(t, tl.released, 1, "the goods stay with the customer, so their units are free again")
	require.Contains(t, tl.told(), "case.rejected")
}

func TestAnAppealIsDecidedBySomebodyElse(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).finding(notOwed("1", 4784))
	tl.in(schemas.Review, does(tl, schemas.ReviewReject, aSupervisor, schemas.Reject{Reason: "out_of_window"}))
	tl.in(schemas.RejectedAppealable, does(tl, schemas.AppealFile, theCustomer, schemas.FileAppeal{TextID: "t-1"}))
	var same *answerOf
	tl.in(schemas.Appeal, func() {
		same = send(tl, schemas.AppealDecide, aSupervisor, schemas.DecideAppeal{Grant: true, Reason: "right"}, "", 0)
		does(tl, schemas.AppealDecide, aManager, schemas.DecideAppeal{Grant: true, Reason: "right"})()
	})
	tl.in(schemas.WaitShipback, does(tl, schemas.ReturnSubmitWaybill, theCustomer, schemas.SubmitWaybill{Carrier: "SF", Waybill: "SF1"}))
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	tl.inspectedAndRefunded().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.CodeFourEyes, same.refusal.Code)
	require.Equal(t, schemas.Completed, v.Outcome)
}

func TestAnAppealThatIsRefusedEndsTheCase(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).finding(notOwed("1", 4784))
	tl.in(schemas.Review, does(tl, schemas.ReviewReject, anAgent, schemas.Reject{Reason: "out_of_window"}))
	tl.in(schemas.RejectedAppealable, does(tl, schemas.AppealFile, theCustomer, schemas.FileAppeal{}))
	tl.in(schemas.Appeal, does(tl, schemas.AppealDecide, aSupervisor, schemas.DecideAppeal{Reason: "no_right"}))
	v := tl.run()
	require.Equal(t, schemas.RejectedFinal, v.Outcome)
	require.Contains(t, tl.told(), "appeal.decided")
}

func TestAnAppealThatNobodyDecidesIsGranted(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).refundOnly().finding(notOwed("1", 4784))
	tl.in(schemas.Review, does(tl, schemas.ReviewReject, anAgent, schemas.Reject{Reason: "out_of_window"}))
	tl.in(schemas.RejectedAppealable, does(tl, schemas.AppealFile, theCustomer, schemas.FileAppeal{}))
	tl.refunded()
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(4784), v.Money.Refunded)
	require.Len(t, named(v, schemas.EventLastRung), 1)
}

func TestEvidenceAfterARefusalBringsTheCaseBackToReview(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).refundOnly().finding(line("1", 4784))
	tl.in(schemas.Review, does(tl, schemas.ReviewReject, anAgent, schemas.Reject{Reason: "no_evidence"}))
	tl.in(schemas.RejectedAppealable, does(tl, schemas.CaseProvideInfo, theCustomer, schemas.ProvideInfo{EvidenceIDs: []string{"photo-1"}}))
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}))
	tl.refunded()
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, []string{"photo-1"}, v.EvidenceIDs)
}

func TestMissingEvidenceIsAskedForAndItsSilenceExpiresTheCase(t *testing.T) {
	t.Parallel()
	wanting := line("1", 4784)
	wanting.Verdict.Evidence = []string{"photo"}
	tl := aReturn(t).finding(wanting)
	v := tl.run()
	require.Equal(t, schemas.Expired, v.Outcome)
	require.Equal(t, []string{"info.missing", "ack.received", "info.reminder", "info.reminder", "case.expired", "survey.invite", "survey.remind", "case.closed"}, tl.told())
	require.Len(t, tl.released, 1)
	for _, e := range v.Events {
		if e.Name == schemas.EventExpired && e.Data["clock"] == "return.wait_info" {
			require.Equal(t, 72*time.Hour, e.At.Sub(started).Truncate(time.Minute))
		}
	}
}

func TestEvidenceThatIsSentGoesToReview(t *testing.T) {
	t.Parallel()
	wanting := line("1", 4784)
	wanting.Verdict.Evidence = []string{"photo"}
	tl := aReturn(t).refundOnly().finding(wanting)
	tl.in(schemas.WaitInfo, does(tl, schemas.CaseProvideInfo, theCustomer, schemas.ProvideInfo{EvidenceIDs: []string{"photo-1"}}))
	tl.in(schemas.Review, does(tl, schemas.ReviewRequestInfo, anAgent, schemas.RequestInfo{Wanted: []string{"invoice", "video"}}))
	tl.in(schemas.WaitInfo, does(tl, schemas.CaseProvideInfo, anAgent, schemas.ProvideInfo{EvidenceIDs: []string{"invoice-1"}}))
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}))
	tl.refunded()
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
}

func TestAnOfferThatIsAcceptedIsPaidAndTheGoodsStay(t *testing.T) {
	t.Parallel()
	tl := aReturn(t)
	offer := usd(10000)
	tl.in(schemas.Review, does(tl, schemas.OfferMake, anAgent, schemas.MakeOffer{What: schemas.OfferPartialRefund, Amount: &offer}))
	tl.in(schemas.Negotiating, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{}))
	tl.refunded()
	v := tl.run()
	require.Equal(t, schemas.CompletedPartial, v.Outcome)
	require.Equal(t, offer, v.Money.Refunded, "the offer to the cent, shared over two lines")
	require.Empty(t, v.Parcels)
}

func TestAnOfferThatIsNotAnsweredLapses(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).refundOnly()
	offer := usd(10000)
	tl.in(schemas.Review, does(tl, schemas.OfferMake, anAgent, schemas.MakeOffer{What: schemas.OfferPartialRefund, Amount: &offer}))
	tl.in(schemas.Negotiating, func() {})
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}))
	tl.refunded()
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(53665), v.Money.Refunded, "silence consents to nothing: the original wish stands")
	require.Contains(t, tl.told(), "offer.reminder")
	require.Contains(t, tl.told(), "offer.lapsed")
}

func TestOffersHaveThreeRoundsAndLimits(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).refundOnly()
	small, tooMuch, foreign := usd(1000), usd(53666), schemas.Money{Minor: 1000, Currency: "EUR"}
	offer := func() func() {
		return does(tl, schemas.OfferMake, anAgent, schemas.MakeOffer{What: schemas.OfferPartialRefund, Amount: &small})
	}
	tl.in(schemas.Review, func() {
		for code, body := range map[schemas.Code]schemas.MakeOffer{
			schemas.CodeBadAmount:     {What: schemas.OfferPartialRefund, Amount: &tooMuch},
			schemas.CodeOtherCurrency: {What: schemas.OfferPartialRefund, Amount: &foreign},
			schemas.CodeMissingField:  {What: schemas.OfferPartialRefund},
			schemas.CodeBadValue:      {What: schemas.OfferSendBack},
		} {
			refuses(tl, code, send(tl, schemas.OfferMake, anAgent, body, "", 0))
		}
		offer()()
	})
	tl.in(schemas.Negotiating, does(tl, schemas.OfferDecline, theCustomer, schemas.AnswerOffer{TextID: "t-1"}))
	tl.in(schemas.Review, offer())
	counter := usd(40000)
	tl.in(schemas.Negotiating, does(tl, schemas.OfferCounter, theCustomer, schemas.CounterOffer{Amount: counter}))
	tl.in(schemas.Review, offer())
	tl.in(schemas.Negotiating, does(tl, schemas.OfferDecline, theCustomer, schemas.AnswerOffer{}))
	tl.in(schemas.Review, func() {
		refuses(tl, schemas.CodeNoRounds, send(tl, schemas.OfferMake, anAgent, schemas.MakeOffer{What: schemas.OfferPartialRefund, Amount: &small}, "", 0))
		does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{})()
	})
	tl.refunded()
	require.Equal(t, schemas.Completed, tl.run().Outcome)
}

// refuses holds a command to having been refused with a code.
func refuses(tl *tale, code schemas.Code, a *answerOf) {
	tl.env.RegisterDelayedCallback(func() {
		if a.refusal == nil {
			tl.t.Errorf("accepted, and should have been refused as %s", code)
			return
		}
		require.Equal(tl.t, code, a.refusal.Code, a.refusal.Message)
		require.NotEmpty(tl.t, a.refusal.Message)
	}, 0)
}

func TestGoodwillNeedsSomebodyWhoMayGrantIt(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).refundOnly().finding(notOwed("1", 20000))
	tl.in(schemas.Review, func() {
		refuses(tl, schemas.CodeOverLimit, send(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}, "", 0))
		refuses(tl, schemas.CodeOverLimit, send(tl, schemas.ReviewApprove, aLead, schemas.Approve{}, "", 0))
		does(tl, schemas.ReviewApprove, aSupervisor, schemas.Approve{Reason: "goodwill"})()
	})
	tl.refunded()
	require.Equal(t, schemas.Completed, tl.run().Outcome)
}

func TestLinesOfACasePartWays(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).finding(line("1", 4784), line("2", 48881), line("3", 1000))
	one := func(id string) schemas.OnLines { return schemas.OnLines{Lines: []schemas.PickLine{{LineID: id}}} }
	tl.in(schemas.Review, func() {
		yes := true
		does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{OnLines: one("1"), RefundOnly: &yes})()
		does(tl, schemas.ReviewReject, anAgent, schemas.Reject{OnLines: one("2"), Reason: "used"})()
		does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{OnLines: one("3")})()
	})
	tl.later(schemas.RejectedAppealable, time.Hour, func() {
		says(tl, schemas.RefundSuccess, refundWord(1))()
		does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{OnLines: one("3")})()
	})
	v := tl.run()
	require.Equal(t, schemas.CompletedPartial, v.Outcome)
	require.Equal(t, schemas.Completed, v.Lines[0].Outcome)
	require.Equal(t, schemas.RejectedFinal, v.Lines[1].Outcome)
	require.Equal(t, schemas.Withdrawn, v.Lines[2].Outcome)
	require.Equal(t, usd(4784), v.Money.Refunded, "what one line is owed did not wait for the others")
}

func TestAPartOfALineGoesItsOwnWay(t *testing.T) {
	t.Parallel()
	three := line("1", 1000)
	three.Quantity, three.Units = 3, []int{1, 2, 3}
	tl := aReturn(t).finding(three)
	part := func(n int) schemas.OnLines {
		return schemas.OnLines{Lines: []schemas.PickLine{{LineID: "1", Quantity: n}}}
	}
	tl.approvedAndShipped()
	tl.in(schemas.Received, func() {
		refuses(tl, schemas.CodeBadQuantity, send(tl, schemas.InspectionPass, anInspector, schemas.Pass{OnLines: part(4)}, "", 0))
		does(tl, schemas.InspectionPass, anInspector, schemas.Pass{OnLines: part(2)})()
		does(tl, schemas.InspectionFail, anInspector, schemas.Fail{Finding: schemas.FindingMissing, EvidenceIDs: []string{"weight-1"}})()
	})
	tl.in(schemas.InspectionFailed, says(tl, schemas.RefundSuccess, refundWord(1)))
	tl.later(schemas.InspectionFailed, time.Hour, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{}))
	v := tl.run()
	require.Len(t, v.Lines, 2)
	require.Equal(t, 2, v.Lines[0].Quantity)
	require.Equal(t, []int{3}, v.Lines[1].Units)
	require.Equal(t, usd(2000), v.Money.Refunded)
	require.Equal(t, schemas.CompletedPartial, v.Outcome)
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
