package play

import (
	"context"
	"sync"
)

// ears spread the news of changed rows to whoever waits for one of them.
type ears struct {
	mu      sync.Mutex
	waiting map[string]map[chan struct{}]bool
}

func (e *ears) listen(ctx context.Context, changes <-chan Change) {
	for {
		select {
		case c, open := <-changes:
			if !open {
				return
			}
			e.mu.Lock()
			for ch := range e.waiting[c.CaseID] {
				select {
				case ch <- struct{}{}:
				default:
				}
			}
			e.mu.Unlock()
		case <-ctx.Done():
			return
		}
	}
}

// of gives a channel that is told of changes of these cases, and how to stop that.
func (e *ears) of(stages []*stage) (<-chan struct{}, func()) {
	ch := make(chan struct{}, 1)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.waiting == nil {
		e.waiting = map[string]map[chan struct{}]bool{}
	}
	for _, st := range stages {
		if e.waiting[st.caseID] == nil {
			e.waiting[st.caseID] = map[chan struct{}]bool{}
		}
		e.waiting[st.caseID][ch] = true
	}
	return ch, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		for _, st := range stages {
			delete(e.waiting[st.caseID], ch)
			if len(e.waiting[st.caseID]) == 0 {
				delete(e.waiting, st.caseID)
			}
		}
	}
}
