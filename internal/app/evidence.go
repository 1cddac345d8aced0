package app

import (
	"context"
	"time"

	"github.com/aftercare/aftercare/cases"
	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// Beside is what an evidence pack holds beside the case's own records, whoever makes it: the sentences of the rules in force, and the
// provider's own numbers of refunds. Without a provider the pack goes by our numbers alone.
func Beside(shelf *policy.Shelf, payments provider.Payments) cases.Beside {
	b := cases.Beside{Explain: func(policy string, k schemas.Clock, locale string) []string {
		return shelf.Book().ExplainClock(policy, k, nil, time.UTC).Sentences(locale)
	}}
	if payments != nil {
		b.Number = func(ctx context.Context, merchant, refundID string) (string, error) {
			answer, _, err := payments.Lookup(ctx, merchant, refundID)
			return answer.Number, err // none of a refund that the provider never took
		}
	}
	return b
}

// packer makes evidence packs for the worker: the same that `starter evidence` makes.
func packer(c *cases.Client, beside cases.Beside) func(context.Context, string) (store.EvidencePack, error) {
	return func(ctx context.Context, caseID string) (store.EvidencePack, error) {
		pack, err := c.Evidence(ctx, caseID, beside)
		return store.EvidencePack{Revision: pack.Revision, SHA256: pack.SHA256, ZIP: pack.ZIP}, err
	}
}
