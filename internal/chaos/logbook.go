package chaos

import (
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"
)

// logbook is the file that tells every disturbance of a run with its time, one JSON object a line.
type logbook struct {
	mu    sync.Mutex
	file  *os.File
	began time.Time
}

// entry is one line of it.
type entry struct {
	At     time.Time `json:"at"`
	Since  string    `json:"since"` // the run began
	What   string    `json:"what"`
	Target string    `json:"target,omitempty"`
	Says   string    `json:"says,omitempty"`
}

func openLogbook(path string) (*logbook, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log of the run: %w", err)
	}
	return &logbook{file: file, began: time.Now()}, nil
}

func (b *logbook) write(what, target, format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	line, err := json.Marshal(entry{
		At: now.UTC().Truncate(time.Millisecond), Since: now.Sub(b.began).Round(time.Millisecond).String(), What: what, Target: target, Says: fmt.Sprintf(format, args...),
	})
	if err == nil {
		_, _ = b.file.Write(append(line, '\n'))
	}
}

func (b *logbook) close() { _ = b.file.Close() }
