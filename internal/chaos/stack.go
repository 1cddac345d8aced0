package chaos

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/aftercare/aftercare/internal/app"
	"github.com/aftercare/aftercare/internal/devstack"
	"github.com/aftercare/aftercare/internal/devworker"
)

// stack is the servers and workers of one run, with the links between them. It is nobody else's: its folder, its ports and its data
// are its own.
type stack struct {
	options  devstack.Options
	temporal *devstack.Temporal
	postgres *devstack.Postgres
	// Where the servers are, and always come back to.
	address, namespace, url string

	links   *links
	at      map[string]string // the address of each link
	env     []string          // of a worker
	program string            // of the worker
	workers map[string]*seat
	seated  sync.WaitGroup
	leave   context.CancelFunc // of the workers
	log     *logbook
	suffers targets
}

// targets lets one target suffer one trouble at a time: on a busy machine a server takes longer to come back than the plan has thought.
type targets struct {
	mu   sync.Mutex
	each map[string]*sync.Mutex
}

func (t *targets) of(target string) *sync.Mutex {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.each == nil {
		t.each = map[string]*sync.Mutex{}
	}
	if t.each[target] == nil {
		t.each[target] = &sync.Mutex{}
	}
	return t.each[target]
}

// startStack starts everything and waits until a worker polls.
func startStack(ctx context.Context, o Options, log *logbook) (*stack, error) {
	s := &stack{
		options: devstack.Options{
			Dir: o.Dir, Progress: o.Words, Log: o.Log, SearchAttributes: app.SearchAttributes(), NoUI: true, Throwaway: true, IgnoreGiven: true,
		},
		links: newLinks(), at: map[string]string{}, program: o.Worker, workers: map[string]*seat{}, log: log,
	}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

func (s *stack) start(ctx context.Context) error {
	var both sync.WaitGroup
	var temporalErr, postgresErr error
	both.Go(func() { s.temporal, temporalErr = devstack.StartTemporal(ctx, s.options) })
	both.Go(func() { s.postgres, postgresErr = devstack.StartPostgres(ctx, s.options) })
	both.Wait()
	if err := errors.Join(temporalErr, postgresErr); err != nil {
		return err
	}
	s.address, s.namespace, s.url = s.temporal.Address, s.temporal.Namespace, s.postgres.URL
	if err := app.Migrate(ctx, s.url, func(string) {}); err != nil {
		return err
	}
	database, err := url.Parse(s.url)
	if err != nil {
		return errors.New("the address of PostgreSQL is not a URL")
	}
	for _, name := range linkNames {
		upstream := database.Host
		if name == workersTemporal || name == peopleTemporal {
			upstream = s.address
		}
		if s.at[name], err = s.links.open(name, upstream); err != nil {
			return err
		}
	}
	s.env = s.settings()
	working, leave := context.WithCancel(context.WithoutCancel(ctx))
	s.leave = leave
	for _, name := range workerNames {
		w := &seat{stack: s, name: name}
		s.workers[name] = w
		s.seated.Go(func() { w.keep(working) })
	}
	for _, w := range s.workers {
		if err := w.ready(ctx); err != nil {
			return err
		}
	}
	return nil
}

// stop stops whatever was started.
func (s *stack) stop() error {
	if s.leave != nil {
		s.leave()
	}
	s.seated.Wait()
	s.links.close()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	var err error
	if s.temporal != nil {
		err = errors.Join(err, s.temporal.Stop(ctx))
	}
	if s.postgres != nil {
		err = errors.Join(err, s.postgres.Stop(ctx))
	}
	return err
}

// remove deletes the data of a stack that was stopped.
func (s *stack) remove() error {
	err := os.RemoveAll(s.options.Dir)
	if s.postgres != nil && s.postgres.Dir != "" && !strings.HasPrefix(s.postgres.Dir, s.options.Dir) {
		// Where PostgreSQL's user cannot reach the data folder, its files are elsewhere.
		err = errors.Join(err, os.RemoveAll(s.postgres.Dir))
	}
	return err
}

// database is PostgreSQL by way of a link.
func (s *stack) database(link string) string {
	address, err := through(s.url, s.at[link])
	if err != nil {
		return s.url // it was read before
	}
	return address
}

// suffer carries one trouble out, from its beginning to its end. It returns early, with everything mended, when ctx ends.
func (s *stack) suffer(ctx context.Context, t Trouble) error {
	before := s.suffers.of(t.Target)
	before.Lock()
	defer before.Unlock()
	if ctx.Err() != nil {
		return nil // the one before has lasted until the end
	}
	lasting, cancel := context.WithTimeout(ctx, t.For)
	defer cancel()
	s.log.write(string(t.What), t.Target, "for %s%s", t.For.Round(time.Millisecond), delayWords(t))
	began := time.Now()
	err := s.carryOut(lasting, t)
	if err != nil {
		s.log.write(string(t.What)+".failed", t.Target, "%v", err)
		return err
	}
	s.log.write(string(t.What)+".over", t.Target, "after %s", time.Since(began).Round(time.Millisecond))
	return nil
}

func delayWords(t Trouble) string {
	if t.Delay == 0 {
		return ""
	}
	return fmt.Sprintf(", %s slower each way", t.Delay.Round(time.Millisecond))
}

func (s *stack) carryOut(ctx context.Context, t Trouble) error {
	switch t.What {
	case WorkerKill:
		s.workers[t.Target].end(t.For, (*devworker.Process).Kill)
		<-ctx.Done()
	case WorkerStop:
		s.workers[t.Target].end(t.For, (*devworker.Process).Stop)
		<-ctx.Done()
	case WorkerFreeze:
		thaw := s.workers[t.Target].freeze()
		<-ctx.Done()
		thaw()
	case TemporalKill, TemporalStop:
		return s.restartTemporal(ctx, t.What == TemporalKill)
	case PostgresKill, PostgresStop:
		return s.restartPostgres(ctx, t.What == PostgresKill)
	case LinkCut, LinkStall, LinkSlow, LinkReset:
		return s.links.trouble(ctx, t)
	}
	return nil
}

// restartTemporal ends the server as a crash or in order, and starts it again on the same data and address when ctx ends.
func (s *stack) restartTemporal(ctx context.Context, crash bool) error {
	if crash {
		s.temporal.Kill()
	} else if err := s.temporal.Stop(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	<-ctx.Done()
	again, err := devstack.StartTemporal(context.WithoutCancel(ctx), s.options)
	if err != nil {
		return fmt.Errorf("start Temporal again: %w", err)
	}
	s.temporal = again
	if again.Address != s.address {
		return fmt.Errorf("Temporal came back at %s and not at %s: another program has taken its port", again.Address, s.address)
	}
	return nil
}

func (s *stack) restartPostgres(ctx context.Context, crash bool) error {
	if crash {
		s.postgres.Kill()
	} else if err := s.postgres.Stop(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	<-ctx.Done()
	again, err := devstack.StartPostgres(context.WithoutCancel(ctx), s.options)
	if err != nil {
		return fmt.Errorf("start PostgreSQL again: %w", err)
	}
	s.postgres = again
	if again.URL != s.url {
		return errors.New("PostgreSQL came back at another address: another program has taken its port")
	}
	return nil
}

// seat is the place of one worker: whoever sits there is followed by another when it ends, whatever it ended of.
type seat struct {
	stack *stack
	name  string

	mu    sync.Mutex
	now   *devworker.Process
	away  time.Duration // how long the seat stays empty after the end that was asked for
	asked bool
}

// keep keeps the seat taken until ctx ends.
func (w *seat) keep(ctx context.Context) {
	for ctx.Err() == nil {
		p, err := w.sit()
		if err != nil {
			w.stack.log.write("worker.failed", w.name, "%v", err)
		} else {
			select {
			case <-p.Done():
			case <-ctx.Done():
				p.Stop()
				return
			}
		}
		w.mu.Lock()
		pause, asked := w.away, w.asked
		w.away, w.asked = 0, false
		w.mu.Unlock()
		if !asked && err == nil {
			w.stack.log.write("worker.ended", w.name, "by itself; another is started. Its last words are in %s.log", w.name)
		}
		select {
		case <-time.After(max(pause, 200*time.Millisecond)):
		case <-ctx.Done():
		}
	}
}

func (w *seat) sit() (*devworker.Process, error) {
	file, err := os.OpenFile(filepath.Join(w.stack.options.Dir, w.name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the worker's log: %w", err)
	}
	defer func() { _ = file.Close() }()
	command := devworker.Command(w.stack.program)
	command.Env, command.Stderr = w.stack.env, file
	p, err := devworker.Start(command)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = p
	return p, nil
}

// settings are the environment of a worker: this run's servers by way of the links, and nothing of the user's own.
func (s *stack) settings() []string {
	env := []string{
		"TEMPORAL_ADDRESS=" + s.at[workersTemporal], "TEMPORAL_NAMESPACE=" + s.namespace, "TEMPORAL_CONFIG_FILE=" + os.DevNull,
		"DATABASE_URL=" + s.database(workersDatabase), "AFTERCARE_SANDBOX_URL=" + s.database(workersOutside),
		"AFTERCARE_DEV_POLICIES=true", "AFTERCARE_LOG_LEVEL=warn",
	}
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "TEMPORAL_") && !strings.HasPrefix(v, "AFTERCARE_") && !strings.HasPrefix(v, "DATABASE_URL=") {
			env = append(env, v)
		}
	}
	return env
}

// ready waits until the worker of the seat, or a follower, polls.
func (w *seat) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	for {
		if p := w.worker(); p != nil && p.Ready(ctx) == nil {
			return nil
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("%s does not get ready; its last words are in %s", w.name, filepath.Join(w.stack.options.Dir, w.name+".log"))
		}
	}
}

func (w *seat) worker() *devworker.Process {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// end ends the worker in the given way, and keeps its seat empty for a while.
func (w *seat) end(away time.Duration, how func(*devworker.Process)) {
	w.mu.Lock()
	p := w.now
	w.away, w.asked = away, true
	w.mu.Unlock()
	if p != nil {
		how(p)
	}
}

// freeze stops the worker where it stands, and gives back how it goes on.
func (w *seat) freeze() (thaw func()) {
	p := w.worker()
	if p == nil {
		return func() {}
	}
	p.Freeze()
	return p.Thaw
}
