package activities

import (
	"context"
	"slices"
	"time"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

const chargeID = "m:r/charge/1"

// owing is an order to have a customer pay a difference, or to hold a deposit.
func owing(kind schemas.ChargeKind) schemas.ChargeOrder {
	return schemas.ChargeOrder{
		CaseID: "m:r", MerchantID: "m", OrderID: "o-1", CustomerID: "c-1", At: noon,
		Charge: schemas.Charge{ChargeID: chargeID, Kind: kind, Method: "card-1", Amount: usd(100), Lines: []string{"1"}},
	}
}

func askedOf() schemas.ChargeQuestion {
	return schemas.ChargeQuestion{CaseID: "m:r", MerchantID: "m", OrderID: "o-1", ChargeID: chargeID, At: noon}
}

// fakeChargeLedger keeps the contract of ChargeLedger in memory. It survives a death, as a database does.
type fakeChargeLedger struct {
	dies    *dies
	entries map[string]schemas.ChargeOrder
	marked  map[string]bool
	pays    map[string]int // how often a charge became a payment of the order
	refuse  *schemas.Refusal
	away    bool
}

func newFakeChargeLedger(d *dies) *fakeChargeLedger {
	return &fakeChargeLedger{dies: d, entries: map[string]schemas.ChargeOrder{}, marked: map[string]bool{}, pays: map[string]int{}}
}

func (l *fakeChargeLedger) WriteCharge(_ context.Context, o schemas.ChargeOrder) (schemas.ChargeReceipt, bool, error) {
	l.dies.here("before write")
	switch {
	case l.away:
		return schemas.ChargeReceipt{}, false, errAway
	case l.refuse != nil:
		return schemas.ChargeReceipt{}, false, l.refuse
	}
	id := o.Charge.ChargeID
	if _, found := l.entries[id]; !found {
		o.Charge.Status = schemas.ChargeRequested
		l.entries[id] = o
	}
	l.dies.here("after write")
	return receiptOf(l.entries[id]), l.marked[id], nil
}

func (l *fakeChargeLedger) MarkChargeAsked(_ context.Context, _, id string, _ time.Time) error {
	l.dies.here("before mark")
	entry := l.entries[id]
	if s := entry.Charge.Status; s == schemas.ChargeAccepted || s == schemas.ChargeHeld || chargeEnded(s) {
		return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Message: "it is not asked for again."}
	}
	l.marked[id] = true
	entry.Charge.Status, entry.Charge.Code = schemas.ChargeRequested, ""
	l.entries[id] = entry
	l.dies.here("after mark")
	return nil
}

// laterCharge lists the words that may follow a word; any other changes nothing.
var laterCharge = map[schemas.ChargeStatus][]schemas.ChargeStatus{
	schemas.ChargeRequested: {
		schemas.ChargeAccepted, schemas.ChargeUnknown, schemas.ChargeFailed, schemas.ChargeSucceeded, schemas.ChargeLapsed,
		schemas.ChargeHeld, schemas.ChargeReleased, schemas.ChargeCaptured,
	},
	schemas.ChargeUnknown: {
		schemas.ChargeAccepted, schemas.ChargeFailed, schemas.ChargeSucceeded, schemas.ChargeLapsed,
		schemas.ChargeHeld, schemas.ChargeReleased, schemas.ChargeCaptured,
	},
	schemas.ChargeAccepted: {schemas.ChargeFailed, schemas.ChargeSucceeded, schemas.ChargeLapsed},
	schemas.ChargeFailed:   {schemas.ChargeSucceeded, schemas.ChargeLapsed, schemas.ChargeReleased},
	schemas.ChargeHeld:     {schemas.ChargeReleased, schemas.ChargeCaptured},
}

func (l *fakeChargeLedger) RecordCharge(_ context.Context, _ string, r schemas.ChargeReceipt, _ time.Time) (schemas.ChargeReceipt, error) {
	l.dies.here("before record")
	entry := l.entries[r.ChargeID]
	if slices.Contains(laterCharge[entry.Charge.Status], r.Status) {
		entry.Charge.Status, entry.Charge.Code = r.Status, r.Code
		l.entries[r.ChargeID] = entry
		if r.Status == schemas.ChargeSucceeded || r.Status == schemas.ChargeCaptured {
			l.pays[r.ChargeID]++
		}
	}
	l.dies.here("after record")
	return receiptOf(l.entries[r.ChargeID]), nil
}

func (l *fakeChargeLedger) ChargeOrder(_ context.Context, _, id string) (schemas.ChargeOrder, error) {
	entry, found := l.entries[id]
	if !found {
		return schemas.ChargeOrder{}, &schemas.Refusal{Code: schemas.CodeUnknownCharge, Message: "there is no such charge."}
	}
	return entry, nil
}

// fakeCharges is worse than any provider may be: it charges and holds again whenever it is asked again, whatever the key. What
// ends a charge or deposit it does once, as the contract says.
type fakeCharges struct {
	dies    *dies
	answers map[string]provider.ChargeAnswer
	taken   map[string]int // how often a charge or deposit was taken
	asks    int            // orders that arrived, taken or not
	ends    int            // orders to end one that arrived
	lookups int

	next   error        // the next order is not taken, with this error
	lose   bool         // the next order is taken and its answer lost
	refuse schemas.Code // the next order is declined
	blind  error        // every look-up fails with this
	amount *schemas.Money
}

