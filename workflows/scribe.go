package workflows

import (
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// scribe is what the writing coroutine remembers. The stories never mention it.
type scribe struct {
	taskLength int   // the history's length in the task of the last flush: it tells one workflow task from the next
	base       int64 // the revision that task began with
	failing    bool  // PostgreSQL does not answer: neither the story nor the next decision waits for it
	failures   int   // in a row
	tryAgain   bool
	mute       bool // this run may not write: its case had ended before
	shown      shown
}

// shown is what the search attributes say.
type shown struct {
	stage    schemas.Stage
	state    schemas.State
	turn     schemas.Turn
	owner    string
	level    int
	priority schemas.Priority
	outside  string // disputes and holds
	due      time.Time
	stuck    string // the words of parked steps, in one
}

// saysMore reports whether the attributes have something new to say. A due that moves by minutes is not worth an event: it
// moves with every scan of a parcel.
func (s shown) saysMore(than shown) bool {
	moved := s.due.Sub(than.due).Abs() > 10*time.Minute
	s.due, than.due = time.Time{}, time.Time{}
	return moved || s != than
}

// write is the scribe. It is created last, waits until something has happened, lets everybody else run once more in this
// workflow task, and then writes it all in one local activity and one transaction, so that a task has exactly one marker.
func (c *Case) write(ctx workflow.Context) {
	for {
		if workflow.Await(ctx, func() bool { return c.tryAgain || (c.revision() > c.Flushed && !c.failing) }) != nil {
			return
		}
		if letOthersRun(ctx) != nil {
			return
		}
		if c.mute {
			c.Flushed = c.revision()
			continue
		}
		c.show(ctx)
		c.flush(ctx)
	}
}

// flush writes what has happened since the task began. A failure sets a clock instead of repeating: a local activity that
// repeats would hold the workflow task, and with it every decision.
func (c *Case) flush(ctx workflow.Context) {
	info := workflow.GetInfo(ctx)
	if length := info.GetCurrentHistoryLength(); length != c.taskLength || length == 0 {
		c.taskLength, c.base = length, c.Flushed
	}
	upTo := c.revision()
	row := c.view()
	events := c.since(c.base)
	row.Events = nil
	flush := schemas.Flush{
		CaseID: c.CaseID, RunID: info.WorkflowExecution.RunID, OriginalRunID: info.OriginalRunID, RunStartedAt: info.WorkflowStartTime,
		HistoryLength: info.GetCurrentHistoryLength(), Base: c.base, Events: events, Row: row,
	}
	c.tryAgain = false
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		ScheduleToCloseTimeout: 2 * time.Second,
		RetryPolicy:            &temporal.RetryPolicy{MaximumAttempts: 1},
	})
	var written schemas.Written
	if err := workflow.ExecuteLocalActivity(ctx, schemas.RowsWrite.Name, flush).Get(ctx, &written); err != nil {
		c.log.Warn("the rows of the case could not be written; they will be written again", "case_id", c.CaseID, "error", err)
		c.failing = true
		c.stopClock("rows.retry")
		s := c.begin("rows.retry", schemas.System, schemas.DoorSystem)
		// An outage of a night must not fill the history: the pauses grow from seconds to minutes.
		k := c.startClock(s, "rows.retry", caseExpiries["rows.retry"].says)
		k.Due = s.at.Add(min(k.Spec.After.D()<<min(c.failures, 6), 5*time.Minute))
		c.failures++
		return
	}
	c.failing, c.failures, c.Flushed = false, 0, upTo
	c.stopClock("rows.retry")
}

// recorded reports whether a revision is in PostgreSQL, or cannot be at present: then the person is answered all the same.
func (c *Case) recorded(revision int64) bool { return c.Flushed >= revision || c.failing }

// written reports whether everything that has happened is in PostgreSQL.
func (c *Case) written() bool { return c.Flushed >= c.revision() && !c.tryAgain }

