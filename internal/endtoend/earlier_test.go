package endtoend

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// editions are commits of this repository, each the last or a late one of an edition of the stories. Cases that began under them run for
// months.
var editions = map[string]string{
	"edition 1": "cc2b657",
	"edition 2": "71cd2a7",
	"edition 3": "e3650d0",
	"edition 4": "41d2bf2",
	"edition 5": "95dc278",
}

// builtFrom is the worker of an earlier commit, built once into the cache. A checkout without git or without that commit has none.
func builtFrom(t *testing.T, commit string) string {
	t.Helper()
	root := filepath.Join("..", "..")
	full, err := exec.Command("git", "-C", root, "rev-parse", "--verify", "--quiet", commit+"^{commit}").Output()
	if err != nil {
		t.Skipf("the commit %s is not here (no git, or a shallow clone), so that no worker can be built from it", commit)
	}
	cache, err := os.UserCacheDir()
	require.NoError(t, err)
	dir := filepath.Join(cache, "aftercare", "earlier", strings.TrimSpace(string(full)))
	program := filepath.Join(dir, "worker")
	if _, err := os.Stat(program); err == nil {
		return program
	}
	source := t.TempDir()
	archive, err := exec.Command("git", "-C", root, "archive", "--format=tar", commit).Output()
	require.NoError(t, err)
	untar := exec.Command("tar", "-x", "-C", source)
	untar.Stdin = bytes.NewReader(archive)
	out, err := untar.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.NoError(t, os.MkdirAll(dir, 0o755))
	fresh := filepath.Join(source, "worker-of-"+commit)
	build := exec.Command("go", "build", "-o", fresh, "./worker")
	build.Dir = source
	out, err = build.CombinedOutput()
	require.NoError(t, err, "build the worker of %s: %s", commit, out)
	content, err := os.ReadFile(fresh)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(program+".new", content, 0o755))
	require.NoError(t, os.Rename(program+".new", program))
	return program
}

// A case that began under a worker of an earlier version ends under this one, with the money paid once.
func TestACaseBegunByAnEarlierVersionEndsOnThisOne(t *testing.T) {
	t.Parallel()
	long(t)
	for name, commit := range editions {
		t.Run(name, func(t *testing.T) {
			h := openHouse(t, need{noWorker: true})
			h.earlier = builtFrom(t, commit)
			h.startWorker()
			inReview, inTransit, received := h.wish(bought), h.wish(bought), h.wish(bought)
			decided := h.reviewed(inReview)
			travelling := h.shipped(inTransit, "default", waybill())
			h.carrier(travelling, schemas.ParcelScanned.Name)
			here := h.returned(received)
			h.worker.Kill()
			h.earlier = ""
			h.startWorker()

			h.do(decided, schemas.ReviewApprove.Name, agent, schemas.Approve{})
			h.do(decided, schemas.ReturnSubmitWaybill.Name, customerOf(inReview), schemas.SubmitWaybill{Carrier: "sandbox", Waybill: waybill()})
			h.fromTransit(decided)
			h.fromTransit(travelling)
			h.fromReceived(here)
			for _, id := range []string{decided, travelling, here} {
				v := h.awaitState(id, schemas.FollowUp)
				require.EqualValues(t, 6550, v.Money.Refunded.Minor, timeline(v))
				require.Equal(t, 1, h.ordered(id))
			}
			h.sound()
		})
	}
}
