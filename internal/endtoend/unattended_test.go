package endtoend

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/schemas"
)

// A bank takes a payment back whose case has ended, and one of an order that nobody has asked anything about. The money is kept from the
// first moment; that somebody hears of it in time is the sweep's work.
func TestADisputeThatNoOpenCaseAnswersIsToldToPeople(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	h.sweepsByHand()
	ended := h.wish(bought, oneLine, func(r *schemas.Request) { r.Lines[0].Quantity = 9 })
	id := h.open(ended, "default")
	h.awaitEnd(id, schemas.Invalid) // more than was bought
	never := h.wish(bought)

	now := time.Now().UTC()
	for _, r := range []schemas.Request{ended, never} {
		require.NoError(t, h.world.OpenChargeback(t.Context(), sandbox.Chargeback{
			MerchantID: merchant, DisputeID: "alone-" + r.RequestID, OrderID: r.OrderID, Amount: dollars(6550), Reason: "not_received", At: now, DueAt: now.Add(240 * time.Hour),
		}))
		h.until("the word is kept", func() bool {
			_, err := h.store.Dispute(t.Context(), merchant, "alone-"+r.RequestID)
			return err == nil
		})
	}
	h.sweep()
	told := func(r schemas.Request, template string) (messages []sandbox.MessageEntry) {
		for m, err := range h.world.Books().Messages(t.Context(), merchant) {
			require.NoError(t, err)
			if m.Template == template && m.To.ID == finance.ID && strings.Contains(m.Body, "alone-"+r.RequestID) {
				messages = append(messages, m)
			}
		}
		return messages
	}
	for _, r := range []schemas.Request{ended, never} {
		h.until("finance is told", func() bool { return len(told(r, "staff.external_alone")) == 1 })
	}
	require.Contains(t, told(ended, "staff.external_alone")[0].Body, id, "and which case it was")
	require.Contains(t, h.starter("disputes", "--unattended").done(t).out, "alone-"+never.RequestID)

	// The pack of the case that has ended was made for it.
	pack := filepath.Join(t.TempDir(), "pack.zip")
	require.Contains(t, h.starter("evidence", id, "--of", "alone-"+ended.RequestID, "--out", pack).done(t).out, "pack ")
	written, err := os.ReadFile(pack)
	require.NoError(t, err)
	require.NotEmpty(t, written)

	h.sweep()
	require.Len(t, told(never, "staff.external_alone"), 1, "once, and not every five minutes")
	require.Empty(t, told(never, "staff.external_alone_again"), "our answer is not due soon")

	// The bank wants to hear at once: people are told, then reminded once.
	sum, due := dollars(6550), now.Add(2*time.Millisecond)
	word := schemas.ExternalWord{DisputeID: "alone-" + ended.RequestID, Kind: schemas.Chargeback, MerchantID: merchant, OrderID: ended.OrderID, Amount: &sum, DueAt: &due}
	h.report(schemas.ExternalUpdated.Name, "bank", "alone-due", now.Add(time.Millisecond), word)
	for range 3 {
		h.sweep()
	}
	h.until("finance is reminded", func() bool { return len(told(ended, "staff.external_alone_again")) == 1 })
	require.Len(t, told(ended, "staff.external_alone"), 2)
	require.Contains(t, told(ended, "staff.external_alone_again")[0].Body, id, "and which case it was")
	managers := 0
	for m, err := range h.world.Books().Messages(t.Context(), merchant) {
		require.NoError(t, err)
		if m.Template == "staff.external_alone_again" && (m.To.Role == schemas.RoleManager || m.To.Role == schemas.RoleExecutive) {
			managers++
		}
	}
	require.Equal(t, 3, managers, "the manager, whoever stands in, and the level above")
	require.NoError(t, h.world.EndChargeback(t.Context(), merchant, "alone-"+never.RequestID, schemas.DisputeLost, now.Add(time.Hour)))
	h.until("the decision is kept", func() bool {
		e, err := h.store.Dispute(t.Context(), merchant, "alone-"+never.RequestID)
		return err == nil && e.Dispute.Status == schemas.DisputeLost
	})
	h.sweep()
	h.until("finance is told how it ended", func() bool { return len(told(never, "staff.external_alone_over")) == 1 })
	h.balanced()
}
