package books_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// takenBack is one chargeback of ten dollars on both sides.
func takenBack(ledger, bank schemas.DisputeStatus, over int64) (*ours, *theirs) {
	o := &ours{disputes: []store.DisputeEntry{{MerchantID: "m", OrderID: "o", CaseID: "m:r", Dispute: schemas.Dispute{
		DisputeID: "dp-1", Kind: schemas.Chargeback, Status: ledger, PaymentID: "p", Amount: usd(1000), Taken: usd(1000 - over), Over: usd(over),
	}}}}
	s := &theirs{disputes: []sandbox.DisputeEntry{{MerchantID: "m", DisputeID: "dp-1", PaymentID: "p", Amount: usd(1000), Status: bank}}}
	return o, s
}

func TestChargebacksThatAgreeAreNoDifference(t *testing.T) {
	t.Parallel()
	for ledger, bank := range map[schemas.DisputeStatus]schemas.DisputeStatus{
		schemas.DisputeOpen: schemas.DisputeAnswered, schemas.DisputeAccepted: schemas.DisputeLost, schemas.DisputeWon: schemas.DisputeWon,
		schemas.DisputeAnswered: schemas.DisputeLost, // the case has not heard of the end yet
	} {
		o, s := takenBack(ledger, bank, 0)
		c, said := compare(t, o, s)
		require.Zero(t, c.Differences, said)
		require.Len(t, c.Disputes, 1)
	}
	court := &ours{disputes: []store.DisputeEntry{{MerchantID: "m", Dispute: schemas.Dispute{DisputeID: "c-1", Kind: schemas.DisputeCourt}}}}
	c, _ := compare(t, court, &theirs{})
	require.Zero(t, c.Differences, "no bank decides that")
}

func TestMoneyThatWentBackBothWaysIsADifference(t *testing.T) {
	t.Parallel()
	o, s := takenBack(schemas.DisputeLost, schemas.DisputeLost, 1000)
	s.refunds = []sandbox.RefundEntry{{MerchantID: "m", Key: "m:r/refund/1", PaymentID: "p", Amount: usd(1000), Status: schemas.RefundSucceeded}}
	o.refunds = []store.LedgerEntry{{MerchantID: "m", CaseID: "m:r", Refund: schemas.Refund{RefundID: "m:r/refund/1", PaymentID: "p", Amount: usd(1000), Status: schemas.RefundSucceeded}}}
	c, _ := compare(t, o, s)
	require.Equal(t, 1, c.Differences)
	require.Equal(t, "paid twice: 10.00 USD was refunded, and the bank has taken it too", c.Disputes[0].Differs)
}

func TestEveryDisagreementAboutAChargebackIsADifference(t *testing.T) {
	t.Parallel()
	for want, spoil := range map[string]func(o *ours, s *theirs){
		"the bank does not know it":   func(_ *ours, s *theirs) { s.disputes = nil },
		"the ledger does not know it": func(o *ours, _ *theirs) { o.disputes = nil },
		"the bank has 10.01 USD":      func(_ *ours, s *theirs) { s.disputes[0].Amount = usd(1001) },
		"the bank has decided won":    func(_ *ours, s *theirs) { s.disputes[0].Status = schemas.DisputeWon },
	} {
		o, s := takenBack(schemas.DisputeLost, schemas.DisputeLost, 0)
		spoil(o, s)
		c, _ := compare(t, o, s)
		require.Equal(t, 1, c.Differences, want)
		require.Equal(t, want, c.Disputes[0].Differs)
	}
}
