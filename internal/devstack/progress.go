package devstack

import (
	"fmt"
	"time"
)

// tick is how often somebody who waits hears that work goes on.
const tick = 10 * time.Second

// say writes one message to the person who waits.
func say(opts Options, text string) { fmt.Fprintln(opts.Progress, text) }

// ticking reports at intervals how long something has been going on, and how far it is where that is known. The
// returned function ends it.
func ticking(opts Options, what string, howFar func() string) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	started := time.Now()
	go func() {
		defer close(ended)
		ticker := time.NewTicker(tick)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				text := fmt.Sprintf("  … %s: %s", what, time.Since(started).Round(time.Second))
				if howFar != nil {
					text += ", " + howFar()
				}
				say(opts, text)
			}
		}
	}()
	return func() { close(done); <-ended }
}
