package endtoend

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"

	"github.com/aftercare/aftercare/schemas"
)

// saidFirst lists the search attributes that a case said itself before anybody had taken it in, and those that Temporal knows of it by now.
func (h *house) saidFirst(caseID string) (first []string, known map[string]string) {
	h.t.Helper()
	for _, e := range h.history(caseID) {
		if e.GetActivityTaskCompletedEventAttributes() != nil {
			break // the answer of its intake
		}
		for name := range e.GetUpsertWorkflowSearchAttributesEventAttributes().GetSearchAttributes().GetIndexedFields() {
			first = append(first, name)
		}
	}
	described, err := h.temporal.DescribeWorkflowExecution(h.t.Context(), caseID, "")
	require.NoError(h.t, err)
	known = map[string]string{}
	for name, payload := range described.GetWorkflowExecutionInfo().GetSearchAttributes().GetIndexedFields() {
		var value any
		require.NoError(h.t, converter.GetDefaultDataConverter().FromPayload(payload, &value), name)
		if word, is := value.(string); is {
			known[name] = word
		}
	}
	slices.Sort(first)
	return first, known
}

func TestACaseSaysAsItsFirstWordOnlyWhatItWasNotOpenedWith(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	shown := func(caseID string) []string {
		h.awaitState(caseID, schemas.Review)
		var first []string
		var known map[string]string
		// The row is written a moment before Temporal takes the task that says so.
		h.until("Temporal shows the case in review", func() bool {
			first, known = h.saidFirst(caseID)
			return known[schemas.AttrState] == string(schemas.Review)
		})
		require.Equal(t, string(schemas.KindReturn), known[schemas.AttrKind])
		require.Equal(t, string(schemas.TurnMerchant), known[schemas.AttrTurn])
		require.Equal(t, h.row(caseID).Owner, known[schemas.AttrOwner])
		require.Equal(t, h.row(caseID).OrderID, known[schemas.AttrOrder])
		require.NotEmpty(t, known[schemas.AttrDue])
		return first
	}
	require.Empty(t, shown(h.open(h.wish(bought), "default")), "our client has said it all")

	r := h.wish(bought)
	caseID := schemas.CaseID(r.MerchantID, r.RequestID)
	h.startRaw(caseID, schemas.Opening{Request: r, Policy: "default"})
	require.Contains(t, shown(caseID), schemas.AttrState, "a client that knows nothing of attributes has not")
}
