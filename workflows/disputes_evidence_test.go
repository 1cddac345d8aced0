package workflows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/aftercare/aftercare/schemas"
)

func TestTheEvidenceIsMadeAtOnceWhenADisputeBegins(t *testing.T) {
	t.Parallel()
	made := strings.Repeat("e", 64)
	tl := aReturn(t).finding(line("1", 4784)).approved().ships()
	tl.in(schemas.ReturnInTransit, func() {
		chargedBack(tl, 4784)()
		soon(tl, time.Minute, func() {
			v := tl.last()
			require.Equal(t, made, theDispute(t, v).Kept)
			kept := named(v, schemas.EventEvidenceKept)
			require.Len(t, kept, 1)
			require.Equal(t, made, kept[0].Data["pack"])
			// The answer holds it, whether or not somebody thinks of it.
			does(tl, schemas.ExternalAnswer, aFinancier, schemas.AnswerDispute{EvidenceIDs: []string{"waybill-scan"}})()
			soon(tl, time.Minute, decides(tl, schemas.DisputeWon))
		})
		soon(tl, time.Hour, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	})
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	tl.refunded().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, made, tl.handedIn[0].Pack)
	require.Equal(t, 1, count(tl.calls, schemas.EvidenceKeep.Name), "once, however often it is spoken of")
}

func TestAnEvidencePackThatCannotBeMadeHoldsNothingUp(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).finding(line("1", 4784)).approved().ships()
	tl.trouble = map[string][]error{schemas.EvidenceKeep.Name: {temporal.NewNonRetryableApplicationError("it is no case", schemas.ErrorTypeRefused, nil, schemas.Refusal{Code: schemas.CodeUnknownCase, Message: "it is no case"})}}
	tl.in(schemas.ReturnInTransit, func() {
		chargedBack(tl, 4784)()
		soon(tl, time.Minute, decides(tl, schemas.DisputeWithdrawn))
		soon(tl, time.Hour, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	})
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	tl.refunded().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Empty(t, theDispute(t, v).Kept)
	require.Len(t, named(v, schemas.EventStuck), 1)
	require.NotEmpty(t, tl.toldStaff("staff.stuck"), "somebody makes it by hand")
}
