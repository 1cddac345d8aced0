package sandbox_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/provider/sandbox/sandboxtest"
)

func TestMigrationsMayBeRepeatedAndMayMeet(t *testing.T) {
	t.Parallel()
	url := sandboxtest.EmptyDatabase(t)
	errs := make([]error, 3)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { errs[i] = sandbox.Migrate(t.Context(), url) })
	}
	all.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.NoError(t, sandbox.Migrate(t.Context(), url))
}

func TestEveryQueryFitsTheSchema(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), sandboxtest.EmptyDatabase(t))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	require.NoError(t, sandbox.Migrate(t.Context(), conn.Config().ConnString()))
	files, err := filepath.Glob("queries/*.sql")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		_, err = conn.Prepare(t.Context(), file, string(text))
		require.NoError(t, err, file)
	}
}
