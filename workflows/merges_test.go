package workflows_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

func TestAnotherKindOfWishForTheSameGoodsIsATask(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.steps[0].do = func() {
		report(tl, schemas.CaseMergedIn, schemas.MergedIn{CaseID: "shop:r-2", Kind: schemas.KindExchange, Reason: schemas.Defective, TextID: "t-5", Lines: []schemas.PickLine{{LineID: "1"}}}, "m-1")
		does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{})()
	}
	tl.refunded()
	v := tl.run()
	require.Equal(t, "merged", v.Messages[0].Kind)
	require.Equal(t, "keep_or_convert", tl.toldStaff("staff.task")[0].Vars["task"])
}

func TestADuplicateIsMergedByAPerson(t *testing.T) {
	t.Parallel()
	tl := aReturn(t)
	tl.expectsToTell("shop:r-0")
	tl.in(schemas.Review, func() {
		refuses(tl, schemas.CodeBadValue, send(tl, schemas.CaseMerge, anAgent, schemas.Merge{Into: "other:r-0", Reason: "duplicate"}, "", 0))
		does(tl, schemas.CaseMerge, anAgent, schemas.Merge{Into: "shop:r-0", Reason: "duplicate"})()
	})
	v := tl.run()
	require.Equal(t, schemas.Merged, v.Outcome)
	require.Equal(t, "shop:r-0", v.Lines[0].Holder)
	require.Len(t, tl.released, 1)
}

func TestAMergeIntoACaseThatIsNotThereLeavesTheLinesWhereTheyAre(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).refundOnly()
	tl.merging = func(q schemas.MergeQuestion) schemas.Judged {
		require.Equal(t, "o-1", q.OrderID)
		return schemas.Judged{Refusal: &schemas.Refusal{Code: schemas.CodeUnknownCase, Message: "there is no case shop:r-0 to merge into."}}
	}
	tl.in(schemas.Review, does(tl, schemas.CaseMerge, anAgent, schemas.Merge{Into: "shop:r-0", Reason: "duplicate"}))
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}))
	v := tl.refunded().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome, "the wish is not lost")
	require.Contains(t, named(v, schemas.EventRefused)[0].Message, "there is no case")
	require.Equal(t, "merge_refused", tl.toldStaff("staff.task")[0].Vars["task"])
	require.NotContains(t, tl.told(), "case.merged")
}

func TestAMergeIntoACaseThatEndsMeanwhileLeavesTheLinesWhereTheyAre(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).refundOnly()
	tl.knowsKinds()
	tl.env.OnSignalExternalWorkflow(mock.Anything, "shop:r-0", "", schemas.CaseMergedIn.Name, mock.Anything).Return(errors.New("no such workflow")).Once()
	tl.in(schemas.Review, does(tl, schemas.CaseMerge, anAgent, schemas.Merge{Into: "shop:r-0", Reason: "duplicate"}))
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}))
	v := tl.refunded().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
}

func TestWishesThatWereMergedIntoACaseGoAlongWithIt(t *testing.T) {
	t.Parallel()
	tl := aReturn(t)
	tl.knowsKinds()
	tl.env.OnSignalExternalWorkflow(mock.Anything, "shop:r-0", "", schemas.CaseMergedIn.Name, mock.Anything).
		Return(func(_, _, _, _ string, report any) error {
			told, refusal := schemas.Decode[schemas.MergedIn](report.(schemas.Report).Body)
			require.Nil(t, refusal)
			require.Equal(t, []schemas.Wish{{CaseID: "shop:r-9", TextID: "t-9"}}, told.Also)
			return nil
		}).Once()
	tl.in(schemas.Review, says(tl, schemas.CaseMergedIn, schemas.MergedIn{CaseID: "shop:r-9", Kind: schemas.KindReturn, TextID: "t-9", Reason: schemas.Defective}))
	tl.in(schemas.Review, does(tl, schemas.CaseMerge, anAgent, schemas.Merge{Into: "shop:r-0", Reason: "duplicate"}))
	require.Equal(t, schemas.Merged, tl.run().Outcome)
}

// expectsToTell lets the tale signal another case.
func (tl *tale) expectsToTell(caseID string) {
	tl.knowsKinds()
	tl.env.OnSignalExternalWorkflow(mock.Anything, caseID, "", schemas.CaseMergedIn.Name, mock.Anything).Return(nil).Once()
}
