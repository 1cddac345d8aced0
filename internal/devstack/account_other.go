//go:build !unix

package devstack

import (
	"context"
	"errors"
	"os"
	"os/exec"
)

// runsPrograms reports whether PostgreSQL's own programs can be run here.
const runsPrograms = false

// account exists here so that the package compiles; installedPostgres never gets as far as using it.
type account struct{ other bool }

func serverAccount() (account, error) {
	return account{}, errors.New("PostgreSQL's programs are only started on Linux and macOS: set DATABASE_URL or start docker")
}

func (account) apply(*exec.Cmd)                      {}
func (account) own(string) error                     { return nil }
func (account) reaches(context.Context, string) bool { return true }
func (account) canRun(context.Context, string) bool  { return true }
func (account) ownedBy(os.FileInfo) bool             { return true }

func accountName(account) string { return "" }

func ownedByUs(os.FileInfo) bool { return true }

func foreignOwner(string, int) string { return "" }

func writable(string) bool { return true }
