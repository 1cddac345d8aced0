package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"

	"github.com/aftercare/aftercare/schemas"
)

// rule is a rule of law or of a platform, ready to be asked. Beside a policy, which is a merchant's own choice, these are the
// other two layers: they hold whether the merchant likes them or not.
type rule struct {
	Rule
	name         string // CN-05@1
	jurisdiction string
	platform     string
	effective    effective
	when         *vm.Program // nil: always
	subject      Subject     // with a term
	term         *schemas.Term
	trigger      string
	actor        string
	onExpiry     []string
	then         Provision
}

// effective is the time in which a rule holds, as dates; empty ends are open.
type effective struct {
	from, to   string
	byContract bool
}

// Provision is what follows from a rule besides time.
type Provision struct {
	Excludes     []string       // rights that do not exist here
	Freight      schemas.Turn   // who must pay for the way back
	Presumes     []string       // what need not be proven
	Remedies     []string       // what the customer may choose
	Times        int            // compensation: a multiple of the price
	AtLeast      *schemas.Money // and its least amount
	AtMost       string
	Requires     []string
	Forbids      []string
	windowBounds bool // holds only while the rule's own window is open
}

func (p Provision) empty() bool {
	return len(p.Excludes)+len(p.Presumes)+len(p.Remedies)+len(p.Requires)+len(p.Forbids) == 0 && p.Freight == "" && p.Times == 0 && p.AtMost == ""
}

// The words of a rule.
var (
	actors   = []string{"customer", "merchant", "repairer", "carrier", "platform", "provider", "regulator", "system"}
	expiries = []string{
		"escalate", "flag_legal_breach", "auto_approve", "auto_refund", "auto_close", "right_lapses", "convert", "platform_decides", "platform_refunds",
	}
	remedies   = []string{"return", "exchange", "repair", "price_reduction"}
	exclusions = []string{"no_reason", "fault"}
	// pausing are the merchant's own clocks that stand still while somebody else has the turn.
	pausing = []string{"formalities", "update", "idle", "idle_again"}
)

// pack reads the rules of a file of law and platforms.
func (b *builder) pack(l layer) {
	for i, shape := range l.shape.Rules {
		if r := b.lawRule(l, place{"rules", i}, shape); r != nil {
			b.policy.laws = append(b.policy.laws, r)
		}
	}
}

func (b *builder) lawRule(l layer, at place, shape ruleShape) *rule {
	d := b.defaultsOf(l.doc)
	if shape.Platform != "" && shape.Head.Basis == "" {
		shape.Head.Basis = "platform"
	}
	h, shown, ok := b.check(l.doc, at, shape.Head)
	if !ok {
		return nil
	}
	r := &rule{Rule: shown, name: h.Rule, platform: or(shape.Platform, d.Platform), trigger: shape.Trigger, actor: shape.Actor, onExpiry: shape.OnExpiry}
	if r.jurisdiction = shape.Jurisdiction; r.jurisdiction == "" && shape.Platform == "" {
		r.jurisdiction = d.Jurisdiction
	}
	b.belongs(l.doc, at, r)
	r.effective = b.effective(l.doc, at, h.Effective)
	if shape.When != "" {
		r.when = b.compile(l.doc, at.Then("when"), shape.When)
		b.earlierIn(l.doc, at.Then("when"), shape.When, "rules")
	}
	b.length(l.doc, at, shape, d, r)
	if shape.Then != nil {
		r.then = b.provision(l.doc, at.Then("then"), *shape.Then)
		r.then.windowBounds = r.term != nil && strings.HasPrefix(r.subject.Name, "window.")
	}
	if r.term == nil && shape.Of == "" && r.then.empty() {
		b.fault(l.doc, at, "rule %s says neither how long something takes (of, term) nor what follows (then)", h.Rule)
	}
	b.oneOfWords(l.doc, at.Then("actor"), "actor", shape.Actor, actors)
	for i, word := range shape.OnExpiry {
		b.oneOfWords(l.doc, at.Then("on_expiry", i), "on_expiry", word, expiries)
	}
	r.Rule.Name, r.Rule.Value, r.Rule.Condition = "rule "+r.subject.Name, r.value(shape), shape.When
	r.Rule.Where, r.Rule.Effective, r.Rule.Floor = or(r.platform, r.jurisdiction), r.effective.String(), shape.Floor
	b.policy.rules = append(b.policy.rules, r.Rule)
	return r
}

