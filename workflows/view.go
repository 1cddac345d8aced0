package workflows

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// answerQueries lets anybody ask for the whole case at any time.
func (c *Case) answerQueries() {
	err := workflow.SetQueryHandler(c.ctx, schemas.CaseShow.Name, func() (schemas.View, error) { return c.view(), nil })
	if err != nil {
		panic(fmt.Errorf("register query %s: %w", schemas.CaseShow.Name, err))
	}
}

// view is the whole case as it stands now.
func (c *Case) view() schemas.View {
	r := c.Opening.Request
	v := schemas.View{
		CaseID: c.CaseID, RequestID: r.RequestID, Kind: r.Kind, MerchantID: r.MerchantID, OrderID: r.OrderID, CustomerID: r.CustomerID,
		Channel: r.Channel, Reason: r.Reason, RefundOnly: r.RefundOnly,
		Stage: c.stage(), State: c.state(), Outcome: c.Outcome, Refusal: c.Refusal, Priority: c.Priority, Level: c.Level, Turn: c.turn(),
		Owner: c.Owner, DueAt: c.due(), Waiting: c.waiting(), Now: c.now(), Revision: c.revision(), OpenedAt: c.OpenedAt, ClosedAt: c.ClosedAt,
		Money: schemas.Accounts{Refunded: c.refunded(), Charged: c.charged(), Entries: []schemas.Refund{}},
		Lines: []schemas.Line{}, Parcels: []schemas.Parcel{}, Clocks: []schemas.Clock{}, Approvals: []schemas.Approval{},
		Work: c.work(), Parked: c.parkedNow(), Messages: append([]schemas.Posted{}, c.Messages...),
		Shelving: []schemas.Shelving{}, EvidenceIDs: append([]string{}, c.Evidence...), Events: append([]schemas.Event{}, c.Events...), Survey: c.Survey,
		Allowed: c.allowed(), Policy: c.policy(), PolicyVersion: c.Plan.Version, LegalBreach: c.Breach, Unreachable: c.Unreachable,
	}
	v.Holds = append(v.Holds, c.Holds...)
	for _, d := range c.Disputes {
		v.Disputes = append(v.Disputes, *d)
	}
	if k := c.nearest(); k != nil {
		v.DueFor = k.Name
	}
	v.Asked = c.person()
	if c.Plan.Policy != "" {
		v.Policy = c.Plan.Policy // not the one that was named where nobody knows that
	}
	for _, l := range r.Lines {
		v.Requested = append(v.Requested, l)
	}
	for _, l := range c.Lines {
		v.Lines = append(v.Lines, *l)
	}
	for _, f := range c.Refunds {
		v.Money.Entries = append(v.Money.Entries, *f)
	}
	for _, ch := range c.Charges {
		v.Money.Charges = append(v.Money.Charges, *ch)
	}
	for _, away := range c.Shelving {
		v.Shelving = append(v.Shelving, *away)
	}
	v.SuccessorID = c.Successor
	for _, p := range c.Parcels {
		v.Parcels = append(v.Parcels, *p)
	}
	for _, k := range c.Clocks {
		v.Clocks = append(v.Clocks, *k)
	}
	for _, a := range c.Approvals {
		v.Approvals = append(v.Approvals, *a)
	}
	if p := c.Opening.Predecessor; p != nil {
		v.PredecessorID, v.Continues, v.FirstReceivedAt, v.Reopened = p.CaseID, p.Why, p.FirstReceivedAt, c.handover().Reopened
	}
	return v
}

// work lists the calls under way. One that is parked is not under way.
func (c *Case) work() []schemas.Work {
	work := []schemas.Work{}
	for _, call := range c.calls {
		parked := false
		for _, w := range c.Parked {
			parked = parked || (!w.Trying && w.Step == call.Name && w.Key == call.Key)
		}
		if !parked {
			work = append(work, call)
		}
	}
	return append(work, c.Stuck...)
}

// due is the nearest end of a clock that decides something.
func (c *Case) due() *time.Time {
	k := c.nearest()
	if k == nil {
		return nil
	}
	due := k.Due.UTC()
	return &due
}

