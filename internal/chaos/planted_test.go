package chaos

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enums "go.temporal.io/api/enums/v1"

	"github.com/aftercare/aftercare/internal/books"
	"github.com/aftercare/aftercare/schemas"
)

// The defects that are put into sound evidence, one for everything that a check is for.

// plant is a defect that is put into sound evidence, and what a check must say of it.
type plant struct {
	check, says string
	spoil       func(e *Evidence, id map[string]string)
}

// edit changes a row.
func (e *Evidence) edit(caseID string, change func(*schemas.View)) {
	v := e.Rows[caseID]
	v.Events, v.Lines, v.Clocks = slices.Clone(v.Events), slices.Clone(v.Lines), slices.Clone(v.Clocks)
	change(&v)
	e.Rows[caseID] = v
}

// someCommand is a command that was given to a case.
func someCommand(e *Evidence, caseID string) string {
	return slices.Sorted(maps.Keys(e.Lives[caseID].Given))[0]
}

func someFact(e *Evidence, caseID string) string {
	return slices.Sorted(maps.Keys(e.Lives[caseID].Told))[0]
}

// theExpiry is where in a case's archive its silence decided.
func theExpiry(e *Evidence, caseID string) int {
	return slices.IndexFunc(e.Rows[caseID].Events, func(x schemas.Event) bool { _, _, is := ranOut(x); return is })
}

