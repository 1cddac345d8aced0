package imports

import (
	"context"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// Into is the sink that keeps what is imported in Aftercare's own tables.
func Into(s *store.Store) Sink { return storeSink{s} }

type storeSink struct{ store *store.Store }

func (s storeSink) Order(ctx context.Context, o schemas.ShopOrder) error {
	return s.store.PutOrder(ctx, o)
}

func (s storeSink) Article(ctx context.Context, a schemas.ShopArticle) error {
	return s.store.PutArticle(ctx, a)
}

func (s storeSink) Customer(ctx context.Context, c schemas.ShopCustomer) error {
	return s.store.PutCustomer(ctx, c)
}
