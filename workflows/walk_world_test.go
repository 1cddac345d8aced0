package workflows_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"github.com/aftercare/aftercare/schemas"
)

// outside is the world that the cases of one walk live in: it answers their calls, keeps books of its own, and has faults. What it
// does is decided by the call's key and a number that is drawn once, so that the same walk meets the same world.
type outside struct {
	mu     sync.Mutex
	books  *books
	seed   uint64
	rate   int // faults in a hundred calls
	silent bool
	away   time.Time // PostgreSQL does not answer until then
	now    func() time.Time
	heard  func(schemas.Flush) // what the scribe wants to write, written or not
	facts  []happening         // what has happened and was not reported yet
	clock  int                 // counts what happens
	served map[string]bool     // the calls that the world answers
	spoilt bool                // somebody has sent what should not be sent
	ended  *schemas.View       // the case that is reopened
	setup  setup
}

// happening is a fact that the world has to report.
type happening struct {
	name string
	body any
	at   time.Time
	id   string
}

var errOutside = errors.New("the outside does not answer")

// chance gives a number below n for a call, the same one each time.
func (o *outside) chance(n int, of ...any) int {
	h := fnv.New64a()
	fmt.Fprint(h, o.seed)
	for _, x := range of {
		fmt.Fprint(h, "|", x)
	}
	return int(h.Sum64() % uint64(n))
}

// fault is how one attempt of a call goes wrong.
type fault int

const (
	well       fault = iota
	lostBefore       // it never arrived
	lostAfter        // it was done, and the answer got lost
	turnedDown       // it is refused, and no repetition helps
)

// refusable are the calls that an outside system may turn down for good, and that a case goes on without. Any other is parked until a
// person frees it, which nobody does once everybody is silent.
var refusable = []string{schemas.NoticeSend.Name, schemas.SurveyInvite.Name, schemas.CaseMayMerge.Name, schemas.MethodKnown.Name}

func (o *outside) faultOf(name, key string, attempt int32) fault {
	if o.silent || o.chance(100, "fault", name, key) >= o.rate {
		return well
	}
	kind := o.chance(10, "class", name, key)
	switch {
	case kind < 3 && attempt <= 2, kind == 3 && attempt <= 8:
		return lostBefore
	case (kind == 4 || kind == 5) && attempt <= 1, kind == 6 && attempt <= 8:
		return lostAfter
	case kind > 7 && contains(refusable, name):
		return turnedDown
	}
	return well
}

// serve registers one call. The world's answer is given under its lock, as a system with transactions of its own would.
func serve[In, Out any](env *testsuite.TestWorkflowEnvironment, o *outside, a schemas.Activity[In, Out], key func(In) string, answer func(In) Out) {
	tryServing(env, o, a, key, func(in In) (Out, *schemas.Refusal) { return answer(in), nil })
}

// tryServing is serve for a system that may refuse for reasons of its own.
func tryServing[In, Out any](env *testsuite.TestWorkflowEnvironment, o *outside, a schemas.Activity[In, Out], key func(In) string, answer func(In) (Out, *schemas.Refusal)) {
	o.served[a.Name] = true
	refused := func(r schemas.Refusal) error {
		return temporal.NewNonRetryableApplicationError(r.Message, schemas.ErrorTypeRefused, nil, r)
	}
	env.RegisterActivityWithOptions(func(ctx context.Context, in In) (Out, error) {
		o.mu.Lock()
		defer o.mu.Unlock()
		var none Out
		o.readForPersons(a.Name, in)
		switch o.faultOf(a.Name, key(in), activity.GetInfo(ctx).Attempt) {
		case lostBefore:
			return none, errOutside
		case turnedDown:
			return none, refused(schemas.Refusal{Code: schemas.CodeDeclined, Message: "the outside system says no."})
		case lostAfter:
			_, _ = answer(in)
			return none, errOutside
		}
		out, refusal := answer(in)
		if refusal != nil {
			return none, refused(*refusal)
		}
		return out, nil
	}, activity.RegisterOptions{Name: a.Name})
}

// somebody is personal data as a careless person would type it somewhere.
const somebody = "Erika Musterfrau, +49 170 1234567"

func (o *outside) readForPersons(where string, v any) {
	if !o.spoilt {
		return // nobody has typed any
	}
	raw, err := json.Marshal(v)
	if err == nil && strings.Contains(string(raw), "Musterfrau") {
		o.books.Personal = append(o.books.Personal, where+": "+string(raw))
	}
}

func (o *outside) tick() int {
	o.clock++
	return o.clock
}

// happens notes a fact; the walk decides whether, when, and how often it is reported.
func (o *outside) happens(name string, body any) {
	o.facts = append(o.facts, happening{name: name, body: body, at: o.now(), id: fmt.Sprintf("f-%d", o.tick())})
}

