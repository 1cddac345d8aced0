// Package schemas holds the words of Aftercare: every shape that crosses a border (Temporal, HTTP, JSON files, SQL).
//
// It imports the standard library only and nothing of ours, so that every other room of the house may import it. A name in
// this package that Temporal, JSON or SQL keeps is a wire name: once released it never changes. docs/words.md lists them.
package schemas
