package cases_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/mocks"

	"github.com/aftercare/aftercare/cases"
	"github.com/aftercare/aftercare/schemas"
)

// onlyRows holds the rows of cases, which is all that is left of them once Temporal has forgotten them.
type onlyRows map[string]schemas.View

func (a onlyRows) CaseRow(_ context.Context, caseID string) (schemas.View, error) {
	v, is := a[caseID]
	if !is {
		return v, serviceerror.NewNotFound("no such row")
	}
	return v, nil
}

func (onlyRows) RecordFact(context.Context, string, schemas.Report) ([]string, bool, bool, bool, error) {
	return nil, false, false, false, nil
}
func (onlyRows) MarkFactSignalled(context.Context, string, string, time.Time) error { return nil }
func (onlyRows) PutText(context.Context, string, string) (string, error)            { return "t-1", nil }

// over is a case that has ended, a while ago.
func over(outcome schemas.Outcome, ago time.Duration) schemas.View {
	end := time.Now().Add(-ago)
	return schemas.View{
		CaseID: "shop:r-1", RequestID: "r-1", Kind: schemas.KindReturn, MerchantID: "shop", OrderID: "o-1", CustomerID: "c-1", Revision: 9, Reason: schemas.Defective,
		Outcome: outcome, OpenedAt: end.AddDate(0, 0, -9), ClosedAt: &end, Policy: "default", Channel: "app",
		Events: []schemas.Event{{Name: schemas.EventOpened, Data: map[string]string{"settle_with": "gift-1"}}},
		Lines: []schemas.Line{
			{LineID: "1", Quantity: 2, Outcome: outcome}, {LineID: "1", Quantity: 1, Outcome: outcome}, {LineID: "2", Quantity: 1, Outcome: schemas.Merged},
		},
	}
}

// forgotten is a Temporal server that knows of no case, and remembers what it was told to start.
func forgotten(t *testing.T) (*mocks.Client, *[]schemas.Opening, *[]client.StartWorkflowOptions) {
	temporal := mocks.NewClient(t)
	gone := serviceerror.NewNotFound("no such workflow")
	temporal.On("UpdateWorkflow", mock.Anything, mock.Anything).Return(nil, gone).Maybe()
	temporal.On("QueryWorkflow", mock.Anything, mock.Anything, "", schemas.CaseShow.Name).Return(nil, gone).Maybe()
	run := mocks.NewWorkflowRun(t)
	run.On("GetID").Return("shop:r-1:2").Maybe()
	run.On("GetRunID").Return("run-2").Maybe()
	var started []schemas.Opening
	var options []client.StartWorkflowOptions
	temporal.On("ExecuteWorkflow", mock.Anything, mock.Anything, mock.Anything, mock.Anything).Run(func(args mock.Arguments) {
		options = append(options, args.Get(1).(client.StartWorkflowOptions))
		started = append(started, args.Get(3).(schemas.Opening))
	}).Return(run, nil).Maybe()
	return temporal, &started, &options
}

func reopens(c *cases.Client, as schemas.Actor, body schemas.Reopen) (schemas.Receipt, error) {
	return c.Reopen(context.Background(), "shop:r-1", cases.Decision{CommandID: "again-1", Actor: as}, body)
}

var theCustomer = schemas.Actor{Role: schemas.RoleCustomer, ID: "c-1"}

func TestACaseIsReopenedFromItsRowAlone(t *testing.T) {
	t.Parallel()
	temporal, started, options := forgotten(t)
	c := cases.New(temporal, onlyRows{"shop:r-1": over(schemas.Completed, time.Hour)}, schemas.DoorAPI)
	got, err := reopens(c, theCustomer, schemas.Reopen{Reason: "not_solved", TextID: "t-7"})
	require.NoError(t, err)
	require.Equal(t, "shop:r-1:2", got.CaseID)
	require.Equal(t, "shop:r-1:2", (*options)[0].ID)
	o := (*started)[0]
	require.Nil(t, o.Request.Check())
	require.Equal(t, []schemas.RequestLine{{LineID: "1", Quantity: 3}}, o.Request.Lines, "the parts of a line that ended here, and no line that was merged")
	require.Equal(t, "gift-1", o.Request.SettleWith)
	require.Equal(t, "t-7", o.Request.TextID)
	require.Equal(t, schemas.WhyReopen, o.Predecessor.Why)
	require.True(t, o.Predecessor.AtReview)
	require.Equal(t, theCustomer, *o.Predecessor.By)
	require.Equal(t, "not_solved", o.Predecessor.Reason)
	require.Nil(t, o.Predecessor.Handover, "what it goes on with is for its intake to find")
}

