package store_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/internal/store/storetest"
	"github.com/aftercare/aftercare/schemas"
)

// aLostCase is a case with both lines of the order, at the revision of its last flush, whose workflow was terminated.
func aLostCase(t *testing.T, s *store.Store, change ...func(*schemas.View)) schemas.Lost {
	t.Helper()
	got := accept(t, s, asks("R1", anOrder(), wish("1", 2), wish("2", 1)))
	f := flush("shop:R1", 7, 0, "opened", "intake", "approved")
	f.Row.Lines, f.Row.PolicyVersion, f.Row.Requested = got.Lines, "v1", []schemas.RequestLine{wish("1", 2), wish("2", 1)}
	for i := range f.Row.Lines {
		f.Row.Lines[i].State = schemas.RefundApproved
	}
	f.Row.Money.Refunded = usd(0)
	for _, c := range change {
		c(&f.Row)
	}
	require.False(t, write(t, s, f).Stale)
	return schemas.Lost{How: schemas.Terminated, At: noon, Reason: "by mistake", By: "ops", RunID: "run", FoundAt: time.Now().Add(-2 * time.Minute).UTC()}
}

func mark(t *testing.T, s *store.Store, caseID string, lost schemas.Lost) bool {
	t.Helper()
	_, marked, err := s.MarkLost(ctx, caseID, lost, noon)
	require.NoError(t, err)
	return marked
}

func adopts(o schemas.ShopOrder, from string) store.AcceptInput {
	in := asks("R1", o, wish("1", 2), wish("2", 1))
	in.Order.CaseID = "shop:R1:2"
	in.Order.Predecessor = &schemas.Predecessor{CaseID: from, Why: schemas.WhyAdopt, FirstReceivedAt: noon, By: &schemas.Actor{Role: schemas.RoleSupervisor, ID: "sue"}}
	return in
}

func TestACaseEndedFromOutsideSaysSoAndGivesItsUnitsBackOnce(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	lost := aLostCase(t, s)
	require.True(t, mark(t, s, "shop:R1", lost))
	require.False(t, mark(t, s, "shop:R1", lost), "it is marked once")
	v, err := s.CaseRow(ctx, "shop:R1")
	require.NoError(t, err)
	require.Equal(t, &lost, v.Lost)
	require.Nil(t, v.ClosedAt, "it is open: somebody is owed something")
	require.EqualValues(t, 4, v.Revision)
	require.Equal(t, schemas.EventLost, v.Events[3].Name)
	require.Contains(t, v.Events[3].Message, "by mistake")
	require.Contains(t, v.Waiting, "starter adopt shop:R1")
	require.Zero(t, count(t, s, `SELECT count(*) FROM aftercare.unit_claims`))
	list, _, err := s.ListCases(ctx, store.Filter{Merchant: merchant, Lost: true}, store.Page{})
	require.NoError(t, err)
	require.Len(t, list, 1)
	accept(t, s, asks("R2", anOrder(), wish("1", 3)))
	list, _, err = s.ListCases(ctx, store.Filter{Merchant: merchant, Lost: true}, store.Page{})
	require.NoError(t, err)
	require.Len(t, list, 1, "a case that is alive is not among them")
}

func TestARunThatWasEndedWritesNothingMore(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	require.True(t, mark(t, s, "shop:R1", aLostCase(t, s)))
	require.True(t, write(t, s, flush("shop:R1", 11, 3, "too late")).Stale, "its worker did not know yet")
	v, err := s.CaseRow(ctx, "shop:R1")
	require.NoError(t, err)
	require.NotNil(t, v.Lost)
}

func TestACaseThatHasEndedOrGoesOnInAnotherRunIsNotMarked(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	lost := aLostCase(t, s)
	lost.RunID = "an-earlier-run"
	require.False(t, mark(t, s, "shop:R1", lost))
	closeCase(t, s, "shop:R1")
	lost.RunID = "run"
	require.False(t, mark(t, s, "shop:R1", lost))
	_, _, err := s.MarkLost(ctx, "shop:nobody", lost, noon)
	require.ErrorIs(t, err, store.ErrNotFound)
}

