// Package play lets every other party of a case act: the customer, the staff, the warehouse and the courier. It acts through
// the same public commands and facts as real ones would, so that what it shows is the product and not a film of it.
package play

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"github.com/aftercare/aftercare/cases"
	"github.com/aftercare/aftercare/schemas"
)

// Cases is how the parties reach cases.
type Cases interface {
	Open(ctx context.Context, request schemas.Request, policy string) (cases.Opened, error)
	Ask(ctx context.Context, caseID string) (schemas.View, error)
	Send(ctx context.Context, caseID, command string, order schemas.Order) (schemas.Receipt, error)
	Report(ctx context.Context, fact string, report schemas.Report) (cases.Noted, error)
}

var _ Cases = (*cases.Client)(nil)

// Rows is where the player reads how cases stand.
type Rows interface {
	CaseRow(ctx context.Context, caseID string) (schemas.View, error)
}

// Carrier is told what its parcels do, and the warehouse what becomes of its goods, before the fact of it is sent, so that their own
// books agree.
type Carrier interface {
	Happened(ctx context.Context, fact string, report schemas.Report) error
}

// Provider moves the money. It can be told to say of one case only what it is asked, or to refuse the case's next refund, and knows what it and others outside have yet to say.
type Provider interface {
	Mute(ctx context.Context, caseID string) error
	RefuseNext(ctx context.Context, caseID string) error
	Owes(ctx context.Context, caseID string) (bool, error)
}

// Player plays requests to the end of their cases.
type Player struct {
	Cases     Cases
	Temporal  client.Client
	Namespace string
	Rows      Rows
	Changes   <-chan Change
	Carrier   Carrier
	Provider  Provider
	Bank      Bank
	Parties   Parties
	Policy    string // of the cases it opens
	Fast      bool   // cases are fast-forwarded to their next due once nobody has anything to do
	InFlight  int    // orders at a time
	Progress  func(Progress)
	Log       *zap.Logger
	// Patience is how long a server may be away before the play gives up. Zero is two minutes.
	Patience time.Duration

	ears     ears
	patience *patience
	playing  open
}

// Change says that the row of a case was written.
type Change struct {
	CaseID   string
	Revision int64
}

// Progress is told whenever a case has ended.
type Progress struct{ Ended, Requests int }

// Result is one request of the file and what became of it.
type Result struct {
	Request schemas.Request
	View    schemas.View     // empty where the request was refused before a case existed
	Refused *schemas.Refusal // why there is no case
}

// Run plays the requests and gives one result for each, in their order. Played again it goes on where it was: every command
// has an id derived from the case and its revision, and opening a case twice is opening it once.
func (p *Player) Run(ctx context.Context, requests []schemas.Request) ([]Result, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	go p.ears.listen(ctx, p.Changes)
	p.patience = newPatience(p.Patience, p.Log)
	var probing sync.WaitGroup
	probing.Go(func() {
		if err := p.probe(ctx, p.playing.any); err != nil {
			stop(err)
		}
	})
	defer probing.Wait()
	defer stop(nil)

	results := make([]Result, len(requests))
	var mu sync.Mutex
	ended := 0
	finished := func(i int, r Result) {
		mu.Lock()
		defer mu.Unlock()
		results[i] = r
		ended++
		if p.Progress != nil {
			p.Progress(Progress{Ended: ended, Requests: len(requests)})
		}
	}
	var all sync.WaitGroup
	places := make(chan struct{}, max(1, p.InFlight))
	for _, group := range p.grouped(requests) {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
		all.Go(func() {
			defer func() { <-places }()
			for _, order := range p.Parties.together(group) {
				if err := p.playOrder(ctx, requests, order, finished); err != nil {
					stop(err)
					return
				}
			}
		})
	}
	all.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	return results, nil
}

// grouped puts the requests of one order together, in the order of the file.
func (p *Player) grouped(requests []schemas.Request) [][]int {
	var groups [][]int
	at := map[string]int{}
	for i, r := range requests {
		key := p.Parties.groupOf(r)
		g, known := at[key]
		if !known {
			g = len(groups)
			at[key] = g
			groups = append(groups, nil)
		}
		groups[g] = append(groups[g], i)
	}
	return groups
}

