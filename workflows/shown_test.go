package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/aftercare/aftercare/schemas"
)

var (
	stateShown = temporal.NewSearchAttributeKeyKeyword(schemas.AttrState)
	kindShown  = temporal.NewSearchAttributeKeyKeyword(schemas.AttrKind)
	dueShown   = temporal.NewSearchAttributeKeyTime(schemas.AttrDue)
	ownerShown = temporal.NewSearchAttributeKeyKeyword(schemas.AttrOwner)
)

// shows keeps what the case shows of itself in the Temporal UI, each time that it says something new.
func (tl *tale) shows() *[]temporal.SearchAttributes {
	var all []temporal.SearchAttributes
	tl.ready = func() {
		tl.env.OnUpsertTypedSearchAttributes(mock.Anything).Return(nil).Run(func(args mock.Arguments) {
			all = append(all, args.Get(0).(temporal.SearchAttributes))
		})
	}
	return &all
}

// statesIn lists the states that were shown, one after the other.
func statesIn(all []temporal.SearchAttributes) (states []string) {
	for _, a := range all {
		if state, ok := a.GetKeyword(stateShown); ok && (len(states) == 0 || states[len(states)-1] != state) {
			states = append(states, state)
		}
	}
	return states
}

func TestOpsAreShownWhatHasChangedAndNoStateThatPassesByItself(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).approvedAndShipped().inspectedAndRefunded().answersSurvey(5, schemas.SolvedYes)
	shown := tl.shows()
	require.Equal(t, schemas.Completed, tl.run().Outcome)
	require.Equal(t, []string{"SUBMITTED", "REVIEW", "WAIT_SHIPBACK", "RETURN_IN_TRANSIT", "RECEIVED", "REFUND_PROCESSING", "FOLLOW_UP", "CLOSED"}, statesIn(*shown))
	for i, a := range *shown {
		_, saysKind := a.GetKeyword(kindShown)
		require.Equal(t, i == 0, saysKind, "what never changes is shown once")
	}
	_, saysOwner := (*shown)[len(*shown)-1].GetKeyword(ownerShown)
	require.False(t, saysOwner, "the owner is who it was")
}

func TestOpsSeeWhenTheQuestionsCloseAndNothingNewWhenTheyAreSent(t *testing.T) {
	t.Parallel()
	// dues lists what was shown as due during the follow-up, counted from its beginning.
	dues := func(t *testing.T, edition int) (all []time.Duration) {
		tl := aReturn(t).approvedAndShipped().inspectedAndRefunded().answersSurvey(5, schemas.SolvedYes).ofEdition(edition)
		shown := tl.shows()
		v := tl.run()
		require.Equal(t, schemas.Completed, v.Outcome)
		began := named(v, schemas.EventFollowUp)[0].At
		following := false
		for _, a := range *shown {
			if state, ok := a.GetKeyword(stateShown); ok {
				following = state == string(schemas.FollowUp)
			}
			if due, ok := a.GetTime(dueShown); ok && following {
				all = append(all, due.Sub(began).Round(time.Hour))
			}
		}
		return all
	}
	const day = 24 * time.Hour
	require.Equal(t, []time.Duration{15 * day}, dues(t, schemas.Edition))
	require.Equal(t, []time.Duration{day, 15 * day}, dues(t, 5), "as it was before the sixth edition")
}

func TestAStateOfTheSystemsOwnIsShownOnceItLasts(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4784).approved()
	shown := tl.shows()
	asked := 0
	tl.reserve = func(o schemas.StockOrder) (schemas.StockReceipt, error) {
		if asked++; asked < 12 { // some minutes, with growing pauses
			return schemas.StockReceipt{}, temporal.NewApplicationError("the warehouse does not answer.", "unavailable")
		}
		return schemas.StockReceipt{Key: o.Key, Held: true}, nil
	}
	tl.run()
	owner := false
	for _, a := range *shown {
		if state, ok := a.GetKeyword(stateShown); ok && state != string(schemas.Submitted) {
			break
		}
		_, says := a.GetKeyword(ownerShown)
		owner = owner || says
	}
	require.True(t, owner, "the case is shown with its owner while it still waits for the warehouse")
}

func TestUnitsOfAnExchangeAreSettledWithTheGoods(t *testing.T) {
	t.Parallel()
	exchanged := func(t *testing.T, edition int) *tale {
		return anExchange(t, 4784).oldGoodsPass().replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes).ofEdition(edition)
	}
	t.Run("in one call", func(t *testing.T) {
		t.Parallel()
		tl := exchanged(t, 2)
		require.Equal(t, schemas.Completed, tl.run().Outcome)
		require.Len(t, tl.replaced, 1)
		require.Len(t, tl.disposed, 1)
		require.NotContains(t, tl.calls, schemas.ClaimsSettle.Name)
	})
	t.Run("beside it, as a case of yesterday does", func(t *testing.T) {
		t.Parallel()
		tl := exchanged(t, 1)
		require.Equal(t, schemas.Completed, tl.run().Outcome)
		require.Len(t, tl.replaced, 1)
		require.Contains(t, tl.calls, schemas.ClaimsSettle.Name)
	})
	t.Run("and afterwards, where the worker that has the goods knows nothing of units", func(t *testing.T) {
		t.Parallel()
		tl := exchanged(t, 2)
		tl.dispose = func(schemas.DisposeOrder) schemas.Disposed { return schemas.Disposed{} }
		require.Equal(t, schemas.Completed, tl.run().Outcome)
		require.Len(t, tl.replaced, 1)
		require.Contains(t, tl.calls, schemas.ClaimsSettle.Name)
	})
}
