package cases

import (
	"context"
	"errors"
	"fmt"
	"strings"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/aftercare/aftercare/schemas"
)

// Opened says which case a request has become.
type Opened struct {
	CaseID string `json:"case_id"`
	RunID  string `json:"run_id"`
	// Existed is true where the request had been opened before; nothing was started then.
	Existed bool `json:"existed"`
}

// workflowTypes are the workflow types by kind.
var workflowTypes = map[schemas.Kind]string{schemas.KindReturn: schemas.WorkflowReturn, schemas.KindExchange: schemas.WorkflowExchange}

// Open opens the case of a request: one call to Temporal and no database. Opening it twice is opening it once.
//
// A request that cannot be read as one is refused with a *schemas.Refusal before a case exists. policy may be empty.
func (c *Client) Open(ctx context.Context, request schemas.Request, policy string) (Opened, error) {
	if refusal := request.Check(); refusal != nil {
		return Opened{}, refusal
	}
	return c.start(ctx, schemas.CaseID(request.MerchantID, request.RequestID), schemas.Opening{Request: request, Policy: policy, Door: c.door})
}

func (c *Client) start(ctx context.Context, caseID string, opening schemas.Opening) (Opened, error) {
	r := opening.Request
	options := client.StartWorkflowOptions{
		ID:                       caseID,
		TaskQueue:                string(schemas.QueueCases),
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		WorkflowIDReusePolicy:    enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		// Without this a closed case answers like one that was just started.
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		StaticSummary:                            fmt.Sprintf("%s of order %s, %d line(s), %s", r.Kind, r.OrderID, len(r.Lines), r.Reason),
		Priority:                                 temporal.Priority{PriorityKey: 3, FairnessKey: r.MerchantID},
		TypedSearchAttributes:                    attributesOf(r),
	}
	run, err := c.temporal.ExecuteWorkflow(ctx, options, workflowTypes[r.Kind], opening)
	var unknown *serviceerror.InvalidArgument
	if errors.As(err, &unknown) {
		// A part of the server has not heard of the attributes of a new namespace yet. The case says them itself a moment later.
		options.TypedSearchAttributes = temporal.SearchAttributes{}
		run, err = c.temporal.ExecuteWorkflow(ctx, options, workflowTypes[r.Kind], opening)
	}
	var already *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &already) {
		return Opened{CaseID: caseID, RunID: already.RunId, Existed: true}, nil
	}
	if err != nil {
		return Opened{}, fault(caseID, err)
	}
	return Opened{CaseID: run.GetID(), RunID: run.GetRunID()}, nil
}

// attributesOf are the search attributes of a case that nobody has taken in yet: it is found by its order and its merchant before any
// worker has seen it. The case says all of them again itself: a worker of an earlier version does, and a case may go on under any.
func attributesOf(r schemas.Request) temporal.SearchAttributes {
	keyword := temporal.NewSearchAttributeKeyKeyword
	return temporal.NewSearchAttributes(
		keyword(schemas.AttrKind).ValueSet(string(r.Kind)),
		keyword(schemas.AttrMerchant).ValueSet(r.MerchantID),
		keyword(schemas.AttrOrder).ValueSet(r.OrderID),
		keyword(schemas.AttrStage).ValueSet(string(schemas.StageIntake)),
		keyword(schemas.AttrState).ValueSet(string(schemas.Submitted)),
		keyword(schemas.AttrTurn).ValueSet(string(schemas.TurnSystem)),
		keyword(schemas.AttrPriority).ValueSet(string(schemas.P2)),
		temporal.NewSearchAttributeKeyInt64(schemas.AttrLevel).ValueSet(1),
	)
}

// requestHuman opens the successor of a case that was closed as INVALID, before a person. It takes the units that are free.
func (c *Client) requestHuman(ctx context.Context, view schemas.View, order schemas.Order) (schemas.Receipt, error) {
	if view.Outcome != schemas.Invalid {
		return schemas.Receipt{}, &schemas.Refusal{Code: schemas.CodeCaseClosed, Message: fmt.Sprintf("this case has ended as %s; only one that ended as INVALID goes on to a person.", view.Outcome)}
	}
	if order.Actor.Role != schemas.RoleCustomer || order.Actor.ID != view.CustomerID {
		return schemas.Receipt{}, &schemas.Refusal{Code: schemas.CodeNotYours, Message: "the case's own customer asks for a person."}
	}
	next, opening := c.successorOf(ctx, view, schemas.WhyRequestHuman)
	opening.Predecessor.AtReview = true
	opened, err := c.start(ctx, next, opening)
	if err != nil {
		return schemas.Receipt{}, err
	}
	return schemas.Receipt{
		CaseID: opened.CaseID, Command: schemas.CaseRequestHuman.Name, State: schemas.Submitted, Turn: schemas.TurnSystem,
		Message: fmt.Sprintf("A person will look at it in case %s.", opened.CaseID),
	}, nil
}

// merchantOf reads the merchant off a case id.
func merchantOf(caseID string) string {
	merchant, _, _ := strings.Cut(caseID, ":")
	return merchant
}
