package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/headers"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/common/persistence"
	"go.temporal.io/server/common/persistence/serialization"
	"go.temporal.io/server/common/persistence/sql"
	"go.temporal.io/server/common/persistence/sql/sqlplugin"
	sqliteplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/common/resolver"
	"go.temporal.io/server/schema/sqlite"
)

// clusterName is written into every namespace, so it must never change for an existing file.
const clusterName = "active"

// versionedFile puts the server's version into the file's name: data/temporal.db becomes data/temporal-1.32.1.db.
// Temporal has no migrations for SQLite, so a file of another version must not be opened by this one.
func versionedFile(file string) string {
	ext := filepath.Ext(file)
	return strings.TrimSuffix(file, ext) + "-" + headers.ServerVersion + ext
}

// sqliteConfig opens the file with a write-ahead log. Commits are still synchronous: a case that was told "recorded"
// must be there after a power cut, because the rows of the same case in PostgreSQL will be.
func sqliteConfig(file string) *config.SQL {
	return &config.SQL{
		PluginName:   sqliteplugin.PluginName,
		DatabaseName: escapeForDSN(file),
		ConnectAttributes: map[string]string{
			"mode":         "rwc",
			"journal_mode": "wal",
			"synchronous":  "full",
			"busy_timeout": "10000",
		},
	}
}

// escapeForDSN keeps a folder named "a?b" or "50%" from being read as part of the connection string.
func escapeForDSN(file string) string {
	return strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(file)
}

// prepareDatabase makes sure that the file exists with its schema, the namespace and the search attributes. It runs
// before the server does, so nothing has to wait for the server's caches to notice.
func prepareDatabase(ctx context.Context, file string, opts options) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("make the folder of --db: %w", err)
	}
	_, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := createDatabase(file); err != nil {
			return err
		}
	case err != nil:
		return fmt.Errorf("look at --db: %w", err)
	}
	return prepareNamespace(ctx, sqliteConfig(file), opts)
}

// createDatabase builds the schema in a file beside the wanted one and renames it at the end. Being killed half-way
// leaves a file that nobody opens instead of one that looks whole and is not.
func createDatabase(file string) error {
	unfinished := file + ".new"
	if err := os.RemoveAll(unfinished); err != nil {
		return fmt.Errorf("remove what an interrupted start left: %w", err)
	}
	cfg := sqliteConfig(unfinished)
	cfg.ConnectAttributes["journal_mode"] = "delete" // One file, so that one rename moves all of it.
	if err := sqlite.SetupSchema(cfg); err != nil {
		return fmt.Errorf("make the schema of a new database: %w", err)
	}
	if err := os.Rename(unfinished, file); err != nil {
		return fmt.Errorf("put the new database in its place: %w", err)
	}
	return nil
}

// prepareNamespace makes the namespace, or adds to an existing one the search attributes it lacks.
func prepareNamespace(ctx context.Context, cfg *config.SQL, opts options) error {
	wanted, err := sqlite.NewNamespaceConfig(clusterName, opts.namespace, false, nil)
	if err != nil {
		return fmt.Errorf("describe namespace %s: %w", opts.namespace, err)
	}
	wanted.Detail.Config.Retention = durationpb.New(opts.retention)
	if _, err := addAttributes(wanted.Detail.Config.CustomSearchAttributeAliases, opts.attributes); err != nil {
		return err
	}
	if err := sqlite.CreateNamespaces(cfg, wanted); err != nil {
		return fmt.Errorf("make namespace %s: %w", opts.namespace, err)
	}
	return updateNamespace(ctx, cfg, opts)
}

// updateNamespace gives an existing namespace what this command line asks for and it does not have yet.
func updateNamespace(ctx context.Context, cfg *config.SQL, opts options) error {
	db, err := sql.NewSQLDB(sqlplugin.DbKindMain, cfg, resolver.NewNoopResolver(), log.NewNoopLogger(), metrics.NoopMetricsHandler)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer func() { _ = db.Close() }()

	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	rows, err := db.SelectFromNamespace(ctx, sqlplugin.NamespaceFilter{Name: &opts.namespace})
	if err != nil || len(rows) != 1 {
		return fmt.Errorf("read namespace %s (%d rows): %w", opts.namespace, len(rows), err)
	}
	row := rows[0]
	serializer := serialization.NewSerializer()
	detail, err := serializer.NamespaceDetailFromBlob(persistence.NewDataBlob(row.Data, row.DataEncoding))
	if err != nil {
		return fmt.Errorf("decode namespace %s: %w", opts.namespace, err)
	}
	if detail.Config.CustomSearchAttributeAliases == nil {
		detail.Config.CustomSearchAttributeAliases = map[string]string{}
	}
	added, err := addAttributes(detail.Config.CustomSearchAttributeAliases, opts.attributes)
	if err != nil {
		return err
	}
	if !added && detail.Config.Retention.AsDuration() == opts.retention {
		return nil
	}
	detail.Config.Retention = durationpb.New(opts.retention)
	detail.ConfigVersion++
	blob, err := serializer.NamespaceDetailToBlob(detail)
	if err != nil {
		return fmt.Errorf("encode namespace %s: %w", opts.namespace, err)
	}
	row.Data, row.DataEncoding = blob.Data, blob.EncodingType.String()
	if _, err := db.UpdateNamespace(ctx, &row); err != nil {
		return fmt.Errorf("write namespace %s: %w", opts.namespace, err)
	}
	return nil
}

// olderFiles names databases beside ours that another server version wrote. Their cases are not lost, but this
// version cannot read them, and a person who misses them should be told so.
func olderFiles(file string) []string {
	ext := filepath.Ext(file)
	stem := strings.TrimSuffix(file, "-"+headers.ServerVersion+ext)
	found, _ := filepath.Glob(stem + "-[0-9]*" + ext)
	var others []string
	for _, other := range found {
		if other != file {
			others = append(others, filepath.Base(other))
		}
	}
	return others
}