// refunding reserves what a case is to pay, and lets the provider have heard of it or not.
func refunding(t *testing.T, s *store.Store, id string, minor int64, line string, asked bool, word schemas.RefundStatus) {
	t.Helper()
	refund := schemas.Refund{RefundID: id, PaymentID: "P-card", Method: "card_1", Amount: usd(minor), Shares: []schemas.Share{{LineID: line, Units: []int{1}, Amount: usd(minor)}}}
	_, _, err := s.ReserveRefund(ctx, schemas.RefundOrder{CaseID: "shop:R1", MerchantID: merchant, OrderID: "O1", CustomerID: customer, Refund: refund, At: noon})
	require.NoError(t, err)
	if asked {
		require.NoError(t, s.MarkRefundAsked(ctx, merchant, id, noon))
	}
	if word != "" {
		_, err := s.RecordRefund(ctx, merchant, schemas.RefundReceipt{RefundID: id, Status: word, Amount: usd(minor)}, noon, nil)
		require.NoError(t, err)
	}
}

func statusOf(t *testing.T, s *store.Store, id string) schemas.RefundStatus {
	t.Helper()
	e, err := s.Refund(ctx, merchant, id)
	require.NoError(t, err)
	return e.Refund.Status
}

func TestWhatALostCaseHadReservedGoesBackOnceItsMoneyIsKnown(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	lost := aLostCase(t, s)
	refunding(t, s, "shop:R1/refund/1", 1000, "1", false, "")                     // nobody was asked
	refunding(t, s, "shop:R1/refund/2", 500, "1", true, schemas.RefundFailedWord) // did not go through
	refunding(t, s, "shop:R1/refund/3", 700, "2", true, schemas.RefundSucceeded)  // has moved
	refunding(t, s, "shop:R1/refund/4", 800, "2", true, schemas.RefundAccepted)   // is under way
	refunding(t, s, "shop:R1/refund/5", 100, "2", true, "")                       // asked, and never taken
	require.True(t, mark(t, s, "shop:R1", lost))
	require.Equal(t, 3, count(t, s, `SELECT count(*) FROM aftercare.unit_claims WHERE case_id = 'shop:R1'`), "units of lines whose money is out stay")

	words := schemas.LostWords{CaseID: "shop:R1", NotTaken: []string{"shop:R1/refund/5"}, At: noon}
	got, err := s.SettleLost(ctx, "shop:R1", words)
	require.NoError(t, err)
	require.Equal(t, schemas.LostSettled{CaseID: "shop:R1", Open: []string{"shop:R1/refund/4"}}, got)
	require.Equal(t, schemas.RefundCancelled, statusOf(t, s, "shop:R1/refund/1"))
	require.Equal(t, schemas.RefundCancelled, statusOf(t, s, "shop:R1/refund/2"))
	require.Equal(t, schemas.RefundSucceeded, statusOf(t, s, "shop:R1/refund/3"))
	require.Equal(t, schemas.RefundCancelled, statusOf(t, s, "shop:R1/refund/5"))
	require.Equal(t, 1500, count(t, s, `SELECT paid_out_minor FROM aftercare.payments WHERE payment_id = 'P-card'`), "what moved or may move stays counted")
	require.Equal(t, 1, count(t, s, `SELECT count(*) FROM aftercare.unit_claims WHERE case_id = 'shop:R1'`), "nothing is out for line 1 any more")

	_, err = s.RecordRefund(ctx, merchant, schemas.RefundReceipt{RefundID: "shop:R1/refund/4", Status: schemas.RefundSucceeded, Amount: usd(800)}, noon, nil)
	require.NoError(t, err)
	got, err = s.SettleLost(ctx, "shop:R1", words)
	require.NoError(t, err)
	require.True(t, got.Settled)
	open, err := s.LostCases(ctx, "", 10)
	require.NoError(t, err)
	require.Empty(t, open, "what is settled is left alone")
	require.ErrorContains(t, s.MarkRefundAsked(ctx, merchant, "shop:R1/refund/1", noon), "cancelled", "an attempt of the dead case comes to nothing")
}

