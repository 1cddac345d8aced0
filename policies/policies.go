// Package policies holds the rules of Aftercare as data: one YAML file per policy. internal/policy reads and checks them;
// docs/rules.md is made from them. A merchant's own policy is one more file of the same shape.
package policies

import "embed"

// Files holds every policy that is built into the product, as <name>.yaml.
//
//go:embed *.yaml calendars
var Files embed.FS

// Names lists the policies in Files. "demo" is for a dev stack only.
var Names = []string{"default", "demo"}
