package chaos

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/aftercare/aftercare/internal/imports"
	"github.com/aftercare/aftercare/internal/play"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/schemas"
)

// Options say how large a run is and where it happens.
type Options struct {
	Size
	For      time.Duration // the whole run ends within it
	InFlight int           // requests at a time
	Dir      string        // an empty folder, for this run alone; see Prepare
	Worker   string        // the worker's program
	Words    io.Writer     // hears in sentences what takes long
	Log      *zap.Logger
	Progress func(what string, done, of int)
	// Afterwards is called when everything has been compared, while the stack still runs: a test plants defects then. Nil otherwise.
	Afterwards func(ctx context.Context, a *auditor, e *Evidence) error
}

// Report is what became of a run.
type Report struct {
	Seed     uint64                  `json:"seed"`
	Requests int                     `json:"requests"`
	Cases    int                     `json:"cases"` // with the successors
	Seconds  float64                 `json:"seconds"`
	Troubles map[What]int            `json:"troubles"`
	Faults   int                     `json:"faults"` // told to the outside systems and used up
	Commands int                     `json:"commands"`
	Signals  int                     `json:"signals"`
	Facts    int                     `json:"facts"`
	Jumps    int                     `json:"jumps"` // how often cases were moved ahead
	Outcomes map[schemas.Outcome]int `json:"outcomes"`
	Numbers  []Number                `json:"numbers"`
	Stopped  []string                `json:"stopped,omitempty"` // what did not go on, and why
	Log      string                  `json:"log"`
	Data     string                  `json:"data,omitempty"` // where it was kept
}

// Sound says that every number of the table is zero and nothing was left out.
func (r Report) Sound() bool { return Sound(r.Numbers) && len(r.Stopped) == 0 }

// LogName is the file in the data folder that tells every disturbance with its time.
const LogName = "chaos.log"

// Run does one run. It has stopped everything when it returns; the data stays until Remove is called on the folder.
func Run(ctx context.Context, o Options) (report Report, remove func() error, err error) {
	began := time.Now()
	remove = func() error { return os.RemoveAll(o.Dir) }
	o.Now = began.UTC().Truncate(time.Second)
	plan := NewPlan(o.Size)
	log, err := openLogbook(filepath.Join(o.Dir, LogName))
	if err != nil {
		return Report{}, remove, err
	}
	defer log.close()
	ctx, cancel := context.WithDeadlineCause(ctx, began.Add(o.For), errTooLong)
	defer cancel()
	o.Progress("starting the servers", 0, 1)
	s, err := startStack(ctx, o, log)
	if err != nil {
		return Report{}, remove, err
	}
	remove = s.remove
	defer func() { err = errors.Join(err, s.stop()) }()
	r := &run{Options: o, plan: plan, stack: s, log: log, memory: &memory{said: newSaid()}}
	report, err = r.live(ctx, began.Add(o.For-auditWithin(o.For)))
	report.Log = filepath.Join(o.Dir, LogName)
	report.Seconds = time.Since(began).Round(100 * time.Millisecond).Seconds()
	return report, remove, err
}

var errTooLong = errors.New("the time of the run is over before everything was compared: give it more --minutes, or fewer --cases")

// auditWithin is the part of a run that is kept for coming to rest and comparing.
func auditWithin(whole time.Duration) time.Duration { return min(whole/5, 2*time.Minute) }

// run is one run at work.
type run struct {
	Options
	plan   Plan
	stack  *stack
	log    *logbook
	memory *memory
	done   atomic.Int64
	told   []string // what did not go on
	mu     sync.Mutex
}

func (r *run) stopped(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told = append(r.told, fmt.Sprintf(format, args...))
	r.log.write("play.stopped", "", format, args...)
}