// playOrder opens an order's requests one after the other, each after the intake of the one before, and then lets everybody
// act until all its cases have ended.
func (p *Player) playOrder(ctx context.Context, requests []schemas.Request, order []int, finished func(int, Result)) error {
	var playing []*stage
	for _, i := range order {
		if err := p.instruct(ctx, schemas.CaseID(requests[i].MerchantID, requests[i].RequestID)); err != nil {
			return err
		}
		opened, err := p.open(ctx, requests[i])
		var refusal *schemas.Refusal
		if errors.As(err, &refusal) {
			finished(i, Result{Request: requests[i], Refused: refusal})
			continue
		}
		if err != nil {
			return err
		}
		st := &stage{player: p, index: i, request: requests[i], caseID: opened.CaseID}
		p.playing.add(st.caseID)
		defer p.playing.remove(st.caseID)
		if err := st.until(ctx, takenIn); err != nil {
			return err
		}
		playing = append(playing, st)
	}
	for len(playing) > 0 {
		open := playing[:0]
		acted := false
		for _, st := range playing {
			did, err := st.act(ctx)
			if err != nil {
				return err
			}
			acted = acted || did
			if next := st.view.SuccessorID; st.view.ClosedAt != nil && st.view.Outcome == schemas.Converted && next != "" {
				// The request goes on in another case, and so does the play.
				p.playing.remove(st.caseID)
				st = &stage{player: p, index: st.index, request: st.request, caseID: next, earlier: append(st.earlier, st.view)}
				p.playing.add(next)
				defer p.playing.remove(next)
				if err := p.instruct(ctx, next); err != nil {
					return err
				}
				if err := st.until(ctx, takenIn); err != nil {
					return err
				}
				acted = true
			} else if st.view.ClosedAt != nil {
				p.playing.remove(st.caseID)
				finished(st.index, Result{Request: st.request, View: whole(st.earlier, st.view)})
				continue
			}
			open = append(open, st)
		}
		playing = open
		if len(playing) > 0 && !acted {
			if err := p.rest(ctx, playing); err != nil {
				return err
			}
		}
	}
	return nil
}

// instruct tells the provider how it behaves towards a case: it speaks only when it is asked, or refuses the first refund.
func (p *Player) instruct(ctx context.Context, caseID string) error {
	if p.Parties == RefusingProvider {
		if err := p.Provider.RefuseNext(ctx, caseID); err != nil {
			return fmt.Errorf("let the payment provider refuse a refund: %w", err)
		}
	}
	if !p.Parties.muted() {
		return nil
	}
	if err := p.Provider.Mute(ctx, caseID); err != nil {
		return fmt.Errorf("keep the payment provider silent: %w", err)
	}
	return nil
}

// open opens a case, and repeats it while Temporal is away. What is wrong with the request itself comes back as a refusal.
func (p *Player) open(ctx context.Context, request schemas.Request) (cases.Opened, error) {
	for {
		opened, err := p.Cases.Open(ctx, request, p.Policy)
		var refusal *schemas.Refusal
		switch {
		case err == nil:
			return opened, nil
		case ctx.Err() != nil:
			return opened, context.Cause(ctx)
		case !errors.As(err, &refusal):
			return opened, fmt.Errorf("open request %s: %w", request.RequestID, err)
		case refusal.Code != schemas.CodeUnavailable:
			return opened, refusal
		}
		if err := p.patience.failed(temporal, err); err != nil {
			return opened, err
		}
		select {
		case <-time.After(lookAgain):
		case <-ctx.Done():
			return opened, context.Cause(ctx)
		}
	}
}

// takenIn reports whether a case has been taken in, or cannot be: then its people free the step that is parked, or its clock runs out.
func takenIn(v schemas.View) bool { return v.ClosedAt != nil || len(v.Lines) > 0 || len(v.Parked) > 0 }

// rest waits until one of the cases changes. In a fast play, cases that wait for nobody but time are brought to their next
// due instead.
func (p *Player) rest(ctx context.Context, playing []*stage) error {
	heard, forget := p.ears.of(playing)
	defer forget()
	for _, st := range playing {
		// What changed since the case was last looked at must not be slept through.
		if changed, err := st.look(ctx); err != nil || changed {
			return err
		}
	}
	forwarded := false
	if p.Fast {
		for _, st := range playing {
			did, err := st.fastForward(ctx)
			if err != nil {
				return err
			}
			forwarded = forwarded || did
		}
	}
	select {
	case <-heard:
	case <-time.After(lookAgain):
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}

// lookAgain is the longest sleep between two looks, in case a notification was lost.
const lookAgain = time.Second
