package cases_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/mocks"

	"github.com/aftercare/aftercare/cases"
	"github.com/aftercare/aftercare/schemas"
)

// answer is a view as a case gives it to a query.
type answer struct{ view schemas.View }

func (a answer) HasValue() bool { return true }
func (a answer) Get(into any) error {
	*into.(*schemas.View) = a.view
	return nil
}

var _ converter.EncodedValue = answer{}

func theCase(id, order string, lines ...string) schemas.View {
	v := schemas.View{CaseID: id, MerchantID: "shop", OrderID: order, CustomerID: "c-1", Revision: 4}
	for _, l := range lines {
		v.Lines = append(v.Lines, schemas.Line{LineID: l, State: schemas.Review})
	}
	return v
}

func TestAMergeIsRefusedAtOnceWhereTheOtherCaseCannotTakeTheLines(t *testing.T) {
	t.Parallel()
	temporal := mocks.NewClient(t)
	temporal.On("QueryWorkflow", mock.Anything, "shop:r-9", "", schemas.CaseShow.Name).Return(nil, serviceerror.NewNotFound("no such workflow"))
	for _, v := range []schemas.View{theCase("shop:r-1", "o-1", "1"), theCase("shop:r-2", "o-2", "1"), theCase("shop:r-3", "o-1", "2")} {
		temporal.On("QueryWorkflow", mock.Anything, v.CaseID, "", schemas.CaseShow.Name).Return(answer{v}, nil)
	}
	c := cases.New(temporal, nil, schemas.DoorAPI)
	for into, code := range map[string]schemas.Code{
		"shop:r-9": schemas.CodeUnknownCase, "shop:r-2": schemas.CodeBadValue, "shop:r-3": schemas.CodeUnknownLine, "other:r-1": schemas.CodeBadValue,
	} {
		_, err := cases.Decide(context.Background(), c, "shop:r-1", schemas.CaseMerge, cases.Decision{
			CommandID: "m-1", Actor: schemas.Actor{Role: schemas.RoleAgent, ID: "agent-1"},
		}, schemas.Merge{Into: into, Reason: "duplicate"})
		var refusal *schemas.Refusal
		require.ErrorAs(t, err, &refusal, into)
		require.Equal(t, code, refusal.Code, into)
		require.Equal(t, "into", refusal.Field)
	}
	temporal.AssertNotCalled(t, "UpdateWorkflow", mock.Anything, mock.Anything)
}

func TestAnotherCommandUnderTheSameIDReachesTheCase(t *testing.T) {
	t.Parallel()
	temporal := mocks.NewClient(t)
	var ids []string
	temporal.On("UpdateWorkflow", mock.Anything, mock.Anything).Run(func(args mock.Arguments) {
		ids = append(ids, args.Get(1).(client.UpdateWorkflowOptions).UpdateID)
	}).Return(nil, serviceerror.NewUnavailable("not now"))
	c := cases.New(temporal, nil, schemas.DoorAPI)
	agent := schemas.Actor{Role: schemas.RoleAgent, ID: "agent-1"}
	for _, o := range []struct {
		command string
		order   schemas.Order
	}{
		{"case.note", schemas.Order{CommandID: "x", Actor: agent, Body: json.RawMessage(`{"text_id":"t-1"}`)}},
		{"case.note", schemas.Order{CommandID: "x", Actor: agent, Body: json.RawMessage(`{"text_id":"t-1"}`)}},
		{"case.note", schemas.Order{CommandID: "x", Actor: agent, Body: json.RawMessage(`{"text_id":"t-2"}`)}},
		{"case.reply", schemas.Order{CommandID: "x", Actor: agent, Body: json.RawMessage(`{"text_id":"t-1"}`)}},
		{"case.note", schemas.Order{CommandID: "x", Actor: schemas.Actor{Role: schemas.RoleAgent, ID: "agent-2"}, Body: json.RawMessage(`{"text_id":"t-1"}`)}},
	} {
		_, err := c.Send(context.Background(), "shop:r-1", o.command, o.order)
		require.Error(t, err)
	}
	require.Equal(t, ids[0], ids[1], "the same command is the same update")
	for i := 2; i < len(ids); i++ {
		require.NotEqual(t, ids[0], ids[i])
	}
}

func TestACaseWhoseWorkerHasJustDiedMayBeAskedAgain(t *testing.T) {
	t.Parallel()
	for _, away := range []error{serviceerror.NewWorkflowNotReady("workflow task in failed state"), serviceerror.NewUnavailable("not now"), serviceerror.NewDeadlineExceeded("late")} {
		temporal := mocks.NewClient(t)
		temporal.On("UpdateWorkflow", mock.Anything, mock.Anything).Return(nil, away)
		_, err := cases.Decide(t.Context(), cases.New(temporal, nil, schemas.DoorAPI), "shop:r-1", schemas.ReviewApprove, cases.Decision{
			CommandID: "a-1", Actor: schemas.Actor{Role: schemas.RoleAgent, ID: "agent-1"},
		}, schemas.Approve{})
		var refusal *schemas.Refusal
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, schemas.CodeUnavailable, refusal.Code)
	}
}