// listen lets the world answer every call of a case.
func (o *outside) listen(env *testsuite.TestWorkflowEnvironment) {
	nothing := schemas.Nothing{}
	o.served = map[string]bool{schemas.RowsWrite.Name: true}
	serve(env, o, schemas.CaseIntake, func(i schemas.IntakeOrder) string { return i.CaseID }, o.takeIn)
	serve(env, o, schemas.ClaimsRelease, func(r schemas.ReleaseOrder) string { return fmt.Sprint(r.Units) }, func(schemas.ReleaseOrder) schemas.Nothing { return nothing })
	serve(env, o, schemas.ClaimsSettle, func(r schemas.SettleOrder) string { return fmt.Sprint(r.Units) }, func(schemas.SettleOrder) schemas.Nothing { return nothing })
	serve(env, o, schemas.CaseMayMerge, func(q schemas.MergeQuestion) string { return q.Into }, func(q schemas.MergeQuestion) schemas.Judged {
		return o.judged("merge", q.Into)
	})
	serve(env, o, schemas.MethodKnown, func(q schemas.MethodQuestion) string { return q.Method }, func(q schemas.MethodQuestion) schemas.Judged {
		return o.judged("method", q.Method)
	})
	serve(env, o, schemas.WaybillFree, func(q schemas.WaybillQuestion) string { return q.Waybill }, func(q schemas.WaybillQuestion) schemas.Judged {
		return schemas.Judged{Refusal: o.anothers(q.Waybill)}
	})
	serve(env, o, schemas.ArticleFind, func(q schemas.ArticleQuestion) string { return q.SKU }, func(q schemas.ArticleQuestion) schemas.ArticleAnswer {
		return schemas.ArticleAnswer{Known: q.SKU != "unheard", ProductID: "p", UnitPrice: usd(int64(3000 + 1500*o.chance(3, "price", q.SKU)))}
	})
	stepOf := func(n schemas.NoticeOrder) string {
		o.books.noteTasks(n, false) // whether or not it arrives
		return n.Step
	}
	serve(env, o, schemas.NoticeSend, stepOf, func(n schemas.NoticeOrder) schemas.NoticeReceipt {
		o.books.Told = append(o.books.Told, n.Messages...)
		o.books.noteTasks(n, true)
		for _, m := range n.Messages {
			o.packs(m)
		}
		return schemas.NoticeReceipt{Sent: len(n.Messages)}
	})
	serve(env, o, schemas.SurveyInvite, func(n schemas.SurveyOrder) string { return n.Step }, func(n schemas.SurveyOrder) schemas.SurveyReceipt {
		o.books.Told = append(o.books.Told, n.Messages...)
		if o.chance(4, "survey") == 0 {
			return schemas.SurveyReceipt{SkippedFor: "asked_recently"}
		}
		return schemas.SurveyReceipt{Asked: true}
	})
	o.listenMoney(env)
	o.listenBanks(env)
	o.listenGoods(env)
	env.RegisterActivityWithOptions(func(_ context.Context, f schemas.Flush) (schemas.Written, error) {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.readForPersons("rows", f)
		o.heard(f)
		if o.now().Before(o.away) {
			return schemas.Written{}, errOutside
		}
		return schemas.Written{}, nil
	}, activity.RegisterOptions{Name: schemas.RowsWrite.Name})
	for _, name := range schemas.ActivityNames {
		if o.served[name] {
			continue
		}
		// A call that is newer than this world gets the plainest answer.
		env.RegisterActivityWithOptions(func(context.Context, json.RawMessage) (json.RawMessage, error) {
			return json.RawMessage(`{}`), nil
		}, activity.RegisterOptions{Name: name})
	}
}

func (o *outside) judged(what, which string) schemas.Judged {
	if o.chance(2, what, which) == 0 {
		return schemas.Judged{}
	}
	return schemas.Judged{Refusal: &schemas.Refusal{Code: schemas.CodeBadValue, Message: "our database knows nothing of " + which + "."}}
}

// takeIn is intake: the order as it was bought, and what is left of it.
func (o *outside) takeIn(in schemas.IntakeOrder) schemas.Intake {
	got := schemas.Intake{Currency: "USD", Owner: "agent-1", Plan: thePlan(), Edition: schemas.Edition}
	got.Plan.Limits.LargeRefund, got.Plan.Suspicion = usd(o.setup.large), o.setup.suspect
	if p := in.Predecessor; p != nil && p.Why == schemas.WhyReopen {
		o.takeInAgain(in, &got)
	} else {
		o.takeInFresh(in, &got)
	}
	for _, p := range o.setup.payments {
		p.Refundable = usd(p.Captured.Minor - o.books.promised(p.PaymentID, ""))
		got.Payments = append(got.Payments, p)
	}
	return got
}

func (o *outside) takeInFresh(in schemas.IntakeOrder, got *schemas.Intake) {
	for _, l := range o.setup.lines {
		for _, asked := range in.Request.Lines {
			if asked.LineID == l.LineID {
				got.Lines = append(got.Lines, o.lineFor(l, asked, in))
			}
		}
	}
}

func (o *outside) lineFor(l schemas.Line, asked schemas.RequestLine, in schemas.IntakeOrder) schemas.Line {
	l.Quantity = asked.Quantity
	if len(l.Units) > asked.Quantity {
		l.Units = l.Units[:asked.Quantity]
	}
	if p := in.Predecessor; p != nil && p.Handover != nil {
		for _, handed := range p.Handover.Lines {
			if handed.LineID == l.LineID && len(handed.Units) > 0 {
				l.Units, l.Quantity = handed.Units, len(handed.Units)
			}
		}
	}
	left := o.books.Lines[l.LineID].Price - o.books.promisedFor(l.LineID, "")
	l.Payable = l.Price().Min(usd(max(0, min(left, l.Price().Minor-o.books.promisedForUnits(l)))))
	if in.Request.Kind == schemas.KindReturn {
		l.Replacement = nil
	} else if l.Replacement != nil {
		fresh := *l.Replacement
		l.Replacement = &fresh
	}
	return l
}
