package cases

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
)

// OpenCases goes through the ids of all open cases, as Temporal knows them.
func (c *Client) OpenCases(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for f, err := range c.Running(ctx) {
			if !yield(f.CaseID, err) {
				return
			}
		}
	}
}

// caseTypes are the workflow types of cases, as a query writes a list.
func caseTypes() string {
	types := slices.Sorted(maps.Values(workflowTypes))
	return "'" + strings.Join(types, "', '") + "'"
}
