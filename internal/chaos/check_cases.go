package chaos

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	enums "go.temporal.io/api/enums/v1"

	"github.com/aftercare/aftercare/schemas"
)

// lostCases: a request whose sender was told that a case is open, or a case that one of the books names, and that another book lacks.
func lostCases(e *Evidence) (found []Finding) {
	say := func(caseID, what string) {
		found = append(found, Finding{caseID, what, "the workflow " + caseID + " in Temporal's UI; starter show " + caseID})
	}
	named := map[string]string{} // by whom
	for _, id := range slices.Sorted(maps.Keys(e.Said.Opened)) {
		named[id] = "its sender was told that it is open"
	}
	for _, id := range slices.Sorted(maps.Keys(e.Lives)) {
		for _, next := range e.Lives[id].Next {
			named[next] = "Temporal's history of " + id + " has opened it"
		}
	}
	for _, id := range slices.Sorted(maps.Keys(e.Rows)) {
		if next := e.Rows[id].SuccessorID; next != "" {
			named[next] = "the row of " + id + " names it as the one that goes on"
		}
		if e.Lives[id] == nil {
			say(id, "it has a row, and Temporal does not know it")
		}
	}
	for _, id := range slices.Sorted(maps.Keys(named)) {
		if e.Lives[id] == nil {
			say(id, named[id]+", and Temporal does not know it")
		}
	}
	for _, id := range slices.Sorted(maps.Keys(e.Lives)) {
		if _, has := e.Rows[id]; !has {
			say(id, "Temporal knows it, and it has no row")
		}
	}
	return found
}

// phantomEvents: what stands in the archive and never happened, by Temporal's history.
func phantomEvents(e *Evidence) (found []Finding) {
	for _, id := range slices.Sorted(maps.Keys(e.Rows)) {
		v, l := e.Rows[id], e.Lives[id]
		if l == nil {
			continue // a lost case
		}
		say := func(format string, args ...any) {
			found = append(found, Finding{id, fmt.Sprintf(format, args...), "starter show " + id + ", beside the history of its workflow in Temporal's UI"})
		}
		line := l.Timeline()
		for i, event := range v.Events {
			if event.Revision != int64(i+1) {
				say("event %d of the archive has the revision %d", i+1, event.Revision)
				break
			}
			happened, is := line[event.Revision]
			switch {
			case l.Broken != "":
			case !is:
				say("event %d, %s, is in the archive, and the case has never had it", event.Revision, event.Name)
			case !same(happened, event):
				say("event %d is %s in the archive; it was %s at %s", event.Revision, event.Name, happened.Name, happened.At)
			}
			if !l.caused(event) {
				say("event %d, %s, was caused by %s, of which Temporal knows nothing", event.Revision, event.Name, event.CommandID+event.EventID)
			}
		}
		if v.Revision != int64(len(v.Events)) {
			say("the row is at revision %d, and the archive has %d events", v.Revision, len(v.Events))
		}
		if v.ClosedAt != nil && l.Ended == enums.WORKFLOW_EXECUTION_STATUS_RUNNING {
			say("the row says that the case has ended, and its workflow runs")
		}
	}
	return found
}

// caused reports whether Temporal's history has what an event says it was caused by.
func (l *Lived) caused(event schemas.Event) bool {
	if id := event.CommandID; id != "" {
		_, given := l.Given[id]
		_, signalled := l.Signals[id]
		if !given && !signalled {
			return false
		}
	}
	if event.EventID != "" {
		if _, told := l.Told[factID(event.Actor.ID, event.EventID)]; !told {
			return false
		}
	}
	return true
}

// same compares as JSON, which is how both were kept.
func same(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// withoutEnd: a case that is still open when everything has been calm for long enough, or whose end is none.
func withoutEnd(e *Evidence) (found []Finding) {
	for _, id := range slices.Sorted(maps.Keys(e.Lives)) {
		l := e.Lives[id]
		say := func(format string, args ...any) {
			found = append(found, Finding{id, fmt.Sprintf(format, args...), "starter show " + id + "; the workflow in Temporal's UI"})
		}
		if l.Broken != "" {
			say("its history stops it: %s", l.Broken)
		}
		if l.Ended != enums.WORKFLOW_EXECUTION_STATUS_COMPLETED {
			say("its workflow is %s", l.Ended)
		}
		v, known := e.Rows[id]
		if !known {
			continue
		}
		if v.ClosedAt == nil {
			say("it is %s, %s", v.State, v.Waiting)
			continue
		}
		if v.Outcome == schemas.OutcomeNone || v.State != schemas.Closed {
			say("it has ended as %q in state %s", v.Outcome, v.State)
		}
		if len(v.Clocks) > 0 || v.Turn != schemas.TurnNobody {
			say("it has ended, and %d clock(s) run and it is the turn of %s", len(v.Clocks), v.Turn)
		}
	}
	return found
}
