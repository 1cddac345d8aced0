// Package aftercare_test holds what concerns the house as a whole.
package aftercare_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/aftercare/aftercare"

// arrow says what a room may not import. A room is a folder with everything below it.
type arrow struct {
	from string
	not  []string
	only []string // where set: nothing outside the standard library but these
	why  string
}

var arrows = []arrow{
	{from: "schemas", only: []string{module + "/schemas"}, why: "the words must be usable by everybody, so they need the standard library alone"},
	{from: "workflows", only: []string{module + "/schemas", module + "/workflows", "go.temporal.io/sdk", "go.temporal.io/api/enums"}, why: "what happens depends on the words and on Temporal, and on nothing that could differ at a replay"},
	{from: "activities", not: []string{module + "/workflows", module + "/cases", module + "/starter"}, why: "stories and effects know each other only by the words"},
	{from: "cases", not: []string{module + "/workflows", module + "/activities", module + "/internal"}, why: "a foreign backend imports the client, and with it nothing of ours but the words"},
	{from: "internal/provider", not: []string{module + "/internal/store", module + "/workflows", module + "/activities"}, why: "an outside system does not read our books"},
	{from: "internal/store", not: []string{"go.temporal.io", module + "/workflows", module + "/activities", module + "/internal/provider"}, why: "the database does not know who calls it"},
	{from: "internal/calendar", only: []string{module + "/schemas", module + "/internal/yamlfile"}, why: "a calendar knows days and zones, and neither cases nor databases"},
	{from: "internal/yamlfile", only: []string{module + "/internal/yamlfile", "github.com/goccy/go-yaml"}, why: "a reader of files does not know what they are about"},
	{from: "internal/play", not: []string{module + "/workflows", module + "/activities"}, why: "a player acts through the public commands and facts"},
	{from: "internal/bench", not: []string{module + "/workflows", module + "/activities"}, why: "the control knows nothing of what it is compared with"},
	{from: "starter", not: []string{module + "/workflows", module + "/activities"}, why: "the command line reaches a case only through cases"},
}

type listed struct {
	ImportPath string
	Imports    []string
	Standard   bool
}

func TestTheArrowsOfTheHouseHold(t *testing.T) {
	t.Parallel()
	standard := map[string]bool{}
	for _, p := range list(t, "std") {
		standard[p.ImportPath] = true
	}
	checked := map[string]bool{}
	for _, p := range list(t, "./...") {
		for _, a := range arrows {
			if !under(p.ImportPath, module+"/"+a.from) {
				continue
			}
			checked[a.from] = true
			for _, imported := range p.Imports {
				for _, not := range a.not {
					if under(imported, not) {
						t.Errorf("%s imports %s: %s", p.ImportPath, imported, a.why)
					}
				}
				if a.only != nil && !standard[imported] && !underAny(imported, a.only) {
					t.Errorf("%s imports %s: %s", p.ImportPath, imported, a.why)
				}
			}
		}
	}
	for _, a := range arrows {
		require.True(t, checked[a.from], "the arrow of %s was not checked: is the folder gone?", a.from)
	}
}

func under(path, room string) bool { return path == room || strings.HasPrefix(path, room+"/") }

func underAny(path string, rooms []string) bool {
	for _, r := range rooms {
		if under(path, r) {
			return true
		}
	}
	return false
}

func list(t *testing.T, pattern string) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Standard", pattern).Output()
	require.NoError(t, err)
	var packages []listed
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else {
			require.NoError(t, err)
		}
		packages = append(packages, p)
	}
}
