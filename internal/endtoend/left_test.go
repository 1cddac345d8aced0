package endtoend

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

func TestAnImpossibleQuantityBeforeAPersonTakesNothingFromOtherCases(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	r := h.wish(threeTimes, func(r *schemas.Request) { r.Lines[0].Quantity = 3 })
	holder := h.open(r, "default")
	h.awaitState(holder, schemas.Review)
	r.RequestID, r.Lines = r.RequestID+"-much", []schemas.RequestLine{{LineID: r.Lines[0].LineID, Quantity: 1_000_000_000}}
	first := h.open(r, "default")
	h.awaitEnd(first, schemas.Invalid)
	h.do(first, schemas.CaseRequestHuman.Name, customerOf(r), schemas.RequestHuman{})
	next := schemas.SuccessorID(first)
	v := h.awaitState(next, schemas.Review)
	require.Empty(t, v.Lines[0].Units)
	require.Equal(t, int64(0), v.Lines[0].Payable.Minor)
	require.False(t, v.Lines[0].Verdict.Owed)
	require.Equal(t, schemas.CodeNothingLeft, h.refused(next, schemas.ReviewApprove.Name, manager, schemas.Approve{}).Code)
	h.do(next, schemas.ReviewReject.Name, agent, schemas.Reject{Reason: "nothing_left"})
	h.awaitState(next, schemas.RejectedAppealable)
	h.sound()
}
