package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/cases"
	"github.com/aftercare/aftercare/schemas"
)

func TestAReleaseIsSummedUpInWords(t *testing.T) {
	t.Parallel()
	sum := releaseSum{Cause: "unserviceable"}
	require.Equal(t, "No open case is parked for unserviceable.", sum.words())
	sum.count(cases.Released{Result: cases.ReleasedListed})
	require.Contains(t, sum.words(), "1 case(s) are parked for unserviceable; without --dry-run")
	sum = releaseSum{Cause: "unserviceable"}
	for _, result := range []string{cases.ReleasedTried, cases.ReleasedTried, cases.ReleasedBefore, cases.ReleasedRefused} {
		sum.count(cases.Released{Result: result})
	}
	require.Contains(t, sum.words(), "4 case(s) were parked for unserviceable: 2 tried again, 1 free already, 1 refused.")
}

func TestAReleaseThatIsCalledWronglyAsksNobody(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]releaseCommand{
		"lower snake case": {Cause: "No Such", As: "operator:operator", Rate: 20},
		"1 to 500":         {Cause: "unserviceable", As: "operator:operator", Rate: 0},
		"ROLE:ID":          {Cause: "unserviceable", As: "nobody", Rate: 20},
	} {
		var usage usageError
		err := c.Run(t.Context(), &commandLine{})
		require.ErrorAs(t, err, &usage)
		require.ErrorContains(t, err, want)
	}
}

func TestThePageOfACaseSaysWhatFreesAParkedStep(t *testing.T) {
	t.Parallel()
	due := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	var b strings.Builder
	writeParked(&b, schemas.View{CaseID: "shop:r-1", Parked: []schemas.Parked{
		{
			StepID: "p1", Step: schemas.ParcelLabel.Name, Cause: "unserviceable", Message: "the carrier does not take this parcel.", Turn: schemas.TurnMerchant, DueAt: &due,
			Frees: []schemas.Freeing{{Command: schemas.StepRetry.Name, With: `{"step_id":"p1"}`, Roles: []schemas.Role{schemas.RoleAgent}, What: "try it again"}},
		},
		{StepID: "p2", Step: schemas.GoodsDispose.Name, Trying: true},
	}})
	text := b.String()
	require.Contains(t, text, "PARKED p1 parcel.label for unserviceable since")
	require.Contains(t, text, `starter do shop:r-1 step.retry --as agent:ID --with '{"step_id":"p1"}'   (try it again)`)
	require.Contains(t, text, "It is being tried again.")
}
