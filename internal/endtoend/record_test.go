package endtoend

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"

	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/schemas"
)

// ending is a way a return can end, told on the real stack.
type ending struct {
	name string
	tell func(h *house) (caseID string)
}

// endings are those that everybody meets; rarer lists the others. `make record` writes their histories into
// workflows/testdata/histories, where every test run replays them.
var endings = []ending{
	{"completed_with_goods", func(h *house) string {
		r := h.wish(bought)
		id := h.shippedAndReceived(r)
		h.do(id, schemas.InspectionPass.Name, inspector, schemas.Pass{})
		return h.surveyed(id, schemas.Completed)
	}},
	{"completed_refund_only", func(h *house) string {
		r := h.wish(bought, keeps, isFaulty, withPhoto)
		return h.surveyed(h.approvedOf(r, agent), schemas.Completed)
	}},
	{"completed_large_refund_with_a_second_person", func(h *house) string {
		r := h.wish(dear)
		id := h.shippedAndReceived(r)
		h.do(id, schemas.InspectionPass.Name, inspector, schemas.Pass{})
		h.await(id, "an approval", func(v schemas.View) bool { return len(v.Approvals) > 0 })
		h.do(id, schemas.ApprovalGrant.Name, supervisor, schemas.DecideApproval{})
		return h.surveyed(id, schemas.Completed)
	}},
	{"completed_by_the_merchants_silence", func(h *house) string {
		r := h.wish(bought, keeps, isFaulty, withPhoto)
		id := h.open(r, "default")
		h.passUntilEnd(id, schemas.Completed)
		return id
	}},
	{"completed_by_a_silent_warehouse", func(h *house) string {
		id := h.shippedAndReceived(h.wish(bought))
		h.passUntilEnd(id, schemas.Completed)
		return id
	}},
	{"completed_after_the_parcel_was_lost", func(h *house) string {
		r := h.wish(bought, isFaulty)
		id := h.approvedOf(r, agent)
		h.carrier(id, schemas.ParcelScanned.Name)
		h.carrier(id, schemas.ParcelLoss.Name)
		return h.surveyed(id, schemas.Completed)
	}},
	{"completed_partial_after_an_offer", func(h *house) string {
		r := h.wish(bought)
		id := h.open(r, "default")
		h.awaitState(id, schemas.Review)
		some := dollars(2000)
		h.do(id, schemas.OfferMake.Name, agent, schemas.MakeOffer{What: schemas.OfferPartialRefund, Amount: &some})
		h.do(id, schemas.OfferAccept.Name, customerOf(r), schemas.AnswerOffer{})
		return h.surveyed(id, schemas.CompletedPartial)
	}},
	{"completed_after_an_offer_lapsed", func(h *house) string {
		r := h.wish(bought, keeps, isFaulty, withPhoto)
		id := h.open(r, "default")
		h.awaitState(id, schemas.Review)
		some := dollars(2000)
		h.do(id, schemas.OfferMake.Name, agent, schemas.MakeOffer{What: schemas.OfferPartialRefund, Amount: &some})
		h.passUntilState(id, schemas.Review)
		h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
		return h.surveyed(id, schemas.Completed)
	}},
	{"completed_partial_after_a_failed_inspection", func(h *house) string {
		r := h.wish(bought)
		id := h.failedInspection(r)
		h.do(id, schemas.OfferAccept.Name, customerOf(r), schemas.AnswerOffer{})
		return h.surveyed(id, schemas.CompletedPartial)
	}},
	{"completed_partial_with_the_goods_sent_back", func(h *house) string {
		r := h.wish(bought)
		id := h.failedInspection(r)
		h.do(id, schemas.OfferAccept.Name, customerOf(r), schemas.AnswerOffer{Choice: string(schemas.OfferSendBack)})
		h.await(id, "a parcel home", func(v schemas.View) bool { return len(v.Parcels) == 2 })
		h.carrier(id, schemas.ParcelDeliver.Name)
		return h.surveyed(id, schemas.CompletedPartial)
	}},
	{"expired_after_a_failed_inspection", func(h *house) string {
		id := h.failedInspection(h.wish(bought))
		h.letTimePass(id, "a parcel home", func(v schemas.View) bool { return len(v.Parcels) == 2 })
		h.carrier(id, schemas.ParcelDeliver.Name)
		h.passUntilEnd(id, schemas.Expired)
		return id
	}},
	{"completed_partial_with_lines_that_part_ways", func(h *house) string {
		r := h.wish(bought)
		id := h.open(r, "default")
		h.awaitState(id, schemas.Review)
		keep := true
		h.do(id, schemas.ReviewApprove.Name, manager, schemas.Approve{OnLines: onLine("1"), RefundOnly: &keep})
		h.do(id, schemas.ReviewReject.Name, agent, schemas.Reject{OnLines: onLine("2"), Reason: "used"})
		h.passUntilEnd(id, schemas.CompletedPartial)
		return id
	}},
	{"completed_partial_with_a_part_of_a_line", func(h *house) string {
		r := h.wish(threeTimes)
		id := h.shippedAndReceived(r)
		h.do(id, schemas.InspectionPass.Name, inspector, schemas.Pass{OnLines: schemas.OnLines{Lines: []schemas.PickLine{{LineID: "1", Quantity: 2}}}})
		h.do(id, schemas.InspectionFail.Name, inspector, schemas.Fail{Finding: schemas.FindingMissing, EvidenceIDs: []string{"weight-1"}})
		h.do(id, schemas.OfferAccept.Name, customerOf(r), schemas.AnswerOffer{})
		return h.surveyed(id, schemas.CompletedPartial)
	}},
	{"rejected_final", func(h *house) string {
		id := h.open(h.wish(late), "default")
		h.awaitState(id, schemas.Review)
		h.do(id, schemas.ReviewReject.Name, agent, schemas.Reject{Reason: "out_of_window"})
		h.passUntilEnd(id, schemas.RejectedFinal)
		return id
	}},
	{"rejected_final_after_an_appeal", func(h *house) string {
		r := h.wish(late)
		id := h.open(r, "default")
		h.awaitState(id, schemas.Review)
		h.do(id, schemas.ReviewReject.Name, agent, schemas.Reject{Reason: "out_of_window"})
		h.do(id, schemas.AppealFile.Name, customerOf(r), schemas.FileAppeal{})
		h.do(id, schemas.AppealDecide.Name, supervisor, schemas.DecideAppeal{Reason: "no_right"})
		h.passUntilEnd(id, schemas.RejectedFinal)
		return id
	}},
	{"completed_by_an_appeal_nobody_decided", func(h *house) string {
		r := h.wish(late, keeps)
		id := h.open(r, "default")
		h.awaitState(id, schemas.Review)
		h.do(id, schemas.ReviewReject.Name, agent, schemas.Reject{Reason: "out_of_window"})
		h.do(id, schemas.AppealFile.Name, customerOf(r), schemas.FileAppeal{})
		h.passUntilEnd(id, schemas.Completed)
		return id
	}},
	{"unresolvable_when_nobody_decides", func(h *house) string {
		id := h.open(h.wish(late), "default")
		h.passUntilEnd(id, schemas.Unresolvable)
		return id
	}},
	{"withdrawn_before_shipping", func(h *house) string {
		r := h.wish(bought)
		id := h.approvedOf(r, agent)
		h.do(id, schemas.CaseWithdraw.Name, customerOf(r), schemas.Withdraw{Reason: "kept"})
		h.passUntilEnd(id, schemas.Withdrawn)
		return id
	}},
	{"withdrawn_in_transit", func(h *house) string {
		r := h.wish(bought)
		id := h.underWay(r)
		h.do(id, schemas.CaseWithdraw.Name, customerOf(r), schemas.Withdraw{})
		h.carrier(id, schemas.ParcelDeliver.Name)
		h.await(id, "a parcel home", func(v schemas.View) bool { return len(v.Parcels) == 2 })
		h.carrier(id, schemas.ParcelDeliver.Name)
		h.passUntilEnd(id, schemas.Withdrawn)
		return id
	}},
	{"expired_without_the_goods", func(h *house) string {
		id := h.approvedOf(h.wish(bought), agent)
		h.passUntilEnd(id, schemas.Expired)
		return id
	}},
	{"expired_without_evidence", func(h *house) string {
		id := h.open(h.wish(bought, keeps, isFaulty), "default")
		h.awaitState(id, schemas.WaitInfo)
		h.passUntilEnd(id, schemas.Expired)
		return id
	}},
	{"merged", func(h *house) string {
		r := h.wish(bought)
		h.awaitState(h.open(r, "default"), schemas.Review)
		r.RequestID += "-again"
		id := h.open(r, "default")
		h.awaitEnd(id, schemas.Merged)
		return id
	}},
	{"invalid_unknown_order", func(h *house) string {
		r := h.wish(bought)
		r.OrderID = "nobodys"
		id := h.open(r, "default")
		h.awaitEnd(id, schemas.Invalid)
		return id
	}},
	{"invalid_not_delivered", func(h *house) string {
		id := h.open(h.wish(underWay), "default")
		h.awaitEnd(id, schemas.Invalid)
		return id
	}},
	{"completed_before_a_person_after_invalid", func(h *house) string {
		r := h.wish(underWay)
		first := h.open(r, "default")
		h.awaitEnd(first, schemas.Invalid)
		h.do(first, schemas.CaseRequestHuman.Name, customerOf(r), schemas.RequestHuman{})
		id := schemas.SuccessorID(first)
		h.awaitState(id, schemas.Review)
		h.do(id, schemas.CaseWithdraw.Name, customerOf(r), schemas.Withdraw{})
		h.passUntilEnd(id, schemas.Withdrawn)
		return id
	}},
	{"completed_after_the_balance_was_low", func(h *house) string {
		r := h.wish(bought, keeps, isFaulty, withPhoto)
		h.fault(r, "refund", sandbox.Refuse, string(schemas.CodeBalance))
		id := h.approvedOf(r, agent)
		return h.surveyed(id, schemas.Completed)
	}},
	{"completed_by_hand", func(h *house) string {
		r := h.wish(bought, keeps, isFaulty, withPhoto)
		h.fault(r, "refund", sandbox.Refuse, string(schemas.CodeAccountClosed))
		id := h.approvedOf(r, agent)
		h.awaitState(id, schemas.RefundFailed)
		h.do(id, schemas.RefundManualPaid.Name, finance, schemas.ManualPaid{ProofID: "proof-1"})
		h.do(id, schemas.ApprovalGrant.Name, finance2, schemas.DecideApproval{})
		return h.surveyed(id, schemas.Completed)
	}},
	{"completed_to_another_account", func(h *house) string {
		r := h.wish(bought, keeps, isFaulty, withPhoto)
		h.fault(r, "refund", sandbox.Refuse, string(schemas.CodeAccountClosed))
		id := h.approvedOf(r, agent)
		h.awaitState(id, schemas.RefundFailed)
		h.do(id, schemas.RefundRetry.Name, finance, schemas.RetryRefund{Method: "gift-" + r.OrderID})
		h.await(id, "an approval", func(v schemas.View) bool { return len(v.Approvals) > 0 })
		h.do(id, schemas.ApprovalGrant.Name, finance2, schemas.DecideApproval{})
		return h.surveyed(id, schemas.Completed)
	}},
	{"completed_after_the_refund_came_back", func(h *house) string {
		r := h.wish(bought, keeps, isFaulty, withPhoto)
		h.fault(r, sandbox.Settling, sandbox.Reverse, "")
		id := h.approvedOf(r, agent)
		h.await(id, "the money came back", func(v schemas.View) bool { return v.State == schemas.RefundFailed })
		h.do(id, schemas.RefundManualPaid.Name, finance, schemas.ManualPaid{ProofID: "proof-2"})
		h.do(id, schemas.ApprovalGrant.Name, finance2, schemas.DecideApproval{})
		return h.surveyed(id, schemas.Completed)
	}},
	{"completed_by_a_look_up", func(h *house) string {
		r := h.wish(bought, keeps, isFaulty, withPhoto)
		h.fault(r, sandbox.Settling, sandbox.Lose, "")
		id := h.approvedOf(r, agent)
		h.passUntilEnd(id, schemas.Completed)
		return id
	}},
	{"completed_after_a_low_score", func(h *house) string {
		r := h.wish(bought, keeps, isFaulty, withPhoto)
		id := h.approvedOf(r, agent)
		h.asked(id)
		h.do(id, schemas.SurveyAnswer.Name, customerOf(r), schemas.AnswerSurvey{Overall: 2, Solved: schemas.SolvedPartly})
		h.do(id, schemas.RecoveryClose.Name, lead, schemas.CloseRecovery{Outcome: "explained"})
		h.passUntilEnd(id, schemas.Completed)
		return id
	}},
	{"completed_after_not_solved", func(h *house) string {
		r := h.wish(bought, keeps, isFaulty, withPhoto)
		id := h.approvedOf(r, agent)
		h.asked(id)
		h.do(id, schemas.SurveyAnswer.Name, customerOf(r), schemas.AnswerSurvey{Overall: 1, Solved: schemas.SolvedNo})
		h.awaitState(id, schemas.Review)
		h.do(id, schemas.ReviewReject.Name, supervisor, schemas.Reject{Reason: "explained"})
		h.passUntilEnd(id, schemas.Completed)
		return id
	}},
	{"completed_by_signals", func(h *house) string {
		r := h.wish(bought, keeps, isFaulty, withPhoto)
		id := h.open(r, "default")
		h.awaitState(id, schemas.Review)
		for _, who := range []schemas.Actor{inspector, agent} {
			order := schemas.Order{CommandID: "by-" + string(who.Role), Actor: who, Body: raw(h.t, schemas.Approve{})}
			require.NoError(h.t, h.temporal.SignalWorkflow(h.t.Context(), id, "", schemas.ReviewApprove.Name, order))
		}
		require.NoError(h.t, h.temporal.SignalWorkflow(h.t.Context(), id, "", "case.do_anything", "please"))
		return h.surveyed(id, schemas.Completed)
	}},
	{"completed_with_words_and_people", func(h *house) string {
		r := h.wish(bought, keeps, isFaulty, withPhoto)
		id := h.open(r, "default")
		h.awaitState(id, schemas.Review)
		h.do(id, schemas.CaseMessage.Name, customerOf(r), map[string]string{"text": "请尽快处理"})
		h.do(id, schemas.CaseReply.Name, agent, map[string]string{"text": "好的"})
		h.do(id, schemas.CaseNote.Name, agent, map[string]string{"text": "look at the photo"})
		h.do(id, schemas.CaseTransfer.Name, agent, schemas.Transfer{To: "agent-2", Reason: "language"})
		h.do(id, schemas.CaseEscalate.Name, agent, schemas.Escalate{Level: 3, Reason: "angry_customer"})
		h.do(id, schemas.CaseAccept.Name, supervisor, schemas.Nothing{})
		h.do(id, schemas.CaseRequestHuman.Name, customerOf(r), schemas.RequestHuman{})
		require.NoError(h.t, h.temporal.CancelWorkflow(h.t.Context(), id, ""))
		h.do(id, schemas.ReviewApprove.Name, supervisor, schemas.Approve{})
		return h.surveyed(id, schemas.Completed)
	}},
}

