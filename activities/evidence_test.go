package activities

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// oneShelf keeps packs in memory.
type oneShelf struct {
	packs []store.EvidencePack
	err   error
}

func (s *oneShelf) KeepEvidence(_ context.Context, _ string, pack store.EvidencePack) (store.EvidencePack, error) {
	if s.err == nil {
		s.packs = append(s.packs, pack)
	}
	return pack, s.err
}

func (s *oneShelf) Evidence(context.Context, string) ([]store.EvidencePack, error) {
	return s.packs, nil
}

func TestTheFirstPackOfADisputeStays(t *testing.T) {
	t.Parallel()
	shelf, made := &oneShelf{}, int64(0)
	e := NewEvidence(shelf, func(context.Context, string) (store.EvidencePack, error) {
		made++
		return store.EvidencePack{Revision: made, SHA256: "abc"}, nil
	})
	order := schemas.EvidenceOrder{CaseID: "m:r", MerchantID: "m", DisputeID: "dp-1", At: noon}
	for range 2 {
		got, err := e.Keep(t.Context(), order)
		require.NoError(t, err)
		require.Equal(t, schemas.EvidenceReceipt{Pack: "abc", Revision: 1, At: noon}, got)
	}
	order.DisputeID = "dp-2"
	got, err := e.Keep(t.Context(), order)
	require.NoError(t, err)
	require.EqualValues(t, 2, got.Revision, "another dispute has a pack of its own")
}

func TestACaseThatCannotBeAskedNowIsAskedAgainForItsEvidence(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err   error
		again bool
	}{
		{&schemas.Refusal{Code: schemas.CodeUnavailable, Message: "the case did not answer in time"}, true},
		{errors.New("the database is away"), true},
		{&schemas.Refusal{Code: schemas.CodeUnknownCase, Message: "there is no such case"}, false},
	} {
		e := NewEvidence(&oneShelf{}, func(context.Context, string) (store.EvidencePack, error) { return store.EvidencePack{}, c.err })
		_, err := e.Keep(t.Context(), schemas.EvidenceOrder{CaseID: "m:r", DisputeID: "dp-1", At: noon})
		var app *temporal.ApplicationError
		require.ErrorAs(t, err, &app)
		require.Equal(t, c.again, !app.NonRetryable(), "%v", c.err)
	}
	away := NewEvidence(&oneShelf{err: errors.New("the row is not written yet")}, func(context.Context, string) (store.EvidencePack, error) { return store.EvidencePack{}, nil })
	_, err := away.Keep(t.Context(), schemas.EvidenceOrder{CaseID: "m:r", DisputeID: "dp-1", At: noon})
	var app *temporal.ApplicationError
	require.ErrorAs(t, err, &app)
	require.False(t, app.NonRetryable())
}
