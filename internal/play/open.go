package play

import "sync"

// open are the cases that are being played now.
type open struct {
	mu    sync.Mutex
	cases map[string]bool
}

func (o *open) add(caseID string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.cases == nil {
		o.cases = map[string]bool{}
	}
	o.cases[caseID] = true
}

func (o *open) remove(caseID string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.cases, caseID)
}

// any is one of them, or "" where there is none.
func (o *open) any() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	for caseID := range o.cases {
		return caseID
	}
	return ""
}
