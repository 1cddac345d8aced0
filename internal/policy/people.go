package policy

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// needed are the roles without which a return can get stuck: somebody to own it, to decide above, to inspect and to pay.
var needed = []schemas.Role{
	schemas.RoleAgent, schemas.RoleTeamLead, schemas.RoleSupervisor, schemas.RoleManager, schemas.RoleExecutive,
	schemas.RoleInspector, schemas.RoleFinance, schemas.RoleOperator,
}

func (b *builder) people() {
	l := b.section(func(s fileShape) bool { return s.People != nil })
	b.policy.people = map[schemas.Role][]schemas.Person{}
	for _, role := range slices.Sorted(maps.Keys(l.shape.People)) {
		b.role(l.doc, place{"people", role}, schemas.Role(role), l.shape.People[role])
	}
	for _, role := range needed {
		if len(b.policy.people[role]) == 0 {
			b.fault(l.doc, place{"people"}, "people: nobody has the role %s, and a return needs somebody who has", role)
		}
	}
	// Four eyes: a payment by hand is recorded by one of finance and confirmed by another.
	if n := len(b.policy.people[schemas.RoleFinance]); n == 1 {
		b.fault(l.doc, place{"people", "finance"}, "people: two of finance are needed: one records a payment by hand, another confirms it")
	}
	b.ladder()
}

func (b *builder) role(doc *document, at place, role schemas.Role, members []person) {
	if !slices.Contains(schemas.Roles, role) || role == schemas.RoleCustomer || role == schemas.RoleSystem {
		b.fault(doc, at, "people: %q is not a role of staff", role)
		return
	}
	ids := map[string]bool{}
	for i, m := range members {
		switch {
		case !schemas.ValidID(m.ID):
			b.fault(doc, at.Then(i), "people: %q is not an id; use 1 to 64 letters, digits, _ or -", m.ID)
		case ids[m.ID]:
			b.fault(doc, at.Then(i), "people: %s stands here twice", m.ID)
		}
		ids[m.ID] = true
		b.policy.people[role] = append(b.policy.people[role], schemas.Person{ID: m.ID, Deputy: m.Deputy})
	}
	for i, m := range members {
		switch {
		case m.Deputy == "":
		case m.Deputy == m.ID:
			b.fault(doc, at.Then(i, "deputy"), "people: %s cannot be the deputy of %s", m.ID, m.ID)
		case !ids[m.Deputy]:
			b.fault(doc, at.Then(i, "deputy"), "people: deputy %s does not have the role %s; a deputy has the same, so that the same limits hold", m.Deputy, role)
		}
	}
}

// ladder checks that escalation climbs without a gap and always finds somebody.
func (b *builder) ladder() {
	l := b.section(func(s fileShape) bool { return s.Ladder != nil })
	if len(l.shape.Ladder) == 0 {
		b.fault(l.doc, place{"ladder"}, "ladder is needed: the levels above the person responsible")
	}
	for i, rung := range l.shape.Ladder {
		at := place{"ladder", i}
		if rung.Level != i+2 {
			b.fault(l.doc, at, "ladder: level %d is expected here", i+2)
		}
		if len(b.policy.people[schemas.Role(rung.Role)]) == 0 {
			b.fault(l.doc, at.Then("role"), "ladder: nobody has the role %q", rung.Role)
		}
		b.policy.ladder = append(b.policy.ladder, schemas.Rung{Level: rung.Level, Role: schemas.Role(rung.Role)})
	}
}

func (b *builder) survey() {
	l := b.section(func(s fileShape) bool { return s.Survey != nil })
	s := l.shape.Survey
	if s == nil {
		b.fault(l.doc, place{"survey"}, "survey is needed: what counts as a low score, and how often a customer is asked")
		return
	}
	at := place{"survey"}
	s.Head.What = or(s.Head.What, "what counts as a low score, and how often a customer is asked")
	b.rule(l.doc, at, s.Head, "survey", s.value())
	for _, n := range []struct {
		field      string
		value, top int
	}{{"low_overall", s.LowOverall, 5}, {"low_nps", s.LowNPS, 10}, {"quiet_days", s.QuietDays, 366}} {
		if n.value < 0 || n.value > n.top {
			b.fault(l.doc, at.Then(n.field), "%s: %d is not possible; use 0 to %d", n.field, n.value, n.top)
		}
	}
	b.policy.survey = schemas.SurveySpec{LowOverall: s.LowOverall, LowNPS: s.LowNPS, QuietDays: s.QuietDays}
}

func (s *surveyShape) value() string {
	return fmt.Sprintf("overall %d and below, or recommendation %d and below with words; not asked again within %s", s.LowOverall, s.LowNPS, plural(s.QuietDays))
}

// notices reads when messages may leave.
func (b *builder) notices() {
	l := b.section(func(s fileShape) bool { return s.Notices != nil })
	n := l.shape.Notices
	if n == nil {
		b.fault(l.doc, place{"notices"}, "notices is needed: the hours in which messages that can wait do not ring")
		return
	}
	at := place{"notices"}
	n.Head.What = or(n.Head.What, "messages that can wait do not ring at night")
	b.rule(l.doc, at, n.Head, "notices", "quiet from "+n.QuietFrom+" to "+n.QuietTo)
	for _, hour := range []struct{ field, text string }{{"quiet_from", n.QuietFrom}, {"quiet_to", n.QuietTo}} {
		if _, err := time.Parse("15:04", hour.text); err != nil {
			b.fault(l.doc, at.Then(hour.field), "%s: %q is not a time of day; write it as 21:00", hour.field, hour.text)
		}
	}
	b.policy.quiet = schemas.QuietHours{From: n.QuietFrom, To: n.QuietTo}
}