// show brings what ops see in the Temporal UI up to date: attributes at most once a task and only when they say something
// new, the current details whenever something is written.
func (c *Case) show(ctx workflow.Context) {
	workflow.SetCurrentDetails(ctx, c.details())
	now := shown{stage: c.stage(), state: c.state(), turn: c.turn(), owner: c.Owner, level: c.Level, priority: c.Priority, outside: strings.Join(c.outside(), " ")}
	if !c.showsWhoIsAsked() {
		now.turn = c.turnOfState()
	}
	if at := c.dueShown(); at != nil {
		now.due = *at
	}
	if c.parksSteps() || len(c.Parked) > 0 {
		now.stuck = strings.Join(c.stuckWords(), " ")
	}
	if !now.saysMore(c.shown) || c.passes(now) {
		return
	}
	before := c.shown
	c.shown = now
	if err := workflow.UpsertTypedSearchAttributes(ctx, c.attributes(before, now)...); err != nil {
		c.log.Error("search attributes", "case_id", c.CaseID, "error", err)
	}
}

// dueShown is the due that the attributes say: the case's own, but for the day before its customer is asked how it went. Nobody acts on that
// day's end, and ops are told when the questions close.
func (c *Case) dueShown() *time.Time {
	k := c.nearest()
	open, ok := c.Plan.Clocks["survey.open"]
	if k == nil || k.Name != "survey.wait" || !ok || !c.showsWhenQuestionsClose() {
		return c.due()
	}
	closes := c.Plan.Due(open, k.Due).Due.UTC()
	return &closes
}

// passing is how long a state of the system's own may last before ops are shown it.
const passing = time.Minute

// passes reports whether the case is in a state of the system's own that it has only just entered, and that nothing is known to hold
// up. The next state is shown instead; one that lasts is shown when its clock has run out, at the latest.
func (c *Case) passes(now shown) bool {
	if !c.showsWhatChanges() || now.turn != schemas.TurnSystem || len(c.Stuck) > 0 || now.stuck != c.shown.stuck || now.outside != c.shown.outside {
		return false
	}
	for _, l := range c.inState(now.state) {
		if c.now().Sub(l.Since) >= passing {
			return false
		}
	}
	return true
}

// attributes are what the search attributes say now and did not say before.
func (c *Case) attributes(before, now shown) (updates []temporal.SearchAttributeUpdate) {
	all := before.state == "" || !c.showsWhatChanges()
	say := func(news bool, update temporal.SearchAttributeUpdate) {
		if news || all {
			updates = append(updates, update)
		}
	}
	r := c.Opening.Request
	say(false, keyword(schemas.AttrKind).ValueSet(string(r.Kind)))
	say(now.stage != before.stage, keyword(schemas.AttrStage).ValueSet(string(now.stage)))
	say(now.state != before.state, keyword(schemas.AttrState).ValueSet(string(now.state)))
	say(now.turn != before.turn, keyword(schemas.AttrTurn).ValueSet(string(now.turn)))
	say(now.priority != before.priority, keyword(schemas.AttrPriority).ValueSet(string(now.priority)))
	say(now.owner != before.owner, keyword(schemas.AttrOwner).ValueSet(now.owner))
	say(false, keyword(schemas.AttrMerchant).ValueSet(r.MerchantID))
	say(false, keyword(schemas.AttrOrder).ValueSet(r.OrderID))
	say(now.level != before.level, temporal.NewSearchAttributeKeyInt64(schemas.AttrLevel).ValueSet(int64(now.level)))
	due := temporal.NewSearchAttributeKeyTime(schemas.AttrDue)
	if now.due.IsZero() {
		say(!before.due.IsZero(), due.ValueUnset())
	} else {
		say(!now.due.Equal(before.due), due.ValueSet(now.due))
	}
	// So is that of disputes and holds.
	outside := temporal.NewSearchAttributeKeyKeywordList(schemas.AttrOutside)
	switch {
	case now.outside != "" && now.outside != before.outside:
		updates = append(updates, outside.ValueSet(strings.Fields(now.outside)))
	case now.outside == "" && before.outside != "":
		updates = append(updates, outside.ValueUnset())
	}
	// The attribute of parked steps is written only where there are, or were, any.
	stuck := temporal.NewSearchAttributeKeyKeywordList(schemas.AttrStuck)
	switch {
	case now.stuck != "" && now.stuck != before.stuck:
		updates = append(updates, stuck.ValueSet(strings.Fields(now.stuck)))
	case now.stuck == "" && before.stuck != "":
		updates = append(updates, stuck.ValueUnset())
	}
	return updates
}

func keyword(name string) temporal.SearchAttributeKeyKeyword {
	return temporal.NewSearchAttributeKeyKeyword(name)
}
