// Package policy reads the rules of a shop and applies them to one request.
//
// A policy is a YAML file (see policies/default.yaml): decision tables, clocks, limits, people. Load checks all of it before
// anybody relies on it and tells every fault at once, with file, line and caret. Plan then answers, for one request, which
// clocks will run, who may decide what, and what the rules propose for each line. It reads no clock of its own: the time of
// a decision is always given.
//
// A Book does not change after it was loaded, so that any number of goroutines may use it.
package policy