func newFakeCharges(d *dies) *fakeCharges {
	return &fakeCharges{dies: d, answers: map[string]provider.ChargeAnswer{}, taken: map[string]int{}}
}

func (p *fakeCharges) take(c provider.ChargeCall, status schemas.ChargeStatus) (provider.ChargeAnswer, error) {
	p.dies.here("before order")
	p.asks++
	if err := p.next; err != nil {
		p.next = nil
		return provider.ChargeAnswer{}, err
	}
	answer := provider.ChargeAnswer{Status: status, Amount: c.Amount}
	switch before := p.answers[c.Key]; {
	case chargeEnded(before.Status):
		answer = before
	case p.refuse != "":
		answer.Status, answer.Code, p.refuse = schemas.ChargeFailed, p.refuse, ""
	default:
		p.taken[c.Key]++
	}
	if p.amount != nil {
		answer.Amount = *p.amount
	}
	p.answers[c.Key] = answer
	return p.answer(answer)
}

func (p *fakeCharges) end(c provider.ChargeCall, to schemas.ChargeStatus) (provider.ChargeAnswer, error) {
	p.dies.here("before order")
	p.ends++
	if err := p.next; err != nil {
		p.next = nil
		return provider.ChargeAnswer{}, err
	}
	answer, found := p.answers[c.Key]
	switch {
	case !found && to == schemas.ChargeCaptured:
		return provider.ChargeAnswer{}, provider.Never(schemas.CodeUnknownCharge, "nothing to take")
	case !found:
		answer = provider.ChargeAnswer{Status: to, Amount: c.Amount}
	case !chargeEnded(answer.Status) && (to != schemas.ChargeCaptured || answer.Status == schemas.ChargeHeld):
		answer.Status, answer.Code = to, ""
	}
	p.answers[c.Key] = answer
	return p.answer(answer)
}

func (p *fakeCharges) answer(a provider.ChargeAnswer) (provider.ChargeAnswer, error) {
	p.dies.here("after order")
	if p.lose {
		p.lose = false
		return provider.ChargeAnswer{}, context.DeadlineExceeded
	}
	return a, nil
}

func (p *fakeCharges) Charge(_ context.Context, c provider.ChargeCall) (provider.ChargeAnswer, error) {
	return p.take(c, schemas.ChargeAccepted)
}

func (p *fakeCharges) Hold(_ context.Context, c provider.ChargeCall) (provider.ChargeAnswer, error) {
	return p.take(c, schemas.ChargeHeld)
}

func (p *fakeCharges) Lapse(_ context.Context, c provider.ChargeCall) (provider.ChargeAnswer, error) {
	return p.end(c, schemas.ChargeLapsed)
}

func (p *fakeCharges) Release(_ context.Context, c provider.ChargeCall) (provider.ChargeAnswer, error) {
	return p.end(c, schemas.ChargeReleased)
}

func (p *fakeCharges) Capture(_ context.Context, c provider.ChargeCall) (provider.ChargeAnswer, error) {
	return p.end(c, schemas.ChargeCaptured)
}

func (p *fakeCharges) LookupCharge(_ context.Context, _, key string) (provider.ChargeAnswer, bool, error) {
	p.dies.here("before lookup")
	p.lookups++
	if p.blind != nil {
		return provider.ChargeAnswer{}, false, p.blind
	}
	answer, found := p.answers[key]
	return answer, found, nil
}

// succeeds makes an accepted charge one that the customer has paid.
func (p *fakeCharges) succeeds() {
	if answer := p.answers[chargeID]; answer.Status == schemas.ChargeAccepted {
		answer.Status = schemas.ChargeSucceeded
		p.answers[chargeID] = answer
	}
}

// till is the activity between two fakes that outlive it.
type till struct {
	dies     *dies
	ledger   *fakeChargeLedger
	provider *fakeCharges
	charges  *Charges
}

func newTill() till {
	d := &dies{}
	l, p := newFakeChargeLedger(d), newFakeCharges(d)
	return till{d, l, p, NewCharges(p, l)}
}

// do runs one of the activities and reports whether the process died in it.
func (d till) do(what string) (receipt schemas.ChargeReceipt, err error, died bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(killed); !ok {
				panic(r)
			}
			died = true
		}
	}()
	ctx := context.Background()
	switch what {
	case "request":
		receipt, err = d.charges.Request(ctx, owing(schemas.ChargeDifference))
	case "hold":
		receipt, err = d.charges.Hold(ctx, owing(schemas.ChargeDeposit))
	case "lookup":
		receipt, err = d.charges.Lookup(ctx, askedOf())
	case "lapse":
		receipt, err = d.charges.Lapse(ctx, askedOf())
	case "release":
		receipt, err = d.charges.Release(ctx, askedOf())
	case "capture":
		receipt, err = d.charges.Capture(ctx, askedOf())
	default:
		panic(what)
	}
	return receipt, err, false
}
