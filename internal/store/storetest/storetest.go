// Package storetest gives a test an empty, migrated database of its own.
package storetest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/devstack/stacktest"
	"github.com/aftercare/aftercare/internal/store"
)

// New opens a store on a fresh database, which is dropped after the test.
func New(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), URL(t))
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

// URL makes a fresh, migrated database and says where it is, for a test that needs its own connection.
func URL(t testing.TB) string {
	t.Helper()
	return stacktest.Database(t, migrate)
}

func migrate(url string) error { return store.Migrate(context.Background(), url, nil) }
