// Package chaos lets mixed cases live on a stack of its own while everything around them breaks, and then compares what everybody has
// written down: Temporal's histories, the rows, the ledger, and the books of the outside systems. docs/chaos.md says what the numbers
// mean.
//
// What will happen is planned beforehand, by pure functions of a seed; when exactly it meets a case is up to the machine.
package chaos
