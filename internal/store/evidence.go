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

var (
	//go:embed queries/evidence_put.sql
	evidencePut string
	//go:embed queries/evidence_get.sql
	evidenceGet string
	//go:embed queries/disputes_nearing.sql
	disputesNearing string
	//go:embed queries/disputes_alone.sql
	disputesAlone string
	//go:embed queries/dispute_told.sql
	disputeTold string
)

// EvidencePack is the evidence pack of a case as it was when a dispute began.
type EvidencePack struct {
	DisputeID string    `json:"dispute_id"`
	Revision  int64     `json:"revision"` // of the case
	SHA256    string    `json:"sha256"`   // of the file
	ZIP       []byte    `json:"-"`        // empty where the customer was erased
	MadeAt    time.Time `json:"made_at"`
}

// KeepEvidence keeps a pack of a case for one dispute, once: a second one changes nothing. It returns what is kept.
func (s *Store) KeepEvidence(ctx context.Context, caseID string, pack EvidencePack) (EvidencePack, error) {
	merchant := merchantOf(caseID)
	_, err := s.pool.Exec(ctx, evidencePut, merchant, caseID, pack.DisputeID, pack.Revision, pack.SHA256, pack.ZIP, pack.MadeAt)
	if err != nil {
		return EvidencePack{}, fmt.Errorf("keep the evidence of %s: %w", caseID, err)
	}
	kept, err := s.evidence(ctx, caseID, pack.DisputeID)
	if err != nil || len(kept) == 0 {
		return EvidencePack{}, fmt.Errorf("keep the evidence of %s: %w", caseID, errors.Join(err, ErrNotFound))
	}
	return kept[0], nil
}

// Evidence lists the packs that were kept for a case, the first one first.
func (s *Store) Evidence(ctx context.Context, caseID string) ([]EvidencePack, error) {
	return s.evidence(ctx, caseID, "")
}

func (s *Store) evidence(ctx context.Context, caseID, disputeID string) ([]EvidencePack, error) {
	rows, err := s.pool.Query(ctx, evidenceGet, merchantOf(caseID), caseID, disputeID)
	if err != nil {
		return nil, fmt.Errorf("read the evidence of %s: %w", caseID, err)
	}
	packs, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (EvidencePack, error) {
		var p EvidencePack
		err := row.Scan(&p.DisputeID, &p.Revision, &p.SHA256, &p.ZIP, &p.MadeAt)
		p.MadeAt = p.MadeAt.UTC()
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the evidence of %s: %w", caseID, err)
	}
	return packs, nil
}

// DisputesAlone lists disputes of whose newest word nobody knows, because no open case answers them: the longest known first, at most so
// many. CaseID is the last case of the order, which cannot tell anybody.
func (s *Store) DisputesAlone(ctx context.Context, limit int) ([]DisputeEntry, error) {
	rows, err := s.pool.Query(ctx, disputesAlone, limit)
	if err != nil {
		return nil, fmt.Errorf("list the disputes that nobody answers: %w", err)
	}
	found, err := pgx.CollectRows(rows, scanDispute)
	if err != nil {
		return nil, fmt.Errorf("list the disputes that nobody answers: %w", err)
	}
	return found, nil
}

// DisputesNearing lists disputes that people know of and no open case answers, although our answer is due soon: the nearest due first, at
// most so many. Usual is the time for an answer where nobody outside has named one.
func (s *Store) DisputesNearing(ctx context.Context, now time.Time, usual time.Duration, limit int) ([]DisputeEntry, error) {
	rows, err := s.pool.Query(ctx, disputesNearing, now, usual, limit)
	if err != nil {
		return nil, fmt.Errorf("list the disputes that nobody has answered yet: %w", err)
	}
	found, err := pgx.CollectRows(rows, scanDispute)
	if err != nil {
		return nil, fmt.Errorf("list the disputes that nobody has answered yet: %w", err)
	}
	return found, nil
}

// DisputeTold notes that people know of a word about a dispute. A newer word, which they do not know, is not touched by it.
func (s *Store) DisputeTold(ctx context.Context, told schemas.DisputesTold) error {
	if _, err := s.pool.Exec(ctx, disputeTold, told.MerchantID, told.DisputeID, told.Heard, told.Again); err != nil {
		return fmt.Errorf("note that people know of dispute %s: %w", told.DisputeID, err)
	}
	return nil
}
