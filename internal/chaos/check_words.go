package chaos

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aftercare/aftercare/schemas"
)

// lostWords: a decision, a fact or an event that somebody was told is there, and that is not.
func lostWords(e *Evidence) (found []Finding) {
	say := func(caseID, format string, args ...any) {
		found = append(found, Finding{caseID, fmt.Sprintf(format, args...), "starter show " + caseID + ", beside the history of its workflow in Temporal's UI"})
	}
	found = append(found, e.Said.Other...)
	e.lostDecisions(say)
	e.lostFacts(say)
	for _, id := range slices.Sorted(maps.Keys(e.Rows)) {
		l := e.Lives[id]
		if l == nil {
			continue
		}
		have := map[int64]bool{}
		for _, event := range e.Rows[id].Events {
			have[event.Revision] = true
		}
		for _, event := range eventsOf(l) {
			if !have[event.Revision] {
				say(id, "event %d, %s, has happened, and the archive does not have it", event.Revision, event.Name)
			}
		}
	}
	return found
}

// lostDecisions: what a person was told is recorded must be in the case's archive, and what Temporal has accepted too.
func (e *Evidence) lostDecisions(say func(string, string, ...any)) {
	for _, id := range slices.Sorted(maps.Keys(e.Said.Receipts)) {
		caseID, commandID, _ := strings.Cut(id, " ")
		r := e.Said.Receipts[id]
		event, is := decided(e.Rows[caseID], commandID)
		switch {
		case r.Command == schemas.CaseRequestHuman.Name:
		case !is:
			say(caseID, "%s was answered with revision %d, and the archive does not have it", r.Command, r.Revision)
		case event.Revision > r.Revision:
			say(caseID, "%s was answered with revision %d, and is %d in the archive", r.Command, r.Revision, event.Revision)
		}
	}
	for _, caseID := range slices.Sorted(maps.Keys(e.Lives)) {
		l := e.Lives[caseID]
		for _, commandID := range slices.Sorted(maps.Keys(l.Given)) {
			if c := l.Given[commandID]; c.Answered {
				if _, is := decided(e.Rows[caseID], commandID); !is {
					say(caseID, "%s was accepted by Temporal's history, and the archive does not have it", c.Name)
				}
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(e.Said.Signals)) {
		_, commandID, _ := strings.Cut(id, " ")
		s := e.Said.Signals[id]
		l, v := e.Lives[s.CaseID], e.Rows[s.CaseID]
		if l != nil && l.Signals[commandID] == "" {
			say(s.CaseID, "%s was taken by Temporal as a signal, and the history does not have it", s.Name)
		}
		_, is := decided(v, commandID)
		refused := slices.ContainsFunc(v.Events, func(x schemas.Event) bool { return x.Name == schemas.EventRefused && x.Data["name"] == s.Name })
		if !is && !refused {
			say(s.CaseID, "%s came as a signal, and the archive has neither it nor a refusal", s.Name)
		}
	}
}

func decided(v schemas.View, commandID string) (schemas.Event, bool) {
	i := slices.IndexFunc(v.Events, func(x schemas.Event) bool { return x.CommandID == commandID })
	if i < 0 {
		return schemas.Event{}, false
	}
	return v.Events[i], true
}

// lostFacts: what a machine was told is taken must be kept, and every case that was to hear of it has heard it once.
func (e *Evidence) lostFacts(say func(string, string, ...any)) {
	for _, id := range slices.Sorted(maps.Keys(e.Said.Facts)) {
		n := e.Said.Facts[id]
		row, kept := e.Facts[id]
		switch {
		case !kept:
			say(strings.Join(n.Cases, " "), "the fact %s %s was taken, and is not kept", n.Name, id)
		case row.Verdict == "routed" && !row.Signalled:
			say(row.CaseID, "the fact %s %s is the case's, and nobody has told it", n.Name, id)
		}
		for _, caseID := range slices.Compact(slices.Sorted(slices.Values(n.Cases))) {
			l, v := e.Lives[caseID], e.Rows[caseID]
			if l == nil || l.Told[id] == "" {
				say(caseID, "the case was told of the fact %s %s, and Temporal's history does not have it", n.Name, id)
				continue
			}
			_, eventID, _ := strings.Cut(id, "/")
			heard := 0
			for _, event := range v.Events {
				if event.EventID == eventID {
					heard++
				}
			}
			if heard != 1 {
				say(caseID, "the fact %s %s is in the archive %d times", n.Name, id, heard)
			}
		}
	}
	for _, u := range e.Untold {
		say("", "an outside system has not got rid of %s", u)
	}
}
