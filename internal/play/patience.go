package play

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/aftercare/aftercare/schemas"
)

// The servers that a play depends on.
const (
	database = "the database"
	temporal = "Temporal or the worker"
)

// usualPatience is how long a server may be away before a play gives up: longer than a restart, shorter than a person waits in
// front of a bar that does not move.
const usualPatience = 2 * time.Minute

// ErrGone is behind the error of a play that a server was away for too long from. Nothing is lost by it.
var ErrGone = errors.New("a server is gone")

// patience notes which servers answer. A play waits for cases as long as they like, because their clocks may run for long; for a
// server that does not answer it waits so long and no longer.
type patience struct {
	limit time.Duration
	log   *zap.Logger

	mu     sync.Mutex
	silent map[string]time.Time // since when a server has not answered
	told   map[string]time.Time // when that was last written into the log
}

func newPatience(limit time.Duration, log *zap.Logger) *patience {
	if limit <= 0 {
		limit = usualPatience
	}
	return &patience{limit: limit, log: log, silent: map[string]time.Time{}, told: map[string]time.Time{}}
}

// answered notes that a server is there.
func (p *patience) answered(server string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.silent, server)
}

// failed notes that a server did not answer, and returns an error once it has not done so for too long. The log hears of it every
// ten seconds, however many cases are waiting.
func (p *patience) failed(server string, cause error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	since, known := p.silent[server]
	if !known {
		since = now
		p.silent[server] = now
	}
	if now.Sub(since) >= p.limit {
		return fmt.Errorf("%w: %s has not answered for %s. Start it again; then the same command goes on where this one stopped", ErrGone, server, p.limit)
	}
	if now.Sub(p.told[server]) >= 10*time.Second {
		p.told[server] = now
		p.log.Warn(server+" does not answer; trying again", zap.Duration("for", now.Sub(since).Round(time.Second)), zap.Error(cause))
	}
	return nil
}

// probe asks one of the cases now and then how it stands: where nobody has anything to do, nobody else would notice that the
// worker is gone.
func (p *Player) probe(ctx context.Context, caseID func() string) error {
	tick := time.NewTicker(p.patience.limit / 12)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		id := caseID()
		if id == "" {
			continue
		}
		within, cancel := context.WithTimeout(ctx, p.patience.limit/12)
		_, err := p.Cases.Ask(within, id)
		cancel()
		var refusal *schemas.Refusal
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil, errors.As(err, &refusal) && refusal.Code != schemas.CodeUnavailable:
			p.patience.answered(temporal)
		default:
			if err := p.patience.failed(temporal, err); err != nil {
				return err
			}
		}
	}
}
