package app

import (
	"context"
	"time"

	"github.com/aftercare/aftercare/cases"
	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// packer makes evidence packs for the worker, with the sentences of the rules. Refunds go by our own numbers in them: the provider's are
// in its portal, and in a pack that `starter evidence` makes.
func packer(c *cases.Client, shelf *policy.Shelf) func(context.Context, string) (store.EvidencePack, error) {
	return func(ctx context.Context, caseID string) (store.EvidencePack, error) {
		explain := func(policy string, k schemas.Clock, locale string) []string {
			return shelf.Book().ExplainClock(policy, k, nil, time.UTC).Sentences(locale)
		}
		pack, err := c.Evidence(ctx, caseID, cases.Beside{Explain: explain})
		return store.EvidencePack{Revision: pack.Revision, SHA256: pack.SHA256, ZIP: pack.ZIP}, err
	}
}