// belongs checks that a rule says where it holds: under a law, or on a platform.
func (b *builder) belongs(doc *document, at place, r *rule) {
	switch {
	case r.jurisdiction == "" && r.platform == "":
		b.fault(doc, at, "rule %s needs a jurisdiction or a platform, here or in defaults: where it holds", r.name)
	case r.jurisdiction != "" && !jurisdictionWord.MatchString(r.jurisdiction):
		b.fault(doc, at.Then("jurisdiction"), "jurisdiction: %q is not known; write CN, EU, EU-DE, UK or the like", r.jurisdiction)
	case r.platform != "" && !codeWord.MatchString(r.platform):
		b.fault(doc, at.Then("platform"), "platform: %q is not a channel; write it as wechat_shop", r.platform)
	case r.Basis == "law" && r.jurisdiction == "":
		b.fault(doc, at, "rule %s rests on law and names no jurisdiction", r.name)
	}
}

func (b *builder) effective(doc *document, at place, shape *effectiveShape) effective {
	if shape == nil {
		return effective{}
	}
	e := effective{from: shape.From, to: shape.To, byContract: shape.By == "contract"}
	for _, end := range []struct{ field, date string }{{"from", shape.From}, {"to", shape.To}} {
		if _, err := time.Parse(time.DateOnly, end.date); end.date != "" && err != nil {
			b.fault(doc, at.Then("effective", end.field), "%s: %q is not a date; write it as 2026-11-21", end.field, end.date)
		}
	}
	if e.from != "" && e.to != "" && e.to < e.from {
		b.fault(doc, at.Then("effective", "to"), "to: %s is before %s", e.to, e.from)
	}
	b.oneOfWords(doc, at.Then("effective", "by"), "by", shape.By, []string{"request", "contract"})
	return e
}

func (e effective) String() string {
	s := ""
	if e.from != "" {
		s = "from " + e.from
	}
	if e.to != "" {
		s = strings.TrimSpace(s + " to " + e.to)
	}
	if s != "" && e.byContract {
		s = "contracts " + s
	}
	return s
}

// length reads how long something takes under a rule.
func (b *builder) length(doc *document, at place, shape ruleShape, d provenance, r *rule) {
	if shape.Of == "" {
		if shape.Term != "" {
			b.fault(doc, at, "of is needed: the clock or the window whose length rule %s gives", r.name)
		}
		return
	}
	s, known := subject(shape.Of)
	if !known {
		b.fault(doc, at.Then("of"), "of: %q is no clock and no window; docs/rules.md lists them", shape.Of)
		return
	}
	r.subject = s
	if slices.Contains(pausing, shape.Of) {
		b.fault(doc, at.Then("of"), "of: %s stands still while the merchant waits, and a law does not; give the duty a name of its own", shape.Of)
	}
	if shape.Term == "" {
		b.fault(doc, at, "term is needed: how long %s is under rule %s", shape.Of, r.name)
		return
	}
	term, ok := b.term(doc, at, "term", termShape{
		text: shape.Term, calendar: or(shape.Calendar, d.Calendar), countFrom: shape.CountFrom, ends: shape.Ends, rollover: shape.Rollover, right: s.Right,
	})
	if !ok {
		return
	}
	if shape.Trigger == "" {
		b.fault(doc, at, "trigger is needed: the event whose time starts rule %s", r.name)
	}
	r.term = &term
}

