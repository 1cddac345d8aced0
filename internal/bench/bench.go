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
	db     *pgxpool.Pool
	worker *process
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
	warm, err := r.warm(ctx)
	if err != nil {
		return nil, err
	}
	r.fit(warm)
	for _, kind := range o.Kinds {
		result, err := r.kind(ctx, kind)
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
	if r.db, err = pgxpool.New(ctx, at.url); err != nil {
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
		if err := r.news.listen(hearing, at.url, channel, fail); err != nil {
			return closeAll, err
		}
	}
	r.temporal = r.Options.Temporal
	r.cases = cases.New(r.temporal, app.Records(r.store), schemas.DoorCLI)
	if r.worker, err = startProcess(ctx, r.Options.Worker(at.url)); err != nil {
		return closeAll, err
	}
	closers = append(closers, r.worker.stop)
	r.findProcesses(ctx, at)
	return closeAll, nil
}

// findProcesses finds whose CPU is to be added up. Where one is not to be seen, none is measured: a part would be no answer.
func (r *run) findProcesses(ctx context.Context, at *place) {
	server, err := listenerOf(r.Address)
	if err == nil {
		var backend, postmaster int
		if err = at.admin.QueryRow(ctx, "select pg_backend_pid()").Scan(&backend); err == nil {
			postmaster, err = postmasterOf(at.admin.Config().Host, backend)
		}
		r.pids = []int{r.worker.pid(), server, postmaster}
	}
	if err == nil {
		_, err = r.cpu()
	}
	if err != nil {
		r.noCPU, r.pids = err.Error(), nil
	}
}

func (r *run) cpu() (time.Duration, error) {
	var sum time.Duration
	for _, pid := range r.pids {
		used, err := cpuOf(pid)
		if err != nil {
			return 0, err
		}
		sum += used
	}
	return sum, nil
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

// warmCases is what each side is driven through before anything counts: connections are made, caches filled, and it is seen how
// fast this machine is.
const warmCases = 4

// warm gives the time that a case and a control take together, per kind.
func (r *run) warm(ctx context.Context) (map[schemas.Kind]time.Duration, error) {
	took := map[schemas.Kind]time.Duration{}
	for _, kind := range r.Kinds {
		orders, err := r.orders(ctx, 2*warmCases)
		if err != nil {
			return nil, err
		}
		began := time.Now()
		err = r.batch(ctx, "warming up", kind, r.product, orders[:warmCases], manner{})
		if err == nil {
			err = r.batch(ctx, "warming up", kind, r.control, orders[warmCases:], manner{})
		}
		if err != nil {
			return nil, fmt.Errorf("warm up with %s: %w", kind, err)
		}
		took[kind] = time.Since(began) / warmCases
	}
	r.done = 0
	return took, nil
}

// fit takes fewer cases a side where as many as were wished for would not be done in time. A warming batch is cold and waits more
// than it works, so that this errs on the side of fewer.
func (r *run) fit(took map[schemas.Kind]time.Duration) {
	var pair time.Duration // one case and one control of each kind
	for _, t := range took {
		pair += t
	}
	left := time.Until(r.until) * 6 / 10 // the rest is for the calm cases and the open ones
	fits := int(left / max(pair, 1) / time.Duration(r.Pairs))
	r.Cases = max(min(r.Cases, fits), min(r.Cases, 4))
	r.of = len(r.Kinds) * (r.Pairs*2*(r.Cases+1) + 2*r.Open)
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
