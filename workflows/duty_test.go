package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// The statutory duty to pay back is one for each line.

func onLine(id string) schemas.OnLines {
	return schemas.OnLines{Lines: []schemas.PickLine{{LineID: id}}}
}

func passes(tl *tale, id string) func() {
	return does(tl, schemas.InspectionPass, anInspector, schemas.Pass{OnLines: onLine(id)})
}

func TestWhatIsFoundOnOneLineEndsTheDutyOfThatLineAlone(t *testing.T) {
	t.Parallel()
	for edition, runs := range map[int]bool{4: false, schemas.Edition: true} {
		tl := aReturn(t).ofEdition(edition).approved().ships().looksUp(schemas.RefundSucceeded)
		tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
		tl.in(schemas.Received, func() {
			does(tl, schemas.InspectionFail, anInspector, schemas.Fail{OnLines: onLine("1"), Finding: schemas.FindingUsed, EvidenceIDs: []string{"photo-1"}})()
			soon(tl, time.Hour, func() {
				require.Equal(t, runs, clockNamed(tl.last(), "law.refund") != nil, "edition %d: line 2 is to be paid in time all the same", edition)
				passes(tl, "2")()
			})
			soon(tl, 2*time.Hour, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{OnLines: onLine("1")}))
		})
		v := tl.answersSurvey(5, schemas.SolvedYes).run()
		require.Nil(t, clockNamed(v, "law.refund"))
		require.False(t, v.LegalBreach)
	}
}

// twoHere is a return of two lines, each of which comes in a parcel of its own, the second one later than the first.
func twoHere(t *testing.T, later time.Duration) *tale {
	t.Helper()
	tl := aReturn(t).approved().looksUp(schemas.RefundSucceeded)
	tl.in(schemas.WaitShipback, func() {
		for _, id := range []string{"1", "2"} {
			does(tl, schemas.ReturnSubmitWaybill, theCustomer, schemas.SubmitWaybill{OnLines: onLine(id), Carrier: "SF", Waybill: "SF" + id})()
		}
		soon(tl, time.Hour, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
		soon(tl, time.Hour+later, says(tl, schemas.ParcelDeliver, parcelWord("SF2")))
	})
	return tl
}

func TestTheDutyOfALineCountsFromItsOwnDelivery(t *testing.T) {
	t.Parallel()
	tl := twoHere(t, time.Hour)
	tl.in(schemas.Received, func() {
		first := clockNamed(tl.last(), "law.refund").Due
		passes(tl, "1")()
		soon(tl, time.Hour, func() {
			v := tl.last()
			require.Equal(t, schemas.Completed, v.Lines[0].Outcome)
			require.Equal(t, first.Add(time.Hour), clockNamed(v, "law.refund").Due, "line 2 came an hour later")
			passes(tl, "2")()
		})
	})
	require.Equal(t, schemas.Completed, tl.answersSurvey(5, schemas.SolvedYes).run().Outcome)
}
