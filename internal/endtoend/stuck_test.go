package endtoend

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/aftercare/aftercare/cases"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/schemas"
)

// released are the lines that starter release --json printed, and what it summed up.
func (h *house) released(args ...string) (all []cases.Released, sum struct{ Cases, Tried, Before, Refused, Listed int }) {
	h.t.Helper()
	s := h.starter(append([]string{"release", "--json", "--cause", "unserviceable"}, args...)...).done(h.t)
	lines := strings.Split(strings.TrimSpace(s.out), "\n")
	for _, line := range lines[:len(lines)-1] {
		var one cases.Released
		require.NoError(h.t, json.Unmarshal([]byte(line), &one))
		all = append(all, one)
	}
	require.NoError(h.t, json.Unmarshal([]byte(lines[len(lines)-1]), &sum))
	return all, sum
}

func TestEverythingThatIsParkedForOneCauseIsReleasedAtOnceAndPaidOnce(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	ctx := t.Context()
	require.NoError(t, h.world.Tell(ctx, sandbox.SystemCourier, "label", sandbox.Never, 1000, "unserviceable", ""))
	const many = 6
	var ids []string
	for range many {
		r := h.wish(bought, oneLine, isFaulty)
		ids = append(ids, h.open(r, "default"))
	}
	for _, id := range ids {
		h.awaitState(id, schemas.Review)
		h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
	}
	parked := func(tries int) {
		t.Helper()
		for _, id := range ids {
			v := h.await(id, "the label is parked", func(v schemas.View) bool {
				return len(v.Parked) == 1 && v.Parked[0].Tries == tries && !v.Parked[0].Trying
			})
			require.EqualValues(t, "unserviceable", v.Parked[0].Cause)
			require.Equal(t, schemas.ParcelLabel.Name, v.Parked[0].Step)
			require.Equal(t, schemas.TurnMerchant, v.Parked[0].Turn)
			require.Equal(t, schemas.WaitShipback, v.State, "the case goes on beside it")
		}
	}
	parked(1)

	// It is seen everywhere: in the list, on the page of the case, and by the search attribute.
	require.Len(t, h.starter("list", "--stuck", "--cause", "unserviceable", "--json").done(t).views(t), many)
	require.Empty(t, h.starter("list", "--cause", "declined", "--json").done(t).views(t))
	table := h.starter("list", "--stuck").done(t).out
	require.Contains(t, table, "parcel.label")
	page := h.starter("show", ids[0]).done(t).out
	require.Contains(t, page, "PARKED p1 parcel.label for unserviceable")
	require.Contains(t, page, `step.retry --as agent:ID --with '{"step_id":"p1"}'`)
	h.until("the search attribute finds them", func() bool {
		found, err := h.temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: "AftercareStuck = 'unserviceable' AND ExecutionStatus = 'Running'"})
		return err == nil && len(found.GetExecutions()) == many
	})

	// A dry run changes nothing; a release while the carrier still refuses parks them again.
	all, sum := h.released("--dry-run")
	require.Len(t, all, many)
	require.Equal(t, many, sum.Listed)
	_, sum = h.released()
	require.Equal(t, many, sum.Tried)
	parked(2)

	// The carrier takes parcels again, and the provider loses the answer to every refund.
	require.NoError(t, h.world.Clear(ctx, sandbox.SystemCourier))
	require.NoError(t, h.world.Tell(ctx, sandbox.SystemPayments, "refund", sandbox.Lose, many, "", ""))
	all, sum = h.released("--rate", "50", "--merchant", merchant)
	require.Equal(t, many, sum.Tried)
	require.Equal(t, []string{"p1 parcel.label"}, all[0].Steps)
	for _, id := range ids {
		h.await(id, "the label is booked", func(v schemas.View) bool { return len(v.Parked) == 0 && len(v.Parcels) == 1 })
	}
	_, sum = h.released()
	require.Zero(t, sum.Cases, "given again, it finds nothing to do")
	h.until("the search attribute is gone", func() bool {
		found, err := h.temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: "AftercareStuck IS NOT NULL AND ExecutionStatus = 'Running'"})
		return err == nil && len(found.GetExecutions()) == 0
	})

	for _, id := range ids {
		h.carrier(id, schemas.ParcelDeliver.Name)
		h.awaitState(id, schemas.Received)
		h.do(id, schemas.InspectionPass.Name, inspector, schemas.Pass{})
	}
	for _, id := range ids {
		v := h.awaitState(id, schemas.FollowUp)
		require.Equal(t, schemas.Completed, v.Lines[0].Outcome, timeline(v))
		require.Len(t, v.Money.Entries, 1, "paid once, whatever answers were lost")
		require.Equal(t, dollars(4000), v.Money.Refunded)
		require.Len(t, v.Parcels, 1, "one label, however often it was asked for")
	}
	h.balanced()
	h.sound()
}
