package workflows_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// sight is a case at one moment, beside what the world knows of itself: what a law is held against.
type sight struct {
	Before *schemas.View // as it was written before; nil the first time
	Now    schemas.View
	New    []schemas.Event // what happened between the two
	All    []schemas.Event
	Books  *books
	// Reopened marks the last sight of a case that was reopened: what came of its lines is told by the one that continues it.
	Reopened bool
}

// law says what is broken, and nothing where it holds.
type law struct {
	text  string
	check func(*sight) string
}

// laws are the twelve invariants of a case, by their number, and what holds beside them after every step.
var laws = []law{
	{"1. Successful refunds never exceed what was paid, by order line and by payment.", neverMoreThanWasPaid},
	{"2. Never both a replacement that is kept and a full refund for the same unit.", neverGoodsAndMoney},
	{"3. A refusal is made by a person with a reason, and nobody's wish for a person is declined.", onlyPeopleRefuse},
	{"4. No case ends with a duty of the law unmet, unless that is flagged.", noDutyForgotten},
	{"5. The silence of the customer never consents to a deduction.", silenceConsentsToNothing},
	{"6. The silence of the merchant never ends a right of the customer.", silenceEndsNoRight},
	{"7. Every state that is not the last has an owner, a clock, and a way out.", everyStateHasAClock},
	{"8. A case that continues another never shortens the customer's time.", noTimeIsLost},
	{"9. A duty of the law is never paused unless its rule says so.", theLawIsNotPaused},
	{"10. Every order of money can be repeated, and the case knows what the provider did.", moneyIsOrderedOnce},
	{"11. Where somebody outside decides, that is how the case ends.", outsideDecides},
	{"12. No personal data stands in clear in what a case says or keeps.", noPersonalData},
	{"No deadline is missed, and none counts twice.", noDeadlineMissed},
	{"What has ended stays as it ended.", theEndIsTheEnd},
	{"Events are numbered without a gap, and each says something.", everyEventSpeaks},
	{"Nobody decides twice: the second person is another one.", fourEyesSee},
	{"A suspicion leaves it to a person.", aPersonLooksFirst},
	{"Every line is to be paid by a day of its own, which is missed once.", dutyForEachLine},
}

// broken lists the laws that do not hold.
func (s *sight) broken() []string {
	var list []string
	for _, l := range laws {
		if fault := l.check(s); fault != "" {
			list = append(list, l.text+" "+fault)
		}
	}
	return list
}

func neverMoreThanWasPaid(s *sight) string {
	b := s.Books
	for id, l := range ordered(b.Lines) {
		if sum := b.paidFor(id) + b.Elsewhere[id] + b.bankHasOf(id, true); sum > l.Price {
			return fmt.Sprintf("line %s cost %d, and %d has been paid back for it.", id, l.Price, sum)
		}
	}
	for id, captured := range ordered(b.Captured) {
		if sum := b.paidOut(id) + b.bankHas(id); sum > captured {
			return fmt.Sprintf("payment %s brought %d, and %d went back.", id, captured, sum)
		}
	}
	for id, ch := range ordered(b.Charges) {
		brought := int64(0)
		if ch.holds() {
			brought = ch.Charge.Amount.Minor
		}
		if sum := b.paidOut(id); sum > brought {
			return fmt.Sprintf("charge %s brought %d, and %d went back.", id, brought, sum)
		}
	}
	paid, price := map[string]int64{}, map[string]int64{}
	for _, l := range s.Now.Lines {
		paid[l.LineID] += l.Refunded.Minor
		price[l.LineID] += l.Price().Minor
	}
	for _, l := range s.Now.Lines {
		most := l.Price().Minor + chargedFor(s, l.LineID)
		if l.Refunded.Minor < 0 || l.Payable.Minor < 0 || l.Deduction.Minor < 0 || l.Refunded.Minor > most || paid[l.LineID] > price[l.LineID]+chargedFor(s, l.LineID) {
			return fmt.Sprintf("line %s says: payable %s, deducted %s, refunded %s.", l.LineID, l.Payable, l.Deduction, l.Refunded)
		}
	}
	return ""
}

func chargedFor(s *sight, line string) int64 {
	var sum int64
	for _, ch := range s.Now.Money.Charges {
		if contains(ch.Lines, line) {
			sum += ch.Amount.Minor
		}
	}
	return sum
}

// neverGoodsAndMoney wants every replacement that came to the customer to have come back, or to be lost, before the price of its line
// is paid back in full.
func neverGoodsAndMoney(s *sight) string {
	for id, l := range ordered(s.Books.Lines) {
		if l.Price == 0 || s.Books.paidFor(id) < l.Price {
			continue
		}
		for _, p := range s.Books.parcels() {
			if p.Replaces && p.Arrived && !p.CountedAsLost && carries(p, id) && !cameBackAfter(s.Books, p, id) && !securedBy(s.Books, id) {
				return fmt.Sprintf("line %s is paid back in full, and its replacement %s is with the customer.", id, p.Parcel.Waybill)
			}
		}
	}
	return ""
}

