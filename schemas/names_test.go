package schemas_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestWireNamesStay pins every name that Temporal keeps. A name that was released never changes: histories hold it for ever.
func TestWireNamesStay(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	section := func(title string, names []string) {
		b.WriteString("[" + title + "]\n")
		for _, n := range names {
			b.WriteString(n + "\n")
		}
	}
	section("workflow types", []string{schemas.WorkflowReturn, schemas.WorkflowExchange, schemas.WorkflowSweep})
	section("activities", schemas.ActivityNames)
	section("commands (updates and signals)", schemas.CommandNames)
	section("facts (signals)", schemas.FactNames)
	section("queries", schemas.QueryNames)
	var queues, attributes []string
	for _, q := range schemas.TaskQueues {
		queues = append(queues, string(q))
	}
	section("task queues", queues)
	for _, a := range schemas.SearchAttributes {
		attributes = append(attributes, a.Name+" "+string(a.Type))
	}
	section("search attributes", attributes)
	section("error types", []string{schemas.ErrorTypeRefused})
	golden(t, "wire_names.txt", b.String())
}

func TestSearchAttributesFitSQLVisibility(t *testing.T) {
	t.Parallel()
	byType := map[schemas.AttributeType]int{}
	for _, a := range schemas.SearchAttributes {
		require.True(t, strings.HasPrefix(a.Name, "Aftercare"), a.Name)
		byType[a.Type]++
	}
	require.LessOrEqual(t, byType[schemas.Keyword], 8)
	require.LessOrEqual(t, byType[schemas.Int], 3)
	require.LessOrEqual(t, byType[schemas.Datetime], 3)
	require.LessOrEqual(t, byType[schemas.KeywordList], 3)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run go test ./schemas -update")
	require.Equal(t, string(want), got, "a wire name or shape changed; if it was never released, run go test ./schemas -update")
}
