//go:build unix

package devstack

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAFolderOfSomebodyElseIsToldByItsOwnersName(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.Empty(t, foreignOwner(dir, os.Geteuid()), "one's own")
	require.Empty(t, foreignOwner(dir, 0), "root may enter every folder")
	require.NotEmpty(t, foreignOwner(dir, os.Geteuid()+12345))
	require.Empty(t, foreignOwner(dir+"/none", 12345))
}
