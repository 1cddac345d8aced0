// Package samples holds orders, returns and exchanges of our own in the import format: every way a return can go, and the ways of an
// exchange, in a set small enough to play in a few minutes. README.md says what each request is for and how it ends.
package samples

import "embed"

// Files holds orders.jsonl, catalog.jsonl, customers.jsonl, requests.jsonl and expected.jsonl.
//
//go:embed *.jsonl
var Files embed.FS

// Today is the day on which the dates in the files make sense; an import shifts them from there to the present.
const Today = "2026-11-20"
