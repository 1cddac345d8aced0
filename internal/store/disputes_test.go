package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/internal/store/storetest"
	"github.com/aftercare/aftercare/schemas"
)

// takesBack is a word of the bank's on the order of these tests.
func takesBack(t testing.TB, s *store.Store, fact, id string, at time.Time, minor int64, decision schemas.DisputeStatus) store.FactRoute {
	t.Helper()
	sum := usd(minor)
	w := schemas.ExternalWord{DisputeID: "dp-1", Kind: schemas.Chargeback, PaymentID: "P-card", Amount: &sum, Decision: decision}
	in := report(id, w)
	in.OccurredAt = at
	route, err := s.RecordFact(ctx, fact, in)
	require.NoError(t, err)
	return route
}

func inDispute(minor int64, status schemas.DisputeStatus, owed int64, giveUp ...string) schemas.DisputeOrder {
	return schemas.DisputeOrder{
		CaseID: "shop:R1", MerchantID: merchant, OrderID: "O1", CustomerID: customer, GiveUp: giveUp, At: noon, Takes: status.Takes() || !status.Over(),
		Lines:   []schemas.Share{{LineID: "2", Amount: usd(owed)}},
		Dispute: schemas.Dispute{DisputeID: "dp-1", Kind: schemas.Chargeback, Status: status, PaymentID: "P-card", Amount: usd(minor), OpenedAt: noon, Heard: noon},
	}
}

func TestMoneyABankTookBackCannotBeRefundedFromTheMomentItsWordIsKept(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	route := takesBack(t, s, schemas.ExternalOpened.Name, "e1", noon, 5000, "")
	require.True(t, route.Unknown, "no case is about the order")
	e, err := s.Dispute(ctx, merchant, "dp-1")
	require.NoError(t, err)
	require.Equal(t, usd(5000), e.Dispute.Taken)
	require.True(t, e.Unattended())
	payment, line := paidOut(t, s, "P-card", "2")
	require.Equal(t, [2]int{5000, 0}, [2]int{payment, line}, "nobody said which line")

	_, _, err = s.ReserveRefund(ctx, refund("1", "P-card", "2", 5000))
	refusedWith(t, err, schemas.CodeNoMoneyLeft)
	left, err := s.Left(ctx, merchant, "O1")
	require.NoError(t, err)
	require.Equal(t, []string{"dp-1"}, left.Disputes, "the case learns why")
	reserve(t, s, refund("2", "P-gift", "2", 2000))

	takesBack(t, s, schemas.ExternalDecided.Name, "e2", noon.Add(time.Hour), 5000, schemas.DisputeWon)
	payment, _ = paidOut(t, s, "P-card", "2")
	require.Zero(t, payment, "it is the merchant's again")
	reserve(t, s, refund("1", "P-card", "2", 3000))
}

func TestALostChargebackTakesItsMoneyForGood(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	takesBack(t, s, schemas.ExternalOpened.Name, "e1", noon, 5000, "")
	takesBack(t, s, schemas.ExternalDecided.Name, "e2", noon.Add(time.Hour), 5000, schemas.DisputeLost)
	for range 2 { // words that come twice, late, or in the wrong order
		takesBack(t, s, schemas.ExternalOpened.Name, "e1", noon, 5000, "")
		takesBack(t, s, schemas.ExternalDecided.Name, "e0", noon.Add(time.Minute), 5000, schemas.DisputeWon)
	}
	e, err := s.Dispute(ctx, merchant, "dp-1")
	require.NoError(t, err)
	require.Equal(t, schemas.DisputeLost, e.Dispute.Status)
	require.Equal(t, usd(5000), e.Dispute.Taken)
	_, _, err = s.ReserveRefund(ctx, refund("1", "P-card", "2", 2000))
	refusedWith(t, err, schemas.CodeNoMoneyLeft)
	require.NoError(t, s.PutOrder(ctx, anOrder()), "an import changes nothing of it")
	payment, _ := paidOut(t, s, "P-card", "2")
	require.Equal(t, 5000, payment)
}

func TestALineGetsOfAChargebackWhatItsCaseOwes(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	receipt, err := s.BookDispute(ctx, inDispute(6000, schemas.DisputeOpen, 5000))
	require.NoError(t, err)
	require.Equal(t, []schemas.Share{{LineID: "2", Amount: usd(5000)}}, receipt.Shares)
	require.Equal(t, usd(6000), receipt.Taken)
	again, err := s.BookDispute(ctx, inDispute(6000, schemas.DisputeLost, 5000))
	require.NoError(t, err)
	require.Equal(t, receipt.Shares, again.Shares, "once, however often it is booked")
	_, line := paidOut(t, s, "P-card", "2")
	require.Equal(t, 5000, line)
	_, _, err = s.ReserveRefund(ctx, refund("1", "P-gift", "2", 100))
	refusedWith(t, err, schemas.CodeNoMoneyLeft) // the line has had what it cost, whatever payment is left

	back := inDispute(6000, schemas.DisputeWon, 5000)
	back.Dispute.Heard = noon.Add(time.Hour)
	receipt, err = s.BookDispute(ctx, back)
	require.NoError(t, err)
	require.Empty(t, receipt.Shares)
	payment, line := paidOut(t, s, "P-card", "2")
	require.Equal(t, [2]int{0, 0}, [2]int{payment, line})
}

