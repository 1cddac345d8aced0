package workflows_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"github.com/aftercare/aftercare/schemas"
	"github.com/aftercare/aftercare/workflows"
)

// What the people of a walk do, and what is reported to its cases.

// step does one thing of all that can be done.
func (w *walk) step(d *dice) {
	if !w.begun.Load() {
		return // this run hears nobody yet
	}
	v := w.view()
	switch how := d.n(24); {
	case how < 8:
		w.fitting(d, v, false)
	case how < 13:
		w.mu.Lock()
		if moves := w.moves(); len(moves) > 0 {
			pickOf(d, moves)()
		}
		w.mu.Unlock()
		w.report(len(w.facts), d)
	case how == 13:
		name := pickOf(d, schemas.CommandNames)
		w.command(name, personIn(pickOf(d, schemas.Roles), d), fits(bodyFor(name, d, v, w.fresh())), "", 0)
	case how == 14:
		w.fitting(d, v, true)
	case how == 15:
		w.again(d)
	case how == 16:
		if v.Revision > 1 {
			w.stale(d, v)
		}
	case how == 17:
		w.asSignal(d, v)
	case how == 18:
		if len(w.sent) > 0 {
			w.sendFact(pickOf(d, w.sent))
		}
	case how == 19:
		name := pickOf(d, schemas.FactNames)
		if body := madeUp(w.kind, name, d, v); body != nil && !w.lies(name, body) {
			w.sendFact(happening{name: name, body: body, at: w.env.Now().Add(-gaps[d.n(len(gaps))]), id: fmt.Sprintf("m-%d", w.fresh())})
		}
	case how == 20:
		w.nonsense(d)
	case how == 21:
		w.tell("the history is long enough")
		w.env.SetContinueAsNewSuggested(true)
		w.env.SignalWorkflow("case.do_anything", "now")
	case how == 22:
		w.away = w.env.Now().Add(time.Minute << d.n(7))
		w.tell("PostgreSQL is away until %s", w.away.Format(time.TimeOnly))
	case how == 23:
		l := pickOf(d, w.setup.lines)
		w.mu.Lock()
		book := w.books.Lines[l.LineID]
		if rest := book.Price - w.books.promisedFor(l.LineID, ""); rest > 0 && d.n(2) == 1 {
			w.books.Elsewhere[l.LineID] += rest / int64(1+d.n(3))
			w.tell("another case has been paid for line %s: %d", l.LineID, w.books.Elsewhere[l.LineID])
		}
		w.mu.Unlock()
	}
}

func (w *walk) fresh() int { w.number++; return w.number }

// lies reports whether a made-up fact would change what is true of goods: carriers and warehouses are taken by their word.
func (w *walk) lies(name string, body any) bool {
	switch word := body.(type) {
	case schemas.ParcelWord:
		p := w.books.Parcels[word.Waybill]
		return p != nil && name != schemas.ParcelException.Name && !(name == schemas.ParcelScanned.Name && p.Arrived)
	case schemas.ChargeWord:
		return name == schemas.DepositVoided.Name
	}
	return false
}

// fitting gives one of the commands that the case says it hears now, or spoils it.
func (w *walk) fitting(d *dice, v schemas.View, spoilt bool) {
	var ofLines, all []schemas.Permit
	for _, p := range v.Allowed {
		all = append(all, p)
		if len(p.Lines) > 0 {
			ofLines = append(ofLines, p)
		}
	}
	if len(ofLines) > 0 && d.n(4) > 0 {
		all = ofLines
	}
	if len(all) == 0 {
		return
	}
	p := pickOf(d, all)
	if len(p.Roles) == 0 {
		w.fail("%s is said to be allowed, and nobody may give it", p.Command)
		return
	}
	body := fits(bodyFor(p.Command, d, v, w.fresh()))
	if spoilt {
		body = spoil(p.Command, body, d)
		w.mu.Lock()
		w.spoilt = true
		w.mu.Unlock()
	}
	w.command(p.Command, personIn(pickOf(d, p.Roles), d), body, "", 0)
}

func (w *walk) command(name string, by schemas.Actor, body any, id string, revision int64) {
	raw, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	if id == "" {
		id = fmt.Sprintf("cmd-%d", w.fresh())
	}
	w.order(name, schemas.Order{CommandID: id, Actor: by, Revision: revision, Body: raw})
}

// order sends a command as an update and holds its answer against what was answered before.
func (w *walk) order(name string, o schemas.Order) {
	w.tell("%s by %s %s %s", name, o.Actor, o.CommandID, o.Body)
	before := w.view()
	earlier, known := w.books.Answers[o.CommandID]
	w.env.UpdateWorkflow(name, fmt.Sprintf("u-%d", w.fresh()), &testsuite.TestUpdateCallback{
		OnAccept: func() {},
		OnReject: func(err error) { w.refused(name, o, before, err) },
		OnComplete: func(out any, err error) {
			if err != nil {
				w.refused(name, o, before, err)
				return
			}
			receipt := out.(schemas.Receipt)
			if fault := sameAnswer(earlier, known, name, o, receipt); fault != "" {
				w.fail("%s", fault)
			}
			if fault := mayHave(name, o, before); fault != "" && !known {
				w.fail("%s", fault)
			}
			w.books.Answers[o.CommandID] = answerBook{Name: name, Order: o, Receipt: receipt}
			w.orders = append(w.orders, answerBook{Name: name, Order: o, Receipt: receipt})
		},
	}, o)
}

