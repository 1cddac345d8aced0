// Package endtoend holds the tests that run everything for real: a Temporal server, PostgreSQL, the worker as a process that
// can be killed, and the command line as a program. What they need beside the product lies in files of their own: house_test.go
// (everything of one shop), worker_test.go, starter_test.go, wire_test.go (a wire that loses answers), shop_test.go (what was
// bought) and invariants_test.go (what must be true whenever cases have run).
package endtoend
