package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// A second person refuses money for a line that has left. Its customer hears of it and can appeal, as against any refusal.

// refusedLeft is an exchange whose line 2 has ended with its article when the manager refuses what it had paid for the other one.
func refusedLeft(t *testing.T, edition int) *tale {
	t.Helper()
	tl := dearBothWays(t).ofEdition(edition).hasEnded()
	return tl.in(schemas.FollowUp, does(tl, schemas.ApprovalRefuse, aManager, schemas.DecideApproval{Reason: "agreed_otherwise"}))
}

func TestMoneyThatIsRefusedForALineThatHasEndedCanBeAppealedAgainst(t *testing.T) {
	t.Parallel()
	appeals := func(tl *tale, grant bool) *tale {
		tl.in(schemas.RejectedAppealable, func() {
			v := tl.last()
			require.Contains(tl.t, tl.told(), "case.rejected", "the customer hears why, and until when an appeal is possible")
			require.Equal(tl.t, "agreed_otherwise", v.Lines[1].Rejection.Reason)
			require.Empty(tl.t, tl.tasks("left_unpaid"))
			does(tl, schemas.AppealFile, theCustomer, schemas.FileAppeal{TextID: "t-1"})()
		})
		return tl.in(schemas.Appeal, func() {
			refuses(tl, schemas.CodeFourEyes, send(tl, schemas.AppealDecide, aManager, schemas.DecideAppeal{Grant: grant, Reason: "looked_again"}, "", 0))
			does(tl, schemas.AppealDecide, aSupervisor, schemas.DecideAppeal{Grant: grant, Reason: "looked_again"})()
		})
	}
	t.Run("and is paid where the appeal is granted", func(t *testing.T) {
		t.Parallel()
		tl := appeals(refusedLeft(t, schemas.Edition), true)
		tl.trouble = map[string][]error{schemas.RefundRequest.Name: {errAway, errAway}} // its answer is lost
		tl.in(schemas.FollowUp, says(tl, schemas.RefundSuccess, refundWord(1)))
		v := tl.answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, map[string]schemas.Money{"p-1": usd(150000)}, tl.paidBack())
		require.Equal(t, usd(150000), v.Lines[1].Refunded)
		require.Equal(t, schemas.Completed, v.Lines[1].Outcome, "it ends as it had")
		require.Len(t, v.Approvals, 1)
	})
	t.Run("and is not where it is refused again", func(t *testing.T) {
		t.Parallel()
		v := appeals(refusedLeft(t, schemas.Edition), false).answersSurvey(2, schemas.SolvedYes).run()
		require.Zero(t, v.Money.Refunded.Minor)
		require.Equal(t, schemas.Completed, v.Lines[1].Outcome)
		require.True(t, v.Lines[1].Rejection.Final)
	})
	t.Run("nor where the customer is silent", func(t *testing.T) {
		t.Parallel()
		tl := refusedLeft(t, schemas.Edition)
		tl.in(schemas.RejectedAppealable, func() {
			refuses(tl, schemas.CodeWrongState, send(tl, schemas.DecisionRevoke, who(schemas.RoleExecutive, "executive-1"), aMistake, "", 0))
		})
		v := tl.answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, schemas.Completed, v.Lines[1].Outcome)
		require.Equal(t, schemas.TurnWarehouse, v.Lines[1].GoodsWith, "its old goods stay where they are")
		require.Zero(t, v.Money.Refunded.Minor)
	})
	t.Run("and what else the customer has to say is heard as an appeal", func(t *testing.T) {
		t.Parallel()
		tl := refusedLeft(t, schemas.Edition)
		tl.in(schemas.RejectedAppealable, does(tl, schemas.CaseProvideInfo, theCustomer, schemas.ProvideInfo{EvidenceIDs: []string{"photo-1"}}))
		tl.in(schemas.Appeal, func() {})
		v := tl.answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, usd(150000), v.Lines[1].Refunded, "nobody decided it, and only a person refuses")
	})
	t.Run("and whoever grants it without an appeal asks a second person again", func(t *testing.T) {
		t.Parallel()
		tl := refusedLeft(t, schemas.Edition)
		tl.in(schemas.RejectedAppealable, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}))
		tl.in(schemas.FollowUp, func() {
			require.Empty(t, tl.ordered)
			require.Len(t, tl.last().Approvals, 2)
			does(tl, schemas.ApprovalGrant, aManager, schemas.DecideApproval{})()
			soon(tl, time.Minute, says(tl, schemas.RefundSuccess, refundWord(1)))
		})
		require.Equal(t, usd(150000), tl.answersSurvey(5, schemas.SolvedYes).run().Lines[1].Refunded)
	})
	t.Run("and the customer may let it rest", func(t *testing.T) {
		t.Parallel()
		tl := refusedLeft(t, schemas.Edition)
		tl.in(schemas.RejectedAppealable, does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{}))
		v := tl.answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, schemas.Completed, v.Lines[1].Outcome)
		require.Empty(t, tl.ordered)
	})
	t.Run("which the owner alone heard of before the sixth edition", func(t *testing.T) {
		t.Parallel()
		tl := refusedLeft(t, 5).answersSurvey(5, schemas.SolvedYes)
		tl.run()
		require.Len(t, tl.tasks("left_unpaid"), 1)
		require.NotContains(t, tl.told(), "case.rejected")
	})
}

func TestMoneyThatIsRefusedForALineThatGoesOnElsewhereIsAppealedAgainstHere(t *testing.T) {
	t.Parallel()
	for name, grant := range map[string]bool{"and granted": true, "and refused again": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tl := dearBothWays(t).cannotHave("2", "shop:r-1/stock/2")
			tl.in(schemas.ShipReplacement, says(tl, schemas.StockLost, schemas.StockWord{Key: "shop:r-1/stock/1", SKU: "other"}))
			tl.in(schemas.OutOfStock, func() {
				chooses(tl, "1", "refund")()
				soon(tl, time.Minute, does(tl, schemas.ApprovalRefuse, aManager, schemas.DecideApproval{Reason: "agreed_otherwise"}))
			})
			tl.in(schemas.RejectedAppealable, does(tl, schemas.AppealFile, theCustomer, schemas.FileAppeal{}))
			tl.in(schemas.Appeal, does(tl, schemas.AppealDecide, aSupervisor, schemas.DecideAppeal{Grant: grant, Reason: "looked_again"}))
			tl.looksUp(schemas.RefundSucceeded)
			v := tl.run()
			require.Equal(t, schemas.Converted, v.Outcome)
			require.Equal(t, schemas.Converted, v.Lines[1].Outcome)
			require.Equal(t, "shop:r-1:2", v.Lines[1].Holder)
			require.Len(t, tl.successors, 2, "one for each line, and no more")
			require.Equal(t, map[bool]int64{true: 150000}[grant], v.Money.Refunded.Minor)
		})
	}
}
