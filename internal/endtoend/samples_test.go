package endtoend

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/samples"
	"github.com/aftercare/aftercare/schemas"
)

func sample(name string) string { return filepath.Join("..", "..", "samples", name) }

// expected is a line of expected.jsonl.
type expected struct {
	RequestID string          `json:"request_id"`
	Outcome   schemas.Outcome `json:"outcome"`
	Refunded  schemas.Money   `json:"refunded"`
	Charged   schemas.Money   `json:"charged"` // of exchanges
}

func (h *house) importSamples() {
	h.t.Helper()
	h.starter("import", sample("orders.jsonl"), sample("catalog.jsonl"), sample("customers.jsonl"), "--as-of", samples.Today).done(h.t)
}

// endAsExpected holds played samples against expected.jsonl.
func endAsExpected(t *testing.T, played []schemas.View) {
	t.Helper()
	wanted := rows[expected](t, sample("expected.jsonl"))
	require.Len(t, played, len(wanted))
	for i, want := range wanted {
		got := played[i]
		require.Equal(t, want.RequestID, got.RequestID)
		require.Equal(t, want.Outcome, got.Outcome, "%s\n%s", want.RequestID, timeline(got))
		require.Equal(t, want.Refunded.Minor, got.Money.Refunded.Minor, "%s\n%s", want.RequestID, timeline(got))
		if want.Refunded.Minor > 0 {
			require.Equal(t, want.Refunded.Currency, got.Money.Refunded.Currency, want.RequestID)
		}
		require.Equal(t, want.Charged.Minor, got.Money.Charged.Minor, "%s\n%s", want.RequestID, timeline(got))
		if want.Charged.Minor > 0 {
			require.Equal(t, want.Charged.Currency, got.Money.Charged.Currency, want.RequestID)
		}
	}
}

func TestEverySampleEndsAsExpectedInRealTime(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	h.importSamples()
	played := h.starter("play", sample("requests.jsonl"), "--json", "--in-flight", "16").done(t)
	endAsExpected(t, played.views(t))
	h.balanced()
	h.sound()
}

func TestEverySampleEndsAsExpectedInFastForward(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	h.canForward()
	h.importSamples()
	played := h.starter("play", sample("requests.jsonl"), "--json", "--fast", "--in-flight", "16").done(t)
	endAsExpected(t, played.views(t))
	h.balanced()
	h.sound()
}
