// Package policies holds the rules of Aftercare as data: one YAML file per policy, one per pack of rules of law and of platforms,
// and one per calendar. internal/policy and internal/calendar read and check them; docs/rules.md is made from the policies and
// packs, docs/policies.md shows how to write one, docs/calendars.md explains the calendars. A merchant's own file is one more of
// the same shape.
package policies

import (
	"embed"
	"io/fs"
)

// Files holds every policy and pack that is built into the product, as <name>.yaml, and the calendars.
//
//go:embed *.yaml calendars
var Files embed.FS

// Names lists the policies in Files; its other files are packs. "demo" is for a dev stack only.
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
