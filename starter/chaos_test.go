package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A chaos run never touches another stack, and says so before it has done anything.
func TestChaosRefusesWhatIsNotItsOwnAndWhatIsTooMuch(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "stack.json"), []byte("{}"), 0o600))
	for _, args := range [][]string{
		{"chaos", "--cases", "0"}, {"chaos", "--cases", "100000"}, {"chaos", "--minutes", "0"}, {"chaos", "--in-flight", "1000"},
	} {
		require.Equal(t, exitUsage, run(args), args)
	}
	require.Equal(t, exitRefused, run([]string{"--data", dir, "chaos"}))
	require.Equal(t, exitRefused, run([]string{"chaos", "--data", dir}))
	found, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, found, 1, "nothing was left there")
}
