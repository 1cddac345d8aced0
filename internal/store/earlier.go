package store

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

//go:embed queries/requests_earlier.sql
var requestsEarlier string

// EarlierRequest is what another request of the same customer came to.
type EarlierRequest struct {
	At          time.Time
	NotReceived bool
	RefundOnly  bool
	OtherGoods  bool
	Chargebacks int
}

// earlierYears is how far back it is looked at the most; the policy counts fewer days.
const earlierYears = 10

// Earlier lists the other requests of a request's customer of which a rule may be told, the newest first.
func (s *Store) Earlier(ctx context.Context, r schemas.Request, at time.Time) ([]EarlierRequest, error) {
	rows, err := s.pool.Query(ctx, requestsEarlier, r.MerchantID, r.CustomerID, r.RequestID, at.AddDate(-earlierYears, 0, 0))
	if err != nil {
		return nil, fmt.Errorf("read the other requests of customer %s: %w", r.CustomerID, err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[EarlierRequest])
	if err != nil {
		return nil, fmt.Errorf("read the other requests of customer %s: %w", r.CustomerID, err)
	}
	return found, nil
}
