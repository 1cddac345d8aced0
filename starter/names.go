package main

import (
	"fmt"

	"github.com/aftercare/aftercare/schemas"
)

// namesCommand lists the names that can be typed.
type namesCommand struct {
	JSON bool `help:"Print one JSON object."`
}

func (c *namesCommand) Run() error {
	if c.JSON {
		printJSON(map[string]any{"commands": schemas.CommandNames, "facts": schemas.FactNames, "roles": schemas.Roles, "reasons": schemas.Reasons, "findings": schemas.Findings})
		return nil
	}
	fmt.Println("Commands (starter do CASE COMMAND --as ROLE:ID):")
	for _, n := range schemas.CommandNames {
		fmt.Println("  " + n)
	}
	fmt.Println("Facts (starter notify SOURCE --with JSON):")
	for _, n := range schemas.FactNames {
		fmt.Println("  " + n)
	}
	fmt.Printf("Roles: %v\nReasons: %v\nFindings: %v\n", schemas.Roles, schemas.Reasons, schemas.Findings)
	return nil
}
