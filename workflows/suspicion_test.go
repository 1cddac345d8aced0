package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// suspected lets intake find that a rule wants a person to look, although the shop's rules would grant the request by themselves.
func (tl *tale) suspected() *tale {
	found := tl.intake
	tl.intake = func(o schemas.IntakeOrder) (schemas.Intake, error) {
		got, err := found(o)
		got.Plan.Suspicion = &schemas.Suspicion{Rule: "H-OTHER-GOODS@1", Days: 90, OtherGoods: 2}
		for i := range got.Lines {
			got.Lines[i].Verdict.Auto = true
		}
		return got, err
	}
	return tl
}

func TestASuspicionOfTheRulesIsLookedAtByAPersonBeforeAnythingIsGranted(t *testing.T) {
	t.Parallel()
	for _, kind := range []schemas.Kind{schemas.KindReturn, schemas.KindExchange} {
		tl := aReturn(t).finding(line("1", 4784))
		if kind == schemas.KindExchange {
			tl = anExchange(t, 4784)
		}
		tl.suspected()
		tl.in(schemas.Review, func() {
			v := tl.last()
			require.Equal(t, []schemas.Hold{{Kind: schemas.AutomationHold, Reason: "H-OTHER-GOODS@1", By: schemas.System, At: v.Holds[0].At}}, v.Holds, kind)
			clock := duty(v, "hold.automation")
			require.NotNil(t, clock, kind)
			require.WithinDuration(t, started.Add(24*time.Hour), clock.Due, time.Minute, "a person looks within a day")
			require.Equal(t, 1, tl.task("hold_review"), kind)
			taken := named(v, schemas.EventIntake)[0]
			require.Equal(t, "H-OTHER-GOODS@1", taken.Rule)
			require.Equal(t, string(schemas.AutomationHold), taken.Data["hold"])
			soon(tl, 22*time.Hour, func() {
				require.Equal(t, schemas.Review, tl.last().State, "the review's silence has granted nothing")
				does(tl, schemas.HoldRelease, aSupervisor, schemas.ChangeHold{Hold: schemas.AutomationHold, Reason: "looked_at"})()
				does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{})()
			})
		})
		require.Equal(t, schemas.Withdrawn, tl.run().Outcome, kind)
	}
}

// Whoever is suspected hears what everybody hears, and nothing that they could tell it from.
func TestASuspectedCustomerHearsWhatEverybodyHears(t *testing.T) {
	t.Parallel()
	heard := func(suspected bool) (all []schemas.Notice) {
		tl := aReturn(t).finding(line("1", 4784))
		if suspected {
			tl.suspected()
		}
		tl.later(schemas.Review, time.Hour, does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{}))
		tl.run()
		for _, order := range tl.notified {
			for _, m := range order.Messages {
				if m.To.Role == schemas.RoleCustomer {
					all = append(all, m)
				}
			}
		}
		return all
	}
	usual := heard(false)
	require.NotEmpty(t, usual)
	require.Equal(t, usual, heard(true))
}

func TestASuspicionOfTheRulesThatNobodyLooksAtKeepsNothingFromTheCustomer(t *testing.T) {
	t.Parallel()
	tl := paid(t).suspected()
	tl.steps = tl.steps[1:] // nobody decides
	tl.refunded().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome, "no rule and no silence refuses")
	require.Empty(t, v.Holds)
	lifted := named(v, schemas.EventHoldLifted)
	require.Len(t, lifted, 1)
	require.WithinDuration(t, started.Add(48*time.Hour), lifted[0].At, time.Minute)
	require.Empty(t, named(v, schemas.ReviewReject.Name))
}

// Without a suspicion the shop's rules grant at once what needs no person; with one they do not.
func TestWhatNeedsNoPersonNeedsOneUnderSuspicion(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).suspected()
	found := tl.intake
	tl.intake = func(o schemas.IntakeOrder) (schemas.Intake, error) {
		got, err := found(o)
		got.Plan.Suspicion = nil
		return got, err
	}
	tl.later(schemas.WaitShipback, time.Hour, does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{}))
	require.Equal(t, schemas.Withdrawn, tl.run().Outcome)
}
