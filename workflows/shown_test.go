package workflows_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/aftercare/aftercare/schemas"
)

var (
	stateShown = temporal.NewSearchAttributeKeyKeyword(schemas.AttrState)
	kindShown  = temporal.NewSearchAttributeKeyKeyword(schemas.AttrKind)
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

// startedWith are the attributes that the client starts a return of the order with.
func startedWith(order string) temporal.SearchAttributes {
	keyword := temporal.NewSearchAttributeKeyKeyword
	return temporal.NewSearchAttributes(
		kindShown.ValueSet("return"), keyword(schemas.AttrMerchant).ValueSet("shop"), keyword(schemas.AttrOrder).ValueSet(order),
		keyword(schemas.AttrStage).ValueSet("INTAKE"), stateShown.ValueSet("SUBMITTED"), keyword(schemas.AttrTurn).ValueSet("system"),
		keyword(schemas.AttrPriority).ValueSet("P2"), temporal.NewSearchAttributeKeyInt64(schemas.AttrLevel).ValueSet(1),
	)
}

// A case that our own client starts is shown before any worker has seen it. It says nothing again until it has been taken in, unless
// that lasts, or what was said is not true.
func TestACaseThatWasStartedWithItsAttributesDoesNotRepeatThem(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		order    string
		away     int
		states   []string
		saysKind bool
	}{
		"its own":                   {order: "o-1", states: []string{"REVIEW", "FOLLOW_UP", "CLOSED"}},
		"its own, and intake lasts": {order: "o-1", away: 8, states: []string{"SUBMITTED", "REVIEW", "FOLLOW_UP", "CLOSED"}, saysKind: true},
		"those of another order":    {order: "o-2", states: []string{"SUBMITTED", "REVIEW", "FOLLOW_UP", "CLOSED"}, saysKind: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tl := aReturn(t)
			tl.in(schemas.Review, does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{}))
			take, asked := tl.intake, 0
			tl.intake = func(o schemas.IntakeOrder) (schemas.Intake, error) {
				if asked++; asked <= c.away {
					return schemas.Intake{}, errors.New("the database is away")
				}
				return take(o)
			}
			shown := tl.shows()
			listen := tl.ready
			tl.ready = func() {
				listen()
				require.NoError(t, tl.env.SetTypedSearchAttributesOnStart(startedWith(c.order)))
			}
			require.Equal(t, schemas.Withdrawn, tl.run().Outcome)
			require.Equal(t, c.states, statesIn(*shown))
			_, saysKind := (*shown)[0].GetKeyword(kindShown)
			require.Equal(t, c.saysKind, saysKind)
		})
	}
}