func (w *walk) refused(name string, o schemas.Order, before schemas.View, err error) {
	var app *temporal.ApplicationError
	var r schemas.Refusal
	if !errors.As(err, &app) || app.Details(&r) != nil {
		if _, has := workflows.ReadBody(w.kind, name, nil); has && !w.stopped.Load() {
			w.fail("%s was refused without a reason: %v", name, err)
		}
		return
	}
	w.tell("    refused: %s", r.Error())
	if fault := refusedWell(name, o, r, before, w.view()); fault != "" && !w.stopped.Load() {
		w.fail("%s", fault)
	}
}

// again sends a command that was accepted before once more, as it was or changed.
func (w *walk) again(d *dice) {
	if len(w.orders) == 0 {
		return
	}
	a := pickOf(d, w.orders)
	o := a.Order
	switch d.n(4) {
	case 1:
		o.Body = json.RawMessage(`{"text_id":"another"}`)
	case 2:
		o.Actor = aManager
	case 3:
		w.signal(a.Name, o)
		return
	}
	w.order(a.Name, o)
}

func (w *walk) stale(d *dice, v schemas.View) {
	if len(v.Allowed) == 0 {
		return
	}
	p := pickOf(d, v.Allowed)
	w.command(p.Command, personIn(pickOf(d, p.Roles), d), fits(bodyFor(p.Command, d, v, w.fresh())), "", 1+int64(d.n(int(v.Revision))))
}

func (w *walk) asSignal(d *dice, v schemas.View) {
	if len(v.Allowed) == 0 {
		return
	}
	p := pickOf(d, v.Allowed)
	raw, err := json.Marshal(fits(bodyFor(p.Command, d, v, w.fresh())))
	if err != nil {
		panic(err)
	}
	w.signal(p.Command, schemas.Order{CommandID: fmt.Sprintf("sig-%d", w.fresh()), Actor: personIn(pickOf(d, p.Roles), d), Body: raw})
}

func (w *walk) signal(name string, o schemas.Order) {
	w.tell("signal %s by %s %s %s", name, o.Actor, o.CommandID, o.Body)
	w.env.SignalWorkflow(name, o)
}

// nonsense is what no client of ours would send.
func (w *walk) nonsense(d *dice) {
	w.tell("nonsense")
	switch d.n(4) {
	case 0:
		w.env.CancelWorkflow()
	case 1:
		w.env.SignalWorkflow("case.explode", map[string]any{"now": true})
	case 2:
		w.env.SignalWorkflow(pickOf(d, schemas.FactNames), "not a report")
	case 3:
		w.env.SignalWorkflow(pickOf(d, schemas.CommandNames), []int{1, 2})
	}
}

// report sends the first n facts that have not been reported: at once, twice, later, or never.
func (w *walk) report(n int, d *dice) {
	var kept []happening
	w.mu.Lock()
	facts := w.facts
	w.facts = nil
	w.mu.Unlock()
	for i, f := range facts {
		how := 0
		if d != nil && i < n {
			how = d.n(8)
		}
		switch how {
		case 5:
			w.sendFact(f)
			w.sendFact(f)
		case 6:
			kept = append(kept, f)
		case 7:
			w.tell("the word %s is lost", f.name)
		default:
			w.sendFact(f)
		}
	}
	w.mu.Lock()
	w.facts = append(kept, w.facts...)
	w.mu.Unlock()
}

func (w *walk) sendFact(f happening) {
	raw, err := json.Marshal(f.body)
	if err != nil {
		panic(err)
	}
	w.tell("fact %s %s %s", f.name, f.id, raw)
	w.sent = append(w.sent, f)
	if word, is := f.body.(schemas.ExternalWord); is && f.name == schemas.ExternalDecided.Name {
		w.mu.Lock()
		w.books.Words[word.DisputeID] = append(w.books.Words[word.DisputeID], word)
		if b := w.books.Bank[word.DisputeID]; b != nil && (w.last == nil || w.last.ClosedAt == nil) {
			b.told(word.Decision, f.at)
		}
		w.mu.Unlock()
	}
	report := schemas.Report{Source: "test", EventID: f.id, OccurredAt: f.at, ReceivedAt: w.env.Now(), Body: raw}
	if strings.HasPrefix(f.name, "external.") && len(w.books.Successors) > w.before {
		w.forwards(f.name, report) // every open case of an order hears what was decided outside
	}
	w.env.SignalWorkflow(f.name, report)
}
