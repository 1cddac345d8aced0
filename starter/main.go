// Starter is everything that talks to cases from a command line: it starts a dev stack, imports a shop's data, opens cases,
// decides in them, reports facts and shows how they stand.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/aftercare/aftercare/schemas"
)

// Exit codes.
const (
	exitDone    = 0
	exitRefused = 1 // refused or failed
	exitUsage   = 2 // wrong usage
)

// commandLine is the whole of it. Each command lies in a file of its name.
type commandLine struct {
	Data string `help:"Data folder of the dev stack." default:".aftercare" env:"AFTERCARE_DATA" placeholder:"DIR" type:"path"`

	Dev       devCommand       `cmd:"" help:"Start Temporal with its UI, PostgreSQL and the worker on this machine."`
	Migrate   migrateCommand   `cmd:"" help:"Bring the database to this version."`
	Import    importCommand    `cmd:"" help:"Take in orders, catalogue and customers (docs/import.md)."`
	Open      openCommand      `cmd:"" help:"Open a case for each request of a file, or of standard input."`
	Show      showCommand      `cmd:"" help:"Show a case."`
	List      listCommand      `cmd:"" help:"List cases, the nearest due first."`
	Today     todayCommand     `cmd:"" help:"Sum up the open cases: what is overdue, with whom, and what waits for one person."`
	Do        doCommand        `cmd:"" help:"Give a command to a case (docs/words.md)."`
	Reopen    reopenCommand    `cmd:"" help:"Have a case that has ended looked at again by a person, within 15 days."`
	Notify    notifyCommand    `cmd:"" help:"Report a fact of a machine: courier, payments, warehouse."`
	Watch     watchCommand     `cmd:"" help:"Watch a case live."`
	Play      playCommand      `cmd:"" help:"Play requests to the end, every other party acting."`
	Books     booksCommand     `cmd:"" help:"Compare the sandboxes' books with the ledger."`
	Evidence  evidenceCommand  `cmd:"" help:"Make the evidence pack of a case: everything that shows what happened, as one file."`
	Erase     eraseCommand     `cmd:"" help:"Forget a customer's personal data. Refused while a case is open, or a legal hold stands on one."`
	LegalHold legalHoldCommand `cmd:"" name:"legal-hold" help:"Place a legal hold on a case, open or closed, or lift it."`
	Disputes  disputesCommand  `cmd:"" help:"List disputes before banks, platforms and authorities, also those that no case answers."`
	Sandbox   sandboxCommand   `cmd:"" help:"Tell a sandbox to be slow, fail, lose answers, refuse or reverse."`
	Release   releaseCommand   `cmd:"" help:"Try everything again that is parked for one cause (docs/stuck.md)."`
	Rebuild   rebuildCommand   `cmd:"" help:"Write the rows of open cases anew from their workflows."`
	Sweep     sweepCommand     `cmd:"" help:"Look now for cases whose workflow was ended from outside; a Schedule does it every five minutes."`
	Adopt     adoptCommand     `cmd:"" help:"Go on with a case whose workflow was ended from outside."`
	Due       dueCommand       `cmd:"" help:"Reckon a deadline with a calendar (docs/calendars.md). Needs no server."`
	Calendar  calendarCommand  `cmd:"" help:"List the calendars, or show a month of one. Needs no server."`
	Names     namesCommand     `cmd:"" help:"List commands, facts, states, roles and the other words, with their Chinese."`
	Bench     benchCommand     `cmd:"" help:"Measure what a case costs, against bare workflows with the same calls (docs/performance.md)."`
	Chaos     chaosCommand     `cmd:"" help:"Break everything around mixed cases, on a stack of its own, and compare the books (docs/chaos.md)."`
	Policy    policyCommand    `cmd:"" help:"Check, compare, explain and install policies (docs/policies.md)."`

	BenchWorker benchWorkerCommand `cmd:"" hidden:"" help:"The worker that bench starts."`
}

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var cli commandLine
	usage, left := false, -1
	parser, err := kong.New(&cli,
		kong.Name("starter"),
		kong.Description("Aftercare: every after-sales case of a shop is one durable workflow.\n\nBegin with: go run ./starter dev"),
		kong.UsageOnError(),
		kong.Exit(func(code int) { left = code }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true}),
	)
	if err != nil {
		fmt.Fprintln(os.Stderr, "starter:", err)
		return exitRefused
	}
	parsed, err := parser.Parse(args)
	if left == 0 {
		return exitDone // --help
	}
	if err != nil {
		usage = true
		words := strings.ReplaceAll(err.Error(), "a valid 64 bit int", "a whole number")
		fmt.Fprintf(os.Stderr, "starter: %s\nTry `starter --help`.\n", words)
		return exitUsage
	}
	err = parsed.Run(&cli)
	var wrong usageError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &wrong), usage:
		fmt.Fprintln(os.Stderr, "starter:", err)
		return exitUsage
	case errors.Is(err, errSaid):
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "starter: stopped; what was begun goes on, and the same command may be given again.")
	default:
		fmt.Fprintln(os.Stderr, "starter:", sentence(err))
	}
	return exitRefused
}

// usageError is a fault of how a command was called, beyond what the parser sees.
type usageError struct{ error }

// errSaid ends a command whose output says already what is wrong.
var errSaid = errors.New("said already")

// refused prints a refusal as an object where JSON was asked for. It returns what is left to be said.
func refused(err error, asJSON bool) error {
	var refusal *schemas.Refusal
	if asJSON && errors.As(err, &refusal) {
		printJSON(map[string]any{"refused": refusal})
		return errSaid
	}
	return err
}

// sentence is what a person reads: a refusal with its code, anything else in its own words.
func sentence(err error) string {
	var r *schemas.Refusal
	if errors.As(err, &r) {
		text := fmt.Sprintf("refused (%s): %s", r.Code, r.Message)
		if r.Field != "" {
			text = fmt.Sprintf("refused (%s) at %s: %s", r.Code, r.Field, r.Message)
		}
		if r.Revision > 0 && r.Code != schemas.CodeStale {
			text += fmt.Sprintf(" The case is at revision %d.", r.Revision)
		}
		return text
	}
	return err.Error()
}