func TestMoneyThatMayBeOnItsWayIsNotGivenUpAtOnce(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	lost := aLostCase(t, s)
	lost.FoundAt = time.Now().UTC()
	refunding(t, s, "shop:R1/refund/1", 1000, "1", true, "")
	require.True(t, mark(t, s, "shop:R1", lost))
	got, err := s.SettleLost(ctx, "shop:R1", schemas.LostWords{CaseID: "shop:R1", NotTaken: []string{"shop:R1/refund/1"}, At: noon})
	require.NoError(t, err)
	require.Equal(t, []string{"shop:R1/refund/1"}, got.Open, "an attempt of the last moment may still reach the provider")
	require.Equal(t, schemas.RefundRequested, statusOf(t, s, "shop:R1/refund/1"))
}

func TestASuccessorGoesOnFromTheRowsWithUnitsMoneyAndFacts(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	lost := aLostCase(t, s, func(v *schemas.View) {
		v.Parcels = []schemas.Parcel{{Waybill: "W1", Carrier: "sf", Direction: schemas.ToMerchant, Status: schemas.ParcelMoving}}
	})
	refunding(t, s, "shop:R1/refund/1", 1000, "1", true, schemas.RefundSucceeded)
	require.True(t, mark(t, s, "shop:R1", lost))
	route, err := s.RecordFact(ctx, schemas.ParcelDeliver.Name, schemas.Report{
		Source: "courier", EventID: "e1", OccurredAt: noon, ReceivedAt: noon, Body: []byte(`{"waybill":"W1","carrier":"sf"}`),
	})
	require.NoError(t, err)
	require.Equal(t, []string{"shop:R1"}, route.Tell())

	got := accept(t, s, adopts(anOrder(), "shop:R1"))
	require.Nil(t, got.Refusal)
	require.Equal(t, "anna", got.Owner)
	require.Equal(t, schemas.RefundApproved, got.Lines[0].State, "a line stands where it stood")
	require.Equal(t, []int{1, 2}, got.Lines[0].Units)
	require.Equal(t, []int{1}, got.Lines[1].Units)
	require.Equal(t, schemas.RefundSucceeded, got.Resumed.Refunds[0].Status)
	require.Len(t, got.Resumed.Facts, 1)
	require.Equal(t, schemas.ParcelDeliver.Name, got.Resumed.Facts[0].Name)
	require.EqualValues(t, 5000, got.Payments[0].Refundable.Minor)
	require.JSONEq(t, asJSON(t, got), asJSON(t, accept(t, s, adopts(anOrder(), "shop:R1"))), "a repeated intake answers the same")

	old, err := s.CaseRow(ctx, "shop:R1")
	require.NoError(t, err)
	require.Equal(t, schemas.Adopted, old.Outcome)
	require.Equal(t, "shop:R1:2", old.SuccessorID)
	require.NotNil(t, old.ClosedAt)
	require.Equal(t, "supervisor:sue", old.Events[len(old.Events)-1].Data["by"])
	require.Equal(t, 3, count(t, s, `SELECT count(*) FROM aftercare.unit_claims WHERE case_id = 'shop:R1:2'`))
	entries, err := s.RefundsOfCase(ctx, "shop:R1:2")
	require.NoError(t, err)
	require.Len(t, entries, 1)

	route, err = s.RecordFact(ctx, schemas.RefundReversal.Name, schemas.Report{
		Source: "payments", EventID: "p1", OccurredAt: noon, ReceivedAt: noon, Body: []byte(`{"refund_id":"shop:R1/refund/1"}`),
	})
	require.NoError(t, err)
	require.Equal(t, []string{"shop:R1:2"}, route.Tell(), "facts follow the case")
	route, err = s.RecordFact(ctx, schemas.ParcelDeliver.Name, schemas.Report{
		Source: "courier", EventID: "e2", OccurredAt: noon, ReceivedAt: noon, Body: []byte(`{"waybill":"W1","carrier":"sf"}`),
	})
	require.NoError(t, err)
	require.Equal(t, []string{"shop:R1:2"}, route.Tell())

	second := adopts(anOrder(), "shop:R1")
	second.Order.CaseID = "shop:R1:3"
	require.Equal(t, schemas.CodeCaseClosed, accept(t, s, second).Refusal.Code, "nobody goes on with it twice")
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return string(raw)
}

