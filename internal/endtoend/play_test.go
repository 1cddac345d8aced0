package endtoend

import (
	"context"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/aftercare/aftercare/internal/play"
	"github.com/aftercare/aftercare/schemas"
)

// playWithin is how long a play of a test may take at most.
const playWithin = 20 * time.Minute

// play plays requests in this process.
func (h *house) play(ctx context.Context, parties play.Parties, policy string, fast bool, requests []schemas.Request) ([]play.Result, error) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(ctx, playWithin)
	defer cancel()
	heard, err := h.store.Listen(ctx)
	require.NoError(h.t, err)
	changes := make(chan play.Change)
	go func() {
		defer close(changes)
		for c := range heard {
			select {
			case changes <- play.Change{CaseID: c.CaseID, Revision: c.Revision}:
			case <-ctx.Done():
				return
			}
		}
	}()
	p := &play.Player{
		Cases: h.cases, Temporal: h.temporal, Namespace: h.namespace, Rows: h.store, Changes: changes, Carrier: h.world, Provider: h.world, Bank: h.world,
		Parties: parties, Policy: policy, Fast: fast, InFlight: 16, Log: zap.NewNop(),
	}
	return p.Run(ctx, requests)
}
