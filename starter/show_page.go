package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/aftercare/aftercare/schemas"
)

// casePage is a case as people read it, with what only others know of it.
type casePage struct {
	schemas.View
	titles map[string]string // what the shop calls the article of a line
	before *schemas.View     // the case that this one continues
}

// pageOf looks up what a page shows beside the case itself. None of it is needed to understand the case, so that what cannot be
// looked up is left out.
func (r *reach) pageOf(ctx context.Context, v schemas.View) casePage {
	p := casePage{View: v}
	if titles, err := r.store.Titles(ctx, v.MerchantID, v.OrderID); err == nil {
		p.titles = titles
	}
	if v.PredecessorID != "" {
		if before, err := r.cases.View(ctx, v.PredecessorID); err == nil {
			p.before = &before
		}
	}
	return p
}

// writeCase writes a case for people: what it waits for first, then lines, what is proposed and asked, money, parcels, clocks,
// words and what has happened.
func writeCase(w io.Writer, p casePage, now time.Time) {
	writeHead(w, p)
	writeLines(w, p)
	writeReplacements(w, p.View)
	writeProposals(w, p.View)
	writeApprovals(w, p.View)
	writeOutside(w, p.View)
	writeMoney(w, p.View)
	writeParcels(w, p.View)
	writeClocks(w, p.View, now)
	if len(p.Allowed) > 0 {
		var names []string
		for _, a := range p.Allowed {
			names = append(names, a.Command)
		}
		fmt.Fprintf(w, "can be given now: %s\n", strings.Join(names, ", "))
	}
	writeParked(w, p.View)
	for _, work := range p.Work {
		if work.Cause != "" {
			fmt.Fprintf(w, "STUCK %s: %s\n", work.Name, work.Cause)
		}
	}
	writeMessages(w, p.View)
	writeEvents(w, p.View)
}

func writeHead(w io.Writer, p casePage) {
	fmt.Fprintf(w, "%s  %s of order %s  customer %s  %s  level %d  revision %d\n", p.CaseID, p.Kind, p.OrderID, p.CustomerID, p.Priority, p.Level, p.Revision)
	fmt.Fprintf(w, "%s / %s  %s\n", p.Stage, p.State, p.Waiting)
	people := "owner " + orDash(p.Owner)
	if asked := askedIn(p.View); asked != "" {
		people += ", asked " + asked
	}
	fmt.Fprintf(w, "%s  reason %s  policy %s\n", people, orDash(string(p.Reason)), orDash(p.Policy))
	if p.Refusal != nil {
		fmt.Fprintf(w, "%s: %s\n", p.Refusal.Code, p.Refusal.Message)
	}
	if p.PredecessorID != "" {
		why := ""
		if p.before != nil && p.before.Outcome != schemas.OutcomeNone {
			why = ", which ended as " + string(p.before.Outcome)
			if r := p.before.Refusal; r != nil {
				why += fmt.Sprintf(" (%s: %s)", r.Code, r.Message)
			}
		}
		if how := continues[p.Continues]; how != "" {
			why += "; " + how
		}
		fmt.Fprintf(w, "continues %s%s\n", p.PredecessorID, why)
	}
	switch {
	case p.SuccessorID != "":
		fmt.Fprintf(w, "goes on in %s\n", p.SuccessorID)
	case p.MayReopen(p.Now) == nil:
		fmt.Fprintf(w, "may be reopened until %s: starter reopen %s --as customer:%s\n", p.ClosedAt.Add(schemas.ReopenWithin).UTC().Format(time.DateOnly), p.CaseID, p.CustomerID)
	}
}

// continues says why a case continues another one.
var continues = map[string]string{
	schemas.WhyReopen: "reopened", schemas.WhyConvert: "its lines became another kind", schemas.WhyRequestHuman: "a person was asked for",
}

func writeLines(w io.Writer, p casePage) {
	if len(p.Lines) == 0 {
		return
	}
	t := tableTo(w, "line", "article", "sku", "qty", "price", "state", "outcome", "code", "refunded", "waybill")
	for _, l := range p.Lines {
		t.AppendRow(table.Row{
			l.LineID, orDash(p.titles[l.LineID]), l.SKU, l.Quantity, l.Price(), l.State, orDash(string(l.Outcome)), orDash(string(l.Code)), l.Refunded, orDash(l.Waybill),
		})
	}
	t.Render()
}

