package bench

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/sdk/client"

	"github.com/aftercare/aftercare/cases"
	"github.com/aftercare/aftercare/internal/app"
	"github.com/aftercare/aftercare/internal/devstack"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// Options say how much is measured, on which stack.
type Options struct {
	Kinds    []schemas.Kind
	Pairs    int           // of a product run and a control run
	Cases    int           // of each side of a pair, at most; fewer where they would not fit into For
	InFlight int           // cases at a time
	Open     int           // parked on each side while the heap is measured
	For      time.Duration // the whole run ends within it

	Temporal    client.Client // in Namespace
	Address     string        // of Temporal
	DatabaseURL string        // of the stack; the bench makes a database of its own beside it
	// Worker makes the command of the bench's worker on a database; it runs Serve.
	Worker func(databaseURL string) *exec.Cmd
	// Progress is told now and then what is done, and how many of how many cases and controls are.
	Progress func(what string, done, of int)
}

// ErrTooSlow ends a run that would not finish in time.
var ErrTooSlow = errors.New("the time is over before everything was measured")

// Prepare makes the benchmark's namespace. It stays, with what is closed in it, until its retention is over.
func Prepare(ctx context.Context, address string) error {
	return devstack.EnsureNamespace(ctx, address, Namespace, app.SearchAttributes())
}

// run is one benchmark.
type run struct {
	Options
	stage
	worker *process
	place  *place
	size   int    // cases of each side of the next pair
	pids   []int  // worker, Temporal, PostgreSQL
	noCPU  string // why CPU is not measured
	done   int
	of     int
	mu     sync.Mutex
	until  time.Time
}

// Run measures and gives one result for each kind. It leaves nothing behind but the namespace, however it ends.
func Run(ctx context.Context, o Options) (results []Result, err error) {
	ctx, stop := context.WithTimeoutCause(ctx, o.For, ErrTooSlow)
	defer stop()
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	r := &run{Options: o, until: time.Now().Add(o.For)}
	at, err := openPlace(ctx, o.DatabaseURL)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, at.close(ctx)) }()
	if err := endAll(ctx, o.Temporal); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, endAll(ctx, o.Temporal)) }()
	closeAll, err := r.open(ctx, at, fail)
	defer closeAll()
	if err != nil {
		return nil, err
	}
	results, err = r.measure(ctx)
	// Whoever was interrupted says so in its own words; why it was is what counts.
	if cause := context.Cause(ctx); err != nil && cause != nil && !errors.Is(err, cause) {
		err = fmt.Errorf("%w (%w)", cause, err)
	}
	return results, err
}

func (r *run) measure(ctx context.Context) (results []Result, err error) {
	r.of = len(r.Kinds) * 2 * (warmCases + r.Pairs*(r.Cases+calmCases) + r.Open)
	if err := r.warm(ctx); err != nil {
		return nil, err
	}
	for i, kind := range r.Kinds {
		share := time.Until(r.until) / time.Duration(len(r.Kinds)-i)
		result, err := r.kind(ctx, kind, time.Now().Add(share))
		if err != nil {
			return results, fmt.Errorf("measure %s: %w", kind, err)
		}
		results = append(results, result)
	}
	return results, nil
}

// open connects to everything and starts the worker.
func (r *run) open(ctx context.Context, at *place, fail context.CancelCauseFunc) (closeAll func(), err error) {
	var closers []func()
	closeAll = func() {
		for i := len(closers) - 1; i >= 0; i-- {
			closers[i]()
		}
	}
	if err := app.Migrate(ctx, at.url, func(string) {}); err != nil {
		return closeAll, err
	}
	if r.store, err = store.Open(ctx, at.url); err != nil {
		return closeAll, err
	}
	closers = append(closers, r.store.Close)
	world, err := sandbox.Open(ctx, at.url)
	if err != nil {
		return closeAll, err
	}
	closers = append(closers, world.Close)
	watching, err := at.watching()
	if err != nil {
		return closeAll, err
	}
	if r.db, err = pgxpool.NewWithConfig(ctx, watching); err != nil {
		return closeAll, err
	}
	closers = append(closers, r.db.Close)
	if _, err := r.db.Exec(ctx, "create table bench_upsert (id bigint primary key, body text not null)"); err != nil {
		return closeAll, fmt.Errorf("make a table to compare with: %w", err)
	}
	if r.shop, err = openShop(ctx, at.runTag, r.store, world); err != nil {
		return closeAll, err
	}
	hearing, deaf := context.WithCancel(ctx)
	closers = append(closers, deaf)
	r.news = &news{}
	for _, channel := range []string{"aftercare_cases", channel} {
		if err := r.news.listen(hearing, watching.ConnConfig, channel, fail); err != nil {
			return closeAll, err
		}
	}
	r.temporal = r.Options.Temporal
	r.cases = cases.New(r.temporal, app.Records(r.store), schemas.DoorCLI)
	if r.worker, err = startProcess(ctx, r.Options.Worker(at.url)); err != nil {
		return closeAll, err
	}
	closers = append(closers, r.worker.stop)
	go func() {
		<-r.worker.ended
		fail(errWorkerEnded) // nothing hears it any more where we ended it ourselves
	}()
	r.place = at
	r.findProcesses(ctx)
	return closeAll, nil
}

