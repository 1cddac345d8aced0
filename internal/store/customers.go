package store

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"time"
	_ "time/tzdata" // a customer names a zone; a small machine or container may know none

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

var (
	//go:embed queries/customer_get.sql
	customerGet string
	//go:embed queries/customer_put.sql
	customerPut string
	//go:embed queries/payment_methods_drop.sql
	paymentMethodsDrop string
	//go:embed queries/payment_methods_put.sql
	paymentMethodsPut string
)

// Contact is how to reach a customer. It is looked up where a message leaves and travels through no workflow.
type Contact struct {
	Name     string
	Locale   string
	TimeZone string // an IANA name; empty where the shop does not know it
	Email    string
	Phone    string
}

// Contact returns how to reach a customer of the merchant.
func (s *Store) Contact(ctx context.Context, merchant, customer string) (Contact, error) {
	rows, err := s.pool.Query(ctx, customerGet, merchant, customer)
	if err != nil {
		return Contact{}, fmt.Errorf("read customer %s: %w", customer, err)
	}
	c, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Contact])
	if errors.Is(err, pgx.ErrNoRows) {
		return Contact{}, fmt.Errorf("customer %s: %w", customer, ErrNotFound)
	}
	return c, err
}

// CheckCustomer says what keeps a customer from being kept, or nil. No value of a personal field is repeated in it.
func CheckCustomer(c schemas.ShopCustomer) *schemas.Refusal {
	for _, id := range []struct{ field, value string }{{"merchant_id", c.MerchantID}, {"customer_id", c.CustomerID}} {
		if r := checkID(id.field, id.value); r != nil {
			return r
		}
	}
	if c.Locale == "" {
		return refuse(schemas.CodeMissingField, "locale", "this field is needed, such as en or zh-CN.")
	}
	if _, err := time.LoadLocation(c.TimeZone); err != nil || c.TimeZone == "Local" {
		return refuse(schemas.CodeBadValue, "time_zone", "this is no time zone; use a name such as Europe/Berlin, or leave it out.")
	}
	seen := map[string]bool{}
	for i, m := range c.PaymentMethods {
		field := fmt.Sprintf("payment_methods[%d]", i)
		if r := checkID(field+".payment_method_id", m.PaymentMethodID); r != nil {
			return r
		}
		switch {
		case seen[m.PaymentMethodID]:
			return refuse(schemas.CodeBadValue, field+".payment_method_id", "%s stands twice.", m.PaymentMethodID)
		case m.Kind == "":
			return refuse(schemas.CodeMissingField, field+".kind", "this field is needed.")
		case m.Balance != nil && (m.Balance.Minor < 0 || m.Balance.Minor > maxMinor || !isoCurrency.MatchString(m.Balance.Currency)):
			return refuse(schemas.CodeBadAmount, field+".balance", "this is not a balance.")
		}
		seen[m.PaymentMethodID] = true
	}
	return nil
}

// PutCustomer keeps a customer in place of what was kept of him before.
func (s *Store) PutCustomer(ctx context.Context, c schemas.ShopCustomer) error {
	if refusal := CheckCustomer(c); refusal != nil {
		return refusal
	}
	var address []byte
	if c.Address != nil {
		var err error
		if address, err = jsonb(c.Address); err != nil {
			return err
		}
	}
	ids := make([]string, 0, len(c.PaymentMethods))
	for _, m := range c.PaymentMethods {
		ids = append(ids, m.PaymentMethodID)
	}
	methods, err := jsonb(append([]schemas.PaymentMethod{}, c.PaymentMethods...))
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	batch.Queue(customerPut, c.MerchantID, c.CustomerID, printable(c.Name), printable(c.Email), printable(c.Phone), printable(c.Locale), address, c.TimeZone)
	batch.Queue(paymentMethodsDrop, c.MerchantID, c.CustomerID, ids)
	batch.Queue(paymentMethodsPut, c.MerchantID, c.CustomerID, methods)
	if err := s.pool.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("put customer %s: %w", c.CustomerID, err)
	}
	return nil
}
