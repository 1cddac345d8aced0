// Package workflows says what happens in a case, in order.
//
// A story (return.go) is a table of waiting states, then its verbs in the order they happen. Each row says whose turn it
// is, which clock runs, what it hears, and what silence does. Everything the stories share is the spine: case.go (the life
// of a case), table.go (how a story is written), commands.go and facts.go (what comes in), permit.go (who may), clocks.go and
// ladder.go (time), calls.go (what goes out), money.go, followup.go, and scribe.go (what is written down).
//
// Nothing here reads a clock of the machine, a time zone, a map in its own order, or anything else that could differ when a
// history is replayed. Changes to running code go through versions.go.
package workflows
