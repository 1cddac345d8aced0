package workflows

import (
	"errors"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// How lines of a case go on in another one, as another kind.

// workflowOf is the workflow type of a kind.
var workflowOf = map[schemas.Kind]string{schemas.KindReturn: schemas.WorkflowReturn, schemas.KindExchange: schemas.WorkflowExchange}

// startSuccessor opens the case that goes on with lines, and ends them here once it has started. It is a case of its own: this one may
// have other lines. What the other begins with is gathered at the last moment; until then the lines hear nothing, so that nobody
// decides here what is decided there.
func (g *goods) startSuccessor(s *step, lines []*schemas.Line, kind schemas.Kind, sku string) {
	next := g.nextCase()
	g.Successor = next
	opening := g.handOver(kind, lines, sku)
	s.say("Line(s) %s go on as %s, case %s.", lineList(lines), aKind(kind), next)
	s.note("successor_id", next)
	if g.parksConverting() {
		for _, l := range lines {
			l.LeavesAs = schemas.Converted
		}
		g.move(s, lines, schemas.Converting)
	} else {
		g.startOn(s, lines, "system", "ops are alerted")
	}
	g.effect(successor, next, func(ctx workflow.Context) {
		if g.booksWhatGoesOn() && !g.bookDifferences(ctx, lines) {
			return
		}
		begin := func(*Parked) error {
			child := workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
				WorkflowID: next, TaskQueue: string(schemas.QueueCases), ParentClosePolicy: enums.PARENT_CLOSE_POLICY_ABANDON,
				WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE, Priority: g.servedBy(),
			})
			return workflow.ExecuteChildWorkflow(child, workflowOf[kind], opening).GetChildWorkflowExecution().Get(ctx, nil)
		}
		err := g.untilFreed(ctx, begin(nil), waiting{name: successor, key: next, lines: lines}, begin)
		if g.stuckOn(err, successor, next) {
			return
		}
		s := g.begin(schemas.EventConverted, schemas.System, schemas.DoorSystem)
		s.lines = lines
		s.note("successor_id", next)
		s.say("Case %s has begun; line(s) %s end here.", next, lineList(lines))
		s.tell(g.textOf("return.converted", "case.converted"), vars{"successor": next, "lines": linesVar(lines)})
		g.hand(s, lines, next)
		g.settle(s)
	})
}

// bookDifferences asks the provider once more about the differences that were paid back for lines, so that the ledger has its word on them
// before the lines leave the case. Their units are settled by whoever pays for them in the end.
func (g *goods) bookDifferences(ctx workflow.Context, lines []*schemas.Line) bool {
	for _, f := range g.Refunds {
		if f.Status != schemas.RefundSucceeded || f.Confirmed || !g.paysAny(f, lines) {
			continue
		}
		if g.parksBookings() {
			if !g.bookDifference(ctx, f, lines) {
				return false
			}
			continue
		}
		got, err := do(ctx, g.Case, schemas.RefundLookup, f.RefundID, g.askAboutRefund(f))
		if g.stuckOn(err, schemas.RefundLookup.Name, f.RefundID) {
			return false
		}
		if f.Confirmed = got.Status == schemas.RefundSucceeded; f.Confirmed {
			continue
		}
		s := g.begin(schemas.EventRefundWord, schemas.System, schemas.DoorSystem)
		g.providerSaid(s, f, got.Status, got.Code)
		g.settle(s)
	}
	return true
}