// writeReplacements says what the lines of an exchange get instead, and how far it is.
func writeReplacements(w io.Writer, v schemas.View) {
	t := tableTo(w, "line", "instead", "costs", "the warehouse", "waybill", "in advance", "the customer has it")
	for _, l := range v.Lines {
		r := l.Replacement
		if r == nil {
			continue
		}
		costs, advance := "the same", "no"
		if !r.Same {
			costs = schemas.Money{Minor: r.UnitPrice.Minor * int64(l.Quantity), Currency: r.UnitPrice.Currency}.String()
		}
		if r.Advance {
			advance = "yes"
		}
		t.AppendRow(table.Row{l.LineID, r.SKU, costs, stockOf(*r), orDash(r.Waybill), advance, orDash(whenever(r.ConfirmedAt))})
	}
	t.renderRows()
}

// stockOf says what the warehouse does about a replacement.
func stockOf(r schemas.Replacement) string {
	switch {
	case r.Waybill != "":
		return "has sent it"
	case r.ShipmentID != "":
		return "is to send it"
	case r.Asking:
		return "is being asked"
	case r.Waiting && r.ExpectedAt != nil:
		return "keeps the next one, expected " + whenever(r.ExpectedAt)
	case r.Waiting:
		return "keeps the next one"
	case r.StockKey != "":
		return "keeps it"
	}
	return "has none"
}

// writeProposals says what the rules propose for each line; a person decides.
func writeProposals(w io.Writer, v schemas.View) {
	t := tableTo(w, "line", "the rules propose", "rule", "reason", "a right", "way back paid by", "evidence wanted")
	for _, l := range v.Lines {
		if l.Verdict.Proposal == "" {
			continue
		}
		right := "no"
		if l.Verdict.Owed {
			right = "yes"
		}
		t.AppendRow(table.Row{l.LineID, l.Verdict.Proposal, orDash(l.Verdict.Rule), orDash(l.Verdict.Reason), right, orDash(string(l.Verdict.Freight)), orDash(strings.Join(l.Verdict.Evidence, ", "))})
	}
	t.renderRows()
}

// approvalRoles are the roles that decide on an approval, by its level.
var approvalRoles = map[int]schemas.Role{3: schemas.RoleSupervisor, 4: schemas.RoleManager, 5: schemas.RoleExecutive}

// writeApprovals says of each open approval whom it asks, and how to answer.
func writeApprovals(w io.Writer, v schemas.View) {
	for _, a := range v.Approvals {
		if a.DecidedBy != nil {
			continue
		}
		role := approvalRoles[a.Level]
		if role == "" {
			role = schemas.RoleSupervisor
		}
		about := a.Subject
		if a.Step != "" {
			about += " (" + a.StepID + " " + a.Step + ")"
		}
		fmt.Fprintf(w, "approval %s of %s for %s, proposed by %s, asks %s (level %d):\n", a.ApprovalID, a.Amount, about, a.Proposer, orDash(a.Asked), a.Level)
		fmt.Fprintf(w, "  starter do %s %s --as %s:%s --with '{\"approval_id\":\"%s\"}'   (or %s, with a reason)\n",
			v.CaseID, schemas.ApprovalGrant.Name, role, a.Asked, a.ApprovalID, schemas.ApprovalRefuse.Name)
	}
}

// writeParked says of each parked step why, whose turn it is, since when, and the commands that free it.
func writeParked(w io.Writer, v schemas.View) {
	for _, p := range v.Parked {
		next := ""
		if p.DueAt != nil {
			next = ", the next level is told " + when(*p.DueAt)
		}
		fmt.Fprintf(w, "PARKED %s %s for %s since %s, turn: %s%s\n  %s\n", p.StepID, p.Step, p.Cause, when(p.Since), p.Turn, next, p.Message)
		if p.Trying {
			fmt.Fprintln(w, "  It is being tried again.")
		}
		for _, f := range p.Frees {
			fmt.Fprintf(w, "  starter do %s %s --as %s:ID --with '%s'   (%s)\n", v.CaseID, f.Command, f.Roles[0], f.With, f.What)
		}
	}
}

