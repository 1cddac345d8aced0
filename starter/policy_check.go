package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/aftercare/aftercare/internal/policy"
)

// policyCheckCommand checks files.
type policyCheckCommand struct {
	Files []string `arg:"" name:"file" help:"Policies and packs: files, or names of built-in ones."`
	JSON  bool     `help:"Print one JSON object per file."`
}

// checkedPolicy is the answer for one file.
type checkedPolicy struct {
	File       string           `json:"file"`
	OK         bool             `json:"ok"`
	Kind       string           `json:"kind,omitempty"` // policy or pack
	Version    string           `json:"version,omitempty"`
	Rules      int              `json:"rules"`
	Faults     []policyFault    `json:"faults"`
	Unverified []unverifiedRule `json:"unverified"`
}

type policyFault struct {
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Message string `json:"message"`
	shown   string
}

type unverifiedRule struct {
	Rule       string `json:"rule"`
	What       string `json:"what"`
	Value      string `json:"value"`
	Source     string `json:"source"`
	Confidence string `json:"confidence"`
	File       string `json:"file"`
	Line       int    `json:"line"`
}

func (c *policyCheckCommand) Run() error {
	broken := 0
	for _, file := range c.Files {
		checked, err := checkPolicy(file)
		if err != nil {
			return err
		}
		if !checked.OK {
			broken++
		}
		if c.JSON {
			printJSON(checked)
			continue
		}
		checked.print()
	}
	if broken > 0 {
		return fmt.Errorf("%d of %d file(s) cannot be used; what is in force stays as it is", broken, len(c.Files))
	}
	return nil
}

func checkPolicy(file string) (checkedPolicy, error) {
	folder, name, err := policyFile(file)
	if err != nil {
		return checkedPolicy{}, usageError{err}
	}
	checked := checkedPolicy{File: file, Faults: []policyFault{}, Unverified: []unverifiedRule{}}
	report, err := policy.Check(folder, name)
	if err != nil {
		checked.Faults = faultsOf(err)
		return checked, nil
	}
	checked.OK, checked.Version, checked.Rules, checked.Kind = true, report.Version, len(report.Rules), "policy"
	if report.Pack {
		checked.Kind = "pack"
	}
	for _, r := range report.Unverified {
		checked.Unverified = append(checked.Unverified, unverifiedRule{
			Rule: r.ID + "@" + r.Version, What: r.What, Value: r.Value, Source: r.Source, Confidence: r.Confidence, File: r.File, Line: r.Line,
		})
	}
	return checked, nil
}

// faultsOf lists the faults in an error, however they are joined.
func faultsOf(err error) []policyFault {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var all []policyFault
		for _, one := range many.Unwrap() {
			all = append(all, faultsOf(one)...)
		}
		return all
	}
	var f *policy.Fault
	if errors.As(err, &f) {
		return []policyFault{{File: f.File, Line: f.Line, Column: f.Column, Message: f.Message, shown: f.Error()}}
	}
	return []policyFault{{Message: err.Error(), shown: err.Error()}}
}

func (c checkedPolicy) print() {
	if !c.OK {
		for _, f := range c.Faults {
			fmt.Fprintln(os.Stderr, f.shown)
		}
		fmt.Fprintf(os.Stderr, "%s: %d fault(s)\n", c.File, len(c.Faults))
		return
	}
	fmt.Printf("%s: a sound %s, version %s, %d rules\n", c.File, c.Kind, c.Version, c.Rules)
	if len(c.Unverified) == 0 {
		return
	}
	fmt.Printf("%d rule(s) nobody has confirmed yet; compare them with their source before you rely on them:\n", len(c.Unverified))
	t := newTable("rule", "says", "source", "how sure", "where")
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 2, WidthMax: 60}, {Number: 3, WidthMax: 40}})
	for _, r := range c.Unverified {
		t.AppendRow(table.Row{r.Rule, r.Value, r.Source, r.Confidence, fmt.Sprintf("%s:%d", r.File, r.Line)})
	}
	t.Render()
}