func carries(p *parcelBook, line string) bool {
	for _, l := range p.Parcel.Lines {
		if l.LineID == line {
			return true
		}
	}
	return false
}

func cameBackAfter(b *books, sent *parcelBook, line string) bool {
	for _, p := range b.parcels() {
		if p.Parcel.Direction == schemas.ToMerchant && p.At > sent.At && carries(p, line) && p.Parcel.Status != schemas.ParcelExpected {
			return true
		}
	}
	return false
}

// securedBy reports whether what the customer has too much is paid for by a deposit that was taken.
func securedBy(b *books, line string) bool {
	for _, ch := range b.Charges {
		if ch.Status == schemas.ChargeCaptured && contains(ch.Charge.Lines, line) {
			return true
		}
	}
	return false
}

func onlyPeopleRefuse(s *sight) string {
	for _, l := range s.Now.Lines {
		if r := l.Rejection; r != nil && (r.By.Role == schemas.RoleSystem || r.By.ID == "" || r.By == schemas.Operator || r.Reason == "") {
			return fmt.Sprintf("line %s was refused by %s for %q.", l.LineID, r.By, r.Reason)
		}
		if l.Outcome == schemas.RejectedFinal && l.Rejection == nil {
			return fmt.Sprintf("line %s ended as refused, and nobody refused it.", l.LineID)
		}
	}
	for _, e := range s.New {
		if e.Name == schemas.EventRefused && e.Data["name"] == schemas.CaseRequestHuman.Name && e.Actor.Role == schemas.RoleCustomer && s.Now.ClosedAt == nil &&
			e.Data["code"] != string(schemas.CodeBadID) && e.Data["code"] != string(schemas.CodeUnknownField) {
			return "the customer's wish for a person was declined: " + e.Message
		}
	}
	return ""
}

func noDutyForgotten(s *sight) string {
	for _, k := range s.Now.Clocks {
		if isLaw(k) && k.Due.Before(s.Now.Now.Add(-time.Second)) {
			return fmt.Sprintf("%s was due %s, it is %s, and it still runs.", k.Name, k.Due, s.Now.Now)
		}
	}
	if s.Now.ClosedAt == nil {
		return ""
	}
	if len(s.Now.Clocks) > 0 {
		return "the case has ended, and a clock runs: " + s.Now.Clocks[0].Name
	}
	for _, e := range s.All {
		if e.Name == schemas.EventExpired && strings.HasPrefix(e.Data["clock"], "law.") && !s.Now.LegalBreach {
			return e.Data["clock"] + " was missed, and the case does not say so."
		}
	}
	for _, l := range s.Now.Lines {
		kept := l.GoodsWith == schemas.TurnWarehouse && l.Outcome == schemas.Completed && l.Replacement == nil
		if kept && l.Owed().Minor > 0 && !s.Now.LegalBreach {
			return fmt.Sprintf("the shop has the goods of line %s, %s is owed for them, and the case has ended.", l.LineID, l.Owed())
		}
	}
	return ""
}

func isLaw(k schemas.Clock) bool { return strings.HasPrefix(k.Name, "law.") || k.Spec.Basis == "law" }

func silenceConsentsToNothing(s *sight) string {
	if s.Before == nil {
		return ""
	}
	agreed := false
	for _, e := range s.New {
		agreed = agreed || (e.Name == schemas.OfferAccept.Name && e.Actor.Role == schemas.RoleCustomer)
	}
	before, now := deductions(*s.Before), deductions(s.Now)
	for id, sum := range ordered(now) {
		if sum > before[id] && !agreed {
			return fmt.Sprintf("%d is taken off line %s, and the customer has not agreed.", sum, id)
		}
	}
	return ""
}

func deductions(v schemas.View) map[string]int64 {
	sums := map[string]int64{}
	for _, l := range v.Lines {
		sums[l.LineID] += l.Deduction.Minor
	}
	return sums
}

// ofTheMerchant are the states in which the customer waits for the merchant's decision.
var ofTheMerchant = []schemas.State{schemas.Submitted, schemas.Review, schemas.Appeal, schemas.Received}

func silenceEndsNoRight(s *sight) string {
	if s.Before == nil || actedByPerson(s.New) {
		return ""
	}
	for _, l := range s.Now.Lines {
		lost := l.Outcome == schemas.RejectedFinal || l.Outcome == schemas.Expired || l.Outcome == schemas.Unresolvable
		if !lost || !l.Verdict.Owed || l.Owed().Minor <= 0 || l.Short != nil {
			continue
		}
		for _, was := range s.Before.Lines {
			if was.LineID == l.LineID && sameUnits(was, l) && was.Outcome == schemas.OutcomeNone && stands(was.State, ofTheMerchant) {
				return fmt.Sprintf("line %s was owed, nobody of the merchant's acted in %s, and it ended as %s.", l.LineID, was.State, l.Outcome)
			}
		}
	}
	return ""
}

