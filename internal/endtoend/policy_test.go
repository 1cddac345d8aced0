package endtoend

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/policies"
)

// shortest is the shortest wait of the policy demo that is one for somebody, and not a pause of the system's own.
const shortest = 10 * time.Second

// calmly is how much longer such waits are in a house. A machine that is slow, or a worker that was killed, must not make anybody late: here
// a clock runs out where a test lets it, and never because the test itself took its time.
const calmly = 60

var (
	written = regexp.MustCompile(`\b(\d+)([sm])\b`)
	// A play in real time waits for the end of these, which may come soon: nobody objects to a refusal, and a provider is asked.
	meant = regexp.MustCompile(`^\s+(return|exchange)\.(rejected|refund_processing):`)
)

// calmPolicies is a folder with the policy demo as the workers of the houses read it.
var calmPolicies = sync.OnceValues(func() (string, error) {
	demo, err := fs.ReadFile(policies.Files, "demo.yaml")
	if err != nil {
		return "", err
	}
	var calm strings.Builder
	for line := range strings.Lines(string(demo)) {
		wait := longer
		if meant.MatchString(line) {
			wait = func(string) string { return shortest.String() }
		}
		calm.WriteString(written.ReplaceAllStringFunc(line, wait))
	}
	dir, err := os.MkdirTemp("", "aftercare-policies-*")
	if err != nil {
		return "", err
	}
	left = append(left, dir)
	return dir, os.WriteFile(filepath.Join(dir, "demo.yaml"), []byte(calm.String()), 0o600)
})

// longer makes a wait for somebody longer, and leaves a pause as it is.
func longer(wait string) string {
	if d, err := time.ParseDuration(wait); err != nil || d < shortest {
		return wait
	}
	n, unit := wait[:len(wait)-1], wait[len(wait)-1:]
	count, _ := strconv.Atoi(n)
	return strconv.Itoa(count*calmly) + unit
}

func calm(t *testing.T) string {
	t.Helper()
	dir, err := calmPolicies()
	require.NoError(t, err)
	return dir
}
