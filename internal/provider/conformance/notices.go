package conformance

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// NoticesBench is a sender of messages.
type NoticesBench struct {
	Notices provider.Notices
	// Delivered counts the messages that reached an address.
	Delivered func(t *testing.T, address string) int
	// Waits is the time a message to an address has to wait for, or zero where it left at once.
	Waits   func(t *testing.T, address string) time.Time
	Address string // one that can be reached, by Channel
	Channel schemas.Channel

	LoseAnswer func(t *testing.T) // the next message is delivered and the answer lost
	Slow       func(t *testing.T) // the next message takes much longer than two seconds
}

func (b NoticesBench) message(key string) provider.Message {
	return provider.Message{
		Key: key, MerchantID: "m", CaseID: "m:r", To: schemas.Actor{Role: schemas.RoleCustomer, ID: "c-1"},
		Channel: b.Channel, Address: b.Address, Template: "ack.received", Locale: "en", Subject: "We have your request",
		Body: "It is with us.", At: noon,
	}
}

// Notices is the suite for a sender of messages.
func Notices(t *testing.T, factory func(t *testing.T) NoticesBench) {
	t.Run("a message is delivered once a key", func(t *testing.T) {
		t.Parallel()
		b := factory(t)
		for range 3 {
			require.NoError(t, b.Notices.Deliver(t.Context(), b.message("m:r/notice/1")))
		}
		require.Equal(t, 1, b.Delivered(t, b.Address))
		require.NoError(t, b.Notices.Deliver(t.Context(), b.message("m:r/notice/2")))
		require.Equal(t, 2, b.Delivered(t, b.Address))
	})
	t.Run("a message that has to wait is taken at once and leaves at its time", func(t *testing.T) {
		t.Parallel()
		b := factory(t)
		m := b.message("m:r/notice/1")
		m.NotBefore = noon.Add(21 * time.Hour)
		for range 2 {
			require.NoError(t, b.Notices.Deliver(t.Context(), m))
		}
		require.Equal(t, 1, b.Delivered(t, b.Address))
		require.Equal(t, m.NotBefore, b.Waits(t, b.Address))
	})
	t.Run("a message that need not wait does not", func(t *testing.T) {
		t.Parallel()
		b := factory(t)
		require.NoError(t, b.Notices.Deliver(t.Context(), b.message("m:r/notice/1")))
		require.Zero(t, b.Waits(t, b.Address))
	})
	t.Run("no address is an error of its own, and leaves the key to the next channel", func(t *testing.T) {
		t.Parallel()
		b := factory(t)
		m := b.message("m:r/notice/1")
		m.Channel, m.Address = "phone", ""
		requireClass(t, b.Notices.Deliver(t.Context(), m), provider.NeverRetry, provider.CodeNoAddress)
		require.NoError(t, b.Notices.Deliver(t.Context(), b.message("m:r/notice/1")))
		require.Equal(t, 1, b.Delivered(t, b.Address))
	})
	t.Run("a key for another person is refused", func(t *testing.T) {
		t.Parallel()
		b := factory(t)
		require.NoError(t, b.Notices.Deliver(t.Context(), b.message("m:r/notice/1")))
		m := b.message("m:r/notice/1")
		m.To.ID = "c-2"
		requireClass(t, b.Notices.Deliver(t.Context(), m), provider.NeverRetry, provider.CodeKeyReused)
	})
	t.Run("a lost answer was delivered, and is not delivered again", func(t *testing.T) {
		t.Parallel()
		b := factory(t)
		if b.LoseAnswer == nil {
			return
		}
		b.LoseAnswer(t)
		requireClass(t, b.Notices.Deliver(t.Context(), b.message("m:r/notice/1")), provider.Unknown, "")
		require.NoError(t, b.Notices.Deliver(t.Context(), b.message("m:r/notice/1")))
		require.Equal(t, 1, b.Delivered(t, b.Address))
	})
	t.Run("a slow delivery is of unknown outcome", func(t *testing.T) {
		t.Parallel()
		b := factory(t)
		if b.Slow == nil {
			return
		}
		b.Slow(t)
		requireOutOfPatience(t, func(ctx context.Context) error { return b.Notices.Deliver(ctx, b.message("m:r/notice/1")) })
		require.NoError(t, b.Notices.Deliver(t.Context(), b.message("m:r/notice/1")))
		require.Equal(t, 1, b.Delivered(t, b.Address))
	})
}
