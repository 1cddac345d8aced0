package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/policies"
)

// policyCommand is everything about the rules. None of it needs a server.
type policyCommand struct {
	Check   policyCheckCommand   `cmd:"" help:"Check policies and packs, and show every fault where it stands."`
	Diff    policyDiffCommand    `cmd:"" help:"Say what changes from one policy to another, in words."`
	Explain policyExplainCommand `cmd:"" help:"Say when something ends for a request, and why."`
	Install policyInstallCommand `cmd:"" help:"Put a checked policy into the folder that the worker reads."`
	List    policyListCommand    `cmd:"" help:"List the policies in force."`
}

// policyFile finds a policy by the path of its file, or by its name where it is built in. It gives the folder that its base and
// its packs are looked up in, too.
func policyFile(arg string) (folder fs.FS, name string, err error) {
	if !strings.ContainsAny(arg, "/\\") && !strings.HasSuffix(arg, ".yaml") {
		if _, err := fs.Stat(policies.Files, arg+".yaml"); err == nil {
			return policies.Files, arg, nil
		}
	}
	info, err := os.Stat(arg)
	switch {
	case err != nil:
		return nil, "", fmt.Errorf("there is no policy file %s, and no policy of that name is built in", arg)
	case info.IsDir() || filepath.Ext(arg) != ".yaml":
		return nil, "", fmt.Errorf("%s is not a policy file; name one that ends in .yaml", arg)
	}
	return os.DirFS(filepath.Dir(arg)), strings.TrimSuffix(filepath.Base(arg), ".yaml"), nil
}

// loadPolicy reads one policy as the worker would.
func loadPolicy(arg string) (*policy.Book, string, error) {
	folder, name, err := policyFile(arg)
	if err != nil {
		return nil, "", err
	}
	book, err := policy.Load(folder, name)
	return book, name, err
}
