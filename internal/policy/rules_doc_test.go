package policy_test

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/policy"
)

var update = flag.Bool("update", false, "write docs/rules.md anew")

const rulesDoc = "../../docs/rules.md"

// TestTheRulesPageIsThePoliciesOwn keeps the tables of docs/rules.md equal to the policies: nobody has to remember to.
func TestTheRulesPageIsThePoliciesOwn(t *testing.T) {
	raw, err := os.ReadFile(rulesDoc)
	require.NoError(t, err)
	page := string(raw)
	for name, table := range ruleTables(t) {
		page = between(t, page, name, table)
	}
	if *update {
		require.NoError(t, os.WriteFile(rulesDoc, []byte(page), 0o644))
	}
	require.Equal(t, page, string(raw), "run: go test ./internal/policy -run RulesPage -update")
}

// between replaces what stands between the two marks of a table.
func between(t *testing.T, page, name, table string) string {
	begin, end := "<!-- "+name+": made from policies/, do not edit -->\n", "<!-- end of "+name+" -->"
	require.Equal(t, 1, strings.Count(page, begin), "docs/rules.md has no table %s", name)
	before, rest, _ := strings.Cut(page, begin)
	_, after, ok := strings.Cut(rest, end)
	require.True(t, ok)
	return before + begin + "\n" + table + "\n" + end + after
}

func ruleTables(t *testing.T) map[string]string {
	b := book(t)
	demo := map[string]string{}
	for _, r := range b.Rules("demo") {
		demo[r.ID] = r.Value
	}
	names := map[string]*strings.Builder{}
	table := func(name string, columns ...string) *strings.Builder {
		if names[name] == nil {
			names[name] = &strings.Builder{}
			row(names[name], columns...)
			fmt.Fprintf(names[name], "|%s\n", strings.Repeat("---|", len(columns)))
		}
		return names[name]
	}
	for _, r := range b.Rules("default") {
		rule := r.ID + " v" + r.Version
		kind, what, _ := strings.Cut(r.Name, " ")
		switch kind {
		case "clock":
			row(table("clocks", "rule", "clock", "what must have happened when it ends", "time", "in `demo`", "basis", "source", "checked", "confidence"),
				rule, "`"+what+"`", r.What, r.Value, demo[r.ID], r.Basis, r.Source, r.VerifiedOn, r.Confidence)
		case "limits", "survey":
			row(table("limits", "rule", "what", "value", "basis", "source", "checked", "confidence"), rule, r.What, r.Value, r.Basis, r.Source, r.VerifiedOn, r.Confidence)
		case "window", "floor":
			row(table("windows", "rule", "what", "days", "basis", "source", "checked", "confidence"), rule, r.What, r.Value, r.Basis, r.Source, r.VerifiedOn, r.Confidence)
		default:
			condition, result, _ := strings.Cut(r.Value, ": ")
			row(table("tables", "table", "rule", "if", "then", "what", "basis", "source", "checked", "confidence"), kind, rule, condition, result, r.What, r.Basis, r.Source, r.VerifiedOn, r.Confidence)
		}
	}
	question := table("names", "name", "type", "what")
	for f := range fields(reflect.TypeFor[policy.Question]()) {
		row(question, "`"+f.Tag.Get("expr")+"`", kindOf(f.Type), f.Tag.Get("says"))
	}
	out := map[string]string{}
	for name, text := range names {
		out[name] = text.String()
	}
	return out
}

func fields(t reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}

func kindOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "number"
	case reflect.String:
		return "text"
	}
	return "group"
}

func row(b *strings.Builder, cells ...string) {
	for _, c := range cells {
		fmt.Fprintf(b, "| %s ", strings.ReplaceAll(c, "|", `\|`))
	}
	b.WriteString("|\n")
}
