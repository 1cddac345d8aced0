package policy_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/jsonschema-go/jsonschema"
	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/policies"
)

const schemaFile = "../../policies/policy.schema.json"

func TestTheSchemaForEditorsIsTheLoadersOwn(t *testing.T) {
	made, err := policy.Schema()
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile(schemaFile, made, 0o644))
	}
	kept, err := os.ReadFile(schemaFile)
	require.NoError(t, err)
	require.True(t, string(made) == string(kept), "policies/policy.schema.json is stale; run: go test ./internal/policy -run Schema -update")
}

func resolved(t *testing.T) *jsonschema.Resolved {
	t.Helper()
	made, err := policy.Schema()
	require.NoError(t, err)
	var s jsonschema.Schema
	require.NoError(t, json.Unmarshal(made, &s))
	r, err := s.Resolve(nil)
	require.NoError(t, err)
	return r
}

func asJSON(t *testing.T, text string) any {
	t.Helper()
	raw, err := yaml.YAMLToJSON([]byte(text))
	require.NoError(t, err)
	var v any
	require.NoError(t, json.Unmarshal(raw, &v))
	return v
}

func TestAnEditorFindsNoFaultWithWhatIsShipped(t *testing.T) {
	s := resolved(t)
	files, err := fs.Glob(policies.Files, "*.yaml")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 5)
	for _, file := range files {
		text := source(t, strings.TrimSuffix(file, ".yaml"))
		require.NoError(t, s.Validate(asJSON(t, text)), file)
		require.True(t, strings.HasPrefix(text, "# yaml-language-server: $schema=policy.schema.json\n"), "%s does not tell editors its schema", file)
	}
}

func TestAnEditorMarksWhatTheLoaderRefuses(t *testing.T) {
	s := resolved(t)
	for name, text := range map[string]string{
		"a field nobody knows":  "max_round: 3\n",
		"a clock nobody starts": "clocks: {idle_agian: {after: 5d}}\n",
		"a wrong type":          "max_rounds: three\n",
		"a basis nobody knows":  "defaults: {basis: custom}\n",
		"a subject of no rule":  "rules: [{rule: X-1@1, of: law.moon}]\n",
		"a remedy nobody knows": "rules: [{rule: X-1@1, then: {remedies: [apology]}}]\n",
		"a list for a mapping":  "clocks: []\n",
	} {
		require.Error(t, s.Validate(asJSON(t, text)), name)
		require.False(t, loads(text), name)
	}
}

func loads(text string) bool {
	_, err := policy.Load(oneFile(text), "changed")
	return err == nil
}
