package chaos

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// The recorded lives on which the checks are tried: money both ways, a silence that decides, and commands that came as signals.
const (
	anExchange = "exchange_for_a_dearer_one"
	aSilence   = "completed_by_a_silent_approval"
	bySignals  = "completed_by_signals"
)

// sound is the evidence of a run in which nothing went wrong: lives that were recorded, and books that agree with them. The map says
// which case is which.
func sound(t *testing.T) (*Evidence, map[string]string) {
	t.Helper()
	e := &Evidence{Said: newSaid(), Lives: map[string]*Lived{}, Rows: map[string]schemas.View{}, Facts: map[string]FactRow{}}
	ids := map[string]string{}
	for n, name := range []string{anExchange, aSilence, bySignals} {
		l := copyOf(t, name)
		row := rowOf(t, l)
		require.NotContains(t, e.Lives, l.CaseID, "two recorded cases have one id; choose another one for %d", n)
		ids[name], e.Lives[l.CaseID], e.Rows[l.CaseID] = l.CaseID, l, row
		e.believes(l, row)
	}
	return e, ids
}

// read keeps the lives that were read once: replaying takes longer than everything else here.
var read sync.Map

func copyOf(t *testing.T, name string) *Lived {
	t.Helper()
	raw, known := read.Load(name)
	if !known {
		written, err := json.Marshal(livedIn(t, filepath.Join("..", "..", "workflows", "testdata", "histories", name+".json")))
		require.NoError(t, err)
		raw, _ = read.LoadOrStore(name, written)
	}
	var l Lived
	require.NoError(t, json.Unmarshal(raw.([]byte), &l))
	return &l
}

// believes writes the books that belong to a case.
func (e *Evidence) believes(l *Lived, v schemas.View) {
	e.Said.Opened[l.CaseID] = true
	for id, c := range l.Given {
		e.Said.Receipts[l.CaseID+" "+id] = c.Receipt
	}
	for id, name := range l.Signals {
		e.Said.Signals[l.CaseID+" "+id] = Signal{l.CaseID, name}
	}
	for id, name := range l.Told {
		source, eventID, _ := strings.Cut(id, "/")
		e.Facts[id] = FactRow{Source: source, EventID: eventID, Name: name, Verdict: "routed", CaseID: l.CaseID, Signalled: true}
		e.Said.Facts[id] = Noted{Name: name, Cases: []string{l.CaseID}}
	}
	w := Wish{Request: schemas.Request{RequestID: v.RequestID, Kind: v.Kind, MerchantID: v.MerchantID, OrderID: v.OrderID, Lines: v.Requested}}
	e.Plan.Wishes = append(e.Plan.Wishes, w)
	o := schemas.ShopOrder{MerchantID: v.MerchantID, OrderID: v.OrderID}
	for _, line := range v.Lines {
		o.Lines = append(o.Lines, schemas.ShopLine{LineID: line.LineID, SKU: line.SKU, Quantity: line.Quantity, UnitPrice: line.UnitPrice})
		for _, unit := range line.Units {
			e.Claims = append(e.Claims, Claim{v.MerchantID, v.OrderID, line.LineID, unit, v.CaseID, "settled"})
		}
		if r := line.Replacement; r != nil {
			e.Shipped = append(e.Shipped, sandbox.ShippedEntry{
				MerchantID: v.MerchantID, ShipmentID: r.ShipmentID, Status: "sent", Waybill: r.Waybill, LineID: line.LineID, SKU: r.SKU, Quantity: line.Quantity,
			})
		}
	}
	for _, p := range v.Parcels {
		e.Parcels = append(e.Parcels, sandbox.ParcelEntry{MerchantID: v.MerchantID, Waybill: p.Waybill, Status: schemas.ParcelDelivered, DeliveredAt: &v.OpenedAt})
	}
	for _, r := range v.Money.Entries {
		e.Ledger = append(e.Ledger, store.LedgerEntry{MerchantID: v.MerchantID, CaseID: v.CaseID, OrderID: v.OrderID, Refund: r})
		e.Refunds = append(e.Refunds, sandbox.RefundEntry{MerchantID: v.MerchantID, Key: r.RefundID, PaymentID: r.PaymentID, Amount: r.Amount, Status: r.Status})
		o.Payments = append(o.Payments, schemas.ShopPayment{PaymentID: r.PaymentID, Captured: r.Amount})
	}
	for _, c := range v.Money.Charges {
		e.Charges = append(e.Charges, store.ChargeEntry{MerchantID: v.MerchantID, CaseID: v.CaseID, OrderID: v.OrderID, Charge: c})
		e.Charged = append(e.Charged, sandbox.ChargeEntry{MerchantID: v.MerchantID, Key: c.ChargeID, Kind: c.Kind, Amount: c.Amount, Status: c.Status})
	}
	e.Plan.Shop.Orders = append(e.Plan.Shop.Orders, o)
}

func numbersOf(e *Evidence) map[string]Number {
	found := map[string]Number{}
	for _, n := range e.Judge() {
		found[n.Name] = n
	}
	return found
}

