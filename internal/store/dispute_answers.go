package store

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

// Several open cases of an order may hear of one chargeback, and a bank reads one answer. Which of them gives it is decided here, before
// anybody calls the provider.

var (
	//go:embed queries/dispute_lock.sql
	disputeLock string
	//go:embed queries/dispute_answer_claim.sql
	disputeAnswerClaim string
	//go:embed queries/dispute_answer_other.sql
	disputeAnswerOther string
	//go:embed queries/dispute_answer_given.sql
	disputeAnswerGiven string
	//go:embed queries/cases_open_of_order.sql
	casesOpenOfOrder string
)

// claimStands is how long a case that is about to answer keeps the others from it. It writes its claim anew at every attempt; one that has
// stopped trying keeps nobody from answering in time.
const claimStands = time.Minute

// AnswerClaim says who answers a dispute.
type AnswerClaim struct {
	Mine  bool   // this case may call the provider
	Other string // another case that has answered, or is or was about to; empty where there is none
	Given bool   // the provider has the other one's answer
}

// ClaimAnswer writes down that a case is about to answer a dispute, unless another one has answered or is about to. It may be repeated.
func (s *Store) ClaimAnswer(ctx context.Context, order schemas.DisputeAnswer) (AnswerClaim, error) {
	var claim AnswerClaim
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		claim = AnswerClaim{}
		if _, err := tx.Exec(ctx, disputeLock, order.MerchantID, order.DisputeID); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, disputeAnswerClaim, order.MerchantID, order.DisputeID, order.CaseID, order.Key, claimStands).Scan(&claim.Mine)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		err = tx.QueryRow(ctx, disputeAnswerOther, order.MerchantID, order.DisputeID, order.CaseID).Scan(&claim.Other, &claim.Given)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return AnswerClaim{}, fmt.Errorf("claim the answer to dispute %s: %w", order.DisputeID, err)
	}
	return claim, nil
}

// AnswerGiven writes down whose answer to a dispute the provider has, and lists the other open cases of the order, which need not answer
// any more. It may be repeated.
func (s *Store) AnswerGiven(ctx context.Context, order schemas.DisputeAnswer, caseID string) (sisters []string, err error) {
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, disputeLock, order.MerchantID, order.DisputeID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, disputeAnswerGiven, order.MerchantID, order.DisputeID, caseID); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, casesOpenOfOrder, order.MerchantID, order.OrderID, caseID)
		if err != nil {
			return err
		}
		sisters, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("note the answer to dispute %s: %w", order.DisputeID, err)
	}
	return sisters, nil
}