// bookDifference asks about one of them. The lines wait for the answer: one that is lost is asked for again by itself, and by whoever frees the
// step. What the provider does not stand by is paid here all the same, after the lines have gone.
func (g *goods) bookDifference(ctx workflow.Context, f *schemas.Refund, lines []*schemas.Line) bool {
	var got schemas.RefundReceipt
	ask := func(*Parked) (err error) {
		got, err = do(ctx, g.Case, schemas.RefundLookup, f.RefundID, g.askAboutRefund(f))
		return answered(got, err)
	}
	err := g.untilFreed(ctx, ask(nil), waiting{
		name: schemas.RefundLookup.Name, key: f.RefundID, lines: lines, moot: func() bool { return f.Status != schemas.RefundSucceeded },
	}, ask)
	switch {
	case errors.Is(err, errMoot):
		return true // a word that came meanwhile has taken the success back, and people see to it
	case errors.Is(err, errSkipped):
		f.Confirmed = true // the provider's first word counts
		return true
	case g.stuckOn(err, schemas.RefundLookup.Name, f.RefundID):
		return false
	case f.Status != schemas.RefundSucceeded:
		return true
	}
	if f.Confirmed = got.Status == schemas.RefundSucceeded; !f.Confirmed {
		g.notStoodBy(f, got)
	}
	return true
}

func (g *goods) askAboutRefund(f *schemas.Refund) schemas.RefundQuestion {
	r := g.Opening.Request
	return schemas.RefundQuestion{CaseID: g.CaseID, MerchantID: r.MerchantID, OrderID: r.OrderID, RefundID: f.RefundID, At: g.now()}
}

// answered makes a failure of a question to which no answer came, however often it was asked: neither yes nor no.
func answered(got schemas.RefundReceipt, err error) error {
	lost := err != nil && !forGood(err) && !temporal.IsCanceledError(err)
	silent := err == nil && got.Status == schemas.RefundUnknown && got.Code != schemas.CodeUnknownRefund
	if lost || silent {
		return temporal.NewNonRetryableApplicationError("the payment provider does not answer", string(schemas.CodeNoAnswer), nil)
	}
	return err
}

// hand ends lines here without freeing their units: the successor's intake has taken them over, or will.
func (g *goods) hand(s *step, lines []*schemas.Line, next string) {
	for _, l := range lines {
		l.Outcome, l.Holder = schemas.Converted, next
	}
	g.move(s, lines, schemas.Closed)
	g.seeToFailed(s, lines)
	g.openAppeal(s, lines)
}

// aKind writes a kind with its article.
func aKind(k schemas.Kind) string {
	if k == schemas.KindExchange {
		return "an exchange"
	}
	return "a " + string(k)
}

// goesOn lists the lines of a parcel that is reported of, where all of them go on in another case.
func (c *Case) goesOn(body any) []*schemas.Line {
	if _, parcel := body.(schemas.ParcelWord); !parcel || !c.parksConverting() {
		return nil
	}
	lines := c.linesNamed(body)
	gone, rest := sort2(lines, func(l *schemas.Line) bool { return l.State == schemas.Converting || l.Outcome == schemas.Converted })
	if len(rest) > 0 {
		return nil
	}
	return gone
}

// forward sends a fact on to the case that has the lines now. Couriers know numbers and no cases, and until this case has ended the
// number leads here.
func (c *Case) forward(s *step, report schemas.Report, lines []*schemas.Line) {
	name := s.name
	s.lines = lines
	s.say("%s goes on to the case that has line(s) %s now.", name, lineList(lines))
	c.effect(name, report.EventID, func(ctx workflow.Context) {
		if workflow.Await(ctx, func() bool { return lines[0].State == schemas.Closed || c.stuckWith(successor) }) != nil {
			return
		}
		err := errors.New("it was never opened")
		if next := lines[0].Holder; next != "" {
			err = workflow.SignalExternalWorkflow(ctx, next, "", name, report).Get(ctx, nil)
		}
		if err == nil {
			return
		}
		s := c.begin(schemas.EventLateFact, schemas.System, schemas.DoorSystem)
		s.lines = lines
		s.note("fact", name)
		s.say("%s could not be told to the case that goes on; it is kept here.", name)
		s.staff("staff.task", c.Owner, vars{"task": "late_fact", "due": ""})
		c.settle(s)
	})
}

// stuckWith reports whether a step of this name cannot be done.
func (c *Case) stuckWith(name string) bool {
	for _, w := range c.Stuck {
		if w.Name == name {
			return true
		}
	}
	return false
}