// live lets everybody play while everything breaks, and compares the books when it is calm again.
func (r *run) live(ctx context.Context, until time.Time) (Report, error) {
	audit, err := openAuditor(ctx, r.stack.address, r.stack.namespace, r.stack.url)
	if err != nil {
		return Report{}, err
	}
	defer func() { audit.close() }()
	if err := r.furnish(ctx, audit); err != nil {
		return Report{}, err
	}
	// The auditor's own connections would not outlive the troubles.
	audit.close()
	happened, err := r.disturbed(ctx, until)
	if err != nil {
		return Report{}, err
	}
	r.Progress("comparing the books", 0, 1)
	r.log.write("calm", "", "everything is mended and nobody plays any more; the books are compared")
	if audit, err = openAuditor(ctx, r.stack.address, r.stack.namespace, r.stack.url); err != nil {
		return Report{}, err
	}
	e, numbers, err := r.compare(ctx, audit)
	if err != nil {
		return Report{}, err
	}
	report := r.report(e, numbers, happened)
	if left, err := audit.world.Faults(ctx); err == nil {
		report.Faults = used(r.plan.Faults, left)
	}
	if guilty := guiltyOf(numbers); len(guilty) > 0 {
		if err := audit.save(ctx, filepath.Join(r.Dir, FoundName), e, guilty); err != nil {
			return report, err
		}
	}
	if r.Afterwards != nil {
		return report, r.Afterwards(ctx, audit, e)
	}
	return report, nil
}

// furnish puts the shop where the product and the outside systems look, and tells the faults.
func (r *run) furnish(ctx context.Context, a *auditor) error {
	r.Progress("filling the shop", 0, 1)
	for _, sink := range []imports.Sink{imports.Into(a.store), a.world.Load()} {
		for _, x := range r.plan.Shop.Articles {
			if err := sink.Article(ctx, x); err != nil {
				return err
			}
		}
		for _, x := range r.plan.Shop.Customers {
			if err := sink.Customer(ctx, x); err != nil {
				return err
			}
		}
		for _, x := range r.plan.Shop.Orders {
			if err := sink.Order(ctx, x); err != nil {
				return err
			}
		}
	}
	for _, f := range r.plan.Faults {
		if err := a.world.Tell(ctx, f.System, f.Operation, f.Mode, f.Times, f.Param, f.Match); err != nil {
			return err
		}
		r.log.write("fault.told", string(f.System)+"/"+f.Operation, "%s %s, %d time(s), to %q", f.Mode, f.Param, f.Times, f.Match)
	}
	return nil
}

// disturbed plays every wish to its end while the troubles of the plan happen, and says which did. Everything is mended when it
// returns.
func (r *run) disturbed(ctx context.Context, until time.Time) (map[What]int, error) {
	playing, stop := context.WithDeadline(ctx, until)
	defer stop()
	breaking, mend := context.WithCancel(playing)
	var troubles sync.WaitGroup
	happened := map[What]int{}
	var broke error
	troubles.Go(func() {
		if broke = r.breakThings(breaking, happened); broke != nil {
			stop()
		}
	})
	err := r.play(playing)
	if r.Short {
		troubles.Wait() // it is there for its troubles: however soon the cases end, every one of them happens
	}
	mend()
	troubles.Wait()
	switch {
	case broke != nil:
		return happened, broke
	case ctx.Err() != nil:
		return happened, context.Cause(ctx)
	}
	return happened, err
}

// breakThings lets every trouble happen at its moment.
func (r *run) breakThings(ctx context.Context, happened map[What]int) error {
	began := time.Now()
	var mu sync.Mutex
	var all sync.WaitGroup
	var broke error
	for _, t := range r.plan.Troubles {
		select {
		case <-time.After(time.Until(began.Add(t.At))):
		case <-ctx.Done():
		}
		mu.Lock()
		failed := broke
		mu.Unlock()
		if ctx.Err() != nil || failed != nil {
			break
		}
		happened[t.What]++
		all.Go(func() {
			if err := r.stack.suffer(ctx, t); err != nil {
				mu.Lock()
				defer mu.Unlock()
				broke = errors.Join(broke, err)
			}
		})
	}
	all.Wait()
	return broke
}

// play plays the wishes, each in its manner, through doors of their own.
func (r *run) play(ctx context.Context) error {
	doors, err := r.openDoors(ctx)
	if err != nil {
		return err
	}
	defer doors.close()
	talking, quiet := context.WithCancel(ctx)
	var strangers sync.WaitGroup
	strangers.Go(func() { doors.people.strangers(talking) })
	var all sync.WaitGroup
	for manner, group := range byManner(r.plan.Wishes) {
		all.Go(func() { r.playGroup(ctx, doors, manner, group) })
	}
	all.Wait()
	doors.people.late.Wait()
	quiet()
	strangers.Wait()
	return nil
}