var plants = []plant{
	{"double_payments", "out of payment", func(e *Evidence, _ map[string]string) {
		again := e.Refunds[0]
		again.Key += "-again"
		e.Refunds = append(e.Refunds, again)
	}},
	{"double_payments", "which the ledger does not know", func(e *Evidence, _ map[string]string) {
		again := e.Refunds[0]
		again.Key, again.PaymentID, again.Amount.Minor = again.Key+"-again", "somebody-elses", 0
		e.Refunds = append(e.Refunds, again)
	}},
	{"double_payments", "the provider has paid it too", func(e *Evidence, _ map[string]string) {
		e.Ledger[0].Refund.Status = schemas.RefundManual
	}},
	{"double_payments", "the provider has paid it too", func(e *Evidence, _ map[string]string) {
		e.Ledger[0].Refund.Status = schemas.RefundCancelled
	}},
	{"double_payments", "and what replaced it were paid, 2 times", func(e *Evidence, _ map[string]string) {
		ledger, theirs := e.Ledger[0], e.Refunds[0]
		ledger.Refund.Replaces, ledger.Refund.RefundID = ledger.Refund.RefundID, ledger.Refund.RefundID+"-other"
		theirs.Key = ledger.Refund.RefundID
		e.Ledger, e.Refunds = append(e.Ledger, ledger), append(e.Refunds, theirs)
	}},
	{"double_payments", "were paid for line", func(e *Evidence, _ map[string]string) {
		e.Ledger[0].Refund.Shares = append(slices.Clone(e.Ledger[0].Refund.Shares), e.Ledger[0].Refund.Shares...)
	}},
	{"double_payments", "for goods worth", func(e *Evidence, id map[string]string) {
		for i := range e.Charged { // the dearer article is there, and nothing was paid for it
			e.Charged[i].Status = schemas.ChargeLapsed
		}
	}},
	{"double_payments", "on top", func(e *Evidence, _ map[string]string) {
		again := e.Charged[0]
		again.Key += "-again"
		e.Charged = append(e.Charged, again)
	}},
	{"double_payments", "the provider has taken", func(e *Evidence, _ map[string]string) { e.Charges = nil }},

	{"lost_payments", "succeeded by the ledger", func(e *Evidence, _ map[string]string) { e.Refunds = nil }},
	{"lost_payments", "is still unknown", func(e *Evidence, _ map[string]string) { e.Ledger[0].Refund.Status = schemas.RefundUnknown }},
	{"lost_payments", "and the provider has paid it", func(e *Evidence, _ map[string]string) {
		e.Ledger[0].Refund.Status = schemas.RefundFailedWord
	}},
	{"lost_payments", "the case says that", func(e *Evidence, _ map[string]string) {
		e.edit(e.Ledger[0].CaseID, func(v *schemas.View) { v.Money.Refunded.Minor++ })
	}},
	{"lost_payments", "in the ledger and", func(e *Evidence, _ map[string]string) { e.Charged[0].Status = schemas.ChargeFailed }},
	{"lost_payments", "in the ledger and", func(e *Evidence, _ map[string]string) { e.Charges[0].Charge.Status = schemas.ChargeUnknown }},
	{"lost_payments", "the provider has deposit", func(e *Evidence, _ map[string]string) {
		held, ours := e.Charged[0], e.Charges[0]
		held.Kind, held.Status, held.Key = schemas.ChargeDeposit, schemas.ChargeHeld, held.Key+"-deposit"
		ours.Charge.Kind, ours.Charge.Status, ours.Charge.ChargeID = schemas.ChargeDeposit, schemas.ChargeReleased, held.Key
		e.Charged, e.Charges = append(e.Charged, held), append(e.Charges, ours)
	}},
	{"lost_payments", "and the ledger has not", func(e *Evidence, _ map[string]string) { e.Ledger = nil }},
	{"lost_payments", "is COMPLETED, cost", func(e *Evidence, _ map[string]string) {
		e.Ledger[0].Refund.Shares = slices.Clone(e.Ledger[0].Refund.Shares)[:0]
	}},
	{"lost_payments", "has delivered 0 of 1", func(e *Evidence, _ map[string]string) {
		for i := range e.Parcels {
			e.Parcels[i].DeliveredAt = nil
		}
	}},
	{"lost_payments", "everything is COMPLETED", func(e *Evidence, id map[string]string) {
		e.Shipped[0].SKU = cheaper // the customer paid for the dearer one
	}},
	{"lost_payments", "has lost 1 beside them", func(e *Evidence, _ map[string]string) {
		taken, ours := e.Charged[0], e.Charges[0]
		p := e.purses()[familyOf(ours.CaseID)]
		taken.Kind, taken.Status, taken.Key, taken.Amount.Minor = schemas.ChargeDeposit, schemas.ChargeCaptured, taken.Key+"-deposit", p.given()+1
		ours.Charge.Kind, ours.Charge.Status, ours.Charge.ChargeID = schemas.ChargeDeposit, schemas.ChargeCaptured, taken.Key
		e.Charged, e.Charges = append(e.Charged, taken), append(e.Charges, ours)
	}},

	{"lost_cases", "its sender was told", func(e *Evidence, id map[string]string) {
		delete(e.Lives, id[anExchange])
		delete(e.Rows, id[anExchange])
	}},
	{"lost_cases", "it has no row", func(e *Evidence, id map[string]string) { delete(e.Rows, id[anExchange]) }},
	{"lost_cases", "it has a row, and Temporal does not know it", func(e *Evidence, id map[string]string) { delete(e.Lives, id[anExchange]) }},
	{"lost_cases", "has opened it", func(e *Evidence, id map[string]string) {
		e.Lives[id[anExchange]].Next = []string{id[anExchange] + ":2"}
	}},
	{"lost_cases", "names it as the one that goes on", func(e *Evidence, id map[string]string) {
		e.edit(id[anExchange], func(v *schemas.View) { v.SuccessorID = v.CaseID + ":2" })
	}},

	{"phantom_events", "the case has never had it", func(e *Evidence, id map[string]string) {
		e.edit(id[aSilence], func(v *schemas.View) {
			ghost := v.Events[len(v.Events)-1]
			ghost.Revision++
			v.Events, v.Revision = append(v.Events, ghost), v.Revision+1
		})
	}},
	{"phantom_events", "it was", func(e *Evidence, id map[string]string) {
		e.edit(id[aSilence], func(v *schemas.View) { v.Events[2].Message = "something else" })
	}},
	{"phantom_events", "of which Temporal knows nothing", func(e *Evidence, id map[string]string) {
		l := e.Lives[id[anExchange]]
		delete(l.Given, someCommand(e, id[anExchange]))
	}},
	{"phantom_events", "of which Temporal knows nothing", func(e *Evidence, id map[string]string) {
		delete(e.Lives[id[anExchange]].Told, someFact(e, id[anExchange]))
	}},
	{"phantom_events", "has the revision", func(e *Evidence, id map[string]string) {
		e.edit(id[anExchange], func(v *schemas.View) { v.Events = slices.Delete(v.Events, 3, 4) })
	}},
	{"phantom_events", "the row is at revision", func(e *Evidence, id map[string]string) {
		e.edit(id[anExchange], func(v *schemas.View) { v.Revision++ })
	}},
	{"phantom_events", "and its workflow runs", func(e *Evidence, id map[string]string) {
		e.Lives[id[anExchange]].Ended = enums.WORKFLOW_EXECUTION_STATUS_RUNNING
	}},

	{"deadlines_missed", "did not ring", func(e *Evidence, id map[string]string) {
		l := e.Lives[id[aSilence]]
		l.Timers[0].RangAt, l.Timers[0].Dropped, l.Timers[0].Due, l.Jumps = time.Time{}, false, l.EndedAt.Add(-time.Hour), nil
	}},
	{"deadlines_missed", "rang at", func(e *Evidence, id map[string]string) {
		l := e.Lives[id[aSilence]]
		l.Timers[0].RangAt, l.Jumps = l.Timers[0].Due.Add(time.Hour), nil
	}},
	{"deadlines_missed", "after its due", func(e *Evidence, id map[string]string) { e.shiftExpiry(id[aSilence], time.Hour) }},
	{"deadlines_missed", "before its due", func(e *Evidence, id map[string]string) { e.shiftExpiry(id[aSilence], -time.Hour) }},
	{"deadlines_missed", "and nothing had happened", func(e *Evidence, id map[string]string) {
		e.Lives[id[aSilence]].Jumps = nil
		for i, m := range e.Lives[id[aSilence]].Moments { // as if the silence had decided nothing, and somebody had come an hour later
			for j, x := range m.Events {
				if _, _, is := ranOut(x); is {
					e.Lives[id[aSilence]].Moments[i].Events[j].Data = nil
				}
			}
			for j := range m.Row.Clocks {
				m.Row.Clocks[j].Due = m.Row.Clocks[j].Due.Add(-time.Hour)
			}
		}
	}},
	{"deadlines_missed", "and nothing had happened", func(e *Evidence, id map[string]string) {
		ms := e.Lives[id[aSilence]].Moments // as if a clock had been overslept while time was moved ahead
		for i := range ms {
			ms[i].Row.Clocks = append(ms[i].Row.Clocks, schemas.Clock{ClockID: "k-lost", Name: "return.review", Due: ms[0].At.Add(time.Hour)})
		}
	}},
	{"deadlines_missed", "was due", func(e *Evidence, id map[string]string) {
		e.edit(id[anExchange], func(v *schemas.View) {
			v.ClosedAt = nil
			v.Clocks = []schemas.Clock{{Name: "exchange.review", Due: v.Now.Add(-time.Hour)}}
		})
	}},

	{"deadlines_twice", "ran out at revision", func(e *Evidence, id map[string]string) {
		e.edit(id[aSilence], func(v *schemas.View) {
			again := v.Events[theExpiry(e, id[aSilence])]
			again.Revision = v.Revision + 1
			v.Events = append(v.Events, again)
		})
	}},
	{"deadlines_twice", "ran out at revision", func(e *Evidence, id map[string]string) {
		l := e.Lives[id[aSilence]]
		again := e.Rows[id[aSilence]].Events[theExpiry(e, id[aSilence])]
		again.Revision = 1000
		l.Moments = append(l.Moments, Moment{Events: []schemas.Event{again}})
	}},

	{"without_end", "it is REVIEW", func(e *Evidence, id map[string]string) {
		e.edit(id[anExchange], func(v *schemas.View) { v.ClosedAt, v.State = nil, schemas.Review })
	}},
	{"without_end", "its workflow is", func(e *Evidence, id map[string]string) {
		e.Lives[id[anExchange]].Ended = enums.WORKFLOW_EXECUTION_STATUS_TERMINATED
	}},
	{"without_end", "its history stops it", func(e *Evidence, id map[string]string) { e.Lives[id[anExchange]].Broken = "nondeterministic" }},
	{"without_end", "it has ended as", func(e *Evidence, id map[string]string) {
		e.edit(id[anExchange], func(v *schemas.View) { v.Outcome = schemas.OutcomeNone })
	}},
	{"without_end", "1 clock(s) run", func(e *Evidence, id map[string]string) {
		e.edit(id[anExchange], func(v *schemas.View) { v.Clocks = []schemas.Clock{{}} })
	}},

	{"lost_words", "and the archive does not have it", func(e *Evidence, id map[string]string) {
		e.edit(id[anExchange], func(v *schemas.View) { v.Events = v.Events[:len(v.Events)-1] })
	}},
	{"lost_words", "was answered with revision 7", func(e *Evidence, id map[string]string) {
		e.Said.Receipts[id[anExchange]+" nowhere"] = schemas.Receipt{Command: "review.approve", Revision: 7}
	}},
	{"lost_words", "and is", func(e *Evidence, id map[string]string) {
		k := id[anExchange] + " " + someCommand(e, id[anExchange])
		r := e.Said.Receipts[k]
		r.Revision = 1
		e.Said.Receipts[k] = r
	}},
	{"lost_words", "was accepted by Temporal's history", func(e *Evidence, id map[string]string) {
		e.Lives[id[anExchange]].Given["nowhere"] = Command{Name: "review.approve", Answered: true}
	}},
	{"lost_words", "the history does not have it", func(e *Evidence, id map[string]string) { e.Lives[id[bySignals]].Signals = map[string]string{} }},
	{"lost_words", "neither it nor a refusal", func(e *Evidence, id map[string]string) {
		e.Said.Signals[id[anExchange]+" nowhere"] = Signal{id[anExchange], "review.approve"}
	}},
	{"lost_words", "and then with", func(e *Evidence, id map[string]string) {
		var m memory
		m.said = newSaid()
		m.receipt("m:r", "c", schemas.Receipt{Command: "review.approve", Revision: 3})
		m.receipt("m:r", "c", schemas.Receipt{Command: "review.approve", Revision: 4})
		e.Said.Other = m.all(time.Time{}).Other
	}},
	{"lost_words", "and is not kept", func(e *Evidence, id map[string]string) { delete(e.Facts, someFact(e, id[anExchange])) }},
	{"lost_words", "nobody has told it", func(e *Evidence, id map[string]string) {
		k := someFact(e, id[anExchange])
		f := e.Facts[k]
		f.Signalled = false
		e.Facts[k] = f
	}},
	{"lost_words", "Temporal's history does not have it", func(e *Evidence, id map[string]string) {
		delete(e.Lives[id[anExchange]].Told, someFact(e, id[anExchange]))
	}},
	{"lost_words", "is in the archive 2 times", func(e *Evidence, id map[string]string) {
		e.edit(id[anExchange], func(v *schemas.View) {
			i := slices.IndexFunc(v.Events, func(x schemas.Event) bool { return x.EventID != "" })
			v.Events = append(v.Events, v.Events[i])
		})
	}},
	{"lost_words", "has not got rid of", func(e *Evidence, id map[string]string) { e.Untold = []string{"refund.succeeded SBR1"} }},

	{"books", "refund x: the provider has paid it", func(e *Evidence, _ map[string]string) {
		e.Compared.Payments = []books.Payment{{RefundID: "x", Differs: "the provider has paid it"}}
	}},
	{"books", "the provider has not taken it", func(e *Evidence, _ map[string]string) {
		e.Compared.Charges = []books.Charge{{Differs: "the provider has not taken it"}}
	}},
	{"books", "parcel W: the carrier", func(e *Evidence, _ map[string]string) {
		e.Compared.Parcels = []books.Parcel{{Waybill: "W", Differs: "the carrier has not delivered it"}}
	}},
	{"books", "goods of line 1", func(e *Evidence, _ map[string]string) {
		e.Compared.Stock = []books.Movement{{LineID: "1", Differs: "no case knows these goods"}}
	}},
	{"books", "goods kept under", func(e *Evidence, _ map[string]string) {
		e.Compared.Kept = []books.Kept{{Differs: "kept for a case that has ended"}}
	}},
	{"books", "shipment S", func(e *Evidence, _ map[string]string) {
		e.Compared.Sent = []books.Sent{{ShipmentID: "S", Differs: "the warehouse has not sent it"}}
	}},
	{"books", "is held by a case that has ended", func(e *Evidence, _ map[string]string) { e.Claims[0].Status = "held" }},
	{"books", "of its 1 units are settled", func(e *Evidence, _ map[string]string) { e.Claims = nil }},
	{"books", "and 1 of its units are settled", func(e *Evidence, id map[string]string) {
		e.edit(id[anExchange], func(v *schemas.View) { v.Lines[0].Outcome = schemas.Withdrawn })
	}},
	{"books", "the state of the row", func(e *Evidence, id map[string]string) {
		e.edit(id[anExchange], func(v *schemas.View) { v.State = schemas.Review })
	}},
}

func (e *Evidence) shiftExpiry(caseID string, by time.Duration) {
	e.Lives[caseID].Jumps = nil
	for i, m := range e.Lives[caseID].Moments {
		for j, x := range m.Events {
			if _, due, is := ranOut(x); is {
				e.Lives[caseID].Moments[i].Events[j].At = due.Add(by)
			}
		}
	}
}

// A check that cannot fail is a defect: each is shown every defect that it is for.
func TestEveryPlantedDefectIsFound(t *testing.T) {
	t.Parallel()
	tried := map[string]bool{}
	for i, p := range plants {
		e, ids := sound(t)
		p.spoil(e, ids)
		n := numbersOf(e)[p.check]
		require.True(t, slices.ContainsFunc(n.Findings, func(f Finding) bool {
			return strings.Contains(f.What, p.says) && f.Look != ""
		}), "plant %d: %s does not say %q: %+v", i, p.check, p.says, n.Findings)
		require.False(t, Sound(e.Judge()))
		tried[p.check] = true
	}
	for _, c := range checks {
		require.True(t, tried[c.name], "%s has no planted defect", c.name)
	}
}
