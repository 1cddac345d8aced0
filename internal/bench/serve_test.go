package bench

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/schemas"
)

func TestTheControlPausesAsLongAsTheCasesPolicyAndNoOtherClockIsShort(t *testing.T) {
	t.Parallel()
	book, err := policy.Load(fstest.MapFS{policyName + ".yaml": {Data: policyText}}, policyName)
	require.NoError(t, err)
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	for _, kind := range []schemas.Kind{schemas.KindReturn, schemas.KindExchange} {
		plan, _, err := book.Plan(policyName, policy.Facts{Kind: kind, Currency: "USD", At: at, From: at, PlacedAt: at, Reason: schemas.ChangedMind})
		require.NoError(t, err)
		require.Equal(t, surveyPause, plan.Clocks["survey.wait"].After.D(), kind)
		for name, clock := range plan.Clocks {
			if name != "survey.wait" && name != "rows.retry" && clock.After.D() != 0 {
				require.GreaterOrEqual(t, clock.After.D(), time.Minute, "%s: %s would run out while a case is driven", kind, name)
			}
		}
	}
}
