// Package devstack finds or starts what Aftercare runs on: a Temporal server and a PostgreSQL server.
//
// It serves `starter dev` and the tests. For each of the two it takes the first way that works, and says which one
// and why the ones before it did not:
//
//  1. an address that is given (TEMPORAL_ADDRESS or TEMPORAL_PROFILE; DATABASE_URL);
//  2. a program on this machine (a temporal CLI with a recent server; initdb and postgres);
//  3. for Temporal the official download, where the network allows it;
//  4. a pinned build (tools/devserver) or a pinned package with a checked hash;
//  5. for PostgreSQL, docker;
//  6. a message that lists these ways.
//
// What an earlier run downloaded or built counts as a program on this machine, so a second start asks nothing of the
// network.
//
// Nothing that it starts outlives the process that asked for it: every child holds one end of a pipe and stops when
// the other end closes, which the kernel does even for a process that was killed. What may remain all the same (a
// supervisor killed alone) is found and stopped by the next start on the same folder.
package devstack
