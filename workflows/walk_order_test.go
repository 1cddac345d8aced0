package workflows_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// The laws that hold beside the twelve: of time, of the end, of the history, of the second person, and of answers.

func noDeadlineMissed(s *sight) string {
	for _, k := range s.Now.Clocks {
		if !k.Paused && k.Due.Before(s.Now.Now.Add(-time.Second)) {
			return fmt.Sprintf("%s was due %s, and it is %s.", k.Name, k.Due.Format(time.RFC3339), s.Now.Now.Format(time.RFC3339))
		}
	}
	for _, e := range s.New {
		if e.Name != schemas.EventExpired || strings.HasPrefix(e.Data["clock"], "rows") || ofEachLine(e) || anySplit(s.Now, e.Lines) {
			// The parts of a line that was split have clocks of their own, with the same name and perhaps the same due.
			continue
		}
		for i := range s.All[:e.Revision-1] {
			if was := &s.All[i]; was.Name == schemas.EventExpired && was.Data["clock"] == e.Data["clock"] && was.Data["due"] == e.Data["due"] && slices.Equal(was.Lines, e.Lines) && !otherDispute(*was, e) {
				return fmt.Sprintf("%s of line(s) %v, due %s, ran out twice.", e.Data["clock"], e.Lines, e.Data["due"])
			}
		}
	}
	return ""
}

// otherDispute tells the clocks of two disputes, which have one name and may have begun in one moment.
func otherDispute(a, b schemas.Event) bool {
	return strings.HasPrefix(a.Data["clock"], "external.") && a.Message != b.Message
}

func anySplit(v schemas.View, lines []string) bool {
	seen := map[string]bool{}
	for _, l := range v.Lines {
		if seen[l.LineID] && contains(lines, l.LineID) {
			return true
		}
		seen[l.LineID] = true
	}
	return false
}

func theEndIsTheEnd(s *sight) string {
	if s.Before == nil || s.Before.ClosedAt == nil {
		return ""
	}
	b, n := *s.Before, s.Now
	if n.ClosedAt == nil || n.Outcome != b.Outcome || n.State != schemas.Closed || !n.ClosedAt.Equal(*b.ClosedAt) {
		return fmt.Sprintf("the case had ended as %s, and now it is in %s as %s.", b.Outcome, n.State, n.Outcome)
	}
	if asJSON(b.Lines) != asJSON(n.Lines) || b.Money.Refunded != n.Money.Refunded {
		return "lines or refunds have changed after the end."
	}
	return ""
}

func asJSON(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(raw)
}

func everyEventSpeaks(s *sight) string {
	for i, e := range s.New {
		if at := len(s.All) - len(s.New) + i + 1; e.Revision != int64(at) {
			return fmt.Sprintf("event %d has the number %d.", at, e.Revision)
		}
		if e.Message == "" || e.Name == "" || e.Actor.ID == "" || e.Door == "" {
			return fmt.Sprintf("event %d says nothing, or not by whom.", e.Revision)
		}
	}
	return ""
}

func fourEyesSee(s *sight) string {
	for _, a := range s.Now.Approvals {
		// What the system proposed by a rule and drops because its line leaves is decided by nobody.
		dropped := a.DecidedBy != nil && *a.DecidedBy == schemas.System && !a.Granted
		if a.DecidedBy != nil && *a.DecidedBy != schemas.Operator && a.Reason != "withdrawn" && !dropped && a.DecidedBy.ID == a.Proposer.ID {
			return fmt.Sprintf("%s proposed %s and decided on it.", a.Proposer, a.ApprovalID)
		}
	}
	return ""
}

// sameAnswer wants the answer that a command had before.
func sameAnswer(before answerBook, known bool, name string, o schemas.Order, now schemas.Receipt) string {
	if known && asJSON(before.Receipt) != asJSON(now) {
		return fmt.Sprintf("The same id gets the same answer. %s was answered %s, and now %s.", o.CommandID, asJSON(before.Receipt), asJSON(now))
	}
	if known && (before.Name != name || before.Order.Actor != o.Actor || string(before.Order.Body) != string(o.Body)) {
		return fmt.Sprintf("The same id gets the same answer. %s was used for %s by %s, and counts for %s by %s too.", o.CommandID, before.Name, before.Order.Actor, name, o.Actor)
	}
	return ""
}

// mayHave wants that what was accepted was allowed: an open case, a role that may, and for a decision the revision that was looked at.
func mayHave(name string, o schemas.Order, before schemas.View) string {
	if before.ClosedAt != nil {
		return fmt.Sprintf("%s was accepted after the end.", name)
	}
	if o.Actor.Role == schemas.RoleCustomer && o.Actor.ID != before.CustomerID {
		return fmt.Sprintf("%s was accepted from another customer.", name)
	}
	return ""
}

// refusedWell wants a refusal to say why, to name the revision, and to change nothing.
func refusedWell(name string, o schemas.Order, r schemas.Refusal, before, now schemas.View) string {
	if r.Code == "" || r.Message == "" {
		return fmt.Sprintf("%s was refused without a reason.", name)
	}
	for _, e := range now.Events {
		if e.CommandID == o.CommandID && e.Revision > before.Revision {
			return fmt.Sprintf("A refusal changes nothing. %s (%s) was refused, and event %d is of it.", name, o.CommandID, e.Revision)
		}
	}
	if before.Revision == now.Revision {
		told := func(v schemas.View) string {
			return asJSON([]any{v.State, v.Owner, v.Lines, v.Money, v.Approvals, v.Parcels, v.Outcome})
		}
		if told(before) != told(now) {
			return fmt.Sprintf("A refusal changes nothing. %s was refused, and the case is another one.", name)
		}
	}
	if name == schemas.CaseRequestHuman.Name && o.Actor.Role == schemas.RoleCustomer && before.ClosedAt == nil && before.Lines != nil && len(before.Lines) > 0 &&
		(r.Code == schemas.CodeWrongState || r.Code == schemas.CodeWrongRole) {
		return "A wish for a person is never declined, and it was: " + r.Error()
	}
	return ""
}
