package activities

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

var noon = time.Date(2031, 5, 6, 12, 0, 0, 0, time.UTC)

func usd(minor int64) schemas.Money { return schemas.Money{Minor: minor, Currency: "USD"} }

const refundID = "m:r/refund/1"

// ordered is an order to refund one line.
func ordered() schemas.RefundOrder {
	return schemas.RefundOrder{
		CaseID: "m:r", MerchantID: "m", OrderID: "o-1", CustomerID: "c-1",
		Refund: schemas.Refund{
			RefundID: refundID, PaymentID: "o-1-P1", Method: "card-1", Amount: usd(100),
			Shares: []schemas.Share{{LineID: "1", Amount: usd(100)}},
		},
		Units: []schemas.LineUnits{{LineID: "1", Units: []int{1}}},
		At:    noon,
	}
}

func asked() schemas.RefundQuestion {
	o := ordered()
	return schemas.RefundQuestion{CaseID: o.CaseID, MerchantID: o.MerchantID, OrderID: o.OrderID, RefundID: o.Refund.RefundID, Units: o.Units, At: noon}
}

// killed is what a fake panics with where the process dies: nothing after that point runs, as after a kill -9.
type killed struct{}

// run calls an activity and reports whether the process died in it.
func run(activity func() (schemas.RefundReceipt, error)) (receipt schemas.RefundReceipt, err error, died bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(killed); !ok {
				panic(r)
			}
			died = true
		}
	}()
	receipt, err = activity()
	return receipt, err, false
}

// dies panics at a named point, once.
type dies struct{ at string }

func (d *dies) here(point string) {
	if d.at == point {
		d.at = ""
		panic(killed{})
	}
}

// fakeLedger keeps the contract of Ledger in memory. It survives a death, as a database does.
type fakeLedger struct {
	dies    *dies
	entries map[string]schemas.RefundReceipt
	marked  map[string]bool
	settled map[string]int // line → how often its units were settled
	refuse  *schemas.Refusal
	left    schemas.OrderLeft
	away    bool
}

func newFakeLedger(d *dies) *fakeLedger {
	return &fakeLedger{dies: d, entries: map[string]schemas.RefundReceipt{}, marked: map[string]bool{}, settled: map[string]int{}}
}

var errAway = errors.New("connection refused")

func (l *fakeLedger) ReserveRefund(_ context.Context, o schemas.RefundOrder) (schemas.RefundReceipt, bool, error) {
	l.dies.here("before reserve")
	if l.away {
		return schemas.RefundReceipt{}, false, errAway
	}
	if l.refuse != nil {
		return schemas.RefundReceipt{}, false, l.refuse
	}
	entry, found := l.entries[o.Refund.RefundID]
	if !found {
		entry = schemas.RefundReceipt{RefundID: o.Refund.RefundID, Status: schemas.RefundRequested, Amount: o.Refund.Amount}
		l.entries[o.Refund.RefundID] = entry
	}
	l.dies.here("after reserve")
	return entry, l.marked[o.Refund.RefundID], nil
}

func (l *fakeLedger) MarkRefundAsked(_ context.Context, _, id string, _ time.Time) error {
	l.dies.here("before mark")
	entry := l.entries[id]
	if entry.Status == schemas.RefundAccepted || ended(entry.Status) {
		return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Message: "it is not asked for again."}
	}
	l.marked[id] = true
	entry.Status, entry.Code = schemas.RefundRequested, ""
	l.entries[id] = entry
	l.dies.here("after mark")
	return nil
}

// later lists the words that may follow a word; any other changes nothing.
var later = map[schemas.RefundStatus][]schemas.RefundStatus{
	schemas.RefundRequested:  {schemas.RefundAccepted, schemas.RefundUnknown, schemas.RefundFailedWord, schemas.RefundSucceeded, schemas.RefundReversed},
	schemas.RefundUnknown:    {schemas.RefundAccepted, schemas.RefundFailedWord, schemas.RefundSucceeded, schemas.RefundReversed},
	schemas.RefundAccepted:   {schemas.RefundFailedWord, schemas.RefundSucceeded, schemas.RefundReversed},
	schemas.RefundFailedWord: {schemas.RefundSucceeded},
	schemas.RefundSucceeded:  {schemas.RefundReversed},
}

