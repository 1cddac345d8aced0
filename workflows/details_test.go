package workflows

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

func TestThePageForOpsShowsTheProposalAndHowToDecideAnApproval(t *testing.T) {
	t.Parallel()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.RegisterActivityWithOptions(func(context.Context, json.RawMessage) (json.RawMessage, error) { return json.RawMessage("{}"), nil },
		activity.RegisterOptions{Name: schemas.NoticeSend.Name})
	var page, refusal string
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		r := standing(ctx, schemas.KindReturn, schemas.RefundApproved)
		page = r.details()
		r.ClosedAt = &r.OpenedAt
		refusal = r.wrongState("review.approve").Message
		return nil
	})
	require.NoError(t, env.GetWorkflowError())
	for _, text := range []string{
		"turn: merchant", "owner: ", "**Approval a1**: large_refund of 10.00 USD", "approval.grant", "{\"approval_id\":\"a1\"}",
		"- line 1: approve, owed by T@1", "Last events:\n\n- ",
	} {
		require.Contains(t, page, text)
	}
	require.NotContains(t, page, "| ack |")
	require.Contains(t, refusal, "in which it is nobody's turn")
}
