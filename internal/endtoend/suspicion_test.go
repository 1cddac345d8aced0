package endtoend

import (
	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// lookedAt are the endings of a case that the rules wanted a person to look at, and of two cases that one bank has heard of.
var lookedAt = []ending{
	{"completed_after_a_suspicion_of_the_rules", func(h *house) string {
		regular := h.regular(4)
		for n := range 3 {
			h.reviewed(regular(n, isFaulty, keeps, withPhoto))
		}
		id := h.reviewed(regular(3, isFaulty, keeps, withPhoto))
		v := h.row(id)
		require.Equal(h.t, schemas.AutomationHold, v.Holds[0].Kind, timeline(v))
		require.Equal(h.t, "H-KEEPS-GOODS@1", v.Holds[0].Reason)
		h.do(id, schemas.HoldRelease.Name, supervisor, schemas.ChangeHold{Hold: schemas.AutomationHold, Reason: "looked_at"})
		h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
		h.ended(id, schemas.Completed)
		h.moved(id, 0, 6550)
		return id
	}},
	{"completed_after_answering_for_another_case", func(h *house) string {
		one, two := h.bothHear()
		h.decides("dp-"+h.row(one).RequestID, schemas.DisputeWon)
		h.await(two, "the bank has decided", disputeIs(schemas.DisputeWon))
		h.await(one, "the bank has decided", func(v schemas.View) bool { return disputeIs(schemas.DisputeWon)(v) && len(v.Holds) == 0 })
		h.do(one, schemas.ReviewApprove.Name, agent, schemas.Approve{})
		return h.ended(one, schemas.Completed)
	}},
	{"settled_as_another_case_has_answered", func(h *house) string {
		one, two := h.bothHear()
		h.do(two, schemas.ReviewApprove.Name, agent, schemas.Approve{})
		h.decides("dp-"+h.row(one).RequestID, schemas.DisputeLost)
		return h.ended(two, schemas.SettledExternally)
	}},
}

// bothHear opens two cases of one order, whose payment the bank takes back, and has one of them answer.
func (h *house) bothHear() (one, two string) {
	h.t.Helper()
	r := h.wish(bought, isFaulty, keeps, withPhoto)
	other := r
	other.RequestID += "-b"
	other.Lines, r.Lines = r.Lines[1:], r.Lines[:1]
	one, two = h.reviewed(r), h.reviewed(other)
	h.takesBack(r, "dp-"+r.RequestID, 6550)
	for _, id := range []string{one, two} {
		h.await(id, "the case has heard", disputeIs(schemas.DisputeOpen))
	}
	h.do(one, schemas.ExternalAnswer.Name, finance, schemas.AnswerDispute{EvidenceIDs: []string{"scan-1"}})
	v := h.await(two, "the other has answered", disputeIs(schemas.DisputeAnswered))
	require.Equal(h.t, one, v.Disputes[0].AnsweredIn)
	return one, two
}