// partOf is what a case that owes so much of line 2 gets of a chargeback.
func partOf(t testing.TB, s *store.Store, caseID string, minor int64, status schemas.DisputeStatus, owed int64) (of []schemas.Share) {
	t.Helper()
	in := inDispute(minor, status, owed)
	in.CaseID = caseID
	if status.Over() {
		in.Dispute.Heard = noon.Add(time.Hour)
	}
	receipt, err := s.BookDispute(ctx, in)
	require.NoError(t, err)
	return receipt.Shares
}

// Two cases are about different units of one line, and hear of one chargeback that does not reach for both.
func TestEachCaseOfALineHasAPartOfItsOwnOfAChargeback(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	of := func(minor int64) []schemas.Share { return []schemas.Share{{LineID: "2", Amount: usd(minor)}} }
	for range 2 { // the answer was lost
		require.Equal(t, of(2500), partOf(t, s, "shop:R1", 4000, schemas.DisputeOpen, 2500))
		require.Equal(t, of(1500), partOf(t, s, "shop:R2", 4000, schemas.DisputeOpen, 2500))
	}
	payment, line := paidOut(t, s, "P-card", "2")
	require.Equal(t, [2]int{4000, 4000}, [2]int{payment, line}, "what the two have is what the bank took")
	require.Equal(t, of(2500), partOf(t, s, "shop:R1:2", 4000, schemas.DisputeOpen, 2500), "the case that goes on with the request has its part")

	require.Equal(t, of(1500), partOf(t, s, "shop:R2", 4000, schemas.DisputeLost, 2500))
	require.Equal(t, of(2500), partOf(t, s, "shop:R1:2", 4000, schemas.DisputeLost, 2500))
	_, line = paidOut(t, s, "P-card", "2")
	require.Equal(t, 4000, line)
	reserve(t, s, refund("1", "P-gift", "2", 1000))
	_, _, err := s.ReserveRefund(ctx, refund("2", "P-gift", "2", 1))
	refusedWith(t, err, schemas.CodeNoMoneyLeft)
}

func TestABankThatTurnsRoundGivesEachCaseItsPartBack(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	partOf(t, s, "shop:R1", 4000, schemas.DisputeOpen, 2500)
	partOf(t, s, "shop:R2", 4000, schemas.DisputeOpen, 2500)
	require.Empty(t, partOf(t, s, "shop:R2", 4000, schemas.DisputeWon, 2500))
	require.Empty(t, partOf(t, s, "shop:R1", 4000, schemas.DisputeWon, 2500))
	payment, line := paidOut(t, s, "P-card", "2")
	require.Equal(t, [2]int{0, 0}, [2]int{payment, line})
}

func TestWhatIsRefundedAlreadyIsNotTakenAgain(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	reserve(t, s, refund("1", "P-card", "2", 5000))
	record(t, s, "1", schemas.RefundAccepted)
	receipt, err := s.BookDispute(ctx, inDispute(5000, schemas.DisputeLost, 0, "shop:R1/refund/1"))
	require.NoError(t, err)
	require.Equal(t, usd(1000), receipt.Taken, "of 6000 captured, 5000 are on their way")
	require.Equal(t, usd(4000), receipt.Over)
	require.Empty(t, receipt.GivenUp, "the provider has it: nobody can give it up")

	require.Equal(t, schemas.RefundFailedWord, record(t, s, "1", schemas.RefundFailedWord))
	receipt, err = s.BookDispute(ctx, inDispute(5000, schemas.DisputeLost, 5000, "shop:R1/refund/1", "shop:R1/refund/9"))
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"shop:R1/refund/1", "shop:R1/refund/9"}, receipt.GivenUp)
	require.Equal(t, usd(5000), receipt.Taken, "the same money, once it came back")
	require.Equal(t, usd(0), receipt.Over)
}

