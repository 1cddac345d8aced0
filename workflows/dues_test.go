package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/calendar"
	"github.com/aftercare/aftercare/policies"
	"github.com/aftercare/aftercare/schemas"
)

// counted lets a clock of a plan be counted with China's calendar, by as many layers as are given.
func counted(t *testing.T, plan *schemas.Plan, name string, latest bool, layers ...schemas.ClockLayer) {
	t.Helper()
	set, err := calendar.Load(policies.Calendars)
	require.NoError(t, err)
	cn, ok := set.Get("cn")
	require.True(t, ok)
	plan.Calendars = map[string]schemas.Horizon{"cn": cn.Over(started, 90)}
	spec := plan.Clocks[name]
	spec.Layers, spec.Latest = layers, latest
	plan.Clocks[name] = spec
}

func term(rule, basis string, amount int, unit schemas.Unit) schemas.ClockLayer {
	return schemas.ClockLayer{Rule: rule, Basis: basis, Term: &schemas.Term{Amount: amount, Unit: unit, Calendar: "cn"}}
}

func within(plan func(*schemas.Plan), tl *tale) *tale {
	found := tl.intake
	tl.intake = func(o schemas.IntakeOrder) (schemas.Intake, error) {
		in, err := found(o)
		plan(&in.Plan)
		return in, err
	}
	return tl
}

func clockNamed(v schemas.View, name string) *schemas.Clock {
	for i := range v.Clocks {
		if v.Clocks[i].Name == name {
			return &v.Clocks[i]
		}
	}
	return nil
}

func instant(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	require.NoError(t, err)
	return at.UTC()
}

// The cases of these tests begin on Friday 2026-11-20 at 17:00 in Shanghai, an hour before the day's work ends.
func TestOpenHoursPassOverTheWeekend(t *testing.T) {
	t.Parallel()
	tl := within(func(p *schemas.Plan) {
		counted(t, p, "return.review", false, term("X-REVIEW@1", "promise", 4, schemas.BusinessHour))
		for _, other := range []string{"first_reply", "definite_reply", "formalities", "update"} {
			p.Clocks[other] = schemas.ClockSpec{Rule: "T-LONG@1", After: schemas.Duration(30 * 24 * time.Hour)} // nobody else is in a hurry
		}
	}, aReturn(t))
	tl.later(schemas.Review, 0, func() {
		k := clockNamed(tl.last(), "return.review")
		require.Equal(t, instant(t, "2026-11-23T12:00:00+08:00"), k.Due.UTC())
		require.Equal(t, "X-REVIEW@1", k.Rule)
		require.Equal(t, []schemas.SkippedDay{{Date: "2026-11-21", Why: "weekend"}, {Date: "2026-11-22", Why: "weekend"}}, k.Layers[0].Skipped)
		require.False(t, k.Provisional)
	})
	tl.in(schemas.WaitShipback, does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{}))
	v := tl.run()
	for _, ran := range v.Events {
		if ran.Data["clock"] == "return.review" {
			require.Equal(t, instant(t, "2026-11-23T12:00:00+08:00"), ran.At.UTC(), "silence approves what is owed at the due and not before")
			return
		}
	}
	require.Fail(t, "nobody was silent")
}

func TestOfADutyTheEarliestLayerCountsAndOfARightTheLatest(t *testing.T) {
	t.Parallel()
	tl := within(func(p *schemas.Plan) {
		own := schemas.ClockLayer{Rule: "T-OWN@1", Basis: "promise", After: schemas.Duration(96 * time.Hour)}
		counted(t, p, "return.review", false, own, term("X-LAW@1", "law", 1, schemas.WorkingDay))
		counted(t, p, "return.wait_shipback", true, own, term("X-PLATFORM@1", "platform", 7, schemas.CalendarDay))
	}, aReturn(t))
	tl.in(schemas.Review, func() {
		k := clockNamed(tl.last(), "return.review")
		require.Equal(t, instant(t, "2026-11-23T16:00:00Z"), k.Due.UTC(), "the end of Monday in Shanghai is earlier than four days")
		require.Equal(t, "X-LAW@1", k.Rule)
		require.Len(t, k.Layers, 2)
		require.Equal(t, instant(t, "2026-11-24T09:00:00Z"), k.Layers[0].Due.UTC())
		does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{})()
	})
	tl.in(schemas.WaitShipback, func() {
		k := clockNamed(tl.last(), "return.wait_shipback")
		require.Equal(t, "X-PLATFORM@1", k.Rule)
		require.Equal(t, instant(t, "2026-11-27T16:00:00Z"), k.Due.UTC())
	})
	v := tl.run()
	require.Equal(t, schemas.Expired, v.Outcome)
}

