package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

func TestARequestIsAnotherOneWhereAnyOfItsFieldsDiffers(t *testing.T) {
	t.Parallel()
	held := schemas.Opening{Request: schemas.Request{
		RequestID: "r", Kind: schemas.KindReturn, MerchantID: "m", OrderID: "o", CustomerID: "c", Reason: schemas.ChangedMind, Lines: []schemas.RequestLine{{LineID: "1", Quantity: 1}},
	}}
	again := held.Request
	again.Channel, again.SettleWith = "web", schemas.SettleOriginal
	require.Empty(t, differing(held, again, "default"), "what was left out is what it usually is")
	again.Lines = []schemas.RequestLine{{LineID: "1", Quantity: 2}}
	again.Reason = schemas.Defective
	require.Equal(t, []string{"reason", "lines", "policy"}, differing(held, again, "demo"))
}

func TestAPolicyThatTheStackDoesNotKnowIsRefusedBeforeACaseIsOpened(t *testing.T) {
	t.Setenv("AFTERCARE_POLICY_DIR", "")
	cli := &commandLine{Data: t.TempDir()}
	require.NoError(t, os.MkdirAll(filepath.Join(cli.Data, "policies"), 0o755))
	onStack, elsewhere := &reach{dev: true}, &reach{}
	onStack.config.DevPolicies = true
	require.NoError(t, onStack.knowsPolicy(cli, "default"))
	require.NoError(t, onStack.knowsPolicy(cli, "demo"))
	var refusal *schemas.Refusal
	require.ErrorAs(t, onStack.knowsPolicy(cli, "defualt"), &refusal)
	require.Equal(t, schemas.CodeUnknownPolicy, refusal.Code)
	require.Contains(t, refusal.Message, "default")
	require.ErrorAs(t, elsewhere.knowsPolicy(cli, "demo"), &refusal)
	require.Contains(t, refusal.Message, "dev stacks only")
	require.NoError(t, elsewhere.knowsPolicy(cli, "ours"), "workers elsewhere may have policies that are not seen from here")
}
