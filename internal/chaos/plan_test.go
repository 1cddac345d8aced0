package chaos

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/aftercare/aftercare/internal/play"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/provider/sandbox/sandboxtest"
	"github.com/aftercare/aftercare/schemas"
)

func sizes(t *rapid.T) Size {
	return Size{
		Seed: rapid.Uint64().Draw(t, "seed"), Cases: rapid.IntRange(1, 300).Draw(t, "cases"), Short: rapid.Bool().Draw(t, "short"),
		Span:  time.Duration(rapid.IntRange(20, 600).Draw(t, "span")) * time.Second,
		Every: time.Duration(rapid.IntRange(1, 8).Draw(t, "every")) * time.Second,
		Now:   time.Date(2031, 5, 6, 12, 0, 0, 0, time.UTC),
	}
}

func TestOneSeedMakesOnePlan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := sizes(t)
		require.Equal(t, NewPlan(s), NewPlan(s))
	})
}

func TestAPlanOpensAsManyCasesAsWereAskedForAndNoneTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := sizes(t)
		p := NewPlan(s)
		require.Len(t, p.Wishes, s.Cases)
		orders, seen := map[string]schemas.ShopOrder{}, map[string]bool{}
		for _, o := range p.Shop.Orders {
			orders[o.MerchantID+"/"+o.OrderID] = o
		}
		for _, w := range p.Wishes {
			require.Nil(t, w.Request.Check(), "%+v", w.Request)
			require.False(t, seen[w.CaseID()], w.CaseID())
			seen[w.CaseID()] = true
			o, known := orders[w.Request.MerchantID+"/"+w.Request.OrderID]
			require.True(t, known, "a wish for an order that nobody sold")
			require.Equal(t, o.CustomerID, w.Request.CustomerID)
			require.Equal(t, w.Manner.Policy == "default" || s.Short, w.Manner.Fast, "the demo policy runs in real minutes, for which a short run has no time")
		}
	})
}

func TestALargePlanHasEverySortOfWishMerchantAndManner(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := sizes(t)
		s.Cases = 200
		sorts, shops, ways := map[string]bool{}, map[string]bool{}, map[Manner]bool{}
		for _, w := range NewPlan(s).Wishes {
			sorts[w.Sort], shops[w.Request.MerchantID], ways[w.Manner] = true, true, true
		}
		require.Len(t, sorts, len(wishes))
		require.Len(t, shops, len(tenants))
		require.Len(t, ways, 6)
	})
}

func TestTroubleIsOverWhenTheSpanIsAndATargetHasOneAtATime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := sizes(t)
		free, last := map[string]time.Duration{}, time.Duration(0)
		for _, x := range NewPlan(s).Troubles {
			require.NotEmpty(t, x.Target)
			require.GreaterOrEqual(t, x.At, last, "in order")
			require.GreaterOrEqual(t, x.For, time.Duration(0))
			require.LessOrEqual(t, x.For, longest(x.What))
			require.LessOrEqual(t, x.End(), s.Span)
			require.GreaterOrEqual(t, x.At, free[x.Target], "%s has two troubles at once", x.Target)
			free[x.Target], last = x.End(), x.At
			require.Equal(t, x.What == LinkSlow, x.Delay > 0)
		}
	})
}

func TestALongPlanHasEveryTroubleAndAShortOneWhatItPromises(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := sizes(t)
		s.Every, s.Span = 3*time.Second, 5*time.Minute
		count := func(short bool) map[What]int {
			s.Short = short
			found := map[What]int{}
			for _, x := range NewPlan(s).Troubles {
				found[x.What]++
			}
			return found
		}
		require.Len(t, count(false), len(Whats))
		short := count(true)
		require.Equal(t, map[What]int{WorkerKill: 2, WorkerFreeze: 1, TemporalKill: 1, PostgresKill: 1, LinkCut: 1, LinkSlow: 1}, short)
	})
}

// Money that no provider takes is never closed unpaid: such a case needs somebody who looks after it.
func TestNobodyIsSilentWhereOnlyPeopleCanMoveTheMoney(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		plan := NewPlan(sizes(t))
		silent := map[string]bool{}
		for _, w := range plan.Wishes {
			if w.Manner.Parties == play.SilentMerchant {
				silent[w.CaseID()+"/"] = true
			}
		}
		for _, f := range plan.Faults {
			if silent[f.Match] {
				require.False(t, leavesMoneyToPeople(sandbox.Ability{System: f.System, Operation: f.Operation, Mode: f.Mode}), "%+v", f)
			}
		}
	})
}

// What a plan tells the sandboxes must be something that they can be told, and a full run tells them everything that they can be.
func TestEveryFaultOfAPlanIsTold(t *testing.T) {
	t.Parallel()
	world := sandboxtest.New(t)
	plan := NewPlan(Size{Seed: 7, Cases: 200, Span: time.Minute, Every: time.Second, Now: time.Now()})
	told := map[sandbox.Ability]bool{}
	for _, f := range plan.Faults {
		require.NoError(t, world.Tell(t.Context(), f.System, f.Operation, f.Mode, f.Times, f.Param, f.Match))
		told[sandbox.Ability{System: f.System, Operation: f.Operation, Mode: f.Mode}] = true
	}
	require.Len(t, told, len(sandbox.Tellable()))
}