func TestADisputeFindsEveryOpenCaseOfItsOrder(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	for _, id := range []string{"shop:R1", "shop:R2"} {
		write(t, s, flush(id, 3, 0, "opened"))
	}
	route := takesBack(t, s, schemas.ExternalOpened.Name, "e1", noon, 5000, "")
	require.ElementsMatch(t, []string{"shop:R1", "shop:R2"}, route.Tell(), "they share what the order holds")
	closeCase(t, s, "shop:R1")
	route = takesBack(t, s, schemas.ExternalDecided.Name, "e2", noon.Add(time.Hour), 5000, schemas.DisputeLost)
	require.Equal(t, []string{"shop:R2"}, route.Tell())
	closeCase(t, s, "shop:R2")
	w := schemas.ExternalWord{DisputeID: "tk-1", Kind: schemas.DisputePlatform, OrderID: "O1"}
	got, err := s.RecordFact(ctx, schemas.ExternalOpened.Name, report("e3", w))
	require.NoError(t, err)
	require.True(t, got.Late)
	e, err := s.Dispute(ctx, merchant, "tk-1")
	require.NoError(t, err)
	require.Equal(t, usd(0), e.Dispute.Taken, "a platform has taken nothing")
	known := schemas.ExternalWord{DisputeID: "tk-1", Kind: schemas.DisputePlatform, Decision: schemas.DisputeWon}
	got, err = s.RecordFact(ctx, schemas.ExternalDecided.Name, report("e4", known))
	require.NoError(t, err)
	require.True(t, got.Late, "its own number finds it")
}

func TestAWordThatCouldMeanTwoOrdersMovesNoMoney(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	other := anOrder()
	other.MerchantID = "lotus"
	require.NoError(t, s.PutOrder(ctx, other))
	require.True(t, takesBack(t, s, schemas.ExternalOpened.Name, "e1", noon, 5000, "").Unknown)
	_, err := s.Dispute(ctx, merchant, "dp-1")
	require.ErrorIs(t, err, store.ErrNotFound)
	require.Equal(t, 1, count(t, s, `SELECT count(*) FROM aftercare.facts WHERE verdict = 'unknown'`), "it is kept")
}

func TestWordsOfDisputesThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	euro := schemas.Money{Minor: 100, Currency: "EUR"}
	for _, c := range []struct {
		code schemas.Code
		word schemas.ExternalWord
	}{
		{schemas.CodeOtherCurrency, schemas.ExternalWord{DisputeID: "d", Kind: schemas.Chargeback, OrderID: "O1", PaymentID: "P-card", Amount: &euro}},
		{schemas.CodeMissingField, schemas.ExternalWord{DisputeID: "d", Kind: schemas.Chargeback, OrderID: "O1"}},
		{schemas.CodeBadValue, schemas.ExternalWord{DisputeID: "d", Kind: "duel", OrderID: "O1"}},
		{schemas.CodeMissingField, schemas.ExternalWord{Kind: schemas.DisputeCourt}},
	} {
		_, err := s.RecordFact(ctx, schemas.ExternalOpened.Name, report("e", c.word))
		refusedWith(t, err, c.code)
	}
	require.Zero(t, count(t, s, `SELECT count(*) FROM aftercare.disputes`))
	takesBack(t, s, schemas.ExternalOpened.Name, "e1", noon, 100, "")
	court := schemas.ExternalWord{DisputeID: "dp-1", Kind: schemas.DisputeCourt, OrderID: "O1"}
	_, err := s.RecordFact(ctx, schemas.ExternalOpened.Name, report("e2", court))
	refusedWith(t, err, schemas.CodeBadValue)
}

func TestRefundsAndChargebacksOfOnePaymentNeverExceedIt(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	require.NoError(t, s.PutOrder(ctx, anOrder()))
	done := make(chan error, 2)
	go func() {
		_, _, err := s.ReserveRefund(ctx, refund("1", "P-card", "2", 5000))
		done <- err
	}()
	go func() {
		_, err := s.BookDispute(ctx, inDispute(5000, schemas.DisputeOpen, 5000))
		done <- err
	}()
	for range 2 {
		if err := <-done; err != nil {
			refusedWith(t, err, schemas.CodeNoMoneyLeft)
		}
	}
	payment, line := paidOut(t, s, "P-card", "2")
	require.LessOrEqual(t, payment, 6000)
	require.LessOrEqual(t, line, 5000)
}