func byManner(wished []Wish) map[Manner][]schemas.Request {
	groups := map[Manner][]schemas.Request{}
	for _, w := range wished {
		groups[w.Manner] = append(groups[w.Manner], w.Request)
	}
	return groups
}

// playGroup plays the wishes of one manner. What does not go on is said, and found again among the cases without an end.
func (r *run) playGroup(ctx context.Context, d *doors, manner Manner, group []schemas.Request) {
	ctx, done := context.WithCancel(ctx)
	defer done()
	heard, err := d.listen(ctx)
	if err != nil {
		r.stopped("%s under %s: %v", manner.Parties, manner.Policy, err)
		return
	}
	changes := make(chan play.Change)
	go func() {
		defer close(changes)
		for c := range heard {
			select {
			case changes <- play.Change{CaseID: c.CaseID, Revision: c.Revision}:
			case <-ctx.Done():
				return
			}
		}
	}()
	before := 0
	player := &play.Player{
		Cases: d.people, Temporal: d.temporal, Namespace: r.stack.namespace, Rows: d.store, Changes: changes, Carrier: d.people, Provider: d.world,
		Parties: manner.Parties, Policy: manner.Policy, Fast: manner.Fast, InFlight: max(2, r.InFlight*len(group)/len(r.plan.Wishes)),
		Log: zap.NewNop(), Patience: patience,
		Progress: func(p play.Progress) {
			r.Progress("played", int(r.done.Add(int64(p.Ended-before))), len(r.plan.Wishes))
			before = p.Ended
		},
	}
	if _, err := player.Run(ctx, group); err != nil && !errors.Is(err, context.Canceled) {
		r.stopped("%s under %s: %v", manner.Parties, manner.Policy, err)
		return
	}
	r.log.write("play.ended", string(manner.Parties)+"/"+manner.Policy, "%d request(s)", len(group))
}

// patience is how long a play waits for a server that does not answer: longer than troubles that meet.
const patience = 3 * time.Minute

// settleWithin is how long the last words may take to arrive after everything has been mended.
const settleWithin = 40 * time.Second

// compare gathers the evidence and judges it, and does so again while something may still come to rest.
func (r *run) compare(ctx context.Context, a *auditor) (*Evidence, []Number, error) {
	deadline := time.Now().Add(min(settleWithin, r.For/8))
	for {
		e, err := a.gather(ctx, r.plan, r.memory.all(time.Now().UTC()))
		if err != nil {
			return nil, nil, err
		}
		numbers := e.Judge()
		if Sound(numbers) || time.Now().After(deadline) {
			return e, numbers, nil
		}
		select {
		case <-time.After(2 * time.Second):
		case <-ctx.Done():
			return nil, nil, context.Cause(ctx)
		}
	}
}

func (r *run) report(e *Evidence, numbers []Number, happened map[What]int) Report {
	report := Report{
		Seed: r.Seed, Requests: len(r.plan.Wishes), Cases: len(e.Lives), Troubles: happened, Outcomes: map[schemas.Outcome]int{}, Numbers: numbers,
		Commands: len(e.Said.Receipts), Signals: len(e.Said.Signals), Facts: len(e.Said.Facts), Stopped: r.told,
	}
	for _, v := range e.Rows {
		report.Outcomes[v.Outcome]++
	}
	for _, l := range e.Lives {
		report.Jumps += len(l.Jumps)
	}
	return report
}

// FoundName is the folder in the data folder that keeps the rows and histories of cases with which something is wrong.
const FoundName = "found"

// mostKept is of how many cases they are kept at most.
const mostKept = 50

func guiltyOf(numbers []Number) []string {
	ids := map[string]bool{}
	for _, n := range numbers {
		for _, f := range n.Findings {
			if f.CaseID != "" {
				ids[f.CaseID] = true
			}
		}
	}
	all := slices.Sorted(maps.Keys(ids))
	return all[:min(len(all), mostKept)]
}

// used counts the faults that have happened, of those told.
func used(told []Fault, left []sandbox.Fault) int {
	sum := 0
	for _, f := range told {
		sum += f.Times
	}
	for _, f := range left {
		sum -= f.TimesLeft
	}
	return sum
}
