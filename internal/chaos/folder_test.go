package chaos

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestARunTakesANewOrAnEmptyFolderAndNoOther(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	got, err := Folder(dir)
	require.NoError(t, err)
	require.Equal(t, dir, got)
	fresh, err := Folder(filepath.Join(dir, "a", "b"))
	require.NoError(t, err)
	require.DirExists(t, fresh)

	_, err = Folder(dir) // it has a folder in it now
	require.ErrorContains(t, err, "it may be another stack's")
	file := filepath.Join(fresh, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = Folder(file)
	require.ErrorContains(t, err, "a folder of your own")

	own, err := Folder("")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(own) })
	info, err := os.Stat(own)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o711), info.Mode().Perm(), "the user that PostgreSQL runs as passes through")
}