// nearest is the running clock with the nearest end: a line's, or one of the case's own. Warnings do not count.
func (c *Case) nearest() *schemas.Clock {
	var nearest *schemas.Clock
	for _, k := range c.Clocks {
		if !k.Paused && k.Name != "rows.retry" && k.Name != "ack" && (nearest == nil || k.Due.Before(nearest.Due)) {
			nearest = k
		}
	}
	return nearest
}

// waiting says what the case waits for, on whom, until when, and what happens if nobody acts.
func (c *Case) waiting() string {
	switch {
	case c.ClosedAt != nil:
		return fmt.Sprintf("Ended as %s.", c.Outcome)
	case c.Closing:
		if call := c.unanswered(); call != nil && len(c.Parked) == 0 {
			return fmt.Sprintf("Over, as %s, but for %s, under way since %s.", c.outcome(), call.Name, stamp(call.Since))
		}
		return fmt.Sprintf("Over, as %s, but for what is parked.", c.outcome()) + c.parkedSentence()
	}
	if sentence := c.waitsOutside(); sentence != "" {
		return sentence + c.parkedSentence()
	}
	return c.waitingFor() + c.parkedSentence()
}

// waitingFor is waiting for the state alone.
func (c *Case) waitingFor() string {
	r := c.where()
	if r == nil {
		return "Being taken in."
	}
	who := string(r.turn)
	if r.turn == schemas.TurnMerchant && c.Owner != "" {
		who = "the merchant (" + c.Owner + ")"
	}
	a := c.openOne("")
	asks := a != nil && (r.turn == schemas.TurnSystem || r.state == schemas.Received && a.Subject == subjectFinding)
	if asks {
		who = fmt.Sprintf("a second person (%s, level %d) to decide on %s", a.Asked, a.Level, about(a))
	}
	sentence := fmt.Sprintf("%s waits for %s", r.state, who)
	if l := c.Ladder; l != nil && l.Accepted {
		sentence += fmt.Sprintf(", taken at level %d by %s", l.Level, c.Owner)
	} else if l != nil {
		sentence += fmt.Sprintf(", level %d is asked: %s", l.Level, l.Person)
	}
	if asks {
		for _, k := range c.Clocks {
			if k.Trigger == a.ApprovalID {
				return fmt.Sprintf("%s until %s; then %s.", sentence, stamp(k.Due), k.Expiry)
			}
		}
	}
	if k := c.clock(noticeClock); k != nil && r.turn == schemas.TurnCustomer {
		return fmt.Sprintf("%s, who cannot be reached, until %s; then %s.", sentence, stamp(k.Due), k.Expiry)
	}
	lines := c.inState(r.state)
	for _, k := range c.Clocks {
		onLine := len(lines) > 0 && lines[0].ClockID == k.ClockID
		if onLine || (c.Following && len(k.Lines) == 0 && strings.HasPrefix(k.Name, "survey")) {
			return fmt.Sprintf("%s until %s; then %s.", sentence, stamp(k.Due), k.Expiry)
		}
	}
	return sentence + "."
}

// allowed lists the commands that can be given now, with the roles that may.
func (c *Case) allowed() []schemas.Permit {
	if c.ClosedAt != nil {
		return []schemas.Permit{}
	}
	permits := []schemas.Permit{}
	add := func(name string, lines []string) {
		for i := range permits {
			if permits[i].Command == name {
				for _, id := range lines {
					if !contains(permits[i].Lines, id) {
						permits[i].Lines = append(permits[i].Lines, id)
					}
				}
				return
			}
		}
		permits = append(permits, schemas.Permit{Command: name, Roles: c.mayGiveNow(name), Lines: lines})
	}
	if c.Following {
		for _, a := range c.story.row(schemas.FollowUp).hear {
			if !a.fact {
				add(a.name, nil)
			}
		}
	}
	for _, l := range c.Lines {
		r := c.story.row(l.State)
		if r == nil {
			continue
		}
		for _, a := range r.hear {
			if !a.fact {
				add(a.name, []string{l.LineID})
			}
		}
	}
	for _, a := range c.story.whole {
		if !a.fact && c.worthGiving(a.name) {
			add(a.name, nil)
		}
	}
	return permits
}

