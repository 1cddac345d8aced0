// Package postgres holds the migrations of the schema "aftercare": what is shared between cases (orders, unit claims, the
// money ledger, people) and the rows of cases. `starter migrate` applies them.
package postgres

import "embed"

// Migrations are goose SQL files, applied in the order of their numbers. A released one never changes; a new one follows.
//
//go:embed *.sql
var Migrations embed.FS
