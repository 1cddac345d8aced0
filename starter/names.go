package main

import (
	"fmt"
	"slices"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/aftercare/aftercare/schemas"
)

// namesCommand lists the names that can be typed or met.
type namesCommand struct {
	JSON bool `help:"Print one JSON object."`
}

// wordKinds are the types of words that are explained, by what they are called in JSON.
var wordKinds = []struct{ name, typeName, title string }{
	{"kinds", "Kind", "Kinds of cases"},
	{"stages", "Stage", "Stages"},
	{"states", "State", "States"},
	{"turns", "Turn", "Whose turn it is"},
	{"outcomes", "Outcome", "Outcomes"},
	{"priorities", "Priority", "Priorities"},
	{"roles", "Role", "Roles"},
	{"reasons", "Reason", "Reasons"},
	{"findings", "Finding", "Findings of an inspection"},
}

func (c *namesCommand) Run() error {
	if c.JSON {
		answer := map[string]any{"commands": schemas.CommandNames, "facts": schemas.FactNames, "sources": sources, "roles": schemas.Roles, "reasons": schemas.Reasons, "findings": schemas.Findings}
		words := map[string][]schemas.Word{}
		for _, k := range wordKinds {
			words[k.name] = schemas.Words(k.typeName)
		}
		answer["words"] = words
		printJSON(answer)
		return nil
	}
	fmt.Println("Commands (starter do CASE COMMAND --as ROLE:ID):")
	for _, n := range schemas.CommandNames {
		fmt.Println("  " + n)
	}
	fmt.Printf("Facts (starter notify SOURCE --with JSON; a SOURCE is such as %s):\n", orList(sources))
	for _, n := range schemas.FactNames {
		fmt.Println("  " + n)
	}
	for _, k := range wordKinds {
		fmt.Printf("\n%s:\n", k.title)
		t := newTable("", "", "")
		for _, w := range schemas.Words(k.typeName) {
			t.AppendRow(table.Row{w.Value, w.ZH, w.What})
		}
		t.Render()
	}
	return nil
}

// wordIn looks a word up that was typed. What is not known is a fault of usage that lists what is.
func wordIn(flag, typeName, typed string) error {
	if typed == "" {
		return nil
	}
	var known []string
	for _, w := range schemas.Words(typeName) {
		known = append(known, w.Value)
	}
	if !slices.Contains(known, typed) {
		return usageError{fmt.Errorf("%s %q is not known; use %s", flag, typed, orList(known))}
	}
	return nil
}

// orList writes "a, b or c".
func orList(words []string) string { return listed(words, " or ") }

// andList writes "a, b and c".
func andList(words []string) string { return listed(words, " and ") }

func listed(words []string, before string) string {
	text := ""
	for i, w := range words {
		switch {
		case i == 0:
		case i == len(words)-1:
			text += before
		default:
			text += ", "
		}
		text += w
	}
	return text
}
