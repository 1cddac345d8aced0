package workflows

import (
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// What ops see of a case in the Temporal UI: search attributes, which are commands of the workflow and cost an event, and current details,
// which cost none.

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
	if c.shown.state == "" && c.startSays(ctx, now) {
		now.due = time.Time{} // which nobody could know then
		c.shown = now
		return
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

// startSays reports whether the case was opened with attributes that say what is so now, as the Go client opens one: it need not say them again.
func (c *Case) startSays(ctx workflow.Context, now shown) bool {
	if !knowsWhatItsStartSays(ctx) {
		return false
	}
	said, r := workflow.GetTypedSearchAttributes(ctx), c.Opening.Request
	says := func(name, is string) bool {
		was, ok := said.GetKeyword(keyword(name))
		return ok && was == is
	}
	level, _ := said.GetInt64(levelShown)
	return says(schemas.AttrKind, string(r.Kind)) && says(schemas.AttrMerchant, r.MerchantID) && says(schemas.AttrOrder, r.OrderID) &&
		says(schemas.AttrStage, string(now.stage)) && says(schemas.AttrState, string(now.state)) && says(schemas.AttrTurn, string(now.turn)) &&
		says(schemas.AttrPriority, string(now.priority)) && level == int64(now.level) && now.owner == "" && now.outside == "" && now.stuck == ""
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
	say(now.level != before.level, levelShown.ValueSet(int64(now.level)))
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

var levelShown = temporal.NewSearchAttributeKeyInt64(schemas.AttrLevel)
