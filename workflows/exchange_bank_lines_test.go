package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// A bank keeps a part of the price of one article of several. The others are paid for, and nobody has to wait for them.

// oneOfTwoTaken is an exchange of two articles of whose first one a bank takes 10.00 before anything is sent, and keeps it.
func oneOfTwoTaken(t *testing.T) *tale {
	t.Helper()
	tl := bothWays(t, 0, 0)
	tl.trouble = map[string][]error{schemas.DisputeBook.Name: {errAway, nil, errAway}, schemas.ReplacementShip.Name: {errAway}} // answers are lost
	pass := tl.steps[len(tl.steps)-1].do
	tl.steps[len(tl.steps)-1].do = func() { chargedBack(tl, 1000)(); soon(tl, time.Minute, pass) }
	return tl.in(schemas.ShipReplacement, func() {
		require.Empty(t, tl.shipped, "nothing leaves while the bank decides")
		decides(tl, schemas.DisputeLost)()
	})
}

// sends lets the warehouse send a shipment.
func (tl *tale) sends(n int, waybill string) {
	says(tl, schemas.ReplacementSent, schemas.ShipmentWord{ShipmentID: tl.shipped[n].ShipmentID, Waybill: waybill, Carrier: "SF"})()
}

// orders lists the lines of the shipments that were ordered, each order once.
func (tl *tale) orders() []string {
	var lines, seen []string
	for _, o := range tl.shipped {
		if len(seen) > 0 && seen[len(seen)-1] == o.ShipmentID {
			continue
		}
		seen = append(seen, o.ShipmentID)
		for _, g := range o.Goods {
			lines = append(lines, g.LineID)
		}
	}
	return lines
}

func TestOnlyTheArticleABankTookFromWaitsForAPerson(t *testing.T) {
	t.Parallel()
	t.Run("who lets it leave", func(t *testing.T) {
		t.Parallel()
		tl := oneOfTwoTaken(t)
		tl.later(schemas.ShipReplacement, time.Minute, func() {
			v := tl.last()
			require.Equal(t, []string{"2"}, tl.orders(), "the other one is paid for")
			require.Equal(t, []schemas.LineUnits{{LineID: "1", Units: []int{1}}}, v.Holds[0].Lines)
			require.Len(t, tl.tasks("bank_took_part"), 1)
			require.Len(t, tl.tasks("hold_review"), 1)
			require.True(t, clockOfLine(v, "1").Paused, "what waits for a person is not late")
			require.False(t, clockOfLine(v, "2").Paused)
			tl.sends(0, "RP2")
			soon(tl, time.Minute, does(tl, schemas.HoldRelease, aSupervisor, toShip))
			soon(tl, time.Hour, func() {
				require.Equal(t, []string{"2", "1"}, tl.orders())
				require.Empty(t, tl.last().Holds)
				tl.sends(len(tl.shipped)-1, "RP1")
			})
		})
		v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, schemas.Completed, v.Outcome)
	})
	t.Run("or for two, where somebody has stopped all goods meanwhile", func(t *testing.T) {
		t.Parallel()
		tl := oneOfTwoTaken(t)
		tl.later(schemas.ShipReplacement, time.Minute, func() {
			tl.sends(0, "RP2")
			soon(tl, time.Minute, does(tl, schemas.HoldSet, aSupervisor, schemas.ChangeHold{Hold: schemas.ShipmentHold, Reason: "checking"}))
			soon(tl, 2*time.Minute, does(tl, schemas.HoldRelease, aSupervisor, toShip))
			soon(tl, 3*time.Minute, func() {
				require.Equal(t, "bank_took_part", tl.last().Holds[0].Reason)
				require.NotNil(t, clockNamed(tl.last(), "hold.shipment"), "and it has its clock still")
				does(tl, schemas.HoldRelease, aSupervisor, toShip)()
			})
			soon(tl, time.Hour, func() { tl.sends(len(tl.shipped)-1, "RP1") })
		})
		require.Equal(t, schemas.Completed, tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run().Outcome)
	})
	t.Run("and where nobody decides, the manager is asked, and it leaves", func(t *testing.T) {
		t.Parallel()
		tl := oneOfTwoTaken(t)
		tl.later(schemas.ShipReplacement, time.Minute, func() {
			tl.sends(0, "RP2")
			soon(tl, time.Hour, does(tl, schemas.ReplacementConfirm, theCustomer, schemas.OnLines{Lines: []schemas.PickLine{{LineID: "2"}}}))
		})
		tl.later(schemas.ShipReplacement, 10*24*hour, func() { tl.sends(len(tl.shipped)-1, "RP1") })
		v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		require.Len(t, named(v, schemas.EventHoldLifted), 1)
	})
	t.Run("unless the bank turns round", func(t *testing.T) {
		t.Parallel()
		tl := oneOfTwoTaken(t)
		tl.later(schemas.ShipReplacement, time.Minute, func() {
			tl.sends(0, "RP2")
			soon(tl, time.Minute, decides(tl, schemas.DisputeWon))
			soon(tl, time.Hour, func() { tl.sends(len(tl.shipped)-1, "RP1") })
		})
		v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Empty(t, v.Holds)
	})
	t.Run("whom all lines waited for before the sixth edition", func(t *testing.T) {
		t.Parallel()
		tl := oneOfTwoTaken(t).ofEdition(5)
		tl.later(schemas.ShipReplacement, time.Minute, func() {
			require.Empty(t, tl.shipped)
			require.Empty(t, tl.last().Holds[0].Lines)
			does(tl, schemas.HoldRelease, aSupervisor, toShip)()
		})
		tl.later(schemas.ShipReplacement, time.Minute, func() { tl.leaves("RP1") })
		require.Equal(t, schemas.Completed, tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run().Outcome)
	})
}

func clockOfLine(v schemas.View, id string) schemas.Clock {
	for _, l := range v.Lines {
		for _, k := range v.Clocks {
			if l.LineID == id && k.ClockID == l.ClockID {
				return k
			}
		}
	}
	return schemas.Clock{}
}