func (b *builder) provision(doc *document, at place, shape provisionShape) Provision {
	p := Provision{
		Excludes: shape.Excludes, Freight: schemas.Turn(shape.Freight), Presumes: shape.Presumes, Remedies: shape.Remedies,
		AtMost: shape.AtMost, Requires: shape.Requires, Forbids: shape.Forbids,
	}
	b.oneOfWords(doc, at.Then("freight"), "freight", shape.Freight, []string{"merchant", "customer"})
	for i, word := range shape.Excludes {
		b.oneOfWords(doc, at.Then("excludes", i), "excludes", word, exclusions)
	}
	for i, word := range shape.Remedies {
		b.oneOfWords(doc, at.Then("remedies", i), "remedies", word, remedies)
	}
	for _, list := range []struct {
		field string
		words []string
	}{{"presumes", shape.Presumes}, {"requires", shape.Requires}, {"forbids", shape.Forbids}} {
		for i, word := range list.words {
			if !codeWord.MatchString(word) {
				b.fault(doc, at.Then(list.field, i), "%s: %q is not a code; write it as remedy_information", list.field, word)
			}
		}
	}
	if c := shape.Compensation; c != nil {
		p.Times = c.Times
		if c.Times < 1 || c.Times > 100 {
			b.fault(doc, at.Then("compensation", "times"), "times: %d is not possible; use 1 to 100", c.Times)
		}
		if c.AtLeast != "" {
			money, err := parseMoney(c.AtLeast)
			if err != nil {
				b.fault(doc, at.Then("compensation", "at_least"), "%v", err)
			}
			p.AtLeast = &money
		}
	}
	if p.empty() {
		b.fault(doc, at, "then: nothing follows; name at least one thing")
	}
	return p
}

// oneOfWords accepts a word that is left out, or one of the list.
func (b *builder) oneOfWords(doc *document, at place, field, word string, known []string) {
	if word != "" && !slices.Contains(known, word) {
		b.fault(doc, at, "%s: %q is not known; use one of %v", field, word, known)
	}
}

// fires reports whether a rule holds for a question: in this jurisdiction or on this platform, at this time, under its own
// condition.
func (r *rule) fires(q Question, today string) (bool, error) {
	switch {
	case r.platform != "" && r.platform != q.Channel:
		return false, nil
	case r.jurisdiction != "" && r.jurisdiction != q.Jurisdiction && !strings.HasPrefix(q.Jurisdiction, r.jurisdiction+"-"):
		return false, nil
	}
	day := today
	if r.effective.byContract {
		day = q.Contract
	}
	if (r.effective.from != "" && day < r.effective.from) || (r.effective.to != "" && day > r.effective.to) {
		return false, nil
	}
	if r.when == nil {
		return true, nil
	}
	yes, err := expr.Run(r.when, q)
	if err != nil {
		return false, fmt.Errorf("rule %s cannot be decided: %w", r.name, err)
	}
	return yes == true, nil
}

// firing lists the rules that hold for a question.
func (p *policy) firing(q Question, today string) ([]*rule, error) {
	var held []*rule
	var faults []error
	for _, r := range p.laws {
		yes, err := r.fires(q, today)
		if err != nil {
			faults = append(faults, err)
		}
		if yes {
			held = append(held, r)
		}
	}
	return held, errors.Join(faults...)
}

// value writes what a rule says for docs/rules.md.
func (r *rule) value(shape ruleShape) string {
	var parts []string
	if r.term != nil {
		s := fmt.Sprintf("`%s` %s", r.subject.Name, shape.Term)
		for _, more := range []string{shape.CountFrom, shape.Ends, shape.Rollover} {
			if more != "" {
				s += ", " + more
			}
		}
		if r.term.Calendar != "" {
			s += ", calendar " + r.term.Calendar
		}
		parts = append(parts, s+", from "+shape.Trigger)
	}
	p := r.then
	for _, list := range []struct {
		says  string
		words []string
	}{{"excludes", p.Excludes}, {"presumes", p.Presumes}, {"remedies", p.Remedies}, {"requires", p.Requires}, {"forbids", p.Forbids}} {
		if len(list.words) > 0 {
			parts = append(parts, list.says+" "+strings.Join(list.words, ", "))
		}
	}
	if p.Freight != "" {
		parts = append(parts, "the "+string(p.Freight)+" pays for the way back")
	}
	if p.Times > 0 {
		s := fmt.Sprintf("compensation of %d times the price", p.Times)
		if p.AtLeast != nil {
			s += ", at least " + p.AtLeast.String()
		}
		parts = append(parts, s)
	}
	if p.AtMost != "" {
		parts = append(parts, "at most "+p.AtMost)
	}
	return strings.Join(parts, "; ")
}
