package schemas

import "time"

// Flush is what the scribe writes in one transaction: the events of one workflow task and the row as it stands after it.
//
// A local activity commits before its workflow task does. When a worker dies between the two, PostgreSQL holds a decision
// that never happened; therefore a flush names the revision its task began with, and replaces whatever stands above it.
type Flush struct {
	CaseID        string    `json:"case_id"`
	RunID         string    `json:"run_id"`
	OriginalRunID string    `json:"original_run_id,omitempty"` // another than RunID where the workflow was reset: it goes on from an earlier point
	RunStartedAt  time.Time `json:"run_started_at"`            // with HistoryLength: a flush from an older task than the stored one is refused
	HistoryLength int       `json:"history_length"`
	Base          int64     `json:"base"`   // the revision the task began with; everything up to it is confirmed
	Events        []Event   `json:"events"` // base+1 … revision
	Row           View      `json:"row"`    // without its events
}

// Written is the answer to a flush.
type Written struct {
	Stale bool `json:"stale,omitempty"` // a newer task has written already; this one will not be accepted by Temporal either
}