func withPhoto(r *schemas.Request) { r.EvidenceIDs = []string{"photo-1"} }

func onLine(id string) schemas.OnLines {
	return schemas.OnLines{Lines: []schemas.PickLine{{LineID: id}}}
}

// approvedOf opens a case and lets somebody approve it.
func (h *house) approvedOf(r schemas.Request, by schemas.Actor) string {
	id := h.open(r, "default")
	h.awaitState(id, schemas.Review)
	h.do(id, schemas.ReviewApprove.Name, by, schemas.Approve{})
	return id
}

// underWay is a parcel that the carrier has scanned once.
func (h *house) underWay(r schemas.Request) string {
	id := h.shipped(r, "default", "WB-"+r.OrderID)
	h.carrier(id, schemas.ParcelScanned.Name)
	return id
}

func (h *house) shippedAndReceived(r schemas.Request) string {
	id := h.underWay(r)
	h.carrier(id, schemas.ParcelDeliver.Name)
	h.awaitState(id, schemas.Received)
	return id
}

func (h *house) failedInspection(r schemas.Request) string {
	id := h.shippedAndReceived(r)
	less := dollars(500)
	h.do(id, schemas.InspectionFail.Name, inspector, schemas.Fail{Finding: schemas.FindingUsed, Deduction: &less, EvidenceIDs: []string{"photo-9"}})
	return id
}

