package aftercare_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEveryDirectDependencyHasAReason compares docs/decisions/dependencies.md with the go.mod files.
func TestEveryDirectDependencyHasAReason(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("docs/decisions/dependencies.md")
	require.NoError(t, err)
	sections := strings.Split(string(raw), "\n## ")[1:]
	files := []string{"go.mod", "tools/devserver/go.mod", "tools/checks/go.mod"}
	require.Len(t, sections, len(files))
	for i, file := range files {
		var said []string
		for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| .+ \\|$").FindAllStringSubmatch(sections[i], -1) {
			said = append(said, row[1])
		}
		require.ElementsMatch(t, direct(t, file), said, "docs/decisions/dependencies.md and %s differ", file)
	}
}

// direct lists what a go.mod needs itself, and the tools it names.
func direct(t *testing.T, file string) []string {
	t.Helper()
	out, err := exec.Command("go", "mod", "edit", "-json", file).Output()
	require.NoError(t, err)
	var mod struct {
		Require []struct {
			Path     string
			Indirect bool
		}
		Tool []struct{ Path string }
	}
	require.NoError(t, json.Unmarshal(out, &mod))
	var paths []string
	for _, r := range mod.Require {
		if !r.Indirect {
			paths = append(paths, r.Path)
		}
	}
	for _, tool := range mod.Tool {
		paths = append(paths, tool.Path)
	}
	return paths
}