func TestReopeningIsRefusedWithAWayToGoInstead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		view schemas.View
		as   schemas.Actor
		body schemas.Reopen
		code schemas.Code
	}{
		"after fifteen days":        {over(schemas.Completed, schemas.ReopenWithin+time.Minute), theCustomer, schemas.Reopen{Reason: "not_solved"}, schemas.CodeTooLate},
		"by another customer":       {over(schemas.Completed, time.Hour), schemas.Actor{Role: schemas.RoleCustomer, ID: "c-2"}, schemas.Reopen{Reason: "not_solved"}, schemas.CodeNotYours},
		"by the warehouse":          {over(schemas.Completed, time.Hour), schemas.Actor{Role: schemas.RoleInspector, ID: "i-1"}, schemas.Reopen{Reason: "not_solved"}, schemas.CodeWrongRole},
		"without a reason":          {over(schemas.Completed, time.Hour), theCustomer, schemas.Reopen{}, schemas.CodeMissingField},
		"of what was invalid":       {over(schemas.Invalid, time.Hour), theCustomer, schemas.Reopen{Reason: "not_solved"}, schemas.CodeCaseClosed},
		"of what was merged":        {over(schemas.Merged, time.Hour), theCustomer, schemas.Reopen{Reason: "not_solved"}, schemas.CodeCaseClosed},
		"of a line that was merged": {over(schemas.Completed, time.Hour), theCustomer, schemas.Reopen{Reason: "not_solved", Lines: []schemas.PickLine{{LineID: "2"}}}, schemas.CodeUnknownLine},
		"of a part of a line":       {over(schemas.Completed, time.Hour), theCustomer, schemas.Reopen{Reason: "not_solved", Lines: []schemas.PickLine{{LineID: "1", Quantity: 1}}}, schemas.CodeBadQuantity},
	} {
		temporal, started, _ := forgotten(t)
		_, err := reopens(cases.New(temporal, onlyRows{"shop:r-1": c.view}, schemas.DoorAPI), c.as, c.body)
		var refusal *schemas.Refusal
		require.ErrorAs(t, err, &refusal, name)
		require.Equal(t, c.code, refusal.Code, name)
		require.NotEmpty(t, refusal.Message, name)
		require.Empty(t, *started, name)
	}
}

func TestReopenedAgainACaseAnswersWithTheOneThatContinuesIt(t *testing.T) {
	t.Parallel()
	before := over(schemas.Completed, schemas.ReopenWithin+time.Hour) // also when the time is over by now
	before.SuccessorID = "shop:r-1:2"
	for why, code := range map[string]schemas.Code{schemas.WhyReopen: "", schemas.WhyConvert: schemas.CodeAlreadyDone} {
		temporal, started, _ := forgotten(t)
		next := schemas.View{CaseID: "shop:r-1:2", Revision: 3, PredecessorID: "shop:r-1", Continues: why}
		got, err := reopens(cases.New(temporal, onlyRows{"shop:r-1": before, "shop:r-1:2": next}, schemas.DoorAPI), theCustomer, schemas.Reopen{Reason: "not_solved"})
		require.Empty(t, *started)
		if code == "" {
			require.NoError(t, err)
			require.Equal(t, "shop:r-1:2", got.CaseID)
			continue
		}
		var refusal *schemas.Refusal
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, code, refusal.Code)
	}
}