func TestADisputeThatNoCaseAnswersIsUntoldUntilPeopleKnowItsNewestWord(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	alone := func() []store.DisputeEntry {
		found, err := s.DisputesAlone(ctx, 10)
		require.NoError(t, err)
		return found
	}
	write(t, s, flush("shop:R1", 3, 0, "opened"))
	takesBack(t, s, schemas.ExternalOpened.Name, "e1", noon, 5000, "")
	require.Empty(t, alone(), "an open case is hearing of it")
	closeCase(t, s, "shop:R1")
	found := alone()
	require.Len(t, found, 1, "the case ended before it had heard")
	require.Equal(t, "shop:R1", found[0].CaseID)
	require.Equal(t, "dp-1", found[0].Dispute.DisputeID)

	word := schemas.DisputesTold{MerchantID: merchant, DisputeID: "dp-1", Heard: found[0].Dispute.Heard}
	for range 2 {
		require.NoError(t, s.DisputeTold(ctx, word))
		require.Empty(t, alone())
	}
	e, err := s.Dispute(ctx, merchant, "dp-1")
	require.NoError(t, err)
	require.True(t, e.Unattended(), "told, and still without a case")

	takesBack(t, s, schemas.ExternalDecided.Name, "e2", noon.Add(time.Hour), 5000, schemas.DisputeLost)
	require.Equal(t, schemas.DisputeLost, alone()[0].Dispute.Status)
	require.NoError(t, s.DisputeTold(ctx, word), "an old word that is told late")
	require.Len(t, alone(), 1, "leaves the newer one to be told")
}

func TestADisputeThatACaseHasBookedIsToldByIt(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	write(t, s, flush("shop:R1", 3, 0, "opened"))
	takesBack(t, s, schemas.ExternalOpened.Name, "e1", noon, 5000, "")
	_, err := s.BookDispute(ctx, inDispute(5000, schemas.DisputeOpen, 5000))
	require.NoError(t, err)
	e, err := s.Dispute(ctx, merchant, "dp-1")
	require.NoError(t, err)
	require.False(t, e.Unattended())
	closeCase(t, s, "shop:R1")
	found, err := s.DisputesAlone(ctx, 10)
	require.NoError(t, err)
	require.Empty(t, found)
	takesBack(t, s, schemas.ExternalUpdated.Name, "e2", noon.Add(time.Hour), 5000, "")
	found, err = s.DisputesAlone(ctx, 10)
	require.NoError(t, err)
	require.Len(t, found, 1, "it goes on after the case has ended")
	require.True(t, found[0].Unattended())
}

func TestPeopleAreRemindedOnceOfADisputeThatNobodyHasAnswered(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	nearing := func(at time.Time) []store.DisputeEntry {
		found, err := s.DisputesNearing(ctx, at, 24*time.Hour, 10)
		require.NoError(t, err)
		return found
	}
	opened := func(id string, at time.Time, due *time.Time) {
		sum := usd(1000)
		in := report(id, schemas.ExternalWord{DisputeID: "dp-1", Kind: schemas.Chargeback, PaymentID: "P-card", Amount: &sum, DueAt: due})
		in.OccurredAt = at
		_, err := s.RecordFact(ctx, schemas.ExternalOpened.Name, in)
		require.NoError(t, err)
	}
	opened("e1", noon, nil)
	day := 24 * time.Hour
	require.Empty(t, nearing(noon.Add(day)), "nobody knows of it yet: they are told first")
	told := schemas.DisputesTold{MerchantID: merchant, DisputeID: "dp-1", Heard: noon}
	require.NoError(t, s.DisputeTold(ctx, told))
	require.Empty(t, nearing(noon.Add(11*time.Hour)))
	require.Len(t, nearing(noon.Add(12*time.Hour)), 1, "nobody said when our answer is due: half of the usual time is over")

	// A newer word says so, and they are told of that first.
	heard := noon.Add(time.Hour)
	due := heard.Add(10 * day)
	opened("e2", heard, &due)
	told.Heard = heard
	require.Empty(t, nearing(due))
	require.NoError(t, s.DisputeTold(ctx, told))
	require.Empty(t, nearing(due.Add(-49*time.Hour)))
	found := nearing(due.Add(-48 * time.Hour))
	require.Len(t, found, 1)
	require.True(t, due.Equal(*found[0].Dispute.DueAt))

	write(t, s, flush("shop:R1", 3, 0, "opened"))
	require.Empty(t, nearing(due), "a case that is open looks after it")
	closeCase(t, s, "shop:R1")
	require.Equal(t, "shop:R1", nearing(due)[0].CaseID)

	told.Again = true
	for range 2 {
		require.NoError(t, s.DisputeTold(ctx, told))
		require.Empty(t, nearing(due), "once, and not every five minutes")
	}
	alone, err := s.DisputesAlone(ctx, 10)
	require.NoError(t, err)
	require.Empty(t, alone, "a reminder is no news")

	takesBack(t, s, schemas.ExternalDecided.Name, "e3", due, 1000, schemas.DisputeLost)
	require.NoError(t, s.DisputeTold(ctx, schemas.DisputesTold{MerchantID: merchant, DisputeID: "dp-1", Heard: due}))
	require.Empty(t, nearing(due.Add(day)), "it is over")
}
