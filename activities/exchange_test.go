package activities

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/store/storetest"
	"github.com/aftercare/aftercare/schemas"
)

// approves lets every line on.
var approves = planned(func(f PlanFacts) (schemas.Plan, []schemas.Verdict, error) {
	verdicts := make([]schemas.Verdict, len(f.Lines))
	for i := range verdicts {
		verdicts[i].Proposal = schemas.ProposeApprove
	}
	return schemas.Plan{}, verdicts, nil
})

func TestIntakeOfAnExchangeLooksTheArticlesUp(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	for _, a := range []schemas.ShopArticle{{SKU: "MUG", ProductID: "P1", Price: usd(1200)}, {SKU: "TEAPOT", ProductID: "P9", Price: usd(3000)}} {
		a.MerchantID = "m"
		require.NoError(t, s.PutArticle(t.Context(), a))
	}
	a := NewIntake(openShop(bought()), approves, s)
	in := wants("r1", schemas.RequestLine{LineID: "1", Quantity: 2, ReplacementSKU: "MUG"}, schemas.RequestLine{LineID: "2", Quantity: 1, ReplacementSKU: "TEAPOT"})
	in.Request.Kind, in.Request.Reason = schemas.KindExchange, schemas.Defective
	got := take(t, a, in)
	require.Nil(t, got.Refusal)
	require.Equal(t, &schemas.Replacement{SKU: "MUG", ProductID: "P1", UnitPrice: usd(1200), Same: true}, got.Lines[0].Replacement)
	require.Equal(t, schemas.ProposeApprove, got.Lines[0].Verdict.Proposal)
	require.Equal(t, schemas.CodeOtherProduct, got.Lines[1].Code)
	require.Empty(t, got.Lines[1].Verdict, "the rules are not asked about what cannot be exchanged")
	require.Equal(t, got, take(t, a, in), "a repeated intake answers the same")

	claims, units := NewClaims(s), []schemas.LineUnits{{LineID: "1", Units: got.Lines[0].Units}}
	goods := schemas.DisposeOrder{Key: "m:r1/settle/1", CaseID: "m:r1", MerchantID: "m", At: noon, Settle: units}
	_, err := NewStock(&fakeStock{err: context.DeadlineExceeded}, claims).Dispose(t.Context(), goods)
	requireApplicationError(t, err, schemas.CodeNoAnswer, false)
	again := wants("r2", line("1", 1))
	require.Equal(t, schemas.CodeAlreadySettled, take(t, NewIntake(openShop(bought()), theRules(t), s), again).Refusal.Code, "units do not wait for a warehouse")
	disposed, err := NewStock(&fakeStock{}, claims).Dispose(t.Context(), goods)
	require.NoError(t, err)
	require.True(t, disposed.Settled)
	_, err = claims.Settle(t.Context(), schemas.SettleOrder{CaseID: "m:r1", Units: units, At: noon})
	require.NoError(t, err, "a unit is settled once")
	_, err = claims.Settle(t.Context(), schemas.SettleOrder{CaseID: "m:none", Units: []schemas.LineUnits{{LineID: "1", Units: []int{1}}}, At: noon})
	requireApplicationError(t, err, schemas.ErrorTypeRefused, true)
}