// writeOutside says which disputes and holds there are, and how to answer.
func writeOutside(w io.Writer, v schemas.View) {
	t := tableTo(w, "dispute", "before", "status", "amount", "kept", "our answer due", "answered", "decided")
	for _, d := range v.Disputes {
		due := d.DueAt
		if d.Status != schemas.DisputeOpen {
			due = nil
		}
		t.AppendRow(table.Row{d.DisputeID, d.Kind, d.Status, d.Amount, d.Taken, orDash(whenever(due)), orDash(whenever(d.AnsweredAt)), orDash(whenever(d.DecidedAt))})
	}
	t.renderRows()
	for _, d := range v.Disputes {
		if d.AnsweredIn != "" {
			fmt.Fprintf(w, "case %s has answered %s; one answer is read\n", d.AnsweredIn, d.DisputeID)
		}
		if d.Status == schemas.DisputeOpen {
			fmt.Fprintf(w, "answer it: starter evidence %s, then starter do %s %s --as legal:ID --with '{\"dispute_id\":\"%s\",\"pack\":\"…\"}'\n",
				v.CaseID, v.CaseID, schemas.ExternalAnswer.Name, d.DisputeID)
		}
	}
	h := tableTo(w, "hold", "kept by", "since", "reason", "lines")
	for _, hold := range v.Holds {
		by := hold.By.String()
		if hold.DisputeID != "" {
			by = hold.DisputeID
		}
		lines := "all"
		for i, u := range hold.Lines {
			if i == 0 {
				lines = u.LineID
			} else {
				lines += ", " + u.LineID
			}
		}
		h.AppendRow(table.Row{hold.Kind, by, whenever(&hold.At), hold.Reason, lines})
	}
	h.renderRows()
}

func writeMoney(w io.Writer, v schemas.View) {
	charged := tableTo(w, "charge", "for", "with", "amount", "status", "code")
	for _, ch := range v.Money.Charges {
		charged.AppendRow(table.Row{ch.ChargeID, ch.Kind, ch.Method, ch.Amount, ch.Status, orDash(string(ch.Code))})
	}
	charged.renderRows()
	t := tableTo(w, "refund", "to", "amount", "status", "code")
	for _, f := range v.Money.Entries {
		t.AppendRow(table.Row{f.RefundID, f.Method, f.Amount, f.Status, orDash(string(f.Code))})
	}
	t.renderRows()
}

func writeParcels(w io.Writer, v schemas.View) {
	if len(v.Parcels) == 0 {
		return
	}
	t := tableTo(w, "waybill", "carrier", "direction", "paid by", "status", "delivered")
	for _, p := range v.Parcels {
		t.AppendRow(table.Row{p.Waybill, p.Carrier, p.Direction, p.PaidBy, p.Status, orDash(whenever(p.DeliveredAt))})
	}
	t.Render()
}

func writeClocks(w io.Writer, v schemas.View, now time.Time) {
	if len(v.Clocks) == 0 {
		return
	}
	t := tableTo(w, "clock", "rule", "due", "left", "then")
	t.wrap(4, 60)
	for _, k := range v.Clocks {
		due, remaining := when(k.Due), left(k.Due, now)
		if k.Paused {
			due, remaining = "paused", length(k.Left.D())+" left"
		}
		t.AppendRow(table.Row{k.Name, k.Rule, due, remaining, k.Expiry})
	}
	t.Render()
}

// writeMessages lists what was written, by the ids under which the words and files are kept.
func writeMessages(w io.Writer, v schemas.View) {
	if len(v.EvidenceIDs) > 0 {
		fmt.Fprintf(w, "evidence: %s\n", strings.Join(v.EvidenceIDs, ", "))
	}
	if len(v.Messages) == 0 {
		return
	}
	t := tableTo(w, "written at", "by", "as", "text", "evidence")
	for _, m := range v.Messages {
		text := m.TextID
		if m.CaseID != "" {
			text = strings.TrimSpace(text + " (case " + m.CaseID + ")")
		}
		t.AppendRow(table.Row{when(m.At), m.By, m.Kind, orDash(text), orDash(strings.Join(m.Evidence, ", "))})
	}
	t.Render()
}

func writeEvents(w io.Writer, v schemas.View) {
	if len(v.Events) == 0 {
		return
	}
	t := tableTo(w, "rev", "at", "event", "by", "what")
	t.wrap(4, 90)
	for _, e := range v.Events {
		t.AppendRow(table.Row{e.Revision, when(e.At), e.Name, e.Actor, e.Message})
	}
	t.Render()
}
