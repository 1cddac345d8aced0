package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/aftercare/aftercare/activities"
	"github.com/aftercare/aftercare/internal/config"
	"github.com/aftercare/aftercare/internal/notice"
	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/store"
)

// newNotices puts the sender of messages together.
func newNotices(cfg config.Config, texts *notice.Catalogue, s *store.Store, world *sandbox.World, log *zap.Logger) *activities.Notices {
	return &activities.Notices{
		Texts: texts, Contacts: contacts{s}, Goods: s, Deliver: deliverer{world.Notices()}, Surveys: surveys{s},
		Log: log.Named("notices"), StaffLocale: cfg.StaffLocale, StaffZone: cfg.Zone, Quiet: activities.NightsRest,
	}
}

// contacts shows the store to the notices as an address book.
type contacts struct{ *store.Store }

func (c contacts) Contact(ctx context.Context, merchant, customer string) (activities.Contact, error) {
	found, err := c.Store.Contact(ctx, merchant, customer)
	if errors.Is(err, store.ErrNotFound) {
		return activities.Contact{}, nil
	}
	return activities.Contact(found), err
}

// surveys shows the store to the notices as the log of who was asked when.
type surveys struct{ *store.Store }

func (s surveys) SurveyAsked(ctx context.Context, merchant, customer, caseID string, at time.Time, quietDays int) (bool, error) {
	mine, err := s.Store.SurveyAsked(ctx, merchant, customer, caseID, at, quietDays)
	return !mine, err
}

// deliverer shows a provider of messages to the notices.
type deliverer struct{ provider.Notices }

func (d deliverer) Deliver(ctx context.Context, m activities.Delivery) error {
	err := d.Notices.Deliver(ctx, provider.Message{
		Key: m.Key, MerchantID: m.MerchantID, CaseID: m.CaseID, To: m.To, Channel: m.Channel, Address: m.Address,
		Template: m.Template, Locale: m.Locale, Subject: m.Subject, Body: m.Body, At: m.At, NotBefore: m.NotBefore,
	})
	if err != nil && provider.Classify(err).Class == provider.NeverRetry {
		return fmt.Errorf("%w: %w", activities.ErrUndeliverable, err)
	}
	return err
}

// Migrate brings both schemas of a database to this version: Aftercare's own, and the sandboxes'.
func Migrate(ctx context.Context, url string, progress func(string)) error {
	if err := store.Migrate(ctx, url, progress); err != nil {
		return err
	}
	return sandbox.Migrate(ctx, url)
}
