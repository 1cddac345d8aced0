package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// DisputeLedger is the part of our own book of money that knows what banks take back. Its errors are those of Ledger.
type DisputeLedger interface {
	// BookDispute writes down how a dispute stands, with the money it takes and the refunds it takes the place of, in one transaction.
	// A word older than what is known changes nothing. It returns the dispute as the ledger has it afterwards.
	BookDispute(ctx context.Context, order schemas.DisputeOrder) (schemas.DisputeReceipt, error)
	// ClaimAnswer writes down that a case is about to answer a dispute, before it does, and says whether another one has or is about to.
	ClaimAnswer(ctx context.Context, order schemas.DisputeAnswer) (store.AnswerClaim, error)
	// AnswerGiven writes down which case's answer the provider has, and lists the other open cases of the order.
	AnswerGiven(ctx context.Context, order schemas.DisputeAnswer, caseID string) ([]string, error)
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
//
// Several open cases of an order may hear of one chargeback, and a bank reads one answer. Which of them calls is decided in the ledger
// first; whichever comes second, or finds the other's answer at the bank, is told whose it is.
func (d *Disputes) Send(ctx context.Context, order schemas.DisputeAnswer) (schemas.DisputeReceipt, error) {
	doing := "answer dispute " + order.DisputeID
	claim, err := d.ledger.ClaimAnswer(ctx, order)
	switch {
	case err != nil:
		return schemas.DisputeReceipt{}, oursFailed(doing, err)
	case claim.Given:
		return answeredIn(order, claim.Other), nil
	case !claim.Mine:
		return schemas.DisputeReceipt{}, outsideFailed(doing, &provider.Error{
			Class: provider.RetryLater, Code: provider.CodeBusy, After: lookAtClaim, Message: fmt.Sprintf("case %s is about to answer it", claim.Other),
		})
	}
	waiting, cancel := patience(ctx)
	defer cancel()
	answer, err := d.provider.Answer(waiting, provider.DisputeCall{
		Key: order.Key, MerchantID: order.MerchantID, DisputeID: order.DisputeID, Accept: order.Accept,
		Evidence: order.Evidence, Pack: order.Pack, Refunds: order.Refunds, At: order.At,
	})
	if claim.Other != "" && alreadyAnswered(err) {
		// The answer of the other case had arrived, and it does not know.
		if _, err := d.ledger.AnswerGiven(ctx, order, claim.Other); err != nil {
			return schemas.DisputeReceipt{}, oursFailed(doing, err)
		}
		return answeredIn(order, claim.Other), nil
	}
	if err != nil {
		return schemas.DisputeReceipt{}, outsideFailed(doing, err)
	}
	receipt := schemas.DisputeReceipt{DisputeID: order.DisputeID, Status: answer.Status}
	if receipt.Sisters, err = d.ledger.AnswerGiven(ctx, order, order.CaseID); err != nil {
		return schemas.DisputeReceipt{}, oursFailed(doing, err)
	}
	return receipt, nil
}

// lookAtClaim is when a case looks again whether the other one has answered.
const lookAtClaim = 5 * time.Second

func alreadyAnswered(err error) bool {
	var known *provider.Error
	return errors.As(err, &known) && known.Code == provider.CodeAlreadyAnswered
}

func answeredIn(order schemas.DisputeAnswer, caseID string) schemas.DisputeReceipt {
	return schemas.DisputeReceipt{DisputeID: order.DisputeID, Status: schemas.DisputeAnswered, AnsweredIn: caseID}
}