// findProcesses finds whose CPU is to be added up. Where one is not to be seen, none is measured: a part would be no answer.
func (r *run) findProcesses(ctx context.Context) {
	server, err := listenerOf(r.Address)
	if err == nil {
		var backend, postmaster int
		if err = r.place.admin.QueryRow(ctx, "select pg_backend_pid()").Scan(&backend); err == nil {
			postmaster, err = postmasterOf(r.place.admin.Config().Host, backend)
		}
		r.pids = []int{r.worker.pid(), server, postmaster}
	}
	if err == nil {
		_, err = r.cpu(ctx)
	}
	if err != nil {
		r.noCPU, r.pids = err.Error(), nil
	}
}

// cpu is what each of the processes has used so far, without what PostgreSQL does for the benchmark's own looking; nothing where none is
// measured.
func (r *run) cpu(ctx context.Context) (CPU, error) {
	if r.pids == nil {
		return CPU{}, nil
	}
	var used [3]float64
	for i, pid := range r.pids {
		sum, err := cpuOf(pid)
		if err != nil {
			return CPU{}, fmt.Errorf("measure the CPU: %w", err)
		}
		used[i] = milliseconds(sum)
	}
	watchers, err := r.place.watchers(ctx)
	if err != nil {
		return CPU{}, fmt.Errorf("measure the CPU: %w", err)
	}
	for _, pid := range watchers {
		own, err := cpuOf(pid)
		if err != nil {
			return CPU{}, fmt.Errorf("measure the CPU: %w", err)
		}
		used[2] -= milliseconds(own)
	}
	return CPU{Worker: used[0], Temporal: used[1], PostgreSQL: used[2]}, nil
}

// side is the product or its control.
type side func(context.Context, schemas.Kind, schemas.ShopOrder, manner) (played, error)

// batch drives many of one side. The first fault ends it.
func (r *run) batch(ctx context.Context, what string, kind schemas.Kind, s side, orders []schemas.ShopOrder, m manner) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	places := make(chan struct{}, r.InFlight)
	var all sync.WaitGroup
	for _, o := range orders {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
		all.Go(func() {
			defer func() { <-places }()
			if _, err := s(ctx, kind, o, m); err != nil {
				fail(err)
				return
			}
			r.step(what, 1)
		})
	}
	all.Wait()
	return context.Cause(ctx)
}

func (r *run) step(what string, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done += n
	r.Progress(what, r.done, max(r.of, r.done))
}

func (r *run) orders(ctx context.Context, n int) ([]schemas.ShopOrder, error) {
	orders := make([]schemas.ShopOrder, n)
	for i := range orders {
		var err error
		if orders[i], err = r.shop.order(ctx); err != nil {
			return nil, err
		}
	}
	return orders, nil
}

// warmCases is what each side is driven through before anything counts: connections are made and caches filled.
const warmCases = 4

func (r *run) warm(ctx context.Context) error {
	for _, kind := range r.Kinds {
		orders, err := r.orders(ctx, 2*warmCases)
		if err != nil {
			return err
		}
		err = r.batch(ctx, "warming up", kind, r.product, orders[:warmCases], manner{})
		if err == nil {
			err = r.batch(ctx, "warming up", kind, r.control, orders[warmCases:], manner{})
		}
		if err != nil {
			return fmt.Errorf("warm up with %s: %w", kind, err)
		}
	}
	return nil
}

// fewestCases is what a run is not cut below.
const fewestCases = 4

// fit cuts the cases of the pairs to come where they would take longer than there is time: as many pairs as were asked for are
// worth more than many cases in each. A part of the time is kept for the open cases.
func (r *run) fit(pair time.Duration, pairsLeft int, until time.Time) {
	if pairsLeft == 0 {
		return
	}
	each := time.Until(until) * 6 / 10 / time.Duration(pairsLeft)
	if pair <= each {
		return
	}
	fewer := max(int(float64(r.size)*float64(each)/float64(pair)), min(r.size, fewestCases))
	r.of -= 2 * pairsLeft * (r.size - fewer)
	r.size = fewer
}

// upserts are timed one after the other; the middle one counts.
const upserts = 9

// upsert is the time of a plain write of one row, a case's size, into the same database.
func (r *run) upsert(ctx context.Context) (float64, error) {
	body := make([]byte, 4096)
	for i := range body {
		body[i] = 'a' + byte(i%26)
	}
	var times []float64
	for range upserts {
		began := time.Now()
		_, err := r.db.Exec(ctx, "insert into bench_upsert values (1, $1) on conflict (id) do update set body = excluded.body", string(body))
		if err != nil {
			return 0, fmt.Errorf("write a row: %w", err)
		}
		times = append(times, milliseconds(time.Since(began)))
	}
	return median(times), nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
