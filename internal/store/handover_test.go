package store_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/internal/store/storetest"
	"github.com/aftercare/aftercare/schemas"
)

// ended closes a case of the order whose lines ended in some way.
func ended(t testing.TB, s *store.Store, caseID string, outcome schemas.Outcome, lines []schemas.Line, change ...func(*schemas.View)) {
	t.Helper()
	closeCase(t, s, caseID, append([]func(*schemas.View){func(v *schemas.View) {
		v.Outcome = outcome
		for _, l := range lines {
			l.State, l.Outcome = schemas.Closed, outcome
			v.Lines = append(v.Lines, l)
		}
	}}, change...)...)
}

// again makes a request the one that reopens its case.
func again(in store.AcceptInput, at time.Time) store.AcceptInput {
	in.Order.Predecessor = &schemas.Predecessor{CaseID: in.Order.CaseID, Why: schemas.WhyReopen, AtReview: true}
	in.Order.CaseID, in.Order.At = schemas.SuccessorID(in.Order.CaseID), at
	return in
}

func TestAReopenedCaseHasItsUnitsItsMoneyAndItsRefundsAndIsPaidNoUnitTwice(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	in := asks("R1", anOrder(), wish("1", 2))
	first := accept(t, s, in)
	// Of two mugs one was paid, the other one was kept by its customer, whose claim was released.
	paid, kept := first.Lines[0], first.Lines[0]
	paid.Quantity, paid.Units, paid.Refunded, paid.Payable = 1, []int{1}, usd(700), usd(1000)
	kept.Quantity, kept.Units, kept.Payable = 1, []int{2}, usd(1000)
	order := refund("1", "P-card", "1", 700)
	order.Refund.Shares[0].Units = []int{1}
	reserve(t, s, order)
	_, err := s.RecordRefund(ctx, merchant, word("1", schemas.RefundSucceeded), noon, []schemas.LineUnits{{LineID: "1", Units: []int{1}}})
	require.NoError(t, err)
	require.NoError(t, s.ReleaseUnits(ctx, schemas.ReleaseOrder{CaseID: "shop:R1", Units: []schemas.LineUnits{{LineID: "1", Units: []int{2}}}, At: noon}))
	entry := order.Refund
	entry.Status = schemas.RefundSucceeded
	ended(t, s, "shop:R1", schemas.CompletedPartial, []schemas.Line{paid, kept}, func(v *schemas.View) {
		v.Money.Entries = []schemas.Refund{entry}
		v.Parcels = []schemas.Parcel{{Waybill: "W1", Carrier: "sf", Direction: schemas.ToMerchant}}
	})

	next := again(in, noon.AddDate(0, 0, 3))
	got := accept(t, s, next)
	require.Nil(t, got.Refusal)
	require.Len(t, got.Lines, 2, "each part goes on by itself")
	require.Equal(t, []int{1}, got.Lines[0].Units, "what it had settled is its own")
	require.Equal(t, usd(1000), got.Lines[0].Payable)
	require.Equal(t, usd(700), got.Lines[0].Refunded, "so that 3.00 are left to pay for it")
	require.Equal(t, []int{2}, got.Lines[1].Units, "what it had given back is taken again")
	require.Equal(t, usd(1000), got.Lines[1].Payable)
	require.Equal(t, []schemas.Refund{entry}, got.Handover.Refunds)
	require.Equal(t, 1, got.Handover.Reopened)
	require.Equal(t, got.Lines, accept(t, s, next).Lines, "a repeated intake answers the same")

	before, err := s.CaseRow(ctx, "shop:R1")
	require.NoError(t, err)
	require.Equal(t, "shop:R1:2", before.SuccessorID)
	require.Equal(t, 1, count(t, s, `SELECT count(*) FROM aftercare.unit_claims WHERE case_id = 'shop:R1:2' AND status = 'settled' AND unit = 1`))
	require.Equal(t, 1, count(t, s, `SELECT count(*) FROM aftercare.unit_claims WHERE case_id = 'shop:R1:2' AND status = 'held' AND unit = 2`))

	route, err := s.RecordFact(ctx, schemas.RefundReversal.Name, report("e1", schemas.RefundWord{RefundID: "shop:R1/refund/1"}))
	require.NoError(t, err)
	require.Equal(t, []string{"shop:R1:2"}, route.Tell(), "a refund that comes back is told to the case that goes on")
	require.Equal(t, []string{"shop:R1:2"}, scanned(t, s, "e2", "sf", "W1").Tell(), "so is a parcel that comes late")

	// What is left of the line is 3.00 of this unit and 10.00 of the other; one cent more is refused by the ledger.
	more := refund("x", "P-card", "1", 2301)
	more.CaseID, more.Refund.RefundID = "shop:R1:2", "shop:R1:2/refund/1"
	_, _, err = s.ReserveRefund(ctx, more)
	refusedWith(t, err, schemas.CodeNoMoneyLeft)
}

