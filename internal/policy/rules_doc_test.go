package policy_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/policies"
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
	require.Equal(t, len(ruleTables(t)), strings.Count(page, "<!-- end of "), "a table is made from nothing")
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
		case "rule": // those of the packs have tables of their own
		case "clock":
			row(table("clocks", "rule", "clock", "what must have happened when it ends", "time", "in `demo`", "basis", "source", "verified", "confidence"),
				rule, "`"+what+"`", r.What, r.Value, demo[r.ID], r.Basis, r.Source, r.VerifiedOn, r.Confidence)
		case "limits", "survey", "notices", "history":
			row(table("limits", "rule", "what", "value", "basis", "source", "verified", "confidence"), rule, r.What, r.Value, r.Basis, r.Source, r.VerifiedOn, r.Confidence)
		case "window":
			row(table("windows", "rule", "what", "days", "basis", "source", "verified", "confidence"), rule, r.What, r.Value, r.Basis, r.Source, r.VerifiedOn, r.Confidence)
		default:
			condition, result, _ := strings.Cut(r.Value, ": ")
			row(table("tables", "table", "rule", "if", "then", "what", "basis", "source", "verified", "confidence"), kind, rule, condition, result, r.What, r.Basis, r.Source, r.VerifiedOn, r.Confidence)
		}
	}
	for _, pack := range packs {
		report, err := policy.Check(policies.Files, pack)
		require.NoError(t, err)
		for _, r := range report.Rules {
			says := r.Value
			if r.Floor {
				says += "; floor"
			}
			row(table("pack "+pack, "rule", "where", "what", "when", "says", "effective", "source", "verified", "confidence"),
				r.ID+" v"+r.Version, r.Where, r.What, "`"+r.Condition+"`", says, r.Effective, r.Source, r.VerifiedOn, r.Confidence)
		}
		for _, r := range report.Unverified {
			row(table("unverified", "rule", "where", "what", "source to compare it with", "confidence"), r.ID+" v"+r.Version, r.Where, r.What, r.Source, r.Confidence)
		}
	}
	codes := map[string][]string{}
	for _, pack := range packs {
		report, err := policy.Check(policies.Files, pack)
		require.NoError(t, err)
		for _, r := range report.Rules {
			for part := range strings.SplitSeq(r.Value, "; ") {
				effect, words, _ := strings.Cut(part, " ")
				if slices.Contains([]string{"excludes", "presumes", "requires", "forbids"}, effect) {
					for code := range strings.SplitSeq(words, ", ") {
						codes[effect+" "+code] = append(codes[effect+" "+code], r.ID)
					}
				}
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(codes)) {
		effect, code, _ := strings.Cut(key, " ")
		row(table("codes", "code", "stands under", "rules that say what it means"), "`"+code+"`", effect, strings.Join(codes[key], ", "))
	}
	for _, s := range policy.Subjects {
		weighed, clock := "duty: the earliest end counts", ""
		if s.Right {
			weighed = "right: the latest end counts"
		}
		if s.Clock {
			clock = "yes"
		}
		row(table("subjects", "name", "what", "", "weighed as", "every policy gives it a length"), "`"+s.Name+"`", s.En, s.Zh, weighed, clock)
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
	case reflect.Slice:
		return "list of texts"
	}
	return "group"
}

func row(b *strings.Builder, cells ...string) {
	for _, c := range cells {
		fmt.Fprintf(b, "| %s ", strings.ReplaceAll(c, "|", `\|`))
	}
	b.WriteString("|\n")
}
