package books

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/schemas"
)

// Dispute is one chargeback on both sides.
type Dispute struct {
	DisputeID string                `json:"dispute_id"`
	CaseID    string                `json:"case_id"`
	PaymentID string                `json:"payment_id"`
	Amount    schemas.Money         `json:"amount"`
	Kept      schemas.Money         `json:"kept"` // by the ledger, of the payment
	Ledger    schemas.DisputeStatus `json:"ledger"`
	Bank      schemas.DisputeStatus `json:"bank"`
	Differs   string                `json:"differs,omitempty"`
}

// disputes holds each chargeback of the ledger against the bank's, the other way round, and both against what was refunded: the same
// money never goes back twice. Disputes that no bank decides are ours alone, and are not compared.
func (c *Comparison) disputes(ctx context.Context, ours Ours, theirs Theirs, merchant string) error {
	bank := map[string]sandbox.DisputeEntry{}
	for d, err := range theirs.Disputes(ctx, merchant) {
		if err != nil {
			return fmt.Errorf("the bank's book: %w", err)
		}
		bank[d.MerchantID+"/"+d.DisputeID] = d
	}
	refunded := map[string]int64{}
	for r, err := range theirs.Refunds(ctx, merchant) {
		if err != nil {
			return fmt.Errorf("the provider's book: %w", err)
		}
		if r.Status == schemas.RefundSucceeded {
			refunded[r.MerchantID+"/"+r.PaymentID] += r.Amount.Minor
		}
	}
	for e, err := range ours.Disputes(ctx, merchant) {
		if err != nil {
			return fmt.Errorf("the disputes of the ledger: %w", err)
		}
		if e.Dispute.Kind != schemas.Chargeback {
			continue
		}
		key := e.MerchantID + "/" + e.Dispute.DisputeID
		theirs, known := bank[key]
		delete(bank, key)
		d := Dispute{
			DisputeID: e.Dispute.DisputeID, CaseID: e.CaseID, PaymentID: e.Dispute.PaymentID, Amount: e.Dispute.Amount, Kept: e.Dispute.Taken,
			Ledger: e.Dispute.Status, Bank: theirs.Status,
		}
		switch {
		case !known:
			d.Differs = "the bank does not know it"
		case theirs.Amount != e.Dispute.Amount:
			d.Differs = fmt.Sprintf("the bank has %s", theirs.Amount)
		case e.Dispute.Status == schemas.DisputeAccepted && theirs.Status == schemas.DisputeWon,
			e.Dispute.Status.Over() && theirs.Status.Over() && e.Dispute.Status.Takes() != theirs.Status.Takes():
			d.Differs = fmt.Sprintf("the bank has decided %s", theirs.Status)
		case theirs.Status.Takes() && e.Dispute.Over.Minor > 0 && refunded[e.MerchantID+"/"+e.Dispute.PaymentID] > 0:
			d.Differs = fmt.Sprintf("paid twice: %s was refunded, and the bank has taken it too", e.Dispute.Over)
		}
		c.addDispute(d)
	}
	for _, key := range slices.Sorted(maps.Keys(bank)) {
		d := bank[key]
		c.addDispute(Dispute{DisputeID: d.DisputeID, PaymentID: d.PaymentID, Amount: d.Amount, Bank: d.Status, Differs: "the ledger does not know it"})
	}
	return nil
}

func (c *Comparison) addDispute(d Dispute) {
	c.Disputes = append(c.Disputes, d)
	if d.Differs != "" {
		c.Differences++
	}
}
