package app

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/aftercare/aftercare/internal/config"
)

func TestAWorkerTakesAChangedPolicyOverAndLogsABrokenOne(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put := func(text string) {
		staged := filepath.Join(t.TempDir(), "lotus.yaml")
		require.NoError(t, os.WriteFile(staged, []byte(text), 0o644))
		require.NoError(t, os.Rename(staged, filepath.Join(dir, "lotus.yaml")))
	}
	put("extends: default\n")
	cfg := config.Config{PolicyDir: dir}
	shelf, err := openPolicies(cfg)
	require.NoError(t, err)
	core, logs := observer.New(zapcore.InfoLevel)
	w := &Worker{config: cfg, log: zap.New(core), policies: shelf, lookEvery: 5 * time.Millisecond}
	ctx, stop := context.WithCancel(t.Context())
	watched := w.watchPolicies(ctx)

	logged := func(message string) func() bool {
		return func() bool { return logs.FilterMessageSnippet(message).Len() > 0 }
	}
	put("extends: default\nclocks: {return.review: {rule: X-REVIEW@1, after: 6}}\n")
	require.Eventually(t, logged("the one in force stays"), 2*time.Minute, 5*time.Millisecond)
	broken := logs.FilterMessageSnippet("the one in force stays").All()[0]
	require.Contains(t, broken.ContextMap()["error"], "lotus.yaml:2:", "the log tells where the fault stands")
	require.True(t, shelf.Book().Has("lotus"))

	put("extends: default\nclocks: {return.review: {rule: X-REVIEW@1, after: 6h}}\n")
	require.Eventually(t, logged("a policy is in force"), 2*time.Minute, 5*time.Millisecond)
	require.NoError(t, os.Remove(filepath.Join(dir, "lotus.yaml")))
	require.Eventually(t, logged("a policy is gone"), 2*time.Minute, 5*time.Millisecond)
	require.False(t, shelf.Book().Has("lotus"))
	stop()
	<-watched
}

func TestAWorkerDoesNotStartOnABrokenPolicy(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "lotus.yaml"), []byte("zone: Nowhere\n"), 0o644))
	_, err := openPolicies(config.Config{PolicyDir: dir})
	require.ErrorContains(t, err, `the policies: lotus.yaml:1:7: zone: "Nowhere" is not a time zone known here`)
}
