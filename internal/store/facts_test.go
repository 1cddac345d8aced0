package store_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/internal/store/storetest"
	"github.com/aftercare/aftercare/schemas"
)

func report(id string, body any) schemas.Report {
	raw, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return schemas.Report{Source: "courier", EventID: id, OccurredAt: noon, ReceivedAt: noon, Door: schemas.DoorNotify, Body: raw}
}

func scanned(t testing.TB, s *store.Store, id, carrier, waybill string) store.FactRoute {
	t.Helper()
	route, err := s.RecordFact(ctx, schemas.ParcelScanned.Name, report(id, schemas.ParcelWord{Waybill: waybill, Carrier: carrier}))
	require.NoError(t, err)
	return route
}

// sends writes a case with a parcel.
func sends(t testing.TB, s *store.Store, caseID, carrier, waybill string, change ...func(*schemas.Flush)) {
	t.Helper()
	f := flush(caseID, 5, 0, "opened")
	f.Row.Parcels = []schemas.Parcel{{Waybill: waybill, Carrier: carrier, Direction: schemas.ToMerchant, Status: schemas.ParcelExpected}}
	for _, c := range change {
		c(&f)
	}
	write(t, s, f)
}

func TestAFactFindsItsCaseByWaybillHoweverItWasTyped(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	sends(t, s, "shop:R1", "SF", "sf 123 456")
	route := scanned(t, s, "e1", "sf", "SF123456")
	require.Equal(t, store.FactRoute{CaseID: "shop:R1"}, route)
	require.Equal(t, []string{"shop:R1"}, route.Tell())
	require.Equal(t, "shop:R1", scanned(t, s, "e2", "", "SF123456").CaseID, "without a carrier")
	require.Equal(t, "shop:R1", scanned(t, s, "e3", "ups", "SF123456").CaseID, "customers pick the wrong carrier")

	sends(t, s, "shop:R2", "UPS", "SF123456")
	require.Equal(t, store.FactRoute{CaseID: "shop:R2"}, scanned(t, s, "e4", "ups", "SF123456"), "equal numbers of two carriers are two parcels")
}

func TestAFactIsADuplicateOnlyOnceItsCaseWasTold(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	sends(t, s, "shop:R1", "sf", "W1")
	require.False(t, scanned(t, s, "e1", "sf", "W1").Duplicate)
	require.False(t, scanned(t, s, "e1", "sf", "W1").Duplicate, "the process died before it told the case")
	require.NoError(t, s.MarkFactSignalled(ctx, "courier", "e1", noon))
	route := scanned(t, s, "e1", "sf", "W1")
	require.True(t, route.Duplicate)
	require.Equal(t, "shop:R1", route.CaseID)
	require.Empty(t, route.Tell())
	require.Equal(t, 3, count(t, s, `SELECT copies FROM aftercare.facts`))
	require.ErrorIs(t, s.MarkFactSignalled(ctx, "courier", "none", noon), store.ErrNotFound)
}

func TestAnUnknownFactIsKeptAndRoutedWhenItComesAgain(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	require.Equal(t, store.FactRoute{Unknown: true}, scanned(t, s, "e1", "sf", "W1"))
	require.Equal(t, 1, count(t, s, `SELECT count(*) FROM aftercare.facts WHERE verdict = 'unknown' AND case_id IS NULL`))
	sends(t, s, "shop:R1", "sf", "W1")
	require.Equal(t, store.FactRoute{CaseID: "shop:R1"}, scanned(t, s, "e1", "sf", "W1"))
	require.Equal(t, 1, count(t, s, `SELECT count(*) FROM aftercare.facts WHERE verdict = 'routed' AND merchant_id = 'shop'`))
}

