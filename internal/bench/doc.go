// Package bench says what a case costs. It runs happy cases against a control: bare workflows that make the same number of calls
// to the outside and hear the same number of updates, signals and timers, with nothing else. What the product costs above the
// control is what its story, its clocks, its archive and its rows cost.
//
// docs/performance.md tells how to run it and what each number means.
package bench
