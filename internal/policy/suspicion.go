package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// A suspicion is a rule's word that a person should look at a request before any rule or silence grants it. It rests on what the same
// customer's other requests came to, and decides nothing: what the customer has a right to is judged without it.

// Earlier is what another request of the same customer came to.
type Earlier struct {
	At          time.Time // when it was opened
	NotReceived bool      // the goods were said not to have arrived
	RefundOnly  bool      // the money was asked for, and the goods kept
	OtherGoods  bool      // another article came back, or an empty parcel, and that finding stands
	Chargebacks int       // decided for the merchant
}

// History counts them.
type History struct {
	NotReceived int `expr:"not_received" json:"not_received"`
	RefundOnly  int `expr:"refund_only" json:"refund_only"`
	OtherGoods  int `expr:"other_goods" json:"other_goods"`
	Chargebacks int `expr:"chargebacks" json:"chargebacks"`
}

// mayAskEarlier are the tables that may look at a customer's other requests: who is asked, and how soon. What is proposed, what must be
// shown, who pays and what is taken off does not depend on them, nor does any law.
var mayAskEarlier = []string{"suspicion", "priority", "green_channel", "auto", "approval"}

// history reads for how long other requests count.
func (b *builder) history() {
	l := b.section(func(s fileShape) bool { return s.History != nil })
	h := l.shape.History
	if h == nil {
		return
	}
	at := place{"history"}
	h.Head.What = or(h.Head.What, "how long the other requests of a customer count")
	b.rule(l.doc, at, h.Head, "history", plural(h.Days))
	if h.Days < 1 || h.Days > 3650 {
		b.fault(l.doc, at.Then("days"), "days: %d is not possible; use 1 to 3650", h.Days)
	}
	b.policy.history = h.Days
}

// earlierIn refuses a condition about a customer's other requests where what they have a right to is decided.
func (b *builder) earlierIn(doc *document, at place, when, table string) {
	names, _ := mentioned(when)
	asks := false
	for name := range names {
		asks = asks || name == "earlier" || strings.HasPrefix(name, "earlier.")
	}
	switch {
	case !asks:
	case !slices.Contains(mayAskEarlier, table):
		b.fault(doc, at, "when: a right does not depend on the customer's other requests; only %s may ask for earlier", strings.Join(mayAskEarlier, ", "))
	case b.policy.history == 0:
		b.fault(doc, at, "when: history is needed: for how many days other requests count")
	}
}

// earlier counts the other requests that were opened within the days of the policy.
func (p *policy) earlier(f Facts) History {
	var h History
	since := f.from().AddDate(0, 0, -p.history)
	for _, e := range f.Earlier {
		if p.history == 0 || e.At.Before(since) {
			continue
		}
		for _, one := range []struct {
			is    bool
			count *int
		}{{e.NotReceived, &h.NotReceived}, {e.RefundOnly, &h.RefundOnly}, {e.OtherGoods, &h.OtherGoods}} {
			if one.is {
				*one.count++
			}
		}
		h.Chargebacks += e.Chargebacks
	}
	return h
}

// suspicion asks the table of that name, where the policy has one. A case that goes on from another was judged there, and one that a person
// was asked for has a person.
func (p *policy) suspicion(s *story, q Question) (*schemas.Suspicion, error) {
	if len(s.suspicion) == 0 || q.AtReview {
		return nil, nil
	}
	row, err := s.suspicion.decide(q)
	if err != nil {
		return nil, fmt.Errorf("suspicion: %w", err)
	}
	if !row.then {
		return nil, nil
	}
	return &schemas.Suspicion{
		Rule: row.rule, Days: p.history,
		NotReceived: q.Earlier.NotReceived, RefundOnly: q.Earlier.RefundOnly, OtherGoods: q.Earlier.OtherGoods, Chargebacks: q.Earlier.Chargebacks,
	}, nil
}
