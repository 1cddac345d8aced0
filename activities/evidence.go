package activities

import (
	"context"
	"errors"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// Evidence keeps evidence packs as they were when somebody outside was called upon: an answer that is due must not depend on what is
// erased, forgotten or added until then.
type Evidence struct {
	shelf Shelf
	pack  func(ctx context.Context, caseID string) (store.EvidencePack, error)
}

// Shelf is where packs are kept, one for each dispute of a case.
type Shelf interface {
	KeepEvidence(ctx context.Context, caseID string, pack store.EvidencePack) (store.EvidencePack, error)
	Evidence(ctx context.Context, caseID string) ([]store.EvidencePack, error)
}

// NewEvidence takes the shelf and who can make a pack of a case as it stands.
func NewEvidence(shelf Shelf, pack func(ctx context.Context, caseID string) (store.EvidencePack, error)) *Evidence {
	return &Evidence{shelf: shelf, pack: pack}
}

// Keep makes the pack of a case and keeps it for a dispute. It is safe to run twice: the first pack that was kept stays, and is answered.
func (e *Evidence) Keep(ctx context.Context, order schemas.EvidenceOrder) (schemas.EvidenceReceipt, error) {
	doing := "make the evidence pack of " + order.CaseID
	kept, err := e.shelf.Evidence(ctx, order.CaseID)
	if err != nil {
		return schemas.EvidenceReceipt{}, oursFailed(doing, err)
	}
	for _, p := range kept {
		if p.DisputeID == order.DisputeID {
			return keptAs(p), nil
		}
	}
	made, err := e.pack(ctx, order.CaseID)
	var refusal *schemas.Refusal
	if errors.As(err, &refusal) && refusal.Code == schemas.CodeUnavailable {
		// The case cannot be asked now. It is asked again, and does not count as one that has no pack.
		err = errors.New(refusal.Message)
	}
	var outside *provider.Error
	if errors.As(err, &outside) {
		return schemas.EvidenceReceipt{}, outsideFailed(doing, err)
	}
	if err == nil {
		made.DisputeID, made.MadeAt = order.DisputeID, order.At
		made, err = e.shelf.KeepEvidence(ctx, order.CaseID, made)
	}
	if err != nil {
		return schemas.EvidenceReceipt{}, oursFailed(doing, err)
	}
	return keptAs(made), nil
}

func keptAs(p store.EvidencePack) schemas.EvidenceReceipt {
	return schemas.EvidenceReceipt{Pack: p.SHA256, Revision: p.Revision, At: p.MadeAt}
}