func TestWhatAnotherCaseHasTakenMeanwhileIsMissingInTheSuccessor(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	require.True(t, mark(t, s, "shop:R1", aLostCase(t, s)))
	accept(t, s, asks("R2", anOrder(), wish("1", 2)))
	got := accept(t, s, adopts(anOrder(), "shop:R1"))
	require.Empty(t, got.Lines[0].Units)
	require.Equal(t, schemas.CodeHeldElsewhere, got.Lines[0].Code)
	require.Equal(t, "shop:R2", got.Lines[0].Holder)
	require.Equal(t, []int{1}, got.Lines[1].Units)
	require.Empty(t, got.Lines[1].Code)
}

func TestACaseEndedBeforeItWasTakenInIsTakenInFromTheStart(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	accept(t, s, asks("R1", anOrder(), wish("1", 2), wish("2", 1)))
	require.True(t, mark(t, s, "shop:R1", schemas.Lost{How: schemas.Terminated, At: noon, RunID: "run", FoundAt: noon}))
	got := accept(t, s, adopts(anOrder(), "shop:R1"))
	require.Nil(t, got.Resumed)
	require.Equal(t, []int{1, 2}, got.Lines[0].Units)
	require.EqualValues(t, 2000, got.Lines[0].Payable.Minor)
	require.NotEmpty(t, got.Owner)
}

func TestOnlyACaseThatWasEndedFromOutsideIsGoneOnWith(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	require.Equal(t, schemas.CodeUnknownCase, accept(t, s, adopts(anOrder(), "shop:R1")).Refusal.Code)
	s = storetest.New(t)
	aLostCase(t, s)
	require.Equal(t, schemas.CodeWrongState, accept(t, s, adopts(anOrder(), "shop:R1")).Refusal.Code, "it is alive")
	s = storetest.New(t)
	closeCase(t, s, "shop:R1")
	require.Equal(t, schemas.CodeWrongState, accept(t, s, adopts(anOrder(), "shop:R1")).Refusal.Code, "it has ended by itself")
}

func TestTheRowOfACaseThatWasResetFollowsItsWorkflowAgain(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	require.True(t, mark(t, s, "shop:R1", aLostCase(t, s)))
	reset := flush("shop:R1", 5, 0, "opened", "intake")
	v := reset.Row
	v.Events, v.Lines = reset.Events, []schemas.Line{{LineID: "1", Quantity: 2, Units: []int{1, 2}, State: schemas.Review}}
	wrote, err := s.Revive(ctx, v, "run-2")
	require.NoError(t, err)
	require.True(t, wrote)
	row, err := s.CaseRow(ctx, "shop:R1")
	require.NoError(t, err)
	require.Nil(t, row.Lost, "it is alive")
	require.Equal(t, []string{"opened", "intake"}, messages(row), "what came after that point never happened")
	require.Equal(t, 2, count(t, s, `SELECT count(*) FROM aftercare.unit_claims WHERE case_id = 'shop:R1'`), "it holds its units again")

	next := flush("shop:R1", 6, 2, "goes on")
	next.RunID = "run-2"
	require.False(t, write(t, s, next).Stale, "its own rows count, however short its history is")
	require.True(t, write(t, s, flush("shop:R1", 50, 3, "a ghost")).Stale, "the run before writes nothing more")
}

func TestACaseThatAnotherContinuesIsNotRevived(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	require.True(t, mark(t, s, "shop:R1", aLostCase(t, s)))
	accept(t, s, adopts(anOrder(), "shop:R1"))
	v := flush("shop:R1", 5, 0, "opened").Row
	v.Events = flush("shop:R1", 5, 0, "opened").Events
	wrote, err := s.Revive(ctx, v, "run-2")
	require.NoError(t, err)
	require.False(t, wrote)
	late := flush("shop:R1", 50, 3, "a second one")
	late.RunID = "run-2"
	require.True(t, write(t, s, late).Stale)
}
