package activities

import (
	"context"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// DisputeLedger is the part of our own book of money that knows what banks take back. Its errors are those of Ledger.
type DisputeLedger interface {
	// BookDispute writes down how a dispute stands, with the money it takes and the refunds it takes the place of, in one transaction.
	// A word older than what is known changes nothing. It returns the dispute as the ledger has it afterwards.
	BookDispute(ctx context.Context, order schemas.DisputeOrder) (schemas.DisputeReceipt, error)
}

// Disputes keeps what is decided outside: our ledger on one side, the payment provider on the other.
type Disputes struct {
	provider provider.Disputes
	ledger   DisputeLedger
}

// NewDisputes joins a payment provider with the ledger.
func NewDisputes(p provider.Disputes, l DisputeLedger) *Disputes {
	return &Disputes{provider: p, ledger: l}
}

// Book writes a dispute into the ledger. It is safe to run twice, because the ledger knows a dispute by its number and keeps money for
// the difference to what it has kept already.
func (d *Disputes) Book(ctx context.Context, order schemas.DisputeOrder) (schemas.DisputeReceipt, error) {
	receipt, err := d.ledger.BookDispute(ctx, order)
	if err != nil {
		return schemas.DisputeReceipt{}, oursFailed("book dispute "+order.Dispute.DisputeID, err)
	}
	return receipt, nil
}

// Send hands an answer to the provider. It is safe to run twice, and after an answer that was lost: the provider knows an answer by its
// key. The receipt says how the dispute stands; one that had ended before is no error. Errors that no repetition helps: key_reused,
// already_answered, unknown_dispute.
func (d *Disputes) Send(ctx context.Context, order schemas.DisputeAnswer) (schemas.DisputeReceipt, error) {
	waiting, cancel := patience(ctx)
	defer cancel()
	answer, err := d.provider.Answer(waiting, provider.DisputeCall{
		Key: order.Key, MerchantID: order.MerchantID, DisputeID: order.DisputeID, Accept: order.Accept,
		Evidence: order.Evidence, Pack: order.Pack, Refunds: order.Refunds, At: order.At,
	})
	if err != nil {
		return schemas.DisputeReceipt{}, outsideFailed("answer dispute "+order.DisputeID, err)
	}
	return schemas.DisputeReceipt{DisputeID: order.DisputeID, Status: answer.Status}, nil
}
