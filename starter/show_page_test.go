package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// What a person needs in order to decide stands on the page, and not in its JSON alone.
func TestAPageSaysWhatIsProposedWhoIsAskedAndHowToAnswer(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	cny := func(minor int64) schemas.Money { return schemas.Money{Minor: minor, Currency: "CNY"} }
	v := schemas.View{
		CaseID: "lotus:s-1:2", Kind: schemas.KindReturn, OrderID: "L-1", Stage: schemas.StageResolution, State: schemas.RefundApproved, Owner: "agent-1", Now: now.AddDate(0, 0, -1),
		PredecessorID: "lotus:s-1", EvidenceIDs: []string{"photo-1"},
		Lines: []schemas.Line{{LineID: "1", SKU: "LT-1", Quantity: 2, UnitPrice: cny(600000), State: schemas.RefundApproved, Verdict: schemas.Verdict{
			Proposal: schemas.ProposeReject, Rule: "R-WINDOW@1", Reason: "out_of_window",
		}}},
		Approvals: []schemas.Approval{{ApprovalID: "a1", Subject: "large_refund", Amount: cny(1200000), Proposer: schemas.Actor{Role: schemas.RoleAgent, ID: "agent-1"}, Level: 4, Asked: "manager-1"}},
		Clocks:    []schemas.Clock{{Name: "return.approval", Due: now.Add(3 * time.Hour), Expiry: "the deputy is asked"}},
		Messages:  []schemas.Posted{{By: schemas.Actor{Role: schemas.RoleCustomer, ID: "c-1"}, Kind: "message", TextID: "text-7", Evidence: []string{"photo-2"}}},
	}
	page := casePage{
		View: v, titles: map[string]string{"1": "保温杯 白"},
		before: &schemas.View{Outcome: schemas.Invalid, Refusal: &schemas.Refusal{Code: schemas.CodeNotDelivered, Message: "the order was not delivered."}},
	}
	var b strings.Builder
	writeCase(&b, page, presentOf(v, now))
	for _, want := range []string{
		"owner agent-1, asked manager-1", "保温杯 白", "reject", "R-WINDOW@1", "out_of_window", "text-7", "photo-1", "photo-2", "in 3h 0m",
		"continues lotus:s-1, which ended as INVALID (not_delivered: the order was not delivered.)\n",
		"approval a1 of 12000.00 CNY for large_refund, proposed by agent:agent-1, asks manager-1 (level 4):",
		`starter do lotus:s-1:2 approval.grant --as manager:manager-1 --with '{"approval_id":"a1"}'`,
	} {
		require.Contains(t, b.String(), want)
	}
	require.NotContains(t, b.String(), "goes on in")
}

func TestAPageOfAnExchangeSaysWhatGoesOutAndWhatIsPaidOnTop(t *testing.T) {
	t.Parallel()
	cny := func(minor int64) schemas.Money { return schemas.Money{Minor: minor, Currency: "CNY"} }
	v := schemas.View{
		CaseID: "lotus:s-1", Kind: schemas.KindExchange, OrderID: "L-1", State: schemas.WaitPayment,
		Lines: []schemas.Line{
			{LineID: "1", SKU: "KETTLE-10", Quantity: 2, UnitPrice: cny(16800), Replacement: &schemas.Replacement{SKU: "KETTLE-17", UnitPrice: cny(20000), StockKey: "lotus:s-1/stock/1"}},
			{LineID: "2", SKU: "TEE", Quantity: 1, UnitPrice: cny(8900), Replacement: &schemas.Replacement{SKU: "TEE", UnitPrice: cny(9900), Same: true, Advance: true, Waybill: "SF9"}},
		},
		Money: schemas.Accounts{Charges: []schemas.Charge{{ChargeID: "lotus:s-1/charge/1", Kind: schemas.ChargeDifference, Method: "wx-1", Amount: cny(6400), Status: schemas.ChargeFailed, Code: schemas.CodeBalance}}},
	}
	var b strings.Builder
	writeCase(&b, casePage{View: v}, time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC))
	for _, want := range []string{"KETTLE-17", "400.00 CNY", "keeps it", "the same", "has sent it", "SF9", "lotus:s-1/charge/1", "64.00 CNY", "insufficient_balance"} {
		require.Contains(t, b.String(), want)
	}
	require.NotContains(t, b.String(), " refund ")
}
