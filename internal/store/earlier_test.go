package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// took puts a case of the customer's with one line.
func took(t testing.TB, s *store.Store, caseID string, change func(*schemas.View, *schemas.Line)) {
	t.Helper()
	put(t, s, caseID, func(v *schemas.View) {
		_, v.RequestID, _, _ = schemas.SplitCaseID(caseID)
		v.CustomerID, v.OpenedAt = customer, noon
		l := schemas.Line{LineID: "1", State: schemas.Closed, Outcome: schemas.CompletedPartial, Deduction: usd(500)}
		change(v, &l)
		v.Lines = []schemas.Line{l}
	})
}

func earlier(t testing.TB, s *store.Store) []store.EarlierRequest {
	t.Helper()
	found, err := s.Earlier(ctx, schemas.Request{MerchantID: merchant, CustomerID: customer, RequestID: "now"}, noon.AddDate(0, 0, 1))
	require.NoError(t, err)
	for i := range found {
		found[i].At = found[i].At.UTC()
	}
	return found
}

func TestARuleIsToldOfACustomersOtherRequestsWhatStands(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	want := []store.EarlierRequest{}
	require.Equal(t, want, earlier(t, s))
	finds := func(f schemas.Finding) func(*schemas.View, *schemas.Line) {
		return func(_ *schemas.View, l *schemas.Line) { l.Finding = f }
	}
	for id, counts := range map[string]struct {
		change func(*schemas.View, *schemas.Line)
		as     *store.EarlierRequest
	}{
		"shop:plain":      {func(*schemas.View, *schemas.Line) {}, nil},
		"shop:swapped":    {finds(schemas.FindingWrongItem), &store.EarlierRequest{OtherGoods: true}},
		"shop:empty":      {finds(schemas.FindingEmpty), &store.EarlierRequest{OtherGoods: true}},
		"shop:used":       {finds(schemas.FindingUsed), nil},
		"shop:incomplete": {finds(schemas.FindingMissing), nil},
		"shop:objects": {func(_ *schemas.View, l *schemas.Line) {
			l.Finding, l.State, l.Outcome = schemas.FindingEmpty, schemas.Appeal, ""
		}, nil},
		"shop:dropped": {func(_ *schemas.View, l *schemas.Line) {
			l.Finding, l.Outcome, l.Deduction = schemas.FindingEmpty, schemas.Completed, usd(0)
		}, nil},
		"shop:open": {func(_ *schemas.View, l *schemas.Line) {
			l.Finding, l.State, l.Outcome, l.Deduction = schemas.FindingEmpty, schemas.InspectionFailed, "", usd(0)
		}, &store.EarlierRequest{OtherGoods: true}},
		"shop:kept":      {func(v *schemas.View, _ *schemas.Line) { v.RefundOnly = true }, &store.EarlierRequest{RefundOnly: true}},
		"shop:lost":      {func(v *schemas.View, _ *schemas.Line) { v.Reason, v.RefundOnly = schemas.NotReceived, true }, &store.EarlierRequest{NotReceived: true, RefundOnly: true}},
		"shop:withdrawn": {func(v *schemas.View, _ *schemas.Line) { v.Reason, v.Outcome = schemas.NotReceived, schemas.Withdrawn }, nil},
		"shop:invalid":   {func(v *schemas.View, _ *schemas.Line) { v.RefundOnly, v.Outcome = true, schemas.Invalid }, nil},
		"shop:now":       {finds(schemas.FindingEmpty), nil},
		"shop:now:2":     {finds(schemas.FindingEmpty), nil},
		"shop:of-another": {func(v *schemas.View, l *schemas.Line) {
			v.CustomerID, l.Finding = "somebody-else", schemas.FindingEmpty
		}, nil},
		"other:of-another": {finds(schemas.FindingEmpty), nil},
	} {
		at := noon.Add(-time.Duration(len(want)) * time.Minute) // the newest first
		took(t, s, id, func(v *schemas.View, l *schemas.Line) {
			v.OpenedAt = at
			counts.change(v, l)
		})
		if counts.as != nil {
			counts.as.At = at
			want = append(want, *counts.as)
		}
		require.Equal(t, want, earlier(t, s), id)
	}
}

func TestARequestThatWentThroughSeveralCasesCountsOnce(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	took(t, s, "shop:r", func(v *schemas.View, l *schemas.Line) {
		l.Finding, v.OpenedAt = schemas.FindingEmpty, noon.Add(-time.Hour)
	})
	took(t, s, "shop:r:2", func(v *schemas.View, l *schemas.Line) { l.Finding = schemas.FindingWrongItem })
	require.Equal(t, []store.EarlierRequest{{At: noon.Add(-time.Hour), OtherGoods: true}}, earlier(t, s))
}

func TestAChargebackCountsOnceTheBankHasDecidedForTheMerchant(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	takesBack(t, s, schemas.ExternalOpened.Name, "e1", noon, 5000, "")
	require.Empty(t, earlier(t, s))
	takesBack(t, s, schemas.ExternalDecided.Name, "e2", noon.Add(time.Hour), 5000, schemas.DisputeWon)
	require.Equal(t, []store.EarlierRequest{{At: noon, Chargebacks: 1}}, earlier(t, s))

	lost := shopWithOrder(t)
	takesBack(t, lost, schemas.ExternalOpened.Name, "e1", noon, 5000, "")
	takesBack(t, lost, schemas.ExternalDecided.Name, "e2", noon.Add(time.Hour), 5000, schemas.DisputeLost)
	require.Empty(t, earlier(t, lost), "the customer was in the right")
}