func TestACaseIsReopenedOnceWithinFifteenDaysAndOnlyWhereItEnded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		outcome schemas.Outcome
		after   time.Duration
		change  func(*schemas.View)
		code    schemas.Code
	}{
		"on the last day":                  {schemas.Completed, schemas.ReopenWithin, nil, ""},
		"a moment too late":                {schemas.Completed, schemas.ReopenWithin + time.Second, nil, schemas.CodeTooLate},
		"a second time":                    {schemas.Completed, time.Hour, func(v *schemas.View) { v.Reopened = 1 }, schemas.CodeAlreadyDone},
		"a second time after silence":      {schemas.Expired, time.Hour, func(v *schemas.View) { v.Reopened = 1 }, ""},
		"what nobody could resolve":        {schemas.Unresolvable, time.Hour, nil, ""},
		"what was refused":                 {schemas.RejectedFinal, time.Hour, nil, ""},
		"what was withdrawn":               {schemas.Withdrawn, time.Hour, nil, ""},
		"what could not be a request":      {schemas.Invalid, time.Hour, nil, schemas.CodeCaseClosed},
		"what a bank has decided":          {schemas.SettledExternally, time.Hour, nil, schemas.CodeCaseClosed},
		"what was merged":                  {schemas.Merged, time.Hour, nil, schemas.CodeCaseClosed},
		"what goes on as another kind":     {schemas.Converted, time.Hour, func(v *schemas.View) { v.SuccessorID = "shop:R1:7" }, schemas.CodeAlreadyDone},
		"another customer's":               {schemas.Completed, time.Hour, func(v *schemas.View) { v.CustomerID = "c-9" }, schemas.CodeBadValue},
		"what is still open":               {"", time.Hour, func(v *schemas.View) { v.ClosedAt = nil }, schemas.CodeWrongState},
		"a line that did not end there":    {schemas.Completed, time.Hour, func(v *schemas.View) { v.Lines[0].LineID = "2" }, schemas.CodeUnknownLine},
		"a case that nobody has heard of.": {schemas.Completed, time.Hour, func(v *schemas.View) { v.CaseID = "" }, schemas.CodeUnknownCase},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := storetest.New(t)
			in := asks("R1", anOrder(), wish("1", 1))
			unknown := schemas.View{CaseID: "shop:R1"}
			if c.change != nil {
				unknown.Lines = make([]schemas.Line, 1)
				c.change(&unknown)
			}
			var end time.Time
			if unknown.CaseID != "" {
				lines := accept(t, s, in).Lines
				ended(t, s, "shop:R1", c.outcome, lines, func(v *schemas.View) {
					if c.change != nil {
						c.change(v)
					}
					if v.ClosedAt != nil {
						end = *v.ClosedAt
					}
				})
			}
			if end.IsZero() {
				end = noon
			}
			got := accept(t, s, again(in, end.Add(c.after)))
			if c.code == "" {
				require.Nil(t, got.Refusal)
				require.Len(t, got.Handover.Lines, 1)
				return
			}
			require.NotNil(t, got.Refusal)
			require.Equal(t, c.code, got.Refusal.Code)
			require.NotEmpty(t, got.Refusal.Message)
			require.Zero(t, count(t, s, `SELECT count(*) FROM aftercare.cases WHERE case_id = 'shop:R1' AND successor_id = 'shop:R1:2'`), "what was refused continues nothing")
		})
	}
}

