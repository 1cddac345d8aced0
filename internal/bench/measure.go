package bench

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// load is what one side of a pair has shown under load.
type load struct {
	perSecond float64
	cpu       CPU   // a case
	kept      kept  // a case
	busy      costs // the middle of a sample: answers that meet share a workflow task
}

// pairs are the measured values of one side, one for each pair.
type pairs struct {
	perSecond, transitions, events, bytes, allowed, approve, answered []float64
	busyTransitions, busyEvents                                       []float64
	cpu                                                               []CPU
}

// add takes the values of one pair: those under load, and the middle ones of its calm cases.
func (p *pairs) add(l load, calm pairs) {
	p.perSecond, p.cpu = append(p.perSecond, l.perSecond), append(p.cpu, l.cpu)
	p.busyTransitions, p.busyEvents = append(p.busyTransitions, l.busy.transitions), append(p.busyEvents, l.busy.events)
	p.transitions, p.events = append(p.transitions, median(calm.transitions)), append(p.events, median(calm.events))
	p.bytes, p.allowed = append(p.bytes, median(calm.bytes)), append(p.allowed, median(calm.allowed))
	p.approve, p.answered = append(p.approve, median(calm.approve)), append(p.answered, median(calm.answered))
}

// kind measures one kind: the pairs, and then what open cases cost.
func (r *run) kind(ctx context.Context, kind schemas.Kind, until time.Time) (Result, error) {
	var product, control pairs
	var rows, bytes, upsertTimes []float64
	driven := 0
	r.size = r.Cases
	for i := range r.Pairs {
		what := fmt.Sprintf("%s, pair %d of %d", kind, i+1, r.Pairs)
		began := time.Now()
		ours, err := r.oneSide(ctx, what, kind, r.product, &product)
		if err != nil {
			return Result{}, err
		}
		rows, bytes = append(rows, ours.kept.rows), append(bytes, ours.kept.bytes)
		if _, err := r.oneSide(ctx, what, kind, r.control, &control); err != nil {
			return Result{}, err
		}
		driven += r.size
		r.fit(time.Since(began), r.Pairs-i-1, until)
		took, err := r.upsert(ctx)
		if err != nil {
			return Result{}, err
		}
		upsertTimes = append(upsertTimes, took)
	}
	result := Result{
		Kind: kind, Pairs: r.Pairs, Cases: driven, InFlight: r.InFlight, OpenCases: r.Open,
		CasesPerS: median(product.perSecond), ControlCasesPerS: median(control.perSecond), ThroughputRatio: medianRatio(product.perSecond, control.perSecond),
		Transitions: median(product.transitions), ControlTransitions: median(control.transitions),
		HistoryEvents: median(product.events), ControlHistoryEvents: median(control.events), EventsAllowed: median(product.allowed),
		HistoryBytes: median(product.bytes), ControlHistoryBytes: median(control.bytes),
		LoadTransitions: median(product.busyTransitions), ControlLoadTransitions: median(control.busyTransitions),
		LoadEvents: median(product.busyEvents), ControlLoadEvents: median(control.busyEvents),
		DBRows: median(rows), DBBytes: median(bytes),
		ApproveToVisible: median(product.approve), ApproveAnswered: median(product.answered), ControlUpdate: median(control.answered), Upsert: median(upsertTimes),
		NoCPU: r.noCPU,
	}
	if r.noCPU == "" {
		parts, ours := medianCPU(product.cpu)
		controlParts, its := medianCPU(control.cpu)
		ratio := medianRatio(sums(product.cpu), sums(control.cpu))
		result.CPUParts, result.CPUPerCase, result.ControlCPUParts, result.ControlCPUPerCase, result.CPURatio = &parts, &ours, &controlParts, &its, &ratio
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

// calmCases is how many cases of a half of a pair are driven calmly, side by side: their costs are exact, and their decisions are
// answered by a server that has nothing else to do.
const calmCases = 3

// oneSide is one half of a pair: many cases under load, then calm ones.
func (r *run) oneSide(ctx context.Context, what string, kind schemas.Kind, s side, into *pairs) (load, error) {
	l, err := r.underLoad(ctx, what, kind, s)
	if err != nil {
		return l, err
	}
	orders, err := r.orders(ctx, calmCases)
	if err != nil {
		return l, err
	}
	var calm pairs
	var mu sync.Mutex
	counted := func(ctx context.Context, kind schemas.Kind, o schemas.ShopOrder, m manner) (played, error) {
		one, err := s(ctx, kind, o, m)
		if err != nil {
			return one, err
		}
		c, err := r.costsOf(ctx, one)
		mu.Lock()
		defer mu.Unlock()
		calm.transitions, calm.events, calm.bytes = append(calm.transitions, c.transitions), append(calm.events, c.events), append(calm.bytes, c.bytes)
		calm.allowed, calm.approve = append(calm.allowed, c.allowed), append(calm.approve, milliseconds(one.approve))
		calm.answered = append(calm.answered, milliseconds(one.answered))
		return one, err
	}
	if err := r.batch(ctx, what, kind, counted, orders, manner{calm: true}); err != nil {
		return l, err
	}
	into.add(l, calm)
	return l, nil
}

// trailing is what the server is given to write what it owes after the last case has ended, such as its visibility. It counts as
// CPU and not as time.
const trailing = time.Second

func (r *run) underLoad(ctx context.Context, what string, kind schemas.Kind, s side) (load, error) {
	orders, err := r.orders(ctx, r.size)
	if err != nil {
		return load{}, err
	}
	before, err := keptIn(ctx, r.db)
	if err != nil {
		return load{}, err
	}
	used, err := r.cpu(ctx)
	if err != nil {
		return load{}, err
	}
	var mu sync.Mutex
	var sample []played
	sampled := func(ctx context.Context, kind schemas.Kind, o schemas.ShopOrder, m manner) (played, error) {
		one, err := s(ctx, kind, o, m)
		mu.Lock()
		defer mu.Unlock()
		if len(sample) < sampleOf {
			sample = append(sample, one)
		}
		return one, err
	}
	began := time.Now()
	if err := r.batch(ctx, what, kind, sampled, orders, manner{}); err != nil {
		return load{}, err
	}
	took := time.Since(began)
	if err := pause(ctx, trailing); err != nil {
		return load{}, err
	}
	usedNow, err := r.cpu(ctx)
	if err != nil {
		return load{}, err
	}
	after, err := keptIn(ctx, r.db)
	if err != nil {
		return load{}, err
	}
	busy, err := r.busy(ctx, sample)
	if err != nil {
		return load{}, err
	}
	n := float64(r.size)
	return load{
		busy:      busy,
		perSecond: n / took.Seconds(), cpu: usedNow.perCase(used, n),
		kept: kept{rows: (after.rows - before.rows) / n, bytes: (after.bytes - before.bytes) / n},
	}, nil
}

// sampleOf is how many cases of a run under load are looked at afterwards.
const sampleOf = 9

// busy is the middle of what cases cost Temporal under load.
func (r *run) busy(ctx context.Context, sample []played) (costs, error) {
	var transitions, events []float64
	for _, p := range sample {
		c, err := r.costsOf(ctx, p)
		if err != nil {
			return costs{}, err
		}
		transitions, events = append(transitions, c.transitions), append(events, c.events)
	}
	return costs{transitions: median(transitions), events: median(events)}, nil
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
