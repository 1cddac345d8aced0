package store_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/internal/store/storetest"
	"github.com/aftercare/aftercare/schemas"
)

func TestATextIsReadByItsIdUntilItIsErased(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	words := "它坏了 — it broke"
	id, err := s.PutText(ctx, merchant, words)
	require.NoError(t, err)
	require.True(t, schemas.ValidID(id), id)
	got, err := s.Text(ctx, merchant, id)
	require.NoError(t, err)
	require.Equal(t, words, got)
	_, err = s.Text(ctx, "other", id)
	require.ErrorIs(t, err, store.ErrNotFound)

	for range 2 {
		require.NoError(t, s.EraseText(ctx, merchant, id, noon))
	}
	_, err = s.Text(ctx, merchant, id)
	require.ErrorIs(t, err, store.ErrNotFound)
	require.ErrorIs(t, s.EraseText(ctx, "other", id, noon), store.ErrNotFound)
}

func TestATextHasALimit(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	_, err := s.PutText(ctx, merchant, strings.Repeat("x", schemas.MaxText))
	require.NoError(t, err)
	for text, code := range map[string]schemas.Code{
		strings.Repeat("x", schemas.MaxText+1): schemas.CodeTooLarge,
		" \n":                                  schemas.CodeMissingField,
		"\xff":                                 schemas.CodeBadValue,
		"a\x00":                                schemas.CodeBadValue,
	} {
		_, err := s.PutText(ctx, merchant, text)
		require.Error(t, err)
		refusedWith(t, err, code)
	}
	_, err = s.PutText(ctx, "no merchant", "x")
	refusedWith(t, err, schemas.CodeBadID)
}

func TestACustomerIsReachedAsLastImported(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	balance := usd(5100)
	c := schemas.ShopCustomer{
		MerchantID: merchant, CustomerID: customer, Name: "Ida", Email: "ida@example.com", Phone: "+1", Locale: "en", TimeZone: "Europe/London",
		Address:        &schemas.Address{Address1: "1 Lane", City: "Ely", Country: "UK"},
		PaymentMethods: []schemas.PaymentMethod{{PaymentMethodID: "gift_1", Kind: "gift_card", Balance: &balance}, {PaymentMethodID: "card_1", Kind: "credit_card"}},
	}
	require.NoError(t, s.PutCustomer(ctx, c))
	c.Name, c.PaymentMethods = "Ida B", c.PaymentMethods[:1]
	require.NoError(t, s.PutCustomer(ctx, c))
	got, err := s.Contact(ctx, merchant, customer)
	require.NoError(t, err)
	require.Equal(t, store.Contact{Name: "Ida B", Locale: "en", TimeZone: "Europe/London", Email: "ida@example.com", Phone: "+1"}, got)
	require.Equal(t, 1, count(t, s, `SELECT count(*) FROM aftercare.payment_methods`))
	require.Equal(t, 5100, count(t, s, `SELECT balance_minor FROM aftercare.payment_methods`))
	_, err = s.Contact(ctx, "other", customer)
	require.ErrorIs(t, err, store.ErrNotFound)
}

func TestACustomersTimeZoneIsOneThatExists(t *testing.T) {
	t.Parallel()
	c := schemas.ShopCustomer{MerchantID: merchant, CustomerID: customer, Locale: "en"}
	for _, zone := range []string{"", "UTC", "Asia/Shanghai", "America/New_York"} {
		c.TimeZone = zone
		require.Nil(t, store.CheckCustomer(c), zone)
	}
	for _, zone := range []string{"Local", "Europe/Atlantis", "+08:00", "../etc", "a\x00"} {
		c.TimeZone = zone
		refusal := store.CheckCustomer(c)
		require.NotNil(t, refusal, zone)
		require.Equal(t, schemas.CodeBadValue, refusal.Code)
		require.Equal(t, "time_zone", refusal.Field)
	}
}

func TestAnArticleIsReadAsLastImported(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	a := schemas.ShopArticle{MerchantID: merchant, SKU: "MUG", ProductID: "P1", Name: "Mug", Options: map[string]string{"color": "blue"}, Price: usd(900), InStock: 3}
	require.NoError(t, s.PutArticle(ctx, a))
	a.InStock = 0
	require.NoError(t, s.PutArticle(ctx, a))
	got, err := s.Article(ctx, merchant, "MUG")
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(a, got))
	_, err = s.Article(ctx, merchant, "none")
	require.ErrorIs(t, err, store.ErrNotFound)
}

func TestACustomerIsAskedOnceInTheQuietDays(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ask := func(who, caseID string, at time.Time) bool {
		asked, err := s.SurveyAsked(ctx, merchant, who, caseID, at, 30)
		require.NoError(t, err)
		return asked
	}
	require.True(t, ask(customer, "shop:R1", noon))
	require.True(t, ask(customer, "shop:R1", noon), "a repeated call answers the same")
	require.False(t, ask(customer, "shop:R2", noon.AddDate(0, 0, 29)))
	require.False(t, ask(customer, "shop:R3", noon.AddDate(0, 0, -5)), "a case whose time runs behind asks no second time either")
	require.True(t, ask("c-2", "shop:R4", noon))
	require.True(t, ask(customer, "shop:R2", noon.AddDate(0, 0, 30)))
	elsewhere, err := s.SurveyAsked(ctx, "other", customer, "other:R1", noon, 30)
	require.NoError(t, err)
	require.True(t, elsewhere)
}

func TestOfManyCasesAtTheSameTimeOneAsksTheCustomer(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	var asked atomic.Int32
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if ok, err := s.SurveyAsked(ctx, merchant, customer, schemas.CaseID(merchant, string(rune('a'+i))), noon, 30); ok && err == nil {
				asked.Add(1)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 1, asked.Load())
}

func TestTheShiftOfADataSetIsThatOfItsFirstImport(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	asOf := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	shift := func(merchant string, asOf, today time.Time) int {
		days, err := s.ImportShift(ctx, merchant, asOf, today)
		require.NoError(t, err)
		return days
	}
	require.Equal(t, 3, shift(merchant, asOf, asOf.Add(3*24*time.Hour+5*time.Hour)))
	require.Equal(t, 3, shift(merchant, asOf, asOf.AddDate(0, 1, 0)))
	require.Equal(t, 30, shift("other", asOf, asOf.AddDate(0, 0, 30)))
	require.Equal(t, -20, shift(merchant, asOf.AddDate(0, 0, 20), asOf), "another data set has its own")
}

func TestWordsUnderAnIDOfTheCallersAreKeptOnce(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	for _, c := range []struct {
		words string
		other bool
	}{{"it broke", false}, {"it broke", false}, {"it burns", true}} {
		other, err := s.PutTextAs(ctx, merchant, "t-1", c.words)
		require.NoError(t, err)
		require.Equal(t, c.other, other)
	}
	text, err := s.Text(ctx, merchant, "t-1")
	require.NoError(t, err)
	require.Equal(t, "it broke", text)
	require.NoError(t, s.EraseText(ctx, merchant, "t-1", noon))
	other, err := s.PutTextAs(ctx, merchant, "t-1", "it broke")
	require.NoError(t, err)
	require.False(t, other, "what was erased is not brought back, and is no conflict")
}
