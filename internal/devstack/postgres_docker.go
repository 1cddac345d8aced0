package devstack

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// dockerImage is the official image of the same major version as the pinned package.
const dockerImage = "postgres:17.10"

// dockerPostgres takes docker where its daemon answers.
func dockerPostgres(ctx context.Context, opts Options, kept int) (postgresPrograms, error) {
	if _, err := exec.LookPath("docker"); err != nil {
		return postgresPrograms{}, errors.New("docker is not on the PATH")
	}
	if err := fits(packageMajor, kept); err != nil {
		return postgresPrograms{}, err
	}
	quick, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if docker(quick, "info") != nil {
		return postgresPrograms{}, errors.New("the docker daemon does not answer")
	}
	if err := pullImage(ctx, opts); err != nil {
		return postgresPrograms{}, err
	}
	return postgresPrograms{docker: true, major: packageMajor, how: "docker (" + dockerImage + ")"}, nil
}

// pullImage fetches the image where it is not there yet, so that the start itself is a matter of seconds.
func pullImage(ctx context.Context, opts Options) error {
	if docker(ctx, "image", "inspect", dockerImage) == nil {
		return nil
	}
	say(opts, "Pulling the docker image "+dockerImage+" (about 150 MB) once for this machine.")
	stop := ticking(opts, "pull of "+dockerImage, nil)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, downloadedWithin)
	defer cancel()
	return docker(ctx, "pull", "--quiet", dockerImage)
}

// containerName is one per data folder. Its volume has the same name and keeps the data between runs.
func containerName(opts Options) string {
	hash := sha256.Sum256([]byte(opts.Dir))
	return "aftercare-" + hex.EncodeToString(hash[:6])
}

// startDocker runs the container in the foreground under the supervisor, so that it stops when we end. A container
// that a killed run left is removed first; its volume stays.
func startDocker(ctx context.Context, opts Options) (*Postgres, error) {
	c := cluster{opts: opts, dir: opts.Dir}
	if err := c.readPassword(); err != nil {
		return nil, err
	}
	port, err := opts.choosePort("postgres", 0, 0)
	if err != nil {
		return nil, err
	}
	name := containerName(opts)
	_ = exec.CommandContext(ctx, "docker", "rm", "--force", name).Run()
	log, err := openLog(opts.Dir, "postgres")
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	cmd := supervised("INT", opts.Dir+"/postgres.pid", "docker", "run", "--rm", "--name", name,
		"--publish", loopback+":"+strconv.Itoa(port)+":5432",
		"--volume", name+":/var/lib/postgresql/data",
		"--env", "POSTGRES_USER="+databaseName, "--env", "POSTGRES_PASSWORD", "--env", "POSTGRES_DB="+databaseName,
		"--env", "POSTGRES_INITDB_ARGS=--auth=scram-sha-256",
		"--stop-signal", "SIGINT",
		dockerImage, "-c", "max_connections=300", "-c", "timezone=UTC", "-c", "log_min_error_statement=panic")
	// The password goes through the environment, where a list of processes does not show it.
	cmd.Env = append(cmd.Environ(), "POSTGRES_PASSWORD="+c.password)
	cmd.Stdout, cmd.Stderr = log, log
	child, err := startProcess(cmd)
	if err != nil {
		return nil, err
	}
	server := &Postgres{
		URL: postgresURL(port, c.password, databaseName), Dir: "docker volume " + name, process: child,
		halt: func(ctx context.Context) error { return docker(ctx, "stop", name) },
	}
	// The first start of the image serves for a moment on a socket alone; a connection over TCP means it is done.
	if err := waitForPostgres(ctx, server); err != nil {
		_ = child.stop(ctx)
		return nil, fmt.Errorf("the container did not start serving: %w%s", err, tailOf(opts.Dir, "postgres"))
	}
	server.PID = readPID(opts.Dir + "/postgres.pid")
	return server, nil
}

func docker(ctx context.Context, args ...string) error {
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, "docker", args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("docker %s: %w: %s", args[0], err, strings.TrimSpace(out.String()))
	}
	return nil
}
