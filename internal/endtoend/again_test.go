package endtoend

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// A lamp is exchanged for another of the same kind, or for a dearer one that is paid for; that one fails too. The customer asks anew, is served first,
// and has all the money back, what was paid on top included; nobody can ask a third time.
func TestAReplacementThatFailsAfterItsCaseIsOverIsARequestOfItsOwn(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	h.canForward()
	first := []schemas.Request{h.wish(bought, oneLine, sameAgain), h.wish(bought, oneLine, swaps(dearer))}
	paid := []int64{4000, 0}
	for i, v := range h.starter("play", file(t, "first.jsonl", first), "--fast", "--json").done(t).views(t) {
		require.Equal(t, schemas.Completed, v.Outcome, timeline(v))
		paid[i] = 4000 + v.Money.Charged.Minor
	}
	require.Greater(t, paid[1], paid[0], "the dearer one was paid for")
	again := make([]schemas.Request, len(first))
	for i, r := range first {
		again[i] = r
		again[i].RequestID, again[i].Kind, again[i].Reason = r.RequestID+"-again", schemas.KindReturn, schemas.Defective
		again[i].Lines = []schemas.RequestLine{{LineID: r.Lines[0].LineID, Quantity: 1}}
	}
	for i, v := range h.starter("play", file(t, "again.jsonl", again), "--fast", "--json").done(t).views(t) {
		require.Equal(t, schemas.Completed, v.Outcome, timeline(v))
		require.Equal(t, schemas.P1, v.Priority, "a further failure")
		require.Equal(t, 1, v.Lines[0].Replaced)
		require.Equal(t, paid[i], v.Money.Refunded.Minor, timeline(v))
	}
	third := again[0]
	third.RequestID += "-more"
	id := h.open(third, "default")
	require.Equal(t, schemas.CodeAlreadySettled, h.awaitEnd(id, schemas.Invalid).Refusal.Code)
	h.balanced()
}
