package workflows_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"github.com/aftercare/aftercare/schemas"
)

// What people and machines of a tale send, and what became of it.

// answerOf is what became of a command.
type answerOf struct {
	receipt schemas.Receipt
	refusal *schemas.Refusal
}

func who(role schemas.Role, id string) schemas.Actor { return schemas.Actor{Role: role, ID: id} }

var (
	theCustomer  = who(schemas.RoleCustomer, "c-1")
	anAgent      = who(schemas.RoleAgent, "agent-1")
	aLead        = who(schemas.RoleTeamLead, "lead-1")
	aSupervisor  = who(schemas.RoleSupervisor, "supervisor-1")
	aManager     = who(schemas.RoleManager, "manager-1")
	anInspector  = who(schemas.RoleInspector, "inspector-1")
	aFinancier   = who(schemas.RoleFinance, "finance-1")
	otherFinance = who(schemas.RoleFinance, "finance-2")
)

// gives sends a command as an update; does fails the test when it is refused, tries keeps the refusal.
func does[In any](tl *tale, c schemas.Command[In], by schemas.Actor, body In) func() {
	return func() {
		a := send(tl, c, by, body, "", 0)
		tl.env.RegisterDelayedCallback(func() {
			if a.refusal != nil {
				tl.t.Errorf("%s by %s was refused: %v", c.Name, by, a.refusal)
			}
		}, 0)
	}
}

func send[In any](tl *tale, c schemas.Command[In], by schemas.Actor, body In, id string, revision int64) *answerOf {
	tl.commands++
	if id == "" {
		id = fmt.Sprintf("cmd-%d", tl.commands)
	}
	answer := &answerOf{}
	order := schemas.Order{CommandID: id, Actor: by, Revision: revision, Body: encode(tl.t, body)}
	tl.env.UpdateWorkflow(c.Name, fmt.Sprintf("u-%d", tl.commands), &testsuite.TestUpdateCallback{
		OnAccept: func() {},
		OnReject: func(err error) { answer.refusal = refusalOf(tl.t, err) },
		OnComplete: func(out any, err error) {
			if err != nil {
				answer.refusal = refusalOf(tl.t, err)
				return
			}
			answer.receipt = out.(schemas.Receipt)
		},
	}, order)
	return answer
}

func refusalOf(t *testing.T, err error) *schemas.Refusal {
	var app *temporal.ApplicationError
	require.ErrorAs(t, err, &app)
	var r schemas.Refusal
	require.NoError(t, app.Details(&r))
	return &r
}

// says sends a fact.
func says[In any](tl *tale, f schemas.Fact[In], body In) func() {
	return func() { report(tl, f, body, fmt.Sprintf("e-%s-%d", f.Name, tl.env.Now().UnixNano())) }
}

func report[In any](tl *tale, f schemas.Fact[In], body In, eventID string) {
	tl.env.SignalWorkflow(f.Name, schemas.Report{
		Source: "test", EventID: eventID, OccurredAt: tl.env.Now(), ReceivedAt: tl.env.Now(), Body: encode(tl.t, body),
	})
}

func encode(t *testing.T, v any) json.RawMessage {
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return raw
}

func parcelWord(number string) schemas.ParcelWord { return schemas.ParcelWord{Waybill: number} }

func refundWord(n int) schemas.RefundWord {
	return schemas.RefundWord{RefundID: fmt.Sprintf("shop:r-1/refund/%d", n)}
}
