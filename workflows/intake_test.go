package workflows_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

func TestWhatCannotBeARequestIsAClosedCaseWithAReason(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		input any
		id    string
		code  schemas.Code
	}{
		"not an object":      {"hello", "shop:r-1", schemas.CodeWrongType},
		"an unknown field":   {map[string]any{"request": map[string]any{"colour": "red"}}, "shop:r-1", schemas.CodeUnknownField},
		"nothing at all":     {map[string]any{}, "shop:r-1", schemas.CodeMissingField},
		"two megabytes":      {map[string]any{"policy": strings.Repeat("长", 600_000)}, "shop:r-1", schemas.CodeTooLarge},
		"a foreign id":       {aReturn(t).opening, "somebody-elses-id", schemas.CodeWrongCaseID},
		"another request":    {aReturn(t).opening, "shop:r-2", schemas.CodeWrongCaseID},
		"a made-up sequence": {aReturn(t).opening, "shop:r-1:2", schemas.CodeWrongCaseID},
		"a carried state":    {schemas.Opening{Request: aReturn(t).opening.Request, Carried: &schemas.Carried{State: json.RawMessage(`{"outcome":"COMPLETED"}`)}}, "shop:r-9", schemas.CodeWrongCaseID},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tl := aReturn(t)
			tl.env.SetStartWorkflowOptions(startOptions(c.id))
			v := tl.runWith(c.input)
			require.Equal(t, schemas.Invalid, v.Outcome)
			require.Equal(t, c.code, v.Refusal.Code, v.Refusal.Message)
			require.NotEmpty(t, v.Refusal.Message)
			require.NotContains(t, tl.calls, "case.intake")
		})
	}
}

func TestIntakeDecidesWhichLinesGoOn(t *testing.T) {
	t.Parallel()
	ended := func(id string, outcome schemas.Outcome, code schemas.Code, holder string) schemas.Line {
		l := line(id, 1000)
		l.Outcome, l.Code, l.Holder, l.Units = outcome, code, holder, nil
		return l
	}
	t.Run("a held line is merged and the others go on", func(t *testing.T) {
		t.Parallel()
		tl := aReturn(t).refundOnly().finding(line("1", 4784), ended("2", schemas.Merged, schemas.CodeHeldElsewhere, "shop:r-0")).approved().refunded()
		tl.expectsToTell("shop:r-0")
		v := tl.run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Equal(t, schemas.Merged, v.Lines[1].Outcome)
		require.Equal(t, usd(4784), v.Money.Refunded)
		require.Contains(t, tl.told(), "case.merged")
	})
	t.Run("with nothing but held lines the case is merged", func(t *testing.T) {
		t.Parallel()
		tl := aReturn(t).finding(ended("1", schemas.Merged, schemas.CodeHeldElsewhere, "shop:r-0"))
		tl.expectsToTell("shop:r-0")
		v := tl.run()
		require.Equal(t, schemas.Merged, v.Outcome)
		require.NotContains(t, tl.told(), "survey.invite")
	})
	t.Run("with nothing that can be a request it is invalid", func(t *testing.T) {
		t.Parallel()
		tl := aReturn(t).finding(ended("1", schemas.Invalid, schemas.CodeAlreadySettled, ""))
		v := tl.run()
		require.Equal(t, schemas.Invalid, v.Outcome)
		require.Equal(t, schemas.CodeAlreadySettled, v.Refusal.Code)
	})
	t.Run("a refusal of the whole closes the case", func(t *testing.T) {
		t.Parallel()
		tl := aReturn(t)
		tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) {
			return schemas.Intake{Refusal: &schemas.Refusal{Code: schemas.CodeUnknownOrder, Message: "no such order."}}, nil
		}
		v := tl.run()
		require.Equal(t, schemas.Invalid, v.Outcome)
		require.Equal(t, []string{"case.invalid"}, tl.told())
	})
	t.Run("a case that had ended before changes nothing", func(t *testing.T) {
		t.Parallel()
		tl := aReturn(t)
		tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) {
			return schemas.Intake{Closed: &schemas.View{Outcome: schemas.Completed}}, nil
		}
		v := tl.run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Empty(t, tl.told())
	})
	t.Run("clear and low risk is approved by itself", func(t *testing.T) {
		t.Parallel()
		auto := line("1", 4784)
		auto.Verdict.Auto = true
		tl := aReturn(t).refundOnly().finding(auto).refunded()
		v := tl.run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Empty(t, named(v, schemas.ReviewApprove.Name))
	})
	t.Run("a wish for another method that cannot be kept is told", func(t *testing.T) {
		t.Parallel()
		tl := paid(t).refunded()
		tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) {
			got := tl.found(line("1", 4784))
			got.Fallback = true
			return got, nil
		}
		tl.run()
		require.Contains(t, tl.told(), "refund.fallback")
	})
	t.Run("a gift card that was asked for is paid", func(t *testing.T) {
		t.Parallel()
		tl := paid(t).refunded()
		tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) {
			got := tl.found(line("1", 4784))
			got.Method = "gift_card_7"
			return got, nil
		}
		tl.run()
		require.Equal(t, "gift_card_7", tl.ordered[0].Method)
	})
}

func TestASuccessorStartsBeforeAPerson(t *testing.T) {
	t.Parallel()
	wanting := notOwed("1", 500)
	wanting.Verdict.Evidence = []string{"photo"}
	wanting.Units = nil
	tl := aReturn(t).refundOnly().finding(wanting)
	tl.opening.Predecessor = &schemas.Predecessor{CaseID: "shop:r-1", Why: "request_human", AtReview: true}
	tl.env.SetStartWorkflowOptions(startOptions("shop:r-1:2"))
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}))
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, schemas.RefundWord{RefundID: "shop:r-1:2/refund/1"}))
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, "shop:r-1", v.PredecessorID)
}