func TestAPauseOverTheWeekendTakesNoOpenHoursAway(t *testing.T) {
	t.Parallel()
	tl := within(func(p *schemas.Plan) {
		counted(t, p, "formalities", false, term("X-FORMALITIES@1", "promise", 16, schemas.BusinessHour))
	}, aReturn(t)).approvedAndShipped()
	tl.in(schemas.Received, func() {
		v := tl.last()
		k := clockNamed(v, "formalities")
		require.False(t, k.Paused)
		require.NotEmpty(t, k.Pauses)
		// Almost all of the sixteen open hours are left, and they begin again when the goods are there.
		cn := v.Now
		plan := thePlan()
		counted(t, &plan, "formalities", false)
		whole, err := schemas.Term{Amount: 16, Unit: schemas.BusinessHour, Calendar: "cn"}.From(plan.Days("cn"), cn)
		require.NoError(t, err)
		require.WithinDuration(t, whole.Due, k.Due, 10*time.Second)
		require.Equal(t, k.Due, k.Layers[0].Due)
		does(tl, schemas.InspectionPass, anInspector, schemas.Pass{})()
	})
	tl.refunded().answersSurvey(5, schemas.SolvedYes)
	require.Equal(t, schemas.Completed, tl.run().Outcome)
}

func TestAPausedClockSaysWhatIsLeftOfItsOpenHours(t *testing.T) {
	t.Parallel()
	tl := within(func(p *schemas.Plan) {
		counted(t, p, "formalities", false, term("X-FORMALITIES@1", "promise", 16, schemas.BusinessHour))
		counted(t, p, "update", false, term("X-UPDATE@1", "promise", 16, schemas.BusinessHour))
	}, aReturn(t)).approved()
	tl.later(schemas.WaitShipback, 0, func() {
		v := tl.last()
		for _, name := range []string{"formalities", "update"} {
			k := clockNamed(v, name)
			require.True(t, k.Paused, name)
			require.NotNil(t, k.Remaining, name)
			require.InDelta(t, 16*time.Hour, k.Remaining.Time.D(), float64(10*time.Second), name)
		}
	})
	require.Equal(t, schemas.Expired, tl.run().Outcome)
}

func TestDutiesOfTheLawStartWithTheRequestAndAreBreachedLikeAnyOther(t *testing.T) {
	t.Parallel()
	tl := within(func(p *schemas.Plan) {
		spec := schemas.ClockSpec{Rule: "X-REMEDY@1", Basis: "law", Trigger: schemas.EventOpened, After: schemas.Duration(24 * time.Hour), Warn: []schemas.Duration{schemas.Duration(20 * time.Hour)}}
		p.Clocks["law.remedy"], p.Clocks["law.formalities"] = spec, spec
		counted(t, p, "law.remedy", false, term("X-REMEDY@1", "law", 1, schemas.CalendarDay))
	}, aReturn(t)).approved()
	tl.later(schemas.WaitShipback, 48*time.Hour, func() {
		v := tl.last()
		require.True(t, v.LegalBreach)
		require.GreaterOrEqual(t, v.Level, 4)
	})
	v := tl.run()
	require.Equal(t, schemas.Expired, v.Outcome)
	var breached []string
	for _, e := range named(v, schemas.EventExpired) {
		if e.Data["legal_breach"] == "true" {
			breached = append(breached, e.Data["clock"])
		}
	}
	require.ElementsMatch(t, []string{"law.remedy", "law.formalities"}, breached)
	require.Empty(t, v.Clocks)
}

