package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// listCommand lists cases.
type listCommand struct {
	Merchant  string `help:"Only this merchant's; all merchants' where it is left out."`
	Person    string `help:"Only what concerns this person: owned, or asked by an escalation or an approval." placeholder:"PERSON"`
	Owner     string `help:"Only what this person owns." placeholder:"PERSON"`
	Asked     string `help:"Only where an escalation or an open approval asks this person." placeholder:"PERSON"`
	Kind      string `help:"Only of this kind, such as return."`
	State     string `help:"Only in this state, such as REVIEW."`
	Stage     string `help:"Only in this stage."`
	Turn      string `help:"Only where it is this party's turn."`
	Priority  string `help:"Only of this priority, P0 to P3."`
	Level     int    `help:"Only on this level of escalation, 1 to 5."`
	Overdue   bool   `help:"Only where the due is over."`
	DueBefore string `name:"due-before" help:"Only with a due before this day or time: 2026-11-20 or 2026-11-20T18:00:00Z." placeholder:"TIME"`
	Order     string `help:"Only of this order."`
	Customer  string `help:"Only of this customer."`
	Waybill   string `help:"Only with this parcel."`
	Stuck     bool   `help:"Only with a step that is parked (docs/stuck.md)."`
	Cause     string `help:"Only with a step that is parked for this cause, such as unserviceable." placeholder:"CODE"`
	Step      string `help:"Only with this step parked, such as parcel.label." placeholder:"STEP"`
	Lost      bool   `help:"Only those whose workflow was ended from outside and that nobody has taken on yet."`
	Outside   string `help:"Only with an undecided dispute or a hold of this kind, such as chargeback or LEGAL_HOLD; any for every one." placeholder:"KIND"`
	Closed    bool   `help:"Closed cases instead of open ones."`
	All       bool   `help:"Open and closed cases."`
	Limit     int    `help:"How many at most." default:"50"`
	After     string `help:"The cursor printed under the page before."`
	JSON      bool   `help:"Print JSON Lines; the last object holds the next cursor and the whole number."`
}

// countMost is how far the cases of a list are counted: beyond it nobody reads the number.
const countMost = 10_000

func (c *listCommand) Run(ctx context.Context, cli *commandLine) error {
	filter, err := c.filter(time.Now())
	if err != nil {
		return err
	}
	r, err := cli.find()
	if err != nil {
		return err
	}
	defer r.close()
	if err := r.withDatabase(ctx); err != nil {
		return err
	}
	found, next, err := r.store.ListCases(ctx, filter, store.Page{After: c.After, Limit: c.Limit})
	if err != nil {
		return err
	}
	total := len(found)
	if next != "" || c.After != "" {
		if total, err = r.store.CountCases(ctx, filter, countMost+1); err != nil {
			return err
		}
	}
	if c.JSON {
		for _, v := range found {
			printJSON(v)
		}
		if next != "" {
			printJSON(map[string]any{"next": next, "of": total})
		}
		return nil
	}
	switch {
	case c.Lost:
		lostTable(found)
	case filter.Stuck:
		stuckTable(found, filter)
	default:
		listTable(found, filter.Scope, time.Now())
	}
	fmt.Println(countWords(len(found), total))
	if next != "" {
		fmt.Fprintf(os.Stdout, "more: add --after %s\n", next)
	}
	return nil
}

// filter reads the flags. What is typed wrongly is a fault of usage: an empty list would look like an answer.
func (c *listCommand) filter(now time.Time) (store.Filter, error) {
	f := store.Filter{
		Merchant: c.Merchant, Everywhere: c.Merchant == "", Owner: c.Owner, Asked: c.Asked, Person: c.Person, Order: c.Order, Customer: c.Customer, Waybill: c.Waybill,
		State: schemas.State(strings.ToUpper(c.State)), Stage: schemas.Stage(strings.ToUpper(c.Stage)), Turn: schemas.Turn(strings.ToLower(c.Turn)),
		Kind: schemas.Kind(strings.ToLower(c.Kind)), Priority: schemas.Priority(strings.ToUpper(c.Priority)), Level: c.Level,
		Stuck: c.Stuck || c.Cause != "" || c.Step != "", Cause: schemas.Code(c.Cause), Step: c.Step,
		Outside: outsideWord(c.Outside),
	}
	switch {
	case c.Cause != "" && !schemas.ValidCause(f.Cause):
		return f, usageError{fmt.Errorf("--cause %q: a cause is a code in lower snake case, such as unserviceable", c.Cause)}
	case f.Stuck && (c.Closed || c.All):
		return f, usageError{errors.New("only open cases have parked steps; leave --closed and --all out")}
	case c.Limit < 1 || c.Limit > 500:
		return f, usageError{errors.New("--limit is 1 to 500")}
	case c.Level < 0 || c.Level > 5:
		return f, usageError{errors.New("--level is 1 to 5")}
	case c.Closed && c.All:
		return f, usageError{errors.New("--closed is for closed cases alone and --all for open ones too; give one of them")}
	case c.Overdue && (c.Closed || c.All):
		return f, usageError{errors.New("--overdue is for open cases; leave --closed and --all out")}
	case c.Lost && (c.Closed || c.All):
		return f, usageError{errors.New("--lost is for open cases; leave --closed and --all out")}
	case c.All:
		f.Scope = store.ScopeAll
	case c.Closed:
		f.Scope = store.ScopeClosed
	}
	for _, word := range []struct{ flag, typeName, typed string }{
		{"--state", "State", string(f.State)},
		{"--stage", "Stage", string(f.Stage)},
		{"--turn", "Turn", string(f.Turn)},
		{"--kind", "Kind", string(f.Kind)},
		{"--priority", "Priority", string(f.Priority)},
	} {
		if err := wordIn(word.flag, word.typeName, word.typed); err != nil {
			return f, err
		}
	}
	f.Lost = c.Lost
	if f.Outside != "" && f.Outside != "any" {
		if wordIn("--outside", "DisputeKind", f.Outside) != nil && wordIn("--outside", "HoldKind", f.Outside) != nil {
			return f, usageError{fmt.Errorf("--outside %q: use any, one of %v, or one of %v", c.Outside, schemas.DisputeKinds, schemas.HoldKinds)}
		}
	}
	if c.Overdue {
		f.OverdueAt = now
	}
	if c.DueBefore != "" {
		before, err := time.ParseInLocation(time.DateOnly, c.DueBefore, time.Local)
		if err != nil {
			before, err = time.Parse(time.RFC3339, c.DueBefore)
		}
		if err != nil {
			return f, usageError{fmt.Errorf("--due-before %q: write a day as 2026-11-20 or a time as 2026-11-20T18:00:00Z", c.DueBefore)}
		}
		f.DueBefore = before
	}
	return f, nil
}

