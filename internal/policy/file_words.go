package policy

import "github.com/aftercare/aftercare/internal/yamlfile"

// A policy is read with the machinery of yamlfile; these are its words, used all over this package.
type (
	document = yamlfile.Document
	place    = yamlfile.Place
	name     = yamlfile.Name

	// Fault is one mistake in a policy file, and where it stands.
	Fault = yamlfile.Fault
)
