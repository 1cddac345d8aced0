package cases

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/aftercare/aftercare/schemas"
)

// Decision is who decides, and on what was looked at.
type Decision struct {
	CommandID string        // the same id gets the same answer; required
	Actor     schemas.Actor // who, in which role
	Revision  int64         // the revision looked at; 0 where none was
}

// Decide gives a command to a case and waits until it is recorded and visible. A command that was refused comes back as a
// *schemas.Refusal with the reason and the current revision, and has changed nothing.
func Decide[In any](ctx context.Context, c *Client, caseID string, command schemas.Command[In], d Decision, body In) (schemas.Receipt, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return schemas.Receipt{}, fmt.Errorf("command %s: %w", command.Name, err)
	}
	return c.Send(ctx, caseID, command.Name, schemas.Order{CommandID: d.CommandID, Actor: d.Actor, Revision: d.Revision, Body: raw})
}

// Send gives a command whose body is JSON already, as the CLI and the API have it. Words in a field "text" are put where
// they can be erased, and travel as a text_id.
func (c *Client) Send(ctx context.Context, caseID, command string, order schemas.Order) (schemas.Receipt, error) {
	if refusal := order.Check(); refusal != nil {
		return schemas.Receipt{}, refusal
	}
	if _, _, _, ok := schemas.SplitCaseID(caseID); !ok {
		return schemas.Receipt{}, &schemas.Refusal{Code: schemas.CodeUnknownCase, Message: fmt.Sprintf("%q is not a case id; one reads merchant:request.", caseID)}
	}
	if !schemas.IsCommand(command) {
		return schemas.Receipt{}, &schemas.Refusal{Code: schemas.CodeUnknownName, Message: fmt.Sprintf("%q is not a command; docs/words.md lists them.", command)}
	}
	body, err := c.keepText(ctx, caseID, order)
	if err != nil {
		return schemas.Receipt{}, err
	}
	order.Body = body
	if refusal := c.lookFirst(ctx, caseID, command, order); refusal != nil {
		return schemas.Receipt{}, refusal
	}
	if order.Door == "" {
		order.Door = c.door
	}
	handle, err := c.temporal.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: caseID, UpdateName: command, UpdateID: updateID(command, order), Args: []any{order}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	var receipt schemas.Receipt
	if err == nil {
		err = handle.Get(ctx, &receipt)
	}
	if err == nil {
		return receipt, nil
	}
	return c.explain(ctx, caseID, command, order, fault(caseID, err))
}

// updateID is Temporal's own id of a command: the same command gets the answer that is there. Another one under the same command id must
// reach the case, which refuses it; so what it is goes into the id.
func updateID(command string, order schemas.Order) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s", command, order.Actor, order.Body))
	return order.CommandID + "." + hex.EncodeToString(sum[:6])
}

// explain tells a case that has ended from one that never was, and lets an INVALID one go on to a person.
func (c *Client) explain(ctx context.Context, caseID, command string, order schemas.Order, err error) (schemas.Receipt, error) {
	var refusal *schemas.Refusal
	if !errors.As(err, &refusal) || (refusal.Code != schemas.CodeUnknownCase && refusal.Code != schemas.CodeCaseClosed) {
		return schemas.Receipt{}, err
	}
	view, lookErr := c.View(ctx, caseID)
	if lookErr != nil {
		return schemas.Receipt{}, err
	}
	if command == schemas.CaseRequestHuman.Name {
		return c.requestHuman(ctx, view, order)
	}
	if command == schemas.CaseReopen.Name && view.ClosedAt != nil {
		return c.reopen(ctx, view, order)
	}
	if view.ClosedAt == nil {
		return schemas.Receipt{}, &schemas.Refusal{Code: schemas.CodeCaseClosed, Message: fmt.Sprintf("the workflow of this case was ended from outside, so nobody can decide in it any more; a supervisor goes on with it by `starter adopt %s --as supervisor:ID`.", caseID), Revision: view.Revision}
	}
	if view.Outcome == schemas.Adopted {
		return schemas.Receipt{}, &schemas.Refusal{Code: schemas.CodeCaseClosed, Message: fmt.Sprintf("this case goes on as %s; decide there.", view.SuccessorID), Revision: view.Revision}
	}
	message := fmt.Sprintf("this case has ended as %s; open a new one", view.Outcome)
	switch {
	case view.SuccessorID != "":
		message = fmt.Sprintf("this case has ended as %s, and goes on in %s; decide there", view.Outcome, view.SuccessorID)
	case view.Outcome == schemas.Invalid:
		message += ", or send case.request_human to have a person look at it"
	case view.MayReopen(time.Now()) == nil:
		message += fmt.Sprintf(", or have it reopened until %s with case.reopen", view.ClosedAt.Add(schemas.ReopenWithin).UTC().Format(time.DateOnly))
	}
	return schemas.Receipt{}, &schemas.Refusal{Code: schemas.CodeCaseClosed, Message: message + ".", Revision: view.Revision}
}

// keepText replaces words by the id under which they are kept.
func (c *Client) keepText(ctx context.Context, caseID string, order schemas.Order) (json.RawMessage, error) {
	var fields map[string]json.RawMessage
	body := order.Body
	if len(body) == 0 || json.Unmarshal(body, &fields) != nil || fields["text"] == nil {
		return body, nil // what cannot be read is refused by the case, with its own words
	}
	var text string
	if err := json.Unmarshal(fields["text"], &text); err != nil {
		return nil, &schemas.Refusal{Code: schemas.CodeWrongType, Field: "text", Message: "text is a string."}
	}
	id, err := c.putTextOf(ctx, caseID, order.CommandID, text)
	if err != nil {
		return nil, err
	}
	delete(fields, "text")
	fields["text_id"], _ = json.Marshal(id)
	return json.Marshal(fields)
}

// putTextOf keeps the words of a command under an id that is the command's: sent again, it has the same body. Other words under the same
// command id get an id of their own, and the case judges what that means.
func (c *Client) putTextOf(ctx context.Context, caseID, commandID, text string) (string, error) {
	texts, can := c.records.(Texts)
	if !can || len(text) > schemas.MaxText {
		return c.PutText(ctx, merchantOf(caseID), text)
	}
	sum := sha256.Sum256([]byte(caseID + "\n" + commandID))
	id := "t-" + hex.EncodeToString(sum[:16])
	other, err := texts.PutTextAs(ctx, merchantOf(caseID), id, text)
	if err == nil && other {
		return c.PutText(ctx, merchantOf(caseID), text)
	}
	return id, err
}

// PutText keeps a person's words where they can be erased, and gives the id that stands for them everywhere else.
func (c *Client) PutText(ctx context.Context, merchant, text string) (string, error) {
	if len(text) > schemas.MaxText {
		return "", &schemas.Refusal{Code: schemas.CodeTooLarge, Field: "text", Message: fmt.Sprintf("the text has %d bytes; at most %d are allowed.", len(text), schemas.MaxText)}
	}
	if c.records == nil {
		return "", errNoDatabase
	}
	return c.records.PutText(ctx, merchant, text)
}