func stands(state schemas.State, list []schemas.State) bool {
	for _, s := range list {
		if s == state {
			return true
		}
	}
	return false
}

func sameUnits(a, b schemas.Line) bool { return fmt.Sprint(a.Units) == fmt.Sprint(b.Units) }

func actedByPerson(events []schemas.Event) bool {
	for _, e := range events {
		if e.Actor.Role != schemas.RoleSystem && e.Actor != schemas.Operator {
			return true
		}
	}
	return false
}

func everyStateHasAClock(s *sight) string {
	v := s.Now
	if v.ClosedAt != nil {
		return ""
	}
	if len(v.Lines) == 0 {
		return "" // being taken in: nobody is known yet
	}
	// A hold, or a customer who cannot be reached, stops a state's own clock; what ends that has a clock of its own, which is the case's due.
	stopped := len(v.Holds) > 0 || v.Unreachable != nil
	running := map[string]bool{}
	for _, k := range v.Clocks {
		running[k.ClockID] = !k.Paused || stopped
		if k.Expiry == "" {
			return fmt.Sprintf("nobody can know what the end of %s does.", k.Name)
		}
	}
	switch {
	case v.Owner == "":
		return "nobody owns the case."
	case v.DueAt == nil && (len(v.Work) == 0 || !allEnded(v) && !stopped):
		return fmt.Sprintf("nothing is due in %s.", v.State)
	case v.Turn == schemas.TurnNobody || v.Turn == "":
		return fmt.Sprintf("it is nobody's turn in %s.", v.State)
	}
	for _, l := range v.Lines {
		if l.State != schemas.Closed && !running[l.ClockID] {
			return fmt.Sprintf("line %s waits in %s without a clock.", l.LineID, l.State)
		}
		if l.State == schemas.Closed && l.Outcome == schemas.OutcomeNone {
			return fmt.Sprintf("line %s has ended without an outcome.", l.LineID)
		}
	}
	return ""
}

func allEnded(v schemas.View) bool {
	for _, l := range v.Lines {
		if l.State != schemas.Closed {
			return false
		}
	}
	return true
}

func noTimeIsLost(s *sight) string {
	for _, o := range s.Books.Successors {
		p := o.Predecessor
		if p == nil || p.FirstReceivedAt.After(s.Books.OpenedAt) {
			return "a case that continues another counts from later than the first one was received."
		}
	}
	if s.Now.PredecessorID != "" && s.Now.FirstReceivedAt.After(s.Books.OpenedAt) {
		return "the case counts from later than the first one was received."
	}
	return ""
}

func theLawIsNotPaused(s *sight) string {
	for _, k := range s.Now.Clocks {
		if isLaw(k) && (k.Paused || len(k.Pauses) > 0) {
			return k.Name + " is paused."
		}
	}
	return ""
}

func moneyIsOrderedOnce(s *sight) string {
	first := map[string]schemas.Refund{}
	for _, f := range s.Books.Asked {
		was, known := first[f.RefundID]
		if !known {
			first[f.RefundID] = f
			continue
		}
		if was.Amount != f.Amount || was.PaymentID != f.PaymentID || was.Method != f.Method {
			return fmt.Sprintf("%s was ordered as %s to %s, and again as %s to %s.", f.RefundID, was.Amount, was.Method, f.Amount, f.Method)
		}
	}
	if s.Now.ClosedAt == nil {
		return ""
	}
	var paid, back int64 // back is what came back after success; the word of it may be on its way, or lost
	for _, r := range s.Books.refunds() {
		if caseOf(r.Refund.RefundID) != s.Now.CaseID {
			if !r.paid() && inherited(s.Now, r.Refund.RefundID) {
				// What a case before had paid, and what came back of that since, counts here as less, once it was heard of.
				paid, back = paid-r.Refund.Amount.Minor, back+r.Refund.Amount.Minor
			}
			continue
		}
		if r.paid() {
			paid += r.Refund.Amount.Minor
		} else if r.Status == schemas.RefundReversed {
			back += r.Refund.Amount.Minor
		}
	}
	if sum := s.Now.Money.Refunded.Minor; s.Before != nil && s.Before.ClosedAt == nil && (sum < paid || sum > paid+back) {
		return fmt.Sprintf("the case ends with %s refunded, the provider has paid %d.", s.Now.Money.Refunded, paid)
	}
	return ""
}

// inherited reports whether a case has taken a refund over from the one that it continues.
func inherited(v schemas.View, id string) bool {
	return slices.ContainsFunc(v.Money.Entries, func(f schemas.Refund) bool { return f.RefundID == id })
}

// caseOf is the case in a derived number, shop:r-1/refund/1.
func caseOf(number string) string {
	id, _, _ := strings.Cut(number, "/")
	return id
}

func noPersonalData(s *sight) string {
	if len(s.Books.Personal) > 0 {
		return s.Books.Personal[0]
	}
	return ""
}