// asked lets time pass until the customer is asked how it went.
func (h *house) asked(id string) {
	h.letTimePass(id, "the customer is asked", func(v schemas.View) bool { return v.Survey != nil && v.Survey.SentAt != nil })
}

// surveyed lets the customer be content, and the case end.
func (h *house) surveyed(id string, outcome schemas.Outcome) string {
	h.asked(id)
	v := h.row(id)
	h.do(id, schemas.SurveyAnswer.Name, schemas.Actor{Role: schemas.RoleCustomer, ID: v.CustomerID}, schemas.AnswerSurvey{Overall: 5, Solved: schemas.SolvedYes})
	h.awaitEnd(id, outcome)
	return id
}

// fault tells the payment sandbox what goes wrong for one case.
func (h *house) fault(r schemas.Request, operation string, mode sandbox.Mode, param string) {
	h.t.Helper()
	match := schemas.CaseID(r.MerchantID, r.RequestID) + "/"
	require.NoError(h.t, h.world.Tell(h.t.Context(), sandbox.SystemPayments, operation, mode, 1, param, match))
}

func TestRecordHistories(t *testing.T) {
	if os.Getenv("AFTERCARE_RECORD") == "" {
		t.Skip("AFTERCARE_RECORD is not set; `make record` records the histories anew")
	}
	folder := filepath.Join("..", "..", "workflows", "testdata", "histories")
	require.NoError(t, os.RemoveAll(folder))
	require.NoError(t, os.MkdirAll(folder, 0o755))
	var mu sync.Mutex
	lines := map[string]string{}
	tellEveryEnding(t, func(t *testing.T, h *house, e ending, id string) {
		// The row is written before the workflow ends: its history is complete only then.
		require.NoError(t, h.temporal.GetWorkflow(t.Context(), id, "").Get(t.Context(), nil))
		history := &historypb.History{Events: h.history(id)}
		content, err := temporalproto.CustomJSONMarshalOptions{}.Marshal(history)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder, e.name+".json"), append(content, '\n'), 0o644))
		mu.Lock()
		defer mu.Unlock()
		lines[e.name] = fmt.Sprintf("| %s | %s | %d |\n", e.name, h.row(id).Outcome, len(history.GetEvents()))
	})
	list := "# Recorded histories\n\nOne history of every way a return and an exchange can end, recorded on a real server by `make record` and replayed by every test run\n(`workflows/replay_test.go`): a change of the workflow code that would break a running case fails there first.\n\n| history | ends as | events |\n|---|---|---|\n"
	for _, e := range slices.Concat(endings, rarer, exchanged, continued, troubled, lookedAt) {
		list += lines[e.name]
	}
	require.NoError(t, os.WriteFile(filepath.Join("..", "..", "docs", "histories.md"), []byte(list), 0o644))
}
