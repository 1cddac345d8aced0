package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// Several replacements in one parcel, which counts as lost and comes after all when some of their customers have chosen the money.

// lostTogether is such an exchange. Line 1 goes on as a return; the customer has not chosen for line 2.
func lostTogether(t *testing.T) *tale {
	t.Helper()
	tl := bothWays(t, 0, 0).replacementLeaves()
	tl.in(schemas.ReplacementInTransit, says(tl, schemas.ParcelLoss, parcelWord("RP1")))
	return tl.in(schemas.ReplacementLost, func() {
		chooses(tl, "1", "refund")()
		soon(tl, time.Minute, says(tl, schemas.ParcelDeliver, parcelWord("RP1")))
	})
}

func TestEveryReturnHearsOfAParcelThatIsFoundWhateverBecameOfTheOtherLines(t *testing.T) {
	t.Parallel()
	t.Run("and who stays has it", func(t *testing.T) {
		t.Parallel()
		tl := lostTogether(t)
		tl.awaits = schemas.ParcelDeliver.Name
		v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		require.Len(t, tl.forwarded, 1)
		require.Equal(t, schemas.Converted, v.Lines[0].Outcome)
		require.Equal(t, schemas.Completed, v.Lines[1].Outcome, "line 2 needs neither another one nor the money")
		require.Empty(t, tl.tasks("late_fact"))
	})
	t.Run("and each of them, where several have gone on", func(t *testing.T) {
		t.Parallel()
		tl := bothWays(t, 0, 0).replacementLeaves()
		tl.awaits = schemas.ParcelDeliver.Name
		tl.in(schemas.ReplacementInTransit, says(tl, schemas.ParcelLoss, parcelWord("RP1")))
		tl.in(schemas.ReplacementLost, func() {
			chooses(tl, "1", "refund")()
			soon(tl, time.Minute, func() {
				chooses(tl, "2", "refund")()
				says(tl, schemas.ParcelDeliver, parcelWord("RP1"))()
			})
		})
		tl.run()
		require.Len(t, tl.forwarded, 2)
	})
	t.Run("which it did not before the fifth edition", func(t *testing.T) {
		t.Parallel()
		tl := lostTogether(t).ofEdition(4)
		require.Empty(t, tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run().Lines[0].Replacement.Waybill)
		require.Empty(t, tl.forwarded)
	})
}

func TestAnArrivalThatIsReportedTwiceIsOneTask(t *testing.T) {
	t.Parallel()
	twice := func(tl *tale) *tale {
		return tl.in(schemas.RefundProcessing, func() {
			for i, name := range []string{"first", "second", "third"} {
				soon(tl, time.Duration(i)*time.Minute, func() { report(tl, schemas.ParcelDeliver, parcelWord("RP1"), name) })
			}
			soon(tl, hour, func() { report(tl, schemas.GoodsReceived, parcelWord("RP1"), "fourth") })
			soon(tl, 2*hour, isPaid(tl))
		}).answersSurvey(5, schemas.SolvedYes)
	}
	tl := twice(refundsWhatWasLost(t, 4784))
	v := tl.run()
	require.Len(t, tl.tasks("late_fact"), 1)
	require.Len(t, named(v, schemas.EventLateFact), 3, "each is kept")
	tl = twice(refundsWhatWasLost(t, 4784).ofEdition(4))
	tl.run()
	require.Len(t, tl.tasks("late_fact"), 4)
}
