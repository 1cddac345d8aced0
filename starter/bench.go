package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/aftercare/aftercare/internal/app"
	"github.com/aftercare/aftercare/internal/bench"
	"github.com/aftercare/aftercare/schemas"
)

// benchCommand measures what a case costs, against bare workflows that do the same outside calls.
type benchCommand struct {
	Kind     []string      `help:"Only these kinds: return, exchange." placeholder:"KIND" enum:"return,exchange" default:"return,exchange"`
	Pairs    int           `help:"Pairs of a run of the product and a run of the control; five at least for numbers to be shown." default:"5"`
	Cases    int           `help:"Cases a run, at most; fewer where they would not fit into --for." default:"64"`
	InFlight int           `help:"Cases at a time." default:"32"`
	Open     int           `help:"Open cases while the worker's heap is measured." default:"100"`
	For      time.Duration `help:"The longest it may take; at most 10m." default:"10m"`
	JSON     bool          `help:"Print JSON Lines, one object per kind."`
	Check    bool          `help:"Exit with 1 where a target is missed."`
}

// longestBench bounds a run, and what it may put into the stack.
const longestBench = 10 * time.Minute

func (c *benchCommand) check() error {
	for _, bound := range []struct {
		name     string
		is, most int
	}{{"--pairs", c.Pairs, 20}, {"--cases", c.Cases, 500}, {"--in-flight", c.InFlight, 64}, {"--open", c.Open, 1000}} {
		if bound.is < 1 || bound.is > bound.most {
			return usageError{fmt.Errorf("%s is %d: use 1 to %d", bound.name, bound.is, bound.most)}
		}
	}
	if c.For <= 0 || c.For > longestBench {
		return usageError{fmt.Errorf("--for is %s: use up to %s", c.For, longestBench)}
	}
	return nil
}

func (c *benchCommand) Run(ctx context.Context, cli *commandLine) error {
	if err := c.check(); err != nil {
		return err
	}
	r, err := cli.find()
	if err != nil {
		return err
	}
	defer r.close()
	address, err := c.enter(ctx, r)
	if err != nil {
		return err
	}
	bar := newBar()
	options := bench.Options{
		Pairs: c.Pairs, Cases: c.Cases, InFlight: c.InFlight, Open: c.Open, For: c.For, Temporal: r.temporal, Address: address,
		DatabaseURL: r.config.DatabaseURL, Worker: benchWorker, Progress: bar.show,
	}
	for _, k := range []schemas.Kind{schemas.KindReturn, schemas.KindExchange} {
		if slices.Contains(c.Kind, string(k)) {
			options.Kinds = append(options.Kinds, k)
		}
	}
	results, err := bench.Run(ctx, options)
	bar.clear()
	for _, result := range results {
		c.print(result)
	}
	if errors.Is(err, bench.ErrTooSlow) {
		return fmt.Errorf("%w: %s were not enough; take fewer --cases or --open, or one --kind", err, c.For)
	}
	if err != nil {
		return err
	}
	return c.verdict(results)
}

// enter makes the bench's namespace on the stack's server and connects to it.
func (c *benchCommand) enter(ctx context.Context, r *reach) (address string, err error) {
	stack, options, err := app.Dial(ctx, r.log)
	if err != nil {
		return "", err
	}
	stack.Close()
	if err := bench.Prepare(ctx, options.HostPort); err != nil {
		return "", err
	}
	if err := os.Setenv("TEMPORAL_NAMESPACE", bench.Namespace); err != nil {
		return "", err
	}
	return options.HostPort, r.withCases(ctx)
}

// benchWorker is this program again, as the worker of the bench: the product's worker with the control beside it.
func benchWorker(databaseURL string) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	command := exec.Command(self, "bench-worker")
	// The built-in policies, whatever the stack has installed; everything else as it is here, the bench's namespace included.
	command.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "AFTERCARE_POLICY_DIR=") || strings.HasPrefix(v, "AFTERCARE_SANDBOX_URL=")
	}), "DATABASE_URL="+databaseURL, "AFTERCARE_DEV_POLICIES=true")
	command.Stderr = os.Stderr
	// Ctrl-C reaches every process of the group; this one is stopped by us, so that it is measured to its end.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return command
}

// benchWorkerCommand is the worker of a bench. It is not for people.
type benchWorkerCommand struct{}

func (c *benchWorkerCommand) Run(ctx context.Context, cli *commandLine) error {
	r, err := cli.find()
	if err != nil {
		return err
	}
	defer r.close()
	return bench.Serve(ctx, r.config, r.log, os.Stdin, os.Stdout)
}

