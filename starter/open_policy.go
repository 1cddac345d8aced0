package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/schemas"
)

// knowsPolicy refuses a policy that this stack does not have before a case is opened with it: the case would end at once as
// INVALID, and the id of the request would be used up. Where neither a dev stack nor AFTERCARE_POLICY_DIR says which folder the
// workers read, only what is built in can be judged.
func (r *reach) knowsPolicy(cli *commandLine, name string) error {
	own := os.Getenv("AFTERCARE_POLICY_DIR")
	folder := os.DirFS(cli.policyFolder(own))
	names, err := policy.Names(folder)
	if err != nil {
		return err
	}
	if !slices.Contains(names, name) {
		if !r.dev && own == "" {
			return nil
		}
		return &schemas.Refusal{Code: schemas.CodeUnknownPolicy, Field: "policy", Message: fmt.Sprintf("this stack has no policy %q; it has %s. Nothing was opened.", name, orList(names))}
	}
	book, err := policy.Load(folder, name)
	if err != nil {
		return fmt.Errorf("%w\nnothing was opened: mend the policy, or take another", err)
	}
	if book.DevOnly(name) && !r.config.DevPolicies {
		return &schemas.Refusal{Code: schemas.CodeUnknownPolicy, Field: "policy", Message: fmt.Sprintf("policy %q is for dev stacks only. Nothing was opened.", name)}
	}
	return nil
}
