package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

func TestADisputeThatHasEndedDoesNotBeginAgainBecauseItsNumberIsEntered(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	write(t, s, flush("shop:R1", 3, 0, "opened"))
	takesBack(t, s, schemas.ExternalOpened.Name, "e1", noon, 5000, "")
	_, err := s.BookDispute(ctx, inDispute(5000, schemas.DisputeOpen, 5000))
	require.NoError(t, err)
	enter := func(at time.Time) error {
		typed := inDispute(5000, schemas.DisputeOpen, 5000)
		typed.CaseID, typed.Entered, typed.Dispute.Heard, typed.Dispute.OpenedAt = "shop:R2", true, at, at
		_, err := s.BookDispute(ctx, typed)
		return err
	}
	require.NoError(t, enter(noon.Add(time.Minute)), "an open one is one that the case knows from now on")
	takesBack(t, s, schemas.ExternalDecided.Name, "e2", noon.Add(time.Hour), 5000, schemas.DisputeWon)
	for range 2 { // however often it is asked
		err = enter(noon.Add(2 * time.Hour))
		refusedWith(t, err, schemas.CodeAlreadyDone)
		require.ErrorContains(t, err, "dp-1 is known, in case shop:R2, and has ended: won")
		payment, _ := paidOut(t, s, "P-card", "2")
		require.Zero(t, payment, "the money stays the merchant's")
	}

	// Whoever decides it says that it goes on.
	due := noon.Add(100 * time.Hour)
	in := report("e3", schemas.ExternalWord{DisputeID: "dp-1", Kind: schemas.Chargeback, PaymentID: "P-card", DueAt: &due})
	in.OccurredAt = noon.Add(3 * time.Hour)
	_, err = s.RecordFact(ctx, schemas.ExternalUpdated.Name, in)
	require.NoError(t, err)
	require.NoError(t, enter(noon.Add(4*time.Hour)))
	payment, _ := paidOut(t, s, "P-card", "2")
	require.Equal(t, 5000, payment)
}

func TestNobodyIsRemindedOfADisputeThatWasAnsweredElsewhere(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	day := 24 * time.Hour
	due := noon.Add(10 * day)
	sum := usd(1000)
	said := func(name, id string, at time.Time, change func(*schemas.ExternalWord)) error {
		w := schemas.ExternalWord{DisputeID: "dp-1", Kind: schemas.Chargeback, PaymentID: "P-card", Amount: &sum}
		change(&w)
		in := report(id, w)
		in.OccurredAt = at
		_, err := s.RecordFact(ctx, name, in)
		return err
	}
	status := func() store.DisputeEntry {
		e, err := s.Dispute(ctx, merchant, "dp-1")
		require.NoError(t, err)
		return e
	}
	answered := func(w *schemas.ExternalWord) { w.Answered = true }
	require.NoError(t, said(schemas.ExternalOpened.Name, "e1", noon, func(w *schemas.ExternalWord) { w.DueAt = &due }))
	require.NoError(t, s.DisputeTold(ctx, schemas.DisputesTold{MerchantID: merchant, DisputeID: "dp-1", Heard: noon}))
	nearing, err := s.DisputesNearing(ctx, due, day, 10)
	require.NoError(t, err)
	require.Len(t, nearing, 1, "our answer is due")

	refusedWith(t, said(schemas.ExternalDecided.Name, "e2", noon.Add(day), answered), schemas.CodeBadValue)
	require.NoError(t, said(schemas.ExternalUpdated.Name, "e3", noon.Add(day), answered))
	require.Equal(t, schemas.DisputeAnswered, status().Dispute.Status)
	require.True(t, due.Equal(*status().Dispute.DueAt))
	require.Equal(t, usd(1000), status().Dispute.Taken, "the bank has its money as before")
	nearing, err = s.DisputesNearing(ctx, due, day, 10)
	require.NoError(t, err)
	require.Empty(t, nearing)
	alone, err := s.DisputesAlone(ctx, 10)
	require.NoError(t, err)
	require.Empty(t, alone, "whoever has answered it knows of it")

	// The bank wants to hear more, and decides in the end; a late word that it was answered changes nothing then.
	more := due.Add(10 * day)
	require.NoError(t, said(schemas.ExternalUpdated.Name, "e4", noon.Add(2*day), func(w *schemas.ExternalWord) { w.DueAt = &more }))
	require.Equal(t, schemas.DisputeOpen, status().Dispute.Status)
	require.NoError(t, said(schemas.ExternalDecided.Name, "e5", noon.Add(3*day), func(w *schemas.ExternalWord) { w.Decision = schemas.DisputeWon }))
	require.NoError(t, said(schemas.ExternalUpdated.Name, "e6", noon.Add(4*day), answered))
	require.Equal(t, schemas.DisputeWon, status().Dispute.Status)
}