func TestADutyThatCountsFromTheGoodsIsNotBreachedWhileTheyAreWithTheCustomer(t *testing.T) {
	t.Parallel()
	tl := within(func(p *schemas.Plan) {
		p.Clocks["law.remedy"] = schemas.ClockSpec{Rule: "X-REMEDY@2", Basis: "law", Trigger: schemas.ParcelDeliver.Name, After: schemas.Duration(24 * time.Hour)}
	}, aReturn(t)).approved()
	tl.later(schemas.WaitShipback, 48*time.Hour, func() {
		v := tl.last()
		require.False(t, v.LegalBreach, "the customer has not sent the goods")
		require.Nil(t, clockNamed(v, "law.remedy"))
		does(tl, schemas.ReturnSubmitWaybill, theCustomer, schemas.SubmitWaybill{Carrier: "SF", Waybill: "SF1"})()
	})
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	tl.in(schemas.Received, func() {
		require.NotNil(t, clockNamed(tl.last(), "law.remedy"))
		does(tl, schemas.InspectionPass, anInspector, schemas.Pass{})()
	})
	v := tl.refunded().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.False(t, v.LegalBreach)
}

func TestADeadlineBeyondTheCalendarOfAPlanStillEnds(t *testing.T) {
	t.Parallel()
	tl := within(func(p *schemas.Plan) {
		counted(t, p, "return.review", false, term("X-REVIEW@1", "promise", 200, schemas.WorkingDay))
		spec := p.Clocks["return.review"]
		spec.After = schemas.Duration(30 * time.Hour)
		p.Clocks["return.review"] = spec
	}, aReturn(t))
	tl.later(schemas.Review, 0, func() {
		k := clockNamed(tl.last(), "return.review")
		require.True(t, k.Provisional)
		require.WithinDuration(t, started.Add(30*time.Hour), k.Due, time.Minute, "its usual length")
	})
	tl.in(schemas.WaitShipback, does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{}))
	require.Equal(t, schemas.Withdrawn, tl.run().Outcome)
}

func TestARuleMayWantASecondPersonForAnyAmount(t *testing.T) {
	t.Parallel()
	tl := aReturn(t)
	tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) {
		l := line("1", 4784)
		l.Verdict.Second = "B-AGAIN@1"
		return tl.found(l), nil
	}
	tl.opening.Request.Lines = tl.opening.Request.Lines[:1]
	tl.approvedAndShipped().in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	tl.in(schemas.RefundApproved, func() {
		require.Empty(t, tl.ordered, "no provider is asked before the second word")
		does(tl, schemas.ApprovalGrant, aSupervisor, schemas.DecideApproval{})()
	})
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1)))
	tl.answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(4784), v.Money.Refunded)
}

func TestTheGradeOfTheGoodsSaysWhatIsTakenOffAndTheCustomerAgreesOrNot(t *testing.T) {
	t.Parallel()
	tl := aReturn(t)
	tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) {
		one, two := line("1", 4783), line("2", 48881)
		one.Verdict.Deduction = map[schemas.Grade]int64{schemas.GradeUsed: 2000}
		two.Verdict.Deduction = map[schemas.Grade]int64{schemas.GradeUsed: 2000}
		return tl.found(one, two), nil
	}
	tl.approvedAndShipped().in(schemas.Received, func() {
		refused := send(tl, schemas.InspectionFail, anInspector, schemas.Fail{Finding: schemas.FindingUsed, Grade: "E", EvidenceIDs: []string{"photo-9"}}, "", 0)
		tl.env.RegisterDelayedCallback(func() { require.Equal(t, "grade", refused.refusal.Field) }, 0)
		does(tl, schemas.InspectionFail, anInspector, schemas.Fail{Finding: schemas.FindingUsed, Grade: schemas.GradeUsed, EvidenceIDs: []string{"photo-9"}})()
	})
	tl.in(schemas.InspectionFailed, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{}))
	tl.refunded().answersSurvey(3, schemas.SolvedPartly)
	v := tl.run()
	require.Equal(t, schemas.CompletedPartial, v.Outcome)
	require.Equal(t, usd(4783+48881-956-9776), v.Money.Refunded, "a share of a cent is the customer's")
}

func TestTheQuietHoursOfThePlanTravelWithTheMessages(t *testing.T) {
	t.Parallel()
	quiet := schemas.QuietHours{From: "22:00", To: "08:00"}
	tl := within(func(p *schemas.Plan) { p.Quiet = quiet }, aReturn(t)).approved()
	tl.run()
	require.NotEmpty(t, tl.notified)
	for _, o := range tl.notified {
		require.Equal(t, quiet, o.Quiet)
	}
}
