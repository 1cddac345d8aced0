package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"github.com/jedib0t/go-pretty/v6/table"
	"go.uber.org/zap"

	"github.com/aftercare/aftercare/internal/chaos"
	"github.com/aftercare/aftercare/internal/devworker"
)

// chaosCommand lets cases live on a stack of its own while everything around them breaks, and compares the books afterwards.
type chaosCommand struct {
	Cases    int    `help:"Requests that are opened." default:"200"`
	Minutes  int    `help:"The longest it may take." default:"12"`
	Seed     uint64 `help:"Of the plan; the same seed makes the same plan. Without one, a new one is drawn and printed."`
	InFlight int    `help:"Requests at a time." default:"24"`
	Keep     bool   `help:"Keep the data folder. One in which something was found is kept anyway, and so is one given by --data."`
	JSON     bool   `help:"Print one JSON object."`
}

// The part of a run in which things break, the rest being for what is open to end in peace, and how often they do.
const (
	breakingShare = 0.6
	breakEvery    = 5 * time.Second
)

func (c *chaosCommand) check() error {
	for _, bound := range []struct {
		name     string
		is, most int
	}{{"--cases", c.Cases, 2000}, {"--minutes", c.Minutes, 120}, {"--in-flight", c.InFlight, 128}} {
		if bound.is < 1 || bound.is > bound.most {
			return usageError{fmt.Errorf("%s is %d: use 1 to %d", bound.name, bound.is, bound.most)}
		}
	}
	return nil
}

func (c *chaosCommand) Run(ctx context.Context, cli *commandLine, parsed *kong.Context) error {
	if err := c.check(); err != nil {
		return err
	}
	if c.Seed == 0 {
		c.Seed = 1 + rand.Uint64N(1_000_000_000)
	}
	given := givenData(parsed, cli)
	dir, err := chaos.Folder(given)
	if err != nil {
		return err
	}
	log := devLog()
	defer func() { _ = log.Sync() }()
	worker, err := devworker.Program(ctx, log)
	if err != nil {
		return errors.Join(err, forget(given, dir))
	}
	fmt.Fprintf(os.Stderr, "seed %d, %d requests, at most %d minute(s); every disturbance is told in %s\n", c.Seed, c.Cases, c.Minutes, filepath.Join(dir, chaos.LogName))
	whole := time.Duration(c.Minutes) * time.Minute
	bar := newBar()
	report, remove, err := chaos.Run(ctx, chaos.Options{
		Size: chaos.Size{Seed: c.Seed, Cases: c.Cases, Span: time.Duration(float64(whole) * breakingShare), Every: breakEvery},
		For:  whole, InFlight: c.InFlight, Dir: dir, Worker: worker, Words: os.Stderr, Log: log.WithOptions(zap.IncreaseLevel(zap.WarnLevel)), Progress: bar.show,
	})
	bar.clear()
	keep := c.Keep || given != "" || err == nil && !report.Sound()
	if err != nil {
		err = errors.Join(err, c.leave(keep, remove, &report))
		if report.Log != "" {
			fmt.Fprintf(os.Stderr, "what was broken until then is told in %s\n", report.Log)
		}
		return err
	}
	if err := c.leave(keep, remove, &report); err != nil {
		return err
	}
	if c.JSON {
		printJSON(report)
	} else {
		c.print(report)
	}
	if !report.Sound() {
		return errSaid
	}
	return nil
}

// givenData is the folder that was named on the command line. The default, and AFTERCARE_DATA, name the dev stack's, which is not
// for this.
func givenData(parsed *kong.Context, cli *commandLine) string {
	for _, step := range parsed.Path {
		if step.Flag != nil && step.Flag.Name == "data" {
			return cli.Data
		}
	}
	return ""
}

// forget removes a folder that nothing has been done in.
func forget(given, dir string) error {
	if given != "" {
		return nil
	}
	return os.RemoveAll(dir)
}

// leave removes the data, but for the log, which then lies beside where the folder was.
func (c *chaosCommand) leave(keep bool, remove func() error, report *chaos.Report) error {
	if keep {
		if report.Log != "" {
			report.Data = filepath.Dir(report.Log)
		}
		return nil
	}
	if report.Log != "" {
		beside := filepath.Dir(report.Log) + ".log"
		if err := os.Rename(report.Log, beside); err == nil {
			report.Log = beside
		}
	}
	return remove()
}

func (c *chaosCommand) print(r chaos.Report) {
	fmt.Printf("seed %d: %d requests became %d cases in %.0f s, with %d decisions answered, %d signalled and %d facts reported.\n",
		r.Seed, r.Requests, r.Cases, r.Seconds, r.Commands, r.Signals, r.Facts)
	fmt.Printf("meanwhile: %s; %d sandbox faults; time was moved ahead %d times.\n", counted(r.Troubles), r.Faults, r.Jumps)
	outcomes := newTable("outcome", "cases")
	for _, o := range slices.Sorted(maps.Keys(r.Outcomes)) {
		outcomes.AppendRow(table.Row{orDash(string(o)), r.Outcomes[o]})
	}
	outcomes.Render()
	numbers := newTable("", "must be 0", "")
	for _, n := range r.Numbers {
		word := ""
		if n.Count > 0 {
			word = "FOUND"
		}
		numbers.AppendRow(table.Row{n.Title, n.Count, word})
	}
	numbers.Render()
	found := newTable("number", "case", "what", "look at")
	for _, n := range r.Numbers {
		for i, f := range n.Findings {
			if i == mostShown {
				found.AppendRow(table.Row{n.Name, "", fmt.Sprintf("and %d more; --json lists all", n.Count-mostShown), ""})
				break
			}
			found.AppendRow(table.Row{n.Name, orDash(f.CaseID), f.What, f.Look})
		}
	}
	found.renderRows()
	for _, s := range r.Stopped {
		fmt.Println("did not go on:", s)
	}
	fmt.Println("log    ", r.Log)
	if r.Data == "" {
		return
	}
	fmt.Println("data   ", r.Data)
	fmt.Printf("look    go run ./starter dev --data %s --no-worker, and beside it the commands of the table with --data %s; rows and histories are in %s\n",
		r.Data, r.Data, filepath.Join(r.Data, chaos.FoundName))
}

// mostShown is how many findings of one number the table shows.
const mostShown = 10

func counted(happened map[chaos.What]int) string {
	var words []string
	for _, w := range chaos.Whats {
		if happened[w] > 0 {
			words = append(words, fmt.Sprintf("%s ×%d", w, happened[w]))
		}
	}
	if len(words) == 0 {
		return "nothing broke"
	}
	return strings.Join(words, ", ")
}
