package chaos

import (
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// Said is what whoever talked to the product in a run was told: the promises that are held against the books afterwards.
type Said struct {
	Opened   map[string]bool            // cases that a sender was told are open
	Receipts map[string]schemas.Receipt // by case and command id: decisions that somebody was told are recorded
	Signals  map[string]Signal          // by case and command id: commands that Temporal has taken as signals
	Facts    map[string]Noted           // by source and event id: facts that were taken
	Other    []Finding                  // answers that contradict an earlier one
	Until    time.Time                  // when the run was over
}

// Signal is a command that Temporal has taken as a signal.
type Signal struct{ CaseID, Name string }

// Noted is a fact that was taken, and the cases that were told of it.
type Noted struct {
	Name  string
	Cases []string
}

func newSaid() Said {
	return Said{Opened: map[string]bool{}, Receipts: map[string]schemas.Receipt{}, Signals: map[string]Signal{}, Facts: map[string]Noted{}}
}

// memory keeps what is said while everybody talks at once.
type memory struct {
	mu   sync.Mutex
	said Said
}

func (m *memory) opened(caseID string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.said.Opened[caseID] = true
}

// receipt keeps an answer, and what contradicts the answer that the same command has had before.
func (m *memory) receipt(caseID, commandID string, r schemas.Receipt) {
	m.mu.Lock()
	defer m.mu.Unlock()
	id := caseID + " " + commandID
	if before, known := m.said.Receipts[id]; known && before.Revision != r.Revision {
		m.said.Other = append(m.said.Other, Finding{
			caseID, fmt.Sprintf("%s %s was answered with revision %d, and then with %d", r.Command, commandID, before.Revision, r.Revision), "starter show " + caseID,
		})
	}
	m.said.Receipts[id] = r
}

// contradiction keeps another answer that cannot be.
func (m *memory) contradiction(caseID, what string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.said.Other = append(m.said.Other, Finding{caseID, what, "starter show " + caseID})
}

func (m *memory) signal(caseID, commandID, name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.said.Signals[caseID+" "+commandID] = Signal{caseID, name}
}

// fact keeps a fact that was taken. Sent again, it is a duplicate and tells nobody; what was said the first time stands.
func (m *memory) fact(id, name string, cases []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.said.Facts[id]
	n.Name, n.Cases = name, append(n.Cases, cases...)
	m.said.Facts[id] = n
}

// all is a copy of everything so far.
func (m *memory) all(now time.Time) Said {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.said
	s.Opened, s.Receipts, s.Signals, s.Facts = maps.Clone(s.Opened), maps.Clone(s.Receipts), maps.Clone(s.Signals), maps.Clone(s.Facts)
	s.Other, s.Until = append([]Finding(nil), s.Other...), now
	return s
}