// worthGiving leaves out what would be refused whoever gave it: an approval that nobody asked for, a merge of what has moved.
func (c *Case) worthGiving(name string) bool {
	switch name {
	case schemas.CaseReopen.Name:
		return false
	case schemas.CaseAccept.Name:
		return c.Ladder != nil && !c.Ladder.Accepted
	case schemas.ApprovalGrant.Name, schemas.ApprovalRefuse.Name:
		return c.openOne("") != nil
	case schemas.StepRetry.Name, schemas.StepCorrect.Name, schemas.StepSkip.Name:
		return len(c.parkedNow()) > 0
	case schemas.CaseWithdraw.Name, schemas.CaseMerge.Name:
		return !c.Following
	case schemas.ExternalAnswer.Name:
		return c.disputed()
	case schemas.ExternalAccept.Name, schemas.ExternalSettle.Name:
		return c.anyOpen(name == schemas.ExternalAccept.Name)
	case schemas.HoldRelease.Name:
		return slices.ContainsFunc(c.Holds, func(h schemas.Hold) bool { return h.DisputeID == "" })
	case schemas.CaseMarkUnreachable.Name:
		return !c.Following && c.Unreachable == nil
	}
	return true
}

// proposal writes what the rules propose for a line.
func proposal(v schemas.Verdict) string {
	text := string(v.Proposal)
	if v.Owed {
		text += ", owed"
	}
	if v.Rule != "" {
		text += " by " + v.Rule
	}
	if v.Reason != "" {
		text += " (" + v.Reason + ")"
	}
	return text
}

// details is the page that ops read in the Temporal UI.
func (c *Case) details() string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s** · %s · turn: %s · owner: %s · %s · level %d\n\n%s\n", c.state(), c.Priority, c.turn(), c.Owner, c.Opening.Request.Reason, c.Level, c.waiting())
	if len(c.Lines) > 0 {
		b.WriteString("\n| line | sku | qty | state | outcome | payable | refunded |\n|---|---|---|---|---|---|---|\n")
		for _, l := range c.Lines {
			fmt.Fprintf(&b, "| %s | %s | %d | %s | %s | %s | %s |\n", l.LineID, l.SKU, l.Quantity, l.State, l.Outcome, l.Payable, l.Refunded)
		}
		b.WriteString("\nThe rules propose:\n\n") // outside the table, which the page of the Temporal UI cuts off at its edge
		for _, l := range c.Lines {
			fmt.Fprintf(&b, "- line %s: %s\n", l.LineID, proposal(l.Verdict))
		}
	}
	c.detailsOutside(&b)
	for _, a := range c.Approvals {
		if a.DecidedBy == nil {
			fmt.Fprintf(&b, "\n**Approval %s**: %s, proposed by %s, asked: %s (level %d). Decide with `%s` or `%s`, body `{\"approval_id\":\"%s\"}` (a refusal gives a `reason` too).\n",
				a.ApprovalID, about(a), a.Proposer, a.Asked, a.Level, schemas.ApprovalGrant.Name, schemas.ApprovalRefuse.Name, a.ApprovalID)
		}
	}
	if len(c.Clocks) > 0 {
		b.WriteString("\n| clock | due | then |\n|---|---|---|\n")
		for _, k := range c.Clocks {
			if k.Name == "ack" || k.Name == "rows.retry" {
				continue // they end within moments, and without anything that would bring this page up to date
			}
			due := stamp(k.Due)
			if k.Paused {
				due = "paused, " + k.Left.D().Round(time.Second).String() + " left"
			}
			fmt.Fprintf(&b, "| %s | %s | %s |\n", k.Name, due, k.Expiry)
		}
	}
	c.parkedDetails(&b)
	for _, w := range c.Stuck {
		fmt.Fprintf(&b, "\n**Stuck**: %s: %s\n", w.Name, w.Cause)
	}
	if n := len(c.Events); n > 0 {
		b.WriteString("\nLast events:\n\n") // Markdown begins a list after an empty line
		for _, e := range c.Events[max(0, n-5):] {
			fmt.Fprintf(&b, "- %s %s: %s\n", stamp(e.At), e.Name, e.Message)
		}
	}
	return b.String()
}
