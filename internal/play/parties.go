package play

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/aftercare/aftercare/schemas"
)

// Parties is how the other parties behave.
type Parties string

const (
	Prompt           Parties = "prompt"            // everybody does at once what the state asks
	SilentCustomer   Parties = "silent-customer"   // the customer opens the case and is not heard of again
	SilentAgent      Parties = "silent-agent"      // agents do nothing; whoever is asked in their stead does
	SilentSupervisor Parties = "silent-supervisor" // no approval is decided, by a supervisor or a deputy
	SilentMerchant   Parties = "silent-merchant"   // nobody of the staff acts; the warehouse does
	SilentWarehouse  Parties = "silent-warehouse"  // parcels arrive and nobody looks at them
	SilentCourier    Parties = "silent-courier"    // parcels move, and the carrier says so only when it is asked
	SilentProvider   Parties = "silent-provider"   // the payment provider moves the money and says so only when it is asked
	SilentEverybody  Parties = "silent-everybody"  // nobody and nothing but the system acts
	LossyCourier     Parties = "lossy-courier"     // parcels are scanned once and then lost, and nobody says so

	UnreachableCustomer Parties = "unreachable-customer" // a silent customer whom the owner tries to reach, and gives up on
	RefusingCustomer    Parties = "refusing-customer"    // the customer takes nothing that is sent to them
	NoShowCourier       Parties = "no-show-courier"      // carriers do not come for the first two pick-ups
	ChargebackCustomer  Parties = "chargeback-customer"  // the customer lets the bank take the payment back while the case runs
	ComplainingCustomer Parties = "complaining-customer" // the customer goes to the platform while the case runs
	SwappingCustomer    Parties = "swapping-customer"    // the customer sends another article than the one that was bought
	CarelessCustomer    Parties = "careless-customer"    // goods come back used, and the customer takes the deduction
	ObjectingCustomer   Parties = "objecting-customer"   // the customer declines every offer and objects to every refusal and finding
	WithdrawingCustomer Parties = "withdrawing-customer" // the customer withdraws once the goods are on their way
	UnluckyCustomer     Parties = "unlucky-customer"     // every replacement is faulty, too
	MistakenAgent       Parties = "mistaken-agent"       // agents refuse everything first, and a supervisor takes it back
	RefusingProvider    Parties = "refusing-provider"    // the payment provider refuses the first refund for want of balance
	SuspiciousCustomer  Parties = "suspicious-customer"  // a customer asks again and again, and sends another article until somebody looks
)

// AllParties lists them, the default first.
var AllParties = []Parties{
	Prompt, SilentCustomer, SilentAgent, SilentSupervisor, SilentMerchant, SilentWarehouse, SilentCourier, SilentProvider, SilentEverybody, LossyCourier,
	UnreachableCustomer, RefusingCustomer, NoShowCourier, ChargebackCustomer, ComplainingCustomer, SwappingCustomer, SuspiciousCustomer,
	CarelessCustomer, ObjectingCustomer, WithdrawingCustomer, UnluckyCustomer, MistakenAgent, RefusingProvider,
}

// unheard tells whether nothing is heard of the customer.
func (p Parties) unheard() bool {
	return p == SilentCustomer || p == UnreachableCustomer || p == SilentEverybody
}

// muted tells whether the payment provider speaks only when it is asked.
func (p Parties) muted() bool { return p == SilentProvider || p == SilentEverybody }

// action is something a party does.
type action struct {
	name   string
	by     schemas.Actor
	on     string // what it is about, so that it is done once
	body   any
	fact   bool
	source string // of a fact, where it is not the courier
	silent bool   // the carrier knows it and does not tell
	once   bool   // done once a case, and not once a revision
	// bank is set where it is the bank that acts, and tells of it itself. heard says when the case has heard of it.
	bank  func(context.Context, Bank) error
	heard func(schemas.View) bool
}

func (a action) revisionOf(v schemas.View) int64 {
	if a.once {
		return 0
	}
	return v.Revision
}

// next lists what the parties do now. They act on what the view shows, as people would who look at their console.
func (p Parties) next(v schemas.View) []action {
	var actions []action
	for _, a := range slices.Concat(p.outside(v), p.customer(v), p.staff(v), p.warehouse(v), p.courier(v)) {
		actions = append(actions, a)
		if !a.fact {
			// One decision at a look: the next is made on what this one has changed.
			break
		}
	}
	return actions
}

func inState(v schemas.View, state schemas.State) (lines []schemas.Line) {
	for _, l := range v.Lines {
		if l.State == state {
			lines = append(lines, l)
		}
	}
	return lines
}

func picks(lines []schemas.Line) (picked []schemas.PickLine) {
	for _, l := range lines {
		if !slices.ContainsFunc(picked, func(p schemas.PickLine) bool { return p.LineID == l.LineID }) {
			picked = append(picked, schemas.PickLine{LineID: l.LineID})
		}
	}
	return picked
}