func (l *fakeLedger) RecordRefund(_ context.Context, _ string, r schemas.RefundReceipt, _ time.Time, settle []schemas.LineUnits) (schemas.RefundReceipt, error) {
	l.dies.here("before record")
	if slices.Contains(later[l.entries[r.RefundID].Status], r.Status) {
		l.entries[r.RefundID] = r
	}
	for _, line := range settle {
		if l.settled[line.LineID] == 0 {
			l.settled[line.LineID]++
		}
	}
	l.dies.here("after record")
	return l.entries[r.RefundID], nil
}

func (l *fakeLedger) RecordByHand(_ context.Context, o schemas.ByHandOrder) (schemas.RefundReceipt, error) {
	if l.refuse != nil {
		return schemas.RefundReceipt{}, l.refuse
	}
	entry := l.entries[o.RefundID]
	entry.Status = schemas.RefundManual
	l.entries[o.RefundID] = entry
	return entry, nil
}

func (l *fakeLedger) Left(context.Context, string, string) (schemas.OrderLeft, error) {
	return l.left, nil
}

func (l *fakeLedger) Refund(_ context.Context, _, id string) (schemas.RefundReceipt, error) {
	entry, found := l.entries[id]
	if !found {
		return schemas.RefundReceipt{}, &schemas.Refusal{Code: schemas.CodeUnknownRefund, Message: "there is no such refund."}
	}
	return entry, nil
}

// fakeProvider is worse than any provider may be: it pays again whenever it is asked again, whatever the key. So a test that
// finds one payment knows that it was asked once.
type fakeProvider struct {
	dies    *dies
	answers map[string]provider.RefundAnswer
	paid    map[string]int // how often an order was taken
	asks    int            // orders that arrived, taken or not
	lookups int

	next   error          // the next order is not taken, with this error
	lose   bool           // the next order is taken and its answer lost
	refuse schemas.Code   // the next order is refused
	blind  error          // every look-up fails with this
	amount *schemas.Money // what it claims to have under the key
	onAsk  func(context.Context)
}

func newFakeProvider(d *dies) *fakeProvider {
	return &fakeProvider{dies: d, answers: map[string]provider.RefundAnswer{}, paid: map[string]int{}}
}

func (p *fakeProvider) Refund(ctx context.Context, c provider.RefundCall) (provider.RefundAnswer, error) {
	p.dies.here("before order")
	p.asks++
	if p.onAsk != nil {
		p.onAsk(ctx)
	}
	if err := p.next; err != nil {
		p.next = nil
		return provider.RefundAnswer{}, err
	}
	answer := provider.RefundAnswer{Status: schemas.RefundAccepted, Amount: c.Amount}
	if p.refuse != "" {
		answer.Status, answer.Code = schemas.RefundFailedWord, p.refuse
		p.refuse = ""
	} else {
		p.paid[c.Key]++
	}
	if p.amount != nil {
		answer.Amount = *p.amount
	}
	p.answers[c.Key] = answer
	p.dies.here("after order")
	if p.lose {
		p.lose = false
		return provider.RefundAnswer{}, context.DeadlineExceeded
	}
	return answer, nil
}

func (p *fakeProvider) Lookup(_ context.Context, _, key string) (provider.RefundAnswer, bool, error) {
	p.dies.here("before lookup")
	p.lookups++
	if p.blind != nil {
		return provider.RefundAnswer{}, false, p.blind
	}
	answer, found := p.answers[key]
	return answer, found, nil
}

// ends makes the provider end a refund.
func (p *fakeProvider) ends(key string, status schemas.RefundStatus, code schemas.Code) {
	answer := p.answers[key]
	answer.Status, answer.Code = status, code
	p.answers[key] = answer
}
