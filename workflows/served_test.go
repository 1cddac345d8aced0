package workflows

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/aftercare/aftercare/schemas"
)

func TestUrgentWorkIsServedFirstAndEveryMerchantHasAShare(t *testing.T) {
	t.Parallel()
	for priority, key := range map[schemas.Priority]int{schemas.P0: 1, schemas.P1: 2, schemas.P2: 3, schemas.P3: 4} {
		c := &Case{State: &State{Priority: priority, Opening: schemas.Opening{Request: schemas.Request{MerchantID: "lotus"}}}}
		require.Equal(t, temporal.Priority{PriorityKey: key, FairnessKey: "lotus"}, c.servedBy(), "%s", priority)
	}
}
