package workflows

import (
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// step is one thing that happens to a case: a command, a fact, a silence, or an answer from the outside. A verb reads who
// acts and on which lines from it, and says in it what it did. It becomes one event and at most one sending of notices.
type step struct {
	c         *Case
	name      string
	at        time.Time
	actor     schemas.Actor
	door      schemas.Door
	commandID string
	eventID   string
	rule      string
	state     schemas.State
	lines     []*schemas.Line
	clock     *schemas.Clock // the clock that ran out, in a silence
	report    *schemas.Report
	message   string
	data      map[string]string
	notices   []schemas.Notice
	outbound  bool   // the customer is told something
	then      func() // what follows once the step is part of the history
}

type vars = map[string]string

func (c *Case) begin(name string, actor schemas.Actor, door schemas.Door) *step {
	return &step{c: c, name: name, at: c.now(), actor: actor, door: door}
}

// say sets what happened, as a sentence.
func (s *step) say(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if s.message != "" {
		text = s.message + " " + text
	}
	s.message = text
}

// note keeps an input of the decision with the event.
func (s *step) note(key string, value any) {
	if s.data == nil {
		s.data = map[string]string{}
	}
	s.data[key] = fmt.Sprint(value)
}

// tell sends the customer a message when the step is done.
func (s *step) tell(template string, v vars) {
	s.outbound = true
	s.notices = append(s.notices, schemas.Notice{Template: template, To: s.c.customer(), Vars: s.c.filled(v)})
}

// tellSoon keeps a message for the next sending, where one is certain to follow within moments: two messages of one event
// leave together then.
func (s *step) tellSoon(template string, v vars) {
	s.c.Held = append(s.c.Held, schemas.Notice{Template: template, To: s.c.customer(), Vars: s.c.filled(v)})
}

// filled gives a message that has no due of its own the case's nearest one: no message leaves open until when.
func (c *Case) filled(v vars) vars {
	if due, wants := v["due"]; wants && due == "" {
		v["due"] = stamp(c.firstDue())
	}
	if words, wants := v["text_id"]; wants && words == "" {
		v["text_id"] = "–"
	}
	return v
}

// staff sends a member of staff a message when the step is done.
func (s *step) staff(template, person string, v vars) {
	if person == "" {
		return
	}
	s.notices = append(s.notices, schemas.Notice{Template: template, To: schemas.Actor{Role: schemas.RoleAgent, ID: person}, Vars: s.c.filled(v)})
}

// settle ends a step: the event is appended, the clocks follow the new states, the notices leave, and a case whose last
// line has ended goes on to its follow-up.
func (c *Case) settle(s *step) {
	if as, inspects := c.as.(secondLook); inspects {
		as.closeFindings()
	}
	c.followClocks(s)
	c.Events = append(c.Events, schemas.Event{
		Revision: c.revision() + 1, At: s.at, Name: s.name, Actor: s.actor, Door: s.door, State: c.state(),
		Lines: lineIDs(s.lines), Rule: s.rule, Message: s.message, Data: s.data, CommandID: s.commandID, EventID: s.eventID,
	})
	if s.outbound {
		c.customerTold(s.at)
	}
	if len(s.notices) > 0 {
		c.send(s)
	}
	if s.then != nil {
		s.then()
	}
	if c.ClosedAt == nil && !c.Following && len(c.Lines) > 0 && c.allEnded() && !c.disputed() {
		c.followUp()
	}
}

func (c *Case) allEnded() bool {
	for _, l := range c.Lines {
		if l.State != schemas.Closed {
			return false
		}
	}
	return true
}

// move brings lines into a state: their old clock stops, the new one starts, and the state's own work begins.
func (c *Case) move(s *step, lines []*schemas.Line, to schemas.State) {
	if len(lines) == 0 {
		return
	}
	for _, l := range lines {
		l.History = append(l.History, schemas.StateSince{State: l.State, Since: l.Since})
		l.State, l.Since, l.ClockID = to, s.at, ""
	}
	c.dropIdleClocks()
	r := c.story.row(to)
	if r == nil {
		return
	}
	if r.clock != "" {
		c.startOn(s, lines, r.clock, r.silence.says)
	}
	if r.enter != nil {
		entered := *s
		entered.lines, entered.message, entered.notices, entered.outbound, entered.then = lines, "", nil, false, nil
		r.enter(&entered)
		if entered.message != "" {
			s.say("%s", entered.message)
		}
		s.notices, s.outbound = append(s.notices, entered.notices...), s.outbound || entered.outbound
	}
}

// end gives lines their outcome.
func (c *Case) end(s *step, lines []*schemas.Line, outcome schemas.Outcome) {
	if c.leaving != nil && len(lines) > 0 {
		c.leaving(s, lines, outcome)
	}
	for _, l := range lines {
		l.Outcome, l.Offer = endsAs(l, c.asItHadEnded(l, outcome)), nil
	}
	c.move(s, lines, schemas.Closed)
	outside, rest := sort2(lines, func(l *schemas.Line) bool { return l.Outcome == schemas.SettledExternally })
	c.settleUnits(outside)
	free, _ := sort2(rest, func(l *schemas.Line) bool {
		if l.Outcome != schemas.Completed && l.Outcome != schemas.CompletedPartial {
			return true
		}
		// Nothing was paid, and the customer has the goods again, or never sent any.
		return l.Refunded.Minor == 0 && (l.GoodsWith != schemas.TurnWarehouse || noGoods(l))
	})
	kept, free := sort2(free, c.keepsRejected)
	c.settleRejected(s, kept)
	c.release(free)
}

// release frees the claims of lines whose goods stay with the customer, so that a new request for them can be made.
func (c *Case) release(lines []*schemas.Line) {
	units := unitsOf(lines)
	if len(units) == 0 {
		return
	}
	order := schemas.ReleaseOrder{CaseID: c.CaseID, Units: units, At: c.now()}
	c.effect(schemas.ClaimsRelease.Name, "claims", func(ctx workflow.Context) {
		_, err := insist(ctx, c, schemas.ClaimsRelease, "claims", order, parking[schemas.ReleaseOrder]{lines: lines})
		c.stuckOn(err, schemas.ClaimsRelease.Name, "claims")
	})
}

// pick finds the lines a choice means, among those that can hear the command, splitting a line where only a part is meant.
// It is called twice: dry by the validator, and for real by the handler.
func (c *Case) pick(chosen []schemas.PickLine, can func(*schemas.Line) bool, dry bool) ([]*schemas.Line, *schemas.Refusal) {
	var picked []*schemas.Line
	if len(chosen) == 0 {
		for _, l := range c.Lines {
			if can(l) {
				picked = append(picked, l)
			}
		}
		return picked, nil
	}
	for _, p := range chosen {
		parts, known := c.partsOf(p.LineID, can)
		if !known {
			return nil, &schemas.Refusal{Code: schemas.CodeUnknownLine, Field: "lines", Message: fmt.Sprintf("line %s is not part of this case; its lines are %s.", p.LineID, lineList(c.Lines))}
		}
		if len(parts) == 0 {
			return nil, nil
		}
		want := p.Quantity
		if want == 0 {
			picked = append(picked, parts...)
			continue
		}
		have := 0
		for _, l := range parts {
			have += l.Quantity
		}
		if want > have {
			return nil, &schemas.Refusal{Code: schemas.CodeBadQuantity, Field: "lines", Message: fmt.Sprintf("line %s has %d here, not %d.", p.LineID, have, want)}
		}
		for _, l := range parts {
			if want == 0 {
				break
			}
			if want < l.Quantity && dry && c.judgesParts() {
				l = c.partOf(l, want)
			} else if want < l.Quantity && !dry {
				c.split(l, want)
			}
			picked = append(picked, l)
			want -= min(want, l.Quantity)
		}
	}
	return picked, nil
}

func (c *Case) partsOf(lineID string, can func(*schemas.Line) bool) (parts []*schemas.Line, known bool) {
	for _, l := range c.Lines {
		if l.LineID != lineID {
			continue
		}
		known = true
		if can(l) {
			parts = append(parts, l)
		}
	}
	return parts, known
}

// where a group of lines differs, the parts are handled apart.
func sort2(lines []*schemas.Line, first func(*schemas.Line) bool) (yes, no []*schemas.Line) {
	for _, l := range lines {
		if first(l) {
			yes = append(yes, l)
		} else {
			no = append(no, l)
		}
	}
	return yes, no
}

func lineIDs(lines []*schemas.Line) []string {
	var ids []string
	for _, l := range lines {
		if !contains(ids, l.LineID) {
			ids = append(ids, l.LineID)
		}
	}
	return ids
}

// linesVar writes lines for a notice: ids, and after a star how many where it is not one.
func linesVar(lines []*schemas.Line) string {
	var parts []string
	for _, l := range lines {
		part := l.LineID
		if l.Quantity != 1 {
			part += fmt.Sprintf("*%d", l.Quantity)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ",")
}

func lineList(lines []*schemas.Line) string { return strings.Join(lineIDs(lines), ", ") }

func unitsOf(lines []*schemas.Line) []schemas.LineUnits {
	var units []schemas.LineUnits
	for _, l := range lines {
		if len(l.Units) > 0 {
			units = append(units, schemas.LineUnits{LineID: l.LineID, Units: l.Units})
		}
	}
	return units
}

func picksOf(lines []*schemas.Line) []schemas.PickLine {
	var picks []schemas.PickLine
	for _, l := range lines {
		picks = append(picks, schemas.PickLine{LineID: l.LineID, Quantity: l.Quantity})
	}
	return picks
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// stamp and amount write a variable of a notice; where the message leaves, they are shown in the reader's zone and language.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func amount(m schemas.Money) string { return fmt.Sprintf("%d:%s", m.Minor, m.Currency) }

func titleOf(k schemas.Kind) string {
	s := string(k)
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
