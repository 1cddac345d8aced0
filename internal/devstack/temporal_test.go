//go:build unix

package devstack

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDownloadGivesUpFastWhereTheNetworkIsSilent(t *testing.T) {
	silentSite, err := net.Listen("tcp", "127.0.0.1:0") // Accepts and never answers.
	require.NoError(t, err)
	defer func() { _ = silentSite.Close() }()
	before := downloadSite
	defer func() { downloadSite = before }()
	t.Setenv("XDG_CACHE_HOME", t.TempDir())

	for _, site := range []string{"http://" + silentSite.Addr().String(), "http://127.0.0.1:1", "http://name.invalid"} {
		downloadSite = site
		started := time.Now()
		_, err := downloadCLI(testContext(t), testOptions(t.TempDir()), nil)
		require.ErrorContains(t, err, "out of reach")
		require.Less(t, time.Since(started), reachableWithin+30*time.Second)
	}
}

func TestGivenTemporalIsUsedOrNamedAsTheFault(t *testing.T) {
	server, err := StartTemporal(testContext(t), testOptions(testDir(t)))
	require.NoError(t, err)
	defer func() { require.NoError(t, server.Stop(testContext(t))) }()

	opts := testOptions(testDir(t))
	opts.IgnoreGiven = false
	t.Setenv("TEMPORAL_CONFIG_FILE", os.DevNull)
	t.Setenv("TEMPORAL_ADDRESS", server.Address)
	given, err := StartTemporal(testContext(t), opts)
	require.NoError(t, err)
	require.Equal(t, server.Address, given.Address)
	require.Equal(t, DefaultNamespace, given.Namespace)
	require.Zero(t, given.PID)
	require.Empty(t, given.Missing)
	require.NoError(t, given.Stop(testContext(t)))

	t.Setenv("TEMPORAL_NAMESPACE", "elsewhere")
	_, err = StartTemporal(testContext(t), opts)
	require.ErrorContains(t, err, "temporal operator namespace create --namespace elsewhere")

	t.Setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
	_, err = StartTemporal(testContext(t), opts)
	require.ErrorContains(t, err, "unset TEMPORAL_ADDRESS")
}

// fakeCLI puts a `temporal` on the PATH that speaks the CLI's language and runs the pinned server.
func fakeCLI(t *testing.T, version string) {
	t.Helper()
	program, err := builtServer(testContext(t), Options{}, nil)
	if err != nil {
		program, err = buildServer(testContext(t), testOptions(t.TempDir()), nil)
	}
	require.NoError(t, err)
	script := fmt.Sprintf(`#!/bin/sh
if [ "$1" = --version ]; then echo "temporal version 9.9.9 (Server %s, UI 2.55.0)"; exit; fi
shift 2
set -- "$@" end
while [ "$1" != end ]; do
	case $1 in
		--headless) set -- "$@" --ui-port 0; shift ;;
		--sqlite-pragma|--dynamic-config-value) shift 2 ;;
		--db-filename) set -- "$@" --db "$2"; shift 2 ;;
		*) set -- "$@" "$1" "$2"; shift 2 ;;
	esac
done
shift
exec %s "$@"
`, version, program.path)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "temporal"), []byte(script), 0o755))
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
}

func TestRecentCLIOnThePathIsUsed(t *testing.T) {
	fakeCLI(t, "1.31.2")
	server, err := StartTemporal(testContext(t), testOptions(testDir(t)))
	require.NoError(t, err)
	require.Equal(t, "temporal CLI on the PATH (server 1.31.2)", server.How)
	require.True(t, alive(server.PID))
	require.NotEqual(t, server.process.pid(), server.PID, "the CLI runs under a supervisor")
	require.NoError(t, server.Stop(testContext(t)))
	require.False(t, contains(commandLine(server.PID), server.dir))
}

func TestOldCLIOnThePathIsPassedOver(t *testing.T) {
	fakeCLI(t, "1.29.1")
	_, err := cliOnPath(testContext(t), Options{}, nil)
	require.ErrorContains(t, err, "its server is 1.29.1, and 1.31.0 or newer is needed")
	require.True(t, older("1.9.9", "1.31.0"))
	require.False(t, older("1.31.0", "1.31.0"))
	require.False(t, older("2.0.0", "1.31.0"))
}

func TestNothingFoundNamesEveryWay(t *testing.T) {
	before := downloadSite
	defer func() { downloadSite = before }()
	downloadSite = "http://127.0.0.1:1"
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("PATH", t.TempDir())
	t.Chdir(t.TempDir())
	_, _, err := findTemporal(testContext(t), testOptions(t.TempDir()))
	require.Error(t, err)
	for _, way := range []string{"TEMPORAL_ADDRESS", "`temporal` CLI", "checkout of Aftercare", "docker compose up", "out of reach"} {
		require.ErrorContains(t, err, way)
	}
	t.Setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
	usual := installedAt
	defer func() { installedAt = usual }()
	installedAt = nil
	_, _, err = findPostgres(testContext(t), testOptions(t.TempDir()))
	for _, way := range []string{"DATABASE_URL", "apt-get install postgresql", "install npm", "start docker"} {
		require.ErrorContains(t, err, way)
	}
}

func TestCheckoutIsFoundAboveTheWorkingFolder(t *testing.T) {
	root := t.TempDir()
	inside := filepath.Join(root, "starter", "deep")
	require.NoError(t, os.MkdirAll(inside, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(root, "starter", "go.mod"), []byte("module example.com/other\n"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(root, "go.mod"), []byte("// Aftercare.\nmodule "+modulePath+"\n\ngo 1.26.0\n"), 0o644))
	found, err := checkoutAbove(inside)
	require.NoError(t, err)
	require.Equal(t, root, found)
	_, err = checkoutAbove(t.TempDir())
	require.ErrorContains(t, err, "not inside a checkout")
}

func TestBuildCountsPackagesAndKeepsErrors(t *testing.T) {
	sources := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(sources, "go.mod"), []byte("module example.com/broken\n\ngo 1.26\n"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(sources, "main.go"), []byte("package main\n\nfunc main() { undefinedWord() }\n"), 0o644))
	target := filepath.Join(t.TempDir(), "key", "devserver")
	err := goBuild(testContext(t), testOptions(t.TempDir()), "go", sources, target)
	require.ErrorContains(t, err, "undefinedWord")
	require.NoFileExists(t, target)
	left, _ := filepath.Glob(target + "*")
	require.Empty(t, left, "an unfinished file stays behind: %s", strings.Join(left, ", "))
}
