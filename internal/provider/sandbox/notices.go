package sandbox

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// Notices is the sandbox's sender of messages: it keeps them, for tests and for a look at what a customer would have read.
type Notices struct{ world *World }

var _ provider.Notices = (*Notices)(nil)

var (
	messageFind   = query("message_find")
	messageInsert = query("message_insert")
)

// Deliver keeps one message, once per key, with the time it has to wait for.
func (n *Notices) Deliver(ctx context.Context, m provider.Message) error {
	if m.Key == "" || m.MerchantID == "" {
		return provider.Never(schemas.CodeMissingField, "a message needs its key and its merchant")
	}
	return n.world.serve(ctx, visit{SystemNotices, "deliver", m.Key}, func(tx pgx.Tx, told schemas.Code) error {
		var same bool
		err := tx.QueryRow(ctx, messageFind, m.MerchantID, m.Key, m.To.Role, m.To.ID, m.Template).Scan(&same)
		switch {
		case err == nil && same:
			return nil
		case err == nil:
			return provider.Never(provider.CodeKeyReused, "this key was used for another message")
		case !errors.Is(err, pgx.ErrNoRows):
			return err
		case m.Address == "":
			return provider.Never(provider.CodeNoAddress, "there is no address for this channel")
		case told != "":
			return provider.Never(told, "the message cannot be delivered")
		}
		var notBefore *time.Time
		if !m.NotBefore.IsZero() {
			notBefore = &m.NotBefore
		}
		_, err = tx.Exec(ctx, messageInsert, m.MerchantID, m.Key, m.CaseID, m.To.Role, m.To.ID, m.Channel, m.Address,
			m.Template, m.Locale, m.Subject, m.Body, m.At, notBefore)
		return err
	})
}
