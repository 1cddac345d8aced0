// Package policies holds the rules of Aftercare as data: one YAML file per policy, and one per calendar. internal/policy and
// internal/calendar read and check them; docs/rules.md is made from the policies, docs/calendars.md explains the calendars. A
// merchant's own policy or calendar is one more file of the same shape.
package policies

import (
	"embed"
	"io/fs"
)

// Files holds every policy that is built into the product, as <name>.yaml.
//
//go:embed *.yaml calendars
var Files embed.FS

// Names lists the policies in Files. "demo" is for a dev stack only.
var Names = []string{"default", "demo"}

//go:embed calendars/*.yaml
var calendars embed.FS

// Calendars holds every calendar that is built into the product, as <id>.yaml.
var Calendars fs.FS = inside(calendars, "calendars")

// inside is a folder of embedded files; that it exists is known when the program is built.
func inside(files embed.FS, folder string) fs.FS {
	sub, err := fs.Sub(files, folder)
	if err != nil {
		panic(err)
	}
	return sub
}
