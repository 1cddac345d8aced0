package main

import (
	"fmt"

	"github.com/aftercare/aftercare/internal/policy"
)

// policyDiffCommand says what changes.
type policyDiffCommand struct {
	Before string `arg:"" help:"A policy: a file, or the name of a built-in one."`
	After  string `arg:"" help:"The policy it is compared with."`
	JSON   bool   `help:"Print one JSON object per difference."`
}

func (c *policyDiffCommand) Run() error {
	from, a, err := loadPolicy(c.Before)
	if err != nil {
		return err
	}
	to, b, err := loadPolicy(c.After)
	if err != nil {
		return err
	}
	differences, err := policy.Diff(from, a, to, b)
	if err != nil {
		return err
	}
	for _, d := range differences {
		if c.JSON {
			printJSON(d)
			continue
		}
		fmt.Println(d.Says)
	}
	if len(differences) == 0 && !c.JSON {
		fmt.Println("The two say the same.")
	}
	return nil
}
