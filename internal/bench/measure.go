package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// load is what one side of a pair has shown under load.
type load struct {
	perSecond float64
	cpu       float64 // milliseconds a case
	kept      kept    // a case
}

// pairs are the measured values of one side, one for each pair.
type pairs struct {
	perSecond, cpu, transitions, events, bytes, allowed, approve []float64
}

func (p *pairs) add(l load, c costs, one played) {
	p.perSecond, p.cpu = append(p.perSecond, l.perSecond), append(p.cpu, l.cpu)
	p.transitions, p.events, p.bytes = append(p.transitions, c.transitions), append(p.events, c.events), append(p.bytes, c.bytes)
	p.allowed, p.approve = append(p.allowed, c.allowed), append(p.approve, milliseconds(one.approve))
}

// kind measures one kind: the pairs, and then what open cases cost.
func (r *run) kind(ctx context.Context, kind schemas.Kind) (Result, error) {
	var product, control pairs
	var rows, bytes, upsertTimes []float64
	for i := range r.Pairs {
		what := fmt.Sprintf("%s, pair %d of %d", kind, i+1, r.Pairs)
		ours, one, err := r.oneSide(ctx, what, kind, r.product, &product)
		if err != nil {
			return Result{}, err
		}
		if one.view.CaseID == "" {
			return Result{}, fmt.Errorf("case %s has no row", one.id)
		}
		rows, bytes = append(rows, ours.kept.rows), append(bytes, ours.kept.bytes)
		if _, _, err := r.oneSide(ctx, what, kind, r.control, &control); err != nil {
			return Result{}, err
		}
		took, err := r.upsert(ctx)
		if err != nil {
			return Result{}, err
		}
		upsertTimes = append(upsertTimes, took)
	}
	result := Result{
		Kind: kind, Pairs: r.Pairs, Cases: r.Pairs * r.Cases, InFlight: r.InFlight, OpenCases: r.Open,
		CasesPerS: median(product.perSecond), ControlCasesPerS: median(control.perSecond), ThroughputRatio: medianRatio(product.perSecond, control.perSecond),
		Transitions: median(product.transitions), ControlTransitions: median(control.transitions),
		HistoryEvents: median(product.events), ControlHistoryEvents: median(control.events), EventsAllowed: median(product.allowed),
		HistoryBytes: median(product.bytes), ControlHistoryBytes: median(control.bytes),
		DBRows: median(rows), DBBytes: median(bytes),
		ApproveToVisible: median(product.approve), ControlUpdate: median(control.approve), Upsert: median(upsertTimes),
		NoCPU: r.noCPU,
	}
	if r.noCPU == "" {
		ours, its, ratio := median(product.cpu), median(control.cpu), medianRatio(product.cpu, control.cpu)
		result.CPUPerCase, result.ControlCPUPerCase, result.CPURatio = &ours, &its, &ratio
	}
	var err error
	what := fmt.Sprintf("%s, open cases", kind)
	if result.HeapPerOpenCase, err = r.heapOf(ctx, what, kind, r.product); err != nil {
		return Result{}, err
	}
	if result.ControlHeapPerOpenCase, err = r.heapOf(ctx, what, kind, r.control); err != nil {
		return Result{}, err
	}
	result.judge()
	return result, endAll(ctx, r.temporal)
}

// oneSide is one half of a pair: many cases under load, then a calm one whose costs are exact.
func (r *run) oneSide(ctx context.Context, what string, kind schemas.Kind, s side, into *pairs) (load, played, error) {
	l, err := r.underLoad(ctx, what, kind, s)
	if err != nil {
		return l, played{}, err
	}
	orders, err := r.orders(ctx, 1)
	if err != nil {
		return l, played{}, err
	}
	one, err := s(ctx, kind, orders[0], manner{calm: true})
	if err != nil {
		return l, one, err
	}
	c, err := r.costsOf(ctx, one)
	if err != nil {
		return l, one, err
	}
	r.step(what, 1)
	into.add(l, c, one)
	return l, one, nil
}

// trailing is what the server is given to write what it owes after the last case has ended, such as its visibility. It counts as
// CPU and not as time.
const trailing = time.Second

func (r *run) underLoad(ctx context.Context, what string, kind schemas.Kind, s side) (load, error) {
	orders, err := r.orders(ctx, r.Cases)
	if err != nil {
		return load{}, err
	}
	before, err := keptIn(ctx, r.db)
	if err != nil {
		return load{}, err
	}
	used, err := r.cpu()
	if err != nil {
		return load{}, fmt.Errorf("measure the CPU: %w", err)
	}
	began := time.Now()
	if err := r.batch(ctx, what, kind, s, orders, manner{}); err != nil {
		return load{}, err
	}
	took := time.Since(began)
	if err := pause(ctx, trailing); err != nil {
		return load{}, err
	}
	usedNow, err := r.cpu()
	if err != nil {
		return load{}, fmt.Errorf("measure the CPU: %w", err)
	}
	after, err := keptIn(ctx, r.db)
	if err != nil {
		return load{}, err
	}
	n := float64(r.Cases)
	return load{
		perSecond: n / took.Seconds(), cpu: milliseconds(usedNow-used) / n,
		kept: kept{rows: (after.rows - before.rows) / n, bytes: (after.bytes - before.bytes) / n},
	}, nil
}

// heapOf is what one open case adds to the worker's heap while it waits for its first decision.
func (r *run) heapOf(ctx context.Context, what string, kind schemas.Kind, s side) (float64, error) {
	orders, err := r.orders(ctx, r.Open)
	if err != nil {
		return 0, err
	}
	before, err := r.worker.heap(ctx)
	if err != nil {
		return 0, err
	}
	if err := r.batch(ctx, what, kind, s, orders, manner{calm: true, park: true}); err != nil {
		return 0, err
	}
	after, err := r.worker.heap(ctx)
	if err != nil {
		return 0, err
	}
	return max(after-before, 0) / float64(r.Open), nil
}