func TestAFactForAnEndedCaseGoesToWhatContinuesIt(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ends := func(successor string) func(*schemas.Flush) {
		return func(f *schemas.Flush) {
			end := noon.Add(time.Hour)
			f.Row.ClosedAt, f.Row.SuccessorID = &end, successor
		}
	}
	sends(t, s, "shop:R1", "sf", "W1", ends("shop:R1:2"))
	require.Equal(t, store.FactRoute{CaseID: "shop:R1", SuccessorID: "shop:R1:2"}, scanned(t, s, "e1", "sf", "W1"), "it has no row yet, but it is there")
	sends(t, s, "shop:R1:2", "sf", "W1", ends("shop:R1:3"))
	sends(t, s, "shop:R1:3", "sf", "W1")
	route := scanned(t, s, "e2", "sf", "W1")
	require.Equal(t, []string{"shop:R1:3"}, route.Tell(), "once, though three cases know the parcel")

	sends(t, s, "shop:R4", "sf", "W4", ends(""))
	late := scanned(t, s, "e3", "sf", "W4")
	require.Equal(t, store.FactRoute{CaseID: "shop:R4", Late: true}, late)
	require.Empty(t, late.Tell())
	require.Equal(t, 1, count(t, s, `SELECT count(*) FROM aftercare.facts WHERE verdict = 'late'`))
}

func TestTwoCasesInOneBoxAreBothTold(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	sends(t, s, "shop:R1", "sf", "W1")
	sends(t, s, "shop:R2", "sf", "W1")
	sends(t, s, "other:R1", "sf", "W1") // another merchant's customer mistyped the number
	route := scanned(t, s, "e1", "sf", "W1")
	require.Len(t, route.Tell(), func() int {
		if route.CaseID == "other:R1" {
			return 1
		}
		return 2
	}(), "never across merchants")
}

func TestAFactFindsItsCaseByRefundNumber(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	reserve(t, s, refund("1", "P-card", "2", 4000))
	route, err := s.RecordFact(ctx, schemas.RefundSuccess.Name, report("e1", schemas.RefundWord{RefundID: "shop:R1/refund/1"}))
	require.NoError(t, err)
	require.Equal(t, store.FactRoute{CaseID: "shop:R1"}, route)
	route, err = s.RecordFact(ctx, schemas.RefundSuccess.Name, report("e2", schemas.RefundWord{RefundID: "none"}))
	require.NoError(t, err)
	require.True(t, route.Unknown)
}

func TestAFactAboutMoneyThatCannotBeTheRefundsIsRefused(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	reserve(t, s, refund("1", "P-card", "2", 4000))
	for _, c := range []struct {
		amount schemas.Money
		code   schemas.Code
	}{
		{schemas.Money{Minor: -4000, Currency: "USD"}, schemas.CodeBadAmount},
		{schemas.Money{Minor: 0, Currency: "USD"}, schemas.CodeBadAmount},
		{schemas.Money{Minor: 4000}, schemas.CodeMissingField},
		{schemas.Money{Minor: 4000, Currency: "EUR"}, schemas.CodeOtherCurrency},
	} {
		_, err := s.RecordFact(ctx, schemas.RefundSuccess.Name, report("e1", schemas.RefundWord{RefundID: "shop:R1/refund/1", Amount: &c.amount}))
		require.Error(t, err)
		refusedWith(t, err, c.code)
	}
	amount := usd(4000)
	_, err := s.RecordFact(ctx, schemas.RefundSuccess.Name, report("e1", schemas.RefundWord{RefundID: "shop:R1/refund/1", Amount: &amount}))
	require.NoError(t, err)
}

func TestAFactThatCannotBeReadIsRefused(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ok := schemas.ParcelWord{Waybill: "W1"}
	for name, c := range map[string]struct {
		fact string
		in   schemas.Report
		code schemas.Code
	}{
		"no id":         {"parcel.scanned", report("", ok), schemas.CodeMissingField},
		"zero byte":     {"parcel.scanned", report("\x00", ok), schemas.CodeBadID},
		"no waybill":    {"parcel.scanned", report("e", schemas.ParcelWord{Waybill: " "}), schemas.CodeMissingField},
		"no number":     {"refund.failed", report("e", schemas.RefundWord{}), schemas.CodeMissingField},
		"unknown field": {"refund.failed", report("e", map[string]int{"x": 1}), schemas.CodeUnknownField},
		"another body":  {"parcel.lost", report("e", map[string]int{"waybill": 1}), schemas.CodeWrongType},
		"another name":  {"case.merged_in", report("e", ok), schemas.CodeUnknownName},
	} {
		_, err := s.RecordFact(ctx, c.fact, c.in)
		require.Error(t, err, name)
		refusedWith(t, err, c.code)
	}
}