func on(lines []schemas.Line) string {
	ids := ""
	for _, l := range lines {
		ids += l.LineID + fmt.Sprint(l.Units) + ","
	}
	return ids
}

func (p Parties) customer(v schemas.View) []action {
	if p.unheard() {
		return nil
	}
	me := schemas.Actor{Role: schemas.RoleCustomer, ID: v.CustomerID}
	if a, acts := p.contrary(v, me); acts {
		return []action{a}
	}
	if lines := inState(v, schemas.WaitInfo); len(lines) > 0 {
		return []action{{name: schemas.CaseProvideInfo.Name, by: me, on: on(lines), body: schemas.ProvideInfo{EvidenceIDs: []string{"photo-" + shortID(v.CaseID)[:12]}}}}
	}
	if lines := inState(v, schemas.Negotiating); len(lines) > 0 {
		return []action{{name: schemas.OfferAccept.Name, by: me, on: on(lines), body: schemas.AnswerOffer{OnLines: schemas.OnLines{Lines: picks(lines)}}}}
	}
	if lines := inState(v, schemas.InspectionFailed); len(lines) > 0 {
		return []action{{name: schemas.OfferAccept.Name, by: me, on: on(lines), body: schemas.AnswerOffer{OnLines: schemas.OnLines{Lines: picks(lines)}, Choice: p.afterFinding()}}}
	}
	if lines := unlabelled(inState(v, schemas.WaitShipback)); len(lines) > 0 {
		waybill := "CU" + shortID(v.CaseID + on(lines))[:14]
		return []action{{name: schemas.ReturnSubmitWaybill.Name, by: me, on: on(lines), body: schemas.SubmitWaybill{OnLines: schemas.OnLines{Lines: picks(lines)}, Carrier: "sandbox", Waybill: waybill}}}
	}
	if a, acts := replaced(v, me); acts {
		return []action{a}
	}
	if s := v.Survey; v.State == schemas.FollowUp && s != nil && s.SentAt != nil && s.AnsweredAt == nil {
		return []action{{name: schemas.SurveyAnswer.Name, by: me, on: "survey", body: schemas.AnswerSurvey{Overall: 5, Solved: schemas.SolvedYes}}}
	}
	return nil
}

// unlabelled are the lines whose way back the customer pays: where we pay, a label comes.
func unlabelled(lines []schemas.Line) (found []schemas.Line) {
	for _, l := range lines {
		if l.Waybill == "" && l.Verdict.Freight != schemas.TurnMerchant {
			found = append(found, l)
		}
	}
	return found
}

func (p Parties) staff(v schemas.View) []action {
	if p == SilentMerchant || p == SilentEverybody {
		return nil
	}
	if a, looks := looksAt(v); looks && p != SilentSupervisor {
		return []action{a}
	}
	if a, errs := p.mistakes(v); errs {
		return []action{a}
	}
	if lines := inState(v, schemas.Review); len(lines) > 0 {
		if a := review(v, lines); p != SilentAgent {
			return []action{a}
		} else if v.Level > 1 {
			a.by = schemas.Actor{Role: schemas.RoleSupervisor, ID: "supervisor-1"}
			return []action{a}
		}
	}
	for _, p := range v.Parked {
		retries := slices.ContainsFunc(p.Frees, func(f schemas.Freeing) bool { return f.Command == schemas.StepRetry.Name })
		ofMoney := p.Step == schemas.RefundRequest.Name // its lines have failed, and finance asks again, below
		if retries && !ofMoney && !p.Trying && p.Tries < enoughTries {
			return []action{{name: schemas.StepRetry.Name, by: schemas.Actor{Role: schemas.RoleManager, ID: "manager-1"}, on: p.StepID, body: schemas.RetryStep{StepID: p.StepID}}}
		}
	}
	if a, gives := p.givesUp(v); gives {
		return []action{a}
	}
	for _, a := range v.Approvals {
		if a.DecidedBy == nil && p != SilentSupervisor {
			return []action{{name: schemas.ApprovalGrant.Name, by: second(a), on: a.ApprovalID, body: schemas.DecideApproval{ApprovalID: a.ApprovalID}}}
		}
	}
	if a, answers := answersOutside(v); answers {
		return []action{a}
	}
	if lines := inState(v, schemas.Appeal); len(lines) > 0 {
		return []action{{name: schemas.AppealDecide.Name, by: schemas.Actor{Role: schemas.RoleManager, ID: "manager-1"}, on: on(lines), body: schemas.DecideAppeal{OnLines: schemas.OnLines{Lines: picks(lines)}, Grant: true, Reason: "looked_at_again"}}}
	}
	if lines := inState(v, schemas.RefundFailed); len(lines) > 0 && tries(v) < enoughTries {
		return []action{{name: schemas.RefundRetry.Name, by: schemas.Actor{Role: schemas.RoleFinance, ID: "finance-1"}, on: on(lines), body: schemas.RetryRefund{}}}
	}
	if s := v.Survey; s != nil && s.Low && s.Recovery == "" && v.State == schemas.FollowUp {
		return []action{{name: schemas.RecoveryClose.Name, by: schemas.Actor{Role: schemas.RoleTeamLead, ID: "team_lead-1"}, on: "recovery", body: schemas.CloseRecovery{Outcome: "explained"}}}
	}
	return nil
}

