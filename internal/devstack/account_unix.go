//go:build unix

package devstack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// runsPrograms reports whether PostgreSQL's own programs can be run here.
const runsPrograms = true

// account is the user that PostgreSQL runs as.
type account struct {
	name     string
	uid, gid int
	// other is false where it is simply the user who runs this process.
	other bool
}

// serverAccount picks the user: ourselves, or, because PostgreSQL refuses to run as root, one without power.
func serverAccount() (account, error) {
	if os.Geteuid() != 0 {
		return account{uid: os.Geteuid(), gid: os.Getegid()}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.Atoi(found.Uid)
		gid, errGID := strconv.Atoi(found.Gid)
		if errUID != nil || errGID != nil || uid == 0 {
			continue
		}
		return account{name: name, uid: uid, gid: gid, other: true}, nil
	}
	return account{}, errors.New("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as: make one of them, or run this as an ordinary user")
}

// apply makes a command run as the account, in a folder that every user may be in.
func (a account) apply(cmd *exec.Cmd) {
	cmd.Dir = "/"
	if a.other {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}}
	}
}

// own gives a file or folder to the account.
func (a account) own(path string) error {
	if !a.other {
		return nil
	}
	if err := os.Chown(path, a.uid, a.gid); err != nil {
		return fmt.Errorf("give %s to user %s: %w", path, a.name, err)
	}
	return nil
}

// reaches asks the system itself whether the account can enter a folder. Reading mode bits would miss access lists,
// mounts and security modules.
func (a account) reaches(ctx context.Context, dir string) bool {
	if !a.other {
		return true
	}
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", `cd -- "$1"`, "sh", dir)
	a.apply(cmd)
	return cmd.Run() == nil
}

// canRun asks whether the account may execute a program.
func (a account) canRun(ctx context.Context, program string) bool {
	if !a.other {
		return true
	}
	cmd := exec.CommandContext(ctx, program, "--version")
	a.apply(cmd)
	return cmd.Run() == nil
}

// ownedBy reports whether a folder belongs to the account and nobody else may write to it.
func (a account) ownedBy(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && info.IsDir() && int(stat.Uid) == a.uid && info.Mode().Perm()&0o022 == 0
}

func accountName(a account) string {
	if a.other {
		return a.name
	}
	if found, err := user.Current(); err == nil {
		return found.Username
	}
	return strconv.Itoa(a.uid)
}

// ownedByUs reports whether a folder belongs to the user of this process and nobody else may write to it.
func ownedByUs(info os.FileInfo) bool { return account{uid: os.Geteuid()}.ownedBy(info) }

// foreignOwner is the user that a folder belongs to where that is neither the user with this id nor anybody for root, or "".
func foreignOwner(dir string, uid int) string {
	info, err := os.Stat(dir)
	if err != nil {
		return ""
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || uid == 0 || int(stat.Uid) == uid {
		return ""
	}
	owner := strconv.Itoa(int(stat.Uid))
	if found, err := user.LookupId(owner); err == nil {
		return found.Username
	}
	return "number " + owner
}

// writable reports whether the user of this process may write into a folder.
func writable(dir string) bool {
	const write = 2
	return syscall.Access(dir, write) == nil
}
