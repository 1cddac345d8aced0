package config

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the table of docs/operating.md anew")

// TestTheOperatingPageHasEverySetting makes the table of settings from the comments of Config.
func TestTheOperatingPageHasEverySetting(t *testing.T) {
	const page, begin, end = "../../docs/operating.md", "<!-- made from the code: settings -->\n", "<!-- end of settings -->"
	file, err := parser.ParseFile(token.NewFileSet(), "config.go", nil, parser.ParseComments)
	require.NoError(t, err)
	var table strings.Builder
	table.WriteString("| variable | what | default |\n|---|---|---|\n")
	rows := 0
	ast.Inspect(file, func(n ast.Node) bool {
		field, ok := n.(*ast.Field)
		if !ok || field.Doc == nil {
			return true
		}
		said := strings.ReplaceAll(strings.TrimSpace(field.Doc.Text()), "\n", " ")
		m := regexp.MustCompile(`^\w+ (?:is |are )?(.*) \(([A-Z_]+); (.*)\)\.$`).FindStringSubmatch(said)
		require.NotNil(t, m, "the comment of %s does not end in (VARIABLE; default …).", field.Names[0])
		fmt.Fprintf(&table, "| `%s` | %s | %s |\n", m[2], m[1], regexp.MustCompile(`^default:? `).ReplaceAllString(m[3], ""))
		rows++
		return true
	})
	raw, err := os.ReadFile(page)
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(raw), begin)
	require.True(t, ok)
	_, after, ok := strings.Cut(rest, end)
	require.True(t, ok)
	want := before + begin + "\n" + table.String() + "\n" + end + after
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(want), 0o644))
		return
	}
	require.Equal(t, 9, rows)
	require.Equal(t, want, string(raw), "run: go test ./internal/config -run Operating -update")
}