func TestARunInWhichNothingWentWrongIsFoundInnocent(t *testing.T) {
	t.Parallel()
	e, _ := sound(t)
	for _, n := range e.Judge() {
		require.Zero(t, n.Count, "%s: %+v", n.Name, n.Findings)
	}
	require.NotEmpty(t, e.Said.Receipts)
	require.NotEmpty(t, e.Said.Signals)
	require.NotEmpty(t, e.Facts)
	require.NotEmpty(t, e.Charged)
	require.NotEmpty(t, e.Refunds)
}

// Every way in which a case can end, as it was recorded, is innocent of what can be said of a single case.
func TestNoRecordedLifeIsFoundGuilty(t *testing.T) {
	t.Parallel()
	for name, l := range recorded(t) {
		if _, wrote := l.Last(); !wrote || name == "started_again_after_its_end" {
			continue
		}
		e := &Evidence{Said: newSaid(), Lives: map[string]*Lived{l.CaseID: l}, Rows: map[string]schemas.View{l.CaseID: rowOf(t, l)}}
		for _, next := range l.Next {
			e.Lives[next], e.Rows[next] = &Lived{CaseID: next, Ended: l.Ended}, schemas.View{CaseID: next}
		}
		numbers := numbersOf(e)
		for _, check := range []string{"phantom_events", "deadlines_missed", "deadlines_twice", "lost_cases", "lost_words"} {
			require.Zero(t, numbers[check].Count, "%s: %+v", name, numbers[check].Findings)
		}
	}
}

// A case that goes on as another kind has a duty that counts from when the goods arrived: it may be over before the case begins.
func TestADutyThatWasOverBeforeItsCaseBeganIsNotLate(t *testing.T) {
	t.Parallel()
	began := time.Date(2031, 5, 6, 12, 0, 0, 0, time.UTC)
	due := began.Add(-132 * time.Hour)
	l := newLived("shop:r-1:2")
	l.EndedAt = began.Add(time.Hour)
	l.Moments = []Moment{
		{At: began, Row: schemas.View{Revision: 1}},
		{At: began.Add(time.Second), Base: 1, Row: schemas.View{Revision: 2}, Events: []schemas.Event{{
			Revision: 2, At: began.Add(time.Second), Name: schemas.EventExpired, Actor: schemas.System,
			Data: map[string]string{"clock": "law.refund", "due": due.Format(time.RFC3339)},
		}}},
	}
	e := &Evidence{Lives: map[string]*Lived{l.CaseID: l}}
	require.Empty(t, deadlinesMissed(e))
	l.Moments[0].Row.Clocks = []schemas.Clock{{ClockID: "k1", Name: "law.refund", Due: due}}
	require.NotEmpty(t, deadlinesMissed(e), "it ran already, and nobody did anything")
}

// docs/chaos.md explains every number by its name.
func TestEveryNumberIsExplained(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "chaos.md"))
	require.NoError(t, err)
	for _, c := range checks {
		require.Contains(t, string(page), "`"+c.name+"`")
		require.Contains(t, string(page), c.title)
	}
	for _, w := range Whats {
		require.Contains(t, string(page), "`"+string(w)+"`")
	}
}

// A replacement that arrives after it had been given up for lost is a task of its owner's; one whose delivery was only told late is not.
func TestAReplacementThatIsFoundAgainIsNobodysMistake(t *testing.T) {
	t.Parallel()
	told := map[string]func(exchange string) (caseID string, x schemas.Event){
		"while its exchange was open": func(exchange string) (string, schemas.Event) {
			return exchange, schemas.Event{Name: schemas.EventLateFact, Data: map[string]string{"fact": schemas.ParcelDeliver.Name}}
		},
		"when its line had become a return": func(exchange string) (string, schemas.Event) {
			return exchange + ":2", schemas.Event{Name: schemas.ParcelDeliver.Name, Data: map[string]string{}}
		},
	}
	for when, tells := range told {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			e, ids := sound(t)
			lost := e.Shipped[0]
			lost.ShipmentID, lost.Waybill = ids[anExchange]+"/ship/0", "FOUND"
			e.Shipped = append(e.Shipped, lost)
			now := time.Now()
			e.Parcels = append(e.Parcels, sandbox.ParcelEntry{MerchantID: lost.MerchantID, Waybill: "FOUND", DeliveredAt: &now})
			require.NotEmpty(t, doublePayments(e), "two replacements, and nobody has an explanation")
			tell := func(waybill string) {
				caseID, x := tells(ids[anExchange])
				x.Data["waybill"] = waybill
				e.edit(caseID, func(v *schemas.View) { v.Events = append(v.Events, x) })
			}
			tell("ANOTHER")
			require.NotEmpty(t, doublePayments(e))
			tell("FOUND")
			require.Empty(t, doublePayments(e))
			tell(e.Shipped[0].Waybill)
			require.Empty(t, lostPayments(e), "the customer had confirmed that one")
		})
	}
}
