package store_test

import (
	"database/sql"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/internal/store/storetest"
	"github.com/aftercare/aftercare/schemas"
	"github.com/aftercare/aftercare/schemas/postgres"
)

// beforeDisputes is the last migration whose tables know nothing of what later ones moved between lines and cases.
const beforeDisputes = 10

// What later migrations brought can be taken back and brought again over rows that use it, and what was paid out stays.
func TestMigrationsCanBeTakenBackOverTheirRows(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	s, err := store.Open(ctx, url)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	require.NoError(t, s.PutOrder(ctx, anOrder()))
	partOf(t, s, "shop:R1", 4000, schemas.DisputeOpen, 2500)
	partOf(t, s, "shop:R2", 4000, schemas.DisputeOpen, 2500)

	db, err := sql.Open("pgx", url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	provider, err := goose.NewProvider(goose.DialectPostgres, db, postgres.Migrations, goose.WithTableName("aftercare.schema_version"), goose.WithDisableGlobalRegistry(true))
	require.NoError(t, err)
	_, err = provider.DownTo(ctx, 17)
	require.NoError(t, err)
	_, line := paidOut(t, s, "P-card", "2")
	require.Equal(t, 4000, line)
	var together int
	require.NoError(t, db.QueryRow("select amount_minor from aftercare.dispute_shares").Scan(&together))
	require.Equal(t, 4000, together, "the parts of two cases are one again")
	_, err = provider.Up(ctx)
	require.NoError(t, err)

	_, err = provider.DownTo(ctx, beforeDisputes)
	require.NoError(t, err)
	payment, line := paidOut(t, s, "P-card", "2")
	require.Equal(t, [2]int{0, 0}, [2]int{payment, line}, "without disputes nothing was taken")
	_, err = provider.Up(ctx)
	require.NoError(t, err)
}