func TestWhatWasDecidedIsLookedAtAgainAtLevelThreeAndWhatExpiredByItsOwner(t *testing.T) {
	t.Parallel()
	for outcome, want := range map[schemas.Outcome]schemas.Handover{
		schemas.RejectedFinal: {Level: 3, Reopened: 1},
		schemas.Completed:     {Level: 3, Reopened: 1},
		schemas.Expired:       {Owner: "anna", Level: 1},
		schemas.Unresolvable:  {Owner: "anna", Level: 1},
	} {
		s := storetest.New(t)
		in := asks("R1", anOrder(), wish("1", 1))
		ended(t, s, "shop:R1", outcome, accept(t, s, in).Lines)
		got := accept(t, s, again(in, noon.Add(time.Hour))).Handover
		require.Equal(t, want, schemas.Handover{Owner: got.Owner, Level: got.Level, Reopened: got.Reopened}, outcome)
	}
}

func TestReopenedTwiceAtTheSameMomentIsReopenedOnce(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	in := asks("R1", anOrder(), wish("1", 1))
	ended(t, s, "shop:R1", schemas.Expired, accept(t, s, in).Lines)
	require.NoError(t, s.ReleaseUnits(ctx, schemas.ReleaseOrder{CaseID: "shop:R1", Units: []schemas.LineUnits{{LineID: "1", Units: []int{1}}}, At: noon}))
	results := make([]store.AcceptResult, 8)
	var wg sync.WaitGroup
	for i := range results {
		wg.Go(func() {
			next := again(in, noon.Add(time.Hour))
			if i%2 == 1 {
				next.Order.CaseID = "shop:R1:3" // whoever starts another successor continues nothing
			}
			results[i] = accept(t, s, next)
		})
	}
	wg.Wait()
	went, refused := map[string]bool{}, 0
	for i, r := range results {
		if r.Refusal == nil {
			went[[]string{"shop:R1:2", "shop:R1:3"}[i%2]] = true
			continue
		}
		require.Equal(t, schemas.CodeAlreadyDone, r.Refusal.Code)
		refused++
	}
	require.Len(t, went, 1)
	require.Equal(t, len(results)/2, refused)
	require.Equal(t, 1, count(t, s, `SELECT count(*) FROM aftercare.unit_claims`), "one unit has one holder")
}

func TestAPartOfALineThatGoesOnAsAnotherKindTakesItsOwnUnitsAlone(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	in := asks("R1", anOrder(), wish("1", 3))
	accept(t, s, in)
	next := again(in, noon)
	next.Order.Request.Lines[0].Quantity = 2
	next.Order.Predecessor = &schemas.Predecessor{CaseID: "shop:R1", Why: schemas.WhyConvert, Handover: &schemas.Handover{Lines: []schemas.HandedLine{
		{LineID: "1", Quantity: 1, Units: []int{3}}, {LineID: "1", Quantity: 1, Units: []int{1}},
	}}}
	got := accept(t, s, next)
	require.Nil(t, got.Refusal)
	require.Len(t, got.Lines, 2)
	require.Equal(t, []int{3}, got.Lines[0].Units)
	require.Equal(t, []int{1}, got.Lines[1].Units)
	require.Equal(t, usd(1000), got.Lines[0].Payable)
	require.Equal(t, 1, count(t, s, `SELECT count(*) FROM aftercare.unit_claims WHERE case_id = 'shop:R1' AND unit = 2`), "the third mug stays where it was")
}

func TestAUnitThatGoesOnIsNotPaidItsDifferenceTwice(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	in := asks("R1", anOrder(), wish("1", 3))
	accept(t, s, in)
	reserve(t, s, refund("1", "P-card", "1", 300))
	next := again(in, noon)
	next.Order.Request.Lines[0].Quantity = 1
	had := usd(300)
	next.Order.Predecessor = &schemas.Predecessor{CaseID: "shop:R1", Why: schemas.WhyConvert, Handover: &schemas.Handover{Lines: []schemas.HandedLine{
		{LineID: "1", Quantity: 1, Units: []int{3}, PaidBefore: &had},
	}}}
	got := accept(t, s, next)
	require.Nil(t, got.Refusal)
	require.Equal(t, usd(700), got.Lines[0].Payable, "what is left of the line beside is the other mugs'")
	require.Equal(t, usd(300), *got.Lines[0].PaidBefore, "whoever looks again knows it too")
}