// verdict says which targets were missed. That is an error only where it was asked for.
func (c *benchCommand) verdict(results []bench.Result) error {
	missed := 0
	for _, r := range results {
		if names := r.Missed(); len(names) > 0 {
			missed += len(names)
			fmt.Fprintf(os.Stderr, "%s misses: %s\n", r.Kind, strings.Join(names, ", "))
		}
		if r.NoCPU != "" {
			fmt.Fprintf(os.Stderr, "%s: the CPU was not measured: %s\n", r.Kind, r.NoCPU)
		}
	}
	if c.Pairs < 5 {
		fmt.Fprintln(os.Stderr, "With fewer than five pairs these numbers only show that the bench works.")
	}
	if c.Check && missed > 0 {
		return errSaid
	}
	return nil
}

func (c *benchCommand) print(r bench.Result) {
	if c.JSON {
		printJSON(r)
		return
	}
	fmt.Printf("%s: %d pair(s), %d case(s) and as many controls, %d at a time\n", r.Kind, r.Pairs, r.Cases, r.InFlight)
	targets := map[string]bench.Target{}
	for _, t := range r.Targets {
		targets[t.Name] = t
	}
	t := newTable("", "product", "control", "ratio", "target", "")
	row := func(what string, product, control, ratio *float64, target string) {
		goal, met := "", ""
		if g, ok := targets[target]; ok {
			goal, met = "≤ "+figure(&g.Limit), "met"
			if g.AtLeast {
				goal = "≥ " + figure(&g.Limit)
			}
			switch {
			case !g.Measured:
				met = "not measured"
			case !g.Met:
				met = "MISSED"
			}
		}
		t.AppendRow(table.Row{what, figure(product), figure(control), figure(ratio), goal, met})
	}
	row("state transitions", &r.Transitions, &r.ControlTransitions, ratioOf(r.Transitions, r.ControlTransitions), "transitions")
	row("history events", &r.HistoryEvents, &r.ControlHistoryEvents, ratioOf(r.HistoryEvents, r.ControlHistoryEvents), "history_events")
	row("history events, budget", &r.HistoryEvents, nil, nil, "history_events_budget")
	row("transitions under load", &r.LoadTransitions, &r.ControlLoadTransitions, ratioOf(r.LoadTransitions, r.ControlLoadTransitions), "")
	row("events under load", &r.LoadEvents, &r.ControlLoadEvents, ratioOf(r.LoadEvents, r.ControlLoadEvents), "")
	row("history bytes", &r.HistoryBytes, &r.ControlHistoryBytes, ratioOf(r.HistoryBytes, r.ControlHistoryBytes), "")
	row("cases a second", &r.CasesPerS, &r.ControlCasesPerS, &r.ThroughputRatio, "throughput_ratio")
	row("CPU ms a case", r.CPUPerCase, r.ControlCPUPerCase, r.CPURatio, "cpu_ratio")
	if r.CPUParts != nil {
		for _, part := range []struct {
			name          string
			ours, control float64
		}{
			{"worker", r.CPUParts.Worker, r.ControlCPUParts.Worker},
			{"Temporal", r.CPUParts.Temporal, r.ControlCPUParts.Temporal},
			{"PostgreSQL", r.CPUParts.PostgreSQL, r.ControlCPUParts.PostgreSQL},
		} {
			row("  of it "+part.name, &part.ours, &part.control, ratioOf(part.ours, part.control), "")
		}
	}
	row("heap bytes an open case", &r.HeapPerOpenCase, &r.ControlHeapPerOpenCase, ratioOf(r.HeapPerOpenCase, r.ControlHeapPerOpenCase), "heap_bytes_per_open_case")
	row("approval visible, ms", &r.ApproveToVisible, nil, nil, "approve_to_visible_ms")
	row("approval answered, ms", &r.ApproveAnswered, &r.ControlUpdate, ratioOf(r.ApproveAnswered, r.ControlUpdate), "")
	row("one upsert, ms", nil, &r.Upsert, nil, "")
	row("rows a case", &r.DBRows, nil, nil, "")
	row("bytes of rows a case", &r.DBBytes, nil, nil, "")
	t.Render()
}

func ratioOf(a, b float64) *float64 {
	if b == 0 {
		return nil
	}
	ratio := a / b
	return &ratio
}

// figure writes a number with as many digits as say something.
func figure(v *float64) string {
	switch {
	case v == nil:
		return "–"
	case *v == math.Trunc(*v):
		return strconv.FormatFloat(*v, 'f', 0, 64)
	case math.Abs(*v) >= 100:
		return strconv.FormatFloat(*v, 'f', 0, 64)
	}
	return strconv.FormatFloat(*v, 'f', 2, 64)
}
