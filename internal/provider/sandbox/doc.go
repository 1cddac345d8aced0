// Package sandbox plays the five outside systems of a shop, durably: its orders, its payment provider, its carrier, its
// stock and its senders of messages.
//
// Its books are a PostgreSQL schema of their own ("sandbox"), reached by a pool of their own, and every effect is committed
// before it is answered. So a worker that dies after an answer, and one that dies before it, leave different books, and a
// crash can be told from a refusal. Aftercare never reads these tables.
//
// Faults are told (World.Tell) and kept in the same schema: they survive the death of the process they were told in.
package sandbox
