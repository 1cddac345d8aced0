// Package stacktest gives tests a real PostgreSQL and a real Temporal server.
//
// Each test process has one server of each kind, started when the first test asks, and ended with the process however
// it ends: nothing is left running by a panic, a time-out or a kill. Packages that run side by side do not meet.
//
// Servers that somebody else started are used where AFTERCARE_TEST_DATABASE_URL or AFTERCARE_TEST_TEMPORAL_ADDRESS
// names them; each test still gets a database, and each process a namespace, of its own.
//
// Tests that stop and kill servers take OwnPostgres and OwnTemporal.
package stacktest
