package devstack

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.uber.org/zap"
)

// place finds the folder for PostgreSQL's files, which belongs to the account it runs as.
//
// That is DIR/postgres, except where we are root and the account cannot get there, typically below /root. Then the
// files go to a folder in /var/tmp, which outlives a restart of the machine. Its name is random and noted in DIR:
// nobody can prepare it for us, and whoever deletes DIR starts afresh, as expected.
func place(ctx context.Context, opts Options, acct account) (string, error) {
	noted := filepath.Join(opts.Dir, "postgres.place")
	if raw, err := os.ReadFile(noted); err == nil {
		dir := strings.TrimSpace(string(raw))
		if info, err := os.Lstat(dir); err == nil && acct.ownedBy(info) {
			opts.Log.Info("postgres keeps its files outside the data folder, which its user cannot reach", zap.String("files", dir), zap.String("user", accountName(acct)))
			return dir, nil
		}
	}
	dir := filepath.Join(opts.Dir, "postgres")
	if acct.reaches(ctx, opts.Dir) {
		return dir, makeFor(acct, dir)
	}
	dir, err := outsidePlace()
	if err != nil {
		return "", err
	}
	if err := makeFor(acct, dir); err != nil {
		return "", err
	}
	if !acct.reaches(ctx, dir) {
		return "", fmt.Errorf("the user %s, whom PostgreSQL has to run as, can reach neither %s nor %s: choose a data folder with --data DIR whose parents that user may pass", accountName(acct), opts.Dir, dir)
	}
	if err := os.WriteFile(noted, []byte(dir+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("note where PostgreSQL's files are: %w", err)
	}
	opts.Log.Info("postgres puts its files outside the data folder, which its user cannot reach", zap.String("files", dir), zap.String("user", accountName(acct)))
	return dir, nil
}

func outsidePlace() (string, error) {
	base := "/var/tmp"
	if _, err := os.Stat(base); err != nil {
		base = os.TempDir()
	}
	var random [8]byte
	if _, err := rand.Read(random[:]); err != nil {
		return "", fmt.Errorf("draw a name: %w", err)
	}
	return filepath.Join(base, "aftercare-"+hex.EncodeToString(random[:])), nil
}

// makeFor makes a folder that only the account can enter, or checks one that is there.
func makeFor(acct account, dir string) error {
	err := os.Mkdir(dir, 0o700)
	if errors.Is(err, fs.ErrExist) {
		info, err := os.Lstat(dir)
		if err != nil {
			return fmt.Errorf("look at %s: %w", dir, err)
		}
		if !acct.ownedBy(info) {
			return fmt.Errorf("%s does not belong to the user PostgreSQL would run as now (%s), probably because it was made by a run as another user: run as that user again, or use another data folder", dir, accountName(acct))
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("make the folder for PostgreSQL's files: %w", err)
	}
	return acct.own(dir)
}

// keptMajor is the major version of the data that an earlier run left, or zero.
func keptMajor(opts Options) int {
	folders := []string{filepath.Join(opts.Dir, "postgres")}
	if raw, err := os.ReadFile(filepath.Join(opts.Dir, "postgres.place")); err == nil {
		folders = append(folders, strings.TrimSpace(string(raw)))
	}
	for _, folder := range folders {
		if major := readPID(filepath.Join(folder, "data", "PG_VERSION")); major != 0 {
			return major
		}
	}
	return 0
}
