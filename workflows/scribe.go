package workflows

import (
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