// listTable prints cases. Open ones have no outcome yet, so that its columns are left out.
func listTable(found []schemas.View, scope store.Scope, clock time.Time) {
	header := []any{"case", "state", "turn", "owner", "asked", "due", "left", "for", "priority", "level", "reason"}
	if scope != store.ScopeOpen {
		header = append(header, "outcome", "refunded")
	}
	t := newTable(header...)
	t.spare = []int{10, 9, 7, 8, 2} // reason, level, for, priority, turn
	for _, v := range found {
		remaining := ""
		if v.DueAt != nil {
			remaining = left(*v.DueAt, presentOf(v, clock))
		}
		row := table.Row{v.CaseID, v.State, v.Turn, v.Owner, orDash(askedIn(v)), whenever(v.DueAt), remaining, v.DueFor, v.Priority, v.Level, v.Reason}
		if scope != store.ScopeOpen {
			row = append(row, outcomeOf(v), paid(v))
		}
		t.AppendRow(row)
	}
	t.Render()
}

// stuckTable prints what is parked in cases, a line for each step.
func stuckTable(found []schemas.View, filter store.Filter) {
	t := newTable("case", "step", "id", "cause", "turn", "since", "tries", "next", "owner")
	for _, v := range found {
		for _, p := range v.Parked {
			if (filter.Cause != "" && p.Cause != filter.Cause) || (filter.Step != "" && p.Step != filter.Step) {
				continue
			}
			t.AppendRow(table.Row{v.CaseID, p.Step, p.StepID, p.Cause, p.Turn, when(p.Since), p.Tries, orDash(whenever(p.DueAt)), v.Owner})
		}
	}
	t.Render()
}

// lostTable prints cases that nobody serves: what ended them, and whether something of them is under way still.
func lostTable(found []schemas.View) {
	t := newTable("case", "ended", "at", "by", "reason", "state", "owner", "refunded", "money")
	for _, v := range found {
		if v.Lost == nil {
			continue // revived while it was listed
		}
		money := "settled"
		if !v.Lost.Settled {
			money = "asked about"
		}
		at := v.Lost.At
		t.AppendRow(table.Row{v.CaseID, v.Lost.How, whenever(&at), orDash(v.Lost.By), orDash(v.Lost.Reason), v.State, orDash(v.Owner), orDash(paid(v)), money})
	}
	t.Render()
}

// countWords says how many of how many cases stand above.
func countWords(shown, total int) string {
	switch {
	case total > countMost:
		return fmt.Sprintf("%d of more than %d case(s)", shown, countMost)
	case total != shown:
		return fmt.Sprintf("%d of %d case(s)", shown, total)
	}
	return fmt.Sprintf("%d case(s)", shown)
}

// askedIn is the person that a case asks beside its owner: by an escalation, or by an approval that is open.
func askedIn(v schemas.View) string {
	if v.Asked != "" {
		return v.Asked
	}
	for _, a := range v.Approvals {
		if a.DecidedBy == nil {
			return a.Asked
		}
	}
	return ""
}

func paid(v schemas.View) string {
	if v.Money.Refunded.IsZero() {
		return ""
	}
	return v.Money.Refunded.String()
}

// outsideWord reads the kind of a dispute or of a hold, however it is written.
func outsideWord(typed string) string {
	if strings.HasSuffix(strings.ToUpper(typed), "_HOLD") {
		return strings.ToUpper(typed)
	}
	return strings.ToLower(typed)
}
