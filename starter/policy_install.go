package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/aftercare/aftercare/internal/policy"
)

// policyInstallCommand puts a policy in force. The worker looks into its folder every few seconds; a file that has a fault never
// gets there, so that the one before stays.
type policyInstallCommand struct {
	File string `arg:"" type:"existingfile" help:"The policy or pack."`
	To   string `help:"The folder that the worker reads; by default that of the dev stack." env:"AFTERCARE_POLICY_DIR" placeholder:"DIR"`
}

func (c *policyInstallCommand) Run(cli *commandLine) error {
	folder, name, err := policyFile(c.File)
	if err != nil {
		return usageError{err}
	}
	to := cli.policyFolder(c.To)
	if err := os.MkdirAll(to, 0o755); err != nil {
		return fmt.Errorf("make the policy folder: %w", err)
	}
	raw, err := fs.ReadFile(folder, name+".yaml")
	if err != nil {
		return fmt.Errorf("read %s: %w", c.File, err)
	}
	// It is checked where it will stand: beside what is in the folder already.
	staged, err := os.MkdirTemp(filepath.Dir(to), ".policies-")
	if err != nil {
		return fmt.Errorf("check the policy: %w", err)
	}
	defer os.RemoveAll(staged)
	if err := os.CopyFS(staged, os.DirFS(to)); err != nil {
		return fmt.Errorf("check the policy: %w", err)
	}
	file := filepath.Join(staged, name+".yaml")
	_ = os.Remove(file) // the one before, if any
	if err := os.WriteFile(file, raw, 0o644); err != nil {
		return fmt.Errorf("check the policy: %w", err)
	}
	report, err := policy.Check(os.DirFS(staged), name)
	if err != nil {
		return fmt.Errorf("%w\nnothing was installed; what is in force stays as it is", err)
	}
	if err := wouldBreak(staged); err != nil {
		return fmt.Errorf("%w\nnothing was installed: other policies of the folder would no longer be sound", err)
	}
	if err := os.Rename(file, filepath.Join(to, name+".yaml")); err != nil {
		return fmt.Errorf("install the policy: %w", err)
	}
	fmt.Printf("%s version %s is installed in %s; running workers take it over within seconds.\n", name, report.Version, to)
	return nil
}

// wouldBreak reports the policies of a folder that are not sound as it stands.
func wouldBreak(folder string) error {
	names, err := policy.Names(os.DirFS(folder))
	if err != nil {
		return err
	}
	var faults []error
	for _, name := range names {
		if _, err := policy.Load(os.DirFS(folder), name); err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// policyFolder is where the dev stack keeps policies of one's own.
func (c *commandLine) policyFolder(given string) string {
	if given != "" {
		return given
	}
	return filepath.Join(c.Data, "policies")
}

// policyListCommand lists what is in force.
type policyListCommand struct {
	From string `help:"The folder that the worker reads; by default that of the dev stack." env:"AFTERCARE_POLICY_DIR" placeholder:"DIR"`
	JSON bool   `help:"Print one JSON object per policy."`
}

func (c *policyListCommand) Run(cli *commandLine) error {
	folder := os.DirFS(cli.policyFolder(c.From))
	names, err := policy.Names(folder)
	if err != nil {
		return err
	}
	t := newTable("policy", "version", "rules", "not confirmed", "for")
	for _, name := range names {
		report, err := policy.Check(folder, name)
		if err != nil {
			return err
		}
		book, err := policy.Load(folder, name)
		if err != nil {
			return err
		}
		use := "every stack"
		if book.DevOnly(name) {
			use = "dev stacks"
		}
		if c.JSON {
			printJSON(map[string]any{"policy": name, "version": report.Version, "rules": len(report.Rules), "unverified": len(report.Unverified), "dev_only": book.DevOnly(name)})
			continue
		}
		t.AppendRow(table.Row{name, report.Version, len(report.Rules), len(report.Unverified), use})
	}
	if !c.JSON {
		t.Render()
	}
	return nil
}
