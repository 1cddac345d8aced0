package main

import (
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// presentOf is the moment that a case stands at. A view's own time is that of the last thing the case did, which for an ordinary
// case lies in the past: for it, this machine's clock counts. A case that was fast-forwarded is ahead of every clock, and for it
// its own time counts. So it is the later of the two, for a list as for a page.
func presentOf(v schemas.View, clock time.Time) time.Time {
	if v.Now.After(clock) {
		return v.Now
	}
	return clock
}
