package cases

import (
	"context"
	"errors"
	"fmt"
	"slices"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/aftercare/aftercare/schemas"
)

// SweepID is the workflow id of a sweep that somebody asked for.
const SweepID = "aftercare.sweep"

// adopters are the roles that may take on a case whose workflow was ended from outside.
var adopters = []schemas.Role{schemas.RoleTeamLead, schemas.RoleSupervisor, schemas.RoleManager, schemas.RoleExecutive, schemas.RoleOperator}

// Adopted says which case goes on from the rows of another.
type Adopted struct {
	CaseID      string `json:"case_id"` // the case that goes on
	Predecessor string `json:"predecessor_id"`
	// Existed is true where somebody had taken it on before; nothing was started then.
	Existed bool         `json:"existed"`
	Lost    schemas.Lost `json:"lost"`
}

// Adopt takes on a case whose workflow was ended from outside: a successor opens from what its rows last said, with its units as far as
// they are free, its parcels, its dues, its money under the same numbers, and everything that was reported meanwhile. Adopting twice is
// adopting once.
//
// A case that is alive, or that has ended by itself, is refused, and one that another case continues too, with that case's id. reason may
// be empty.
func (c *Client) Adopt(ctx context.Context, caseID string, actor schemas.Actor, reason string) (Adopted, error) {
	if c.records == nil {
		return Adopted{}, errNoDatabase
	}
	if refusal := mayAdopt(caseID, actor, reason); refusal != nil {
		return Adopted{}, refusal
	}
	v, refusal, err := c.lostCase(ctx, caseID)
	if err != nil {
		return Adopted{}, err
	}
	if refusal != nil && refusal.Code == schemas.CodeWrongState && v.Lost == nil && v.ClosedAt == nil {
		// Nobody has found it yet. Its units and money are seen to before anybody goes on with it.
		if _, err := c.Sweep(ctx, schemas.SweepOrder{CaseID: caseID}); err != nil {
			return Adopted{}, err
		}
		if v, refusal, err = c.lostCase(ctx, caseID); err != nil {
			return Adopted{}, err
		}
	}
	if refusal != nil {
		return Adopted{}, refusal
	}
	if v.Outcome == schemas.Adopted {
		return Adopted{CaseID: v.SuccessorID, Predecessor: caseID, Existed: true, Lost: *v.Lost}, nil
	}
	next, opening := c.successorOf(ctx, v, schemas.WhyAdopt)
	opening.Predecessor.By, opening.Predecessor.Reason = &actor, reason
	opened, err := c.start(ctx, next, opening)
	if err != nil {
		return Adopted{}, err
	}
	return Adopted{CaseID: opened.CaseID, Predecessor: caseID, Existed: opened.Existed, Lost: *v.Lost}, nil
}

// maxReason is how long the reason of an adoption may be: it is kept in the case and is no place for a customer's data.
const maxReason = 200

func mayAdopt(caseID string, actor schemas.Actor, reason string) *schemas.Refusal {
	_, _, _, ok := schemas.SplitCaseID(caseID)
	switch {
	case !ok:
		return &schemas.Refusal{Code: schemas.CodeUnknownCase, Message: fmt.Sprintf("%q is not a case id; one reads merchant:request.", caseID)}
	case !slices.Contains(adopters, actor.Role):
		return &schemas.Refusal{Code: schemas.CodeWrongRole, Field: "actor", Message: fmt.Sprintf("%s may not take a case on; a team lead, a supervisor, a manager, an executive or the operator may.", actor)}
	case !schemas.ValidID(actor.ID):
		return &schemas.Refusal{Code: schemas.CodeBadID, Field: "actor", Message: "the actor needs an id of 1 to 64 letters, digits, _ or -."}
	case len(reason) > maxReason:
		return &schemas.Refusal{Code: schemas.CodeTooLarge, Field: "reason", Message: fmt.Sprintf("the reason has %d bytes; at most %d are allowed.", len(reason), maxReason)}
	}
	return nil
}

// lostCase reads the rows of a case that is to be taken on, and says what speaks against that. What is wrong_state and neither ended nor
// marked is dead, and waits for a sweep.
func (c *Client) lostCase(ctx context.Context, caseID string) (schemas.View, *schemas.Refusal, error) {
	v, err := c.records.CaseRow(ctx, caseID)
	no := func(code schemas.Code, format string, args ...any) (schemas.View, *schemas.Refusal, error) {
		return v, &schemas.Refusal{Code: code, Message: fmt.Sprintf(format, args...), Revision: v.Revision}, nil
	}
	if err != nil {
		fate, fateErr := c.Fate(ctx, caseID)
		switch {
		case fateErr != nil || fate.Lost != nil && fate.Lost.How != schemas.Deleted:
			return v, nil, err
		case fate.Lost != nil:
			return no(schemas.CodeUnknownCase, "there is no case %s; `starter list --lost` shows which were ended from outside.", caseID)
		}
		return no(schemas.CodeAlreadyDone, "case %s is alive: its workflow runs. Decide in it instead.", caseID)
	}
	switch {
	case v.Outcome == schemas.Adopted:
		return v, nil, nil
	case v.ClosedAt != nil && v.SuccessorID != "":
		return no(schemas.CodeCaseClosed, "case %s has ended as %s and goes on as case %s; look there.", caseID, v.Outcome, v.SuccessorID)
	case v.ClosedAt != nil:
		return no(schemas.CodeCaseClosed, "case %s has ended by itself, as %s; there is nothing to take on.", caseID, v.Outcome)
	}
	fate, err := c.Fate(ctx, caseID)
	switch {
	case err != nil:
		return v, nil, err
	case fate.Running:
		return no(schemas.CodeAlreadyDone, "case %s is alive: its workflow runs. Decide in it instead.", caseID)
	case v.Lost == nil:
		return no(schemas.CodeWrongState, "the workflow of case %s has ended, and its rows do not say so yet; run `starter sweep` and try again.", caseID)
	}
	return v, nil, nil
}

// Sweep looks for cases whose workflow was ended from outside, now, and waits for what it finds. Sweeping twice is sweeping once: whoever
// asks while one is under way gets that one's answer.
func (c *Client) Sweep(ctx context.Context, order schemas.SweepOrder) (schemas.Swept, error) {
	id := SweepID
	if order.CaseID != "" {
		id += ":" + order.CaseID
	}
	run, err := c.temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: id, TaskQueue: string(schemas.QueueCases), StaticSummary: "look for cases that were ended from outside",
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		Priority:                 temporal.Priority{PriorityKey: 2},
	}, schemas.WorkflowSweep, order)
	var swept schemas.Swept
	if err == nil {
		err = run.Get(ctx, &swept)
	}
	if err == nil {
		return swept, nil
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return swept, &schemas.Refusal{Code: schemas.CodeUnavailable, Message: "the sweep has not ended in time: the worker or a server is away. It goes on, and may be asked for again."}
	}
	return swept, fmt.Errorf("sweep: %w", err)
}
