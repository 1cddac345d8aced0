// Package provider holds the borders to the systems Aftercare does not own: the shop's orders, the payment provider, the
// carrier, the warehouse's stock and the senders of messages. Each is one interface in a file of its own; a real system and
// the sandbox implement the same one and pass the same suite (internal/provider/conformance).
//
// Three rules hold for every method:
//
//   - An effect carries a derived key (case/step/sequence). The same key with the same parameters has one effect, however
//     often it is sent; the same key with other parameters is refused.
//   - A call that gave no usable answer returns an error that Classify can tell: never retry, retry later, retry now, or
//     unknown outcome. An unknown outcome is not a refusal; it is looked up by its key before anything else is done.
//   - Business time travels with the call (At). An outside system never asks its own clock for a business decision.
//
// An implementation maps our key to the outside system's own alphabet and length by a fixed rule (see Number). It must not
// import internal/store: what the other side knows and what our ledger knows are two books, and comparing them is the point.
package provider
