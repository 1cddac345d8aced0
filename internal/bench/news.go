package bench

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// news hears what PostgreSQL tells, and hands it to whoever waits for that case: nobody polls, so that nothing is measured that
// is only waiting for a look.
type news struct {
	mu      sync.Mutex
	waiting map[string]chan told
}

// told is one announcement: a case's new revision, or a step of a control.
type told struct {
	what string
	at   time.Time
}

// listen hears a channel until ctx ends. A lost connection ends the run: what was missed cannot be told from what is slow.
func (n *news) listen(ctx context.Context, at *pgx.ConnConfig, channel string, lost func(error)) error {
	conn, err := pgx.ConnectConfig(ctx, at)
	if err != nil {
		return fmt.Errorf("listen to the bench's database: %w", err)
	}
	if _, err := conn.Exec(ctx, "listen "+pgx.Identifier{channel}.Sanitize()); err != nil {
		_ = conn.Close(ctx)
		return fmt.Errorf("listen to the bench's database: %w", err)
	}
	go func() {
		defer conn.Close(context.WithoutCancel(ctx))
		for {
			heard, err := conn.WaitForNotification(ctx)
			if err != nil {
				if ctx.Err() == nil {
					lost(fmt.Errorf("the bench's database went away: %w", err))
				}
				return
			}
			id, what, _ := strings.Cut(heard.Payload, " ")
			n.tell(id, told{what: what, at: time.Now()})
		}
	}()
	return nil
}

func (n *news) tell(id string, t told) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if ch := n.waiting[id]; ch != nil {
		select {
		case ch <- t:
		default: // it holds more than a case can have to tell, so that nobody listens any more
		}
	}
}

// of gives everything that is told of a case from now on, and how to end that.
func (n *news) of(id string) (<-chan told, func()) {
	ch := make(chan told, 256)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.waiting == nil {
		n.waiting = map[string]chan told{}
	}
	n.waiting[id] = ch
	return ch, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.waiting, id)
	}
}
