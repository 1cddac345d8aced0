package devstack

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// cluster is what one start of PostgreSQL's programs needs.
type cluster struct {
	opts     Options
	programs postgresPrograms
	acct     account
	dir      string // Belongs to the account; data is below it.
	password string
}

func (c cluster) data() string { return filepath.Join(c.dir, "data") }

// startCluster makes the cluster where it is missing and starts it.
func startCluster(ctx context.Context, opts Options, programs postgresPrograms) (*Postgres, error) {
	acct, err := serverAccount()
	if err != nil {
		return nil, err
	}
	dir, err := place(ctx, opts, acct)
	if err != nil {
		return nil, err
	}
	c := cluster{opts: opts, programs: programs, acct: acct, dir: dir}
	if err := c.readPassword(); err != nil {
		return nil, err
	}
	if err := c.makeWhereMissing(ctx); err != nil {
		return nil, err
	}
	if err := c.clearStale(ctx); err != nil {
		return nil, err
	}
	return c.start(ctx)
}

// readPassword reads the password of the role, or draws one for a new cluster. Loopback is shared with every user of
// the machine, so even a development database is not left open to them.
func (c *cluster) readPassword() error {
	file := filepath.Join(c.opts.Dir, "postgres.password")
	raw, err := os.ReadFile(file)
	if err == nil {
		c.password = strings.TrimSpace(string(raw))
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read the database password: %w", err)
	}
	if c.made() {
		return fmt.Errorf("%s is missing, but there is a database in %s that needs it: put the file back, or start on another data folder", file, c.dir)
	}
	var random [16]byte
	if _, err := rand.Read(random[:]); err != nil {
		return fmt.Errorf("draw a database password: %w", err)
	}
	c.password = hex.EncodeToString(random[:])
	if err := os.WriteFile(file, []byte(c.password+"\n"), 0o600); err != nil {
		return fmt.Errorf("keep the database password: %w", err)
	}
	return nil
}

func (c cluster) made() bool {
	_, err := os.Stat(filepath.Join(c.data(), "PG_VERSION"))
	return err == nil
}

// makeWhereMissing runs initdb beside the wanted folder and renames at the end: being interrupted leaves a folder
// that nobody opens, not half a cluster.
func (c cluster) makeWhereMissing(ctx context.Context) error {
	if c.made() {
		return nil
	}
	unfinished := filepath.Join(c.dir, "data.new")
	if err := os.RemoveAll(unfinished); err != nil {
		return fmt.Errorf("remove what an interrupted start left: %w", err)
	}
	passwordFile := filepath.Join(c.dir, "password.new")
	if err := os.WriteFile(passwordFile, []byte(c.password+"\n"), 0o600); err != nil {
		return fmt.Errorf("hand the password to initdb: %w", err)
	}
	defer func() { _ = os.Remove(passwordFile) }()
	if err := c.acct.own(passwordFile); err != nil {
		return err
	}
	// C.UTF-8 sorts the same everywhere and knows the case of letters beyond English. macOS lacks it.
	err := c.initdb(ctx, unfinished, passwordFile, "--locale=C.UTF-8")
	if err != nil && strings.Contains(err.Error(), "locale") {
		_ = os.RemoveAll(unfinished)
		err = c.initdb(ctx, unfinished, passwordFile, "--no-locale")
	}
	if err != nil {
		return err
	}
	if err := os.Rename(unfinished, c.data()); err != nil {
		return fmt.Errorf("put the new database in its place: %w", err)
	}
	return nil
}

func (c cluster) initdb(ctx context.Context, dir, passwordFile, locale string) error {
	args := []string{
		"--pgdata=" + dir,
		"--username=" + databaseName,
		"--pwfile=" + passwordFile,
		"--auth=scram-sha-256",
		"--encoding=UTF8",
		locale,
	}
	if c.opts.Throwaway {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, c.programs.path("initdb"), args...)
	c.acct.apply(cmd)
	cmd.Env = postgresEnv()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("initdb fails: %w\n%s", err, strings.TrimSpace(out.String()))
	}
	return nil
}

// clearStale deals with what a killed run left: a server that still runs is stopped; a pid file that names a process
// which is something else today is removed, because PostgreSQL would take that process for a server and refuse.
func (c cluster) clearStale(ctx context.Context) error {
	pidFile := filepath.Join(c.data(), "postmaster.pid")
	if err := stopOrphan(ctx, c.opts.Log, "PostgreSQL server", pidFile, c.data(), sigInterrupt); err != nil {
		return err
	}
	if pid := readPID(pidFile); pid != 0 && !strings.Contains(commandLine(pid), c.data()) {
		if err := os.Remove(pidFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove the pid file of a server that is gone: %w", err)
		}
	}
	return nil
}

func (c cluster) start(ctx context.Context) (*Postgres, error) {
	port, err := c.opts.choosePort("postgres", 0, 0)
	if err != nil {
		return nil, err
	}
	log, err := openLog(c.opts.Dir, "postgres")
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	// SIGINT is PostgreSQL's fast shutdown: it ends connections, writes everything down and stops.
	cmd := supervised("INT", os.DevNull, append([]string{c.programs.path("postgres"), "-D", c.data()}, c.settings(port)...)...)
	c.acct.apply(cmd)
	cmd.Env = postgresEnv()
	cmd.Stdout, cmd.Stderr = log, log
	child, err := startProcess(cmd)
	if err != nil {
		return nil, err
	}
	server := &Postgres{URL: postgresURL(port, c.password, databaseName), Dir: c.dir, process: child}
	if err := waitForPostgres(ctx, server); err != nil {
		_ = child.stop(ctx)
		return nil, fmt.Errorf("%s did not start serving: %w%s", c.programs.how, err, tailOf(c.opts.Dir, "postgres"))
	}
	server.PID = readPID(filepath.Join(c.data(), "postmaster.pid"))
	return server, nil
}

// settings are given on the command line, so that the cluster's own file stays as initdb made it.
func (c cluster) settings(port int) []string {
	values := []string{
		"listen_addresses=" + loopback,
		"port=" + strconv.Itoa(port),
		"unix_socket_directories=", // A socket's path must be short, and nobody needs one.
		"max_connections=300",      // Worker, API, console and many tests side by side.
		"timezone=UTC",
		"log_timezone=UTC",
		"logging_collector=off",
		"log_min_messages=warning",
		"log_statement=none", // Statements carry what customers wrote.
		"log_min_error_statement=panic",
		"log_parameter_max_length=0",
		"log_parameter_max_length_on_error=0",
		"jit=off", // Small statements, for which compiling costs more than it saves.
	}
	if c.opts.Throwaway {
		// A commit still reaches the operating system before it is answered, and so survives a kill; only a power cut
		// would lose it. Therefore synchronous_commit and full_page_writes stay on: without the first a commit sits
		// in the server's own memory for a while, and a kill in the middle of a write may tear a page.
		values = append(values, "fsync=off")
	}
	var args []string
	for _, value := range values {
		args = append(args, "-c", value)
	}
	return args
}

// postgresEnv leaves the user's PG* variables out, which would lead the server to other files and ports.
func postgresEnv() []string {
	env := []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	for _, name := range []string{"LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"} {
		if value := os.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}