// enoughTries is how often finance asks for a refund again before it leaves it to somebody who looks into it.
const enoughTries = 5

func tries(v schemas.View) (n int) {
	for _, e := range v.Events {
		if e.Name == schemas.RefundRetry.Name {
			n++
		}
	}
	return n
}

// review follows the rules' proposal. What they propose nothing on is approved, and what the customer has no right to is
// approved by somebody whose limit allows it.
func review(v schemas.View, lines []schemas.Line) action {
	proposal := lines[0].Verdict.Proposal
	owed := lines[0].Verdict.Owed
	lines = slices.DeleteFunc(slices.Clone(lines), func(l schemas.Line) bool {
		return l.Verdict.Proposal != proposal || l.Verdict.Owed != owed
	})
	chosen := schemas.OnLines{Lines: picks(lines)}
	agent := schemas.Actor{Role: schemas.RoleAgent, ID: v.Owner}
	if proposal == schemas.ProposeReject {
		reason := lines[0].Verdict.Reason
		if reason == "" {
			reason = "not_eligible"
		}
		return action{name: schemas.ReviewReject.Name, by: agent, on: on(lines), body: schemas.Reject{OnLines: chosen, Reason: reason}}
	}
	if !owed {
		agent = schemas.Actor{Role: schemas.RoleOperator, ID: "operator-1"}
	}
	return action{name: schemas.ReviewApprove.Name, by: agent, on: on(lines), body: schemas.Approve{OnLines: chosen}}
}

// courier moves the parcels: a scan, then the delivery. The lossy one scans a parcel, loses it, and does not say so; the silent one says
// nothing at all.
func (p Parties) courier(v schemas.View) []action {
	if p == SilentEverybody {
		return nil
	}
	var actions []action
	for _, parcel := range v.Parcels {
		word := schemas.ParcelWord{Waybill: parcel.Waybill, Carrier: parcel.Carrier}
		if parcel.Returning && parcel.DeliveredAt == nil {
			actions = append(actions, action{name: schemas.ParcelDeliver.Name, on: parcel.Waybill + "/back", body: word, fact: true, once: true})
			continue
		}
		if !travels(v, parcel) {
			continue
		}
		switch {
		case p == SilentCourier:
			for _, fact := range []string{schemas.ParcelScanned.Name, schemas.ParcelDeliver.Name} {
				actions = append(actions, action{name: fact, on: parcel.Waybill, body: word, fact: true, silent: true, once: true})
			}
		case parcel.ScannedAt == nil && p == NoShowCourier && notFetched(v, parcel) < 2:
			actions = append(actions, action{name: schemas.PickupMissed.Name, on: parcel.Waybill, body: word, fact: true, once: true})
		case parcel.ScannedAt != nil && p == RefusingCustomer && parcel.Direction == schemas.ToCustomer:
			actions = append(actions, action{name: schemas.ParcelRefusal.Name, on: parcel.Waybill, body: word, fact: true, once: true})
		case parcel.ScannedAt == nil && p.unheard() && parcel.Direction == schemas.ToMerchant:
			// The label is there, and the customer hands nothing over.
		case parcel.ScannedAt == nil:
			actions = append(actions, action{name: schemas.ParcelScanned.Name, on: parcel.Waybill, body: word, fact: true, once: true})
		case p == LossyCourier && (parcel.Direction == schemas.ToMerchant || isReplacement(v, parcel)):
			actions = append(actions, action{name: schemas.ParcelLoss.Name, on: parcel.Waybill, body: word, fact: true, silent: true, once: true})
		case parcel.DeliveredAt == nil:
			actions = append(actions, action{name: schemas.ParcelDeliver.Name, on: parcel.Waybill, body: word, fact: true, once: true})
		}
	}
	return actions
}

// travels reports whether a line still waits for the parcel.
func travels(v schemas.View, parcel schemas.Parcel) bool {
	for _, l := range v.Lines {
		if r := l.Replacement; r != nil && r.Waybill == parcel.Waybill && l.State == schemas.ReplacementInTransit {
			return true
		}
		if l.Waybill != parcel.Waybill {
			continue
		}
		switch l.State {
		case schemas.WaitShipback, schemas.ReturnInTransit, schemas.SendBack:
			return true
		}
	}
	return false
}

// shortID makes an id that may stand anywhere, of whatever length the original has.
func shortID(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:16])
}
