package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/store/storetest"
	"github.com/aftercare/aftercare/schemas"
)

func TestLinesAreMergedIntoAnOpenCaseOfTheSameOrderOnly(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	accept(t, s, asks("R1", anOrder(), wish("1", 1)))
	opened := flush("shop:R1", 1, 0, "opened")
	opened.Row.Lines = []schemas.Line{{LineID: "1", State: schemas.Review}, {LineID: "3", State: schemas.Closed}}
	write(t, s, opened)
	q := schemas.MergeQuestion{CaseID: "shop:R2", MerchantID: merchant, OrderID: "O1", Into: "shop:R1", Lines: []schemas.PickLine{{LineID: "1"}}}
	for name, c := range map[string]struct {
		change func(*schemas.MergeQuestion)
		code   schemas.Code
	}{
		"it fits":           {func(*schemas.MergeQuestion) {}, ""},
		"no such case":      {func(q *schemas.MergeQuestion) { q.Into = "shop:R9" }, schemas.CodeUnknownCase},
		"another order":     {func(q *schemas.MergeQuestion) { q.OrderID = "O2" }, schemas.CodeBadValue},
		"another merchant":  {func(q *schemas.MergeQuestion) { q.MerchantID = "m2" }, schemas.CodeBadValue},
		"a line it has not": {func(q *schemas.MergeQuestion) { q.Lines[0].LineID = "2" }, schemas.CodeUnknownLine},
		"the case itself":   {func(q *schemas.MergeQuestion) { q.CaseID = "shop:R1" }, schemas.CodeBadValue},
	} {
		ask := q
		ask.Lines = []schemas.PickLine{{LineID: "1"}}
		c.change(&ask)
		refusal, err := s.MayMerge(ctx, ask)
		require.NoError(t, err, name)
		if c.code == "" {
			require.Nil(t, refusal, name)
			continue
		}
		require.Equal(t, c.code, refusal.Code, name)
	}
	closeCase(t, s, "shop:R1")
	refusal, err := s.MayMerge(ctx, q)
	require.NoError(t, err)
	require.Equal(t, schemas.CodeCaseClosed, refusal.Code)
}

func TestAParcelIsOneCustomersWhileItsCaseIsOpen(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	accept(t, s, asks("R1", anOrder(), wish("1", 1)))
	sent := flush("shop:R1", 1, 0, "sent")
	sent.Row.Parcels = []schemas.Parcel{{Waybill: "SF 1", Carrier: "SF", Direction: schemas.ToMerchant, Status: schemas.ParcelMoving}}
	write(t, s, sent)
	asked := func(q schemas.WaybillQuestion) *schemas.Refusal {
		refusal, err := s.WaybillFree(ctx, q)
		require.NoError(t, err)
		return refusal
	}
	theirs := schemas.WaybillQuestion{CaseID: "shop:R2", MerchantID: merchant, CustomerID: "c-2", Waybill: "sf1"}
	require.Equal(t, schemas.CodeAlreadyDone, asked(theirs).Code)
	own := theirs
	own.CustomerID = customer
	require.Nil(t, asked(own), "a customer's two cases may share a box")
	other := theirs
	other.MerchantID = "m2"
	require.Nil(t, asked(other))
	closeCase(t, s, "shop:R1")
	require.Nil(t, asked(theirs), "the parcel is over")
}

func TestOnlyACustomersOwnPaymentMethodsAreKnown(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	require.NoError(t, s.PutCustomer(ctx, schemas.ShopCustomer{
		MerchantID: merchant, CustomerID: customer, Locale: "en", PaymentMethods: []schemas.PaymentMethod{{PaymentMethodID: "card_2", Kind: "credit_card"}},
	}))
	for method, known := range map[string]bool{"card_1": true, "card_2": true, "card_9": false} {
		refusal, err := s.KnowsMethod(ctx, schemas.MethodQuestion{MerchantID: merchant, OrderID: "O1", CustomerID: customer, Method: method})
		require.NoError(t, err)
		require.Equal(t, known, refusal == nil, method)
	}
}
