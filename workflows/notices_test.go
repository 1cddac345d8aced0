package workflows_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// unreachable lets no channel reach the people of a role.
func (tl *tale) unreachable(roles ...schemas.Role) *tale {
	tl.knowsKinds()
	tl.env.OnActivity(schemas.NoticeSend.Name, mock.Anything, mock.Anything).Return(func(_ context.Context, o schemas.NoticeOrder) (schemas.NoticeReceipt, error) {
		tl.sent(o)
		var got schemas.NoticeReceipt
		for _, m := range o.Messages {
			lost := false
			for _, role := range roles {
				lost = lost || m.To.Role == role
			}
			if lost {
				got.Undelivered = append(got.Undelivered, m.Template)
			} else {
				got.Sent++
			}
		}
		return got, nil
	})
	return tl
}

// tasks lists what people were asked to do of one kind.
func (tl *tale) tasks(kind string) []schemas.Notice {
	var found []schemas.Notice
	for _, n := range tl.toldStaff("staff.task") {
		if n.Vars["task"] == kind {
			found = append(found, n)
		}
	}
	return found
}

// ordersTo counts the sendings that have a message for a role.
func (tl *tale) ordersTo(role schemas.Role) int {
	count := 0
	for _, o := range tl.notified {
		for _, m := range o.Messages {
			if m.To.Role == role {
				count++
				break
			}
		}
	}
	return count
}

func TestACustomerWhomNoChannelReachesIsATaskOfTheOwner(t *testing.T) {
	t.Parallel()
	tl := paid(t).refunded().unreachable(schemas.RoleCustomer)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	failed := named(v, schemas.EventNoticeFailed)
	require.NotEmpty(t, failed)
	require.Contains(t, failed[0].Message, "agent-1 is to reach the customer another way.")
	require.Len(t, tl.tasks("undelivered_notice"), len(failed), "one task for each sending that did not arrive")
	for _, n := range tl.tasks("undelivered_notice") {
		require.Equal(t, "agent-1", n.To.ID)
		due, err := time.Parse(time.RFC3339, n.Vars["due"])
		require.NoError(t, err)
		require.True(t, due.After(started), "there is time to do it")
	}
}

// The task could not be sent either; nothing is gained by saying so once more.
func TestATaskThatReachesNobodyStaysAnEvent(t *testing.T) {
	t.Parallel()
	tl := paid(t).refunded().unreachable(schemas.RoleCustomer, schemas.RoleAgent)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	surveys := 1 // which has an answer of its own
	require.Len(t, tl.tasks("undelivered_notice"), tl.ordersTo(schemas.RoleCustomer)-surveys)
}

func TestAMessageToStaffThatReachesNobodyStaysAnEvent(t *testing.T) {
	t.Parallel()
	tl := paid(t).refunded().unreachable(schemas.RoleAgent)
	v := tl.run()
	require.NotEmpty(t, named(v, schemas.EventNoticeFailed))
	require.Empty(t, tl.tasks("undelivered_notice"))
}

func TestASendingThatCannotSucceedIsATaskOfTheOwner(t *testing.T) {
	t.Parallel()
	tl := paid(t).refunded()
	r := schemas.Refusal{Code: schemas.CodeBadValue, Message: "the order cannot be read."}
	refused := false
	tl.knowsKinds()
	tl.env.OnActivity(schemas.NoticeSend.Name, mock.Anything, mock.Anything).Return(func(_ context.Context, o schemas.NoticeOrder) (schemas.NoticeReceipt, error) {
		tl.sent(o)
		if !refused {
			refused = true
			return schemas.NoticeReceipt{}, temporal.NewNonRetryableApplicationError(r.Message, schemas.ErrorTypeRefused, nil, r)
		}
		return schemas.NoticeReceipt{Sent: len(o.Messages)}, nil
	})
	v := tl.run()
	require.Len(t, named(v, schemas.EventNoticeFailed), 1)
	require.Len(t, tl.tasks("undelivered_notice"), 1)
}

// A case that kept such an event before the owner was told goes on without the task.
func TestBeforeUndeliveredMessagesWereTasksTheyWereEvents(t *testing.T) {
	t.Parallel()
	tl := paid(t).refunded().unreachable(schemas.RoleCustomer)
	tl.knowsKinds()
	tl.env.OnGetVersion("undelivered-notice-is-a-task", workflow.DefaultVersion, workflow.Version(1)).Return(workflow.DefaultVersion)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.NotEmpty(t, named(v, schemas.EventNoticeFailed))
	require.Empty(t, tl.tasks("undelivered_notice"))
}

// Whoever sends has to know what may wait until the morning.
func TestEverySendingKnowsThePriorityOfItsCase(t *testing.T) {
	t.Parallel()
	for _, priority := range []schemas.Priority{schemas.P0, schemas.P2} {
		tl := paid(t).refunded()
		intake := tl.intake
		tl.intake = func(o schemas.IntakeOrder) (schemas.Intake, error) {
			got, err := intake(o)
			got.Plan.Priority = priority
			return got, err
		}
		tl.answersSurvey(5, schemas.SolvedYes)
		tl.run()
		require.NotEmpty(t, tl.notified)
		for _, o := range tl.notified {
			require.Equal(t, priority, o.Priority, fmt.Sprint(o.Step))
		}
	}
}
