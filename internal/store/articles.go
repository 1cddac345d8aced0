package store

import (
	"context"
	_ "embed"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

var (
	//go:embed queries/article_put.sql
	articlePut string
	//go:embed queries/article_get.sql
	articleGet string
	//go:embed queries/articles_get.sql
	articlesGet string
)

// CheckArticle says what keeps an article from being kept, or nil.
func CheckArticle(a schemas.ShopArticle) *schemas.Refusal {
	if r := checkID("merchant_id", a.MerchantID); r != nil {
		return r
	}
	switch {
	case a.SKU == "":
		return refuse(schemas.CodeMissingField, "sku", "this field is needed.")
	case a.ProductID == "":
		return refuse(schemas.CodeMissingField, "product_id", "this field is needed.")
	case !isoCurrency.MatchString(a.Price.Currency):
		return refuse(schemas.CodeBadValue, "price.currency", "%q is not a currency; use three capital letters, such as USD.", a.Price.Currency)
	case a.Price.Minor < 0 || a.Price.Minor > maxMinor:
		return refuse(schemas.CodeBadAmount, "price", "%d is not a price.", a.Price.Minor)
	case a.InStock < 0 || a.InStock > 1e9:
		return refuse(schemas.CodeBadQuantity, "in_stock", "%d is not a stock.", a.InStock)
	}
	return nil
}

// PutArticle keeps an article of the catalogue in place of what was kept of it before.
func (s *Store) PutArticle(ctx context.Context, a schemas.ShopArticle) error {
	if refusal := CheckArticle(a); refusal != nil {
		return refusal
	}
	if a.Options == nil {
		a.Options = map[string]string{}
	}
	options, err := jsonb(a.Options)
	if err != nil {
		return err
	}
	_, err = s.pool.Exec(ctx, articlePut, a.MerchantID, printable(a.SKU), printable(a.ProductID), printable(a.Name), options, a.Price.Minor, a.Price.Currency, a.InStock)
	if err != nil {
		return fmt.Errorf("put article %s: %w", a.SKU, err)
	}
	return nil
}

// Article returns an article of the merchant's catalogue.
func (s *Store) Article(ctx context.Context, merchant, sku string) (schemas.ShopArticle, error) {
	a := schemas.ShopArticle{MerchantID: merchant}
	err := s.pool.QueryRow(ctx, articleGet, merchant, sku).Scan(&a.SKU, &a.ProductID, &a.Name, &a.Options, &a.Price.Minor, &a.Price.Currency, &a.InStock)
	if errors.Is(err, pgx.ErrNoRows) {
		return a, fmt.Errorf("article %s of %s: %w", sku, merchant, ErrNotFound)
	}
	return a, err
}

// Articles returns those of some articles that the merchant has, by SKU.
func (s *Store) Articles(ctx context.Context, merchant string, skus []string) (map[string]schemas.ShopArticle, error) {
	found := map[string]schemas.ShopArticle{}
	if len(skus) == 0 {
		return found, nil
	}
	rows, err := s.pool.Query(ctx, articlesGet, merchant, skus)
	if err != nil {
		return nil, fmt.Errorf("read articles of %s: %w", merchant, err)
	}
	var a schemas.ShopArticle
	_, err = pgx.ForEachRow(rows, []any{&a.SKU, &a.ProductID, &a.Name, &a.Options, &a.Price.Minor, &a.Price.Currency, &a.InStock}, func() error {
		a.MerchantID = merchant
		found[a.SKU] = a
		a.Options = nil // the next row gets a map of its own
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read articles of %s: %w", merchant, err)
	}
	return found, nil
}
