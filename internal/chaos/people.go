package chaos

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/aftercare/aftercare/cases"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/schemas"
)

// people are everybody who talks to the cases of a run, as they talk in the world: through doors that fail them, so that they try
// again; by updates and by signals; twice to be sure; and machines that report twice, late and in the wrong order. What they were
// told is kept.
type people struct {
	cases    *cases.Client
	temporal client.Client
	world    *sandbox.World
	memory   *memory
	moods    map[string]mood // by case
	seed     uint64
	log      *logbook
	run      context.Context // of the whole run: what is reported late is reported before it ends
	late     sync.WaitGroup
}

// chance is a number from 0 to 99, always the same for the same thing in a run of the same seed.
func (p *people) chance(about string) int {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %s", p.seed, about)
	return int(h.Sum64() % 100)
}

// Shares of a hundred.
const (
	opensTwice   = 20
	bySignal     = 20
	sendsTwice   = 40 // those above bySignal
	outOfOrder   = 12
	comesLate    = 30 // those above outOfOrder
	reportsTwice = 50 // those above comesLate
)

// Open opens a case, and some of them once more: that must be the same case.
func (p *people) Open(ctx context.Context, request schemas.Request, policy string) (cases.Opened, error) {
	opened, err := p.cases.Open(ctx, request, policy)
	if err != nil {
		return opened, err
	}
	p.memory.opened(opened.CaseID)
	if p.chance("open "+opened.CaseID) < opensTwice {
		if again, err := p.cases.Open(ctx, request, policy); err == nil && (again.RunID != opened.RunID || !again.Existed) {
			p.memory.contradiction(opened.CaseID, fmt.Sprintf("opened twice, it is two runs, %s and %s", opened.RunID, again.RunID))
		}
	}
	return opened, nil
}

// Ask asks a case how it stands.
func (p *people) Ask(ctx context.Context, caseID string) (schemas.View, error) {
	return p.cases.Ask(ctx, caseID)
}

// Send gives a command. Some people can only signal, and hear no answer; some ask twice, and must hear the same.
func (p *people) Send(ctx context.Context, caseID, command string, order schemas.Order) (schemas.Receipt, error) {
	order = p.moods[caseID].change(p.run, p, caseID, command, order)
	command, order = p.moods[caseID].judged(command, order)
	luck := p.chance("send " + order.CommandID)
	if luck < bySignal {
		return schemas.Receipt{}, p.signal(ctx, caseID, command, order, luck%2 == 0)
	}
	receipt, err := p.cases.Send(ctx, caseID, command, order)
	if err != nil {
		return receipt, err
	}
	p.memory.receipt(caseID, order.CommandID, receipt)
	if luck < sendsTwice {
		if again, err := p.cases.Send(ctx, caseID, command, order); err == nil {
			p.memory.receipt(caseID, order.CommandID, again)
		}
	}
	return receipt, nil
}

// signal sends a command as a signal of the same name.
func (p *people) signal(ctx context.Context, caseID, command string, order schemas.Order, twice bool) error {
	copies := 1
	if twice {
		copies = 2
	}
	for range copies {
		err := p.temporal.SignalWorkflow(ctx, caseID, "", command, order)
		var gone *serviceerror.NotFound
		if errors.As(err, &gone) {
			return &schemas.Refusal{Code: schemas.CodeCaseClosed, Message: "this case has ended."}
		}
		if err != nil {
			return &schemas.Refusal{Code: schemas.CodeUnavailable, Message: err.Error()}
		}
		p.memory.signal(caseID, order.CommandID, command)
	}
	return nil
}

// Report lets a machine say something: as it is, twice, late, or a scan after the delivery that followed it.
func (p *people) Report(ctx context.Context, fact string, report schemas.Report) (cases.Noted, error) {
	switch luck := p.chance("report " + report.EventID); {
	case luck < outOfOrder && fact == schemas.ParcelScanned.Name:
		arrived := report
		arrived.EventID += "/arrived"
		if err := p.Happened(ctx, schemas.ParcelDeliver.Name, arrived); err != nil {
			return cases.Noted{}, err
		}
		if _, err := p.tell(ctx, schemas.ParcelDeliver.Name, arrived); err != nil {
			return cases.Noted{}, err
		}
		report.OccurredAt = report.OccurredAt.Add(-time.Minute)
		p.log.write("fact.disorder", report.EventID, "the delivery is reported before the scan")
	case luck >= outOfOrder && luck < comesLate:
		pause := time.Duration(200+p.chance("late "+report.EventID)*24) * time.Millisecond // in a case whose time is moved ahead these are days
		p.log.write("fact.late", report.EventID, "%s, %s later", fact, pause)
		p.late.Go(func() {
			select {
			case <-time.After(pause):
				_, _ = p.tell(p.run, fact, report)
			case <-p.run.Done():
			}
		})
		return cases.Noted{}, nil
	case luck >= comesLate && luck < reportsTwice:
		p.log.write("fact.twice", report.EventID, "%s", fact)
		var other sync.WaitGroup
		other.Go(func() { _, _ = p.tell(ctx, fact, report) })
		defer other.Wait()
	}
	return p.tell(ctx, fact, report)
}

// tell reports until it was taken or refused.
func (p *people) tell(ctx context.Context, fact string, report schemas.Report) (cases.Noted, error) {
	for {
		once, cancel := context.WithTimeout(ctx, tryFor)
		noted, err := p.cases.Report(once, fact, report)
		cancel()
		var refusal *schemas.Refusal
		switch {
		case err == nil:
			p.memory.fact(factID(report.Source, report.EventID), fact, noted.Cases)
			return noted, nil
		case errors.As(err, &refusal) && refusal.Code != schemas.CodeUnavailable:
			return noted, err
		}
		if err := p.rest(ctx); err != nil {
			return noted, err
		}
	}
}

// Happened tells an outside system what its parcel or its goods did, until it has heard it.
func (p *people) Happened(ctx context.Context, fact string, report schemas.Report) error {
	for {
		once, cancel := context.WithTimeout(ctx, tryFor)
		err := p.world.Happened(once, fact, report)
		cancel()
		var refusal *schemas.Refusal
		if err == nil || errors.As(err, &refusal) {
			return err
		}
		if err := p.rest(ctx); err != nil {
			return err
		}
	}
}

const (
	tryFor    = 10 * time.Second
	restAfter = 300 * time.Millisecond
)

func (p *people) rest(ctx context.Context) error {
	select {
	case <-time.After(restAfter):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// strangers report on parcels of which nobody knows, until ctx ends.
func (p *people) strangers(ctx context.Context) {
	for n := 0; ; n++ {
		select {
		case <-time.After(3 * time.Second):
		case <-ctx.Done():
			return
		}
		at := time.Now().UTC()
		_, _ = p.tell(ctx, schemas.ParcelScanned.Name, schemas.Report{
			Source: "courier", EventID: fmt.Sprintf("stranger-%d", n), OccurredAt: at, Body: fmt.Appendf(nil, `{"waybill":"NOBODYS%d","carrier":"sandbox"}`, n),
		})
	}
}
