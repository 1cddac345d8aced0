package activities

import (
	"context"
	"errors"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// Articles knows the catalogue.
type Articles struct{ store *store.Store }

// NewArticles takes our database.
func NewArticles(s *store.Store) *Articles { return &Articles{store: s} }

// Find looks an article up. One that the merchant does not have, or sells in another currency than the case's, is an answer
// (Known false) and no error. It changes nothing, so that it may be repeated.
func (a *Articles) Find(ctx context.Context, q schemas.ArticleQuestion) (schemas.ArticleAnswer, error) {
	article, err := a.store.Article(ctx, q.MerchantID, q.SKU)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return schemas.ArticleAnswer{}, nil
	case err != nil:
		return schemas.ArticleAnswer{}, oursFailed("find article "+q.SKU, err)
	case article.Price.Currency != q.Currency:
		return schemas.ArticleAnswer{}, nil
	}
	return schemas.ArticleAnswer{Known: true, ProductID: article.ProductID, UnitPrice: article.Price}, nil
}
