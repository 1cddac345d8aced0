package activities

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// TestRefundIsPaidOnceWhateverHappens kills the worker, loses answers, puts off, refuses, blinds and settles in any order, runs
// the activity again each time as Temporal would, and looks into the provider's books at the end. The provider would pay
// again if it were asked again.
func TestRefundIsPaidOnceWhateverHappens(t *testing.T) {
	t.Parallel()
	points := []string{
		"", "before reserve", "after reserve", "before mark", "after mark", "before lookup", "before order",
		"after order", "before record", "after record",
	}
	rapid.Check(t, func(t *rapid.T) {
		d := newDesk()
		attempts := rapid.IntRange(1, 12).Draw(t, "attempts")
		for range attempts {
			d.dies.at = rapid.SampledFrom(points).Draw(t, "dies")
			d.provider.lose = rapid.Bool().Draw(t, "loses the answer")
			d.provider.next = rapid.SampledFrom([]error{
				nil, nil, context.DeadlineExceeded, &provider.Error{Class: provider.RetryLater, Code: provider.CodeBusy},
			}).Draw(t, "does not take it")
			d.provider.blind = rapid.SampledFrom([]error{nil, nil, context.DeadlineExceeded}).Draw(t, "is blind")
			d.provider.refuse = rapid.SampledFrom([]schemas.Code{"", "", schemas.CodeBalance}).Draw(t, "refuses")
			_, _, _ = d.request()
			if d.provider.answers[refundID].Status == schemas.RefundAccepted && rapid.Bool().Draw(t, "settles") {
				d.provider.ends(refundID, schemas.RefundSucceeded, "")
			}
			if paid := d.provider.paid[refundID]; paid > 1 {
				t.Fatalf("paid %d times", paid)
			}
			if d.provider.asks > 0 && !d.ledger.marked[refundID] {
				t.Fatal("the provider was asked before the mark was written")
			}
		}
		// Everybody is well again; a person orders a refused refund once more.
		*d.dies, d.provider.lose, d.provider.next, d.provider.blind, d.provider.refuse = dies{}, false, nil, nil, ""
		for range 2 {
			receipt, err, _ := d.request()
			if err != nil {
				t.Fatalf("no fault is left: %v", err)
			}
			if receipt.Status == schemas.RefundFailedWord {
				continue
			}
			if receipt != d.ledger.entries[refundID] {
				t.Fatalf("answered %v, recorded %v", receipt, d.ledger.entries[refundID])
			}
		}
		if paid := d.provider.paid[refundID]; paid != 1 {
			t.Fatalf("paid %d times in the end", paid)
		}
		if _, err := d.payments.Confirm(context.Background(), asked()); err != nil {
			t.Fatal(err)
		}
		if said, kept := d.provider.answers[refundID].Status, d.ledger.entries[refundID].Status; said != kept {
			t.Fatalf("the provider says %s, the ledger %s", said, kept)
		}
		if settled := d.ledger.settled["1"] == 1; settled != (d.ledger.entries[refundID].Status == schemas.RefundSucceeded) {
			t.Fatalf("units settled: %v, with the refund %s", settled, d.ledger.entries[refundID].Status)
		}
	})
}
